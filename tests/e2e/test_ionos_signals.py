"""Signals: what was begun is deleted or named, and the process dies by the signal.  ionosctl dies at once, the part remains."""

import signal
import subprocess

import pytest

import pictures
from clouds import faults
from clouds.ftpfaults import Break, Stall
from ionos_outcome import RAW, lawful, send

BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
CUT = 1000001


@pytest.fixture
def disk(put_file):
    return put_file("disk.raw", pictures.raw(8 * pictures.MIB))


@pytest.fixture
def rig(ionos_rig):
    return ionos_rig


def stopped(rig, running, number=signal.SIGTERM):
    running.signal(number)
    result = running.end()
    assert result.status == -number, result
    lawful(rig.ftp)
    return result


@BOTH
def test_during_the_upload(rig, disk, number):
    hold = rig.ftp.order("STOR", Stall(CUT))
    running = rig.begin(disk)
    assert hold.reached.wait(30)
    result = stopped(rig, running, number)
    assert rig.ftp.file(RAW) is None and "deleted" in result.err, result
    assert len(rig.ftp.seen("DELE")) == 1 and len(rig.ftp.seen("STOR")) == 1


def test_where_nothing_can_be_deleted(rig, disk):
    rig.ftp.deletes = False
    hold = rig.ftp.order("STOR", Stall(CUT))
    running = rig.begin(disk)
    assert hold.reached.wait(30)
    result = stopped(rig, running)
    for word in (f"{CUT} bytes", "fra/hdd-images/disk.raw", "--rename 'disk-2'"):
        assert word in result.err, (word, result)


def test_what_is_kept_when_asked_for(rig, disk):
    hold = rig.ftp.order("STOR", Stall(CUT))
    running = rig.begin(disk, "--keep-on-failure")
    assert hold.reached.wait(30)
    assert "fra/hdd-images/disk.raw" in stopped(rig, running).err
    assert rig.ftp.file(RAW) and rig.ftp.seen("DELE") == []


@pytest.mark.parametrize("verb", ["CONNECT", "AUTH", "PASS", "SIZE"])
def test_before_the_upload(rig, disk, verb):
    hold = rig.ftp.order(verb, Stall("command"))
    running = rig.begin(disk)
    assert hold.reached.wait(30)
    stopped(rig, running)
    assert rig.stored_names() == [] and len(rig.ftp.sessions) == 1


def test_after_stor_without_an_answer(rig, disk):
    """Nobody knows whether there is a file now: it is not ours to delete."""
    hold = rig.ftp.order("STOR", Stall("command"))
    running = rig.begin(disk)
    assert hold.reached.wait(30)
    assert "fra/hdd-images/disk.raw may be left" in stopped(rig, running).err


def test_while_the_last_word_is_waited_for(rig, disk):
    """The file may be whole, but nobody has said so."""
    hold = rig.ftp.order("STOR", Stall("reply"))
    running = rig.begin(disk)
    assert hold.reached.wait(30)
    result = stopped(rig, running)
    assert rig.ftp.file(RAW) is None and "deleted" in result.err, result


@pytest.mark.parametrize("fault", [Stall("command"), Break("command", control="reset")], ids=["silent", "gone"])
def test_after_the_last_word(rig, disk, fault):
    """226 was said, the size is being asked for, perhaps again: the file is whole and stays."""
    rig.ftp.order("SIZE", fault, after="STOR")
    hold = rig.ftp.order("CONNECT", Stall("command"), after="STOR") if isinstance(fault, Break) else fault
    running = rig.begin(disk)
    assert hold.reached.wait(30)
    result = stopped(rig, running)
    assert "uploaded whole" in result.err and "fra/hdd-images/disk.raw" in result.err, result
    assert rig.ftp.file(RAW) == disk.read_bytes() and rig.ftp.seen("DELE") == []


@BOTH
def test_while_the_image_is_waited_for(rig, disk, number):
    rig.api.images.lost.add("disk.raw")
    running = rig.begin(disk)
    assert rig.api.wait(lambda: len(rig.api.seen("list")) > 2)
    result = stopped(rig, running, number)
    assert "uploaded whole" in result.err and "fra/hdd-images/disk.raw" in result.err, result
    assert rig.ftp.file(RAW) == disk.read_bytes() and rig.ftp.seen("DELE") == []


def test_while_the_properties_are_set(rig, disk):
    """What is under way is let end."""
    hold = rig.api.fault("patch", faults.Late("reply", 1))
    running = rig.begin(disk)
    assert hold.reached.wait(30)
    running.signal(signal.SIGTERM)
    result = running.end()
    assert result.status in (0, -signal.SIGTERM), result
    assert rig.api.images.all[0].patches and rig.ftp.file(RAW) == disk.read_bytes()
    lawful(rig.ftp)


def test_between_two_tries(rig, disk):
    rig.ftp.order("STOR", "450 busy", times=None)
    running = rig.begin(disk, "--retry-delay", "60")
    assert rig.ftp.wait(lambda: rig.ftp.seen("STOR") and rig.ftp.seen("STOR")[0].over)
    stopped(rig, running)
    assert rig.stored_names() == []


def test_between_two_sizes(rig, disk):
    """The pause of two seconds before an upload is resumed."""
    rig.ftp.order("STOR", Break(CUT, data="reset", reply="426 cut"))
    running = rig.begin(disk)
    assert rig.ftp.wait(lambda: len(rig.ftp.seen("SIZE")) == 2 and rig.ftp.seen("SIZE")[1].over)
    result = stopped(rig, running)
    assert rig.ftp.file(RAW) is None and "deleted" in result.err and rig.ftp.seen("APPE") == [], result


def test_all_of_several(make_ionos, disk):
    rig = make_ionos(["fra", "txl", "de/fra/2"])
    holds = [rig.ftp.order("STOR", Stall(CUT)) for _ in rig.locations]
    running = rig.begin(disk, "--jobs", "3")
    assert all(hold.reached.wait(30) for hold in holds)
    result = stopped(rig, running)
    assert rig.stored_names() == [] and result.err.count("deleted") == 3, result


def test_some_are_done(make_ionos, disk):
    """What is whole stays, and is named."""
    rig = make_ionos(["fra", "txl"])
    hold = rig.ftp.order("STOR", Stall(CUT), path="/txl/*")
    running = rig.begin("-o", "json", disk)
    assert hold.reached.wait(30)
    assert rig.api.wait(lambda: [image for image in rig.api.images.all if image.patches])
    result = stopped(rig, running)
    assert rig.stored_names() == ["fra/hdd-images/disk.raw"], result


def test_a_server_that_is_gone_when_it_should_delete(rig, disk):
    hold = rig.ftp.order("STOR", Stall(CUT))
    running = rig.begin(disk)
    assert hold.reached.wait(30)
    rig.ftp.die()
    rig.ftp.stopping.set()
    result = stopped(rig, running)
    assert "may be left" in result.err and "fra/hdd-images/disk.raw" in result.err, result


@pytest.mark.parametrize("twice", [True, False])
def test_a_server_that_stalls_when_it_should_delete(rig, disk, twice):
    """It is waited for 10 s, or until there is a second signal."""
    hold = rig.ftp.order("STOR", Stall(CUT))
    again = rig.ftp.order("CONNECT", Stall("command"), skip=1)
    running = rig.begin(disk)
    assert hold.reached.wait(30)
    running.signal(signal.SIGINT)
    assert again.reached.wait(30)
    if twice:
        with pytest.raises(subprocess.TimeoutExpired):
            running.process.wait(2.2)  # what comes sooner counts as the same signal
        running.signal(signal.SIGINT)
    result = running.end()
    assert result.status == -signal.SIGINT and ("stopped at once" in result.err) == twice, result
    assert "may be left" in result.err and (twice or "fra/hdd-images/disk.raw" in result.err), result


def test_a_pipe(rig, disk):
    hold = rig.ftp.order("STOR", Stall(CUT))
    with open(disk, "rb") as data:
        running = rig.begin("-", "--rename", "disk", "--format", "raw", stdin=data)
        assert hold.reached.wait(30)
        assert "deleted" in stopped(rig, running).err
    assert rig.stored_names() == [] and send(rig, disk).status == 0
