"""Memory: what an upload may take, that its size does not matter, and that every allocation may fail.

tests/check.sh builds what this needs into $HOIST_CHECK: hoist-roots, whose built-in roots are Mozilla's and the
authority in pki/; hoist-host, the same source with the C library of this machine; and heap.so for it.
"""

import gzip
import os
import pathlib
import random
import re
import types

import pytest

import pictures
from servers.certs import Pair
from tool import ROOT

BUILT = pathlib.Path(os.environ.get("HOIST_CHECK", "/nonexistent"))
ALL = bool(os.environ.get("HOIST_CHECK_ALL"))
SIZES = (16, 1024 if ALL else 256)  # MiB, as they are sent
STEPS = 1000 if ALL else 60  # allocations that fail, one in each run


@pytest.fixture(autouse=True)
def built():
    assert BUILT.is_dir(), "tests/check.sh builds what this needs, and sets HOIST_CHECK"


def budget(name):
    (value,) = re.findall(rf"^{re.escape(name)}\s+(\d+)", (ROOT / "tests/budgets").read_text(), re.M)
    return int(value)


@pytest.fixture(scope="session")
def images(tmp_path_factory):
    """size in MiB -> a gzip file that is a little larger, because nothing in it is compressed."""
    base = tmp_path_factory.mktemp("sizes")
    noise = random.Random(1).randbytes(pictures.MIB)
    found = {}
    for size in SIZES:
        found[size] = base / f"{size}.img.gz"
        with gzip.GzipFile(found[size], "wb", compresslevel=0, mtime=0) as file:
            file.write(bytes(pictures.MIB))
            for _ in range(size - 1):
                file.write(noise)
    return found


@pytest.fixture(scope="session")
def disks(tmp_path_factory):
    """size in MiB -> a raw disk, of which a half compresses well."""
    base = tmp_path_factory.mktemp("disks")
    noise = random.Random(1).randbytes(pictures.MIB // 2) + b"what is on it\n" * (pictures.MIB // 28)
    noise += bytes(pictures.MIB - len(noise))
    found = {}
    for size in SIZES:
        found[size] = base / f"{size}.raw"
        with open(found[size], "wb") as file:
            file.write(bytes(pictures.MIB))
            for _ in range(size - 1):
                file.write(noise)
    return found


@pytest.fixture
def upload(make_rig, tmp_path):
    """upload(binary, image, *words, **options) in a cloud of its own."""

    def run(binary, image, *words, **options):
        pair = Pair(str(BUILT / "pki" / "server"))
        rig = make_rig(api=pair, ca=str(BUILT / "pki" / "ca.pem"))
        rig.path = str(BUILT / binary)
        result = rig.upload(image, *words, timeout=300, **options)
        return types.SimpleNamespace(rig=rig, result=result)

    return run


def library_figures(result):
    return [int(n) for n in re.search(r"libraries: (\d+) allocations, at most (\d+) KiB", result.err).groups()]


@pytest.fixture
def process_figures(upload, tmp_path):
    """process_figures(image, fail=N) -> the run, and the allocations and peak bytes of the whole process."""

    def run(image, *words, **env):
        log = tmp_path / "heap.log"
        env = {"LD_PRELOAD": str(BUILT / "heap.so"), "HEAP_LOG": str(log), **env}
        done = upload("hoist-host", image, *words, env=env)
        return done, [int(n) for n in log.read_text().split()] if log.exists() else None

    return run


@pytest.mark.parametrize("size", SIZES)
def test_peak_memory(upload, images, tmp_path, size):
    """Python's own memory would count if it were the parent: time(1) is."""
    peak = tmp_path / "peak"
    done = upload("hoist-roots", images[size], "--cacert", "builtin", under=["time", "-q", "-f", "%M", "-o", peak])
    assert done.result.status == 0, done.result
    assert int(peak.read_text()) <= budget("peak.rss.kib"), f"{peak.read_text()} KiB"


def test_libraries_take_the_same_for_every_size(upload, images):
    runs = [upload("hoist-roots", images[size], "-v", "--cacert", "builtin") for size in SIZES]
    small, large = [library_figures(run.result) for run in runs]
    assert small == large
    assert small[1] <= budget("peak.libraries.kib")


def test_the_process_takes_the_same_for_every_size(process_figures, images):
    (one, small), (two, large) = [process_figures(images[size]) for size in SIZES]
    assert one.result.status == 0 and two.result.status == 0, (one.result, two.result)
    assert small == large
    assert small[0] <= budget("allocations")


@pytest.mark.parametrize("size", SIZES)
def test_peak_memory_of_a_capture(upload, disks, tmp_path, size):
    """Two passes, with two threads."""
    peak = tmp_path / "peak"
    under = ["time", "-q", "-f", "%M", "-o", peak]
    done = upload("hoist-roots", disks[size], "--threads", "2", "--cacert", "builtin", under=under)
    assert done.result.status == 0, done.result
    assert int(peak.read_text()) <= budget("peak.capture.kib"), f"{peak.read_text()} KiB"


def test_a_capture_takes_the_same_for_every_size(process_figures, disks):
    (one, small), (two, large) = [process_figures(disks[size], "--threads", "2") for size in SIZES]
    assert one.result.status == 0 and two.result.status == 0, (one.result, two.result)
    assert small == large
    assert small[0] <= budget("allocations")


@pytest.fixture(scope="session")
def count():
    """How many allocations a run makes; measured by the first test that asks."""
    return {}


@pytest.mark.parametrize("step", range(STEPS))
def test_a_failed_allocation(process_figures, count, small, step):
    """Whatever memory is missing: a clean end, nothing left behind, or a whole upload."""
    if not count:
        done, figures = process_figures(small)
        assert done.result.status == 0, done.result
        count["all"] = figures[0]
    number = 1 + step * count["all"] // STEPS
    done, _ = process_figures(small, HEAP_FAIL=str(number))
    status, cloud = done.result.status, done.rig.cloud
    assert 0 <= status <= 5, f"allocation {number}: {done.result}"
    if status in (0, 5):
        assert cloud.bucket.completed[-1].bytes() == small.read_bytes(), f"allocation {number}: {done.result}"
    else:
        assert cloud.images.present() == [], f"allocation {number}: {done.result}"
