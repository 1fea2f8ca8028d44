"""What lies between us and a server: names, addresses, answers that come too early or never end."""

import contextlib
import hashlib
import http.server
import socket
import threading
import time

import pytest

from clouds.linode import TOKEN, Linode, tls_context
from servers import certs
from tool import FAST, Rig, Tool

# Runs the words behind it where files of ours lie over those of the machine.
OVER = ("unshare", "--mount", "sh", "-c", 'while [ "$1" != -- ]; do mount --bind "$1" "$2" || exit 99; shift 2; done; shift; exec "$@"', "sh")


class Early(http.server.BaseHTTPRequestHandler):
    """What it says to Expect: 100-continue is the server's word; the rest is a store of one object."""

    protocol_version = "HTTP/1.1"

    def handle_expect_100(self):
        self.server.seen.append("expected")
        self.send_response(self.server.word)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        return False

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append(body)
        if self.server.word == 0:
            self._drip()
        self.send_response(200)
        self.send_header("ETag", f'"{hashlib.md5(body).hexdigest()}"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _drip(self):
        with contextlib.suppress(OSError):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not self.server.over.wait(0.2):
                self.wfile.write(b"x")

    def log_message(self, *_):
        pass


@pytest.fixture
def store():
    """store(word) is a server whose first answer it is; 0: it takes the upload, and its answer has no end."""
    made = []

    def make(word):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Early)
        server.word, server.seen, server.over = word, [], threading.Event()
        if word == 0:
            server.RequestHandlerClass = type("Dripping", (Early,), {"handle_expect_100": http.server.BaseHTTPRequestHandler.handle_expect_100})
        threading.Thread(target=server.serve_forever, daemon=True).start()
        server.env = {"HOIST_UPLOAD_TO": f"http://127.0.0.1:{server.server_port}/object?Signature=x"}
        made.append(server)
        return server

    yield make
    for server in made:
        server.over.set()
        server.shutdown()
        server.server_close()


def put(home, server, *words):
    return Tool(home).run("linode", "--upload-to", "env", *FAST, *words, env=server.env)


def test_417(store, home, small):
    server = store(417)
    result = put(home, server, "--retry", "0", small)
    assert result.status == 0 and "again" not in result.err, result
    assert server.seen == ["expected", small.read_bytes()]


def test_an_answer_without_the_upload(store, home, small):
    server = store(200)
    result = put(home, server, small)
    assert result.status == 1 and "answered 200 without taking the upload" in result.errors[0], result
    assert server.seen == ["expected"]


def test_an_answer_that_drips(store, home, small):
    server = store(0)
    began = time.monotonic()
    result = put(home, server, "--retry", "0", "--stall-timeout", "1", small)
    assert result.status == 4 and time.monotonic() - began < 40, result


def test_a_pin_where_there_is_no_tls(store, home, small, pki):
    server = store(417)
    result = put(home, server, "--pin", certs.public_key_pin(pki.good.cert), small)
    assert result.status == 2 and "--pin" in result.errors[0], result
    assert server.seen == []


def test_the_address_that_was_meant(home, small, tmp_path):
    """localhost is ::1 first, which refuses: no word of it when 127.0.0.1 is what breaks."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    sock = listener.accept()[0]
                    sock.recv(1000)
                    sock.close()

        threading.Thread(target=serve, daemon=True).start()
        hosts = tmp_path / "hosts"
        hosts.write_text("::1 localhost\n127.0.0.1 localhost\n", encoding="ascii")
        tool = Tool(home, {"LINODE_CLI_TOKEN": TOKEN, "LINODE_CLI_API_HOST": f"localhost:{listener.getsockname()[1]}"})
        words = ("linode", "--region", "us-ord", *FAST, "--retry", "0", small)
        result = tool.run(*words, under=(*OVER, str(hosts), "/etc/hosts", "--"))
        listener.shutdown(socket.SHUT_RDWR)
    assert result.status == 4 and "refused" not in result.errors[0], result
    assert "closed the connection while TLS was set up" in result.errors[0], result


def _name(packet):
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1 : at + 1 + packet[at]])
        at += 1 + packet[at]
    return b".".join(labels).decode().lower(), packet[12 : at + 5]


class NameServer:
    """Knows one name, 127.0.0.1; to all others it says rcode (2: SERVFAIL, 0: an empty answer, 3: there is none)."""

    def __init__(self, address, known, rcode):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((address, 53))
        self.known, self.rcode, self.asked = known, rcode, []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                packet, client = self.sock.recvfrom(1500)
                if not packet:
                    return
                name, question = _name(packet)
                self.asked.append(name)
                four = name == self.known and question[-4:-2] == b"\x00\x01"
                rcode = 0 if name == self.known else self.rcode
                answer = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x01\x00\x04\x7f\x00\x00\x01" if four else b""
                head = packet[:2] + bytes([0x81, 0x80 | rcode, 0, 1, 0, int(four), 0, 0, 0, 0])
                self.sock.sendto(head + question + answer, client)

    def stop(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self.sock.getsockname())
        self.sock.close()


@pytest.fixture
def names(tmp_path):
    """names(known, rcode) is a name server, and the words that run a program with it and a search list, as in a container."""
    made = []

    def make(known, rcode):
        server = NameServer("127.0.0.89", known, rcode)
        made.append(server)
        path = tmp_path / "resolv.conf"
        path.write_text("search corp.internal\nnameserver 127.0.0.89\noptions ndots:5 timeout:1 attempts:1\n", encoding="ascii")
        server.under = (*OVER, str(path), "/etc/resolv.conf", "--")
        return server

    yield make
    for server in made:
        server.stop()


@pytest.mark.parametrize("rcode", [2, 0, 3])
def test_a_search_list_that_fails(tmp_path, home, small, pki, names, rcode):
    """The name as it is is asked for, and is what TLS and HTTP are told."""
    pair = certs.Authority(str(tmp_path / "own"), "names").issue("server", names="DNS:api.hoist.test,IP:127.0.0.1")
    cloud = Linode(str(tmp_path), tls_context(pair.cert, pair.key))
    server = names("api.hoist.test", rcode)
    rig = Rig(home, cloud, str(tmp_path / "own/ca.pem"))
    host = f"api.hoist.test:{cloud.api_server.port}"
    result = rig.upload(small, env={"LINODE_CLI_API_HOST": host}, under=server.under)
    cloud.stop()
    assert result.status == 0, result
    assert "api.hoist.test.corp.internal" in server.asked
    assert {request.get("Host") for request in cloud.requests if request.server == "api"} == {host}


def test_who_did_not_know_the_name(home, small, names):
    server = names("api.hoist.test", 3)
    tool = Tool(home, {"LINODE_CLI_TOKEN": TOKEN, "LINODE_CLI_API_HOST": "other.hoist.test"})
    result = tool.run("linode", "--region", "us-ord", *FAST, "--retry", "0", small, under=server.under)
    assert result.status == 4 and "127.0.0.89" in result.errors[0], result


@pytest.mark.parametrize("content", [b"", b"-----BEGIN CERTIFICATE-----\nMIIB", None, "/nonexistent/ca.crt"])
def test_a_bundle_of_the_system_that_is_damaged(rig, small, tmp_path, content):
    """None: a directory without certificates; a text: where a link leads.  Mozilla's are taken where there is none at all, or by name."""
    bundles = tmp_path / "certs"
    bundles.mkdir()
    bundle = bundles / "ca-certificates.crt"
    if isinstance(content, str):
        bundle.symlink_to(content)
    else:
        bundle.mkdir() if content is None else bundle.write_bytes(content)
    rig.env.pop("LINODE_CLI_CA", None)
    under = (*OVER, str(bundles), "/etc/ssl/certs", "--")
    result = rig.upload(small, under=under)
    assert result.status == 2 and "/etc/ssl/certs/ca-certificates.crt" in result.errors[0] and "--cacert builtin" in result.errors[0], result
    result = rig.upload("--cacert", "builtin", small, under=under)
    assert result.status == 2 and "not signed by the built-in CA certificates" in result.errors[0], result
