"""Through an HTTP proxy, and past it."""

import pytest

from clouds.linode import TOKEN, Linode
from clouds.proxy import Proxy
from tool import Rig


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
    assert result.status == 2 and f"the proxy http://{proxy.server.host} (https_proxy) refuses" in result.errors[0], result
    assert "secret-pass" not in result.err
    assert cloud.requests == []


def test_a_proxy_that_is_not_there(rig, cloud, small, proxy):
    proxy.stop()
    result = rig.upload(small, "--retry", "1", env={"https_proxy": proxy.url.replace("//", "//user:secret-pass@")})
    assert result.status == 4 and f"cannot connect to the proxy http://{proxy.server.host} (https_proxy)" in result.errors[0], result
    assert "secret-pass" not in result.err
    assert cloud.requests == []


def test_a_proxy_whose_name_is_not_known(rig, cloud, small):
    result = rig.upload(small, "--retry", "1", env={"ALL_PROXY": "http://user:secret-pass@no-such-proxy.invalid:3128"})
    assert result.status == 4 and "the proxy http://no-such-proxy.invalid:3128 (ALL_PROXY)" in result.errors[0], result
    assert "secret-pass" not in result.err and cloud.requests == []


def test_a_server_beyond_the_proxy_that_is_not_there(rig, cloud, small, proxy):
    cloud.stop()
    result = rig.upload(small, "--retry", "1", env={"https_proxy": proxy.url})
    assert result.status == 4 and f"(https_proxy) does not get through to {cloud.api_server.host} (502)" in result.errors[0], result


def test_a_server_without_tls(tmp_path, home, small, proxy):
    """What goes to it in clear is nothing that its proxy has to see."""
    cloud = Linode(str(tmp_path))
    rig = Rig(home, cloud, "builtin")
    result = rig.upload(small, env={"http_proxy": proxy.url})
    cloud.stop()
    assert result.status == 0, result
    assert {request.method for request in proxy.requests} == {"CONNECT"} and TOKEN not in repr([r.headers for r in proxy.requests])
