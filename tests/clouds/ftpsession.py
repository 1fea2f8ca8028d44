"""One control connection of the FTPS stand-in."""

from clouds import ftpcommands, ftpdata
from clouds.ftpfaults import Fault, Instead
from clouds.message import Cut

LINE_LIMIT = 65536


class Command:
    """One line as the client sent it.  path is what it is about: its argument, or the session's directory."""

    def __init__(self, line, encrypted):
        self.line = line
        verb, _, self.arg = line.partition(" ")
        self.verb = verb.upper()
        self.encrypted = encrypted
        self.path = None
        self.replies = []
        self.over = False

    def __repr__(self):
        return f"<{self.line!r} -> {self.replies}>"


class Session:
    """commands and transfers hold everything that the client did, violations what it must never do."""

    def __init__(self, server, sock, source):
        self.server = server
        self.sock = sock
        self.source = source
        self.own_address = sock.getsockname()[0]
        self.commands = []
        self.transfers = []
        self.violations = []
        self.encrypted = False
        self.version = None  # of TLS
        self.reused = None
        self.name = None  # what the client asked for (SNI)
        self.user = None
        self.logged_in = False
        self.protection = "P" if server.implicit else "C"
        self.type = "A"
        self.directory = "/"
        self.restart = 0
        self.passive = None
        self.command = self.transfer = self.reply = self.error = None
        self.fault = Fault()
        self.over = False
        self._deaths = server.deaths
        self._buffer = b""

    @property
    def lines(self):
        return [command.line for command in self.commands]

    @property
    def gone(self):
        """The server died under this session."""
        return self.server.stopping.is_set() or self.server.deaths != self._deaths

    def run(self):
        try:
            if self.server.implicit:
                self._secure()
            self._perform(Command("CONNECT", self.encrypted), lambda *_: f"220 {self.server.greeting}")
            while True:
                self._serve(self._line())
        except (Cut, OSError, ValueError) as error:
            self.error = str(error)
        finally:
            self.forget_passive()
            self.drop()
            self.over = True
            self.server.changed()

    def drop(self, reset=False):
        if self.sock:
            self.server.forget(self.sock)
            ftpdata.close(self.sock, reset)
            self.sock = None

    def listen(self):
        """Ready for a data connection; returns the port."""
        self.forget_passive()
        self.passive = ftpdata.listen(self.own_address)
        self.server.remember(self.passive)
        return self.passive.getsockname()[1]

    def forget_passive(self):
        if self.passive:
            self.server.forget(self.passive)
            self.passive.close()
            self.passive = None

    def meet(self, moment):
        """Let the fault act if this is its moment."""
        if self.fault.at == moment and type(self.fault.at) is type(moment):
            self.fault.reached.set()
            self.fault.act(self)

    def send(self, reply):
        self.command.replies.append(reply)
        self.sock.sendall(reply.encode("utf-8", "surrogateescape") + b"\r\n")

    def _secure(self):
        self.meet("handshake")
        self.server.forget(self.sock)
        self.sock = ftpdata.wrap(self.server.tls, self.sock)
        self.server.remember(self.sock)
        self.encrypted, self.version, self.reused = True, self.sock.version(), self.sock.session_reused
        self.name = getattr(self.sock, "asked_for", None)
        self.meet("secured")

    def _line(self):
        while b"\n" not in self._buffer:
            if len(self._buffer) > LINE_LIMIT:
                raise Cut
            data = self.sock.recv(4096)
            if not data:
                raise Cut
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        if not line.endswith(b"\r"):
            self.violations.append("a line that does not end in CR LF")
        return line.removesuffix(b"\r").decode("utf-8", "surrogateescape")

    def _serve(self, line):
        command = Command(line, self.encrypted)
        if command.verb in ftpcommands.WITH_PATH:
            flags = command.verb in ("LIST", "NLST") and command.arg.startswith("-")
            command.path = self.server.files.resolve(self.directory, "" if flags else command.arg.replace("\0", ""))
        with self.server.lock:
            self.commands.append(command)
        self._judge(command)
        self._perform(command, self._right)

    def _judge(self, command):
        """What no client may do."""
        words = [command.line] if not self.encrypted else []
        if any(secret in line for line in words for secret in (self.server.user, self.server.password)):
            self.violations.append("a credential in clear")
        if not self.encrypted and command.verb not in ftpcommands.IN_CLEAR:
            self.violations.append(f"{command.verb} in clear")
        if command.verb in ftpcommands.TRANSFERS and self.protection != "P":
            self.violations.append(f"{command.verb} with PROT {self.protection}")
        if command.verb in ("STOR", "APPE") and self.type == "A":
            self.violations.append(f"{command.verb} with TYPE A")
        if any(ord(letter) < 32 for letter in command.line):
            self.violations.append("a control character in a command")

    def _right(self, session, arg):
        """The right reply, everything done that belongs to it."""
        verb = self.command.verb
        if "\0" in arg or not verb.isprintable():
            return "501 Bad characters"
        if verb not in ftpcommands.HANDLERS:
            return f"500 {verb} not understood"
        if not self.encrypted and verb not in ftpcommands.IN_CLEAR:
            return "550 SSL/TLS required on the control channel"
        if not self.logged_in and verb not in ftpcommands.BEFORE_LOGIN:
            return "530 Please login with USER and PASS"
        if verb in ftpcommands.TRANSFERS and self.protection != "P":
            return "522 SSL/TLS required on the data channel"
        return ftpcommands.HANDLERS[verb](self, arg)

    def _perform(self, command, handler):
        self.command, self.transfer, self.reply = command, None, None
        self.fault = self.server.pick(self) or Fault()
        try:
            self.meet("command")
            self.reply = handler(self, command.arg)
            self.meet("reply")
        except Instead as instead:
            self.reply = instead.reply
        finally:
            if command.verb in ftpcommands.TRANSFERS:
                self.forget_passive()
            command.over = True
        if self.reply is not None:
            self.send(self.reply)
            self._follow(command.verb, self.reply[:3])
        self.server.changed()

    def _follow(self, verb, code):
        """What a reply brings about, whoever thought of it."""
        if verb == "AUTH" and code == "234":
            self._secure()
        elif verb in ("USER", "PASS") and code == "230":
            self.logged_in = True
        elif code in ("421", "221") or verb == "CONNECT" and code[0] in "45":
            ftpdata.farewell(self.sock)
            raise Cut
