"""Each cloud refuses what is no whole disk before it has it, and takes it with --no-check."""

import gzip
import socket
import subprocess

import pytest

import pictures
from ionos_outcome import RAW, lawful
from openstack_rig import OpenStackRig
from otc_rig import holds

MIB = pictures.MIB


def superfloppy(size):
    """An ext superblock that speaks of 2 MiB, and so many bytes."""
    data = bytearray(pictures.raw(2 * MIB))
    block = bytearray(1024)
    for at, value in ((0, 16), (4, 2048), (20, 1), (24, 0), (32, 8192), (56, 0xEF53), (76, 1)):
        block[at : at + 4] = value.to_bytes(4, "little")
    data[1024:2048] = block
    return bytes(data[:size])


CUT = superfloppy(MIB)
BAD = {"cut": CUT, "odd": pictures.raw(MIB)[:-1], "short": bytes(100), "empty": b""}


@pytest.fixture
def glance_rig(home, glance, pki):
    return OpenStackRig(home, glance, pki.ca)


# --- Linode -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", BAD)
def test_linode(rig, cloud, put_file, name):
    path = put_file("disk.img.gz", gzip.compress(BAD[name], mtime=0))
    result = rig.upload(path)
    assert result.status == 3 and len(result.errors) == 1, result
    rig.nothing_left()
    # What is known at once makes no record.
    assert name != "empty" or cloud.seen("create") == []


@pytest.mark.parametrize("name", BAD)
def test_linode_without_checks(rig, cloud, put_file, name):
    path = put_file("disk.img.gz", gzip.compress(BAD[name], mtime=0))
    result = rig.upload("--no-check", path)
    assert result.status == 0 and len(result.warnings) == 1, result
    assert cloud.bucket.completed[0].bytes() == path.read_bytes()


def test_linode_without_checks_is_gzip_all_the_same(rig, put_file):
    result = rig.upload("--no-check", put_file("disk.img.gz", gzip.compress(pictures.raw(MIB), mtime=0)[:-5]))
    assert result.status == 3, result
    rig.nothing_left()


# --- Glance ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BAD)
def test_glance(glance_rig, put_file, name):
    before = len(glance_rig.images())
    for words, more in (([put_file("disk.raw", BAD[name])], {}), (["-", "--name", "x"], {"input": BAD[name]})):
        result = glance_rig.upload(*words, **more)
        assert result.status == 3 and len(result.errors) == 1 and len(glance_rig.images()) == before, result


@pytest.mark.parametrize("name", BAD)
def test_glance_without_checks(glance_rig, put_file, name):
    glance_rig.arrived(glance_rig.upload("--no-check", put_file("disk.raw", BAD[name])), BAD[name])
    if BAD[name]:
        result = glance_rig.upload("--no-check", "-", "--name", "x", input=BAD[name])
        glance_rig.arrived(result, BAD[name])
        assert sum("sent all the same" in line for line in result.warnings) == 1, result


def test_glance_from_a_pipe_that_nobody_can_prove(glance_rig, tmp_path):
    """The bytes are the same; whether the image is whole its tables could tell, which have gone by."""
    path = tmp_path / "disk.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", path, "8M"], check=True)
    subprocess.run(["qemu-io", "-f", "qcow2", "-c", "write -P 7 4M 1M", path], check=True, capture_output=True)
    result = glance_rig.upload("-q", "-", "--name", "x", "-o", "json", input=path.read_bytes())
    assert result.status == 0 and result.json["uploads"][0]["status"] == "active, unproven", result
    assert glance_rig.upload("-q", path, "-o", "json").json["uploads"][0]["status"] == "active"


def test_a_kernel_is_no_disk(glance_rig, put_file):
    path = put_file("vmlinuz", pictures.raw(MIB) + b"end")
    glance_rig.arrived(glance_rig.upload("--disk-format", "aki", "--container-format", "aki", path), path.read_bytes())


# --- Open Telekom Cloud ---------------------------------------------------------------------


@pytest.mark.parametrize("name", BAD)
def test_otc(otc, put_file, name):
    for source in ("file", "pipe"):
        result = otc.send(source, put_file("disk.raw", BAD[name]))
        assert result.status == 3 and len(result.errors) == 1 and otc.records == [], (source, result)


@pytest.mark.parametrize("name", BAD)
def test_otc_without_checks(otc, put_file, name):
    result = otc.upload("--no-check", "--min-disk", "1", put_file("disk.raw", BAD[name]))
    if BAD[name]:
        assert result.status == 0, result
        holds(otc.records[0], BAD[name])
    else:
        # It is sent, and the cloud's own word is told.
        assert result.status == 2 and "image file is empty" in result.errors[0] and otc.records == [], result


# --- IONOS --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BAD)
def test_ionos(ionos_rig, put_file, name):
    for words, more in ((["-i", put_file("disk.raw", BAD[name])], {}), (["-i", "-", "--rename", "disk", "--format", "raw"], {"input": BAD[name]})):
        result = ionos_rig.upload("--skip-update", *words, **more)
        assert result.status == 3 and len(result.errors) == 1 and ionos_rig.ftp.file(RAW) is None, result
    lawful(ionos_rig.ftp)


@pytest.mark.parametrize("name", BAD)
def test_ionos_without_checks(ionos_rig, put_file, name):
    result = ionos_rig.upload("--skip-update", "--no-check", "-i", put_file("disk.raw", BAD[name]))
    assert result.status == 0 and ionos_rig.ftp.file(RAW) == BAD[name], result
    lawful(ionos_rig.ftp)


def pipe(rig, data, size):
    return rig.upload("--skip-update", "-i", "-", "--rename", "disk", "--format", "raw", "--size", str(size), input=data)


def test_ionos_a_pipe_of_the_size_that_was_announced(ionos_rig):
    data = pictures.raw(3 * MIB)
    result = pipe(ionos_rig, data, len(data))
    assert result.status == 0 and ionos_rig.ftp.file(RAW) == data, result


@pytest.mark.parametrize("size, word", [(3 * MIB + 512, "early"), (3 * MIB - 512, "longer")])
def test_ionos_a_pipe_of_another_size(ionos_rig, size, word):
    """What feeds it died, and nobody else hears of that."""
    result = pipe(ionos_rig, pictures.raw(3 * MIB), size)
    assert result.status == 3 and word in result.errors[0], result
    assert ionos_rig.ftp.file(RAW) is None
    lawful(ionos_rig.ftp)


def test_ionos_a_file_of_another_size(ionos_rig, put_file):
    result = ionos_rig.upload("-i", put_file("disk.raw", pictures.raw(MIB)), "--size", "5")
    assert result.status == 2 and "--size says 5" in result.errors[0] and ionos_rig.ftp.sessions == [], result


# --- All ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["linode", "ionos", "openstack", "otc"])
def test_character_devices(tool, command):
    words = {"linode": ["--region", "us-ord", "--label", "a"], "ionos": ["--format", "raw", "-l", "fra"]}
    result = tool.run(command, *words.get(command, []), "/dev/zero", env={"IONOS_USERNAME": "u", "IONOS_PASSWORD": "p"})
    assert result.status == 2 and "character device" in result.errors[0], result


def test_a_socket_stays(tool, small):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        running = tool.start("check", "-", stdin=theirs)
        theirs.close()
        ours.sendall(small.read_bytes())
        ours.shutdown(socket.SHUT_WR)
        assert running.end().status == 0
