"""Programs out of Debian packages, unpacked into the cache and never installed.

The package lists come through a private apt configuration: only the address of the mirror and the archive's key are
taken from the machine.  As the list of installed packages is empty, every dependency comes along.
"""

import contextlib
import fcntl
import getpass
import hashlib
import os
import pathlib
import platform
import random
import re
import shutil
import signal
import socket
import subprocess
import time

KEYS = ["/usr/share/keyrings/debian-archive-keyring.pgp", "/usr/share/keyrings/debian-archive-keyring.gpg"]
COMPONENTS = "main"
TRIES = 3


class Unavailable(Exception):
    """A server could not be fetched or started."""


def cache():
    """Where test servers live: $HOIST_CACHE, or hoist/ in the user's cache directory."""
    own = os.environ.get("HOIST_CACHE")
    base = pathlib.Path(own) if own else pathlib.Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "hoist"
    return base.absolute() / "servers"


@contextlib.contextmanager
def locked(path):
    with open(path, "w", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _mirror():
    """The address of the Debian archive that this machine uses: the one that also has the suite of updates."""
    out = subprocess.run(["apt-get", "update", "--print-uris"], capture_output=True, text=True)
    found = re.search(r"^'(\S+/)dists/[a-z]+-updates/InRelease'", out.stdout, re.MULTILINE)
    found = found or re.search(r"^'(\S+/debian/)dists/[a-z]+/InRelease'", out.stdout, re.MULTILINE)
    if found is None:
        raise Unavailable("no Debian mirror in this machine's apt configuration")
    return found.group(1)


def _run(command, log):
    with open(log, "a", encoding="utf-8") as file:
        for _ in range(TRIES):
            if subprocess.run(command, stdout=file, stderr=file, stdin=subprocess.DEVNULL).returncode == 0:
                return
    raise Unavailable(f"{command[0]} failed, see {log}")


def _apt(base, suite):
    """The apt-get command line for a suite, with its lists and archives below base."""
    for name in ("lists/partial", "archives/partial"):
        (base / name).mkdir(parents=True, exist_ok=True)
    (base / "status").touch()
    key = next((k for k in KEYS if os.path.exists(k)), None)
    if key is None:
        raise Unavailable("the package debian-archive-keyring is missing")
    (base / "sources.list").write_text(f"deb [signed-by={key}] {_mirror()} {suite} {COMPONENTS}\n", encoding="ascii")
    options = {
        "Dir::Etc::SourceList": base / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::Etc::Preferences": "/dev/null",
        "Dir::Etc::PreferencesParts": "/dev/null",
        "Dir::State": base,
        "Dir::State::Lists": base / "lists",
        "Dir::State::status": base / "status",
        "Dir::Cache": base,
        "Dir::Cache::Archives": base / "archives",
        "Acquire::Languages": "none",
        "APT::Sandbox::User": getpass.getuser(),
        "APT::Install-Recommends": "false",
    }
    return ["apt-get", "-q", "-y"] + [word for k, v in options.items() for word in ("-o", f"{k}={v}")]


def _fetch(base, suite, packages):
    """Download the packages with all they need.  Returns the files."""
    apt, log = _apt(base, suite), base / "log"
    _run([*apt, "update"], log)
    _run([*apt, "install", "--download-only", *packages], log)
    return sorted((base / "archives").glob("*.deb"))


def unpack(packages, suite="trixie"):
    """The directory with these packages and all that they need, unpacked.  The first call fetches them."""
    name = f"{packages[0]}-{suite}-{hashlib.sha256(' '.join(packages).encode()).hexdigest()[:8]}"
    root = cache() / name
    if root.exists():
        return root
    cache().mkdir(parents=True, exist_ok=True)
    with locked(cache() / f"{name}.lock"):
        if root.exists():
            return root
        work = cache() / f"{name}.part"  # of a fetch that was interrupted, if it is there
        shutil.rmtree(work, ignore_errors=True)
        fresh = work / "root"
        fresh.mkdir(parents=True)
        for file in _fetch(work / "apt", suite, packages):
            _run(["dpkg", "-x", str(file), str(fresh)], work / "log")
        shutil.rmtree(fresh / "usr/share/doc", ignore_errors=True)
        os.rename(fresh, root)
        shutil.rmtree(work)
    return root


def command(root, program):
    """The words that run a program out of root with root's own libraries, wherever root is."""
    machine = platform.machine()
    libraries = root / "usr/lib" / f"{machine}-linux-gnu"
    loader = next(libraries.glob("ld-linux*.so*"))
    path = ":".join(str(p) for p in (libraries, *libraries.glob("ceph")))
    return [str(loader), "--library-path", path, str(root / program)]


def libraries(root, files):
    """The files that programs and libraries out of root are linked with, the loader among them."""
    found = set()
    for file in files:
        loader, *words = command(root, file)
        out = subprocess.run([loader, "--list", *words], capture_output=True, text=True, check=True)
        found |= {loader, *re.findall(r"=> (/\S+)", out.stdout)}
    return sorted(found)


def free_port(host="127.0.0.1"):
    """Nobody listens on it, and the kernel does not give it to those who take any port while the server starts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    given = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    for _ in range(100):
        with contextlib.suppress(OSError):
            with socket.create_server((host, random.randrange(10000, max(given, 20000))), family=family) as listener:
                return listener.getsockname()[1]
    raise Unavailable("no port is free")


class Daemon:
    """A server that runs in the foreground.  start is a function: it makes the command, and may be called again."""

    def __init__(self, start, log, ports, env=None, host="127.0.0.1"):
        self.log = log
        self._host = host
        self._start = start
        self._ports = ports
        self._env = env or {}
        self.process = None

    def up(self):
        """Start it and wait until it listens; another try if a port was taken meanwhile."""
        for _ in range(TRIES):
            with open(self.log, "ab") as out:
                command_line = self._start()
                env = {"PATH": os.environ["PATH"], **self._env}
                self.process = subprocess.Popen(
                    command_line, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env, start_new_session=True
                )
            if self._listens():
                return self
            self.down()
        raise Unavailable(f"{command_line} does not start, see {self.log}:\n" + pathlib.Path(self.log).read_text(errors="replace")[-2000:])

    def _listens(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                for port in self._ports():
                    socket.create_connection((self._host, port), 5).close()
                return self.process.poll() is None
            except OSError:
                time.sleep(0.02)
        return False

    def down(self):
        """Stop it, and the processes that it started for its clients."""
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class OnePort:
    """A program with one port on this machine, and a directory of its own; self._command() writes its settings."""

    def __init__(self, directory, packages, **env):
        self.dir = pathlib.Path(directory)
        self.root = unpack(packages)
        self.port = None
        self.daemon = Daemon(self._command, self.dir / "log", lambda: [self.port], {"OPENSSL_CONF": "/dev/null", **env})

    def start(self):
        self.daemon.up()
        return self

    def stop(self):
        self.daemon.down()

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    def file(self, path):
        """Where a PUT to this path ends up."""
        return self.dir / "www" / path.lstrip("/")
