"""The figures of hoist beside the tools that a user would pick instead, in one run, as a table.

usage: tests/bench/run.sh [--mib N] [--only KIND], which builds the binary and its authority and calls this.
Each figure is the median of RUNS runs; two commands take turns, and their ratio is the median of the pairs' ratios,
because the speed of a machine drifts.
"""

import argparse
import contextlib
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
from servers import debs
from servers.certs import Pair
from servers.ftpd import PureFtpd
from servers.glance import Glance as GlanceServer
from servers.nginx import Nginx

RUNS = 5
STARTS = 21
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

    def raw(self, mib):
        """An image that is not compressed."""
        path = self.dir / f"raw{mib}.raw"
        part = pictures.raw(16 * pictures.MIB)
        with open(path, "wb") as file:
            for _ in range(mib // 16):
                file.write(part)
        return path

    def once(self, *words, piped=None):
        """(seconds, peak KiB, CPU seconds, what it wrote on stderr) of a command that must succeed; cat pipes a file into it."""
        report = self.dir / "time"
        start = time.monotonic()
        with contextlib.ExitStack() as stack:
            source = stack.enter_context(subprocess.Popen(["cat", piped], stdout=subprocess.PIPE)).stdout if piped else subprocess.DEVNULL
            # A process started from Python counts Python's memory as its own: time(1) is in between.
            done = subprocess.run(
                ["/usr/bin/time", "-f", "%M %U %S", "-o", str(report), *map(str, words)],
                env=self.env,
                stdin=source,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                check=True,
            )
        seconds = time.monotonic() - start
        peak, user, system = report.read_text(encoding="ascii").split()
        return seconds, int(peak), float(user) + float(system), done.stderr

    def pair(self, ours, theirs, piped=None):
        """Medians of both and of their ratio: ((s, KiB, CPU s), (s, KiB, CPU s), ratio)."""
        for words in (ours, theirs):
            self.prepare()
            self.once(*words, piped=piped)
        runs = []
        for _ in range(RUNS):
            self.prepare()
            first = self.once(*ours, piped=piped)
            self.prepare()
            runs.append((first, self.once(*theirs, piped=piped)))
        median = [[statistics.median(run[side][field] for run in runs) for field in range(3)] for side in (0, 1)]
        return *median, statistics.median(a[0] / b[0] for a, b in runs)

    def first_request(self, words, leads_to):
        """Milliseconds from the start of the process until its first request begins to arrive; leads_to(host): its settings."""
        taken = []
        with socket.create_server(("127.0.0.1", 0)) as listener:
            env = {**self.env, **leads_to("127.0.0.1:%d" % listener.getsockname()[1])}
            for _ in range(STARTS):
                start = time.monotonic()
                process = subprocess.Popen(list(map(str, words)), env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                connection, _ = listener.accept()
                connection.recv(1)
                taken.append((time.monotonic() - start) * 1000)
                process.kill()
                process.wait()
                connection.close()
        return statistics.median(taken)


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
        return re.search(r"\d+ allocations, at most \d+ KiB", self.once(*self.upload(path, "-v"))[3])[0]

    def start_up(self, path):
        words = [self.hoist, "linode", "--cacert", "builtin", "--region", "us-ord", "--retry", "0", path]
        return self.first_request(words, lambda host: {"LINODE_CLI_TOKEN": "x", "LINODE_CLI_API_HOST": host})


class Capture(Https):
    """A disk: ext4, half full of programs, a quarter of these deleted."""

    def disk(self, mib):
        path, tree = self.dir / "disk", self.dir / "tree"
        self.fill(tree, mib << 19)
        with open(path, "wb") as file:
            file.truncate(mib << 20)
        run = {"check": True, "env": {"PATH": "/usr/sbin:/sbin:" + os.environ["PATH"]}, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-d", tree, path], **run)
        gone = sorted(tree.iterdir())[::4]
        subprocess.run(["debugfs", "-w", "-f", "-", path], input="".join(f"rm /{name.name}\n" for name in gone), text=True, **run)
        subprocess.run(["e2fsck", "-fy", path], **{**run, "check": False})
        shutil.rmtree(tree)
        # What it is read from is a disk, which has no holes.
        subprocess.run(["cp", "--sparse=never", path, f"{path}.full"], check=True)
        return pathlib.Path(f"{path}.full")

    @staticmethod
    def fill(tree, most):
        """Files of this machine's programs, so many bytes of them."""
        tree.mkdir()
        count = 0
        for path in sorted(pathlib.Path("/usr/lib").rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            if most < path.stat().st_size:
                return
            most -= path.stat().st_size
            shutil.copyfile(path, tree / f"{count:06}")
            count += 1

    def zeros(self, mib):
        path = self.dir / "zeros"
        subprocess.run(["dd", "if=/dev/zero", f"of={path}", "bs=1M", f"count={mib}", "status=none"], check=True)
        return path

    def length(self, *words):
        return int(subprocess.run(["sh", "-c", " ".join(map(str, words)) + " 2>/dev/null | wc -c"], env=self.env, capture_output=True, check=True).stdout)


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

    def upload(self, path, *more):
        names = ",".join(more)
        words = [self.hoist, "ionos", "--cacert", "builtin", "--skip-update", "--jobs", "8"]
        return [*words, "--ftp-url", self.url + "/%s", "-l", names, path]

    def curl(self, path, *names):
        one = "curl -sS --ssl-reqd --cacert %s -u %s:%s -T %s %s/%s/hdd-images/c.raw & pids=\"$pids $!\""
        words = [one % (self.ca, self.server.user, self.server.password, path, self.url, name) for name in names]
        return ["sh", "-c", "; ".join(words) + "; for p in $pids; do wait $p || exit 1; done"]


class Glance(Bench):
    """A real Glance that asks nobody who he is, behind nginx.  curl sends to a record that is made for it, and does not look at it again."""

    def start(self, directory, pair):
        server = GlanceServer(directory, pair).start()
        self.env.update({"OS_TOKEN": "x", "OS_IMAGE_URL": server.url})
        self.config = self.dir / "curl.conf"
        return server

    def prepare(self):
        """An id is good for one image only."""
        for image in self.server.api("GET", "/v2/images").json["images"]:
            self.server.api("DELETE", f"/v2/images/{image['id']}")
        image = self.server.api("POST", "/v2/images", {"name": "c", "disk_format": "raw", "container_format": "bare"}).json["id"]
        self.config.write_text(f'url = "{self.server.url}/v2/images/{image}/file"\n', encoding="ascii")

    def upload(self, path, *more):
        return [self.hoist, "openstack", "--cacert", "builtin", "--name", "x", *more, path]

    def curl(self, path):
        words = ["curl", "-sSf", "--cacert", self.ca, "-H", "X-Auth-Token: x", "-H", "Content-Type: application/octet-stream"]
        return [*words, "-K", self.config, "-T", path]

    def start_up(self, path):
        return self.first_request(self.upload(path, "--retry", "0"), lambda host: {"OS_IMAGE_URL": f"https://{host}"})


def glance_rows(bench, mib):
    raw = bench.raw(mib)
    yield "start to first request to Glance (TLS), ms", f"{bench.start_up(raw):.1f}", "", "", "10"
    for what, path, piped in (("", raw, None), (" from a pipe", "-", raw)):
        ours, curl, ratio = bench.pair(bench.upload(path), bench.curl(path), piped)
        name = f"{mib} MiB to Glance{what}, verified, s; curl -T, not"
        yield name, f"{ours[0]:.2f}", f"{curl[0]:.2f}", f"{ratio:.2f}", "1.5"
        yield "its CPU, s; curl", f"{ours[2]:.2f}", f"{curl[2]:.2f}", f"{ours[2] / curl[2]:.2f}", f"{5 * mib / 1024:g}"
        yield "its peak memory, KiB; curl", ours[1], curl[1], f"{ours[1] / curl[1]:.2f}", "3072"


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
    yield "start to first request (TLS), ms", f"{bench.start_up(small):.1f}", "", "", "10"

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


def capture_rows(bench, mib):
    disk, zeros = bench.disk(2 * mib), bench.zeros(mib)
    file = bench.dir / "disk.gz"
    for hoist, what, level, limit, size in (
        (bench.hoist, "", 1, "0.35 (x86_64)", "1.05"), (bench.portable, ", without ISA-L", 1, "0.65", "1.0"), (bench.hoist, "", 6, "0.5", "1.0"),
    ):
        cat = [hoist, "cat", "--gzip", "--threads", "2", "--level", str(level), disk]
        pigz = [*tool("pigz", "usr/bin/pigz"), f"-{level}", "-p2", "-c", disk]
        ours, theirs, _ = bench.pair(cat, pigz)
        name = f"{2 * mib} MiB of disk to gzip, level {level}{what}"
        yield f"{name}, CPU, s; pigz -{level} -p2", f"{ours[2]:.2f}", f"{theirs[2]:.2f}", f"{ours[2] / theirs[2]:.2f}", limit
        yield "its peak memory, KiB; pigz", ours[1], theirs[1], f"{ours[1] / theirs[1]:.2f}", "6144"
        lengths = bench.length(*cat), bench.length(*pigz)
        yield "its size, bytes; pigz", *lengths, f"{lengths[0] / lengths[1]:.3f}", size
    pigz = " ".join(tool("pigz", "usr/bin/pigz"))
    send = ["sh", "-c", f"{pigz} -1 {disk} -c > {file} && {' '.join(map(str, bench.curl(file)))}"]
    ours, theirs, ratio = bench.pair(bench.upload(disk), send)
    yield "disk to the storage, both passes, s; pigz -1 > file && curl -T", f"{ours[0]:.2f}", f"{theirs[0]:.2f}", f"{ratio:.2f}", "0.7"
    clone = f"{' '.join(tool('partclone', 'usr/sbin/partclone.ext4'))} -c -s {disk} -o - -L {bench.dir / 'log'}"
    skip = bench.upload(disk, "--skip-free")
    ours, theirs, ratio = bench.pair(skip, ["sh", "-c", f"{clone} | {pigz} -1 > {file}"])
    yield "the same with --skip-free, s; partclone.ext4 -c | pigz -1 > file", f"{ours[0]:.2f}", f"{theirs[0]:.2f}", f"{ratio:.2f}", "0.8"
    lengths = bench.length(bench.hoist, "cat", "--gzip", "--skip-free", disk), file.stat().st_size
    yield "its size, bytes; partclone | pigz", *lengths, f"{lengths[0] / lengths[1]:.3f}", "1.0"
    ours, theirs, ratio = bench.pair([bench.hoist, "cat", "--gzip", zeros], ["cat", zeros])
    yield f"{mib} MiB of zeros to gzip, s; cat", f"{ours[0]:.2f}", f"{theirs[0]:.2f}", f"{ratio:.2f}", "1.25"


def tool(package, path):
    """The words that start a Debian package's program, which is not installed."""
    return list(map(str, debs.command(debs.unpack([package]), path)))


def main():
    parser = argparse.ArgumentParser(description="Measure hoist.")
    parser.add_argument("--binary", required=True, help="hoist with the authority among its built-in roots")
    parser.add_argument("--portable", required=True, help="hoist without ISA-L")
    parser.add_argument("--pki", required=True, help="the authority: ca.pem, server.pem and server.key")
    parser.add_argument("--mib", type=int, default=1024, help="size of the image that does not compress")
    parser.add_argument("--only", default="", help="https, capture, ftp or glance: only these figures")
    args = parser.parse_args()
    print("| what | hoist | peer | ratio | limit |\n|---|---|---|---|---|")
    for kind, table in ((Https, https_rows), (Capture, capture_rows), (Ftp, ftp_rows), (Glance, glance_rows)):
        if args.only not in ("", kind.__name__.lower()):
            continue
        directory = tempfile.mkdtemp()
        bench = kind(args.binary, args.pki, directory)
        bench.portable = args.portable
        try:
            for row in table(bench, args.mib):
                print("| " + " | ".join(str(cell) for cell in row) + " |", flush=True)
        finally:
            bench.server.stop()
            shutil.rmtree(directory)


if __name__ == "__main__":
    main()
