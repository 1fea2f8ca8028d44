"""Fixtures: OpenStack's image service and its users."""

import contextlib

import pytest

from servers.glance import Glance
from servers.keystone import Keystone


@contextlib.contextmanager
def starter(tmp_path_factory, pki):
    """start(kind, pair=pair, option=...): servers until the end of the block.  The options are in servers/."""
    with contextlib.ExitStack() as running:

        def start(kind, pair=None, **options):
            server = kind(tmp_path_factory.mktemp("openstack"), pair or pki.good, **options)
            running.callback(server.stop)
            return server.start()

        yield start


@pytest.fixture
def start_one(tmp_path_factory, pki):
    with starter(tmp_path_factory, pki) as start:
        yield start


@pytest.fixture
def make_glance(start_one):
    """make_glance(pair=pair, keystone=server, option=...), for this test only.  The Keystone is told where it is."""

    def make(keystone=None, **options):
        server = start_one(Glance, keystone=keystone, **options)
        if keystone:
            keystone.point(server.url)
        return server

    return make


@pytest.fixture
def make_keystone(start_one):
    """make_keystone(pair=pair, option=...), for this test only."""
    return lambda **options: start_one(Keystone, **options)


@pytest.fixture(scope="session")
def start_for_all(tmp_path_factory, pki):
    """What is in these servers stays from one test to the next."""
    with starter(tmp_path_factory, pki) as start:
        yield start


@pytest.fixture(scope="session")
def glance(start_for_all):
    """A Glance that lets everybody do everything, except to import: a task must have an owner."""
    return start_for_all(Glance)


@pytest.fixture(scope="session")
def keystone(start_for_all):
    """A Keystone.  Its catalogue leads to the Glance that a test was given last."""
    return start_for_all(Keystone)


@pytest.fixture(scope="session")
def guarded_for_all(start_for_all, keystone):
    return start_for_all(Glance, keystone=keystone)


@pytest.fixture
def guarded_glance(guarded_for_all, keystone):
    """A Glance that asks keystone who somebody is."""
    keystone.point(guarded_for_all.url)
    return guarded_for_all
