"""The FTP dialogue: its order, servers that are odd, and servers that are hostile."""

import os
import pathlib

import pytest

import pictures
from clouds import ionos
from clouds.ftpfaults import Besides, Break, ClosedPort, CutList, Edit, Listing, Raw, Say, SlowRead
from clouds.ftpfaults import endless_listing, endless_reply, foreign, inject, long_line
from ionos_outcome import RAW, VERSIONS, arrived, doubtful, failed, moved, send

LOGIN = ["AUTH TLS", f"USER {ionos.USER}", f"PASS {ionos.PASSWORD}", "PBSZ 0", "PROT P", "TYPE I", "CWD fra/hdd-images"]
HOSTILE = 6 << 10  # KiB that an upload may take, whatever the server does


@pytest.fixture
def disk(put_file):
    return put_file("disk.raw", pictures.raw(300001))


@pytest.fixture
def rig(ionos_rig):
    return ionos_rig


@pytest.fixture
def measured(rig, disk, tmp_path):
    """measured(words) -> the result, and the memory in KiB beyond what this build takes to say its version (ASan: much)."""
    peak = tmp_path / "peak"
    timed = ["time", "-q", "-f", "%M", "-o", peak]
    kib = lambda: int(peak.read_text().split()[-1])
    rig.start("--version", under=timed).end()
    start = kib()

    def run(*words):
        result = send(rig, disk, *words, under=timed)
        return result, kib() - start

    return run


@VERSIONS
@pytest.mark.parametrize("options", [{}, {"implicit": True}, {"address": "::1"}])
def test_the_dialogue(make_ionos, disk, options, version):
    """ionosctl never resumes TLS sessions, needs IPv4 and PASV, has LIST in place of SIZE."""
    rig = make_ionos(highest=version, lowest=version, **options)
    rig.ftp.require_reuse = True
    arrived(rig, disk, send(rig, disk))
    (session,) = rig.ftp.sessions
    assert rig.ftp.wait(lambda: session.over)
    lines = [*LOGIN, "SIZE disk.raw", "EPSV", "STOR disk.raw", "SIZE disk.raw", "QUIT"]
    assert session.lines == lines[1 if options.get("implicit") else 0 :]
    assert [c.line for c in session.commands if not c.encrypted] == ([] if options.get("implicit") else ["AUTH TLS"])
    (transfer,) = session.transfers
    assert transfer.encrypted and transfer.reused and transfer.clean and transfer.version == session.version


@VERSIONS
def test_more_than_sockets_hold(make_ionos, put_file, version):
    """While the client waits for room it reads what the server sends: TLS 1.3's sessions must not disturb what waits."""
    rig = make_ionos(highest=version)
    path = put_file("disk.raw", pictures.raw(24 * pictures.MIB))
    rig.ftp.order("STOR", SlowRead(400000, 0.02))
    result = send(rig, path)
    arrived(rig, path, result)
    assert moved(rig.ftp) == [("STOR", 0, 24 * pictures.MIB)] and result.warnings == [], result


def test_no_password_is_asked_for(rig, disk):
    """ionosctl wants a 331."""
    rig.ftp.order("USER", "230 Welcome")
    arrived(rig, disk, send(rig, disk))
    assert rig.ftp.seen("PASS") == []


def test_a_long_greeting(rig, disk):
    rig.ftp.order("CONNECT", "220-Welcome\r\n421 not the end\r\n 220 neither\r\n220-\r\n220 ready")
    arrived(rig, disk, send(rig, disk))


@pytest.mark.parametrize("reply", ["500 unknown", "502 no", "522 no", "229 ok", "229 (|||0|)", "229 (|||99999|)", "229 (|1|2|3|)"])
def test_pasv_where_epsv_does_not_work(rig, disk, reply):
    rig.ftp.order("EPSV", reply, times=None)
    rig.ftp.order("PASV", foreign())  # which is not followed: nobody listens there
    arrived(rig, disk, send(rig, disk))
    assert rig.ftp.transfers[0].source[0] == "127.0.0.1" and len(rig.ftp.sessions) == 1


@pytest.mark.parametrize("reply", ["227 ok", "227 (1,2,3)", "227 (1,2,3,4,256,1)", "227 (1,2,3,4,0,0)"])
def test_no_port(rig, disk, reply):
    rig.ftp.order("EPSV", "500 no", times=None)
    rig.ftp.order("PASV", reply, times=None)
    failed(rig, send(rig, disk), 1, "port")
    assert rig.ftp.seen("STOR") == []


@pytest.mark.parametrize("size", ["500 unknown", "502 no", "504 not for this"])
@pytest.mark.parametrize("names", [["other.raw", "disk.raw.old", "old-disk.raw"], []])
def test_a_list_where_sizes_are_not_told(rig, disk, size, names):
    folder = pathlib.Path(rig.ftp.files.real(RAW)).parent
    for name in names:
        (folder / name).touch()
    rig.ftp.order("SIZE", size, times=None)
    result = send(rig, disk, "-o", "json")
    doubtful(rig, disk, result, "tells no size")
    assert result.json["uploads"][0]["status"] == "uploaded, unproven"


@pytest.mark.parametrize("reply", ["450 No files found", "550 No files found"])
def test_an_empty_list(rig, disk, reply):
    rig.ftp.order("SIZE", "500 unknown", times=None)
    rig.ftp.order("NLST", reply)
    arrived(rig, disk, send(rig, disk, "--unproven-ok"))


PRIVILEGES = "550 Not enough privileges."


def test_a_550_that_says_something_else(rig, disk):
    """pyftpdlib's, to a user who may only write: the file is there, and is neither written to nor deleted."""
    rig.ftp.overwrites = True
    pathlib.Path(rig.ftp.files.real(RAW)).write_bytes(b"theirs")
    rig.ftp.order("SIZE", PRIVILEGES, times=None)
    rig.ftp.order("NLST", PRIVILEGES, times=None)
    failed(rig, send(rig, disk), 1, "cannot be known", left=b"theirs")
    assert rig.ftp.seen("STOR") == rig.ftp.seen("DELE") == []


@pytest.mark.parametrize("reply", ["550 Could not get file size.", "550 Can't check for file existence", "550 The system cannot find the file"])
def test_a_550_that_says_that_there_is_none(rig, disk, reply):
    rig.ftp.order("SIZE", reply)
    arrived(rig, disk, send(rig, disk))
    assert rig.ftp.seen("NLST") == []


def test_a_name_in_the_list_is_refused(rig, disk):
    pathlib.Path(rig.ftp.files.real(RAW)).write_bytes(b"theirs")
    rig.ftp.order("SIZE", "500 unknown", times=None)
    failed(rig, send(rig, disk), 1, "already", "not overwritten", left=b"theirs")
    assert rig.ftp.seen("STOR") == []


@pytest.mark.parametrize("line", [b"image%09d.iso\r\n", b"x", b"\n", b"\0\r\n"])
def test_a_list_without_an_end(rig, measured, line):
    rig.ftp.order("SIZE", "500 unknown", times=None)
    rig.ftp.order("NLST", endless_listing(line))
    result, taken = measured()
    assert taken < HOSTILE
    failed(rig, result, 1, "list of files is longer")
    assert rig.ftp.seen("STOR") == []


@pytest.mark.parametrize("at", ["handshake", "secured"])
@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_list_that_breaks(rig, measured, at, how):
    """ionosctl (facts, 3.1) takes this for a list without an end: 1 GB in 5 s, one whole processor."""
    rig.ftp.order("SIZE", "500 unknown", times=None)
    rig.ftp.order("NLST", Break(at, data=how, reply="425 no"), times=None)
    result, taken = measured("--retry", "1")
    assert taken < HOSTILE
    failed(rig, result, 4, "2 tries")
    assert rig.ftp.seen("STOR") == []


@VERSIONS
def test_a_list_that_somebody_cuts(make_ionos, disk, version):
    """The name may stand behind the cut: no close_notify came, whatever the server says."""
    rig = make_ionos(highest=version)
    pathlib.Path(rig.ftp.files.real(RAW)).write_bytes(b"theirs")
    rig.ftp.overwrites = True
    rig.ftp.order("SIZE", "500 unknown", times=None)
    rig.ftp.order("NLST", CutList([b"a.raw\r\n"]), times=None)
    failed(rig, send(rig, disk, "--retry", "1"), 4, "list of files was cut", left=b"theirs")
    assert rig.ftp.seen("STOR") == []


@pytest.mark.parametrize(
    "words, reply", [([], "226 Transfer done (but failed to open directory)."), (["--rename", ".disk"], "226 Directory send OK.")]
)
def test_a_list_that_hides_names(rig, disk, words, reply):
    """What vsftpd says of a directory that it cannot read, and names with a dot, which it leaves out."""
    rig.ftp.order("SIZE", "500 unknown", times=None)
    rig.ftp.order("NLST", Listing([], reply))
    failed(rig, send(rig, disk, *words), 1, "cannot be known")
    assert rig.ftp.seen("STOR") == []


@pytest.mark.parametrize("reply", ["227 you said {0}", "213 {0}", "229 {0} (|||1|)"])
@pytest.mark.parametrize("verb", ["CONNECT", "PASS", "CWD", "STOR"])
def test_a_server_that_repeats_the_password(rig, disk, verb, reply):
    """end() looks for it in all that was printed."""
    rig.ftp.order(verb, reply.format(f"\x1b[31m{ionos.PASSWORD}"), times=None)
    result = send(rig, disk, "--retry", "0", "-vvv")
    assert result.status in (0, 1) and "\x1b" not in result.err, result


@pytest.mark.parametrize("name", ["author", "ascii-access", "permission denied"])
def test_a_name_that_reads_like_a_refusal(rig, disk, name):
    """550 ascii-access.raw: No such file"""
    rig.ftp.order("NLST", "502 not here", times=None)
    arrived(rig, disk, send(rig, disk, "--rename", name), f"/fra/hdd-images/{name}.raw")


def test_a_data_port_that_is_closed(rig, disk):
    rig.ftp.order("EPSV PASV", ClosedPort())
    arrived(rig, disk, send(rig, disk))
    rig.ftp.order("EPSV PASV", ClosedPort(), times=None)
    result = send(rig, disk, "--rename", "other", "--retry", "1")
    failed(rig, result, 4, "data connection", "firewall", place="/fra/hdd-images/other.raw")


def test_a_firewall_that_knows_only_pasv(rig, disk):
    rig.ftp.order("EPSV", ClosedPort(), times=None)
    arrived(rig, disk, send(rig, disk, "--retry", "0"))
    assert len(rig.ftp.seen("EPSV")) == 1


def test_a_port_that_is_shut_once_and_no_pasv(rig, disk):
    rig.ftp.order("EPSV", ClosedPort())
    rig.ftp.order("PASV", "502 no", times=None)
    arrived(rig, disk, send(rig, disk, "--retry", "1"))


def test_a_server_that_is_ready_later(rig, disk):
    rig.ftp.order("CONNECT", Edit(lambda reply: f"120 ready in 1 minute\r\n{reply}"), times=None)
    arrived(rig, disk, send(rig, disk, "--retry", "0"))


@pytest.mark.parametrize("at", ["handshake", "secured"])
def test_two_marks(rig, disk, at):
    """A second 150 is no end."""
    rig.ftp.order("STOR", Besides("150 and now really", at))
    arrived(rig, disk, send(rig, disk, "--retry", "0"))


@pytest.mark.parametrize("size", [512, 300001])
def test_a_confirmation_that_came_before_the_data(rig, put_file, size):
    """Nobody can have had them by then."""
    disk = put_file("small.raw", pictures.raw(size))
    rig.ftp.order("STOR", Besides("150 Go on\r\n226 Transfer complete", "command"), times=None)
    rig.ftp.order("SIZE", "500 unknown", times=None, after="STOR")
    result = send(rig, disk, "--retry", "0")
    assert result.status in (1, 4) and "226" in result.errors[0], result


def test_more_than_was_asked_for(rig, disk):
    """It is no answer to the next command."""
    rig.ftp.order("CWD", inject("213 300001"))
    arrived(rig, disk, send(rig, disk))
    assert len(rig.ftp.sessions) == 2


def test_a_refusal_of_the_data_connection(rig, disk):
    """The server's reason is shown: "session reuse required" was all that ionosctl's users got of it."""
    rig.ftp.order("STOR", Break("secured", data="close", reply="522 SSL connection failed: session reuse required"), times=None)
    failed(rig, send(rig, disk, "--retry", "0"), 1, "522", "reuse", "deleted")


def test_too_many_users(rig, disk):
    rig.ftp.order("CONNECT", "421 Too many users", times=2)
    arrived(rig, disk, send(rig, disk))
    assert len(rig.ftp.sessions) == 3
    rig.ftp.order("CONNECT", "421 Too many users", times=None)
    failed(rig, send(rig, disk, "--rename", "other", "--retry", "1"), 4, "421", place="/fra/hdd-images/other.raw")


@pytest.mark.parametrize("command", ["PBSZ", "PROT", "TYPE", "CWD", "EPSV PASV", "STOR"])
def test_refused(rig, disk, command):
    rig.ftp.order(command, "536 not here", times=None)
    failed(rig, send(rig, disk), 1, "536 not here")
    assert moved(rig.ftp) == []


LINES = [b"hello\r\n", b"999 what\r\n", b"\xff\0\r\n", b"22x what\r\n", b"\r\n", b"220what\r\n"]
SPAM = [long_line, lambda: long_line(3 << 20), endless_reply, *(lambda line=line: Raw([line]) for line in LINES)]


@pytest.mark.parametrize("verb", ["CONNECT", "AUTH", "PASS", "SIZE"])
@pytest.mark.parametrize("spam", SPAM, ids=range(len(SPAM)))
def test_what_is_no_reply(rig, measured, verb, spam):
    rig.ftp.order(verb, spam())
    result, taken = measured("--retry", "0")
    assert taken < HOSTILE
    failed(rig, result, 1)
    assert rig.ftp.seen("STOR") == []


@pytest.mark.parametrize("at", [100000, "reply"])
@pytest.mark.parametrize("spam", SPAM, ids=range(len(SPAM)))
def test_what_is_no_last_word(rig, measured, spam, at):
    fault = spam()
    fault.at = at
    rig.ftp.order("STOR", fault)
    result, taken = measured("--retry", "0")
    assert taken < HOSTILE
    # While data flow the broken connection may be seen before the nonsense.
    failed(rig, result, 4 if at == 100000 and result.status == 4 else 1, "deleted")


@pytest.mark.parametrize("verb", ["CONNECT", "AUTH", "PASS", "SIZE"])
def test_half_a_reply(rig, disk, verb):
    rig.ftp.order(verb, Raw([b"22"]), times=None)
    failed(rig, send(rig, disk, "--retry", "1"), 4, "closed the connection")


@pytest.mark.parametrize("reply", ["552 Disk full", "452 Disk full"])
def test_a_full_server(rig, disk, reply):
    rig.ftp.order("STOR APPE", Say(reply, at=100000), times=None)
    failed(rig, send(rig, disk, "--retry", "0"), 1 if reply[0] == "5" else 4, reply, "deleted")


@pytest.mark.parametrize("reply", ["500 QUIT: unknown", "421 bye", "garbage"])
def test_quit_says_nothing(rig, disk, reply):
    """To ionosctl an upload without a good answer to QUIT has failed."""
    rig.ftp.order("QUIT", reply)
    arrived(rig, disk, send(rig, disk))


@pytest.mark.parametrize("password, shown", [("gr\xfc\xdfe-42", "**"), ("blank at its end ", "**"), ("wrong", "wrong password for")])
def test_a_password_that_the_server_repeats(rig, disk, password, shown):
    """In the bytes in which it was sent.  Of one that is a word of the refusal nothing can be told."""
    raw = password.encode("latin-1")
    rig.ftp.order("PASS", Raw([b"530 wrong password for you: <" + raw + b">\r\n"]))
    result = send(rig, disk, "--retry", "0", env={"IONOS_PASSWORD": os.fsdecode(raw)})
    assert result.status == 2 and shown in result.errors[0] and "530" in result.errors[0], result
    assert password == "wrong" or password.strip() not in result.err and "gr??e-42" not in result.err, result
