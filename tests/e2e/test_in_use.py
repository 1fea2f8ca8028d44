"""Disks that somebody writes to: refused, unless that is asked for."""

import os
import subprocess

import pytest

import pictures
from loops import attached, finally_run, run

MIB = pictures.MIB
LIVE = "or take it as it is with --live"


@pytest.fixture
def device(tmp_path):
    """A disk with two partitions, and a swap space around them."""
    path = tmp_path / "disk"
    path.write_bytes(bytes(32 * MIB))
    run("sfdisk", "-q", path, input="label: gpt\n1: size=10MiB\n2: size=8MiB\n")
    with attached(path) as loop:
        run("partx", "--add", loop)
        yield loop
        finally_run("partx", "--delete", loop)


@pytest.fixture
def mounted(device, tmp_path):
    """The first partition is mounted, here."""
    point = tmp_path / "mount point"
    point.mkdir()
    run("mkfs.ext4", "-q", f"{device}p1")
    run("mount", f"{device}p1", point)
    yield point
    run("umount", point)


def refused(tool, *args, words):
    result = tool.run("cat", *args)
    assert result.status == 2 and result.out == "", result
    assert len(result.errors) == 1 and words in result.errors[0] and LIVE in result.errors[0], result


def taken(tool, *args, size, warnings=0):
    read, write = os.pipe()
    with os.fdopen(read, "rb") as data:
        run_ = tool.start("cat", *args, stdout=write)
        os.close(write)
        assert len(data.read()) == size
    result = run_.end()
    assert result.status == 0 and len(result.warnings) == warnings, result
    return result


def test_a_disk_that_nobody_uses(tool, device):
    taken(tool, device, size=32 * MIB)


def test_a_mounted_partition(tool, device, mounted):
    words = f"is mounted read-write at {mounted}: make that read-only (mount -o remount,ro), "
    refused(tool, device, words=words)
    refused(tool, f"{device}p1", words=words)
    refused(tool, device, "--partition", "1", words=words)
    refused(tool, device, "--length", "2M", words=words)


def test_what_nobody_uses_of_it(tool, device, mounted):
    taken(tool, device, "--partition", "2", size=8 * MIB)
    taken(tool, f"{device}p2", size=8 * MIB)
    taken(tool, device, "--length", "1M", size=MIB)
    taken(tool, device, "--offset", "11M", size=21 * MIB)


def test_mounted_read_only(tool, device, mounted):
    run("mount", "-o", "remount,ro", mounted)
    taken(tool, device, size=32 * MIB)
    run("mount", "-o", "remount,rw", mounted)
    refused(tool, device, words="is mounted")


def test_live(tool, device, mounted):
    result = taken(tool, "--live", device, size=32 * MIB, warnings=1)
    assert f"it is mounted read-write at {mounted}" in result.warnings[0]


def test_check_only_looks(tool, device, mounted):
    result = tool.run("check", device)
    assert result.status == 0 and "it is mounted read-write" in result.warnings[0], result


def test_nothing_is_asked_of_a_cloud(rig, cloud, device, mounted):
    result = rig.upload(device)
    assert result.status == 2 and LIVE in result.errors[0] and cloud.requests == [], result


def test_other_grammars_have_no_such_option(rig, cloud, device, mounted):
    result = rig.run("linode-cli", "image-upload", "--label", "x", device)
    assert result.status == 2 and "is mounted read-write" in result.errors[0] and "--live" not in result.err, result


def test_swap(tool, device):
    run("mkswap", "-q", f"{device}p2")
    run("swapon", f"{device}p2")
    try:
        refused(tool, device, words=f"is used as swap: swapoff {device}p2")
        refused(tool, f"{device}p2", words="is used as swap")
        taken(tool, device, "--partition", "1", size=10 * MIB)
    finally:
        run("swapoff", f"{device}p2")
    taken(tool, device, size=32 * MIB)


def test_somebody_else(tool, device):
    claim = os.open(device, os.O_RDONLY | os.O_EXCL)
    try:
        refused(tool, device, words="is in use, and the kernel does not tell by whom")
    finally:
        os.close(claim)


def numbers(device):
    found = os.stat(device).st_rdev
    return f"{os.major(found)}:{os.minor(found)}"


def in_another(script, *args):
    """In a mount namespace of its own, after this script."""
    return ["unshare", "--mount", "sh", "-euc", f"{script}\nexec \"$@\"", "sh", *args]


@pytest.mark.parametrize("held", ["", "p1", "p2"])
def test_a_part_of_another_device(tool, device, tmp_path, held):
    """Neither LVM nor RAID is needed: /sys and /proc say what they would say."""
    (tmp_path / "partitions").write_text(f"major minor  #blocks  name\n\n{devices(device)} 253        3       8192 dm-3\n")
    script = f"""
        mkdir {tmp_path}/block; for i in '' p1 p2; do
            n=$(cat /sys/class/block/{device[5:]}$i/dev); mkdir {tmp_path}/block/$n {tmp_path}/block/$n/holders
            [ -z "$i" ] || cp /sys/class/block/{device[5:]}$i/start /sys/class/block/{device[5:]}$i/size {tmp_path}/block/$n
            [ "$i" != "{held}" ] || : > {tmp_path}/block/$n/holders/dm-3
        done
        cp /sys/class/block/{device[5:]}/dev {tmp_path}/block/dev
        mount --bind {tmp_path}/partitions /proc/partitions; mount --bind {tmp_path}/block /sys/dev/block"""
    words = "is a part of /dev/dm-3 (LVM, RAID or dm-crypt): stop that, or take the image of /dev/dm-3"
    result = tool.run("cat", device, under=in_another(script))
    assert result.status == 2 and words in result.errors[0], result


def devices(device):
    lines = open("/proc/partitions", encoding="ascii").read().splitlines(keepends=True)
    return "".join(line for line in lines if device[5:] in line)


@pytest.mark.parametrize("path, hide", [("/proc/self/mountinfo", "/proc"), ("/sys/dev/block", "/sys")])
def test_where_nothing_can_be_known(tool, device, mounted, path, hide):
    result = tool.run("cat", device, under=in_another(f"umount -l {hide}"), stdout=subprocess.DEVNULL)
    assert result.status == 0 and f"whether it is in use is not known: {path} cannot be read" in result.warnings[0], result
