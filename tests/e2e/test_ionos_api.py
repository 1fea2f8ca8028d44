"""The Images API: requests to the letter, the right image and no other, credentials, pinned certificates."""

import base64
import json
import re
import resource
import subprocess

import pytest

import pictures
from clouds import ionos
from clouds.faults import Answer
from clouds.ftpfaults import Fault
from ionos_fixtures import watch
from ionos_outcome import arrived, send, untouched
from test_ionos_real import fingerprint
from test_ionos_standin import BASIC, BODY, LIST, PATCH

ISO = "/fra/iso-images/foo.iso"
PROPERTIES = json.loads(BODY)
TURNED = {key: not value for key, value in PROPERTIES.items() if isinstance(value, bool)}
FLAGS = {key: "--" + "".join(f"-{c.lower()}" if c.isupper() else c for c in key) for key in TURNED}
ALL = [f"{FLAGS[key]}={str(value).lower()}" for key, value in TURNED.items()]
CONFIG = """version: 1.0
currentProfile: user
profiles:
  - name: user
    environment: test
    credentials: {{username: {user}, password: {password}}}
environments:
  - name: test
    products:
      - name: cloud
        endpoints:
          - name: {url}/some/path
            {more}
"""


@pytest.fixture
def foo(put_file):
    return put_file("foo.iso", pictures.iso(pictures.MIB))


@pytest.fixture
def rig(ionos_rig):
    return ionos_rig


def updated(rig, path, *words, place=ISO, **options):
    """An upload whose image gets its properties, once."""
    result = rig.upload(path, *words, **options)
    arrived(rig, path, result, place)
    (patch,) = rig.api.seen("patch")
    return result, patch


def test_the_requests_to_the_letter(rig, foo):
    _, patch = updated(rig, foo)
    lists = rig.api.seen("list")
    assert {request.target for request in lists} == {LIST} and len(lists) == 3
    (image,) = rig.api.images.all
    assert patch.target == PATCH.format(image.id) and patch.body == BODY.encode()
    assert patch.all("Content-Type") == ["application/json"]
    for request in rig.api.requests:
        assert request.all("Authorization") == [BASIC] and request.get("X-Contract-Number") is None
        assert request.get("Accept") == "application/json" and request.get("User-Agent", "").startswith("hoist/")
    assert [request.complete or request.method == "GET" for request in rig.api.requests] == [True] * 4


@pytest.mark.parametrize(
    "words, changes",
    [
        (["--name", "öä \"x\"", "--description", "two\nlines"], {"name": "öä \"x\"", "description": "two\nlines"}),
        (["-n", "a", "-d", "b"], {"name": "a", "description": "b"}),
        (["--name", ""], {}),
        (["--require-legacy-bios=false"], {"requireLegacyBios": False}),
        (["--require-legacy-bios"], {"requireLegacyBios": True}),
        (["--cloud-init", "NONE", "--licence-type", "WINDOWS2022"], {"cloudInit": "NONE", "licenceType": "WINDOWS2022"}),
        (["--application-type", "MSSQL-2022-Web", *ALL], {"applicationType": "MSSQL-2022-Web", **TURNED}),
    ],
)
def test_the_properties(rig, foo, words, changes):
    _, patch = updated(rig, foo, *words)
    want = {**PROPERTIES, **changes}
    assert json.loads(patch.body) == want and list(json.loads(patch.body)) == sorted(want)


def test_a_confidential_image(rig, tmp_path):
    path = tmp_path / "safe.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", path, "1M"], check=True)
    _, patch = updated(rig, path, "--confidential", place="/fra/confidential-images/safe.qcow2")
    off = {key: False for key in PROPERTIES if "Hot" in key}
    assert json.loads(patch.body) == {**PROPERTIES, **off, "cloudInit": "NONE", "requireLegacyBios": False}


def test_a_token_and_a_contract(rig, foo):
    """FTP takes the user name and the password, the API the token."""
    updated(rig, foo, env={"IONOS_TOKEN": ionos.TOKEN, "IONOS_CONTRACT_NUMBER": "31415926"})
    for request in rig.api.requests:
        assert request.all("Authorization") == ["Bearer " + ionos.TOKEN] and request.all("X-Contract-Number") == ["31415926"]


def test_a_token_alone(rig, foo):
    result = rig.without_password().upload(foo)
    assert result.status == 2 and "IONOS_USERNAME" in result.errors[0], result
    untouched(rig)


def test_skip_update(rig, foo):
    arrived(rig, foo, send(rig, foo), ISO)
    assert rig.api.requests == [] and rig.api.server.connections == 0


def test_the_base_name(rig, tmp_path):
    """ionosctl asks for the path as it was typed, which can never be found: filter.name=img%2Ffoo.iso."""
    (tmp_path / "img").mkdir()
    path = tmp_path / "img/foo.iso"
    path.write_bytes(pictures.iso(pictures.MIB))
    arrived(rig, path, rig.upload("img/foo.iso", cwd=tmp_path), ISO)
    assert {request.target for request in rig.api.seen("list")} == {LIST}


@pytest.mark.parametrize("name, query", [("a b&c", "a+b%26c"), ("ä%", "%C3%A4%25"), ("x+y=z", "x%2By%3Dz")])
def test_names_in_queries(rig, foo, name, query):
    updated(rig, foo, "--rename", name, place=f"/fra/iso-images/{name}.iso")
    assert f"&filter.name={query}.iso&" in rig.api.requests[0].target


def test_exactly_this_image(rig, foo):
    """ionosctl takes any image whose name contains the name, an old one too, and gives up when there are two."""
    old = rig.api.add("foo.iso", "de/fra")
    late = [rig.api.add(name, "de/fra") for name in ("old-foo.iso", "foo.iso.bak.iso", "FOO.iso")]
    for image in late:
        image.hidden = 2  # new ones, then
    elsewhere = lambda value: value["items"].extend(
        {**item, "id": item["id"][::-1], "properties": {**item["properties"], "location": "de/fra/2"}} for item in value["items"][:1]
    )
    rig.api.fault("list", ionos.change(elsewhere), count=None)
    result, _ = updated(rig, foo, "-o", "json")
    (new,) = set(rig.api.images.all) - {old, *late}
    assert new.patches == [PROPERTIES] and not any(image.patches for image in (old, *late))
    assert [item["id"] for item in result.json["items"]] == [new.id] == [row["id"] for row in result.json["uploads"]]


def test_two_new_images_of_this_name(rig, foo):
    """Which one is meant?  None is touched."""
    rig.api.add("foo.iso", "de/fra").hidden = 3
    result = rig.upload(foo)
    assert result.status == 5 and "two new images" in result.errors[0], result
    assert rig.api.seen("patch") == []


class Meanwhile(Fault):
    """Somebody else's image of the name appears while ours is uploaded."""

    def __init__(self, do, at="command"):
        super().__init__(at)
        self.do = do

    def act(self, session):
        self.do()


THEIRS = {
    "another user": lambda image: image.metadata.update(createdBy="colleague@example.com"),
    "too early": lambda image: image.metadata.update(createdDate="2026-11-20T10:00:00Z"),
    "too large": lambda image: image.properties.update(size=500),
}


@pytest.mark.parametrize("why", THEIRS)
@pytest.mark.parametrize("ours", [True, False])
def test_the_image_of_a_colleague(rig, foo, why, ours):
    """It appears first, and is never taken for ours."""
    theirs = []

    def upload():
        theirs.append(rig.api.add("foo.iso", "de/fra"))
        THEIRS[why](theirs[0])

    rig.ftp.order("STOR", Meanwhile(upload))
    if not ours:
        rig.api.images.lost.add("foo.iso")
    result = rig.upload(foo, "-o", "json", "--timeout", "30" if ours else "0.5")
    assert theirs[0].patches == [], result
    (row,) = result.json["uploads"]
    if ours:
        assert result.status == 0 and rig.api.images.all[-1].patches and row["id"] == rig.api.images.all[-1].id, result
    else:
        assert result.status == 5 and theirs[0].id in result.errors[0], result


@pytest.mark.parametrize("page", [1, 2, 7])
def test_pages(rig, foo, page):
    """The old ones are known, and the new one is found behind them."""
    for number in range(6):
        rig.api.add(f"{number}-foo.iso", "de/fra")
    rig.api.add("foo.iso", "de/fra")
    rig.api.page = page
    updated(rig, foo)
    assert rig.api.images.all[-1].patches == [PROPERTIES]
    offsets = {request.target.partition("&offset=")[2] for request in rig.api.seen("list")}
    assert offsets >= {f"{n}&pretty=true" for n in range(0, 8, page)}


def test_pages_without_an_end(rig, foo):
    rig.api.fault("list", ionos.change(lambda value: value.update(items=[{"id": "x"}] * 5, limit=5)), count=None)
    result = rig.upload(foo)
    assert result.status == 1 and "without an end" in result.errors[0], result
    assert rig.ftp.sessions == []


@pytest.mark.parametrize("status", [401, 403])
def test_bad_credentials_show_before_the_upload(rig, foo, status):
    """ionosctl finds out after it, and says "failed listing images"."""
    rig.api.fault("list", ionos.problem(status, "these are wrong"), count=None)
    result = rig.upload(foo)
    assert result.status == 2 and "these are wrong" in result.errors[0], result
    assert rig.ftp.sessions == [] and len(rig.api.requests) == 1


@pytest.mark.parametrize("secret", [ionos.PASSWORD, BASIC])
def test_an_answer_that_repeats_a_secret(rig, foo, secret):
    """Every run looks for them in what it wrote."""
    rig.api.fault("list", ionos.problem(401, f"no user has {secret}"))
    result = rig.upload(foo, "-vvv")
    assert result.status == 2 and "no user has" in result.err and "httpStatus" in result.err, result


def test_a_redirect_is_not_followed(rig, foo):
    rig.api.fault("list", Answer(302, "", [("Location", f"{rig.api.url}/elsewhere")]), count=None)
    result = rig.upload(foo)
    assert result.status == 1 and "redirect" in result.errors[0], result
    assert len(rig.api.requests) == 1 and rig.ftp.sessions == []


def test_an_api_that_is_down(rig, foo):
    rig.api.stop()
    result = rig.upload(foo, "--retry", "1")
    assert result.status == 4 and "2 tries" in result.errors[0], result
    assert rig.ftp.sessions == []


@pytest.mark.parametrize("which", ["good", "expired", "wrong_name", "self_signed"])
def test_the_pinned_certificate(make_ionos, foo, pki, which):
    """It takes the place of all other checks of the API, colons and case do not matter."""
    pair = getattr(pki, which)
    rig = make_ionos(api=pair)
    pin = fingerprint(pair.cert)
    for wrong in (fingerprint(pki.rsa.cert), "00" * 32):
        result = rig.upload(foo, env={"IONOS_PINNED_CERT": wrong})
        assert result.status == 2 and "fingerprint" in result.errors[0], result
    assert rig.api.requests == [] and rig.ftp.sessions == []
    updated(rig, foo, env={"IONOS_PINNED_CERT": pin.replace(":", " ").lower()})


@pytest.mark.parametrize("more, status", [("skipTlsVerify: true", 0), ("skipTlsVerify: false", 2), ("certificateAuthData: PEM", 0)])
def test_a_config_file(make_ionos, home, foo, pki, more, status):
    """ionosctl ignores skipTlsVerify and certificateAuthData."""
    rig = make_ionos(api=pki.foreign)
    pem = json.dumps(open(pki.other_ca, encoding="ascii").read())
    file = home / ".config/ionosctl/config.yaml"
    file.parent.mkdir(parents=True)
    text = CONFIG.format(user=rig.api.user, password=rig.api.password, url=rig.api.url, more=more.replace("PEM", pem))
    file.write_text(text)
    file.chmod(0o600)
    for name in ("IONOS_USERNAME", "IONOS_PASSWORD", "IONOS_API_URL"):
        del rig.env[name]
    result = rig.upload(foo)
    assert result.status == status, result
    assert len(rig.api.seen("patch")) == (status == 0) and len(result.warnings) == ("true" in more)


def test_the_url_of_the_api(rig, foo):
    """--api-url wins; any path is dropped."""
    updated(rig, foo, "--api-url", f"{rig.api.url}/cloudapi/v6/", env={"IONOS_API_URL": "https://127.0.0.1:1"})


@pytest.mark.parametrize("limit", [True, False])
def test_many_images_in_compact_json(rig, foo, limit):
    """More values than one answer may have: it is asked for in pages, which may be without their "limit"."""
    for number in range(260):
        rig.api.add(f"old{number}-foo.iso", "de/fra")
    rig.api.fault("list", ionos.compact(() if limit else ("limit",)), count=None)
    updated(rig, foo)


@pytest.mark.parametrize("output", [[], ["-o", "json"], ["-o", "api-json"]])
@pytest.mark.parametrize("program", ["hoist", "ionosctl"])
def test_an_image_with_a_long_description(rig, foo, program, output):
    """To ionosctl -o json all images are nothing; a long one must not become that here."""
    if program == "hoist":
        result = rig.upload(foo, "--description", "x" * 9000, *output)
    else:
        rig.api.images.delay = 0
        result = rig.run("ionosctl", "image", "upload", *rig.target, "-i", foo, "-d", "x" * 9000, *output)
    (image,) = rig.api.images.all
    assert result.status == 0 and image.properties["description"] == "x" * 9000, result
    assert image.id in result.out and "foo.iso" in result.out and "too long for the report" in result.err, result


def test_an_image_with_many_members(rig, foo):
    rig.api.fault("patch", ionos.change(lambda value: value["properties"].update(imageAliases=["a:b"] * 1500)))
    result = rig.upload(foo, "-o", "json")
    assert result.status == 0 and [item["id"] for item in result.json["items"]] == [rig.api.images.all[0].id], result


@pytest.mark.parametrize("password", ['pa"ss\\word1', "pässwörd-1", "pass/word/1", "tab word?>~?>~???", "ZTJl"])
@pytest.mark.parametrize("form", ["ascii", "utf8", "slashes"])
def test_an_answer_that_repeats_a_secret_with_escapes(rig, foo, password, form):
    rig.api.password = rig.env["IONOS_PASSWORD"] = password
    basic = base64.b64encode(f"{rig.api.user}:{password}".encode()).decode()
    text = json.dumps(f"bad login {password} / Basic {basic} end", ensure_ascii=form != "utf8")
    text = text.replace("/", "\\/") if form == "slashes" else text
    rig.api.fault("list", Answer(401, '{"messages": [{"message": %s}]}' % text), count=None)
    result = rig.upload(foo, "-vvv")
    assert result.status == 2 and len(re.findall(r"bad login \*{3,} /", result.err.replace("\\", ""))) == 2, result
    for secret in (password, basic, basic[4:], json.dumps(password)[1:-1]):
        assert secret not in result.err and secret.replace("/", "\\/") not in result.err, (secret, result)


def test_a_long_token_that_is_repeated(rig, foo):
    token = "t0" * 3500
    rig.env["IONOS_TOKEN"] = token
    rig.api.fault("list", Answer(401, json.dumps({"messages": [{"message": f"{'x' * 2000} {token}"}]})), count=None)
    result = rig.upload(foo, "-vvv")
    assert result.status == 2 and "t0t0" not in result.err, result


def test_a_pinned_certificate_and_no_tls(rig, foo):
    plain = ionos.Ionos()
    try:
        result = rig.upload(foo, "--api-url", plain.url, env={"IONOS_PINNED_CERT": "ab" * 32})
        assert result.status == 2 and "no certificate" in result.errors[0], result
        result = rig.upload(foo, "--api-url", plain.url, "--pin", "sha256//" + "A" * 43 + "=")
        assert result.status == 2 and "no certificate" in result.errors[0], result
        assert plain.requests == [] and rig.ftp.sessions == []
        # Where the API is not asked, none of this matters.
        result = rig.upload(foo, "--skip-update", "--api-url", plain.url, env={"IONOS_PINNED_CERT": "ab" * 32})
        assert result.status == 0 and result.warnings == [], result
    finally:
        plain.stop()


def test_an_api_without_tls(rig, foo):
    plain = ionos.Ionos()
    watch(plain, rig.ftp, ["fra"])
    try:
        result = rig.upload(foo, "--api-url", plain.url)
        assert result.status == 0 and len(result.warnings) == 1 and "unencrypted" in result.warnings[0], result
    finally:
        plain.stop()


@pytest.mark.parametrize("count", [8000])
def test_a_hostile_list_costs_no_time(rig, foo, count):
    rig.api.fault("list", Answer(200, json.dumps({"items": [0] * count}), when="done"))
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    updated(rig, foo)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 2
