"""The scripted FTPS server: every fault that can be ordered shows itself."""

import ftplib
import socket
import ssl
import time

import pytest

from clouds import ftpfaults
from ftps_client import DATA, X, ftp, join, make_ftp, put  # noqa: F401  (fixtures)


FAULTS = [  # (verb, fault, how much of the file is there afterwards, what the client was told)
    ("CONNECT", "421 Too many users", None, "421 Too many users"),
    ("AUTH", "500 unknown command", None, "500"),
    ("PASS", "530 Login incorrect.", None, "530"),
    ("PROT", "536 no", None, "536"),
    ("CWD", "550 iso-images: No such file or directory", None, "550"),
    ("EPSV PASV", "500 unknown command", None, "500"),
    ("STOR", "553 file exists", None, "553"),
    ("EPSV PASV", ftpfaults.ClosedPort(), None, ""),
    ("STOR", ftpfaults.Break("secured", data="close", reply="522 session reuse required"), 0, ""),
    ("STOR", ftpfaults.Break("handshake", data="close", reply="425 no"), 0, ""),
    ("STOR", ftpfaults.Break("handshake", data="reset"), 0, ""),
    ("STOR", ftpfaults.Say("552 Disk full", at=100000), 100000, ""),
    ("STOR", ftpfaults.Break(100000, data="reset", reply="426 cut"), 100000, ""),
    ("STOR", ftpfaults.Break(100000, data="reset"), 100000, ""),
    ("STOR", ftpfaults.Break(100000, data="close", control="reset"), 100000, ""),
    ("STOR", ftpfaults.Die(100000), 100000, ""),
    ("STOR", ftpfaults.Say("451 local error", at="reply"), len(DATA), "451"),
    ("STOR", ftpfaults.Break(len(DATA), control="close"), len(DATA), ""),
    ("STOR", ftpfaults.Break("reply", control="close"), len(DATA), ""),
    ("STOR", ftpfaults.Break("reply", control="close", keep=1000), 1000, ""),
    ("USER", ftpfaults.Raw([b"garbage\r\n"]), None, "garbage"),
    ("USER", ftpfaults.Raw([b"999 what\r\n"]), None, "999"),
    ("USER", ftpfaults.Raw([b"\xff\x00\r\n"]), None, ""),
    ("USER", ftpfaults.Raw([b""]), None, ""),
    ("USER", ftpfaults.long_line(), None, ""),
    ("USER", ftpfaults.long_line(3 << 20), None, ""),
    ("CONNECT", ftpfaults.long_line(), None, ""),
]


@pytest.mark.parametrize("verb, fault, left, told", FAULTS)
def test_faults_that_end_an_upload(ftp, join, verb, fault, left, told):
    fault = ftp.order(verb, fault)
    with pytest.raises((ftplib.Error, OSError, EOFError)) as caught:
        put(join(ftp, encoding="latin-1"))
    assert fault.reached.is_set() and told in str(caught.value)
    data = ftp.file(X)
    assert left is None and data is None or len(data) == left
    reply = getattr(fault, "reply", None)
    if reply and verb != "CONNECT":
        assert ftp.wait(lambda: any(reply in command.replies for word in verb.split() for command in ftp.seen(word)), 5)


def test_a_reply_that_never_ends(ftp, join):
    fault = ftp.order("PASS", ftpfaults.endless_reply(230))
    client = ftplib.FTP_TLS(context=ssl._create_unverified_context(), timeout=5)
    client.connect(ftp.address, ftp.port)
    client.auth()
    client.sendcmd("USER u")
    client.putcmd("PASS p")
    got = 0
    while got < 1 << 20:
        got += len(client.sock.recv(65536))
    client.sock.close()
    assert fault.reached.is_set() and fault.sent > 100000


def test_a_login_without_password(ftp, join):
    ftp.order("USER", "230 Welcome")
    assert put(join(ftp)).startswith("226")
    assert ftp.seen("PASS") == []


@pytest.mark.parametrize("verb", ["LIST", "NLST"])
def test_a_listing_that_never_ends(ftp, join, verb):
    fault = ftp.order(verb, ftpfaults.endless_listing())
    data = join(ftp).transfercmd(verb)
    assert sum(len(data.recv(65536)) for _ in range(200)) > 200000
    data.close()
    assert ftp.wait(lambda: ftp.seen(verb)[0].over) and fault.sent > 0


def test_a_listing_whose_socket_is_closed(ftp, join):
    ftp.order("LIST", ftpfaults.Break("handshake", data="close", reply="425 Unable to build data connection"))
    with pytest.raises((ftplib.error_temp, OSError)):
        join(ftp).retrlines("LIST", print)
    assert ftp.seen("LIST")[0].replies[0].startswith("150")


@pytest.mark.parametrize("at", ["command", "handshake", "secured", 100000])
def test_stalls(ftp, join, at):
    fault = ftp.order("STOR", ftpfaults.Stall(at))
    client = join(ftp)
    client.sock.settimeout(0.5)
    client.timeout = 0.5
    with pytest.raises(TimeoutError):
        put(client, DATA * 20)
    assert fault.reached.is_set()
    fault.release()


def test_late_and_slow(ftp, join):
    ftp.order("STOR", ftpfaults.Late(0.7))
    ftp.order("APPE", ftpfaults.SlowRead(len(DATA) // 10, 0.1))
    client, start = join(ftp), time.monotonic()
    put(client)
    middle = time.monotonic()
    assert middle - start >= 0.7
    put(client, verb="APPE")
    assert time.monotonic() - middle >= 0.9


def test_sizes_that_grow_and_sizes_after(ftp, join):
    ftp.order("SIZE", "213 100")
    ftp.order("SIZE", "213 200")
    ftp.order("SIZE", "550 no", times=None, after="STOR")
    client = join(ftp)
    client.voidcmd("TYPE I")
    assert [client.size("x.iso"), client.size("x.iso")] == [100, 200]
    put(client)
    for _ in range(3):
        with pytest.raises(ftplib.error_perm, match="550 no"):
            client.size("x.iso")


def test_orders_for_one_place(ftp, join):
    ftp.order("STOR", "553 no", times=None, path="/txl/*")
    ftp.order("STOR", "553 yes", path="/fra/*", skip=1)
    client = join(ftp)
    put(client)
    with pytest.raises(ftplib.error_perm, match="553 yes"):
        put(client)


def test_a_foreign_address(ftp, join):
    ftp.order("PASV", ftpfaults.foreign())
    join(ftp).sendcmd("PASV")
    assert "(192,0,2,1," in ftp.seen("PASV")[0].replies[0]


def test_a_reply_in_clear_before_tls(ftp):
    ftp.order("AUTH", ftpfaults.inject("230 you are in"))
    with socket.create_connection((ftp.address, ftp.port), 5) as sock:
        sock.recv(1000)
        sock.sendall(b"AUTH TLS\r\n")
        assert sock.recv(1000) == b"234 AUTH TLS successful\r\n230 you are in\r\n"


def test_a_server_that_comes_back(ftp, join):
    ftp.order("STOR", ftpfaults.Die(50000, back=0.2))
    with pytest.raises((ftplib.Error, OSError, EOFError)):
        put(join(ftp))
    assert len(ftp.file(X)) == 50000 and not ftp.transfers[0].ended
    time.sleep(0.5)
    put(join(ftp), DATA[50000:], "APPE")
    assert ftp.file(X) == DATA and len(ftp.sessions) == 2
