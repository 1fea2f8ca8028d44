"""What a server can be told to do wrong.  A fault is used for one exchange (or as often as it is ordered)."""

import itertools
import socket
import struct
import threading
import time

from clouds.message import Cut, Reply


class Fault:
    """The base does nothing wrong.  reached is set as soon as the fault has shown itself."""

    at = None  # the number of body bytes after which body() is called
    send_continue = True

    def __init__(self):
        self.reached = threading.Event()

    def head(self, exchange):
        """The head was read, nothing else.  May send an answer."""

    def body(self, exchange):
        """Exactly self.at bytes of the body were read."""

    def reply(self, exchange, reply):
        """The request was carried out; reply is the true answer."""
        exchange.send(reply)


class Answer(Fault):
    """Another answer.  when: "head" (before the body is read), "body" (body read, nothing done), "done" (done all the same)."""

    def __init__(self, status, body=b"", headers=(), when="body"):
        super().__init__()
        body = body.encode() if isinstance(body, str) else body
        self.answer = Reply(status, headers, body)
        self.when = when

    def head(self, exchange):
        if self.when == "done":
            return
        if self.when == "body":
            for _ in exchange.chunks():
                pass
        self.reached.set()
        exchange.send(self.answer)

    def reply(self, exchange, reply):
        self.reached.set()
        exchange.send(self.answer)


class At(Fault):
    """Something happens at one point: "head", a number of body bytes, or "reply" (carried out, not answered)."""

    def __init__(self, where):
        super().__init__()
        self.where = where
        self.at = where if isinstance(where, int) else None

    def act(self, exchange):
        raise NotImplementedError

    def head(self, exchange):
        if self.where == "head":
            self.act(exchange)

    def body(self, exchange):
        self.act(exchange)

    def reply(self, exchange, reply):
        if self.where == "reply":
            self.act(exchange)
        exchange.send(reply)


class Drop(At):
    """The connection is cut, by a reset unless told otherwise."""

    def __init__(self, where, reset=True):
        super().__init__(where)
        self.reset = reset

    def act(self, exchange):
        if self.reset:
            exchange.wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.reached.set()
        raise Cut


class Hold(At):
    """The server does nothing more until release() is called or the server stops."""

    def __init__(self, where):
        super().__init__(where)
        self._released = threading.Event()

    def release(self):
        self._released.set()

    def act(self, exchange):
        self.reached.set()
        while not self._released.wait(0.02):
            if exchange.server.stopping.is_set():
                raise Cut


class Late(At):
    """The server waits for some seconds first."""

    def __init__(self, where, seconds):
        super().__init__(where)
        self.seconds = seconds

    def act(self, exchange):
        self.reached.set()
        exchange.server.stopping.wait(self.seconds)


class SlowRead(Fault):
    """The body is read in steps of size bytes with a pause after each."""

    def __init__(self, size, pause):
        super().__init__()
        self.at = self.size = size
        self.pause = pause

    def body(self, exchange):
        self.at += self.size
        time.sleep(self.pause)


class NoContinue(Fault):
    """100 Continue is never sent; the server waits for the body."""

    send_continue = False


class Edit(Fault):
    """The true answer, changed by a function."""

    def __init__(self, change):
        super().__init__()
        self.change = change

    def reply(self, exchange, reply):
        self.reached.set()
        self.change(reply)
        exchange.send(reply)


class Chunked(Fault):
    """The true answer in chunks of 7 bytes."""

    def reply(self, exchange, reply):
        self.reached.set()
        exchange.send_chunked(reply)


class Raw(Fault):
    """These bytes instead of an answer, then the connection is closed.  sent counts what the client took."""

    def __init__(self, pieces):
        super().__init__()
        self.pieces = pieces
        self.sent = 0

    def head(self, exchange):
        for _ in exchange.chunks():
            pass
        self.reached.set()
        for piece in self.pieces:
            if exchange.server.stopping.is_set():
                break
            exchange.wire.write(piece)
            self.sent += len(piece)
        raise Cut


class Drip(Fault):
    """An answer that never stalls and never ends: a byte now and then."""

    def __init__(self, pause=0.5):
        super().__init__()
        self.pause = pause

    def head(self, exchange):
        self.reached.set()
        exchange.wire.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{")
        while not exchange.server.stopping.wait(self.pause):
            exchange.wire.write(b" ")
        raise Cut


def endless_body(length=None):
    """A body of length bytes, or one without an end."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    head += b"Content-Length: %d\r\n\r\n" % length if length else b"Connection: close\r\n\r\n"
    block = b" " * 65536
    rest = itertools.repeat(block, length // len(block)) if length else itertools.repeat(block)
    return Raw(itertools.chain([head, b'{"id":"'], rest))


def endless_headers():
    return Raw(itertools.chain([b"HTTP/1.1 200 OK\r\n"], itertools.repeat(b"X-Filler: " + b"f" * 1000 + b"\r\n")))
