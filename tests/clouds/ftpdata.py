"""The data connections of the FTPS stand-in."""

import socket
import ssl
import struct

from clouds.ftpfaults import Instead
from clouds.message import Cut

CHUNK = 65536


def listen(address, port=0):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.create_server((address, port), family=family, backlog=64)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, CHUNK)
    return listener


def close(sock, reset=False):
    if reset:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def wrap(context, sock):
    """A truncated stream is an error of its own: SSLEOFError."""
    return context.wrap_socket(sock, server_side=True, suppress_ragged_eofs=False)


def farewell(sock):
    """close_notify, and a moment for the client's.  Returns whether that came."""
    try:
        sock.settimeout(0.5)
        if isinstance(sock, ssl.SSLSocket):
            sock.unwrap()
            return True
    except (OSError, ValueError):
        pass
    return False


class Transfer:
    """A data connection as it was.  Filled in while it lasts, so that a test can watch it."""

    def __init__(self, session, command):
        self.session = session
        self.verb = command.verb
        self.path = command.path
        self.offset = 0  # where in the file the first byte went
        self.received = 0
        self.sent = 0
        self.encrypted = False
        self.reused = None  # was the TLS session resumed?
        self.version = None  # of TLS
        self.source = None  # the client's address and port
        self.ended = False  # the client ended it in an orderly way
        self.clean = None  # and with a close_notify
        self.over = False
        self.error = None
        self.sock = None

    def drop(self, reset=False):
        if self.sock:
            self.session.server.forget(self.sock)
            close(self.sock, reset)
            self.sock = None

    def end(self):
        """The orderly end from this side."""
        clean = farewell(self.sock)
        self.clean = clean if self.clean is None else self.clean
        self.drop()

    def open(self, passive, opening):
        """Take the connection; opening is the reply that announces it."""
        session, server = self.session, self.session.server
        if passive is None:
            raise Instead("425 Use EPSV or PASV first")
        passive.settimeout(server.patience)
        try:
            self.sock, self.source = passive.accept()
        except TimeoutError:
            raise Instead("425 Unable to build data connection: Connection timed out") from None
        self.sock.settimeout(None)
        server.remember(self.sock)
        session.send(opening)
        session.meet("handshake")
        if session.protection == "P":
            self._secure(server)
        session.meet("secured")

    def _secure(self, server):
        server.forget(self.sock)
        try:
            self.sock = wrap(server.data_tls, self.sock)
        except (OSError, ValueError) as error:
            self.error = str(error)
            raise Instead("425 Unable to build data connection: TLS negotiation failed") from None
        server.remember(self.sock)
        self.encrypted, self.version, self.reused = True, self.sock.version(), self.sock.session_reused
        if server.require_reuse and not self.reused:
            self.drop()
            raise Instead("522 SSL connection failed: session reuse required")

    def _read(self, size):
        try:
            data = self.sock.recv(size)
            self.clean = None if data else self.encrypted
        except ssl.SSLEOFError as error:
            # Python calls a reset the same; only this reason means a FIN.
            if error.reason != "UNEXPECTED_EOF_WHILE_READING":
                raise ConnectionResetError("the client reset the data connection") from None
            data, self.clean = b"", False
        if not data and self.session.gone:
            raise Cut
        self.ended = not data
        return data

    def receive(self, file):
        session = self.session
        while True:
            session.meet(self.received)
            at = session.fault.at
            want = min(CHUNK, at - self.received) if isinstance(at, int) and at > self.received else CHUNK
            data = self._read(want)
            if not data:
                break
            file.write(data)
            self.received += len(data)
            session.server.changed()
        self.end()

    def write(self, lines):
        data = "".join(line + "\r\n" for line in lines).encode("utf-8", "surrogateescape")
        self.sock.sendall(data)
        self.sent += len(data)
        self.ended = True
        self.end()


def carry(session, opening, work):
    """One transfer: work(transfer) moves the bytes.  Returns the reply."""
    transfer = session.transfer = Transfer(session, session.command)
    session.transfers.append(transfer)
    try:
        transfer.open(session.passive, opening)
        work(transfer)
    except (OSError, ValueError) as error:
        if session.gone:
            raise Cut from None
        transfer.error = transfer.error or str(error)
        return "426 Connection closed; transfer aborted"
    finally:
        transfer.drop()
        transfer.over = True
        session.server.changed()
    return "226 Transfer complete"
