"""Fixtures: Open Telekom Cloud's stand-in, under its own address and under the real names."""

import pytest

import pictures
from clouds.detour import Detour
from clouds.ims import Ims
from clouds.linode import tls_context
from otc_rig import OtcRig
from servers import certs

ENDINGS = ["eu-de.otc.t-systems.com", "eu-nl.otc.t-systems.com", "eu-ch2.sc.otc.t-systems.com"]
ENDINGS += ["ap-southeast-1.myhuaweicloud.com", "eu-west-101.myhuaweicloud.eu"]


@pytest.fixture
def make_otc(home):
    """make_otc(pair, ca) -> rig"""
    clouds = []

    def make(pair, ca):
        clouds.append(Ims(tls_context(pair.cert, pair.key)))
        clouds[-1].images.polls = 1
        return OtcRig(home, clouds[-1], ca)

    yield make
    for cloud in clouds:
        cloud.stop()


@pytest.fixture
def otc(make_otc, pki):
    return make_otc(pki.good, pki.ca)


@pytest.fixture(scope="session")
def otc_names(tmp_path_factory):
    """A certificate for the real names, and its authority: (pair, ca)."""
    authority = certs.Authority(str(tmp_path_factory.mktemp("otc") / "ca"))
    return authority.issue("otc", names=",".join(f"DNS:*.{ending}" for ending in ENDINGS)), authority.cert


@pytest.fixture
def real_otc(make_otc, otc_names):
    """The rig without any address: a proxy, rig.detour, leads the real names to the stand-in."""
    rig = make_otc(*otc_names)
    rig.detour = Detour([f".{ending}:443" for ending in ENDINGS], rig.cloud.host)
    for name in ("OS_AUTH_URL", "OS_REGION_NAME"):
        del rig.env[name]
    rig.env["https_proxy"] = rig.detour.url
    yield rig
    rig.detour.stop()


@pytest.fixture(scope="session")
def otc_disk(tmp_path_factory):
    """A raw image that no test changes."""
    path = tmp_path_factory.mktemp("otc") / "disk.raw"
    path.write_bytes(pictures.raw(2 * pictures.MIB))
    return path
