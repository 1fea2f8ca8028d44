"""A part of a disk: --partition, --offset and --length, on disks that sfdisk has partitioned."""

import os
import subprocess

import pytest

import pictures

KIB = 1024
MIB = KIB * KIB
GPT = "label: gpt\n1: size=2MiB\n3: size=3MiB\n"
MBR = "label: dos\n1: start=2048,size=2048\n2: start=4096,size=16384,type=5\n5: start=6144,size=2048\n6: start=10240,size=4096\n"


def partitioned(path, script, size=16 * MIB):
    """A disk with bytes in each place that tell where it is."""
    path.write_bytes(pictures.raw(size))
    subprocess.run(["sfdisk", "-q", "--no-reread", "--no-tell-kernel", path], input=script.encode(), check=True,
                   env={**os.environ, "PATH": "/usr/sbin:/sbin:" + os.environ["PATH"]})
    return path


@pytest.fixture
def cat(tool, tmp_path):
    """cat(args) gives the result, and the bytes that were written."""

    def run(*args):
        with open(tmp_path / "out", "wb") as out:
            result = tool.start("cat", *args, stdout=out).end()
        return result, (tmp_path / "out").read_bytes()

    return run


@pytest.fixture
def disk(tmp_path):
    return lambda script: partitioned(tmp_path / "disk.raw", script)


@pytest.mark.parametrize("script, number, first, last", [
    (GPT, 1, 1 * MIB, 3 * MIB), (GPT, 3, 3 * MIB, 6 * MIB),
    (MBR, 1, 1 * MIB, 2 * MIB), (MBR, 5, 3 * MIB, 4 * MIB), (MBR, 6, 5 * MIB, 7 * MIB),
])
def test_a_partition(cat, disk, script, number, first, last):
    path = disk(script)
    data = path.read_bytes()[first:last]
    assert cat("--partition", number, path)[1] == data
    assert cat("--partition", number, "--offset", "512", "--length", "1K", path)[1] == data[512:512 + KIB]
    result, rest = cat("--partition", number, "--offset", "512", path)
    assert result.status == 0 and rest == data[512:], result


@pytest.mark.parametrize("script, number, words", [
    (GPT, 2, "has no partition 2, but 1, 3"), (GPT, 9, "has no partition 9, but 1, 3"),
    (MBR, 2, "its partition 2 is the extended one"), (MBR, 7, "has no partition 7, but 1, 2, 5, 6"),
    (None, 1, "has no partition table"),
])
def test_no_such_partition(tool, disk, put_file, script, number, words):
    path = disk(script) if script else put_file("x.raw", pictures.raw(MIB))
    result = tool.run("cat", "--partition", str(number), path)
    assert result.status == 2 and words in result.err and result.out == "", result


def test_a_damaged_gpt(tool, cat, disk):
    """The other copy is used; when both are damaged, there is none."""
    path = disk(GPT)
    data = bytearray(path.read_bytes())
    data[512 + 60] ^= 1
    path.write_bytes(data)
    result, out = cat("--partition", "1", path)
    assert result.status == 0 and out == data[MIB:3 * MIB] and "the one at the end is used" in result.err, result
    data[-512 + 60] ^= 1
    path.write_bytes(data)
    assert tool.run("cat", "--partition", "1", path).status == 2


def test_a_window(tool, cat, put_file):
    path = put_file("x.raw", pictures.raw(MIB))
    data = path.read_bytes()
    for args, want in [(("--offset", "4K"), data[4096:]), (("--length", "4K"), data[:4096]),
                       (("--offset", str(MIB - 1)), data[-1:]), (("--offset", "512", "--length", "1"), data[512:513])]:
        assert cat(*args, path)[1] == want
    for args in (("--offset", "2M"), ("--length", "2M"), ("--offset", "512K", "--length", "513K")):
        result = tool.run("cat", *args, path)
        assert result.status == 2 and "bytes: there are no " in result.err and result.out == "", result


def test_a_pipe_has_no_parts(tool):
    for args in (("--partition", "1"), ("--offset", "1"), ("--length", "1")):
        result = tool.run("cat", *args, "-", input=bytes(4096))
        assert result.status == 2 and "no part can be taken" in result.err, result


def test_check_looks_at_the_part_only(tool, disk):
    path = disk(GPT)
    (row,) = tool.run("check", "-o", "json", "--partition", "3", path).json
    assert (row["status"], row["size"]) == ("intact", 3 * MIB)
    assert tool.run("check", "--offset", "1", path).status == 3
