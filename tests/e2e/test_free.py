"""--skip-free: what file systems do not use is left out, and nothing else."""

import gzip
import random
import re
import shutil
import struct

import pytest

import pictures
from loops import attached, run

MIB = pictures.MIB
KIB = pictures.KIB


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """Files of all sizes, small ones and one with a hole; those in old/ are deleted later."""
    top = tmp_path_factory.mktemp("tree")
    noise = random.Random(1)
    for name in ("etc", "usr", "old"):
        (top / name).mkdir()
        for i in range(40):
            (top / name / f"file{i}").write_bytes(noise.randbytes(noise.choice([1, 900, 5000, 70000, 200000])))
    with open(top / "usr" / "sparse", "wb") as file:
        file.seek(3 * MIB)
        file.write(b"end")
    return top


def noisy(path, size):
    """What was on the disk before: free blocks hold it."""
    block = random.Random(5).randbytes(MIB)
    with open(path, "wb") as file:
        file.write(bytes(MIB))
        for _ in range(size // MIB - 1):
            file.write(block)
    return path


EXT = [
    ["-t", "ext2"], ["-t", "ext2", "-b", "1024"], ["-t", "ext3"], ["-t", "ext4"], ["-t", "ext4", "-b", "1024"], ["-t", "ext4", "-b", "2048"],
    ["-t", "ext4", "-O", "^64bit"], ["-t", "ext4", "-O", "^metadata_csum,uninit_bg"],
    ["-t", "ext4", "-O", "meta_bg,^resize_inode"], ["-t", "ext4", "-O", "meta_bg,^resize_inode", "-b", "1024"],
    ["-t", "ext4", "-O", "^flex_bg"], ["-t", "ext4", "-O", "^flex_bg,^metadata_csum,^uninit_bg"],
    ["-t", "ext4", "-O", "bigalloc", "-C", "16384"], ["-t", "ext4", "-O", "bigalloc", "-b", "1024", "-C", "4096"],
    ["-t", "ext4", "-O", "sparse_super2,^resize_inode"], ["-t", "ext4", "-O", "^sparse_super,^resize_inode"], ["-t", "ext4", "-g", "8192"],
    ["-t", "ext4", "-O", "metadata_csum_seed"], ["-t", "ext4", "-O", "^has_journal"], ["-t", "ext4", "-N", "100000"],
    ["-t", "ext4", "-O", "inline_data", "-I", "512"], ["-t", "ext4", "-E", "packed_meta_blocks=1"],
]


def make_ext(path, tree, options, size=160 * MIB):
    noisy(path, size)
    # Discarding would make zeros of it.
    run("mke2fs", "-q", "-F", "-E", "nodiscard", *options, "-d", tree, path)
    run("debugfs", "-w", "-f", "-", path, input="".join(f"rm /old/file{i}\n" for i in range(40)))
    run("e2fsck", "-fy", path, may_fail=True)
    return path


def free_bytes(path):
    """Where dumpe2fs sees free blocks, in bytes; only what is not uninitialised."""
    text = run("dumpe2fs", path)
    block = int(re.search(r"^Block size: +(\d+)", text, re.M)[1])
    cluster = re.search(r"^Cluster size: +(\d+)", text, re.M)
    unit = int(cluster[1]) if cluster else block
    found = []
    for line in re.findall(r"^  Free blocks: (.*)$", text, re.M):
        for part in filter(None, line.split(", ")):
            first, _, last = part.partition("-")
            found.append((int(first) * block, int(last or first) * block + unit))
    return found


def dump(path, to):
    to.mkdir()
    run("debugfs", "-R", f"rdump / {to}", path)
    shutil.rmtree(to / "lost+found", ignore_errors=True)


def captured(tool, path, tmp_path, *args):
    tmp_path.mkdir(exist_ok=True)
    with open(tmp_path / "out.gz", "wb") as out:
        result = tool.start("cat", "--gzip", "--skip-free", *args, path, stdout=out).end()
    assert result.status == 0, result
    copy = tmp_path / "copy"
    copy.write_bytes(gzip.decompress((tmp_path / "out.gz").read_bytes()))
    return result, copy


@pytest.mark.parametrize("options", EXT, ids=lambda o: "_".join(o[1:]))
def test_ext(tool, tree, tmp_path, options):
    path = make_ext(tmp_path / "disk", tree, options)
    result, copy = captured(tool, path, tmp_path)
    assert result.warnings == [] and f"({options[1]})" in result.err and "are free: they are left out" in result.err, result
    before, after = path.read_bytes(), copy.read_bytes()
    free = free_bytes(path)
    at = 0
    for first, last in [*free, (len(before), len(before))]:
        assert before[at:first] == after[at:first]
        assert after.count(0, first, last) == last - first
        at = last
    assert sum(last - first for first, last in free) > 50 * MIB
    run("e2fsck", "-fn", copy)
    dump(path, tmp_path / "want")
    dump(copy, tmp_path / "files")
    run("diff", "-r", tmp_path / "want", tmp_path / "files")
    assert len(list((tmp_path / "files" / "usr").iterdir())) == 41


def put_at(disk, path, at):
    with open(disk, "r+b") as file:
        file.seek(at)
        file.write(path.read_bytes())


def make_fat(path, tree, bits, size):
    noisy(path, size)
    run("mkfs.fat", "-F", str(bits), "-s", "1" if bits == 32 else "4", path)
    run("mcopy", "-i", path, *sorted((tree / "etc").iterdir()), "::/")
    run("mdel", "-i", path, "::/file1", "::/file2", "::/file3")
    return path


@pytest.fixture
def disk(tmp_path, tree):
    """ext4, FAT32, swap, and what nobody knows; noise in between."""
    path = noisy(tmp_path / "disk", 190 * MIB)
    sizes = [("ext", 64), ("fat", 40), ("swap", 32), ("odd", 16)]
    script = "label: gpt\n" + "".join(f"size={size}MiB{',type=S' if name == 'swap' else ''}\n" for name, size in sizes)
    run("sfdisk", "-q", path, input=script)
    put_at(path, make_ext(tmp_path / "ext", tree, ["-t", "ext4"], 64 * MIB), MIB)
    put_at(path, make_fat(tmp_path / "fat", tree, 32, 40 * MIB), 65 * MIB)
    swap = noisy(tmp_path / "swap", 32 * MIB)
    swap.chmod(0o600)
    run("mkswap", swap)
    put_at(path, swap, 105 * MIB)
    return path


def test_a_disk_with_partitions(tool, disk, tree, tmp_path):
    result, copy = captured(tool, disk, tmp_path)
    assert len(result.warnings) == 1 and "partition 4 is read whole: it has no file system that is known" in result.warnings[0], result
    for words in ("partition 1 (ext4): ", "partition 2 (FAT32): ", "partition 3 (swap): "):
        assert words in result.err, result
    before, after = disk.read_bytes(), copy.read_bytes()
    assert len(before) == len(after)
    for first, last in [(0, 1), (137, 190)]:
        assert before[first * MIB : last * MIB] == after[first * MIB : last * MIB]
    assert before[105 * MIB : 105 * MIB + 4096] == after[105 * MIB : 105 * MIB + 4096]
    assert after.count(0, 105 * MIB + 4096, 137 * MIB) == 32 * MIB - 4096
    part = tmp_path / "part"
    part.write_bytes(after[MIB : 65 * MIB])
    run("e2fsck", "-fn", part)
    part.write_bytes(after[65 * MIB : 105 * MIB])
    run("fsck.fat", "-n", part)
    (tmp_path / "fatfiles").mkdir()
    run("mcopy", "-i", part, "::/*", tmp_path / "fatfiles")
    for name in ("file0", *(f"file{i}" for i in range(4, 40))):
        assert (tmp_path / "fatfiles" / name).read_bytes() == (tree / "etc" / name).read_bytes()
    assert after.count(0) > 100 * MIB > before.count(0)


def test_to_linode(rig, cloud, disk):
    """Twice the same, and told in JSON."""
    result = rig.upload(disk, "--skip-free", "--partition", "1", "--output", "json")
    assert result.status == 0, result
    (entry,) = result.json
    (part,) = entry["left_out"]
    assert part["partition"] == 0 and part["filesystem"] == "ext4" and part["size"] == 64 * MIB and part["why"] is None
    (stored,) = cloud.bucket.completed
    after = gzip.decompress(stored.bytes())
    assert len(after) == 64 * MIB and after.count(0) >= part["bytes"] > 40 * MIB


def test_a_part_of_a_partition_has_no_file_system(tool, disk, tmp_path):
    result, copy = captured(tool, disk, tmp_path, "--offset", "2M", "--length", "20M")
    assert "all of it is read whole" in result.warnings[0], result
    assert copy.read_bytes() == disk.read_bytes()[2 * MIB : 22 * MIB]


def test_partitions_that_overlap(tool, disk, tmp_path):
    run("sfdisk", "-q", "--force", disk, input="label: dos\nstart=2048,size=131072,type=83\nstart=133120,size=81920,type=83\n")
    with open(disk, "r+b") as file:
        file.seek(446 + 8)
        file.write(struct.pack("<I", 2048))
        file.seek(446 + 16 + 8)
        file.write(struct.pack("<I", 133120 - 2048))
    result, copy = captured(tool, disk, tmp_path)
    assert any("is read whole: " in line for line in result.warnings), result
    assert copy.read_bytes() == disk.read_bytes()


def all_is_read(tool, path, tmp_path, words):
    result, copy = captured(tool, path, tmp_path)
    assert any(f"is read whole: {words}" in line for line in result.warnings), result
    assert copy.read_bytes() == path.read_bytes()


NOT_CLEAR = "its partition table is not clear"


def test_a_fat_that_was_partitioned_later(tool, tree, tmp_path):
    """The boot sector's numbers survive, and so do the tables in front of the first partition."""
    path = make_fat(tmp_path / "disk", tree, 16, 100 * MIB)
    run("sfdisk", "-q", "-w", "never", "-W", "never", path, input="start=2048,type=83\n")
    put_at(path, make_ext(tmp_path / "ext", tree, ["-t", "ext4"], 64 * MIB), MIB)
    all_is_read(tool, path, tmp_path, NOT_CLEAR)


@pytest.mark.parametrize("at, byte", [(462, b"\x80"), (482, b"\x83")])
def test_an_odd_mbr_over_an_old_file_system(tool, tree, tmp_path, at, byte):
    """Two active partitions, or one of no length: Linux sees the others."""
    path = make_ext(tmp_path / "disk", tree, ["-t", "ext4", "-O", "^has_journal"])
    run("sfdisk", "-q", path, input="start=2048,size=100000,type=83,bootable\nstart=200000,size=10000,type=83\n")
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(byte)
    all_is_read(tool, path, tmp_path, NOT_CLEAR)


@pytest.mark.parametrize("count", [150000, 1000000])
def test_an_mbr_over_an_old_gpt(tool, disk, tmp_path, count):
    """Without the entry that protects it a GPT is none: what the MBR says counts, for Linux and sfdisk too."""
    with open(disk, "r+b") as file:
        file.seek(446)
        file.write(struct.pack("<B3xB3xII", 0, 0x83, 4096, count))
    result, copy = captured(tool, disk, tmp_path)
    assert len(result.warnings) == 1 and "is read whole: " in result.warnings[0], result
    assert copy.read_bytes() == disk.read_bytes()
    if count == 150000:
        run_ = tool.start("cat", "--partition", "1", disk).process.communicate()[0]
        assert run_ == disk.read_bytes()[4096 * 512 : (4096 + count) * 512]


def test_a_gpt_whose_copies_are_both_damaged(tool, tree, tmp_path):
    path = make_ext(tmp_path / "disk", tree, ["-t", "ext4", "-O", "^has_journal"])
    with open(path, "r+b") as file:
        file.seek(512)
        file.write(b"EFI PART")
    all_is_read(tool, path, tmp_path, NOT_CLEAR)


def test_a_hybrid_disk(tool, disk, tree, tmp_path):
    """An MBR that has one of the GPT's partitions is no harm, one with another is."""
    for size, clear in ((131072, True), (131000, False)):
        with open(disk, "r+b") as file:
            file.seek(446 + 16)
            file.write(struct.pack("<B3xB3xII", 0, 0x83, 2048, size))
        result, copy = captured(tool, disk, tmp_path)
        assert ("partition 1 (ext4): " in result.err) == clear, result
        assert (copy.read_bytes() == disk.read_bytes()) == (not clear)


def test_as_linux_leaves_it(tool, tmp_path, tree):
    """Made, filled, deleted from and grown by the kernel; then mounted read-only, and read-write."""
    path = noisy(tmp_path / "disk", 96 * MIB)
    point = tmp_path / "point"
    point.mkdir()
    with attached(path) as loop:
        run("mkfs.ext4", "-q", "-E", "nodiscard", loop, "40M")
        run("mount", "-o", "nodiscard", loop, point)
        try:
            for name in ("etc", "usr", "old"):
                shutil.copytree(tree / name, point / name)
            shutil.rmtree(point / "old")
            run("umount", point)
            run("e2fsck", "-f", "-p", loop)
            run("resize2fs", loop)
            run("mount", loop, point)
            (point / "usr" / "late").write_bytes(bytes(3000))
            run("mount", "-o", "remount,ro", point)
            result, copy = captured(tool, loop, tmp_path)
            assert result.warnings == [] and "all of it (ext4): " in result.err, result
            run("mount", "-o", "remount,rw", point)
            live, whole = captured(tool, loop, tmp_path / "live", "--live")
            assert any("all of it (ext4) is read whole: " in line for line in live.warnings), live
        finally:
            run("umount", point)
    run("e2fsck", "-fn", copy)
    dump(copy, tmp_path / "files")
    for name in ("etc", "usr"):
        run("diff", "-r", "-x", "late", tree / name, tmp_path / "files" / name)
    assert copy.read_bytes().count(0) > 60 * MIB > whole.read_bytes().count(0)


def test_exfat_of_large_sectors(tool, tmp_path):
    """Its boot sectors are eight times as long."""
    path = noisy(tmp_path / "disk", 64 * MIB)
    with attached(path, "--sector-size", "4096") as loop:
        run("mkfs.exfat", "-c", "8K", loop)
        result, copy = captured(tool, loop, tmp_path / "captured")
    assert result.warnings == [] and "all of it (exFAT): " in result.err, result
    with attached(copy, "--sector-size", "4096") as loop:
        run("fsck.exfat", "-n", loop)
    before, after = path.read_bytes(), copy.read_bytes()
    assert all(now in (was, 0) for was, now in zip(before[: 8 * MIB], after[: 8 * MIB], strict=True))
    assert after.count(0) > 60 * MIB > before.count(0)


@pytest.mark.parametrize("name, data", [("x.img.gz", pictures.packed(bytes(4096))), ("x.tar", bytes(257) + b"ustar\x0000" + bytes(10000)), (None, bytes(8192))])
def test_only_of_raw_disks(tool, put_file, name, data):
    result = tool.run("cat", "--skip-free", put_file(name, data) if name else "-", input=data)
    assert result.status == 2 and "--skip-free is for raw disks" in result.errors[0] and result.out == "", result
