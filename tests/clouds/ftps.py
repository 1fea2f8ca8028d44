"""A scripted FTPS server: what real servers do not do on order.

    server = Ftps(directory, tls_context(cert, key)); ...; server.stop()
    server.order("STOR", "553 file exists")                        another reply, once
    server.order("SIZE", "500 unknown command", times=None)        and always
    server.order("STOR", ftpfaults.Break(100000, data="reset"))    see ftpfaults.py
    server.order("CONNECT", "421 Too many users")                  the greeting

Explicit TLS (AUTH TLS) or, with implicit, TLS from the first byte.  Files are real, below the directory.
"""

import fnmatch
import socket
import threading

from clouds import ftpdata
from clouds.ftpfaults import Say
from clouds.ftpfiles import Files
from clouds.ftpsession import Session
from clouds.orders import Watched

USER = "ftp-e2e@example.com"
PASSWORD = "ftp-e2e-Pa55word"


def _asked_for(sock, name, context):
    sock.asked_for = name


class Ftps(Watched):
    """sessions holds every control connection since the start."""

    def __init__(self, directory, tls, data_tls=None, implicit=False, address="127.0.0.1", user=USER, password=PASSWORD):
        super().__init__()
        self.files = Files(directory)
        self.tls = tls
        self.tls.sni_callback = _asked_for
        self.data_tls = data_tls or tls  # the same context: sessions of the control connection can be resumed
        self.implicit = implicit
        self.address = address
        self.user = user
        self.password = password
        self.greeting = "FTP server ready"
        self.require_reuse = False  # of TLS sessions on data connections
        self.overwrites = False  # may STOR replace a file?
        self.deletes = True
        self.patience = 10  # seconds for a data connection to come
        self.sessions = []
        self.stopping = threading.Event()
        self.deaths = 0
        self.lock = threading.RLock()
        self._open = set()
        self._threads = []
        self._listener = None
        self.port = 0
        self.revive()
        self.host = f"[{address}]:{self.port}" if ":" in address else f"{address}:{self.port}"
        self.url = f"{'ftps' if implicit else 'ftp'}://{self.host}"

    def order(self, verbs, fault, times=1, skip=0, path=None, after=None):
        """Order a fault, or another reply, for the next times commands with one of these verbs ("LIST NLST", "*").

        times None: for ever.  skip: so many pass first.  path: a pattern for what the command is about ("/fra/*").
        after: only once a command of this verb is over.  CONNECT is the greeting.  Returns the fault.
        """

        def accepts(session):
            about = session.command.path or session.directory
            if session.command.verb == "CONNECT" and "CONNECT" not in verbs.split():
                return False
            return (path is None or fnmatch.fnmatchcase(about, path)) and (
                after is None or any(command.over for command in self.seen(after))
            )

        fault = Say(fault) if isinstance(fault, str) else fault
        with self.lock:
            return self._orders.add(verbs.split(), fault, times, skip, accepts)

    def pick(self, session):
        with self.lock:
            return self._orders.pick(session.command.verb, session)

    def seen(self, verb):
        """Every command of this verb, in all sessions."""
        with self.lock:
            return [command for session in self.sessions for command in session.commands if command.verb == verb]

    @property
    def transfers(self):
        return [transfer for session in self.sessions for transfer in session.transfers]

    @property
    def violations(self):
        return [violation for session in self.sessions for violation in session.violations]

    def file(self, path):
        """The bytes of a file, or None."""
        if not self.files.is_file(path):
            return None
        with open(self.files.real(path), "rb") as file:
            return file.read()

    def settled(self, path):
        """Nothing is on its way to this file."""
        last = [t for t in self.transfers if t.path == path and t.verb in ("STOR", "APPE")][-1:]
        return all(transfer.over for transfer in last)

    def remember(self, sock):
        with self.lock:
            self._open.add(sock)

    def forget(self, sock):
        with self.lock:
            self._open.discard(sock)

    def revive(self):
        """Listen (again), on the same port."""
        self._listener = ftpdata.listen(self.address, self.port)
        self.port = self._listener.getsockname()[1]
        self._spawn(self._accept, self._listener)

    def die(self, back=None):
        """Every connection ends and the ports are closed."""
        self.deaths += 1
        with self.lock:
            for sock in [self._listener, *self._open]:
                try:
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)  # SSLSocket's own would go on in clear
                except OSError:
                    pass
        self._listener.close()
        if back is not None:
            self._spawn(self._return, back)

    def _return(self, seconds):
        if not self.stopping.wait(seconds):
            self.revive()

    def _spawn(self, run, *args):
        thread = threading.Thread(target=run, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener):
        while not self.stopping.is_set():
            try:
                sock, source = listener.accept()
            except OSError:
                return
            self.remember(sock)
            session = Session(self, sock, source)
            with self.lock:
                self.sessions.append(session)
            self._spawn(session.run)

    def stop(self):
        self.stopping.set()
        self.die()
        for thread in self._threads:
            thread.join(10)
