"""Transfers that break: resumed, begun again, or ended with a word on what is left.

ionosctl (facts, 3 and 8): no retry, no resume, a part that blocks the name and of which nothing is said; a server that
stalls is waited for without an end.  Each resumed upload here pauses for two seconds: two sizes have to agree.
"""

import pathlib

import pytest

import pictures
from clouds.ftpfaults import Break, Die, Fault, Instead, Late, Say, Stall
from clouds.message import Cut
from ionos_outcome import RAW, arrived, doubtful, failed, lawful, moved
from tool import FAST

SIZE = 12 * pictures.MIB + 12800
SMALL = 3 * pictures.MIB + 512
CUT = 1000001
NO_REST = pytest.mark.parametrize("reply", ["451 disk.raw: Append/Restart not permitted, try again", "550 disk.raw: denied", "502 what?"])


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    """No two blocks of it are the same, and it is more than the sockets hold."""
    path = tmp_path_factory.mktemp("disk") / "disk.raw"
    path.write_bytes(pictures.raw(SIZE))
    return path


@pytest.fixture
def rig(ionos_rig):
    """Without the API: that has its own tests."""
    send = ionos_rig.upload
    ionos_rig.upload = lambda *words, **more: send("--skip-update", *words, **more)
    return ionos_rig


class Intruder(Fault):
    """Somebody else puts a file there."""

    def __init__(self, at, reply, data=b"theirs"):
        super().__init__(at)
        self.reply = reply
        self.data = data

    def act(self, session):
        path = pathlib.Path(session.server.files.real(RAW))
        path.unlink(missing_ok=True)
        path.write_bytes(self.data)
        if self.reply:
            raise Instead(self.reply)
        session.drop(True)
        raise Cut


@pytest.mark.parametrize(
    "fault",
    [
        Break(CUT, data="reset", reply="426 cut"),
        Break(CUT, data="close", reply="426 cut"),
        Break(CUT, data="reset"),
        Break(CUT, data="close"),
        Break(CUT, control="reset"),
        Break(CUT, control="close", data="close"),
        Die(CUT, back=0.3),
        *(Say(reply, at=CUT) for reply in ("426 Transfer aborted", "226 Transfer complete")),
        Break("reply", control="close", keep=CUT),
        Break(SIZE, control="reset", keep=CUT),
        Break(SIZE, data="reset", reply="426 cut", keep=CUT),
    ],
    ids=lambda fault: "-".join(str(value) for value in vars(fault).values() if isinstance(value, (str, int))),
)
def test_the_rest_is_appended(rig, disk, fault):
    rig.ftp.order("STOR", fault)
    arrived(rig, disk, rig.upload(disk))
    stored, appended = moved(rig.ftp)
    assert stored[:2] == ("STOR", 0)
    assert appended == ("APPE", CUT, SIZE - CUT)


@pytest.mark.parametrize("fault", [Break("handshake", data="close", reply="425 no"), Break("secured", data="reset", reply="426 no")])
def test_a_break_before_the_first_byte(rig, disk, fault):
    rig.ftp.order("STOR", fault)
    arrived(rig, disk, rig.upload(disk))
    assert moved(rig.ftp) == [("STOR", 0, 0), ("APPE", 0, SIZE)]


def test_one_break_after_the_other(rig, disk):
    """A try that brought a MiB is none of those that --retry counts."""
    mib = pictures.MIB
    rig.ftp.order("STOR", Break(mib, data="reset", reply="426 cut"))
    rig.ftp.order("APPE", Break(mib, control="reset"))
    rig.ftp.order("APPE", Break(70000, data="close", reply="426 cut"))
    arrived(rig, disk, rig.upload("--retry", "1", disk))
    assert moved(rig.ftp) == [("STOR", 0, mib), ("APPE", mib, mib), ("APPE", 2 * mib, 70000), ("APPE", 2 * mib + 70000, SIZE - 2 * mib - 70000)]


@pytest.mark.parametrize("at", [SIZE, "reply"])
@pytest.mark.parametrize("how", ["reset", "close"])
def test_the_control_connection_ends_after_the_last_byte(rig, disk, at, how):
    """Routers forget silent connections.  A new one asks for the size, and nothing is sent twice."""
    rig.ftp.order("STOR", Break(at, control=how))
    arrived(rig, disk, rig.upload(disk))
    assert moved(rig.ftp) == [("STOR", 0, SIZE)]
    assert [len(session.transfers) for session in rig.ftp.sessions] == [1, 0]


@pytest.mark.parametrize("size", [SMALL, SIZE])
def test_a_server_that_stalls(rig, put_file, size):
    """ionosctl hangs for ever."""
    path = put_file("disk.raw", pictures.raw(size))
    fault = rig.ftp.order("STOR", Stall(CUT))
    arrived(rig, path, rig.upload("--stall-timeout", "2s", path))
    assert fault.reached.is_set()
    assert moved(rig.ftp) == [("STOR", 0, CUT), ("APPE", CUT, size - CUT)]


@pytest.mark.parametrize("how", ["reset", "close"])
@pytest.mark.parametrize("reply", [None, "426 cut"])
def test_a_small_one_that_breaks(rig, put_file, how, reply):
    """What waits in the sockets will never be there: no last word is waited for."""
    path = put_file("disk.raw", pictures.raw(SMALL))
    rig.ftp.order("STOR", Break(CUT, data=how, reply=reply))
    arrived(rig, path, rig.upload(path))
    assert moved(rig.ftp) == [("STOR", 0, CUT), ("APPE", CUT, SMALL - CUT)]


def test_a_stall_before_the_first_byte(rig, disk):
    rig.ftp.order("STOR", Stall("command"))
    arrived(rig, disk, rig.upload("--stall-timeout", "1s", disk))


def test_the_last_word_may_be_late(rig, disk):
    """It is not the transfer that stalls."""
    rig.ftp.order("STOR", Late(3))
    arrived(rig, disk, rig.upload("--stall-timeout", "1s", disk))
    assert len(rig.ftp.sessions) == 1


def test_a_size_that_grows_is_waited_out(rig, disk):
    """The session that broke still writes what it had received."""
    rig.ftp.order("STOR", Break(CUT, control="reset"))
    for size in (100, 2000):
        rig.ftp.order("SIZE", f"213 {size}", after="STOR")
    arrived(rig, disk, rig.upload(disk))
    replies = [command.replies for command in rig.ftp.sessions[1].commands if command.verb == "SIZE"]
    assert replies[:4] == [["213 100"], ["213 2000"], [f"213 {CUT}"], [f"213 {CUT}"]]
    assert moved(rig.ftp)[1] == ("APPE", CUT, SIZE - CUT)


@NO_REST
def test_where_nothing_is_appended_all_begins_again(rig, disk, reply):
    rig.ftp.order("STOR", Break(CUT, data="reset", reply="426 cut"))
    rig.ftp.order("APPE", reply, times=None)
    arrived(rig, disk, rig.upload(disk))
    assert moved(rig.ftp) == [("STOR", 0, CUT), ("STOR", 0, SIZE)]
    assert len(rig.ftp.seen("DELE")) == 1


@NO_REST
def test_where_nothing_is_deleted_either(rig, disk, reply):
    """As IONOS has it: what is left is named, with its size, and a name that is free."""
    part = disk.read_bytes()[:CUT]
    rig.ftp.deletes = False
    pathlib.Path(rig.ftp.files.real(RAW)).with_name("disk-2.raw").write_bytes(b"taken")
    rig.ftp.order("STOR", Break(CUT, data="reset", reply="426 cut"))
    rig.ftp.order("APPE", reply, times=None)
    words = [f"{CUT} bytes", "fra/hdd-images/disk.raw", "--rename 'disk-3', which is free", reply[:20]]
    failed(rig, rig.upload(disk), 1, *words, left=part)
    assert len(moved(rig.ftp)) == 1


def test_sizes_are_not_told_after_a_break(rig, disk):
    rig.ftp.order("STOR", Break(CUT, data="reset", reply="426 cut"))
    rig.ftp.order("SIZE", "500 unknown", times=None, after="STOR")
    failed(rig, rig.upload(disk), 1, "sizes", "deleted")


def test_sizes_are_not_told_after_a_break_at_the_end(rig, disk):
    rig.ftp.order("STOR", Break("reply", control="close"))
    rig.ftp.order("SIZE", "500 unknown", times=None, after="STOR")
    doubtful(rig, disk, rig.upload(disk), "not known")


@pytest.mark.parametrize("at, reply", [("command", "450 busy"), ("command", "550 disk.raw: Operation not permitted")])
def test_a_name_that_appears_before_stor(rig, disk, at, reply):
    rig.ftp.order("STOR", Intruder(at, reply))
    failed(rig, rig.upload(disk), 1, left=b"theirs")
    assert rig.ftp.seen("APPE") == rig.ftp.seen("DELE") == []


def test_a_name_that_appears_after_our_part_was_deleted(rig, disk):
    rig.ftp.order("STOR", Break(CUT, data="reset", reply="426 cut"))
    rig.ftp.order("APPE", "451 no")
    rig.ftp.order("DELE", Intruder("reply", "250 deleted"))
    failed(rig, rig.upload(disk), 1, "not overwritten", left=b"theirs")
    assert len(rig.ftp.seen("DELE")) == 1 and len(rig.ftp.seen("STOR")) == 1


def test_tries_are_used_up(rig, disk):
    """ionosctl leaves the part, and says nothing of it."""
    rig.ftp.order("STOR APPE", Break(500, data="reset", reply="426 cut"), times=None)
    failed(rig, rig.upload("--retry", "1", disk), 4, "2 tries", "deleted")


def test_the_part_is_kept_when_asked_for(rig, disk):
    rig.ftp.order("STOR", Break(CUT, data="reset", reply="426 cut"))
    result = rig.upload("--retry", "0", "--keep-on-failure", disk)
    failed(rig, result, 4, "kept", "fra/hdd-images/disk.raw", left=disk.read_bytes()[:CUT])


def test_a_server_that_never_comes_back(rig, disk):
    rig.ftp.order("STOR", Die(CUT))
    failed(rig, rig.upload("--retry", "2", disk), 4, "fra/hdd-images/disk.raw", "may be left", left=disk.read_bytes()[:CUT])


def test_it_is_the_image_that_fails(rig, disk, tmp_path):
    """Shorter at the second reading: nothing is made up."""
    path = tmp_path / "disk.raw"
    path.write_bytes(disk.read_bytes())
    fault = Break(CUT, data="reset", reply="426 cut")
    fault.act = lambda session: (path.write_bytes(b"short"), Break.act(fault, session))
    rig.ftp.order("STOR", fault)
    result = rig.upload(path)
    assert result.status in (2, 3) and rig.ftp.file(RAW) is None and "deleted" in result.errors[0], result
    lawful(rig.ftp)


def test_breaks_at_changing_places(rig, disk):
    """With APPE refused every time: --retry counts what got no further than ever before."""
    rig.ftp.order("APPE", "451 Append/Restart not permitted, try again", times=None)
    for _ in range(8):
        for at in (1, 2):
            rig.ftp.order("STOR", Break(at << 20, data="reset", reply="426 cut"))
    failed(rig, rig.upload(disk, "--retry", "2"), 4, "deleted")
    assert len(rig.ftp.seen("STOR")) < 9


def test_a_part_whose_name_only_a_list_showed_to_be_free(rig, disk):
    """It is not deleted: lists may be wrong."""
    rig.ftp.order("SIZE", "550 Permission denied")
    rig.ftp.order("STOR", Say("552 Disk full", at=CUT))
    result = rig.upload(disk)
    failed(rig, result, 1, "552", f"{CUT} bytes of it are left as fra/hdd-images/disk.raw", "not deleted", left=disk.read_bytes()[:CUT])
    assert rig.ftp.seen("DELE") == []


@pytest.mark.parametrize("reply", ["530 Login incorrect.", "421 Too many users"])
def test_a_login_that_is_refused_when_it_should_delete(rig, disk, reply):
    rig.ftp.order("STOR", Break(CUT, data="reset", reply="553 you may not"))
    rig.ftp.order("PASS", reply, skip=1, times=None)
    result = rig.upload(disk)
    assert result.status == 1 and len(result.errors) == 1, result
    for word in ("553", "may be left as fra/hdd-images/disk.raw", reply):
        assert word in result.errors[0], (word, result)


def test_a_file_that_somebody_puts_there_between_two_tries(rig, disk):
    """It is larger than what was sent: neither resumed nor deleted."""
    rig.ftp.order("STOR", Intruder(CUT, "426 cut", b"F" * 2 * SIZE))
    result = rig.upload(disk)
    failed(rig, result, 1, "somebody else", f"{2 * SIZE} bytes", left=b"F" * 2 * SIZE)
    assert rig.ftp.seen("APPE") == [] and rig.ftp.seen("DELE") == []


def test_an_empty_file_of_a_try_whose_answer_was_lost(rig, disk):
    rig.ftp.order("STOR", Intruder("command", None, b""))
    failed(rig, rig.upload(disk), 1, "already", "may be the empty file of the try before", left=b"")


def test_an_empty_file_of_a_try_that_was_not_the_last(rig, disk):
    rig.ftp.order("STOR", Intruder("command", None, b""))
    rig.ftp.order("SIZE", "450 busy", times=None, after="STOR")
    failed(rig, rig.upload(disk, "--retry", "2"), 4, "an empty file", "may be left", left=b"")


def test_a_login_that_is_refused_once_when_it_should_delete(rig, disk):
    rig.ftp.order("STOR", Say("552 Disk full", at=CUT))
    rig.ftp.order("PASS", "421 Too many users", skip=1)
    failed(rig, rig.upload(disk), 1, "552", "deleted")


def test_a_refusal_is_no_broken_connection(rig, disk):
    """After 552 nobody may say that all is there."""
    rig.ftp.order("STOR", Say("552 Disk full", at="reply"))
    rig.ftp.order("CONNECT", "530 no", skip=1, times=None)
    result = rig.upload(disk)
    assert result.status == 1 and "a part of it may be left" in result.errors[0], result


def test_a_file_that_has_grown_when_it_was_confirmed(rig, disk):
    rig.ftp.order("SIZE", f"213 {SIZE + 5}", after="STOR")
    failed(rig, rig.upload(disk), 1, "somebody else", left=disk.read_bytes())
    assert rig.ftp.seen("DELE") == []


def test_one_dead_server_holds_up_nobody(make_ionos, disk):
    """The file has the same name everywhere, and the other machine is not waited for."""
    dead, good = make_ionos(), make_ionos(address="127.0.0.2")
    hold = dead.ftp.order("STOR", Stall("command"))
    urls = [word for rig in (dead, good) for word in ("--ftp-url", f"{rig.ftp.url}/fra")]
    running = dead.start("ionos", *urls, *FAST, "--skip-update", "--skip-verify", "--stall-timeout", "0", disk)
    assert hold.reached.wait(30)
    assert good.ftp.wait(lambda: good.ftp.seen("QUIT"))
    assert good.ftp.file(RAW) == disk.read_bytes()
    hold.release()
    assert running.end().status == 0
    assert dead.ftp.file(RAW) == disk.read_bytes()


def test_not_all_is_there_and_nobody_can_be_asked_again(rig, disk):
    """What SIZE has shown is known."""
    rig.ftp.order("STOR", Break("reply", reply="426 cut", keep=CUT))
    rig.ftp.order("CONNECT", "421 no", skip=1, times=None)
    failed(rig, rig.upload(disk, "--retry", "1"), 4, "a part of it may be left", left=disk.read_bytes()[:CUT])


def test_all_was_sent_and_nobody_can_be_asked(rig, disk):
    rig.ftp.order("STOR", Break("reply", control="close"))
    rig.ftp.order("CONNECT", "421 no", skip=1, times=None)
    doubtful(rig, disk, rig.upload(disk, "--retry", "1"), "all of it was sent", "could not be asked for")
