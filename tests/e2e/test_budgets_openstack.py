"""Memory of an upload to Glance, with Mozilla's roots built in and parsed; see test_budgets.py for what is built where."""

import subprocess

import pytest

import pictures
from openstack_rig import OpenStackRig
from servers.certs import Pair
from test_budgets import BUILT, budget, built, library_figures  # noqa: F401 (built is a fixture)

SIZES = (16, 1024)  # MiB


@pytest.fixture
def upload(make_glance, home, tmp_path):
    """upload(MiB, piped) -> the result and the peak in KiB, measured by time(1), of a raw disk with nothing in it."""
    rig = OpenStackRig(home, make_glance(pair=Pair(str(BUILT / "pki" / "server"))), str(BUILT / "pki" / "ca.pem"))
    rig.path = str(BUILT / "hoist-roots")
    peak = tmp_path / "peak"

    def run(size, piped):
        disk = tmp_path / "disk.raw"
        with open(disk, "wb") as file:
            file.truncate(size * pictures.MIB)
        options = {"under": ["time", "-q", "-f", "%M", "-o", peak], "timeout": 300}
        words = ["-v", "--cacert", "builtin"]
        if piped:
            with subprocess.Popen(["cat", disk], stdout=subprocess.PIPE) as cat:
                result = rig.upload(*words, "--name", "disk", "-", stdin=cat.stdout, **options)
        else:
            result = rig.upload(*words, disk, **options)
        assert result.status == 0, result
        (image,) = rig.images()
        assert (image["status"], image["size"]) == ("active", size * pictures.MIB)
        rig.glance.api("DELETE", f"/v2/images/{image['id']}")
        return result, int(peak.read_text())

    return run


@pytest.mark.parametrize("piped", [False, True])
def test_an_upload_takes_the_same_for_every_size(upload, piped):
    runs = [upload(size, piped) for size in SIZES]
    for _, peak in runs:
        assert peak <= budget("peak.rss.kib"), f"{peak} KiB"
    (calls, most), (calls_of_large, most_of_large) = [library_figures(result) for result, _ in runs]
    # Arithmetic with random numbers: in one run of a hundred 27 fewer.  A record or a chunk that allocates would make thousands.
    assert abs(calls - calls_of_large) < 100 and abs(most - most_of_large) <= 1
