"""Every chain of papers.py, over HTTPS, and on the control and the data connection of FTPS."""

import contextlib
import pathlib
import socket
import ssl
import threading

import pytest

import papers
import pictures
from clouds import ionos
from clouds.linode import TOKEN, Linode
from ionos_fixtures import IonosRig, start_ftp
from tool import FAST, Rig, Tool


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    return papers.Papers(tmp_path_factory.mktemp("papers"))


class Place:
    """upload(context, roots): to a server with this context, by who trusts these certificates."""

    def __init__(self, kind, directory, home, small, pki):
        self.kind, self.dir, self.home, self.small, self.pki = kind, directory, home, small, pki
        self.server = self.front = None

    def _trust(self, roots):
        path = self.dir / "trusted.pem"
        path.write_bytes(b"".join(pathlib.Path(root).read_bytes() for root in (*roots, self.pki.ca)))
        return str(path)

    def upload(self, context, roots):
        trusted = self._trust(roots)
        if self.kind == "https":
            self.server = Linode(str(self.dir), context)
            return Rig(self.home, self.server, trusted).run("linode", "--region", "us-ord", *FAST, self.small)
        good = papers.context(self.pki.good)
        if context.maximum_version == ssl.TLSVersion.TLSv1_2:  # sessions are of one version
            good.maximum_version = context.maximum_version
        first, second = (context, context) if self.kind == "control" else (good, context)
        self.front = ionos.Ionos(papers.context(self.pki.good))
        self.server = start_ftp(self.dir, ("fra",), first, data_tls=second)
        disk = self.dir / "disk.raw"
        disk.write_bytes(pictures.raw(300032))
        return IonosRig(self.home, self.front, self.server, trusted, ["fra"]).upload("--skip-update", disk)

    @property
    def connections(self):
        """How often it was tried."""
        if self.kind == "https":
            return self.server.api_server.connections
        return len(self.server.sessions if self.kind == "control" else self.server.seen("STOR"))

    def stop(self):
        for server in (self.server, self.front):
            if server:
                server.stop()


@pytest.fixture(params=["https", "control", "data"])
def place(request, tmp_path, home, small, pki):
    it = Place(request.param, tmp_path / "place", home, small, pki)
    it.dir.mkdir()
    yield it
    it.stop()


@pytest.mark.parametrize("name", papers.GOOD)
def test_good(place, made, name):
    case = papers.GOOD[name](made)
    pair, root = case if isinstance(case, tuple) else (case, made.root)
    result = place.upload(papers.context(pair), [root.cert, made.old.cert])
    assert result.status == 0, result


@pytest.mark.parametrize("name", papers.BAD)
def test_bad(place, made, name):
    make, words = papers.BAD[name]
    result = place.upload(papers.context(make(made)), [made.root.cert])
    assert result.status == 2 and words in result.errors[0] and "127.0.0.1" in result.errors[0], result
    assert place.connections == 1, result


@pytest.mark.parametrize("name", papers.REFUSING)
def test_refusing(place, made, name):
    make, status, words = papers.REFUSING[name]
    result = place.upload(make(made), [made.root.cert])
    assert result.status == status and words in result.errors[0], result
    assert place.connections == 1, result


def test_no_tls(home, small, made):
    """What nginx says to TLS on a port for plain HTTP.  Of FTPS the same is in test_ionos_tls.py."""
    came = []

    def serve(listener):
        with contextlib.suppress(OSError):
            while True:
                sock = listener.accept()[0]
                came.append(sock.recv(1000))
                sock.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
                sock.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        tool = Tool(home, {"LINODE_CLI_TOKEN": TOKEN, "LINODE_CLI_API_HOST": f"127.0.0.1:{listener.getsockname()[1]}"})
        result = tool.run("linode", "--region", "us-ord", *FAST, small)
        listener.shutdown(socket.SHUT_RDWR)
    assert result.status == 1 and "does not speak TLS" in result.errors[0], result
    assert len(came) == 1 and came[0][0] == 22, result
