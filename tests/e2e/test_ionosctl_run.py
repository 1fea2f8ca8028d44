"""ionosctl's grammar with real uploads: scripts that were written for it run unchanged, and get more than before."""

import json
import os
import types

import pytest

import pictures
from clouds import ionos
from ionos_outcome import lawful

VERBS = [["image", "upload"], ["img", "upl"], ["image", "ftp-upload"], ["img", "ftp"], ["compute", "image", "upload"]]
DEFAULT = ["ImageId", "Name", "Location", "LicenceType", "ImageType", "CloudInit", "CreatedDate"]
VIPER = {"OUTPUT": "json", "TIMEOUT": "0", "QUIET": "1", "VERBOSE": "3", "LIMIT": "1", "OFFSET": "5", "DEPTH": "0", "QUERY": "[]",
         "CONFIG": "/nonexistent", "API_URL": "https://127.0.0.1:1", "NO_HEADERS": "true", "COLS": "name", "FORCE": "x", "WAIT": "x"}


@pytest.fixture
def one(put_file):
    return put_file("one.iso", pictures.iso(pictures.MIB))


@pytest.fixture
def two(put_file):
    return put_file("two.raw", pictures.raw(70000))


@pytest.fixture
def make(make_ionos):
    """make(locations) -> upload(words) by ionosctl's name; the images are there at the first look, for it asks each 10 s."""

    def prepare(locations=("fra",), **more):
        rig = make_ionos(locations, **more)
        rig.api.images.delay = 0
        words = ["image", "upload", "--ftp-url", f"{rig.ftp.url}/%s", "-l", ",".join(locations)]
        run = lambda *more, **options: rig.run(*words, *more, name="/usr/local/bin/ionosctl", **options)
        return types.SimpleNamespace(rig=rig, api=rig.api, ftp=rig.ftp, run=run)

    return prepare


@pytest.fixture
def ctl(make):
    return make()


def table(result):
    """[[cell]] of the rows, the header first; columns are three spaces apart at least."""
    assert result.status == 0 and result.notes == [], result
    lines = result.out.splitlines()
    starts = [lines[0].index(word) for word in lines[0].split()]
    ends = [*starts[1:], None]
    return [[line[a:b].rstrip() for a, b in zip(starts, ends)] for line in lines]


@pytest.mark.parametrize("verb", VERBS, ids="-".join)
@pytest.mark.parametrize("name", [None, "ionosctl", "./ionosctl"])
def test_every_name(ctl, one, verb, name):
    words = [*([] if name else ["ionosctl"]), *verb, "-i", one, "-l", "fra", "--ftp-url", f"{ctl.ftp.url}/%s"]
    rows = table(ctl.rig.run(*words, name=name))
    assert rows[0] == DEFAULT and rows[1][1] == "one.iso" and len(rows) == 2
    assert ctl.rig.stored("fra", "one.iso") == one.read_bytes()
    lawful(ctl.ftp)


def test_the_table_to_the_letter(make, one, two):
    """Three spaces between columns, none at the end, empty columns left out."""
    ctl = make(["de/fra", "de/txl"])
    result = ctl.run("-i", f"{one},{two}")
    images = [next(iter(ctl.api.images.named(path.name, place))) for path in (one, two) for place in ("de/fra", "de/txl")]
    lines = ["ImageId                                Name      Location   LicenceType   ImageType   CloudInit   CreatedDate"]
    for image in images:
        p, kind = image.properties, image.properties["imageType"]
        lines.append(f"{image.id}   {p['name']}   de/{p['location'][3:]}     UNKNOWN       {kind:<9}   V1          {image.metadata['createdDate']}")
    assert result.out.splitlines() == lines and result.status == 0 and result.notes == [], result


@pytest.mark.parametrize(
    "words, want",
    [
        (["--cols", "name,imageid"], ["Name", "ImageId"]),
        (["--cols", "NAME", "--cols", "nonsense,Size"], ["Name", "Size"]),
        (["--cols", "nonsense"], DEFAULT),
        (["--cols", "ImageAliases,Name,Public,CreatedBy"], ["Name", "Public", "CreatedBy"]),
    ],
)
def test_columns(ctl, one, words, want):
    assert table(ctl.run("-i", one, *words))[0] == want


def test_all_columns(ctl, one):
    rows = table(ctl.run("-i", one, "--cols", "all", "-d", "a description"))
    got = dict(zip(*rows))
    assert got["Description"] == "a description" and got["RequireLegacyBios"] == "true" and got["Size"] == "1"
    assert got["CreatedByUserId"] == ctl.api.images.all[0].metadata["createdByUserId"] and "RequiredFeatures" not in got


def test_no_headers(ctl, one):
    result = ctl.run("-i", one, "--no-headers", "--cols", "ImageId")
    assert result.out == ctl.api.images.all[0].id + "\n" and result.status == 0, result


def test_json(make, one, two):
    """ionosctl's is always {"items": []}."""
    ctl = make(["fra", "txl"])
    result = ctl.run("-i", one, "-i", two, "-o", "json")
    views = [image.view(ctl.api.url + ionos.BASE) for image in ctl.api.images.all]
    key = lambda view: view["id"]
    assert list(result.json) == ["items"] and sorted(result.json["items"], key=key) == sorted(views, key=key), result
    assert result.out.startswith('{\n  "items": [\n') and len(views) == 4


def test_api_json(ctl, one):
    """Two spaces deep, its keys in their order, as ionosctl writes them."""
    result = ctl.run("-i", one, "-o", "api-json")
    assert result.json == [ctl.api.images.all[0].view(ctl.api.url + ionos.BASE)], result
    assert result.out == json.dumps(result.json, indent=2, sort_keys=True) + "\n"


@pytest.mark.parametrize("words", [["-q"], ["--quiet", "-o", "json"], ["--skip-update"], ["--skip-update", "-o", "json"]], ids=" ".join)
def test_nothing_is_printed(ctl, one, words):
    result = ctl.run("-i", one, *words)
    assert (result.status, result.out, result.err) == (0, "", ""), result
    assert len(ctl.api.seen("patch")) == ("--skip-update" not in words)
    assert ctl.rig.stored("fra", "one.iso") == one.read_bytes()


@pytest.mark.parametrize("form", ["text", "json", "api-json"])
def test_what_went_well_is_printed_beside_the_errors(make, one, two, form):
    """ionosctl prints the first error only, and patches nothing then."""
    ctl = make(["fra", "txl"])
    ctl.ftp.order("STOR", "553 no", times=None, path="/txl/*")
    result = ctl.run("-i", f"{one},{two}", "-o", form)
    assert result.status == 1 and len(result.errors) == 2, result
    assert all("553" in error for error in result.errors)
    for path in (one, two):
        (image,) = ctl.api.images.named(path.name)
        assert image.id in result.out and len(image.patches) == 1 and image.properties["location"] == "de/fra"


def test_a_disk_that_becomes_a_cdrom(ctl, put_file):
    """As with ionosctl, but not without a word."""
    result = ctl.run("-i", put_file("disk.img", pictures.raw(70000)))
    assert result.status == 0 and len(result.warnings) == 1 and "CD-ROM" in result.warnings[0], result
    assert ctl.ftp.file("/fra/iso-images/disk.img")


def test_a_location_beside_a_server_of_ones_own(make, one):
    """It is where the API looks; ionosctl wants no %s then."""
    ctl = make(["fra"])
    result = ctl.rig.run("image", "upload", "--ftp-url", f"{ctl.ftp.url}/fra", "-l", "de/fra", "-i", one, name="ionosctl")
    assert result.status == 0 and "de/fra" in result.out, result
    assert all("filter.location=de%2Ffra" in request.target for request in ctl.api.seen("list"))


def test_no_variable_is_a_flag(ctl, one):
    """OUTPUT=json changes ionosctl's format, TIMEOUT=0 breaks its connections, QUIET=1 silences it."""
    assert table(ctl.run("-i", one, env=VIPER))[0] == DEFAULT


@pytest.mark.parametrize("words", [["--help"], ["-i", "one.iso"]], ids=" ".join)
def test_no_home(ctl, one, words):
    """In rescue systems not even ionosctl's --help works."""
    del ctl.rig.env["HOME"]
    result = ctl.run(*words, cwd=one.parent)
    assert result.status == 0 and result.notes == [], result


@pytest.mark.parametrize("env", [{}, {"IONOS_TOKEN": ionos.TOKEN}])
def test_much_is_told_but_no_secret(ctl, one, env):
    """ionosctl -vvv shows the Authorization header.  (Every run looks for secrets in what it wrote.)"""
    result = ctl.run("-i", one, "-vvv", env=env)
    assert result.status == 0, result
    for word in ("AUTH TLS", "PASS", "STOR one.iso", "226 Transfer complete", "PATCH", '"applicationType"', '"items"'):
        assert word in result.err, word
    for word in ("Authorization", "Bearer", "Basic"):
        assert word not in result.err, word


@pytest.mark.parametrize("words", [["--rename", "zzz.iso"], ["--rename", "zzz"], ["-a", "zzz"], ["--image-alias=x", "--rename=zzz"]], ids=" ".join)
def test_other_names(ctl, one, words):
    """Not zzz.iso.iso."""
    assert ctl.run("-i", one, *words).status == 0
    assert ctl.rig.stored_names() == ["fra/iso-images/zzz.iso"]


@pytest.mark.parametrize("typed", ["es/vit,vit", "vit,es/vit,vit"])
def test_a_place_that_is_named_twice(make, one, typed):
    ctl = make(["vit"])
    result = ctl.run("-i", one, "-l", typed)
    assert len(table(result)) == 2 and len(ctl.ftp.transfers) == 1


def test_several_servers(make, one):
    """Of several --ftp-url the last one counts for ionosctl, and with ftp:// none works."""
    first, second = make(), make(implicit=True)
    urls = [word for ctl in (first, second) for word in ("--ftp-url", f"{ctl.ftp.url}/fra/")]
    result = first.rig.run("image", "upload", "-i", one, *urls, "--skip-update", name="ionosctl")
    assert result.status == 0, result
    for ctl in (first, second):
        assert ctl.rig.stored("fra", "one.iso") == one.read_bytes()


def test_a_bare_host_and_a_port(make, one):
    ctl = make()
    os.symlink("fra/iso-images", ctl.ftp.files.real("/iso-images"))
    words = ["image", "upload", "-i", one, "--ftp-url", "127.0.0.1", "--ftp-port", ctl.ftp.port, "--skip-update"]
    assert ctl.rig.run(*words, name="ionosctl").status == 0
    assert ctl.rig.stored("fra", "one.iso") == one.read_bytes()


@pytest.mark.parametrize("name, remote", [("A.ISO", "A.iso"), ("a,b.iso", "a,b.iso"), ('a"b.iso', 'a"b.iso'), ("a b .iso", "a b .iso")])
def test_names_that_ionosctl_does_not_take(ctl, put_file, name, remote):
    path = put_file(name, pictures.iso(pictures.MIB))
    assert len(table(ctl.run("-i", path))) == 2
    assert ctl.rig.stored("fra", remote) == path.read_bytes()


@pytest.mark.parametrize("name", ["a.iso", "a,b.iso", 'a"b.iso'])
def test_quotes(ctl, put_file, name):
    path = put_file(name, pictures.iso(pictures.MIB))
    quoted = '"' + str(path).replace('"', '""') + '"'
    assert len(table(ctl.run("-i", quoted))) == 2
    assert ctl.rig.stored("fra", name) == path.read_bytes()


def test_an_existing_name(ctl, one):
    """The help text says that it is refused; ionosctl overwrites it where the server lets it."""
    ctl.ftp.overwrites = True
    place = ctl.ftp.files.real("/fra/iso-images/one.iso")
    with open(place, "wb") as file:
        file.write(b"theirs")
    result = ctl.run("-i", one)
    assert result.status == 1 and "already" in result.errors[0] and result.out == "", result
    assert ctl.ftp.seen("STOR") == [] and ctl.rig.stored("fra", "one.iso") == b"theirs"
