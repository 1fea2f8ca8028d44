"""Disks that are shorter than they say themselves, and what hoist check tells of images that nobody takes."""

import bz2
import gzip
import json
import lzma
import os
import pathlib
import shutil
import struct
import subprocess
import zlib

import pytest

import pictures

MIB = pictures.MIB
SFDISK = shutil.which("sfdisk", path=os.environ["PATH"] + ":/sbin:/usr/sbin")
MKFS = shutil.which("mkfs.ext4", path=os.environ["PATH"] + ":/sbin:/usr/sbin")


def run(*words, **options):
    subprocess.run([str(word) for word in words], check=True, capture_output=True, **options)


def partitioned(path, script):
    path.write_bytes(bytes(8 * MIB))
    run(SFDISK, "-q", path, input=script.encode())


def gpt(path):
    partitioned(path, "label: gpt\nsize=2M\nsize=4M\n")


def gpt_4096(path):
    """Written by hand: no tool does it without such a device."""
    data, entries = bytearray(8 * MIB), bytearray(128 * 128)
    entries[0:16] = entries[16:32] = b"\xaf" * 16
    entries[32:48] = struct.pack("<QQ", 6, 2000)
    data[450], data[454:462], data[510:512] = 0xEE, struct.pack("<II", 1, 0xFFFFFFFF), b"\x55\xaa"
    head = bytearray(struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, 0, 0, 1, 2047, 6, 2042, b"\1" * 16, 2, 128, 128, zlib.crc32(entries)))
    head[16:20] = struct.pack("<I", zlib.crc32(head))
    data[4096:4188], data[8192 : 8192 + len(entries)] = head, entries
    path.write_bytes(data)


def mbr(path):
    partitioned(path, "label: dos\nsize=2M,bootable\ntype=extended\nsize=1M\nsize=2M\n")


def ext(path):
    path.write_bytes(bytes(8 * MIB))
    run(MKFS, "-q", "-F", path)


def ext_1k(path):
    path.write_bytes(bytes(8 * MIB))
    run(MKFS, "-q", "-F", "-b", "1024", "-O", "^64bit", path)


def iso(path, *words):
    tree = path.parent / "tree"
    tree.mkdir()
    (tree / "noise").write_bytes(pictures.raw(MIB))
    (tree / "boot.img").write_bytes(pictures.raw(MIB, seed=2))
    run("xorriso", "-as", "mkisofs", "-quiet", "-o", path, *words, tree)


def boot_iso(path):
    iso(path, "-e", "boot.img", "-no-emul-boot")


def hybrid_iso(path):
    """The EFI partition, and what El Torito boots, are behind the volume."""
    part = path.parent / "part.img"
    part.write_bytes(pictures.raw(2 * MIB, seed=3))
    iso(path, "-append_partition", "2", "0xef", part, "-e", "--interval:appended_partition_2:all::", "-no-emul-boot", "-partition_offset", "16")


DISKS = [gpt, gpt_4096, mbr, ext, ext_1k, boot_iso, hybrid_iso]


def ways(tool, put_file, data):
    """The verdict on a file, on gzip, and on both through a pipe."""
    packed = gzip.compress(data, 1, mtime=0)
    yield "file", tool.run("check", put_file("disk", data))
    yield "gzip", tool.run("check", put_file("disk.gz", packed))
    yield "pipe", tool.run("check", "-", input=data)
    yield "gzip pipe", tool.run("check", "-", input=packed)


@pytest.mark.parametrize("make", DISKS)
def test_a_disk_that_is_shorter_than_it_says(tool, tmp_path, put_file, make):
    path = tmp_path / "whole"
    make(path)
    data = path.read_bytes()
    for way, result in ways(tool, put_file, data):
        assert result.status == 0 and "intact" in result.out and result.warnings == [], (way, result)
    for part in (27, 60, 70):
        for way, result in ways(tool, put_file, data[: len(data) * part // 100 // 512 * 512]):
            assert result.status == 3 and len(result.errors) == 1 and "is cut" in result.errors[0], (part, way, result)
            # Images for USB are shorter than their MBR on purpose: there is a way to send them.
            assert ("--no-check sends" in result.errors[0]) == (make is mbr), (part, way, result)


def test_a_gpt_whose_second_copy_is_not_at_the_end(tool, tmp_path, put_file):
    path = tmp_path / "whole"
    gpt(path)
    data = path.read_bytes()
    for changed in (data[:-512], data + bytes(MIB)):
        for way, result in ways(tool, put_file, changed):
            assert result.status == 0 and "intact" in result.out, (way, result)
            assert len(result.warnings) == 1 and "second copy" in result.warnings[0], (way, result)


@pytest.mark.parametrize("size", [0, 1, 511, 513, 70001])
def test_no_whole_sectors(tool, put_file, size):
    for way, result in ways(tool, put_file, bytes(size)):
        assert result.status == 3 and len(result.errors) == 1, (way, result)


def test_a_gzip_of_nothing(tool, put_file):
    """dd if=/dev/nosuch | gzip, and members of nothing that fill more than is looked at first."""
    for data in (gzip.compress(b"", mtime=0), gzip.compress(b"", mtime=0) * 5000):
        for words, more in (([put_file("e.img.gz", data)], {}), (["-"], {"input": data})):
            result = tool.run("check", *words, **more)
            assert result.status == 3 and "nothing" in result.errors[0], result


def test_sparse_and_resized_disks_are_whole(tool, tmp_path):
    """What has no partition table, and what only looks like one."""
    path = tmp_path / "disk.raw"
    for make in (lambda: path.write_bytes(bytes(MIB)), lambda: path.write_bytes(pictures.raw(MIB))):
        make()
        assert tool.run("check", path).notes == []


# --- Disk formats ------------------------------------------------------------------------


@pytest.fixture
def source(tmp_path):
    """5 MiB, with something in the first and in the last cluster."""
    path = tmp_path / "source.raw"
    path.write_bytes(pictures.raw(MIB) + bytes(4 * MIB - 1) + b"x")
    return path


def converted(source, form, *options):
    path = source.with_suffix("." + form)
    run("qemu-img", "convert", "-O", form, *options, source, path)
    return path


@pytest.mark.parametrize(
    "form, options",
    [("qcow2", []), ("qcow2", ["-o", "cluster_size=2M"]), ("qcow2", ["-o", "compat=0.10"]), ("qcow2", ["-o", "extended_l2=on"]),
     ("qcow2", ["-o", "cluster_size=512"]), ("qcow2", ["-c"]), ("qcow", []), ("qed", [])],
)  # fmt: skip
def test_the_last_cluster(tool, source, put_file, form, options):
    path = converted(source, form, *options)
    data = path.read_bytes()
    result = tool.run("check", path)
    assert result.status == 0 and "intact" in result.out and result.notes == [], result
    cluster = 65536 if "cluster_size" not in str(options) and form != "qcow" else 512
    for less in (1, 100, 511) if options == ["-c"] else (1, 511, cluster // 3, cluster - 1):
        result = tool.run("check", put_file(f"cut.{form}", data[:-less]))
        if result.status == 0:
            # What is missing may be padding: then QEMU reads the same.
            same = subprocess.run(["qemu-img", "compare", "-q", "-f", form, "-F", "raw", str(put_file(f"c.{form}", data[:-less])), str(source)], check=False)
            assert same.returncode == 0 and options in (["-c"], ["-o", "cluster_size=2M"]), (less, result)
        else:
            assert result.status == 3 and "is cut" in result.errors[0], (less, result)


def test_a_compressed_cluster_that_ends_with_the_file(tool, tmp_path, put_file):
    """qemu-io names sectors of which the last is not whole: sound, and one byte less is not."""
    noise, path = tmp_path / "noise", tmp_path / "nbd.qcow2"
    noise.write_bytes(pictures.raw(32 * 1024)[1024:] + bytes(33 * 1024))
    run("qemu-img", "create", "-q", "-f", "qcow2", path, "64M")
    for place in ("1M", "5M"):
        run("qemu-io", "-c", f"write -c -s {noise} {place} 64k", path)
    data = path.read_bytes()
    assert len(data) % 512 != 0
    assert tool.run("check", path).notes == []
    for less in (2, 100, 2000):
        result = tool.run("check", put_file("cut.qcow2", data[:-less]))
        assert result.status == 3 and "is cut" in result.errors[0], result


def test_the_memory_of_a_snapshot_is_not_of_the_disk(tool, source):
    path = converted(source, "qcow2")
    run("qemu-img", "snapshot", "-c", "before", path)
    run("qemu-io", "-c", "write 3M 100k", path)
    assert tool.run("check", path).notes == []


def test_a_vhdx_whose_log_is_not_in_it(tool, source, put_file):
    data = bytearray(converted(source, "vhdx").read_bytes())
    for at in (64 * 1024, 128 * 1024):
        data[at + 48] = 1
        data[at + 4 : at + 8] = bytes(4)
        data[at + 4 : at + 8] = struct.pack("<I", crc32c(data[at : at + 4096]))
    result = tool.run("check", put_file("logged.vhdx", bytes(data)))
    assert result.status == 3 and "its log" in result.errors[0], result


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


@pytest.mark.parametrize("form", ["qcow2", "vhdx", "qed"])
def test_tables_that_are_gone(tool, source, put_file, form):
    """Of a pipe, and in gzip, nobody knows: that has a word, with -q and in JSON, too."""
    path = converted(source, form)
    packed = put_file(f"disk.{form}.gz", gzip.compress(path.read_bytes(), 1))
    for words, more in ((["-"], {"input": path.read_bytes()}), ([packed], {})):
        (row,) = tool.run("check", "-o", "json", "-q", *words, **more).json
        assert row["status"] == "unproven" and row["exit"] == 0, row
        assert "unproven" in tool.run("check", "-q", *words, **more).out
    assert tool.run("check", "-o", "json", path).json[0]["status"] == "intact"


def test_a_fixed_vhd_through_a_pipe(tool, source, put_file):
    data = converted(source, "vpc", "-o", "subformat=fixed").read_bytes()
    (row,) = tool.run("check", "-o", "json", "-", input=data).json
    assert (row["status"], row["format"]) == ("intact", "vhd"), row
    (row,) = tool.run("check", "-o", "json", put_file("vhd.gz", gzip.compress(data, 1))).json
    assert (row["status"], row["holds"]) == ("intact", "vhd") and not row["clouds"]["linode"]["takes"], row


def test_an_encrypted_disk(tool, tmp_path):
    path = tmp_path / "luks.qcow2"
    secret = ["--object", "secret,id=s,data=abc", "-o", "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10"]
    words = ["qemu-img", "create", "-q", "-f", "qcow2", *secret, path, "4M"]
    # On a busy machine it fails to measure how long a key takes ("Unable to get accurate CPU usage").
    if all(subprocess.run(words, check=False).returncode for _ in range(10)):
        pytest.fail("qemu-img makes no encrypted image")
    result = tool.run("check", path)
    assert result.status == 0 and len(result.warnings) == 1 and "key" in result.warnings[0], result


# --- Formats that nobody takes -------------------------------------------------------------


def lzma_alone(data):
    return lzma.compress(data, lzma.FORMAT_ALONE)


def dmg(data):
    footer = struct.pack(">4sII", b"koly", 4, 512) + bytes(500)
    return zlib.compress(data) + footer


RAW = pictures.raw(200 * 1024)[1024:]
NAMES = {
    "parallels": b"WithouFreSpacExt" + bytes(4080),
    "simg": struct.pack("<IHHHHIIII", 0xED26FF3A, 1, 0, 28, 12, 4096, 1, 1, 0) + bytes(4096),
    "dmg": dmg(RAW),
    "cloop": b"#!/bin/sh\n#V2.0 Format\nmodprobe cloop file=$0 && mount -r -t iso9660 /dev/cloop $1\n" + bytes(4096),
    "bochs": b"Bochs Virtual HD Image\0" + bytes(4096),
    "lzop": b"\x89LZO\0\r\n\x1a\n" + bytes(4096),
    "lz4": b"\x02\x21\x4c\x18" + RAW,
    "lzma": lzma_alone(RAW),
    "zlib": zlib.compress(RAW),
    "zstd": b"\x50\x2a\x4d\x18\4\0\0\0" + RAW,
    "rar": b"Rar!\x1a\x07\x01\0" + RAW,
    "compress": b"\x1f\x9d\x90" + RAW,
    "wim": b"MSWIM\0\0\0" + RAW,
    "bzip2": bz2.compress(RAW),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_for_each(tool, put_file, name):
    path = put_file("disk", NAMES[name])
    for words, more in (([path], {}), (["-"], {"input": NAMES[name]})):
        (row,) = tool.run("check", "-o", "json", *words, **more).json
        taken = [cloud for cloud, answer in row["clouds"].items() if answer["takes"]]
        assert row["format"] == name and taken == [], row
    (row,) = tool.run("check", "-o", "json", put_file("disk.gz", gzip.compress(NAMES[name], 1))).json
    assert row["holds"] == name and not row["clouds"]["linode"]["takes"], row


def test_udf(tool, put_file):
    """Without ISO 9660, as Windows and mkudffs write it: a disc, not a damaged one."""
    data = bytearray(pictures.raw(MIB))
    for block, name in ((16, b"BEA01"), (17, b"NSR03"), (18, b"TEA01")):
        data[block * 2048 : block * 2048 + 2048] = b"\0" + name + b"\1" + bytes(2041)
    (row,) = tool.run("check", "-o", "json", put_file("disc.iso", bytes(data))).json
    assert row["format"] == "udf" and row["exit"] == 0, row


@pytest.mark.parametrize("start", [b"\x78\x9c", b"\x78\xda\xed\xc1\x01\x01", b"\x5d\0\0\x80\0", b"\x50\x2a\x4d\x18"])
def test_marks_that_prove_little(tool, put_file, start):
    """A raw disk may begin with such bytes."""
    data = start + pictures.raw(MIB)[1024:]
    (row,) = tool.run("check", "-o", "json", put_file("disk.raw", data[:MIB - 1024])).json
    assert row["format"] == "raw", row


# --- check and upload have one rule -----------------------------------------------------------


def test_each_cloud_has_its_own_reason(tool, source):
    path = converted(source, "qcow2").rename(source.with_name("noble.img"))
    assert tool.run("check", "--cloud", "openstack", path).status == 0
    assert tool.run("check", "--cloud", "ionos", path).status == 3
    result = tool.run("check", "--cloud", "linode", "-o", "json", path)
    assert result.status == 3, result
    clouds = result.json[0]["clouds"]
    assert clouds["openstack"] == {"takes": True, "why": None, "as": "qcow2", "passes": 1} and clouds["otc"]["takes"]
    assert "Linode" in clouds["linode"]["why"] and ".img" in clouds["ionos"]["why"], clouds
    # Without a cloud, the name alone is wrong.
    assert tool.run("check", path).status == 3


def test_what_an_option_can_change_is_a_warning(tool, put_file):
    result = tool.run("check", "--cloud", "ionos", put_file("disk.img", pictures.raw(MIB)))
    assert result.status == 0 and len(result.warnings) == 1 and "--format raw" in result.warnings[0], result
    result = tool.run("check", "--cloud", "ionos", put_file("disk", pictures.raw(MIB)))
    assert result.status == 0 and len(result.warnings) == 1 and "--format" in result.warnings[0], result


def test_an_iso_is_not_for_otc(tool, put_file):
    path = put_file("disc.iso", pictures.iso(MIB))
    assert tool.run("check", "--cloud", "ionos", path).status == 0
    result = tool.run("check", "--cloud", "otc", path)
    assert result.status == 3 and "--disk-format raw" in result.errors[0], result


def test_kernels_and_zvhd2_are_no_disks(tool, put_file):
    assert tool.run("check", "--cloud", "otc", put_file("disk.zvhd2", b"anything")).status == 0


# --- The size of the disk that it was made from -----------------------------------------------


def test_size(tool, source, put_file):
    """busybox gzip says nothing of a read error: a gzip that is whole, of half a disk."""
    half = put_file("half.img.gz", pictures.packed(pictures.raw(MIB)))
    assert tool.run("check", "--size", str(MIB), half).status == 0
    assert tool.run("check", "--size", "1M", half).status == 0
    result = tool.run("check", "--size", "2M", half)
    assert result.status == 3 and "1048576" in result.errors[0] and "2097152" in result.errors[0], result
    for path in (source, converted(source, "qcow2")):
        assert tool.run("check", "--size", "5M", path).status == 0
        assert tool.run("check", "--size", "4M", path).status == 3
    assert tool.run("check", "--size", "5M", "-", input=source.read_bytes()).status == 0
    assert tool.run("check", "--size", "6M", "-", input=source.read_bytes()).status == 3


# --- What is no image at all ---------------------------------------------------------------------


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/urandom"])
@pytest.mark.parametrize("command", ["check", "cat"])
def test_character_devices(tool, command, device):
    result = tool.run(command, device)
    assert result.status == 2 and device in result.errors[0] and "character device" in result.errors[0], result
    with open(device, "rb") as stdin:
        assert tool.run(command, "-", stdin=stdin).status == 2


def test_dev_stdin_and_fifos_stay(tool, tmp_path, small):
    assert tool.run("check", "/dev/stdin", input=small.read_bytes()).status == 0
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    running = tool.start("check", fifo)
    fifo.write_bytes(small.read_bytes())
    assert running.end().status == 0


def test_a_file_that_is_rewritten_and_gets_its_time_back(tool, tmp_path):
    """Only its ctime tells."""
    path, out = tmp_path / "disk.raw", tmp_path / "out"
    path.write_bytes(pictures.raw(4 * MIB))
    os.mkfifo(out)
    before = path.stat()
    running = tool.start("cat", path, stdout=os.open(out, os.O_RDWR))
    with open(out, "rb") as pipe:
        pipe.read(1000)
        with open(path, "r+b") as file:
            file.seek(3 * MIB)
            file.write(b"other")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        pipe.read(4 * MIB - 1000)
    result = running.end()
    assert result.status == 3 and "changed" in result.errors[0], result


def test_a_file_that_is_replaced_is_still_the_same(tool, tmp_path):
    path, out = tmp_path / "disk.raw", tmp_path / "out"
    path.write_bytes(pictures.raw(4 * MIB))
    os.mkfifo(out)
    running = tool.start("cat", path, stdout=os.open(out, os.O_RDWR))
    with open(out, "rb") as pipe:
        pipe.read(1000)
        pathlib.Path(tmp_path / "new").write_bytes(b"new")
        os.replace(tmp_path / "new", path)
        pipe.read(4 * MIB - 1000)
    assert running.end().status == 0


def test_json_of_a_damaged_one(tool, put_file):
    """What is wrong with the image itself is every cloud's reason."""
    (row,) = json.loads(tool.run("check", "-o", "json", put_file("x.raw", bytes(1000))).out)
    assert all("512" in answer["why"] for answer in row["clouds"].values()), row
