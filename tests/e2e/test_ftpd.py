"""The FTPS servers of the tests keep what servers/ftpd.py promises."""

import contextlib
import ftplib
import io
import ssl
import subprocess

import pytest

from servers import scripted
from servers.ftpd import IONOS

KINDS = ["vsftpd", "proftpd", "pureftpd"]
DATA = bytes(range(256)) * 800
ISO = "iso-images/x.iso"


def curl(server, ca, *words, path=ISO, scheme="ftp", version="1.2", password=None):
    """Returns the exit status and the control connection's replies."""
    host = f"[{server.host}]" if ":" in server.host else server.host
    command = ["curl", "-q", "-sv", "--ssl-reqd", "--ftp-ssl-control", "--cacert", ca, f"--tlsv{version}", "--tls-max", version]
    command += ["--max-time", "30", "-u", f"{server.user}:{password or server.password}", *words, f"{scheme}://{host}:{server.port}/{path}"]
    out = subprocess.run(command, input=DATA, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    replies = [line[2:] for line in out.stderr.decode().splitlines() if line.startswith("< ")]
    return out.returncode, replies


class Resuming(ftplib.FTP_TLS):
    """ftplib with the TLS session of the control connection on the data connection, which it leaves out."""

    def ntransfercmd(self, cmd, rest=None):
        conn, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        return self.context.wrap_socket(conn, server_hostname=self.host, session=self.sock.session), size


@pytest.fixture
def login(pki):
    """login(server) is a session of Python's ftplib."""
    sessions = []

    def make(server, kind=Resuming):
        session = kind(context=ssl.create_default_context(cafile=pki.ca), timeout=30)
        sessions.append(session)
        session.connect(server.host, server.port)
        session.login(server.user, server.password)
        session.prot_p()
        session.voidcmd("TYPE I")
        return session

    yield make
    for session in sessions:
        session.close()


def store(session, verb="STOR", path=ISO, data=DATA, rest=None):
    return session.storbinary(f"{verb} {path}", io.BytesIO(data), rest=rest)


def refused(code, action, *words, **more):
    with pytest.raises(ftplib.Error, match=f"^{code}"):
        action(*words, **more)


@pytest.mark.parametrize("kind", KINDS)
def test_upload(make_ftpd, pki, kind):
    server = make_ftpd(kind)
    for folder in ("iso-images", "hdd-images", "confidential-images"):
        status, replies = curl(server, pki.ca, "-T", "-", path=f"{folder}/x.iso")
        assert status == 0, replies
        assert server.file(f"{folder}/x.iso").read_bytes() == DATA
    assert "iso-images" in server.log()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_tls_version(make_ftpd, pki, login, kind, version):
    server = make_ftpd(kind, tls=(version,))
    other = {"1.2": "1.3", "1.3": "1.2"}[version]
    assert curl(server, pki.ca, "-T", "-", version=other)[0] == 35
    session = login(server)
    assert session.sock.version() == f"TLSv{version}"
    store(session)
    assert server.file(ISO).read_bytes() == DATA


@pytest.mark.parametrize("kind", KINDS)
def test_both_tls_versions(make_ftpd, login, kind):
    assert login(make_ftpd(kind)).sock.version() == "TLSv1.3"


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_password(make_ftpd, pki, kind):
    status, replies = curl(make_ftpd(kind), pki.ca, "-T", "-", password="wrong")
    assert status == 67
    assert replies[-1].startswith("530 ")


@pytest.mark.parametrize("kind", KINDS)
def test_append(make_ftpd, pki, kind):
    server = make_ftpd(kind, **({"restart": True} if kind == "proftpd" else {}))
    server.put(ISO, DATA[:1000])
    assert curl(server, pki.ca, "-a", "-T", "-")[0] == 0
    assert server.file(ISO).read_bytes() == DATA[:1000] + DATA


@pytest.mark.parametrize("kind", ["vsftpd", "proftpd"])
def test_session_reuse_is_demanded(make_ftpd, login, kind):
    server = make_ftpd(kind)
    with pytest.raises((ftplib.Error, OSError)):  # ProFTPD closes the data connection first and says 425 then
        store(login(server, ftplib.FTP_TLS))
    assert not server.file(ISO).exists() or server.file(ISO).stat().st_size == 0
    store(login(server))
    assert server.file(ISO).read_bytes() == DATA


@pytest.mark.parametrize("kind, options", [("vsftpd", {"reuse": False}), ("proftpd", {"reuse": False}), ("pureftpd", {})])
def test_session_reuse_is_not_demanded(make_ftpd, login, kind, options):
    server = make_ftpd(kind, **options)
    store(login(server, ftplib.FTP_TLS))
    assert server.file(ISO).read_bytes() == DATA


@pytest.mark.parametrize("kind", KINDS)
def test_overwrite_and_delete(make_ftpd, login, kind):
    server = make_ftpd(kind)
    session = login(server)
    server.put(ISO, b"before")
    store(session)
    assert server.file(ISO).read_bytes() == DATA
    assert session.size(ISO) == len(DATA)
    session.delete(ISO)
    assert not server.file(ISO).exists()


def test_ionos(make_ftpd, pki, login):
    server = make_ftpd("proftpd", **IONOS)
    server.put(ISO, b"before")
    assert curl(server, pki.ca, "-T", "-")[1][-1] == "550 x.iso: Overwrite permission denied"
    session = login(server, ftplib.FTP_TLS)
    session.cwd("iso-images")
    refused("550 x.iso: Overwrite permission denied", store, session, path="x.iso")
    refused("451 x.iso: Append/Restart not permitted, try again", store, session, "APPE", path="x.iso")
    refused("550 x.iso: Overwrite permission denied", store, session, path="x.iso", rest=6)
    refused("550 x.iso: Operation not permitted", session.delete, "x.iso")
    assert server.file(ISO).read_bytes() == b"before"
    store(session, path="new.iso")
    assert server.file("iso-images/new.iso").read_bytes() == DATA
    assert "APPE x.iso -> 451" in server.log()


def test_ionos_with_restart(make_ftpd, login):
    server = make_ftpd("proftpd", restart=True, **IONOS)
    server.put(ISO, b"before")
    session = login(server)
    refused(550, store, session)
    store(session, "APPE")
    assert server.file(ISO).read_bytes() == b"before" + DATA


def test_denied_commands(make_ftpd, login):
    server = make_ftpd("proftpd", deny=("SIZE", "NLST"))
    server.put(ISO, DATA)
    session = login(server)
    refused("550 iso-images/x.iso: Operation not permitted", session.size, ISO)
    refused(450, session.nlst, "iso-images")


@pytest.mark.parametrize("kind, options, left", [("proftpd", {"max_bytes": 1000}, True), ("pureftpd", {"quota": 1000}, False)])
def test_too_large(make_ftpd, login, kind, options, left):
    """The server closes the data connection under the client's hands; its reason is on the control connection."""
    server = make_ftpd(kind, **options)
    session = login(server)
    data = session.transfercmd(f"STOR {ISO}")
    with contextlib.suppress(OSError):
        data.sendall(DATA)
        data.unwrap()
    data.close()
    refused(552, session.voidresp)
    assert server.file(ISO).exists() == left


@pytest.mark.parametrize("kind", ["vsftpd", "proftpd"])
def test_implicit_tls(make_ftpd, pki, kind):
    server = make_ftpd(kind, implicit=True)
    assert curl(server, pki.ca, "-T", "-", scheme="ftps")[0] == 0
    assert server.file(ISO).read_bytes() == DATA


@pytest.mark.parametrize("kind", KINDS)
def test_ipv6(make_ftpd, pki, kind):
    server = make_ftpd(kind, address="::1")
    assert server.host == "::1"
    assert curl(server, pki.ca, "-T", "-")[0] == 0
    assert server.file(ISO).read_bytes() == DATA


def test_both_addresses(make_ftpd, pki):
    server = make_ftpd("proftpd", address="127.0.0.1 ::1")
    for server.host in ("127.0.0.1", "::1"):
        assert curl(server, pki.ca, "-T", "-")[0] == 0


def test_side_by_side(make_ftpd, pki):
    servers = [make_ftpd(kind) for kind in KINDS + KINDS]
    assert len({server.port for server in servers}) == len(servers)
    for server in servers:
        assert curl(server, pki.ca, "-T", "-")[0] == 0


@pytest.mark.parametrize("version", ["1.2", "1.3"])
@pytest.mark.parametrize("kind", ["pyftpdlib", "ftp-srv"])
def test_servers_that_are_libraries(make_ftpd, pki, kind, version):
    """ftp-srv takes a ClientHello that comes too soon after its 234 for a command, now and then curl's as well."""
    server = make_ftpd(kind, tls=(version,))
    assert any(curl(server, pki.ca, "-T", "-", version=version)[0] == 0 for _ in range(10))
    assert server.file(ISO).read_bytes() == DATA
    assert any(curl(server, pki.ca, "-T", "-", version=version, password="wrong")[0] == 67 for _ in range(10))


def test_pyftpdlib_where_one_may_only_write(make_ftpd, login):
    """It has one answer to what is not there and to what must not be asked."""
    server = make_ftpd("pyftpdlib", perm=scripted.ONLY_WRITING)
    server.put(ISO, b"before")
    session = login(server, ftplib.FTP_TLS)
    refused("550 Not enough privileges", session.size, ISO)
    refused("550 Not enough privileges", session.nlst, "iso-images")
    store(session)
    assert server.file(ISO).read_bytes() == DATA
