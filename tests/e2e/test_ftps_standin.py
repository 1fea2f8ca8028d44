"""The scripted FTPS server: a good client finds a good server, and the record is exact."""

import ftplib
import io
import pathlib
import subprocess

import pytest

from clouds import ionos
from clouds.linode import tls_context
from ftps_client import DATA, X, ftp, join, make_ftp, put  # noqa: F401  (fixtures)


def curl(server, pki, source, *options, path=X):
    words = ["curl", "-sS", "--max-time", "20", "--cacert", pki.ca, "--ftp-ssl-control", "--ssl-reqd", "-T", source]
    words += ["-u", f"{ionos.USER}:{ionos.PASSWORD}", *options, f"{server.url}{path}"]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_a_good_client(ftp, join):
    client = join(ftp)
    assert put(client).startswith("226")
    assert ftp.file(X) == DATA and client.size("x.iso") == len(DATA)
    assert client.nlst() == ["x.iso"] and [name for name, _ in client.mlsd()] == ["x.iso"]
    put(client, b"more", "APPE")
    assert ftp.file(X) == DATA + b"more"
    client.delete("x.iso")
    assert client.quit() == "221 Goodbye."
    assert ftp.file(X) is None and ftp.violations == []
    (session,) = ftp.sessions
    login = ["AUTH TLS", f"USER {ionos.USER}", f"PASS {ionos.PASSWORD}", "PBSZ 0", "PROT P", "CWD fra/iso-images"]
    assert session.lines[:9] == [*login, "TYPE I", "PASV", "STOR x.iso"]
    assert session.commands[-1].replies == ["221 Goodbye."] and session.encrypted
    assert [command.encrypted for command in session.commands] == [False] + [True] * (len(session.commands) - 1)
    assert [(t.verb, t.received, t.offset) for t in session.transfers if t.path == X] == [
        ("STOR", len(DATA), 0),
        ("APPE", 4, len(DATA)),
    ]
    assert all(t.encrypted and t.reused and t.ended and t.clean and t.source[0] == "127.0.0.1" for t in session.transfers)


@pytest.mark.parametrize("options", [{}, {"implicit": True}, {"address": "::1"}])
def test_curl(make_ftp, pki, shelf, options):
    server = make_ftp(**options)
    server.require_reuse = True
    # With TLS 1.3 curl resets what it has not read: the ticket that comes on the data connection.
    result = curl(server, pki, shelf.middle, "--tls-max", "1.2")
    assert result.returncode == 0, result
    assert server.file(X) == shelf.middle.read_bytes()
    (transfer,) = server.transfers
    assert transfer.reused and transfer.clean and transfer.version == "TLSv1.2"


def test_names_as_they_are(ftp, join):
    name = "ü, -x \udcff.iso"
    client = join(ftp, encoding="latin-1")
    client.voidcmd("TYPE I")
    client.sock.sendall(f"SIZE {name}\r\n".encode("utf-8", "surrogateescape"))
    assert client.getline().startswith("550")
    assert ftp.sessions[0].lines[-1] == f"SIZE {name}"


def test_no_reuse(ftp, join):
    ftp.require_reuse = True
    with pytest.raises((ftplib.error_perm, OSError)):
        put(join(ftp, ftplib.FTP_TLS))
    assert ftp.wait(lambda: ftp.seen("STOR")[0].replies[-1].startswith("522"))


def test_another_certificate_for_the_data(make_ftp, pki, shelf):
    server = make_ftp(data_tls=tls_context(pki.foreign.cert, pki.foreign.key))
    assert curl(server, pki, shelf.small).returncode != 0
    assert server.transfers[0].received == 0
    assert server.wait(lambda: server.transfers[0].error)


def test_violations_are_recorded(ftp):
    client = ftplib.FTP(timeout=5)
    client.connect(ftp.address, ftp.port)
    with pytest.raises(ftplib.error_perm):
        client.login(ionos.USER, ionos.PASSWORD)
    assert ftp.violations == ["a credential in clear", "USER in clear"]


def test_clear_data_is_a_violation(ftp, join):
    client = join(ftp)
    client.prot_c()
    with pytest.raises(ftplib.error_perm):
        put(client)
    assert ftp.violations == ["STOR with PROT C"] and ftp.file(X) is None


def test_an_existing_name_is_refused(ftp, join):
    pathlib.Path(ftp.files.real(X)).write_bytes(b"old")
    with pytest.raises(ftplib.error_perm, match="550 x.iso: Operation not permitted"):
        put(join(ftp))
    assert ftp.file(X) == b"old"


def test_rest(ftp, join):
    client = join(ftp)
    put(client)
    client.storbinary("STOR x.iso", io.BytesIO(b"new"), rest=len(DATA) - 1)
    assert ftp.file(X) == DATA[:-1] + b"new"
