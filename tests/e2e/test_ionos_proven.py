"""The end of a transfer is proven by its size, and pipes, of which nothing can be sent twice."""

import os

import pytest

import pictures
from clouds.ftpfaults import Break, Fault, Late, Say
from clouds.linode import tls_context
from ionos_outcome import RAW, arrived, doubtful, failed, lawful, moved
from tool import FAST

SIZE = 3 * pictures.MIB + 12800
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


@pytest.mark.parametrize("size", [0, 5, SIZE - 1])
def test_a_smaller_size_after_226_is_a_failure(rig, disk, size):
    rig.ftp.order("SIZE", f"213 {size}", after="STOR")
    failed(rig, rig.upload(disk), 1, f"{size} bytes", f"{SIZE} were sent", "deleted")


@pytest.mark.parametrize("size", [SIZE + 1, 10**15])
def test_a_larger_size_after_226_is_somebody_elses(rig, disk, size):
    rig.ftp.order("SIZE", f"213 {size}", after="STOR")
    failed(rig, rig.upload(disk), 1, f"{size} bytes", f"{SIZE} were sent", "left alone", left=disk.read_bytes())
    assert rig.ftp.seen("DELE") == []


@pytest.mark.parametrize("reply", ["550 disk.raw: No such file", "500 unknown", "502 no", "553 no"])
def test_sizes_are_not_told_after_226(rig, disk, reply):
    """The server may have moved the file already: no failure, but no proof."""
    rig.ftp.order("SIZE", reply, times=None, after="STOR")
    result = rig.upload("-o", "json", disk)
    doubtful(rig, disk, result, "not proven")
    (row,) = result.json["uploads"]
    assert row["status"] == "uploaded, unproven" and row["exit"] == 5 and "not proven" in row["error"]


def test_nobody_asks_for_proof(rig, disk):
    rig.ftp.order("SIZE", "500 unknown", times=None, after="STOR")
    result = rig.upload("-o", "json", "--unproven-ok", disk)
    arrived(rig, disk, result)
    assert len(result.warnings) == 1 and "not proven" in result.warnings[0]
    assert result.json["uploads"][0]["status"] == "uploaded, unproven"


class Strange(Fault):
    """From now on the server has another certificate."""

    def __init__(self, context):
        super().__init__("reply")
        self.context = context

    def act(self, session):
        session.server.tls = self.context


class Away(Break):
    """The cloud takes the complete file away, and the control connection breaks before 226."""

    def __init__(self, then=lambda: None, **how):
        super().__init__("reply", **how)
        self.then = then

    def act(self, session):
        os.remove(session.server.files.real(RAW))
        self.then()
        super().act(session)


@pytest.mark.parametrize("how", [{"control": "reset"}, {"control": "close"}, {"reply": "426 Connection closed"}])
def test_what_was_taken_away_is_not_sent_again(rig, disk, how):
    rig.ftp.order("STOR", Away(**how))
    result = rig.upload("-o", "json", disk)
    assert result.status == 5 and "not there any more" in result.errors[0], result
    assert len(moved(rig.ftp)) == 1 and result.json["uploads"][0]["status"] == "uploaded, unproven"


def test_what_was_taken_away_is_found_in_the_api(ionos_rig, disk):
    rig = ionos_rig
    rig.ftp.order("STOR", Away(lambda: rig.api.add("disk.raw", "de/fra"), control="reset"))
    result = rig.upload("-o", "json", disk)
    assert result.status == 5 and len(moved(rig.ftp)) == 1, result
    (row,) = result.json["uploads"]
    (image,) = rig.api.images.all
    assert (row["id"], row["status"]) == (image.id, "updated, unproven") and image.patches


def test_what_was_taken_away_and_never_appears(ionos_rig, disk):
    ionos_rig.ftp.order("STOR", Away(control="reset"))
    result = ionos_rig.upload("--timeout", "0.5", disk)
    assert result.status == 5 and len(moved(ionos_rig.ftp)) == 1, result


@pytest.mark.parametrize("how", ["reset", "close"])
def test_226_to_a_transfer_that_was_cut(rig, disk, how):
    """pyftpdlib says so; what is there is completed."""
    rig.ftp.order("STOR", Break(CUT, data=how, reply="226 Transfer complete.", keep=CUT))
    arrived(rig, disk, rig.upload(disk))
    assert moved(rig.ftp)[1:] == [("APPE", CUT, SIZE - CUT)]


def test_226_to_a_transfer_that_was_cut_and_no_size(rig, disk):
    rig.ftp.order("SIZE", "500 unknown", times=None, after="STOR")
    rig.ftp.order("STOR", Break(CUT, data="reset", reply="226 Transfer complete.", keep=CUT))
    result = rig.upload(disk)
    # It depends on how much had left before the reset was seen.
    assert any(result.status == status and why in result.errors[0] for status, why in [(1, "cannot be resumed"), (5, "not known")]), result


@pytest.mark.parametrize("reply, retry", [("421 busy", "0"), ("421 busy", "1"), ("530 Login incorrect", "0")])
def test_a_lost_226_and_no_login(rig, disk, reply, retry):
    """It is there whole, and nobody can be asked."""
    rig.ftp.order("STOR", Break("reply", control="reset"))
    rig.ftp.order("PASS", reply, times=None, after="STOR")
    doubtful(rig, disk, rig.upload("--retry", retry, disk), "could not be asked for")


@pytest.mark.parametrize("words", [[], ["--unproven-ok"]])
@pytest.mark.parametrize("how", [{"control": "reset"}, {"reply": "426 closed"}])
def test_a_lost_226_and_no_sizes(rig, disk, how, words):
    rig.ftp.order("SIZE", "500 unknown", times=None, after="STOR")
    rig.ftp.order("STOR", Break("reply", **how))
    doubtful(rig, disk, rig.upload(disk, *words), "not known")


def test_what_is_not_there_is_not_taken_for_done(rig, disk):
    """ftp-srv removes what was cut."""
    rig.ftp.order("STOR", Away(control="reset"))
    result = rig.upload("--unproven-ok", disk)
    assert result.status == 5 and "not there any more" in result.errors[0], result


def test_a_second_login_that_is_refused(rig, disk, pki):
    """226, then the connection is lost, and the next server shows a certificate that nobody knows."""
    rig.ftp.order("SIZE", Break("command", control="reset"), after="STOR")
    rig.ftp.order("STOR", Strange(tls_context(pki.foreign.cert, pki.foreign.key)))
    result = rig.upload(disk)
    doubtful(rig, disk, result, "certificate", "not signed by")


def test_the_place_is_named_when_the_results_are_lost(rig, disk):
    with open("/dev/full", "wb") as full:
        result = rig.upload(disk, stdout=full)
    assert result.status == 5, result
    assert f"uploaded as {rig.ftp.url}{RAW}" in result.err and "standard output" in result.err


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


@pytest.mark.parametrize("reply", ["426 Connection closed; transfer aborted", "425 no connection"])
def test_a_pipe_of_which_the_server_says_that_it_broke_but_has_all(rig, disk, reply):
    """The size tells."""
    rig.ftp.order("STOR", Say(reply, at="reply"))
    arrived(rig, disk, rig.upload("-i", "-", "--rename", "disk", "--format", "raw", input=disk.read_bytes()))
    assert rig.ftp.seen("DELE") == [] and len(rig.ftp.sessions) == 1


def test_a_pipe_of_which_the_server_says_that_it_broke_and_has_not_all(rig, disk):
    rig.ftp.order("STOR", Break("reply", reply="426 Connection closed; transfer aborted", keep=SIZE - 1))
    result = rig.upload("-i", "-", "--rename", "disk", "--format", "raw", input=disk.read_bytes())
    failed(rig, result, 4, f"{SIZE - 1} of {SIZE} bytes", "deleted")


def test_a_file_of_which_the_server_says_that_it_broke_and_has_not_all(rig, disk):
    rig.ftp.order("STOR", Break("reply", reply="426 Connection closed; transfer aborted", keep=SIZE - 1))
    arrived(rig, disk, rig.upload(disk))
    assert moved(rig.ftp)[1:] == [("APPE", SIZE - 1, 1)]


@pytest.mark.parametrize("host, directory", [("localhost", "fra"), ("127.0.0.1", "link")])
def test_one_place_under_two_names(rig, disk, host, directory):
    """Both look before either has begun: one uploads, the other must not harm that."""
    rig.ftp.overwrites = True
    os.symlink("fra", rig.ftp.files.real("/link"))
    for number in range(2):
        rig.ftp.order("STOR", Late(0.3, at="command"), skip=number)
    urls = [f"{rig.ftp.url}/fra", f"ftp://{host}:{rig.ftp.port}/{directory}"]
    result = rig.run("ionos", *(word for url in urls for word in ("--ftp-url", url)), *FAST, "--skip-update", "-o", "json", disk)
    assert result.status == 1 and len(result.errors) == 1 and "already" in result.errors[0], result
    assert sorted(row["status"] for row in result.json["uploads"]) == ["failed", "uploaded"]
    assert rig.ftp.file(RAW) == disk.read_bytes() and len(rig.ftp.seen("STOR")) == 1
    lawful(rig.ftp)
