"""Through an HTTP proxy, and past it."""

import pytest

from clouds.linode import TOKEN
from clouds.proxy import Proxy


@pytest.fixture
def proxy():
    server = Proxy()
    yield server
    server.stop()


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
def test_everything_goes_through_the_proxy(rig, cloud, middle, proxy, name):
    result = rig.upload(middle, env={name: proxy.url})
    assert result.status == 0, result
    targets = {request.target for request in proxy.requests}
    assert targets == {cloud.api_server.host, cloud.store_server.host}
    assert cloud.bucket.completed[0].bytes() == middle.read_bytes()


def test_the_proxy_sees_no_secret(rig, small, proxy):
    assert rig.upload(small, env={"https_proxy": proxy.url}).status == 0
    for request in proxy.requests:
        assert request.method == "CONNECT"
        assert TOKEN not in repr(request.headers) and "Signature" not in request.target


@pytest.mark.parametrize("name", ["no_proxy", "NO_PROXY"])
@pytest.mark.parametrize("value", ["127.0.0.1", "*", "example.com,127.0.0.1"])
def test_past_the_proxy(rig, small, proxy, name, value):
    assert rig.upload(small, env={"https_proxy": proxy.url, name: value}).status == 0
    assert proxy.requests == []


def test_a_password_for_the_proxy(rig, small, proxy):
    proxy.demand = "Basic dXNlcjpwYSBzcw=="
    result = rig.upload(small, env={"https_proxy": proxy.url.replace("//", "//user:pa%20ss@")})
    assert result.status == 0, result
    assert "pa%20ss" not in result.err and "pa ss" not in result.err


def test_a_proxy_that_refuses(rig, cloud, small, proxy):
    proxy.demand = "Basic xxxx"
    result = rig.upload(small, "--retry", "1", env={"https_proxy": proxy.url.replace("//", "//user:secret-pass@")})
    assert result.status in (1, 2, 4), result
    assert "proxy" in result.errors[0].lower() and "secret-pass" not in result.err
    assert cloud.requests == []


def test_a_proxy_that_is_not_there(rig, cloud, small, proxy):
    proxy.stop()
    result = rig.upload(small, "--retry", "1", env={"https_proxy": proxy.url})
    assert result.status == 4, result
    assert cloud.requests == []
