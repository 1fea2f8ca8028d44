"""The figures of hoist beside the tools that a user would pick instead, in one run, as a table.

usage: PYTHONPATH=tests python3 tests/bench/bench.py [--binary FILE] [--mib N]
"""

import argparse
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import pictures
from servers import certs
from servers.nginx import Nginx
from tool import binary

RUNS = 3


class Bench:
    def __init__(self, hoist, directory, mib):
        self.hoist = hoist
        self.dir = pathlib.Path(directory)
        self.mib = mib
        self.ca = certs.Authority(str(self.dir / "tls"))
        (self.dir / "nginx").mkdir()
        self.nginx = Nginx(self.dir / "nginx", self.ca.issue("server"), "TLSv1.3").start()
        self.url = f"https://{self.nginx.host}/image"
        self.env = {"PATH": os.environ["PATH"], "HOME": str(self.dir), "SSL_CERT_FILE": self.ca.cert, "HOIST_UPLOAD_TO": self.url}

    def images(self):
        """A typical image (programs and zeros, gzip -6), and one of mib MiB that does not compress."""
        typical, noise = self.dir / "typical.gz", self.dir / "noise.gz"
        collect = 'dd if=/dev/zero bs=1M count=1; find /usr/bin /usr/lib -type f -exec cat {} + | head -c 600M; dd if=/dev/zero bs=1M count=400'
        subprocess.run(["sh", "-c", f"({collect}) 2>/dev/null | gzip -6 > {typical}"], check=True)
        member = pictures.packed(pictures.raw(16 * pictures.MIB), 0)
        with open(noise, "wb") as file:
            for _ in range(self.mib // 16):
                file.write(member)
        return typical, noise

    def timed(self, *words):
        """(seconds, peak KiB, what it wrote on stderr) of a command that must succeed."""
        start = time.monotonic()
        process = subprocess.Popen([str(w) for w in words], env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        peak = 0
        while process.poll() is None:
            try:
                status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
                peak = max(peak, int((re.search(r"VmHWM:\s*(\d+)", status) or [0, 0])[1]))
            except OSError:
                pass
            time.sleep(0.002)
        seconds = time.monotonic() - start
        err = process.stderr.read().decode()
        process.stderr.close()
        assert process.returncode == 0, (words, err)
        return seconds, peak, err

    def best(self, *words):
        runs = [self.timed(*words) for _ in range(RUNS)]
        return min(run[0] for run in runs), max(run[1] for run in runs), runs[0][2]

    def upload(self, path, *more):
        return self.best(self.hoist, "linode", "--upload-to", "env", *more, path)

    def first_request(self):
        """Milliseconds from the start of the process to the first byte of its first request."""
        best = None
        with socket.create_server(("127.0.0.1", 0)) as listener:
            host = "127.0.0.1:%d" % listener.getsockname()[1]
            env = {**self.env, "LINODE_CLI_TOKEN": "x", "LINODE_CLI_API_HOST": host, "LINODE_CLI_API_SCHEME": "http"}
            for _ in range(20):
                start = time.monotonic()
                words = [self.hoist, "linode", "--region", "us-ord", "--retry", "0", str(self.dir / "noise.gz")]
                process = subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                connection, _ = listener.accept()
                connection.recv(1)
                taken = (time.monotonic() - start) * 1000
                process.kill()
                process.wait()
                connection.close()
                best = taken if best is None else min(best, taken)
        return best


def allocations(err):
    return re.search(r"(\d+ allocations, at most \d+ KiB)", err).group(1)


def rows(bench, typical, noise):
    yield "binary, bytes", os.path.getsize(bench.hoist), "", "1048576 on x86_64"
    yield "start to first request, ms", f"{bench.first_request():.1f}", "", "10"
    check, gzip = bench.best(bench.hoist, "check", typical)[0], bench.best("gzip", "-t", typical)[0]
    yield "verify, s (gzip -t)", f"{check:.2f}", f"{gzip:.2f}", f"{0.75 * gzip:.2f}"
    one = bench.upload(typical)[0]
    curl = ["curl", "-sS", "--cacert", bench.ca.cert, "-T"]
    two = bench.best("sh", "-c", f"gzip -t {typical} && {' '.join(curl)} {typical} {bench.url}")[0]
    yield "verify and upload, s (gzip -t && curl -T)", f"{one:.2f}", f"{two:.2f}", f"{0.75 * two:.2f}"
    seconds, peak, err = bench.upload(noise, "-v")
    other, other_peak, _ = bench.best(*curl, noise, bench.url)
    yield f"upload of {bench.mib} MiB, s (curl)", f"{seconds:.2f}", f"{other:.2f}", ""
    yield "peak memory of it, KiB (curl)", peak, other_peak, ""
    small = bench.dir / "small.gz"
    small.write_bytes(pictures.packed(pictures.raw(16 * pictures.MIB), 0))
    yield "library allocations, 16 MiB", allocations(bench.upload(small, "-v")[2]), "", ""
    yield f"library allocations, {bench.mib} MiB", allocations(err), "", "the same"


def main():
    parser = argparse.ArgumentParser(description="Measure hoist.")
    parser.add_argument("--binary", default=None)
    parser.add_argument("--mib", type=int, default=1024, help="size of the image that does not compress")
    args = parser.parse_args()
    directory = tempfile.mkdtemp()
    bench = Bench(args.binary or binary(), directory, args.mib)
    try:
        typical, noise = bench.images()
        print("| what | hoist | other | limit |\n|---|---|---|---|")
        for row in rows(bench, typical, noise):
            print("| " + " | ".join(str(cell) for cell in row) + " |", flush=True)
    finally:
        bench.nginx.stop()
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
