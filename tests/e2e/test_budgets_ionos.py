"""Memory of uploads to IONOS, with Mozilla's roots built in and parsed; see test_budgets.py for what is built where."""

import pytest

import pictures
from servers.certs import Pair
from test_budgets import ALL, BUILT, SIZES, budget, built, library_figures  # noqa: F401 (built is a fixture)
from tool import SECRETS, Tool

LOCATIONS = ["fra", "fkb", "txl", "vit", "lhr", "las", "ewr", "par"]


@pytest.fixture(scope="session")
def disks(tmp_path_factory):
    """size in MiB -> a raw disk."""
    base = tmp_path_factory.mktemp("disks")
    part = pictures.raw(pictures.MIB)
    found = {}
    for size in (*SIZES, 32):
        found[size] = base / f"{size}.raw"
        with open(found[size], "wb") as file:
            for _ in range(size):
                file.write(part)
    return found


@pytest.fixture
def upload(make_ftpd, home, tmp_path):
    """upload(disk, locations, *words) -> the result and the peak in KiB, measured by time(1)."""
    server = make_ftpd("vsftpd", pair=Pair(str(BUILT / "pki" / "server")))
    SECRETS.append(server.password)
    for name in LOCATIONS:
        server.mkdir(f"{name}/hdd-images")

    def run(disk, locations, *words):
        tool = Tool(home, {"IONOS_USERNAME": server.user, "IONOS_PASSWORD": server.password})
        tool.path = str(BUILT / "hoist-roots")
        peak = tmp_path / "peak"
        where = ["--ftp-url", f"{server.host}:{server.port}/%s", "-l", ",".join(locations)]
        result = tool.run(
            *("ionos", "--cacert", "builtin", "--skip-update", *where, *words, disk),
            under=["time", "-q", "-f", "%M", "-o", peak],
            timeout=300,
        )
        assert result.status == 0, result
        for name in locations:
            path = server.file(f"{name}/hdd-images/{disk.name}")
            assert path.stat().st_size == disk.stat().st_size
            path.unlink()
        return result, int(peak.read_text())

    return run


def test_eight_at_once(upload, disks):
    _, peak = upload(disks[256 if ALL else 32], LOCATIONS, "--jobs", "8")
    assert peak <= budget("peak.ionos.eight.kib"), f"{peak} KiB"


def test_one_takes_the_same_for_every_size(upload, disks):
    runs = [upload(disks[size], ["fra"], "-v") for size in SIZES]
    for _, peak in runs:
        assert peak <= budget("peak.rss.kib"), f"{peak} KiB"
    (calls, most), (calls_of_large, most_of_large) = [library_figures(result) for result, _ in runs]
    # Arithmetic with random numbers: in one run of a hundred 27 fewer.  A record that allocates would make thousands.
    assert abs(calls - calls_of_large) < 100 and abs(most - most_of_large) <= 1
