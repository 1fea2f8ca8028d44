"""--skip-free of XFS, as Linux leaves it, held against xfs_db and xfs_repair."""

import gzip
import os
import random
import re
import shutil
import struct

import pytest

from loops import attached, run
from servers import debs

MIB = 1 << 20


def xfs(program, *args, **more):
    return run(*debs.command(debs.unpack(["xfsprogs"]), f"usr/sbin/{program}"), *args, **more)


def noisy(path, size):
    """What was on the disk before: free blocks hold it."""
    block = random.Random(5).randbytes(MIB)
    with open(path, "wb") as file:
        for _ in range(size // MIB):
            file.write(block)
    return path


def fill(point):
    """Small files in a row, of which every other one is deleted again: free space is in thousands of places."""
    noise = random.Random(1)
    for i in range(6000):
        (point / f"file{i}").write_bytes(noise.randbytes(noise.choice([1, 900, 3000, 5000])))
    for i in range(6):
        (point / f"large{i}").write_bytes(noise.randbytes(noise.choice([100000, 3 * MIB])))
    run("sync", "-f", point)
    for i in range(0, 6000, 2):
        (point / f"file{i}").unlink()


@pytest.fixture
def made(tmp_path):
    """make(options) is a file system in a file, filled by Linux and unmounted."""
    path, point = tmp_path / "disk", tmp_path / "point"
    point.mkdir()

    def make(*options, size=320 * MIB, then=lambda point: None):
        noisy(path, size)
        xfs("mkfs.xfs", "-q", "-K", *options, path)
        with attached(path) as loop:
            # Discarding would make zeros of it.
            run("mount", "-t", "xfs", "-o", "nodiscard", loop, point)
            try:
                fill(point)
                then(point)
            finally:
                run("umount", point)
        return path

    return make


def captured(tool, path, tmp_path, *args):
    with open(tmp_path / "out.gz", "wb") as out:
        result = tool.start("cat", "--gzip", "--skip-free", *args, path, stdout=out).end()
    assert result.status == 0, result
    copy = tmp_path / "copy"
    copy.write_bytes(gzip.decompress((tmp_path / "out.gz").read_bytes()))
    return result, copy


def superblock(path):
    return dict(re.findall(r"^(\w+) = (\w+)$", xfs("xfs_db", "-r", "-c", "sb 0", "-c", "p", path), re.M))


def free_of(path):
    """Where xfs_db sees free extents, in bytes, but for the blocks that are kept for the trees."""
    numbers = superblock(path)
    block, group = int(numbers["blocksize"]), int(numbers["agblocks"])
    kept = set()
    for i in range(int(numbers["agcount"])):
        text = xfs("xfs_db", "-r", "-c", f"agf {i}", "-c", "p flfirst fllast", "-c", f"agfl {i}", "-c", "p bno", path)
        first, last = (int(re.search(rf"^{name} = (\d+)$", text, re.M)[1]) for name in ("flfirst", "fllast"))
        for slot, to in re.findall(r" (\d+):(\d+)", text):
            if first <= int(slot) <= last or (last < first and not last < int(slot) < first):
                kept.add((i, int(to)))
    found = []
    for line in re.findall(r"^ +(\d+ +\d+ +\d+)$", xfs("xfs_db", "-r", "-c", "freesp -d", path), re.M):
        number, start, count = map(int, line.split())
        if count == 1 and (number, start) in kept:
            continue
        at = (number * group + start) * block
        found.append((at, at + count * block))
    return sorted(found)


OPTIONS = [[], ["-b", "size=1024"], ["-s", "size=4096"], ["-m", "finobt=0,rmapbt=0,reflink=0,inobtcount=0,bigtime=0"], ["-d", "su=64k,sw=4,agcount=4", "-l", "su=256k"]]


@pytest.mark.parametrize("options", OPTIONS, ids="_".join)
def test_xfs(tool, made, tmp_path, options):
    path = made(*options)
    result, copy = captured(tool, path, tmp_path)
    assert result.warnings == [] and "all of it (XFS): " in result.err and "are free: they are left out" in result.err, result
    before, after = path.read_bytes(), copy.read_bytes()
    free, at = free_of(path), 0
    for first, last in [*free, (len(before), len(before))]:
        assert before[at:first] == after[at:first]
        assert after.count(0, first, last) == last - first, (first, last)
        at = last
    assert len(free) > 100 and sum(last - first for first, last in free) > 100 * MIB > before.count(0)
    xfs("xfs_repair", "-n", "-f", copy)


def all_is_read(tool, path, tmp_path, words, *args):
    result, copy = captured(tool, path, tmp_path, *args)
    assert any(f"(XFS) is read whole: {words}" in line for line in result.warnings), result
    assert copy.read_bytes() == path.read_bytes()


def test_a_log_with_something_in_it(tool, made, tmp_path):
    """As it is when the power fails."""
    taken = tmp_path / "taken"

    def take(point):
        run("sync", "-f", point)
        for i in range(500):
            (point / f"file{2 * i + 1}").unlink()
        run("sync", "-f", point)
        shutil.copyfile(point.parent / "disk", taken)

    made(then=take)
    all_is_read(tool, taken, tmp_path, "its log is not empty")


def test_it_is_read_only(tool, made, tmp_path):
    results = []

    def capture(point):
        (loop,) = re.findall(rf"^(\S+) {point} ", open("/proc/mounts", encoding="ascii").read(), re.M)
        live, _ = captured(tool, loop, tmp_path, "--live")
        assert any("(XFS) is read whole: " in line for line in live.warnings), live
        run("mount", "-o", "remount,ro", point)
        results.append(captured(tool, loop, tmp_path)[0])

    path = made(then=capture)
    assert results[0].warnings == [] and "all of it (XFS): " in results[0].err, results
    assert (tmp_path / "copy").read_bytes().count(0) > 100 * MIB > path.read_bytes().count(0)
    xfs("xfs_repair", "-n", "-f", tmp_path / "copy")


def log_of(path):
    """The log's offset in bytes."""
    numbers = superblock(path)
    start, bits = int(numbers["logstart"]), int(numbers["agblklog"])
    return ((start >> bits) * int(numbers["agblocks"]) + start % (1 << bits)) * int(numbers["blocksize"])


def round_of(path, at):
    """In which round of the log at this offset its first block was written."""
    with open(path, "rb") as file:
        file.seek(at)
        words = struct.unpack(">II", file.read(8))
    return words[1] if words[0] == 0xFEEDBABE else words[0]


def test_a_log_that_went_round(tool, made, tmp_path):
    """Its end is anywhere then, and blocks of two rounds are in it."""

    def write(point):
        at = log_of(point.parent / "disk")
        with open(point / "late", "wb", buffering=0) as file:
            while file.tell() < 100 * MIB and round_of(point.parent / "disk", at) < 2:
                file.write(bytes(4096))
                os.fsync(file.fileno())

    path = made(then=write)
    assert round_of(path, log_of(path)) == 2
    result, copy = captured(tool, path, tmp_path)
    assert result.warnings == [] and "all of it (XFS): " in result.err, result
    xfs("xfs_repair", "-n", "-f", copy)


def test_version_4(tool, tmp_path):
    path = noisy(tmp_path / "disk", 320 * MIB)
    xfs("mkfs.xfs", "-q", "-K", "-m", "crc=0", path)
    all_is_read(tool, path, tmp_path, "it has no checksums")
