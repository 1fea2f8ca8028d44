"""A small threaded HTTP/1.1 server that keeps every header as it came and lets a fault spoil any step."""

import socket
import threading

from clouds.faults import Fault
from clouds.message import Cut, Request

CHUNK = 65536
HEAD_LIMIT = 65536


class Exchange:
    """One request and its answer on a connection."""

    def __init__(self, server, wire, request, fault):
        self.server = server
        self.wire = wire
        self.request = request
        self.fault = fault
        self.sent_continue = False

    @property
    def length(self):
        value = self.request.get("Content-Length")
        return int(value) if value is not None and value.isdigit() else None

    def chunks(self):
        """The body as it comes.  Raises Cut when the client goes away before its end."""
        if (self.request.get("Expect") or "").lower() == "100-continue" and self.fault.send_continue:
            self.wire.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.sent_continue = True
        request, total = self.request, self.length or 0
        while True:
            if self.fault.at == request.received:
                self.fault.body(self)
            if request.received == total:
                break
            want = min(CHUNK, total - request.received)
            if self.fault.at is not None and self.fault.at > request.received:
                want = min(want, self.fault.at - request.received)
            data = self.wire.some(want)
            request.received += len(data)
            self.server.changed()
            yield data
        request.complete = True

    def read(self):
        self.request.body = b"".join(self.chunks())
        return self.request.body

    def send(self, reply):
        self.wire.write(reply.head(("Content-Length", len(reply.body))) + reply.body)
        self.answered(reply.status)

    def send_chunked(self, reply):
        parts = [reply.body[i : i + 7] for i in range(0, len(reply.body), 7)]
        coded = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts)
        self.wire.write(reply.head(("Transfer-Encoding", "chunked")) + coded + b"0\r\n\r\n")
        self.answered(reply.status)

    def answered(self, status):
        self.request.status = status
        self.server.changed()


class Wire:
    """A connected socket with a read buffer."""

    def __init__(self, sock):
        self.sock = sock
        self.buffer = b""

    def _more(self, size):
        data = self.sock.recv(size)
        if not data:
            raise Cut
        return data

    def head(self):
        while b"\r\n\r\n" not in self.buffer:
            if len(self.buffer) > HEAD_LIMIT:
                raise Cut
            self.buffer += self._more(CHUNK)
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        return head.decode("latin-1").split("\r\n")

    def some(self, size):
        if not self.buffer:
            return self._more(size)
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def write(self, data):
        self.sock.sendall(data)

    def linger(self):
        """Take what the client still sends for a moment, so that it can read our answer."""
        self.sock.settimeout(0.5)
        for _ in range(64):
            self._more(CHUNK)


class Server:
    """Calls app(exchange) -> Reply for every request; one thread for each connection.

    tls is an ssl.SSLContext or None; pick(request) names the route and gives the fault for it.
    """

    def __init__(self, name, app, pick, changed, tls=None, address="127.0.0.1"):
        self.name = name
        self.app = app
        self.pick = pick
        self.changed = changed
        self.tls = tls
        self.stopping = threading.Event()
        self.refused = []  # TLS handshakes that failed
        self.connections = 0
        self._open = set()
        self._threads = []
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listener = socket.create_server((address, 0), family=family, backlog=64)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, CHUNK)
        self.port = self._listener.getsockname()[1]
        self.host = f"[{address}]:{self.port}" if ":" in address else f"{address}:{self.port}"
        self.url = f"{'https' if tls else 'http'}://{self.host}"
        self._spawn(self._accept)

    def _spawn(self, run, *args):
        thread = threading.Thread(target=run, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self):
        while not self.stopping.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(sock)
            self._spawn(self._connection, sock)

    def _connection(self, sock):
        raw = sock
        try:
            if self.tls:
                sock = self.tls.wrap_socket(sock, server_side=True)
                self._open.add(sock)
        except OSError as error:
            self.refused.append(str(error))
            self.changed()
            sock.close()
            self._open.discard(raw)
            return
        wire = Wire(sock)
        try:
            while not self.stopping.is_set() and self._serve(wire):
                pass
        except (Cut, OSError):
            pass
        finally:
            sock.close()
            self._open -= {raw, sock}
            self.changed()

    def _serve(self, wire):
        """One exchange.  True when the connection can carry another."""
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

    def stop(self):
        self.stopping.set()
        for sock in [self._listener, *self._open]:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self._listener.close()
        for thread in self._threads:
            thread.join(10)
