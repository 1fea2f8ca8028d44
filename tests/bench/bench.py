"""The figures of hoist beside the tools that a user would pick instead, in one run, as a table.

usage: tests/bench/run.sh [--mib N], which builds the binary and its authority and calls this.
Each figure is the median of RUNS runs; two commands take turns, and their ratio is the median of the pairs' ratios,
because the speed of a machine drifts.
"""

import argparse
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import pictures
from servers.certs import Pair
from servers.ftpd import PureFtpd
from servers.nginx import Nginx

RUNS = 5
LOCATIONS = ["fra", "fkb", "txl", "vit", "lhr", "las", "ewr", "par"]
TYPICAL = """dd if=/dev/zero bs=1M count=1
find /usr/bin /usr/lib -type f -exec cat {} + | head -c 600M
dd if=/dev/zero bs=1M count=400"""


class Bench:
    """A server with TLS, and commands that upload to it."""

    def __init__(self, hoist, pki, directory):
        self.hoist = hoist
        self.dir = pathlib.Path(directory)
        self.ca = str(pathlib.Path(pki) / "ca.pem")
        self.env = {"PATH": os.environ["PATH"], "HOME": str(self.dir)}
        (self.dir / "server").mkdir()
        self.server = self.start(self.dir / "server", Pair(str(pathlib.Path(pki) / "server")))

    def start(self, directory, pair):
        raise NotImplementedError

    def prepare(self):
        """Before each run of a pair."""

    def once(self, *words):
        """(seconds, peak KiB, what it wrote on stderr) of a command that must succeed."""
        report = self.dir / "time"
        start = time.monotonic()
        # A process started from Python counts Python's memory as its own: time(1) is in between.
        done = subprocess.run(
            ["/usr/bin/time", "-f", "%M", "-o", str(report), *map(str, words)],
            env=self.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=True,
        )
        return time.monotonic() - start, int(report.read_text(encoding="ascii")), done.stderr

    def pair(self, ours, theirs):
        """Medians of both and of their ratio: ((s, KiB), (s, KiB), ratio)."""
        for words in (ours, theirs):
            self.prepare()
            self.once(*words)
        runs = []
        for _ in range(RUNS):
            self.prepare()
            first = self.once(*ours)
            self.prepare()
            runs.append((first, self.once(*theirs)))
        median = [[statistics.median(run[side][field] for run in runs) for field in (0, 1)] for side in (0, 1)]
        return *median, statistics.median(a[0] / b[0] for a, b in runs)


class Https(Bench):
    """nginx, as the storage of a cloud with presigned URLs."""

    def start(self, directory, pair):
        server = Nginx(directory, pair, "TLSv1.3").start()
        self.url = f"https://{server.host}/image"
        self.env["HOIST_UPLOAD_TO"] = self.url
        return server

    def typical(self):
        """Programs and zeros, gzip -6."""
        path = self.dir / "typical.gz"
        subprocess.run(["sh", "-c", f"({TYPICAL}) 2>/dev/null | gzip -6 > {path}"], check=True)
        return path

    def noise(self, mib):
        """An image that does not compress, in members of 16 MiB."""
        path = self.dir / f"noise{mib}.gz"
        member = pictures.packed(pictures.raw(16 * pictures.MIB), 0)
        with open(path, "wb") as file:
            for _ in range(mib // 16):
                file.write(member)
        return path

    def upload(self, path, *more):
        return [self.hoist, "linode", "--cacert", "builtin", "--upload-to", "env", *more, path]

    def curl(self, path):
        return ["curl", "-sS", "--cacert", self.ca, "-T", str(path), self.url]

    def libraries(self, path):
        """Allocations and peak of libcurl and mbedTLS, as -v tells them."""
        return re.search(r"\d+ allocations, at most \d+ KiB", self.once(*self.upload(path, "-v"))[2])[0]

    def first_request(self, path):
        """Milliseconds from the start of the process until its first request begins to arrive."""
        taken = []
        with socket.create_server(("127.0.0.1", 0)) as listener:
            host = "127.0.0.1:%d" % listener.getsockname()[1]
            env = {**self.env, "LINODE_CLI_TOKEN": "x", "LINODE_CLI_API_HOST": host}
            for _ in range(21):
                start = time.monotonic()
                words = [self.hoist, "linode", "--cacert", "builtin", "--region", "us-ord", "--retry", "0", str(path)]
                process = subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                connection, _ = listener.accept()
                connection.recv(1)
                taken.append((time.monotonic() - start) * 1000)
                process.kill()
                process.wait()
                connection.close()
        return statistics.median(taken)


class Ftp(Bench):
    """One real FTP server, with a directory for each of eight locations."""

    def start(self, directory, pair):
        server = PureFtpd(directory, pair).start()
        for name in LOCATIONS:
            server.mkdir(f"{name}/hdd-images")
        self.env.update({"IONOS_USERNAME": server.user, "IONOS_PASSWORD": server.password})
        self.url = f"ftp://127.0.0.1:{server.port}"
        return server

    def prepare(self):
        for path in self.server.file("").glob("*/hdd-images/*"):
            path.unlink()

    def raw(self, mib):
        path = self.dir / f"raw{mib}.raw"
        part = pictures.raw(16 * pictures.MIB)
        with open(path, "wb") as file:
            for _ in range(mib // 16):
                file.write(part)
        return path

    def upload(self, path, *more):
        names = ",".join(more)
        words = [self.hoist, "ionos", "--cacert", "builtin", "--skip-update", "--jobs", "8"]
        return [*words, "--ftp-url", self.url + "/%s", "-l", names, path]

    def curl(self, path, *names):
        one = "curl -sS --ssl-reqd --cacert %s -u %s:%s -T %s %s/%s/hdd-images/c.raw & pids=\"$pids $!\""
        words = [one % (self.ca, self.server.user, self.server.password, path, self.url, name) for name in names]
        return ["sh", "-c", "; ".join(words) + "; for p in $pids; do wait $p || exit 1; done"]


def ftp_rows(bench, mib):
    quarter, whole = bench.raw(mib // 4), bench.raw(mib)
    ours, curl, ratio = bench.pair(bench.upload(quarter, *LOCATIONS), bench.curl(quarter, *LOCATIONS))
    yield f"8 x {mib // 4} MiB by FTPS at once, s; 8 curl", f"{ours[0]:.2f}", f"{curl[0]:.2f}", f"{ratio:.2f}", "1.3"
    yield "its peak memory, KiB; one curl", ours[1], curl[1], f"{ours[1] / curl[1]:.2f}", "6144"
    ours, curl, ratio = bench.pair(bench.upload(whole, LOCATIONS[0]), bench.curl(whole, LOCATIONS[0]))
    yield f"{mib} MiB by FTPS, s; curl", f"{ours[0]:.2f}", f"{curl[0]:.2f}", f"{ratio:.2f}", ""
    yield "its peak memory, KiB; curl", ours[1], curl[1], f"{ours[1] / curl[1]:.2f}", "3072"


def https_rows(bench, mib):
    typical, noise, small = bench.typical(), bench.noise(mib), bench.noise(16)
    size = typical.stat().st_size >> 20
    yield "binary, bytes", os.path.getsize(bench.hoist), "", "", "1048576 (x86_64)"
    yield "start to first request (TLS), ms", f"{bench.first_request(small):.1f}", "", "", "10"

    ours, gzip, ratio = bench.pair([bench.hoist, "check", typical], ["gzip", "-t", typical])
    yield f"check of {size} MiB, s; gzip -t", f"{ours[0]:.2f}", f"{gzip[0]:.2f}", f"{ratio:.2f}", "0.75"

    two = ["sh", "-c", f"gzip -t {typical} && {' '.join(bench.curl(typical))}"]
    ours, both, ratio = bench.pair(bench.upload(typical), two)
    yield "verify and upload, s; gzip -t && curl -T", f"{ours[0]:.2f}", f"{both[0]:.2f}", f"{ratio:.2f}", "0.75"

    ours, curl, ratio = bench.pair(bench.upload(noise), bench.curl(noise))
    yield f"upload of {mib} MiB, verified, s; curl -T, not", f"{ours[0]:.2f}", f"{curl[0]:.2f}", f"{ratio:.2f}", ""
    yield "its peak memory, KiB; curl", ours[1], curl[1], f"{ours[1] / curl[1]:.2f}", "3072"

    yield "libraries, 16 MiB", bench.libraries(small), "", "", ""
    yield f"libraries, {mib} MiB", bench.libraries(noise), "", "", "the same"


def main():
    parser = argparse.ArgumentParser(description="Measure hoist.")
    parser.add_argument("--binary", required=True, help="hoist with the authority among its built-in roots")
    parser.add_argument("--pki", required=True, help="the authority: ca.pem, server.pem and server.key")
    parser.add_argument("--mib", type=int, default=1024, help="size of the image that does not compress")
    parser.add_argument("--only", default="", help="https or ftp: only these figures")
    args = parser.parse_args()
    print("| what | hoist | peer | ratio | limit |\n|---|---|---|---|---|")
    for kind, table in ((Https, https_rows), (Ftp, ftp_rows)):
        if args.only not in ("", kind.__name__.lower()):
            continue
        directory = tempfile.mkdtemp()
        bench = kind(args.binary, args.pki, directory)
        try:
            for row in table(bench, args.mib):
                print("| " + " | ".join(str(cell) for cell in row) + " |", flush=True)
        finally:
            bench.server.stop()
            shutil.rmtree(directory)


if __name__ == "__main__":
    main()
