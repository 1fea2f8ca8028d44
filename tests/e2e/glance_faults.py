"""What can go wrong between the binary and a real Glance, behind clouds/glanceproxy.py, and the fixtures for it."""

import pytest

import pictures
from clouds import faults
from clouds.glanceproxy import Garbage, GlanceProxy, Severed
from clouds.linode import tls_context
from glance_outcome import GlanceRig

MIB = pictures.MIB
SIZE = 2 * MIB
HTML = [("Content-Type", "text/html")]
PAGE = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
JSON = [("Content-Type", "application/json"), ("X-Openstack-Request-Id", "req-e2e-0815")]
SOURCES = pytest.mark.parametrize("source", ["file", "pipe"])
NAMED = lambda names: pytest.mark.parametrize("name", names)

# What becomes of the upload: it is tried AGAIN; the data was KEPT, though hoist was not told; the fault was HARMLESS;
# it was LOST, though hoist was told that it was not.  A pipe that was read is GONE; whether it was may be CHANCE.
# UNHEARD is like AGAIN, but libcurl tries a connection that it had kept once more by itself.
AGAIN, KEPT, HARMLESS, LOST, GONE, CHANCE, UNHEARD = "again", "kept", "harmless", "lost", "gone", "chance", "unheard"
# name: the fault, what becomes of a file, and of a pipe
FAULTS = {
    "503 before the body": (lambda: faults.Answer(503, PAGE, HTML, "head"), AGAIN, AGAIN),
    "204 before the body": (lambda: faults.Answer(204, when="head"), AGAIN, CHANCE),
    "502 behind the body": (lambda: faults.Answer(502, PAGE, HTML, "body"), AGAIN, GONE),
    "504 behind the body": (lambda: faults.Answer(504, PAGE, HTML, "body"), AGAIN, GONE),
    "503 though kept": (lambda: faults.Answer(503, PAGE, HTML, "done"), KEPT, KEPT),
    "409 though kept": (lambda: faults.Answer(409, '{"message": "no"}', JSON, "done"), KEPT, CHANCE),
    "204 and nothing kept": (lambda: faults.Answer(204, when="body"), LOST, LOST),
    "reset before the body": (lambda: faults.Drop("head"), UNHEARD, UNHEARD),
    "closed before the body": (lambda: faults.Drop("head", False), UNHEARD, UNHEARD),
    "reset at 0": (lambda: faults.Drop(0), AGAIN, CHANCE),
    "reset in the middle": (lambda: faults.Drop(MIB), AGAIN, GONE),
    "closed in the middle": (lambda: faults.Drop(MIB + 1, False), AGAIN, GONE),
    "reset before the last byte": (lambda: faults.Drop(SIZE - 1), AGAIN, GONE),
    "closed before the last byte": (lambda: faults.Drop(SIZE - 1, False), AGAIN, GONE),
    "204 lost by a reset": (lambda: faults.Drop("reply"), KEPT, KEPT),
    "204 lost by a close": (lambda: faults.Drop("reply", False), KEPT, KEPT),
    "Glance lost by a close": (lambda: Severed(MIB + 77, False), AGAIN, GONE),
    "Glance lost before the last byte": (lambda: Severed(SIZE - 1, False), AGAIN, GONE),
    "garbage and nothing kept": (lambda: faults.Raw([b"\x16\x03\x01 no HTTP\r\n\r\n"]), AGAIN, GONE),
    "garbage though kept": (Garbage, KEPT, KEPT),
    "half a line though kept": (lambda: Garbage(b"HTTP/1.1 20"), KEPT, KEPT),
    "slow": (lambda: faults.SlowRead(100000, 0.02), HARMLESS, HARMLESS),
    "no 100 Continue": (faults.NoContinue, HARMLESS, HARMLESS),
    "a late answer": (lambda: faults.Late("reply", 0.5), HARMLESS, HARMLESS),
}


@pytest.fixture
def make_rig(home, pki):
    """make_rig(glance, keystone, token): the binary set up for a Glance, with a proxy before it."""
    proxies = []

    def make(server, *login):
        proxies.append(GlanceProxy(server, tls_context(pki.good.cert, pki.good.key)))
        return GlanceRig(home, proxies[-1], pki.ca, *login)

    yield make
    for proxy in proxies:
        proxy.stop()


@pytest.fixture
def rig(make_rig, glance):
    rig = make_rig(glance)
    yield rig
    rig.clean()


@pytest.fixture(scope="session")
def token(keystone):
    return keystone.token()


@pytest.fixture
def guarded_rig(make_rig, guarded_glance, keystone, token):
    rig = make_rig(guarded_glance, keystone, token)
    yield rig
    rig.clean()


@pytest.fixture
def proxy(rig):
    return rig.proxy


def written(directory, size):
    path = directory / f"{size}.raw"
    path.write_bytes(pictures.raw(size))
    return path


@pytest.fixture(scope="session")
def disk(tmp_path_factory):
    """An image that no test changes."""
    return written(tmp_path_factory.mktemp("disk"), SIZE)
