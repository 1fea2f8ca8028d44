"""What is refused before anybody is connected to, one bad thing beside good ones."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

import pictures
from clouds import ionos
from ionos_outcome import arrived, lawful, send, untouched

KIB = pictures.KIB
QCOW2 = b"QFI\xfb\x00\x00\x00\x03" + bytes(4096)
QCOW1 = b"QFI\xfb\x00\x00\x00\x01" + bytes(4096)
VHDX = b"vhdxfile" + bytes(300 * KIB)
RAW = pictures.raw(70000)
WRONG = {
    "a.qcow2": RAW, "b.qcow": RAW, "c.vmdk": RAW, "d.vhdx": RAW, "e.vdi": RAW, "f.vhd": RAW, "g.vpc": RAW, "h.iso": RAW,
    "i.QCOW2": QCOW1, "j.raw": QCOW2, "k.img": VHDX, "l.raw": pictures.iso(pictures.MIB), "m.raw": pictures.packed(RAW),
    "n.iso": pictures.iso(pictures.MIB)[:-2048], "o.qcow2": QCOW2, "p.raw": b"", "q.vmdk": VHDX,
}  # fmt: skip
OPTIONS = {
    "no %s for the location": ["--ftp-url", "ftp://h"],
    "names for other images": ["--rename", "a,b,c"],
    "one name for two": ["--rename", "a"],
    "a slash in a name": ["--rename", "a/b,c"],
    "no name": ["--rename", ",c"],
    "a line end in a name": ["--rename", "a\r\nDELE x,c"],
    "a long name": ["--rename", "a" * 251 + ",c"],
    "output": ["-o", "yaml"],
    "columns": ["--cols", "imageid,nope"],
    "licence": ["--licence-type", "linux"],
    "application": ["--application-type", "MSSQL"],
    "cloud-init": ["--cloud-init", "V2"],
    "hot plug": ["--nic-hot-plug=perhaps"],
    "query": ["--query", "[]"],
    "timeout": ["--timeout", "-1"],
    "format": ["--format", "ova"],
    "confidential": ["--confidential"],
    "location": ["--location", "de/FRA"],
    "a config file that is not there": ["--config", "/nonexistent/config.yaml"],
    "an api": ["--api-url", "ftp://127.0.0.1"],
    "an api with a password": ["--api-url", "https://u:HIDDEN@127.0.0.1"],
    "a proof": ["--pin", "sha256//short"],
    "a ca": ["--cacert", "/nonexistent/ca.pem"],
    "an ftp ca": ["--crt-path", "/nonexistent/ca.pem"],
}
VARIABLES = {
    "a short pin": {"IONOS_PINNED_CERT": "abc"},
    "a pin of other letters": {"IONOS_PINNED_CERT": "g" * 64},
    "a contract": {"IONOS_CONTRACT_NUMBER": "31 or 32"},
    "half a login": {"IONOS_USERNAME": ""},
    "the other half": {"IONOS_PASSWORD": ""},
    "a line end in the password": {"IONOS_PASSWORD": "a\r\nDELE x"},
    "a line end in the user": {"IONOS_USERNAME": "a\nb"},
    "an api": {"IONOS_API_URL": "https://u@127.0.0.1/"},
    "no profile": {"IONOS_CURRENT_PROFILE": "nobody", "IONOS_PASSWORD": "", "IONOS_USERNAME": ""},
}
CONFIGS = {
    "empty": "",
    "no yaml": "a: [b\nc: }",
    "a list": "- a\n- b\n",
    "deep": "[" * 1000 + "]" * 1000,
    "bombs": "a: &a [x]\nb: *a\n" + "".join(f"c{n}: &c{n} [*a, *a]\n" for n in range(200)),
    "a scheme": "currentProfile: u\nprofiles: [{name: u, environment: e}]\nenvironments: [{name: e, products: [{name: cloud, "
    "endpoints: [{name: 'file:///etc'}]}]}]",
    "certificates": "currentProfile: u\nprofiles: [{name: u, environment: e}]\nenvironments: [{name: e, products: [{name: cloud, "
    "endpoints: [{name: 'https://h', certificateAuthData: nonsense}]}]}]",
}


@pytest.fixture
def rig(make_ionos):
    return make_ionos(["fra", "txl"])


@pytest.fixture
def pair(put_file):
    return [put_file("one.raw", RAW), put_file("two.iso", pictures.iso(pictures.MIB))]


def refused(rig, result, status=2, *words):
    assert result.status == status and result.errors, result
    for word in words:
        assert word in result.err, (word, result)
    assert "HIDDEN" not in result.err
    untouched(rig)


@pytest.mark.parametrize("what", OPTIONS)
def test_options(rig, pair, what):
    """ionosctl finds some of it after the upload: the format of the output, and --query."""
    words = OPTIONS[what]
    result = rig.upload(*words, *pair)
    refused(rig, result, 2)
    told = {words[0], words[-1], words[0].partition("=")[0], "the name", "no name"}
    assert any(word in result.errors[0] for word in told), (told, result)


def test_a_location_is_wanted(rig, pair):
    refused(rig, rig.run("ionos", "--ftp-url", f"{rig.ftp.url}/%s", *pair), 2, "--location")
    refused(rig, rig.run("ionos", *pair), 2, "--location")


@pytest.mark.parametrize("what", VARIABLES)
def test_variables(rig, pair, what):
    refused(rig, rig.upload(*pair, env=VARIABLES[what]), 2, *[name for name in VARIABLES[what] if "PROFILE" not in name][:1])


def test_settings_are_complained_of_once(make_ionos, pair):
    rig = make_ionos(["fra", "txl"])
    del rig.env["IONOS_PASSWORD"]
    result = rig.upload(*pair)
    refused(rig, result, 2, "IONOS_PASSWORD is not set")
    assert len(result.errors) == 1, result


@pytest.mark.parametrize("what", CONFIGS)
def test_config_files(rig, put_file, pair, what):
    """With credentials in the environment, too: a file that was asked for is read."""
    path = put_file("config.yaml", CONFIGS[what].encode())
    refused(rig, rig.upload("--config", path, *pair, env={"IONOS_API_URL": ""}), 2, "config.yaml")


def test_a_missing_file_beside_good_ones(rig, pair):
    """ionosctl sends the others meanwhile, and cuts them off."""
    refused(rig, rig.upload(*pair, "nope.raw"), 2, "nope.raw")
    refused(rig, rig.upload("nope.raw", *pair), 2, "nope.raw")


def test_a_directory(rig, pair, tmp_path):
    """ionosctl leaves an empty file of this name on the server."""
    (tmp_path / "dir.raw").mkdir()
    refused(rig, rig.upload(*pair, tmp_path / "dir.raw"), 2, "dir.raw", "directory")


@pytest.mark.parametrize("name", ["x.zip", "x", "x.raw.gz", "x.", ".raw"])
def test_extensions(rig, pair, put_file, name):
    refused(rig, rig.upload(*pair, put_file(name, RAW)), 2)


@pytest.mark.parametrize("name", ["a\nb.raw", "a\rb.raw", "a\x7fb.raw", "\x85.raw"])
def test_control_characters_in_names(rig, pair, put_file, name):
    """A line end would be a command of its own."""
    refused(rig, rig.upload(*pair, put_file(name, RAW)), 2, "control character")


@pytest.mark.parametrize("first, second, words", [("one/a.raw", "two/a.raw", []), ("a.RAW", "a.raw", []), ("a.raw", "b.raw", ["--rename", "x,x"])])
def test_two_images_of_one_name(rig, tmp_path, first, second, words):
    """With ionosctl one overwrites the other, at the same time."""
    paths = [tmp_path / first, tmp_path / second]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(RAW)
    refused(rig, rig.upload(*words, *paths), 2, "--rename")


def test_standard_input(rig):
    refused(rig, rig.upload("-", input=RAW), 2, "--rename", "--format")
    refused(rig, rig.upload("-", "--rename", "x", "--format", "raw", input=RAW), 2, "one place")
    refused(rig, rig.upload("-", "-", "--location", "fra", "--rename", "x,y", "--format", "raw", input=RAW), 2)


@pytest.mark.parametrize("name", WRONG)
def test_content_of_another_kind(make_ionos, pair, put_file, name):
    rig = make_ionos()
    path = put_file(name, WRONG[name])
    refused(rig, rig.upload(*pair, path), 3, name)
    result = send(rig, path, "--no-check")
    place = "iso-images" if name.endswith((".iso", ".img")) else "hdd-images"
    arrived(rig, path, result, f"/fra/{place}/{name.lower()}")
    assert result.warnings and all(name in warning for warning in result.warnings), result


def test_a_disk_that_would_become_a_cdrom(make_ionos, pair, put_file):
    """IONOS goes by the extension, and only its support can delete it again."""
    rig = make_ionos()
    path = put_file("disk.img", RAW)
    refused(rig, rig.upload(*pair, path), 2, "CD-ROM", "--format")
    arrived(rig, path, send(rig, path, "--format", "raw"), "/fra/hdd-images/disk.raw")
    arrived(rig, path, send(rig, path, "--format", "img"), "/fra/iso-images/disk.img")
    iso = put_file("system.img", pictures.iso(pictures.MIB))
    arrived(rig, iso, send(rig, iso), "/fra/iso-images/system.img")


CONFIDENTIAL = {
    "cloud-init": ["--cloud-init", "V1"],
    "cpuHotPlug": ["--cpu-hot-plug"],
    "discScsiHotUnplug": ["--disc-scsi-hot-unplug=true"],
    "requireLegacyBios": ["--require-legacy-bios"],
}


@pytest.mark.parametrize("what", CONFIDENTIAL)
def test_what_confidential_images_cannot_have(rig, tmp_path, what):
    path = tmp_path / "safe.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", path, "1M"], check=True)
    refused(rig, rig.upload("--confidential", path, *CONFIDENTIAL[what]), 2, "--confidential")


def test_the_sources_of_the_credentials(rig):
    """--whoami says where they are from, and never what they are."""
    env = {"IONOS_TOKEN": ionos.TOKEN}
    result = rig.run("ionos", "--whoami", env=env)
    assert result.status == 0 and "IONOS_TOKEN" in result.out and "IONOS_USERNAME and IONOS_PASSWORD" in result.out, result
    untouched(rig)


def test_one_that_is_not_begun(rig, pair, put_file):
    """The report names all, and what became of each."""
    bad = put_file("bad.qcow2", RAW)
    result = rig.upload(pair[0], bad, "-o", "json")
    refused(rig, result, 3, "bad.qcow2")
    rows = [(row["location"], row["status"], row["exit"]) for row in result.json["uploads"]]
    assert rows[:2] == [("de/fra", "not started", None), ("de/txl", "not started", None)]
    assert [row[1:] for row in rows[2:]] == [("failed", 3)] * 2 and result.json["items"] == []
    lawful(rig.ftp)


@pytest.mark.parametrize(
    "words, word",
    [
        (["-l", "aa/xyz,bb/xyz"], "same server"),
        (["-d", b"a\xff".decode("utf-8", "surrogateescape")], "--description is not UTF-8"),
        (["--name", b"\xc3".decode("utf-8", "surrogateescape")], "--name is not UTF-8"),
        (["--rename", " a,b"], "blank"),
    ],
)
def test_what_would_become_something_else(rig, pair, words, word):
    refused(rig, rig.upload(*pair, *words), 2, word)


def test_a_user_name_that_basic_authentication_cannot_carry(rig, pair):
    """RFC 7617: what follows its colon would be a part of the password."""
    refused(rig, rig.upload(*pair, env={"IONOS_USERNAME": "a:b"}), 2, "colon", "IONOS_TOKEN")


def test_a_token_file_is_a_file(rig, pair):
    """Not standard input, and no descriptor."""
    for name in ("-", "fd:0", "env"):
        result = rig.upload(*pair, env={"IONOS_TOKEN": "", "IONOS_TOKEN_FILE": name}, input=b"HIDDEN\n")
        refused(rig, result, 2, f"cannot open {name}")


def test_whoami_is_a_text(tool):
    assert tool.run("ionos", "--whoami", "-o", "json").status == 2
    result = tool.run("ionos", "--whoami", env={"IONOS_USERNAME": "me"})
    assert result.status == 0 and "IONOS_PASSWORD is not set" in result.out, result
    result = tool.run("ionos", "--whoami", env={"IONOS_USERNAME": "m\x9b\x1b[31m", "IONOS_PASSWORD": "p"})
    assert "\x1b" not in result.out and "\x9b" not in result.out, result


def test_settings_that_are_somebody_elses(tool):
    """A file that nobody asked for and nobody may read is no reason to do nothing."""
    with tempfile.TemporaryDirectory() as home:
        os.chmod(home, 0o755)
        config = pathlib.Path(home, ".config/ionosctl/config.yaml")
        config.parent.mkdir(parents=True)
        config.write_text("currentProfile: [", encoding="ascii")
        config.chmod(0)
        tool.path = shutil.copy(tool.path, home)
        env = {"HOME": home, "IONOS_TOKEN": "t"}
        user = ["setpriv", "--reuid", "65534", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
        result = tool.start("ionos", "--whoami", env=env, under=user).end()
        assert result.status == 0 and len(result.warnings) == 1 and "IONOS_TOKEN" in result.out, result
        asked = tool.start("ionos", "--whoami", "--config", config, env=env, under=user).end()
        assert asked.status == 2 and "config.yaml" in asked.errors[0], asked
