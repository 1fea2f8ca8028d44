"""What the FTPS stand-in can be told to do wrong.

A fault acts at one moment of the command for which it was ordered:
  "command"    received, nothing done yet
  "handshake"  before the TLS handshake (of the data connection; for AUTH, of the control connection)
  "secured"    after it
  a number     so many bytes were received on the data connection
  "reply"      carried out; session.reply is the true answer
"""

import itertools
import re
import socket
import threading

from clouds.message import Cut


class Instead(Exception):
    """The command ends here with this reply, or with none at all."""

    def __init__(self, reply=None):
        super().__init__(reply)
        self.reply = reply


class Fault:
    """The base does nothing wrong.  reached is set as soon as the fault has shown itself."""

    def __init__(self, at=None):
        self.at = at
        self.reached = threading.Event()

    def act(self, session):
        """The moment has come.  May raise Instead, or Cut to end the session."""


class Say(Fault):
    """Another reply.  At "reply" the command was carried out all the same; at a number the rest of the data is refused."""

    def __init__(self, reply, at="command"):
        super().__init__(at)
        self.reply = reply

    def act(self, session):
        raise Instead(self.reply)


class Edit(Fault):
    """The true reply, changed by a function."""

    def __init__(self, change):
        super().__init__("reply")
        self.change = change

    def act(self, session):
        session.reply = self.change(session.reply)


class Besides(Fault):
    """A line that is no reply, at any moment."""

    def __init__(self, line, at):
        super().__init__(at)
        self.line = line

    def act(self, session):
        session.sock.sendall(self.line.encode() + b"\r\n")


class Break(Fault):
    """Connections are cut.

    data and control are "reset", "close" or None (left alone); reply is sent if control is left; keep is the
    number of bytes to which the file is cut, as if the others had never reached the disk.
    """

    def __init__(self, at, data=None, control=None, reply=None, keep=None):
        super().__init__(at)
        self.data = data
        self.control = control
        self.reply = reply
        self.keep = keep

    def act(self, session):
        if self.keep is not None:
            session.server.files.cut(session.command.path, self.keep)
        if self.data and session.transfer:
            session.transfer.drop(self.data == "reset")
        if self.control:
            session.drop(self.control == "reset")
            raise Cut
        raise Instead(self.reply)


class Die(Fault):
    """The whole server is gone: every connection, and its ports.  back: it listens again after so many seconds."""

    def __init__(self, at, back=None):
        super().__init__(at)
        self.back = back

    def act(self, session):
        session.server.die(self.back)
        raise Cut


class Stall(Fault):
    """The server does nothing more here until release() is called or it stops."""

    def __init__(self, at):
        super().__init__(at)
        self._released = threading.Event()

    def release(self):
        self._released.set()

    def act(self, session):
        while not self._released.wait(0.02):
            if session.server.stopping.is_set():
                raise Cut


class Late(Fault):
    """The server waits for some seconds first."""

    def __init__(self, seconds, at="reply"):
        super().__init__(at)
        self.seconds = seconds

    def act(self, session):
        session.server.stopping.wait(self.seconds)


class SlowRead(Fault):
    """The data is read in steps of size bytes with a pause after each."""

    def __init__(self, size, pause):
        super().__init__(size)
        self.size = size
        self.pause = pause

    def act(self, session):
        self.at += self.size
        session.server.stopping.wait(self.pause)


class Raw(Fault):
    """These bytes instead of a reply, then the control connection is closed.  sent counts what the client took."""

    def __init__(self, pieces, at="command"):
        super().__init__(at)
        self.pieces = pieces
        self.sent = 0

    def act(self, session):
        for piece in self.pieces:
            if session.server.stopping.is_set():
                break
            session.sock.sendall(piece)
            self.sent += len(piece)
        raise Cut


class Listing(Fault):
    """Another listing, raw; it may have no end."""

    def __init__(self, pieces, reply="226 Transfer complete"):
        super().__init__("secured")
        self.pieces = pieces
        self.reply = reply
        self.sent = 0

    def act(self, session):
        for piece in self.pieces:
            if session.server.stopping.is_set():
                raise Cut
            session.transfer.sock.sendall(piece)
            self.sent += len(piece)
        self.end(session.transfer)
        raise Instead(self.reply)

    def end(self, transfer):
        transfer.end()


class CutList(Listing):
    """Its connection ends without TLS's close_notify, as if somebody in between had cut it, and the server is content."""

    def end(self, transfer):
        socket.socket.shutdown(transfer.sock, socket.SHUT_RDWR)


class ClosedPort(Fault):
    """For EPSV and PASV: the port that the reply names is closed."""

    def __init__(self):
        super().__init__("reply")

    def act(self, session):
        session.forget_passive()


def foreign(address="192.0.2.1"):
    """For PASV: another address in the reply."""
    return Edit(lambda reply: re.sub(r"\((\d+,){4}", "(" + address.replace(".", ",") + ",", reply))


def inject(line="230 injected"):
    """A second reply in the same segment; on AUTH it stands in clear before the handshake."""
    return Edit(lambda reply: f"{reply}\r\n{line}")


def long_line(length=None, start=b"220 "):
    """length bytes without a newline (and one at their end), or without an end."""
    block = b"x" * 65536
    if length is None:
        return Raw(itertools.chain([start], itertools.repeat(block)))
    return Raw(itertools.chain([start], itertools.repeat(block, length // len(block)), [b"\r\n"]))


def endless_reply(code=220):
    """A reply of many lines of which none is the last."""
    return Raw(itertools.repeat(b"%d-and so on, and so on\r\n" % code * 500))


def endless_listing(line=b"-rw-r--r--   1 ftp      ftp             4096 Nov 20 10:00 image%09d.iso\r\n"):
    """For LIST and, with another line, for NLST and MLSD.  A line of b"x" has no newline and no end."""
    blocks = (b"".join(line % n if b"%" in line else line for n in range(k, k + 500)) for k in itertools.count(0, 500))
    return Listing(blocks)
