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

from clouds.faults import At, Fault
from clouds.message import Cut, Reply, Request
from clouds.orders import Recorder
from clouds.wire import CHUNK, Exchange, Server

UUID = "[0-9a-fA-F-]{36}"
ROUTES = [
    ("create", "POST", "/v2/images"),
    ("put", "PUT", f"/v2/images/{UUID}/file"),
    ("stage", "PUT", f"/v2/images/{UUID}/stage"),
    ("import", "POST", f"/v2/images/{UUID}/import"),
    ("tasks", "GET", f"/v2/images/{UUID}/tasks"),
    ("look", "GET", f"/v2/images/{UUID}"),
    ("protect", "PATCH", f"/v2/images/{UUID}"),
    ("delete", "DELETE", f"/v2/images/{UUID}"),
    ("stores", "GET", "/v2/info/stores"),
    ("usage", "GET", "/v2/info/usage"),
    ("methods", "GET", "/v2/info/import"),
]
DATA = ("put", "stage")  # whose bodies are images, and not kept
OF_A_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
TIMEOUT_S = 60
PAGE = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center>nginx</center>\r\n</body>\r\n</html>\r\n"


def bad_gateway():
    """What nginx says when it has lost the server behind it."""
    return Reply(502, [("Content-Type", "text/html")], PAGE)


class Link:
    """A connection to Glance, for one request."""

    def __init__(self, port):
        self._sock = socket.create_connection(("127.0.0.1", port), TIMEOUT_S)
        self._coded = False
        self.lost = False  # cut by us, or broken

    def _send(self, data):
        """What breaks here may have brought an answer all the same."""
        try:
            self._sock.sendall(data)
        except OSError:
            self.lost = True

    def head(self, request, length):
        """length None: the body goes in chunks, if there is one."""
        self._coded = length is None and request.get("Transfer-Encoding") is not None
        lines = [f"{request.method} {request.target} HTTP/1.1", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in request.headers if name.lower() not in OF_A_HOP]
        lines += [f"Content-Length: {length}"] if length is not None else []
        lines += ["Transfer-Encoding: chunked"] if self._coded else []
        self._send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    def continued(self):
        """Wait for what Glance says to "Expect".  False if that is its answer."""
        first = self._sock.recv(len(CONTINUE), socket.MSG_PEEK | socket.MSG_WAITALL)
        return first == CONTINUE and self._sock.recv(len(CONTINUE)) == CONTINUE

    def answered(self):
        """Glance has said something, or has gone."""
        return self._sock.fileno() >= 0 and (self.lost or bool(select.select([self._sock], [], [], 0)[0]))

    def body(self, data):
        if data and not self.lost:
            self._send(b"%x\r\n%s\r\n" % (len(data), data) if self._coded else data)

    def end(self):
        if self._coded and not self.lost:
            self._send(b"0\r\n\r\n")

    def reply(self, method):
        try:
            response = http.client.HTTPResponse(self._sock, method=method)
            response.begin()
            headers = [(name, value) for name, value in response.getheaders() if name.lower() not in OF_A_HOP]
            return Reply(response.status, headers, response.read())
        except (OSError, http.client.HTTPException):
            return bad_gateway()

    def cut(self, reset=False):
        if reset and self._sock.fileno() >= 0:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.lost = True
        self._sock.close()


class Through(Exchange):
    """Takes a body in chunks, too.  link is the connection to Glance while there is one."""

    link = None

    def _line(self):
        while b"\r\n" not in self.wire.buffer:
            data = self.wire.sock.recv(CHUNK)
            if not data:
                raise Cut
            self.wire.buffer += data
        line, _, self.wire.buffer = self.wire.buffer.partition(b"\r\n")
        return line

    def _pieces(self):
        """What stands in the chunks, cut where the fault is to act."""
        left = None
        while left != 0:
            if self.fault.at == self.request.received:
                self.fault.body(self)
            left = left or int(self._line(), 16)
            if left:
                until = (self.fault.at or 0) - self.request.received
                data = self.wire.some(min(CHUNK, left, until if until > 0 else left))
                left = left - len(data) or None
                yield data
                if left is None and self._line() != b"":
                    raise Cut

    def chunks(self):
        if self.request.get("Transfer-Encoding") is None:
            yield from super().chunks()
            return
        if self.request.get("Expect") and self.fault.send_continue:
            self.wire.write(CONTINUE)
            self.sent_continue = True
        for data in self._pieces():
            self.request.received += len(data)
            self.server.changed()
            yield data
        self.request.complete = self._line() == b""


class Front(Server):
    def _serve(self, wire):
        first, *lines = wire.head()
        method, target, _ = first.split(" ", 2)
        request = Request(self.name, method, target, [tuple(part.strip() for part in line.split(":", 1)) for line in lines])
        exchange = Through(self, wire, request, self.pick(request) or Fault())
        exchange.fault.head(exchange)
        if request.status is None:
            exchange.fault.reply(exchange, self.app(exchange))
        if not request.complete and (exchange.length or request.get("Transfer-Encoding")):
            wire.linger()
            return False
        return True


class GlanceProxy(Recorder):
    """glance is a server of servers/glance.py; past what does TLS for it."""

    def __init__(self, glance, tls=None):
        super().__init__()
        self.glance = glance
        self.server = Front("glance", self._forward, self.pick, self.changed, tls)
        self.url = self.server.url

    def route(self, request):
        fits = lambda method, pattern: method == request.method and re.fullmatch(pattern, request.path)
        return next((name for name, method, pattern in ROUTES if fits(method, pattern)), "unknown")

    def _forward(self, exchange):
        request = exchange.request
        try:
            exchange.link = Link(self.glance.port)
        except OSError:
            return bad_gateway()
        try:
            return self._exchange(exchange, request, exchange.link)
        finally:
            exchange.link.cut(getattr(exchange.fault, "reset", False))

    @staticmethod
    def _exchange(exchange, request, link):
        way = exchange.fault if isinstance(exchange.fault, Way) else Way()
        link.head(request, way.length(exchange.length))
        if request.get("Expect") and not link.continued() and not way.deaf:
            return link.reply(request.method)
        for data in exchange.chunks():
            if link.answered() and not way.deaf:
                break
            link.body(way.passed(data, request.received - len(data)))
            if request.route not in DATA:
                request.body += data
        else:
            link.end()
        return link.reply(request.method)

    def stop(self):
        self.server.stop()


class Way(Fault):
    """Something happens on the way to Glance, behind so many bytes of the body.  The base passes all on."""

    deaf = False  # to what Glance says before the body's end

    def __init__(self, at=None):
        super().__init__()
        self.at = at

    def body(self, exchange):
        self.reached.set()

    def length(self, length):
        """What Glance is told of the body's, or None."""
        return length

    def passed(self, data, start):
        """What becomes of the data, which starts at this byte of the body."""
        return data


class Severed(Way):
    """The proxy loses Glance, takes the rest of the body, and says 502."""

    def __init__(self, at, reset=True):
        super().__init__(at)
        self.reset = reset

    def body(self, exchange):
        exchange.link.cut(self.reset)
        self.reached.set()


class Shortened(Way):
    """Glance gets no more than this, and takes it for the whole."""

    deaf = True

    def length(self, length):
        return length and min(length, self.at)

    def passed(self, data, start):
        return data if start < self.at else b""


class Completed(Shortened):
    """The client is cut off there, and Glance gets what came as if it were the whole."""

    def body(self, exchange):
        exchange.link.end()
        exchange.link.reply(exchange.request.method)
        self.reached.set()
        exchange.wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Cut


class Changed(Way):
    """One byte is another one."""

    def passed(self, data, start):
        return bytes([data[0] ^ 1]) + data[1:] if start == self.at else data


class Garbage(Fault):
    """Carried out, and answered with these bytes."""

    def __init__(self, answer=b"\x16\x03\x01 this is no HTTP\r\n\r\n"):
        super().__init__()
        self.answer = answer

    def reply(self, exchange, reply):
        self.reached.set()
        exchange.wire.write(self.answer)
        raise Cut


class Meanwhile(At):
    """Somebody does something: act is called with the exchange."""

    def __init__(self, where, do):
        super().__init__(where)
        self._do = do

    def act(self, exchange):
        self._do(exchange)
        self.reached.set()
