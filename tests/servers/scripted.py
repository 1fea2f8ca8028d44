"""Two FTPS servers that are libraries: pyftpdlib from Debian's packages, ftp-srv from npm.

They run as the user of the tests, each in a directory of its own with the user's files in home/.  Options of both:

tls         the versions offered: ("1.2",), ("1.3",) or both
folders     the directories of the user's that are there
"""

import json
import os
import pathlib
import shutil
import subprocess

from servers import debs

HERE = pathlib.Path(__file__).parent
USER, PASSWORD = "user@example.com", "test-password"
FOLDERS = ("iso-images", "hdd-images")
ALL = "elradfmwMT"
ONLY_WRITING = "ew"  # not "l": SIZE is answered 550 as well
FTP_SRV = "ftp-srv@4.6.3"


class _Server:
    """start() and stop(); host, port, user and password; file(), put() and log().  A subclass has the command."""

    def __init__(self, directory, pair, tls=("1.2", "1.3"), folders=FOLDERS, **options):
        self.dir = pathlib.Path(directory)
        self.host, self.port, self.user, self.password = "127.0.0.1", None, USER, PASSWORD
        self._settings = {
            **{"home": str(self.dir / "home"), "user": USER, "password": PASSWORD, "tls": list(tls)},
            **{"cert": str(pair.cert), "key": str(pair.key)},
            **options,
        }
        for folder in folders:
            (self.dir / "home" / folder).mkdir(parents=True)
        self._daemon = debs.Daemon(self._command, self.dir / "log", lambda: [self.port], self._env())

    def _env(self):
        return {"OPENSSL_CONF": "/dev/null"}

    def _words(self):
        """The program, which is told its settings in one more word."""
        raise NotImplementedError

    def _command(self):
        self.port = debs.free_port()
        return [*self._words(), json.dumps({**self._settings, "port": self.port, "passive": debs.free_port()})]

    def start(self):
        self._daemon.up()
        return self

    def stop(self):
        self._daemon.down()

    def file(self, path):
        """Where an upload to this path ends up."""
        return self.dir / "home" / path.lstrip("/")

    def put(self, path, data):
        """A file that was there before."""
        self.file(path).write_bytes(data)

    def log(self):
        """What the clients asked and what they were told."""
        return (self.dir / "log").read_text(encoding="utf-8", errors="replace")


class Pyftpdlib(_Server):
    """It says 226 to a data connection that was cut, and 550 to what the user may not do.

    perm        pyftpdlib's letters: ALL, or ONLY_WRITING
    """

    def __init__(self, directory, pair, perm=ALL, **common):
        self.root = debs.unpack(["python3-pyftpdlib", "python3-openssl"])
        super().__init__(directory, pair, perm=perm, **common)

    def _env(self):
        return {**super()._env(), "PYTHONHOME": str(self.root / "usr"), "PYTHONNOUSERSITE": "1", "PYTHONDONTWRITEBYTECODE": "1"}

    def _words(self):
        program = next((self.root / "usr/bin").glob("python3.[0-9]*[0-9]")).relative_to(self.root)
        return [*debs.command(self.root, program), str(HERE / "pyftpdlib_server.py")]


class FtpSrv(_Server):
    """It answers STOR when the data connection's handshake is done, and not before."""

    def __init__(self, directory, pair, **common):
        self.modules = npm(FTP_SRV)
        super().__init__(directory, pair, **common)

    def _env(self):
        return {**super()._env(), "NODE_PATH": str(self.modules)}

    def _words(self):
        return ["node", str(HERE / "ftp_srv_server.js")]


def npm(package):
    """The node_modules directory with this package, NAME@VERSION, and all that it needs.  The first call fetches them."""
    root = debs.cache() / package.replace("@", "-")
    debs.cache().mkdir(parents=True, exist_ok=True)
    with debs.locked(debs.cache() / f"{root.name}.lock"):
        if not root.exists():
            work = root.with_suffix(".part")  # of a fetch that was interrupted, if it is there
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            words = ["npm", "install", "--prefix", str(work), "--ignore-scripts", "--no-audit", "--no-fund", "--no-save"]
            if shutil.which("npm") is None:
                raise debs.Unavailable("npm is not installed: run make deps")
            out = subprocess.run([*words, package], capture_output=True, text=True, stdin=subprocess.DEVNULL)
            if out.returncode != 0:
                raise debs.Unavailable(f"npm does not install {package}: {out.stderr[-1000:]}")
            os.rename(work, root)
    return root / "node_modules"
