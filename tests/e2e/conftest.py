"""Fixtures: certificates, the stand-in cloud, small images, and the binary set up for them."""

import itertools
import pathlib
import types

import pytest

import pictures
from ftp_fixtures import make_ftpd  # noqa: F401 (a fixture)
from clouds.linode import Linode, tls_context
from ionos_fixtures import ionos_rig, make_ionos  # noqa: F401  (fixtures)
from openstack_fixtures import glance, guarded_for_all, guarded_glance, keystone, start_for_all  # noqa: F401  (fixtures)
from openstack_fixtures import make_glance, make_keystone, start_one  # noqa: F401  (fixtures)
from otc_fixtures import make_otc, otc, otc_disk, otc_names, real_otc  # noqa: F401  (fixtures)
from servers import certs
from servers.radosgw import Radosgw
from tool import Rig, Tool

# Image numbers for the gateway: it keeps its objects from one test to the next.
NUMBERS = (itertools.count(first) for first in itertools.count(50000001, 1000))


def pytest_make_parametrize_id(val, argname):
    """A long value is no name: pytest puts it into the environment, where it would be too long for any program."""
    return f"{argname}-{len(val)}" if isinstance(val, (bytes, str)) and len(val) > 60 else None


def pytest_collection_modifyitems(items):
    """OpenStack's servers take longest: what comes last is short, so that no worker is left alone with the rest."""
    items.sort(key=lambda item: not item.path.name.startswith("test_openstack"))


@pytest.fixture(scope="session")
def pki(tmp_path_factory):
    """Certificates of every kind, below one authority and beside it."""
    base = tmp_path_factory.mktemp("pki")
    ca = certs.Authority(str(base / "ca"))
    other = certs.Authority(str(base / "other"), "another CA")
    return types.SimpleNamespace(
        dir=base,
        ca=ca.cert,
        other_ca=other.cert,
        good=ca.issue("server"),
        rsa=ca.issue("rsa", kind="rsa"),
        p521=ca.issue("p521", kind="P-521"),
        expired=ca.issue("expired", dates=certs.PAST),
        early=ca.issue("early", dates=certs.FUTURE),
        wrong_name=ca.issue("wrong", names="DNS:elsewhere.example,IP:192.0.2.1"),
        foreign=other.issue("foreign"),
        self_signed=certs.self_signed(str(base / "self")),
    )


@pytest.fixture
def home(tmp_path):
    path = tmp_path / "home"
    path.mkdir()
    return path


@pytest.fixture
def tool(home):
    """The binary without any settings."""
    return Tool(home)


@pytest.fixture
def make_rig(tmp_path, home, pki):
    """make_rig(api=pair, store=pair, ...) starts a stand-in with these certificates and returns the rig for it."""
    clouds = []

    def make(api=None, store=None, ca=None, **options):
        directory = tmp_path / f"cloud{len(clouds)}"
        directory.mkdir()
        pairs = [api or pki.good, store or api or pki.good]
        contexts = [tls_context(pair.cert, pair.key, **options) for pair in pairs]
        clouds.append(Linode(str(directory), *contexts))
        return Rig(home, clouds[-1], ca or pki.ca)

    yield make
    for cloud in clouds:
        cloud.stop()


@pytest.fixture
def rig(make_rig):
    """The binary and a stand-in over TLS."""
    return make_rig()


@pytest.fixture
def cloud(rig):
    return rig.cloud


def _written(directory, name, data):
    path = pathlib.Path(directory) / name
    path.write_bytes(data)
    return path


@pytest.fixture
def put_file(tmp_path):
    """put_file(name, bytes) writes a file for this test."""
    return lambda name, data: _written(tmp_path, name, data)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory):
    """Images that no test changes: small (64 KiB), middle (2 MiB) and big (24 MiB, more than the sockets hold)."""
    base = tmp_path_factory.mktemp("images")
    make = lambda name, size: _written(base, name, pictures.packed(pictures.raw(size), 1))
    return types.SimpleNamespace(
        dir=base,
        small=make("small.img.gz", 64 * pictures.KIB),
        middle=make("middle.img.gz", 2 * pictures.MIB),
        big=make("big.img.gz", 24 * pictures.MIB),
    )


@pytest.fixture
def small(shelf):
    return shelf.small


@pytest.fixture
def middle(shelf):
    return shelf.middle


@pytest.fixture
def big(shelf):
    return shelf.big


@pytest.fixture(scope="session")
def gateway(tmp_path_factory, pki):
    """A real S3 gateway with a bucket."""
    server = Radosgw(tmp_path_factory.mktemp("radosgw"), pki.good, pki.ca).start()
    yield server
    server.stop()


@pytest.fixture
def real_rig(rig, gateway):
    """The API is the stand-in, the upload goes to the real gateway."""
    rig.cloud.images.numbers = next(NUMBERS)
    rig.cloud.presign = lambda image: gateway.presign(image.number, rig.cloud.lifetime)
    rig.cloud.find = gateway.find
    return rig
