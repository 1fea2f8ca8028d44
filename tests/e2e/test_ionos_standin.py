"""The stand-in of IONOS's Images API, alone and behind the upload servers."""

import base64
import http.client
import io
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request

import pytest

from clouds import faults, ionos
from clouds.linode import tls_context
from ftps_client import Client

BASIC = "Basic " + base64.b64encode(f"{ionos.USER}:{ionos.PASSWORD}".encode()).decode()
LIST = "/cloudapi/v6/images?depth=1&filter.location=de%2Ffra&filter.name=foo.iso&filter.public=false&offset=0&pretty=true"
PATCH = "/cloudapi/v6/images/{}?depth=1&offset=0&pretty=true"
BODY = (
    '{"applicationType":"UNKNOWN","cloudInit":"V1","cpuHotPlug":true,"cpuHotUnplug":false,"discScsiHotPlug":true,'
    '"discScsiHotUnplug":false,"discVirtioHotPlug":true,"discVirtioHotUnplug":false,"exposeSerial":false,'
    '"licenceType":"UNKNOWN","nicHotPlug":true,"nicHotUnplug":false,"ramHotPlug":true,"ramHotUnplug":false}'
)


@pytest.fixture
def api(pki):
    server = ionos.Ionos(tls_context(pki.good.cert, pki.good.key))
    yield server
    server.stop()


@pytest.fixture
def ask(pki):
    """ask(api, target, ...) -> (status, JSON)"""

    def send(api, target, method="GET", body=None, authorization=BASIC, **headers):
        headers = {"Authorization": authorization, "Content-Type": "application/json", **headers}
        request = urllib.request.Request(api.url + target, body and body.encode(), headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10, context=ssl.create_default_context(cafile=pki.ca)) as reply:
                return reply.status, json.loads(reply.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    return send


def names(answer):
    return [item["properties"]["name"] for item in answer[1]["items"]]


def test_filters(api, ask):
    for name, place in [("foo.iso", "de/fra"), ("old-foo.iso", "de/fra"), ("foo.iso", "de/fra/2"), ("bar.iso", "de/txl")]:
        api.add(name, place)
    api.add("foo.iso", "de/fra", public=True)
    assert names(ask(api, LIST)) == ["foo.iso", "old-foo.iso"]
    assert names(ask(api, LIST + "&filter.name=bar&filter.location=de%2Ftxl")) == ["foo.iso", "old-foo.iso", "bar.iso"]
    assert names(ask(api, LIST.replace("foo.iso", "nothing"))) == []
    assert api.requests[0].target == LIST and api.requests[0].route == "list"


def test_pages(api, ask):
    for number in range(5):
        api.add(f"foo.iso.{number}", "de/fra")
    target, found = f"{LIST}&limit=2", []
    while target:
        answer = ask(api, target)
        found += names(answer)
        target = answer[1]["_links"].get("next", "").removeprefix(api.url)
    assert found == [f"foo.iso.{number}" for number in range(5)] and len(api.requests) == 3
    api.page = 1
    assert len(names(ask(api, LIST))) == 1


def test_an_item(api, ask):
    image = api.add("foo.iso", "de/fra", imageType="CDROM")
    (item,) = ask(api, LIST)[1]["items"]
    assert item["id"] == image.id and item["type"] == "image" and item["href"].endswith("/images/" + image.id)
    assert item["metadata"]["state"] == "AVAILABLE" and item["metadata"]["createdDate"].endswith("Z")
    assert (item["properties"]["location"], item["properties"]["imageType"]) == ("de/fra", "CDROM")
    assert set(ask(api, LIST.replace("depth=1", "depth=0"))[1]["items"][0]) == {"id", "type", "href"}
    assert ask(api, f"/cloudapi/v6/images/{image.id}")[1]["id"] == image.id


def test_a_patch(api, ask):
    image = api.add("foo.iso", "de/fra")
    status, value = ask(api, PATCH.format(image.id), "PATCH", BODY, **{"X-Contract-Number": "31415926"})
    assert status == 202 and value["properties"]["cpuHotPlug"] is True and value["properties"]["cloudInit"] == "V1"
    (request,) = api.seen("patch")
    assert request.body == BODY.encode()
    assert request.target == PATCH.format(image.id) and request.get("X-Contract-Number") == "31415926"
    assert image.patches == [json.loads(BODY)]


@pytest.mark.parametrize(
    "body, status",
    [
        ('{"properties":{}}', 422),
        ('{"cpuHotPlug":"true"}', 422),
        ('{"licenceType":"FOO"}', 422),
        ('{"name":""}', 422),
        ("[]", 422),
        ("nonsense", 400),
    ],
)
def test_a_bad_patch(api, ask, body, status):
    image = api.add("foo.iso", "de/fra")
    got, value = ask(api, PATCH.format(image.id), "PATCH", body)
    assert got == status == value["httpStatus"] and value["messages"][0]["errorCode"] == "100"
    assert image.patches == []


@pytest.mark.parametrize("word", ["", "Basic bm86bm8=", "Bearer wrong", "Basic " + ionos.TOKEN])
def test_bad_credentials(api, ask, word):
    assert ask(api, LIST, authorization=word)[0] == 401


def test_a_token(api, ask):
    assert ask(api, LIST, authorization="Bearer " + ionos.TOKEN)[0] == 200


@pytest.mark.parametrize("more", ["&filter.nonsense=1", "&nonsense=1", "&depth=x", "&limit=0"])
def test_bad_queries(api, ask, more):
    assert ask(api, LIST + more)[0] == 422


def test_not_found(api, ask):
    assert ask(api, "/images")[0] == 404
    assert ask(api, PATCH.format("no"), "PATCH", BODY)[0] == 404


@pytest.mark.parametrize("status", [401, 403, 422, 500, 503, 429])
def test_errors(api, ask, status):
    image = api.add("foo.iso", "de/fra")
    api.fault("patch", ionos.problem(status, "no", headers=[("Retry-After", "1")]))
    got, value = ask(api, PATCH.format(image.id), "PATCH", BODY)
    assert (got, value["messages"][0]["message"]) == (status, "no")
    assert image.patches == []
    assert ask(api, PATCH.format(image.id), "PATCH", BODY)[0] == 202


def test_strange_replies(api, ask):
    api.add("foo.iso", "de/fra")
    api.fault("list", ionos.no_items())
    api.fault("list", ionos.no_id())
    api.fault("list", faults.Answer(200, "<html>"))
    api.fault("list", ionos.HalfReply())
    assert "items" not in ask(api, LIST)[1]
    assert "id" not in ask(api, LIST)[1]["items"][0]
    with pytest.raises(json.JSONDecodeError):
        ask(api, LIST)
    with pytest.raises(http.client.IncompleteRead):
        ask(api, LIST)
    assert names(ask(api, LIST)) == ["foo.iso"]


@pytest.mark.parametrize("delay", [0, 1, 3])
def test_files_become_images(api, ask, tmp_path, delay):
    for directory in ("iso-images", "hdd-images", "confidential-images"):
        (tmp_path / directory).mkdir()
    (tmp_path / "iso-images/foo.iso.old").write_bytes(b"old")
    api.images.delay = delay
    api.watch(str(tmp_path), "de/fra")
    (tmp_path / "iso-images/foo.iso").write_bytes(b"1")
    (tmp_path / "confidential-images/foo.iso.qcow2").write_bytes(b"2")
    (tmp_path / "hdd-images/foo.iso.raw").write_bytes(b"3")
    for _ in range(delay):
        assert names(ask(api, LIST)) == []
    items = ask(api, LIST)[1]["items"]
    properties = [item["properties"] for item in items]
    kinds = {value["name"]: (value["imageType"], value["requiredFeatures"]) for value in properties}
    assert kinds == {"foo.iso": ("CDROM", []), "foo.iso.raw": ("HDD", []), "foo.iso.qcow2": ("HDD", ["SEV-SNP"])}
    assert len({item["id"] for item in items}) == 3


@pytest.mark.parametrize("locations, places", [(["fra"], ["de/fra"]), (["de/fra/2", "txl"], ["de/fra/2", "de/txl"])])
def test_the_whole(make_ionos, ask, pki, locations, places):
    rig = make_ionos(locations)
    for location in locations:
        client = Client(context=ssl.create_default_context(cafile=pki.ca), timeout=5)
        client.connect("127.0.0.1", rig.ftp.port)
        client.login(rig.env["IONOS_USERNAME"], rig.env["IONOS_PASSWORD"])
        client.prot_p()
        client.cwd("fra-2" if location.endswith("/2") else location)
        client.cwd("iso-images")
        client.storbinary("STOR foo.iso", io.BytesIO(b"data"))
        client.quit()
        assert rig.stored(location, "foo.iso") == b"data"
    target = LIST.replace("&filter.location=de%2Ffra", "")
    assert names(ask(rig.api, target)) == []
    items = ask(rig.api, target)[1]["items"]
    assert [item["properties"]["location"] for item in items] == places
    assert len(rig.stored_names()) == len(locations) and rig.ftp.violations == []
