"""--skip-free: what file systems do not use is left out, and nothing else."""

import gzip
import os
import random
import re
import shutil
import struct
import subprocess

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


# Nothing would tell of a wrong number in them.
UNSURE = [
    (["-t", "ext4", "-O", "^metadata_csum,^uninit_bg"], "it has no checksums"), (["-t", "ext2", "-b", "4096", "-g", "8192"], "it has no checksums"),
    (["-t", "ext4", "-O", "mmp"], "it has features that are not known here"),
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
    assert result.warnings == [] and "(ext)" in result.err and "are free, and left out" in result.err, result
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


@pytest.mark.parametrize("options, why", UNSURE)
def test_ext_that_is_not_believed(tool, tree, tmp_path, options, why):
    path = make_ext(tmp_path / "disk", tree, options, 64 * MIB)
    result, copy = captured(tool, path, tmp_path)
    assert len(result.warnings) == 1 and f"all of it (ext) is read whole: {why}" in result.warnings[0], result
    assert copy.read_bytes() == path.read_bytes()
