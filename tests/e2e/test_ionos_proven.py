"""The end of a transfer is proven by its size, and pipes, of which nothing can be sent twice."""

import pytest

import pictures
from clouds.ftpfaults import Break, Say
from ionos_outcome import arrived, failed, moved

SIZE = 3 * pictures.MIB + 12345
CUT = 1000001


@pytest.fixture
def disk(put_file):
    return put_file("disk.raw", pictures.raw(SIZE))


@pytest.fixture
def rig(ionos_rig):
    """Without the API."""
    send = ionos_rig.upload
    ionos_rig.upload = lambda *words, **more: send("--skip-update", *words, **more)
    return ionos_rig


@pytest.mark.parametrize("size", [0, 5, SIZE - 1, SIZE + 1, 10**15])
def test_another_size_after_226_is_a_failure(rig, disk, size):
    rig.ftp.order("SIZE", f"213 {size}", after="STOR")
    failed(rig, rig.upload(disk), 1, f"{size} bytes", f"{SIZE} were sent", "deleted")


@pytest.mark.parametrize("reply", ["550 disk.raw: No such file", "500 unknown", "502 no", "553 no"])
def test_sizes_are_not_told_after_226(rig, disk, reply):
    """The server may have moved the file already: no failure, but no proof."""
    rig.ftp.order("SIZE", reply, times=None, after="STOR")
    result = rig.upload("-o", "json", disk)
    arrived(rig, disk, result)
    assert len(result.warnings) == 1 and "not proven" in result.warnings[0]
    (row,) = result.json["uploads"]
    assert row["status"] == "uploaded, unproven" and row["exit"] == 0 and row["error"] is None


def test_a_size_with_proof_has_no_warning(rig, disk):
    result = rig.upload("-o", "json", disk)
    arrived(rig, disk, result)
    assert result.notes == [] and result.json["uploads"][0]["status"] == "uploaded"


@pytest.mark.parametrize("fault", [Break(CUT, data="reset", reply="426 cut"), Break(CUT, control="reset"), Say("552 Disk full", at=CUT)])
def test_a_pipe_is_not_resumed(rig, disk, fault):
    rig.ftp.order("STOR", fault)
    result = rig.upload("-i", "-", "--rename", "disk", "--format", "raw", input=disk.read_bytes())
    failed(rig, result, 1 if isinstance(fault, Say) else 4, "deleted")
    assert len(moved(rig.ftp)) == 1 and rig.ftp.seen("APPE") == []


def test_a_pipe_of_which_nothing_was_read(rig, disk):
    rig.ftp.order("STOR", "450 busy")
    arrived(rig, disk, rig.upload("-i", "-", "--rename", "disk", "--format", "raw", input=disk.read_bytes()))


def test_a_pipe_whose_end_is_proven_later(rig, disk):
    rig.ftp.order("STOR", Break("reply", control="reset"))
    arrived(rig, disk, rig.upload("-i", "-", "--rename", "disk", "--format", "raw", input=disk.read_bytes()))
