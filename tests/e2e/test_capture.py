"""Raw disks to Linode: read once to be measured, then compressed again and sent, with no room in between."""

import collections
import gzip
import hashlib
import json
import re
import subprocess
import zlib

import pytest

import pictures
from clouds import faults
from loops import attached, run
from outcome import given_up

MIB = pictures.MIB


@pytest.fixture
def disk(put_file):
    """Noise, zeros and text: 5 MiB and a sector."""
    text = b"what is on the disk, line by line\n" * 70000
    return put_file("vda", pictures.raw(2 * MIB) + bytes(MIB) + text[: 2 * MIB + 512])


@pytest.fixture
def device(disk):
    """The same as a block device, which tells nobody when it was changed."""
    with attached(disk) as loop:
        yield loop


def stored(cloud):
    """What Linode would unpack: one member, and nothing behind it."""
    (image,) = cloud.images.present()
    assert image.stage == "available"
    unpacker = zlib.decompressobj(31)
    data = unpacker.decompress(cloud.find(image.number).bytes()) + unpacker.flush()
    assert unpacker.eof and unpacker.unused_data == b""
    return data


def overwrite(path, at, data):
    with open(path, "r+b", buffering=0) as file:
        file.seek(at)
        file.write(data)


def changed_between(rig, cloud, device, at, data, *args):
    """The disk is written to when it has been measured."""
    hold = faults.Hold("reply")
    cloud.fault("create", hold)
    run = rig.begin(device, *args)
    assert hold.reached.wait(30)
    overwrite(device, at, data)
    hold.release()
    return run.end()


def test_a_raw_disk_is_compressed(rig, cloud, disk):
    result = rig.upload(disk, "--output", "json")
    assert result.status == 0, result
    assert stored(cloud) == disk.read_bytes()
    (put,) = cloud.seen("put")
    (entry,) = result.json
    assert put.all("Content-Length") == [str(entry["size"])] and put.all("Transfer-Encoding") == []
    assert entry["uncompressed"] == disk.stat().st_size and entry["md5"] == put.md5
    assert entry["size"] < 4 * MIB


def test_nothing_is_asked_before_it_is_measured(rig, cloud, disk):
    """One read error later the cloud has never heard of it."""
    under = ["strace", "-f", "-q", "-o", "/dev/null", "-e", "inject=pread64:error=EIO:when=8+"]
    result = rig.upload(disk, under=under)
    assert result.status == 3 and "read error at byte" in result.errors[0], result
    assert cloud.requests == []


def test_progress_tells_the_passes(rig, disk):
    result = rig.upload(disk, "--progress", "json", "--limit-rate", "2M")
    lines = [json.loads(line) for line in result.err.splitlines()]
    assert result.status == 0 and lines[-1]["phase"] == "ended", result
    assert lines[-1]["read"] == disk.stat().st_size and lines[-1]["sent"] == lines[-1]["size"]


@pytest.mark.parametrize("args", [["--threads", "1"], ["--threads", "8"], ["--threads", "3", "--level", "6"]])
def test_threads_and_levels(rig, cloud, disk, args):
    assert rig.upload(disk, *args).status == 0
    assert stored(cloud) == disk.read_bytes()
    cat = rig.start("cat", "--gzip", disk, *args, "--threads", "2").process.communicate()[0]
    assert cloud.bucket.completed[0].bytes() == cat


def test_a_second_try_gives_the_same(rig, cloud, disk):
    cloud.fault("put", faults.Drop(MIB))
    result = rig.upload(disk)
    assert result.status == 0 and len(cloud.seen("put")) == 2, result
    assert stored(cloud) == disk.read_bytes()


@pytest.mark.parametrize("args, data", [
    (["--partition", "1"], (1, 2)), (["--offset", "1M", "--length", "2M"], (1, 3)), (["--offset", "4M"], (4, 6)),
])
def test_a_part_of_a_disk(rig, cloud, put_file, args, data):
    path = put_file("disk", pictures.raw(6 * MIB))
    run("sfdisk", "-q", path, input="label: dos\nstart=2048,size=2048\n")
    assert rig.upload(path, *args).status == 0
    assert stored(cloud) == path.read_bytes()[data[0] * MIB : data[1] * MIB]


def test_to_a_url(rig, cloud, disk, put_file):
    url = rig.run("linode", "--region", "us-ord", "--label", "edge", "--url-only", "--no-headers", "--cols", "upload_to").out
    result = rig.run("linode", "--upload-to", put_file("url", url.encode()), disk)
    assert result.status == 0, result
    (complete,) = cloud.bucket.completed
    assert gzip.decompress(complete.bytes()) == disk.read_bytes()


def test_a_block_device(rig, cloud, device, disk):
    result = rig.upload(device, "--label", "edge 7")
    assert result.status == 0, result
    assert stored(cloud) == disk.read_bytes()


@pytest.mark.parametrize("where", [0, 3 * MIB, 5 * MIB + 511])
def test_a_disk_that_changes_between_the_passes(rig, cloud, device, where):
    result = changed_between(rig, cloud, device, where, b"!")
    given_up(rig, result, 3, puts=1)
    assert "the disk has changed since it was measured" in result.errors[0] and "--live" in result.errors[0], result
    assert cloud.bucket.completed == []


@pytest.mark.parametrize("data", [b"", b"!", bytes(300000), pictures.raw(300000, 2)[2048:]])
def test_a_live_disk_that_changes_a_little(rig, cloud, device, disk, data):
    result = changed_between(rig, cloud, device, MIB, data, "--live", "--output", "json")
    assert result.status == 0, result
    now = open(device, "rb").read()
    assert stored(cloud) == now and data in now
    (put,) = cloud.seen("put")
    assert result.json[0]["md5"] == hashlib.md5(cloud.bucket.completed[0].bytes()).hexdigest() == put.md5


def test_a_live_disk_that_changes_too_much(rig, cloud, device):
    result = changed_between(rig, cloud, device, 2 * MIB, pictures.raw(3 * MIB, 3), "--live")
    given_up(rig, result, 3)
    assert "the disk has changed so much" in result.errors[0], result
    assert cloud.bucket.completed == []


def test_a_disk_that_is_too_large(rig, cloud, disk):
    result = rig.upload(disk, "--max-size", "5M")
    assert result.status == 3 and "--max-size" in result.errors[0] and cloud.requests == [], result


def test_ten_tebibytes_of_holes(rig, cloud, tool, put_file):
    """Looked at in no time, and measured as far as Linode takes it."""
    path = put_file("tib", b"")
    with open(path, "r+b") as file:
        file.truncate(10 << 40)
        file.seek(7 << 40)
        file.write(pictures.raw(MIB))
    result = tool.run("check", path, "--output", "json")
    assert result.status == 0 and result.json[0]["size"] == 10 << 40, result
    result = rig.upload(path)
    assert result.status == 3 and "is compressed to more than" in result.errors[0] and cloud.requests == [], result


def bad(first, last):
    """These reads of the thread that reads fail."""
    return ["strace", "-f", "-q", "-o", "/dev/null", "-e", f"inject=pread64:error=EIO:when={first}..{last}"]


@pytest.mark.parametrize("args", [[], ["--gzip", "--threads", "1"]])
def test_a_read_error_that_is_passed_over(tool, disk, tmp_path, args):
    with open(tmp_path / "out", "wb") as out:
        result = tool.start("cat", "--on-read-error", "zero", *args, disk, under=bad(5, 7), stdout=out).end()
    (first, last) = map(int, re.findall(r"bytes (\d+) to (\d+) could not be read", result.warnings[0])[0])
    want, got = bytearray(disk.read_bytes()), (tmp_path / "out").read_bytes()
    want[first : last + 1] = bytes(8192)
    assert result.status == 3 and last + 1 - first == 8192, result
    assert (gzip.decompress(got) if args else got) == want
    assert "8192 bytes in 1 place could not be read" in result.errors[0] and len(result.warnings) == 1, result


def number_of_read(tool, tmp_path, offset, *command):
    """Which of the thread's reads is the large one at this offset."""
    log = tmp_path / "reads"
    assert tool.run(*command, under=["strace", "-f", "-q", "-o", str(log), "-e", "trace=pread64"]).status == 0
    counts = collections.Counter()
    for thread, length, at in re.findall(r"^(\d+) +pread64\(.*, (\d+), (\d+)\) += \d+$", log.read_text(), re.M):
        counts[thread] += 1
        if int(at) == offset and int(length) > 65536:
            return counts[thread]
    raise AssertionError(log.read_text())


def test_unreadable_places_as_json(tool, tmp_path, put_file):
    command = ["check", "--on-read-error", "zero", "--output", "json", put_file("x.raw", pictures.raw(8 * MIB))]
    number = number_of_read(tool, tmp_path, MIB, *command)
    result = tool.run(*command, under=bad(number, number + 1))
    (entry,) = result.json
    (place,) = entry["unreadable"]["first"]
    assert result.status == 3 and place == {"offset": MIB, "length": 4096}, result
    assert entry["unreadable"]["bytes"] == 4096 and entry["unreadable"]["places"] == 1
    assert entry["status"] == "incomplete" and entry["exit"] == 3


def test_a_table_that_cannot_be_read(tool, put_file):
    """What is to be looked at first is no reason to save nothing."""
    path = put_file("disk", pictures.raw(4 * MIB))
    run("sfdisk", "-q", path, input="label: gpt\nstart=2048,size=2048\n")
    for number in range(2, 8):
        under = ["strace", "-f", "-q", "-o", "/dev/null", "-e", f"inject=pread64:error=EIO:when={number}"]
        result = tool.run("check", "--on-read-error", "zero", path, under=under)
        assert "refused" not in result.err and result.status in (0, 3), result
        assert result.status == 0 or "bytes in 1 place could not be read" in result.errors[0], result
        part = tool.start("cat", "--partition", "1", path, under=under, stdout=subprocess.PIPE)
        out = part.process.communicate()[0]
        assert part.process.returncode in (2, 3) or out == path.read_bytes()[MIB : 2 * MIB]


def test_no_read_error(rig, cloud, disk):
    result = rig.upload(disk, "--on-read-error", "zero", "--output", "json")
    assert result.status == 0 and result.json[0]["unreadable"] == {"bytes": 0, "places": 0, "first": []}, result
    assert stored(cloud) == disk.read_bytes()


@pytest.mark.parametrize("args, words", [
    (["--level", "0"], "--level takes 1 to 9"), (["--level", "10"], "--level takes 1 to 9"),
    (["--threads", "9"], "--threads takes 1 to 8"),
])
def test_bad_options(rig, cloud, disk, args, words):
    result = rig.upload(disk, *args)
    assert result.status == 2 and words in result.errors[0] and cloud.requests == [], result


@pytest.fixture
def room(tmp_path):
    (tmp_path / "room").mkdir()
    return tmp_path / "room"


def piped(rig, data, room, *args, **options):
    result = rig.upload("-", "--label", "x", "--spool", room, *args, input=data, **options)
    assert list(room.iterdir()) == []
    return result


@pytest.mark.parametrize("fault", [None, faults.Drop(MIB)])
def test_a_pipe_that_is_spooled(rig, cloud, disk, room, fault):
    """What is on the disk can be sent twice."""
    if fault:
        cloud.fault("put", fault)
    result = piped(rig, disk.read_bytes(), room, "--size", str(disk.stat().st_size), "--output", "json")
    assert result.status == 0 and len(cloud.seen("create")) == 1, result
    assert stored(cloud) == disk.read_bytes()
    (entry,) = result.json
    assert entry["uncompressed"] == disk.stat().st_size and entry["size"] == len(cloud.bucket.completed[0].bytes())


def test_a_compressed_pipe_that_is_spooled(rig, cloud, middle, room):
    result = piped(rig, middle.read_bytes(), room)
    assert result.status == 0 and cloud.bucket.completed[0].bytes() == middle.read_bytes(), result


@pytest.mark.parametrize("data, args, words", [
    (pictures.packed(pictures.raw(MIB))[:-9], [], "gzip"),
    (pictures.raw(MIB), ["--size", "2M"], "early (--size)"), (pictures.raw(MIB), ["--size", "512K"], "longer than was announced"),
    (pictures.raw(MIB), ["--max-size", "1000K"], "--max-size"), (pictures.raw(MIB)[:-1], [], "no multiple of 512"),
    (pictures.packed(pictures.raw(MIB)), ["--max-size", "1000K"], "--max-size"),
])
def test_a_bad_pipe_that_is_spooled(rig, cloud, room, data, args, words):
    """The cloud never hears of it."""
    result = piped(rig, data, room, *args)
    assert result.status == 3 and words in result.errors[0] and cloud.requests == [], result


def test_no_room(rig, cloud, disk, room):
    result = piped(rig, disk.read_bytes(), room, under=["sh", "-c", "ulimit -f 100; exec \"$@\"", "sh"])
    assert result.status == 2 and "--spool cannot be written" in result.errors[0] and cloud.requests == [], result
    result = rig.upload("-", "--label", "x", "--spool", room / "none", input=disk.read_bytes())
    assert result.status == 2 and "no file can be made there" in result.errors[0] and cloud.requests == [], result


def test_a_pipe_without_room(rig, cloud, disk):
    result = rig.upload("-", "--label", "x", input=disk.read_bytes())
    assert result.status == 2 and "is a pipe, whose size is not known" in result.errors[0] and "--spool DIR" in result.errors[0] and cloud.requests == [], result
