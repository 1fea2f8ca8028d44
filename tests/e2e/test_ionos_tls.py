"""Nothing is said without TLS, to nobody whose certificate is not right, and proxies only see CONNECT."""

import pytest

import pictures
from clouds import ionos
from clouds.ftpfaults import Fault, Instead, inject
from clouds.proxy import Proxy
from ionos_outcome import VERSIONS, arrived, failed, send


@pytest.fixture
def disk(put_file):
    return put_file("disk.raw", pictures.raw(300001))


@pytest.fixture
def large(put_file):
    """More than sockets hold: the proxy ends both directions when one ends, which takes TLS 1.3's tickets with it."""
    return put_file("disk.raw", pictures.raw(24 * pictures.MIB))


@pytest.fixture
def rig(ionos_rig):
    return ionos_rig


@pytest.fixture
def proxy():
    server = Proxy()
    yield server
    server.stop()


class Clear(Fault):
    """What should be TLS is none."""

    def __init__(self, reply=None):
        super().__init__("handshake")
        self.reply = reply

    def act(self, session):
        session.transfer.sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        raise Instead(self.reply)


def test_data_connections_without_tls(rig, disk):
    rig.ftp.order("STOR", Clear(), times=None)
    failed(rig, send(rig, disk, "--retry", "1"), 1, "TLS", "deleted")


@pytest.mark.parametrize("reply, status", [("500 what", 1), ("502 no", 1), ("534 policy", 1), ("220 ok", 1), ("431 later", 4)])
def test_nothing_is_said_without_tls(rig, disk, reply, status):
    rig.ftp.order("AUTH", reply, times=None)
    failed(rig, send(rig, disk, "--retry", "1"), status, "AUTH TLS", reply[:3])
    assert {line for session in rig.ftp.sessions for line in session.lines} <= {"AUTH TLS", "QUIT"}


@pytest.mark.parametrize("line", ["230 injected", "230", "x", "\r\n"])
def test_a_reply_in_clear_behind_the_last_one_in_clear(rig, disk, line):
    rig.ftp.order("AUTH", inject(line), times=None)
    failed(rig, send(rig, disk, "--retry", "1"), 1, "in clear after AUTH TLS")
    assert rig.ftp.seen("USER") == rig.ftp.seen("PASS") == []


@pytest.mark.parametrize("which", ["expired", "early", "wrong_name", "foreign", "self_signed"])
def test_a_bad_certificate(make_ionos, disk, pki, which):
    rig = make_ionos(ftp=getattr(pki, which))
    failed(rig, send(rig, disk), 2, "127.0.0.1")
    assert rig.ftp.seen("USER") == []


@pytest.mark.parametrize("which", ["expired", "wrong_name", "foreign"])
@VERSIONS
def test_a_bad_certificate_for_the_data(make_ionos, disk, pki, which, version):
    rig = make_ionos(data=getattr(pki, which), highest=version)
    failed(rig, send(rig, disk), 2, "127.0.0.1", "deleted")
    assert [transfer.received for transfer in rig.ftp.transfers] == [0] and rig.stored_names() == []


@pytest.mark.parametrize("names", [["ALL_PROXY"], ["ftp_proxy", "https_proxy"], ["all_proxy", "FTP_PROXY", "HTTPS_PROXY"]])
def test_a_proxy_sees_connect_and_nothing_else(rig, large, proxy, names):
    arrived(rig, large, rig.upload(large, env={name: proxy.url for name in names}))
    targets = [request.target for request in proxy.requests]
    assert len(rig.ftp.transfers) == 1
    (data,) = set(targets) - {rig.api.host, rig.ftp.host}
    assert data.startswith("127.0.0.1:") and {request.method for request in proxy.requests} == {"CONNECT"}
    assert targets.count(rig.ftp.host) == 1 and ionos.PASSWORD not in repr([request.headers for request in proxy.requests])


def test_past_the_proxy(rig, disk, proxy):
    arrived(rig, disk, rig.upload(disk, env={"ALL_PROXY": proxy.url, "no_proxy": "127.0.0.1"}))
    arrived(rig, disk, send(rig, disk, "--rename", "b", env={"http_proxy": proxy.url}), "/fra/hdd-images/b.raw")
    assert proxy.requests == []


def test_a_proxy_that_refuses(rig, disk, proxy):
    proxy.demand = "Basic xxxx"
    url = proxy.url.replace("//", "//user:secret-pass@")
    result = send(rig, disk, env={"ftp_proxy": url})
    failed(rig, result, 2, "proxy", rig.ftp.host)
    assert "secret-pass" not in result.err and rig.ftp.sessions == []
