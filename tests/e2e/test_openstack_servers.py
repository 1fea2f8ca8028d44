"""The OpenStack servers of the tests keep what servers/glance.py and servers/keystone.py promise."""

import hashlib
import time

import pytest

from servers import debs
from servers.keystone import INTERFACES, REGIONS, by_password
from servers.openstack import RELEASES, once, request

DATA = bytes(range(256)) * 800
OCTETS = {"Content-Type": "application/octet-stream"}


@pytest.fixture
def call(pki):
    """call(server, method, path, ...): a request through TLS."""
    return lambda server, method, path, data=None, **options: request(method, server.url + path, data, ca=pki.ca, **options)


@pytest.fixture
def create(call):
    """create(server, ...) makes a record and returns its id."""

    def make(server, token=None, **properties):
        reply = call(server, "POST", "/v2/images", {"disk_format": "raw", "container_format": "bare", **properties}, token=token)
        assert reply.status == 201, reply
        assert reply.json["status"] == "queued"
        return reply.json["id"]

    return make


@pytest.fixture
def put(call):
    """put(server, image, content) uploads; what has no length goes in chunks."""

    def make(server, image, content=DATA, headers=(), action="file", **options):
        return call(server, "PUT", f"/v2/images/{image}/{action}", content=content, headers={**OCTETS, **dict(headers)}, **options)

    return make


@pytest.fixture
def show(call):
    return lambda server, image, **options: call(server, "GET", f"/v2/images/{image}", **options).json


def chunks(data=DATA):
    yield from (data[i : i + 65536] for i in range(0, len(data), 65536))


def settled(show, server, image, wanted, **options):
    """The record once it has this status."""
    deadline = time.monotonic() + 30
    while (record := show(server, image, **options))["status"] != wanted and time.monotonic() < deadline:
        time.sleep(0.1)
    assert record["status"] == wanted, (record, server.log()[-2000:])
    return record


@pytest.mark.parametrize("content", [lambda: DATA, chunks])
def test_upload(glance, call, create, put, show, content):
    image = create(glance)
    assert put(glance, image, content()).status == 204
    record = show(glance, image)
    assert (record["status"], record["size"], record["checksum"]) == ("active", len(DATA), hashlib.md5(DATA).hexdigest())
    assert (record["os_hash_algo"], record["os_hash_value"]) == ("sha512", hashlib.sha512(DATA).hexdigest())
    assert call(glance, "GET", f"/v2/images/{image}/file").body == DATA
    assert glance.file(image).read_bytes() == DATA
    assert call(glance, "DELETE", f"/v2/images/{image}").status == 204
    assert not glance.file(image).exists()
    assert call(glance, "GET", f"/v2/images/{image}").status == 404


def test_both_ports(glance, call):
    assert call(glance, "GET", "/v2/images").status == 200
    assert glance.api("GET", "/v2/images").status == 200
    assert '"GET /v2/images HTTP/1.1" 200' in glance.log()


def test_a_second_upload(glance, create, put, show):
    image = create(glance)
    assert put(glance, image).status == 204
    reply = glance.api("PUT", f"/v2/images/{image}/file", content=b"", headers=OCTETS)
    assert reply.status == 409 and "from active to saving is not allowed" in reply.json["message"], reply
    assert glance.file(image).read_bytes() == DATA


def test_another_type(glance, create):
    reply = glance.api("PUT", f"/v2/images/{create(glance)}/file", content=b"", headers={"Content-Type": "text/plain"})
    assert reply.status == 415, reply


def test_stores(glance, create, put, show, call):
    stores = call(glance, "GET", "/v2/info/stores").json["stores"]
    assert [store["id"] for store in stores] == ["fast", "slow"]
    image = create(glance)
    assert put(glance, image, headers={"X-Image-Meta-Store": "slow"}).status == 204
    assert glance.file(image, "slow").read_bytes() == DATA
    assert not glance.file(image).exists()
    assert show(glance, image)["stores"] == "slow"
    assert f"slow/{image}" in glance.files() and f"fast/{image}" not in glance.files()


def test_stage_and_import(guarded_glance, keystone, create, put, show, call):
    token = keystone.token()
    image = create(guarded_glance, token)
    assert put(guarded_glance, image, action="stage", token=token).status == 204
    assert show(guarded_glance, image, token=token)["status"] == "uploading"
    method = {"method": {"name": "glance-direct"}, "stores": ["fast", "slow"]}
    assert call(guarded_glance, "POST", f"/v2/images/{image}/import", method, token=token).status == 202
    record = settled(show, guarded_glance, image, "active", token=token)
    assert record["checksum"] == hashlib.md5(DATA).hexdigest()
    assert guarded_glance.file(image).read_bytes() == guarded_glance.file(image, "slow").read_bytes() == DATA


def test_one_store(make_glance, create, put, call):
    server = make_glance(stores=("only",), import_methods=("web-download",))
    assert call(server, "GET", "/v2/info/stores").status == 404
    assert call(server, "GET", "/v2/info/import").json["import-methods"]["value"] == ["web-download"]
    image = create(server)
    assert put(server, image).status == 204
    assert server.files() == [f"only/{image}"]


def test_too_large(make_glance, create, put, show):
    server = make_glance(size_cap=1000)
    image = create(server)
    assert put(server, image).status == 413
    assert show(server, image)["status"] == "queued"
    assert server.files() == []


@pytest.mark.parametrize("content, left", [(lambda: DATA, "queued"), (chunks, "saving")])
def test_quota(make_glance, keystone, create, put, show, content, left):
    """Without a length it is noticed late, and the image stays as it is."""
    server = make_glance(keystone, quota=1000)
    token = keystone.token()
    image = create(server, token)
    reply = put(server, image, content(), token=token)
    assert reply.status == 413, reply
    assert show(server, image, token=token)["status"] == left


@pytest.mark.parametrize("front", ["nginx", "hitch"])
def test_killed(make_glance, create, put, call, front):
    server = make_glance(front=front)
    image = create(server)
    assert put(server, image).status == 204
    server.kill()
    with pytest.raises(OSError):
        server.api("GET", "/")
    server.restart()
    assert call(server, "GET", f"/v2/images/{image}/file").body == DATA


def endpoints(reply, kind="image"):
    """(region, interface): URL"""
    (service,) = (service for service in reply.json["token"]["catalog"] if service["type"] == kind)
    return {(endpoint["region"], endpoint["interface"]): endpoint["url"] for endpoint in service["endpoints"]}


def test_by_password(guarded_glance, keystone, create, put, show, call):
    reply = call(keystone, "POST", "/v3/auth/tokens", by_password(keystone.user))
    assert reply.status == 201, reply
    assert endpoints(reply) == {(region, interface): guarded_glance.url for region in REGIONS for interface in INTERFACES}
    assert endpoints(reply, "identity")["RegionOne", "public"] == f"{keystone.url}/v3"
    token = reply.headers["X-Subject-Token"]
    image = create(guarded_glance, token)
    assert put(guarded_glance, image, token=token).status == 204
    record = show(guarded_glance, image, token=token)
    assert (record["status"], record["owner"]) == ("active", reply.json["token"]["project"]["id"])
    assert call(guarded_glance, "GET", f"/v2/images/{image}").status == 401
    assert call(guarded_glance, "GET", f"/v2/images/{image}", token=keystone.token(keystone.admin)).status == 200


def test_the_other_release(make_keystone, make_glance, create, put, show):
    """It looks whether an image is in the format that was said; the one before it does not."""
    keystone = make_keystone(release=RELEASES[1])
    server = make_glance(keystone=keystone, release=RELEASES[1])
    token = keystone.token()
    for disk_format, status, left in (("raw", 204, "active"), ("qcow2", 415, "queued")):
        image = create(server, token, disk_format=disk_format)
        reply = put(server, image, token=token)
        assert (reply.status, show(server, image, token=token)["status"]) == (status, left), reply


def test_another_format(glance, create, put, show):
    image = create(glance, disk_format="qcow2")
    assert put(glance, image).status == 204
    assert show(glance, image)["status"] == "active"


def test_keystone_alone(make_keystone, call):
    """One server for what needs no Glance."""
    keystone = make_keystone(front="hitch")
    wrong = by_password(keystone.user)
    wrong["auth"]["identity"]["password"]["user"]["password"] = "wrong"
    assert call(keystone, "POST", "/v3/auth/tokens", wrong).status == 401
    keystone.point("https://two.example", region="RegionTwo", interface="internal")
    found = endpoints(keystone.authenticate(by_password(keystone.user)))
    assert [key for key, url in found.items() if url == "https://two.example"] == [("RegionTwo", "internal")]
    keystone.kill()
    keystone.restart()
    assert keystone.token()


def test_by_application_credential(guarded_glance, keystone, create, put):
    credential = {"id": keystone.credential_id, "secret": keystone.credential_secret}
    identity = {"methods": ["application_credential"], "application_credential": credential}
    reply = keystone.authenticate({"auth": {"identity": identity}})
    assert reply.status == 201, reply
    token = reply.headers["X-Subject-Token"]
    assert put(guarded_glance, create(guarded_glance, token), token=token).status == 204


def test_an_expired_token(make_keystone, make_glance, create, put):
    keystone = make_keystone(expiration=1)
    server = make_glance(keystone=keystone)
    old = keystone.token()
    keystone.kill()
    keystone.expiration = 3600
    time.sleep(1)
    keystone.restart()
    image = create(server, keystone.token())
    assert put(server, image, b"", token=old).status == 401
    assert put(server, image, token=keystone.token()).status == 204


def test_side_by_side(make_glance, glance, create, put):
    servers = [glance, make_glance()]
    images = [create(server) for server in servers]
    for server, image in zip(servers, images, strict=True):
        assert put(server, image).status == 204
    assert [image in " ".join(glance.files()) for image in images] == [True, False]


def test_what_was_interrupted_is_made_anew(monkeypatch, tmp_path):
    monkeypatch.setenv("HOIST_CACHE", str(tmp_path))
    debs.cache().mkdir()

    def fail(work):
        (work / "part").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        once("name", fail)
    made = once("name", lambda work: (work / "whole").touch())
    assert [path.name for path in made.iterdir()] == ["whole"]
    assert once("name", fail) == made
