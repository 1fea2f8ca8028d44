"""The stand-in of Open Telekom Cloud, driven without the binary; its signatures against published ones."""

import hashlib
import http.client
import json
import ssl
import time
import urllib.parse

import pytest

from clouds import faults, iam, ims, signing
from clouds.linode import tls_context

EMPTY = signing.sha256(b"")
GOOD = {"name": "disk.raw", "disk_format": "raw", "container_format": "bare", "min_disk": 1, "__os_version": "Other Linux(64 bit)"}
OCTETS = {"Content-Type": "application/octet-stream"}
BODY = b"some bytes of a disk" * 1000


@pytest.fixture
def cloud(pki):
    server = ims.Ims(tls_context(pki.good.cert, pki.good.key))
    yield server
    server.stop()


class Answer:
    def __init__(self, reply):
        self.status, self.headers, self.body = reply.status, reply.headers, reply.read()

    @property
    def json(self):
        return json.loads(self.body)


@pytest.fixture
def ask(cloud, pki):
    """ask(method, target, body, headers) -> Answer"""
    tls = ssl.create_default_context(cafile=pki.ca)

    def send(method, target, body=None, headers=None, **more):
        parts = urllib.parse.urlsplit(cloud.url)
        link = http.client.HTTPSConnection(parts.hostname, parts.port, context=tls, timeout=10)
        data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
        kind = {"Content-Type": "application/json"} if isinstance(body, (dict, list)) else {}
        try:
            link.request(method, target, data, {**kind, **(headers or {})}, **more)
            return Answer(link.getresponse())
        finally:
            link.close()

    return send


@pytest.fixture
def use(cloud, ask):
    """The same with a token."""
    token = cloud.iam.issue()
    return lambda method, target, body=None, headers=None, **more: ask(
        method, target, body, {"X-Auth-Token": token, **(headers or {})}, **more
    )


@pytest.fixture
def signed(cloud, ask):
    """The same with a signature.  payload: what is signed for the body; late: seconds that the client's clock is behind."""

    def send(method, target, body=b"", payload=None, late=0, access=iam.ACCESS, secret=iam.SECRET, drop=(), **more):
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        when = time.strftime(signing.DATE, time.gmtime(time.time() - late))
        headers = {"host": cloud.host, "x-sdk-date": when, "content-type": "application/json", **more}
        kept = {name: value for name, value in headers.items() if name not in drop}
        words = signing.authorization(access, secret, method, target, {**headers, **kept}, payload or signing.sha256(data))
        return ask(method, target, data, {**kept, "Authorization": words})

    return send


# --- Signatures: the vectors of the signing guide and of Huawei's own SDK -------------


@pytest.mark.parametrize(
    "secret, method, target, headers, payload, want",
    [
        (
            "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc",
            "GET",
            "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0",
            {"content-type": "application/json", "host": "service.region.example.com", "x-sdk-date": "20191115T033655Z"},
            EMPTY,
            "7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe",
        ),
        (
            "SecretKey",
            "GET",
            "/resources?size=1",
            {"host": "service.endpoint.myhuaweicloud.com", "x-sdk-date": "20200608T023900Z"},
            EMPTY,
            "cfb4171acec81de07d50e53d57eb77edd537414d66ddb1d7d780f128e12cd842",
        ),
        (
            "SecretKey",
            "POST",
            "/resources?size=1",
            {"host": "service.endpoint.myhuaweicloud.com", "x-sdk-date": "20200608T023900Z"},
            signing.sha256(b'{"name":"test","id":1}'),
            "436b1ac0a1ae03705934bb70ef2f2e09f7bfed2117d731a38235053199323a1f",
        ),
        (
            "SecretKey",
            "PUT",
            "/v2/images/84ac7f2b-bf19-4efb-86a0-b5be8771b476/file",
            {
                "content-type": "application/octet-stream",
                "host": "ims.eu-de.otc.t-systems.com",
                "x-sdk-content-sha256": "UNSIGNED-PAYLOAD",
                "x-sdk-date": "20200608T023900Z",
            },
            signing.UNSIGNED,
            "f97b2b80956d396e1e1265d58f1de8df457f3a8f00bc96af996669ec3539cbce",
        ),
    ],
)
def test_published_signatures(secret, method, target, headers, payload, want):
    assert signing.signature(secret, method, target, headers, sorted(headers), payload) == want


def test_the_canonical_request_of_the_guide():
    headers = {"content-type": "application/json", "host": "service.region.example.com", "x-sdk-date": "20191115T033655Z"}
    target = "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0"
    request = signing.canonical("GET", target, headers, sorted(headers), EMPTY)
    assert signing.sha256(request.encode()) == "b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a"


def test_a_canonical_query():
    pairs = [("limit", 1), ("enable", "true"), ("test", "一 (&=?!#%.*)"), ("path", "/tmp/123"), ("multi", 2), ("multi", 3), ("multi", 1)]
    want = "enable=true&limit=1&multi=1&multi=2&multi=3&path=%2Ftmp%2F123&test=%E4%B8%80%20%28%26%3D%3F%21%23%25.%2A%29"
    assert signing.canonical_query(urllib.parse.urlencode(pairs, quote_via=urllib.parse.quote, safe="")) == want
    assert signing.canonical_query("b&a=2&a=") == "a=&a=2&b="
    assert signing.canonical_path("/a%2fb/ü") == "/a%2Fb/%C3%BC/"


# --- IAM ------------------------------------------------------------------------------


def login(**change):
    user = {"name": iam.USER, "password": iam.PASSWORD, "domain": {"name": iam.DOMAIN}, **change.get("user", {})}
    scope = change.get("scope", {"project": {"name": iam.PROJECT}})
    return {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}}


@pytest.mark.parametrize("query", ["", "?nocatalog=true"])
def test_a_login(cloud, ask, query):
    cloud.iam.token_length = 12345
    reply = ask("POST", "/v3/auth/tokens" + query, login())
    token = reply.headers["X-Subject-Token"]
    assert reply.status == 201 and len(token) == 12345
    assert ask("GET", "/v2/images", headers={"X-Auth-Token": token}).status == 200
    ends = time.strptime(reply.json["token"]["expires_at"][:19], "%Y-%m-%dT%H:%M:%S")
    assert 86300 < time.mktime(ends) - time.mktime(time.gmtime()) < 86500
    catalog = reply.json["token"].get("catalog")
    assert (catalog is None) == bool(query)
    if catalog:
        (image,) = [entry for entry in catalog if entry["type"] == "image"]
        assert [point["url"] for point in image["endpoints"] if point["region"] == "eu-de"] == [cloud.url] and len(catalog) == 61
    assert [request.route for request in cloud.requests] == ["token", "list"]


@pytest.mark.parametrize(
    "body, status",
    [
        (login(user={"password": "wrong"}), 401),
        (login(user={"domain": {"name": "Default"}}), 401),
        (login(user={"domain": None}), 401),
        (login(scope={"project": {"name": "eu-nl"}}), 401),
        (login(scope={"project": {"name": iam.PROJECT, "domain": {"name": "Default"}}}), 401),
        (login(scope={"domain": {"name": iam.DOMAIN}}), 400),
        ({"auth": {}}, 400),
        ([], 400),
    ],
)
def test_a_login_that_is_refused(ask, body, status):
    reply = ask("POST", "/v3/auth/tokens", body)
    assert reply.status == status == reply.json["error"]["code"]


def test_tokens_that_are_not_good(cloud, ask):
    for headers in ({}, {"X-Auth-Token": "x"}, {"X-Auth-Token": cloud.iam.issue(), "Authorization": "x"}):
        reply = ask("GET", "/v2/images", headers=headers)
        assert reply.status == 401 and reply.json["error_code"] == "APIGW.0301"
    cloud.iam.lifetime = -1
    assert "decrypt token fail" in ask("GET", "/v2/images", headers={"X-Auth-Token": cloud.iam.issue()}).json["error_msg"]
    cloud.iam.lifetime = 100
    token = cloud.iam.issue()
    cloud.iam.revoke()
    assert ask("GET", "/v2/images", headers={"X-Auth-Token": token}).status == 401


# --- Requests that are signed ---------------------------------------------------------


def test_a_signed_request(cloud, signed):
    made = signed("POST", "/v2/images", GOOD)
    assert made.status == 201
    assert signed("GET", "/v2/images?status=queued&name=disk.raw").json["images"] == [made.json]
    assert signed("GET", "/v2/images?name=a%20b").json["images"] == []
    path = f"/v2/images/{made.json['id']}/file"
    assert signed("PUT", path, BODY, **{"content-type": "application/octet-stream"}).status == 204
    (image,) = cloud.images.present()
    assert (image.size, image.sha256) == (len(BODY), hashlib.sha256(BODY).hexdigest())


@pytest.mark.parametrize(
    "options, word",
    [
        ({"secret": "wrong"}, "verify aksk signature fail,canonicalRequest:GET|/v2/images/|limit=1|content-type:application/json|host:"),
        ({"payload": signing.sha256(b"x")}, "verify aksk signature fail,canonicalRequest:"),
        ({"access": "nobody"}, "Get secretKey failed"),
        ({"late": 901}, "signature expired"),
        ({"late": -903}, "signature expired"),
        ({"x-sdk-date": "2020-06-08"}, "x-sdk-date"),
        ({"drop": ["content-type"]}, "content-type"),
        ({"x-security-token": "for nothing"}, "token"),
        ({"x-sdk-content-sha256": signing.UNSIGNED, "payload": signing.UNSIGNED}, "unsigned payload"),
        ({"x-sdk-content-sha256": signing.sha256(b"x")}, "verify aksk"),
        ({"x-project-id": "another"}, "project_id"),
    ],
)
def test_a_signature_that_is_not_good(cloud, signed, options, word):
    reply = signed("GET", "/v2/images?limit=1", **options)
    assert reply.status == (403 if word == "project_id" else 401) and word in reply.json["error_msg"], reply.body
    assert iam.SECRET not in reply.body.decode() and cloud.requests[0].status == reply.status


@pytest.mark.parametrize(
    "words",
    [
        "Bearer x",
        f"SDK-HMAC-SHA256 Access={iam.ACCESS}, SignedHeaders=host, Signature=" + "0" * 64,
        f"SDK-HMAC-SHA256 Access={iam.ACCESS}, SignedHeaders=x-sdk-date;host, Signature=" + "0" * 64,
        f"SDK-HMAC-SHA256 Credential={iam.ACCESS}/20200608///sdk_request, SignedHeaders=host;x-sdk-date, Signature=" + "0" * 64,
    ],
)
def test_another_form(ask, words):
    date = time.strftime(signing.DATE, time.gmtime())
    reply = ask("GET", "/v2/images", headers={"X-Sdk-Date": date, "Authorization": words})
    assert reply.status == 401 and "calc aksk signature fail" in reply.json["error_msg"]


def test_a_clock(cloud, signed):
    """The client's is right, the server's is not: Date tells."""
    cloud.iam.skew = 3600
    reply = signed("GET", "/v2/images")
    server = time.mktime(time.strptime(reply.headers["Date"], "%a, %d %b %Y %H:%M:%S GMT")) - time.mktime(time.gmtime())
    assert reply.status == 401 and 3590 < server < 3610
    assert signed("GET", "/v2/images", late=-3600).status == 200
    assert signed("GET", "/v2/images", late=-3600 + 890).status == 200


def test_temporary_keys(cloud, signed):
    cloud.iam.add_key("TEMPORARY", "temporary-secret", "session-token")
    keys = {"access": "TEMPORARY", "secret": "temporary-secret"}
    assert signed("GET", "/v2/images", **keys, **{"x-security-token": "session-token"}).status == 200
    assert "token must be updated" in signed("GET", "/v2/images", **keys).json["error_msg"]
    assert signed("GET", "/v2/images", **keys, **{"x-security-token": "another"}).status == 401


def test_an_unsigned_body(cloud, signed):
    cloud.iam.unsigned = True
    words = {"x-sdk-content-sha256": signing.UNSIGNED, "payload": signing.UNSIGNED}
    assert signed("POST", "/v2/images", GOOD, **words).status == 201
    assert signed("POST", "/v2/images", GOOD, secret="wrong", **words).status == 401


def test_a_project(cloud, signed):
    cloud.iam.needs_project = True
    assert signed("GET", "/v2/images").status == 403
    assert signed("GET", "/v2/images", **{"x-project-id": iam.PROJECT_ID}).status == 200


def test_a_signed_body_that_is_too_large(cloud, signed):
    image = cloud.images.create(GOOD)
    path, kind = f"/v2/images/{image.id}/file", {"content-type": "application/octet-stream"}
    # The announced length is enough for the refusal.
    reply = signed("PUT", path, **kind, **{"content-length": str(iam.SIGNED_MAX + 1)})
    assert reply.status == 401 and "calc aksk signature fail:body too large" in reply.json["error_msg"] and image.status == "queued"
    assert signed("PUT", path, bytes(iam.SIGNED_MAX), **kind).status == 204


# --- Images ---------------------------------------------------------------------------


def test_a_record(cloud, use):
    reply = use("POST", "/v2/images", {**GOOD, "tags": ["a=b"], "hw_firmware_type": "uefi", "x": "y", "min_ram": 64, "protected": True})
    assert reply.status == 201 and "192.0.2.1" in reply.headers["Location"]
    want = {"status": "queued", "__image_size": "0", "__os_type": "Linux", "__platform": "Other", "__os_bit": "64", "size": None,
            "virtual_env_type": "FusionCompute", "__imagetype": "private", "visibility": "private", "hw_firmware_type": "uefi", "x": "y"}  # fmt: skip
    assert {key: reply.json[key] for key in want} == want
    assert use("DELETE", f"/v2/images/{reply.json['id']}").status == 403
    cloud.absent = True
    seen = use("GET", f"/v2/images/{reply.json['id']}").json
    assert not {"size", "checksum", "virtual_size"} & set(seen)
    assert use("POST", "/v2/images", {"name": "a"}).json["disk_format"] == "zvhd2"


@pytest.mark.parametrize(
    "change, code",
    [({"name": name}, "IMG.0002") for name in ("", " a", "a ", "a/b", "ä", "x" * 129, 5, "a\n")]
    + [({"disk_format": form}, "IMG.0001") for form in ("vmdk", "RAW", "iso", None)]
    + [({"min_disk": size}, "IMG.0055") for size in (0, 1025, "1", True, 1.5)]
    + [({"__os_version": "Plan 9"}, "IMG.0056"), ({"visibility": "public"}, "IMG.0001"), ({"container_format": "ovf"}, "IMG.0001")]
    + [({"tags": ["a"]}, "IMG.0001"), ({"id": "84ac7f2b-bf19-4efb-86a0-b5be8771b476"}, "IMG.0001"), ({"x": 5}, "IMG.0001")]
    + [({"__image_size": "1"}, "IMG.0001"), ({"__unknown": "1"}, "IMG.0001"), ({"hw_firmware_type": "efi"}, "IMG.0001")],
)
def test_a_record_that_is_refused(cloud, use, change, code):
    reply = use("POST", "/v2/images", {**GOOD, **change})
    assert reply.status == 400 and reply.json["error"]["code"] == code
    assert cloud.images.all == []


@pytest.mark.parametrize("name", ["a", "x" * 128, "A-z_0.9 b", "-", "a  b"])
@pytest.mark.parametrize("change", [{"min_disk": 1024}, {"disk_format": "qcow2"}, {"tags": []}])
def test_a_record_that_is_taken(use, name, change):
    assert use("POST", "/v2/images", {**GOOD, "name": name, **change}).status == 201


def test_other_bodies(use):
    assert use("POST", "/v2/images", b"{", {"Content-Type": "application/json"}).status == 400
    assert use("POST", "/v2/images", b"{}", {"Content-Type": "text/plain"}).status == 400
    assert use("POST", "/v2/images", []).status == 400
    assert use("PATCH", "/v2/images", []).status == 404


@pytest.mark.parametrize("chunked", [False, True])
def test_an_upload(cloud, use, chunked):
    cloud.images.polls = 2
    number = use("POST", "/v2/images", GOOD).json["id"]
    path = f"/v2/images/{number}"
    body = iter([BODY[:7000], BODY[7000:]]) if chunked else BODY
    reply = use("PUT", path + "/file", body, OCTETS, encode_chunked=chunked)
    assert (reply.status, reply.body) == (204, b"")
    looks = [use("GET", path).json for _ in range(4)]
    assert [(look["status"], look["__image_size"]) for look in looks] == [("saving", "0")] * 2 + [("active", str(len(BODY)))] * 2
    assert cloud.images.find(number).sha256 == hashlib.sha256(BODY).hexdigest()
    (put,) = cloud.seen("put")
    assert put.received == len(BODY) and put.get("Transfer-Encoding") == ("chunked" if chunked else None)
    assert use("PUT", path + "/file", BODY, OCTETS).status == 409
    assert use("DELETE", path).status == 204 and use("DELETE", path).status == 404 and use("GET", path).status == 404


def test_an_upload_that_is_refused(cloud, use):
    image = cloud.images.create(GOOD)
    path = f"/v2/images/{image.id}/file"
    assert use("PUT", path, BODY).status == 415
    assert use("PUT", path, b"", OCTETS).json["error"]["code"] == "IMG.0057"
    assert use("PUT", path, b"", {**OCTETS, "Content-Length": str(128 << 30)}).json["error"]["code"] == "IMG.0059"
    assert use("PUT", path.replace(image.id, "0" * 36), BODY, OCTETS).status == 404
    assert image.status == "queued"


def test_what_is_cut_waits_for_data_again(cloud, use):
    image = cloud.images.create(GOOD)
    cloud.fault("put", faults.Drop(5000))
    with pytest.raises((OSError, http.client.HTTPException)):
        use("PUT", f"/v2/images/{image.id}/file", BODY, OCTETS)
    assert cloud.wait(lambda: image.status == "queued" and image.size is None)
    assert use("PUT", f"/v2/images/{image.id}/file", BODY, OCTETS).status == 204


@pytest.mark.parametrize("fate, status", [("killed", "killed"), ("queued", "queued"), ("stuck", "saving")])
def test_what_becomes_of_an_image(cloud, use, fate, status):
    cloud.images.fate, cloud.images.polls = fate, 0
    path = f"/v2/images/{use('POST', '/v2/images', GOOD).json['id']}"
    assert use("PUT", path + "/file", BODY, OCTETS).status == 204
    assert [use("GET", path).json["status"] for _ in range(3)] == [status] * 3


def test_another_size(cloud, use):
    cloud.images.claims, cloud.images.polls = lambda size: size - 1, 0
    path = f"/v2/images/{use('POST', '/v2/images', GOOD).json['id']}"
    use("PUT", path + "/file", BODY, OCTETS)
    assert use("GET", path).json["__image_size"] == str(len(BODY) - 1)


def test_lists(cloud, use):
    for name in ("a b", "a b", "c"):
        cloud.images.create({"name": name})
    cloud.images.all[0].status = "active"
    found = lambda query: [image["id"] for image in use("GET", "/v2/images" + query).json["images"]]
    ids = [image.id for image in cloud.images.all]
    assert found("") == ids[::-1] and found("?name=a%20b") == ids[1::-1] and found("?status=queued&name=a%20b") == [ids[1]]
    assert found("?name=a&status=queued") == [] and found("?limit=1") == [ids[2]]
    assert use("GET", "/v2/images?nome=a").status == 400


def test_faults(cloud, use):
    cloud.fault("create", ims.refused(409, "no"))
    cloud.fault("create", faults.Answer(201, "{", when="done"))
    cloud.fault("list", ims.unauthorised(), skip=1)
    reply = use("POST", "/v2/images", GOOD)
    assert (reply.status, reply.json["error"]["message"]) == (409, "no") and cloud.images.all == []
    assert use("POST", "/v2/images", GOOD).body == b"{" and len(cloud.images.all) == 1
    assert [use("GET", "/v2/images").status for _ in range(3)] == [200, 401, 200]
