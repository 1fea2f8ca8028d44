"""hoist check: what is on a disk, and how it would go to each cloud."""

import gzip
import json
import re
import struct
import zlib

import pytest

import pictures
from loops import attached, run
from test_free import make_ext, make_fat, noisy, put_at, tree  # noqa: F401 (a fixture)

MIB = pictures.MIB

ROUTES = """\
CLOUD      SENT AS  PASSES  HOW
linode     gzip     2       HTTPS, to a URL that the API gives
ionos      raw      1       FTPS
openstack  raw      1       HTTPS, to Glance
otc        raw      1       HTTPS, to OBS; the image is made from there
"""


def looked_at(tool, path, *args):
    result = tool.run("check", "-o", "json", *args, path)
    assert result.status == 0 and result.errors == [], result
    row = json.loads(result.out)[0]
    return result, row["disk"], row["clouds"]


def make_swap(path, size):
    noisy(path, size)
    run("mkswap", path)
    return path


def free_by_dumpe2fs(path):
    text = run("dumpe2fs", "-h", path)
    return int(re.search(r"^Free blocks: +(\d+)", text, re.M)[1]) * int(re.search(r"^Block size: +(\d+)", text, re.M)[1])


def free_by_fsck_fat(path):
    """ "/dev/x: 38 files, 4711/78765 clusters" """
    text = run("fsck.fat", "-n", "-v", path)
    used, clusters = re.search(r"(\d+)/(\d+) clusters", text).groups()
    return (int(clusters) - int(used)) * int(re.search(r"(\d+) bytes per cluster", text)[1])


@pytest.fixture
def parts(tmp_path, tree):  # noqa: F811
    """Of a disk, in this order: name, MiB, the file system in a file."""
    made = [
        ("ext4", 64, make_ext(tmp_path / "ext", tree, ["-t", "ext4"], 64 * MIB)),
        ("FAT32", 40, make_fat(tmp_path / "fat", tree, 32, 40 * MIB)),
        ("swap", 32, make_swap(tmp_path / "swap", 32 * MIB)),
        ("NTFS", 16, noisy(tmp_path / "ntfs", 16 * MIB)),
        (None, 8, noisy(tmp_path / "none", 8 * MIB)),
    ]
    with open(tmp_path / "ntfs", "r+b") as file:
        file.write(b"\xeb\x52\x90NTFS    ")
    return made


def short(text):
    """As it is told: 63 characters at most."""
    return text if len(text) < 64 else text[:60] + "..."


def make_disk(path, parts, label):  # noqa: F811
    noisy(path, 180 * MIB)
    types = {"swap": "S", "FAT32": "U" if label == "gpt" else "c"}
    run("sfdisk", "-q", "--wipe", "never", path,
        input=f"label: {label}\n" + "".join(f"size={size}MiB, type={types.get(name, 'L')}\n" for name, size, _ in parts))
    at = MIB
    for _, size, file in parts:
        put_at(path, file, at)
        at += size * MIB
    return path


def test_partitions(tool, parts, tmp_path):
    disk = make_disk(tmp_path / "disk", parts, "gpt")
    result, found, clouds = looked_at(tool, disk)
    assert result.warnings == [], result
    assert (found["table"], found["sector"], found["damage"]) == ("GPT", 512, None), found
    at = MIB
    for number, ((name, size, file), part) in enumerate(zip(parts, found["partitions"], strict=True), 1):
        free = {"ext4": free_by_dumpe2fs, "FAT32": free_by_fsck_fat, "swap": lambda _: 32 * MIB - 4096}.get(name)
        free = free(file) if free else None
        assert part["number"] == number and part["offset"] == at and part["size"] == size * MIB, part
        assert part["filesystem"] == name and part["free"] == free, part
        assert part["used"] == (None if free is None else size * MIB - free), part
        assert (part["why"] is None) == (free is not None) and part["in_use"] is None and not part["overlaps"], part
        at += size * MIB
    assert clouds["linode"] == {"takes": True, "why": None, "as": "gzip", "passes": 2}, clouds
    assert all(clouds[name] == {"takes": True, "why": None, "as": "raw", "passes": 1} for name in ("ionos", "openstack", "otc")), clouds


def test_for_a_person(tool, parts, tmp_path):
    disk = make_disk(tmp_path / "disk", parts, "gpt")
    out = tool.run("check", "disk", cwd=tmp_path).out
    _, disks, routes = out.split("\n\n")
    head, *lines = disks.splitlines()
    assert head == "disk: GPT, sectors of 512 bytes", out
    assert lines[0].split() == ["PARTITION", "START", "SIZE", "HOLDS", "USED", "FREE", "IN", "USE"], out
    assert re.fullmatch(r"1 +1\.0 MiB +64\.0 MiB +ext4 +\d+\.\d MiB +\d+\.\d MiB +-", lines[1]), out
    assert re.fullmatch(r"5 +153\.0 MiB +8\.0 MiB +- +- +- +-", lines[5]), out
    assert lines[6] == "partition 4: what is free is not known: hoist reads only ext2, ext3, ext4, XFS, FAT, exFAT and swap", out
    assert routes.strip() == ROUTES.strip(), out
    assert max(map(len, [head, *lines[:6], *routes.splitlines()])) <= 80, out
    # Scripts get lines of one kind.
    assert len(tool.run("check", "--no-headers", disk).out.splitlines()) == 1
    assert tool.run("check", "--cols", "disk", disk).out.splitlines() == ["DISK", head.partition(": ")[2]]


def test_an_mbr(tool, parts, tmp_path):
    disk = make_disk(tmp_path / "disk", [*parts[:3], (None, 4, parts[4][2])], "dos")
    _, found, _ = looked_at(tool, disk)
    assert found["table"] == "MBR" and [part["filesystem"] for part in found["partitions"]] == ["ext4", "FAT32", "swap", None], found
    assert [part["free"] is None for part in found["partitions"]] == [False, False, False, True], found


def test_a_bare_file_system(tool, parts, tmp_path):
    _, found, _ = looked_at(tool, parts[0][2])
    assert found["table"] is None and found["sector"] == 0, found
    assert found["partitions"][0]["number"] == 0 and found["partitions"][0]["filesystem"] == "ext4", found
    disk = make_disk(tmp_path / "disk", parts, "gpt")
    _, narrow, _ = looked_at(tool, disk, "--partition", "1")
    assert narrow == found


def test_copies_of_a_gpt(tool, parts, tmp_path):
    disk = make_disk(tmp_path / "disk", parts, "gpt")
    whole = disk.read_bytes()
    for at, damage, partitions in ((512, "its first copy is damaged", 5), (len(whole) - 512, "no second copy is at the end of the disk", 5)):
        disk.write_bytes(whole[:at] + bytes(8) + whole[at + 8:])
        _, found, _ = looked_at(tool, disk)
        assert found["damage"] == damage and len(found["partitions"]) == partitions, found
    # A disk that was made larger.
    disk.write_bytes(whole + bytes(MIB))
    _, found, _ = looked_at(tool, disk)
    assert found["damage"] == "no second copy is at the end of the disk", found


def test_partitions_that_overlap(tool, parts, tmp_path):
    """sfdisk makes none such: the first one is made to end one sector later, in both copies."""
    disk = make_disk(tmp_path / "disk", parts, "gpt")
    data = bytearray(disk.read_bytes())
    last = len(data) // 512 - 1
    for header, entries in ((1, 2), (last, last - 32)):
        end = entries * 512 + 40
        struct.pack_into("<Q", data, end, struct.unpack_from("<Q", data, end)[0] + 1)
        header *= 512
        struct.pack_into("<I", data, header + 88, zlib.crc32(data[entries * 512:(entries + 32) * 512]))
        struct.pack_into("<I", data, header + 16, 0)
        struct.pack_into("<I", data, header + 16, zlib.crc32(data[header:header + 92]))
    disk.write_bytes(data)
    result, found, _ = looked_at(tool, disk)
    assert [part["overlaps"] for part in found["partitions"]] == [True, True, False, False, False], found
    assert [part["free"] is None for part in found["partitions"]] == [True, True, False, True, True], found
    out = tool.run("check", disk).out
    assert "partition 1 overlaps another one\npartition 2 overlaps another one\n" in out, out


def test_in_use(tool, parts, tmp_path):
    disk = make_disk(tmp_path / "disk", parts, "gpt")
    point = tmp_path / "point"
    point.mkdir()
    with attached(disk) as loop:
        run("partx", "--add", loop)
        try:
            run("mount", "-o", "ro", f"{loop}p1", point)
            _, found, _ = looked_at(tool, loop)
            run("umount", point)
            assert found["partitions"][0]["in_use"] == short(f"ro at {point}"), found
            assert found["partitions"][0]["free"] is not None and found["partitions"][1]["in_use"] is None, found
            run("mount", f"{loop}p1", point)
            result, found, _ = looked_at(tool, loop)
            run("umount", point)
            assert found["partitions"][0]["in_use"] == short(f"rw at {point}") and found["partitions"][0]["free"] is None, found
            assert any("is mounted read-write" in line for line in result.warnings), result
        finally:
            run("partx", "--delete", loop)


def test_sectors_of_4096_bytes(tool, parts, tmp_path):
    disk = noisy(tmp_path / "disk", 180 * MIB)
    with attached(disk, "--sector-size", "4096") as loop:
        run("sfdisk", "-q", "--wipe", "never", loop, input="label: gpt\nsize=64MiB\n")
        with open(loop, "r+b") as device:
            device.seek(MIB)
            device.write(parts[0][2].read_bytes())
        _, found, _ = looked_at(tool, loop)
        assert (found["table"], found["sector"], found["damage"]) == ("GPT", 4096, None), found
        assert [(part["offset"], part["size"], part["filesystem"]) for part in found["partitions"]] == [(MIB, 64 * MIB, "ext4")], found
        out = tmp_path / "part"
        with open(out, "wb") as file:
            assert tool.start("cat", "--partition", "1", loop, stdout=file).end().status == 0
        assert out.read_bytes() == parts[0][2].read_bytes()
        with open(out, "wb") as file:
            result = tool.start("cat", "--skip-free", loop, stdout=file).end()
        assert result.status == 0 and "partition 1 (ext4): " in result.err, result
        with open(out, "rb") as file:
            file.seek(MIB)
            (tmp_path / "copy").write_bytes(file.read(64 * MIB))
        run("e2fsck", "-fn", tmp_path / "copy")


def test_what_does_not_go(tool, tmp_path):
    disk = tmp_path / "disk"
    with open(disk, "wb") as file:
        file.truncate(130 * 1024 * MIB)
    _, found, clouds = looked_at(tool, disk)
    assert found["table"] is None and found["partitions"][0]["filesystem"] is None, found
    assert clouds["otc"]["passes"] == 0 and clouds["otc"]["as"] is None and not clouds["otc"]["takes"], clouds
    out = tool.run("check", disk).out
    assert re.search(r"^otc +- +- +not: it has ", out, re.M), out


def test_what_is_no_disk(tool, tmp_path):
    image = tmp_path / "disk.img.gz"
    image.write_bytes(gzip.compress(bytes(MIB)))
    _, found, clouds = looked_at(tool, image)
    assert found is None and clouds["linode"] == {"takes": True, "why": None, "as": "gzip", "passes": 1}, clouds
    assert "PARTITION" not in tool.run("check", image).out
