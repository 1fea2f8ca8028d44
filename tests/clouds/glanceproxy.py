"""A proxy in front of a real Glance that spoils what it is told to spoil.

    proxy = GlanceProxy(glance, tls_context(cert, key)); ...; proxy.stop()
    proxy.fault("put", faults.Answer(503, when="head"))            see faults.py and the end of this file
    proxy.seen("put")[0].received                                  every request, exactly

Left alone it is invisible: bodies stream, in chunks or not, and Glance itself says 100 Continue, or refuses without it.
"""

import http.client
import re
import select
import socket
import struct

from clouds import wire
from clouds.faults import At, Fault
from clouds.message import Cut, Reply
from clouds.orders import Recorder

UUID = "[0-9a-fA-F-]{36}"
ROUTES = [
    ("create", "POST", "/v2/images"),
    ("put", "PUT", f"/v2/images/{UUID}/file"),
    ("look", "GET", f"/v2/images/{UUID}"),
    ("delete", "DELETE", f"/v2/images/{UUID}"),
    ("stores", "GET", "/v2/info/stores"),
    ("usage", "GET", "/v2/info/usage"),
]
OF_A_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
TIMEOUT_S = 60
BAD_GATEWAY = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center>nginx</center>\r\n</body>\r\n</html>\r\n"


def bad_gateway():
    """What nginx says when it has lost the server behind it."""
    return Reply(502, [("Content-Type", "text/html")], BAD_GATEWAY.encode())


class Link:
    """A connection to Glance, for one request."""

    def __init__(self, port):
        self.sock = socket.create_connection(("127.0.0.1", port), TIMEOUT_S)
        self.closed = False
        self._coded = False

    def head(self, request, length):
        """length None: the body goes in chunks, if there is one."""
        self._coded = length is None and request.get("Transfer-Encoding") is not None
        lines = [f"{request.method} {request.target} HTTP/1.1", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in request.headers if name.lower() not in OF_A_HOP]
        lines += [f"Content-Length: {length}"] if length is not None else []
        lines += ["Transfer-Encoding: chunked"] if self._coded else []
        self.sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    def answered(self):
        """Glance has said something, or is gone."""
        return bool(select.select([self.sock], [], [], 0)[0])

    def continued(self):
        """Wait for what Glance says to "Expect".  False if that is its answer."""
        first = b""
        while len(first) < len(CONTINUE) and CONTINUE.startswith(first):
            data = self.sock.recv(len(CONTINUE), socket.MSG_PEEK | socket.MSG_WAITALL)
            if data in (b"", first):
                return False
            first = data
        return first == CONTINUE and self.sock.recv(len(CONTINUE)) == CONTINUE

    def body(self, data):
        if data and not self.closed:
            self.sock.sendall(b"%x\r\n%s\r\n" % (len(data), data) if self._coded else data)

    def end(self):
        if self._coded and not self.closed:
            self.sock.sendall(b"0\r\n\r\n")

    def reply(self, method):
        if self.closed:
            return bad_gateway()
        response = http.client.HTTPResponse(self.sock, method=method)
        response.begin()
        headers = [(name, value) for name, value in response.getheaders() if name.lower() not in OF_A_HOP]
        return Reply(response.status, headers, response.read())

    def close(self, reset=False):
        if reset and not self.closed:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.closed = True
        self.sock.close()


class Exchange(wire.Exchange):
    """Takes a body in chunks, too.  link is the connection to Glance while there is one."""

    link = None

    def _line(self):
        while b"\r\n" not in self.wire.buffer:
            data = self.wire.sock.recv(wire.CHUNK)
            if not data:
                raise Cut
            self.wire.buffer += data
        line, _, self.wire.buffer = self.wire.buffer.partition(b"\r\n")
        return line

    def chunks(self):
        if self.request.get("Transfer-Encoding") != "chunked":
            yield from super().chunks()
            return
        if self.request.get("Expect") and self.fault.send_continue:
            self.wire.write(CONTINUE)
        left = 0
        while True:
            at, received = self.fault.at, self.request.received
            if at == received:
                self.fault.body(self)
                at = self.fault.at
            if left == 0:
                left = int(self._line(), 16)
            if left == 0:
                break
            data = self.wire.some(min(wire.CHUNK, left, at - received if at is not None and at > received else left))
            left -= len(data)
            if left == 0 and self._line() != b"":
                raise Cut
            self.request.received += len(data)
            self.server.changed()
            yield data
        self.request.complete = self._line() == b""


class Front(wire.Server):
    def _serve(self, wire):
        first, *lines = wire.head()
        method, target, _ = first.split(" ", 2)
        headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines]
        request = Request(self.name, method, target, headers)
        exchange = Exchange(self, wire, request, self.pick(request) or Fault())
        exchange.fault.head(exchange)
        if request.status is None:
            exchange.fault.reply(exchange, self.app(exchange))
        if not request.complete and (exchange.length or request.get("Transfer-Encoding")):
            wire.linger()
            return False
        return (request.get("Connection") or "").lower() != "close"
