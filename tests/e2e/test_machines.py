"""Machines that lack something: old kernels, denied system calls, few descriptors; and what the guide says to do there."""

import re
import shlex
import subprocess
import threading
from http.server import HTTPServer, SimpleHTTPRequestHandler

import pytest

from outcome import arrived
from tool import ROOT


def without(call, error="ENOSYS"):
    return ["strace", "-f", "-q", "-o", "/dev/null", "-e", f"inject={call}:error={error}"]


@pytest.mark.parametrize("error", ["ENOSYS", "EPERM"])
@pytest.mark.parametrize("call", ["getrandom", "eventfd2"])
def test_a_system_call_that_is_not_there(rig, middle, call, error):
    """Linux before 3.17, and sandboxes."""
    arrived(rig, middle, rig.upload(middle, under=without(call, error), timeout=120))


def test_no_random_numbers_at_all(rig, cloud, middle):
    empty = "unshare -m sh -c 'mount --bind /dev/null /dev/urandom && exec \"$@\"' sh"
    result = rig.upload(middle, under=[*shlex.split(empty), *without("getrandom")])
    assert result.status == 2 and "/dev/urandom" in result.errors[0] and cloud.requests == [], result


def test_a_file_that_may_not_grow(rig, cloud, middle, tmp_path):
    """As a full disk: the image is there, and is named."""
    command = 'exec > "$0"; ulimit -f 0; exec "$@"'
    result = rig.upload(middle, under=["sh", "-c", command, str(tmp_path / "results")])
    (image,) = cloud.images.present()
    assert result.status == 5 and image.id in result.err, result


@pytest.mark.parametrize("files", range(3, 12))
def test_few_descriptors(rig, cloud, middle, files):
    """What is missing is named, and it is not memory."""
    result = rig.upload(middle, "--retry", "0", under=["prlimit", f"--nofile={files}:{files}"])
    if result.status != 0:
        assert re.search("descriptors|open files|cannot connect|Could not resolve", result.errors[0]), result
        assert "memory" not in result.err and "no CA certificate" not in result.err
    assert cloud.bucket.completed == [] or result.status == 0


@pytest.fixture
def web():
    server = HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_date_from_a_web_server(web, tmp_path):
    """The guide's commands, with Debian's BusyBox; the last one shows the time in place of setting it."""
    text = (ROOT / "docs" / "rescue.md").read_text(encoding="utf-8")
    (take,) = re.findall(r"^wget -S .*$", text, re.M)
    (put,) = re.findall(r"^date -u -D .*$", text, re.M)
    script = f"{take}\n{put.replace(' -s ', ' -d ')}".replace("http://example.com/", web).replace("/tmp/date", str(tmp_path / "date"))
    script = re.sub(r"\b(wget|sed|head|date|cat) ", r"busybox \1 ", script.replace(str(tmp_path / "date"), "$OUT"))
    env = {"PATH": "/usr/bin:/bin", "OUT": str(tmp_path / "date")}
    done = subprocess.run(["busybox", "sh", "-euc", script], env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and re.search(r"\d\d:\d\d:\d\d UTC 20\d\d", done.stdout), done
