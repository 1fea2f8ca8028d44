"""Runs the real binary in a clean environment, and looks at what no run may ever do."""

import json
import os
import pathlib
import platform
import re
import signal
import subprocess

from clouds.linode import TOKEN

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECRETS = [TOKEN]  # never on stdout or stderr; a cloud's fixtures add theirs
# What --progress lines writes.
PROGRESS = re.compile(r"hoist: (.*: )?(\d+% |sent \d|[\d.]+ (bytes|[KMGT]iB)(, |$)|(starting|pausing|processing)$)")
FAST = ["--retry-delay", "0.05", "--poll", "0.05"]


def binary():
    """$HOIST, or the newest build for this machine."""
    if os.environ.get("HOIST"):
        return os.path.abspath(os.environ["HOIST"])
    found = list(ROOT.glob(f"build/{platform.machine()}-linux-musl*/hoist"))
    if not found:
        raise FileNotFoundError("no build/*-linux-musl/hoist for this machine: run make first, or set HOIST")
    return str(max(found, key=lambda path: path.stat().st_mtime))


class Result:
    def __init__(self, status, out, err):
        self.status = status  # negative: ended by that signal
        self.out = out
        self.err = err

    @property
    def notes(self):
        """The lines on stderr besides progress, which a slow machine shows and a fast one does not."""
        return [line for line in self.err.splitlines() if not PROGRESS.match(line)]

    @property
    def errors(self):
        """The error lines on stderr."""
        return [line for line in self.notes if line.startswith("hoist: ") and ": warning: " not in line]

    @property
    def warnings(self):
        return [line for line in self.err.splitlines() if line.startswith("hoist: warning: ")]

    @property
    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"exit {self.status}\n--- stdout\n{self.out}--- stderr\n{self.err}---"


class Running:
    """A run that was started; end() waits for it."""

    def __init__(self, process, timeout):
        self.process = process
        self.timeout = timeout

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def end(self, data=None):
        try:
            out, err = self.process.communicate(data, self.timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            raise AssertionError(f"hoist did not end in {self.timeout} s; stderr so far: {err}") from None
        result = Result(self.process.returncode, (out or b"").decode(), (err or b"").decode())
        assert "Signature=" not in result.err, f"a signed URL on stderr: {result}"
        for secret in SECRETS:
            assert secret not in result.err, f"a secret on stderr: {result}"
            assert secret not in result.out, f"a secret on stdout: {result}"
        assert result.status not in (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGFPE), result
        if result.status > 0 and err is not None:
            assert result.errors, f"a failure without an error line: {result}"
        return result


class Tool:
    """home is an empty directory; env is set for every run of this tool."""

    def __init__(self, home, env=None):
        self.path = binary()
        self.env = {"HOME": str(home), "PATH": os.environ["PATH"], "TERM": "xterm", **(env or {})}

    def start(self, *args, env=None, under=(), name=None, timeout=60, **popen):
        """under: words of a command that runs the binary (strace); name: argv[0] instead of the path."""
        words = [*under, *([] if name else [self.path]), *(str(arg) for arg in args)]
        words = [name, *words] if name else words
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **popen}
        executable = self.path if name else None
        # A build with sanitizers cannot look for leaks while strace holds it.
        traced = {"ASAN_OPTIONS": "detect_leaks=0"} if under else {}
        process = subprocess.Popen(words, env={**self.env, **traced, **(env or {})}, executable=executable, **options)
        return Running(process, timeout)

    def run(self, *args, input=None, **options):
        if input is not None:
            options["stdin"] = subprocess.PIPE
        return self.start(*args, **options).end(input)


class Rig(Tool):
    """The tool with a cloud that it is set up for."""

    def __init__(self, home, cloud, ca):
        super().__init__(home, {"LINODE_CLI_TOKEN": TOKEN, "LINODE_CLI_API_HOST": cloud.api_server.host, "LINODE_CLI_CA": ca})
        if not cloud.api_server.tls:
            self.env["LINODE_CLI_API_SCHEME"] = "http"
        self.cloud = cloud

    def upload(self, *args, **options):
        return self.run("linode", "--region", "us-ord", *FAST, *args, **options)

    def begin(self, *args, **options):
        return self.start("linode", "--region", "us-ord", *FAST, *args, **options)

    def nothing_left(self):
        """No image in the cloud, and there never was a complete object."""
        assert self.cloud.images.present() == []
        assert self.cloud.bucket.completed == []
