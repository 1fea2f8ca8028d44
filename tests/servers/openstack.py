"""What Glance (servers/glance.py) and Keystone (servers/keystone.py) have in common.

They are Debian's, out of the cache like the other servers: nothing is installed, nothing takes root.  Each has a directory
of its own with a configuration and a copy of a database that was made once, listens on loopback, and has TLS in front.
"""

import contextlib
import fcntl
import json
import os
import pathlib
import platform
import shutil
import sqlite3
import ssl
import subprocess
import urllib.error
import urllib.request

from servers import debs
from servers.hitch import Hitch
from servers.nginx import Nginx

PACKAGES = ["glance-api", "keystone", "uwsgi-plugin-python3"]
RELEASES = ("bookworm", "trixie")  # OpenStack Zed (Glance 25, Keystone 22) and 2025.1 (Glance 30, Keystone 27)
PROTOCOLS = "TLSv1.2 TLSv1.3"
STREAM = "proxy_buffering off; proxy_read_timeout 600s; client_body_timeout 600s;"
TIMEOUT_S = 60
COMMAND_TIMEOUT_S = 180


class Reply:
    """status, headers and body; json is the body's."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def __repr__(self):
        return f"{self.status} {self.body[:500]!r}"

    @property
    def json(self):
        return json.loads(self.body)


def request(method, url, data=None, content=None, token=None, headers=(), ca=None):
    """Returns the reply, whatever its status is.  data is sent as JSON, content as it is: what has no length is sent in chunks."""
    headers = {"Accept": "application/json", **dict(headers)}
    if data is not None:
        content = json.dumps(data).encode()
        headers.setdefault("Content-Type", "application/json")
    if token:
        headers["X-Auth-Token"] = token
    # To read the machine's authorities takes longer than most requests.
    tls = ssl.create_default_context(cafile=ca) if url.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=tls))
    try:
        with opener.open(urllib.request.Request(url, content, headers, method=method), timeout=TIMEOUT_S) as reply:
            return Reply(reply.status, reply.headers, reply.read())
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, error.headers, error.read())


class Programs:
    """The programs of a release of Debian's."""

    def __init__(self, release):
        self.root = debs.unpack(PACKAGES, release)
        self.env = {"PYTHONHOME": str(self.root / "usr"), "PYTHONNOUSERSITE": "1", "OPENSSL_CONF": "/dev/null"}
        multiarch = f"{platform.machine()}-linux-gnu"
        paths = [self.root / "usr/lib" / multiarch, self.root / "lib" / multiarch]
        loader = next(file for path in paths for file in path.glob("ld-linux*.so*"))
        self._loader = [str(loader), "--library-path", ":".join(map(str, paths))]

    def python(self, script, *words):
        """The words that run one of OpenStack's commands."""
        program = next((self.root / "usr/bin").glob("python3.[0-9]*[0-9]"))
        return [*self._loader, str(program), str(self.root / "usr/bin" / script), *map(str, words)]

    def uwsgi(self, script, *words):
        """The words that run a WSGI script."""
        plugin = next((self.root / "usr/lib/uwsgi/plugins").glob("python3[0-9]*_plugin.so"))
        program = [str(self.root / "usr/bin/uwsgi-core"), "--plugin", str(plugin)]
        return [*self._loader, *program, "--wsgi-file", str(self.root / "usr/bin" / script), *map(str, words)]

    def run(self, script, *words):
        """Run one of OpenStack's commands to its end."""
        env = {"PATH": os.environ["PATH"], **self.env}
        out = subprocess.run(self.python(script, *words), env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_TIMEOUT_S)
        if out.returncode != 0:
            raise debs.Unavailable(f"{script} {words}: {(out.stdout + out.stderr).decode(errors='replace')[-2000:]}")


def once(name, make):
    """The directory of this name in the cache.  make(directory) fills it the first time; what was interrupted is made anew."""
    made, work = debs.cache() / name, debs.cache() / f"{name}.part"
    with open(debs.cache() / f"{name}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            make(work)
            os.rename(work, made)
    return made


def write_ahead(database):
    """Readers and a writer at once: without it Keystone says "database is locked" to its first writer."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode=WAL").fetchone()


class Service:
    """start(), stop(), kill() and restart(); url is the one with TLS, plain_url the one without.

    directory   an empty one of its own
    pair        the certificate and its key
    front       what does TLS: "nginx", which streams, or "hitch", which does not look into it
    release     one of RELEASES
    """

    def __init__(self, directory, pair, front="nginx", release=RELEASES[0], env=None):
        self.dir = pathlib.Path(directory)
        self.port = None
        self.url = None
        self._pair, self._kind = pair, front
        self._programs = Programs(release)
        env = {**self._programs.env, **(env or {})}
        self._daemon = debs.Daemon(self._command, self.dir / "output", lambda: [self.port], env)
        self._running = contextlib.ExitStack()
        self._running.callback(self._down)

    def _command(self):
        """A server that was started before keeps its port."""
        if self.url is None:
            self.port = debs.free_port()
        return self._words()

    def _words(self):
        """Write the configuration; the command."""
        raise NotImplementedError

    def _up(self):
        self._daemon.up()
        try:
            self.api("GET", "/")
        except OSError as error:
            raise debs.Unavailable(f"no answer ({error}) from {self._daemon.log}:\n{self.log()[-2000:]}") from error

    def _make_front(self):
        directory = self.dir / self._kind
        directory.mkdir()
        if self._kind == "hitch":
            return Hitch(directory, self._pair, self.port)
        return Nginx(directory, self._pair, PROTOCOLS, self.plain_url, STREAM)

    def start(self):
        self._up()
        front = self._make_front().start()
        self._running.callback(front.stop)
        self.url = f"https://localhost:{front.port}"
        return self

    def _down(self):
        if self._daemon.process:
            self._daemon.down()

    def stop(self):
        """Images and logs stay."""
        self._running.close()

    def kill(self):
        """As by a lack of memory; what is in front stays."""
        self._daemon.process.kill()
        self._daemon.process.wait()

    def restart(self):
        """After kill(), on the same port."""
        self._up()

    @property
    def plain_url(self):
        return f"http://127.0.0.1:{self.port}"

    def api(self, method, path, data=None, **options):
        """A request past what is in front; see request()."""
        return request(method, self.plain_url + path, data, **options)

    def log(self):
        return (self.dir / "output").read_text(encoding="utf-8", errors="replace")
