"""The grammars of openstackclient and glanceclient before a real Glance, and beside the real clients."""

import ast
import hashlib
import json
import os
import pty
import select
import subprocess
import uuid

import pytest

import pictures
from openstack_rig import OpenStackRig
from servers.openstack import Programs

MIB = pictures.MIB
CREATE = ["openstack", "image", "create"]
NAME = "ä Łж x'y\"z $(id) \\"
PROPERTIES = ["--property", "hw_disk_bus=virtio", "--property", 'a:b=c d"e', "--property", "p=it's", "--property", "n=12345", "--property", "t=yes"]
TAGS = ["--tag", "t2", "--tag", "ä b"]


@pytest.fixture
def disk(put_file):
    return put_file("disk.raw", pictures.raw(3 * MIB + 12345))


@pytest.fixture
def rig(home, glance, pki):
    return OpenStackRig(home, glance, pki.ca)


@pytest.fixture
def named(guarded_glance, keystone, home, pki):
    """The rig with users."""
    return OpenStackRig(home, guarded_glance, pki.ca, keystone=keystone)


@pytest.fixture(scope="session")
def clients():
    """clients(rig, words...): what the real client prints."""
    programs = Programs("trixie")

    def run(rig, program, *words):
        env = {"PATH": os.environ["PATH"], **programs.env}
        if program == "openstack":
            env |= {"OS_AUTH_TYPE": "none", "OS_ENDPOINT": rig.glance.plain_url}
        return subprocess.run(programs.python(program, *words), env=env, capture_output=True, check=True, timeout=120).stdout.decode()

    return run


def made(rig, result):
    """The record that this run has made."""
    assert result.status == 0, result
    (image,) = [image for image in rig.images() if image["id"] in result.out]
    return image


def create(rig, disk, *words, **options):
    return rig.run(*CREATE, NAME, "--file", disk, *words, **options)


# --- openstack image create -------------------------------------------------------------


@pytest.mark.parametrize("form", ["table", "json", "yaml", "value", "shell"])
def test_as_the_real_client_shows_it(rig, clients, disk, form):
    """Values and shell variables have the properties in another order, and the shell gets every character as it is."""
    result = create(rig, disk, *PROPERTIES, *TAGS, "-f", form)
    image = made(rig, result)
    real = clients(rig, "openstack", "image", "show", image["id"], "-f", form)
    if form == "table":
        assert result.out == real
    elif form == "json":
        assert result.json == json.loads(real) and list(result.json) == list(json.loads(real))
        assert result.out.splitlines()[0] == "{" and result.out.isascii()
    elif form == "yaml":
        assert result.out.replace("  'n':", "  n:") == real
    else:
        mine, theirs = result.out.splitlines(), real.splitlines()
        at = sorted(result_fields(rig, image["id"])).index("properties")
        if form == "value":
            assert ast.literal_eval(mine[at]) == ast.literal_eval(theirs[at])
        del mine[at], theirs[at]
        if form == "shell":
            script = result.out + 'printf %s "$name"'
            assert subprocess.run(["sh", "-c", script], capture_output=True, check=True).stdout.decode() == NAME
            mine = [line for line in mine if not line.startswith("name=")]
            theirs = [line for line in theirs if not line.startswith("name=")]
        assert mine == theirs


def result_fields(rig, image):
    """The fields that the client shows of it."""
    record = rig.glance.api("GET", f"/v2/images/{image}").json
    fixed = {"checksum", "container_format", "created_at", "disk_format", "file", "id", "min_disk", "min_ram", "name", "owner", "protected",
             "schema", "size", "status", "tags", "updated_at", "virtual_size", "visibility"}  # fmt: skip
    return {name for name in fixed if record[name] is not None} | {"properties"}


def test_what_an_image_can_have(rig, disk):
    chosen = str(uuid.uuid4())
    words = ["--id", chosen, "--min-disk", "7", "--min-ram", "512", "--private", "--disk-format", "raw", "--container-format", "bare",
             "--unprotected", "--force", *PROPERTIES, *TAGS]  # fmt: skip
    result = create(rig, disk, *words, "-f", "value", "-c", "id", "-c", "Status")
    assert result.status == 0 and result.out == f"{chosen}\nactive\n" and result.err == "", result
    image = rig.glance.api("GET", f"/v2/images/{chosen}").json
    want = {"name": NAME, "min_disk": 7, "min_ram": 512, "visibility": "private", "protected": False, "hw_disk_bus": "virtio", "a:b": 'c d"e'}
    assert {key: image[key] for key in want} == want and sorted(image["tags"]) == ["t2", "ä b"]
    assert image["os_hash_value"] == hashlib.sha512(disk.read_bytes()).hexdigest()


def test_protected(rig, disk):
    result = create(rig, disk, "--protected", "--community", "-f", "json")
    image = rig.glance.api("GET", f"/v2/images/{result.json['id']}").json
    assert image["protected"] and image["visibility"] == "community"


@pytest.mark.parametrize("how", ["pipe", "redirected"])
def test_standard_input(rig, disk, how):
    data = disk.read_bytes()
    with open(disk, "rb") as file:
        options = {"input": data} if how == "pipe" else {"stdin": file}
        rig.arrived(rig.run(*CREATE, "piped", "--size", str(len(data)), **options), data)


@pytest.mark.parametrize("words", [["openstack", "image", "create", "x"], ["glance", "image-create", "--name", "x"]])
def test_closed_standard_input(rig, words):
    before = len(rig.images())
    result = rig.run(*words, under=("sh", "-c", 'exec "$@" <&-', "sh"))
    assert result.status == 2 and "standard input is closed" in result.err and len(rig.images()) == before, result


def test_a_format_in_capitals(rig, disk):
    """Glance has them in small letters only."""
    image = made(rig, create(rig, disk, "--disk-format", "RAW", "--container-format", "Bare"))
    assert (image["disk_format"], image["container_format"]) == ("raw", "bare")


def test_a_terminal_is_no_image(rig):
    before = len(rig.images())
    ours, theirs = pty.openpty()
    try:
        for words in ([*CREATE, "x"], ["glance", "image-create", "--name", "x"]):
            result = rig.run(*words, stdin=theirs)
            assert result.status == 2 and "terminal" in result.errors[0] and len(rig.images()) == before, result
    finally:
        os.close(ours)
        os.close(theirs)


def test_by_its_name(rig, disk, tmp_path):
    link = tmp_path / "openstack"
    link.symlink_to(rig.path)
    rig.path = str(link)
    rig.arrived(rig.run("image", "create", "--file", disk, "x"), disk.read_bytes())
    result = rig.run("image", "list")
    assert result.status == 2 and "image create only" in result.errors[0], result


def test_the_command_of_the_same_name(rig, disk, tmp_path):
    """A file that is there is one; nothing else of hoist openstack changes."""
    data = disk.read_bytes()
    rig.arrived(rig.run("openstack", disk), data)
    (tmp_path / "image").mkdir()
    assert made(rig, rig.run(*CREATE, "y", "--file", disk, cwd=tmp_path))["name"] == "y"
    (tmp_path / "image").rmdir()
    (tmp_path / "image").write_bytes(data)
    (tmp_path / "create").write_bytes(data)
    result = rig.run("openstack", "image", "create", cwd=tmp_path)
    assert result.status == 0 and result.out.startswith("ID "), result
    rig.arrived(rig.run("openstack", "image", "--name", "x", cwd=tmp_path), data)


@pytest.mark.parametrize("words", [["--prot", "--os-reg", "R"], ["--debug", "--timing", "--verify", "--os-image-api-version", "2"]])
def test_options_before_the_words(rig, disk, words):
    result = rig.run("openstack", *words, "image", "--os-interface", "public", "create", "x", "--fil", disk, "--form", "json", "--noindent")
    assert result.status == 0 and result.json["name"] == "x" and result.out.count("\n") == 1, result
    assert result.json["protected"] == ("--prot" in words)


@pytest.mark.parametrize(
    "words, word",
    [(["--os-password", "hunter2"], "OS_PASSWORD"), (["--os-token=hunter2"], "OS_TOKEN"), (["--volume", "v"], "--volume"),
     (["--os-application-credential-secret", "hunter2"], "OS_APPLICATION_CREDENTIAL_SECRET"), (["--sign-key-path", "k"], "signed"),
     (["--project", "p"], "--os-project-name"), (["--os-image-api-version", "1"], "version 2"), (["-c", "nope"], "nope"),
     (["--public", "--private"], "--private contradicts public"), (["--protected", "--unprotected"], "contradicts"),
     (["--disk-format", ""], "--disk-format"), (["-f", "csv"], "csv"), (["again"], "again"), (["--disk-format", "qcow2"], "qcow2")],  # fmt: skip
)
def test_refused(rig, disk, words, word):
    before = len(rig.images())
    result = create(rig, disk, *words)
    assert result.status == (3 if "qcow2" in words else 2) and len(result.errors) == 1 and word in result.errors[0], result
    assert result.out == "" and "hunter2" not in result.err and len(rig.images()) == before


def test_a_failure_prints_nothing(rig, disk):
    result = create(rig, disk, "--disk-format", "raw", "--container-format", "nope")
    assert result.status == 2 and result.out == "", result


@pytest.mark.parametrize("words", [[], ["--progress"]])
def test_progress_only_if_asked_for(rig, disk, words):
    """At a terminal, too, as the client does.  The rest comes once something is shown."""
    data = disk.read_bytes()
    ours, theirs = pty.openpty()
    try:
        running = rig.start(*CREATE, NAME, *words, stdin=subprocess.PIPE, stderr=theirs)
        running.process.stdin.write(data[:MIB])
        running.process.stdin.flush()
        assert not words or select.select([ours], [], [], running.timeout)[0]
        assert running.end(data[MIB:]).status == 0
        os.write(theirs, b"END")
        seen = b""
        while not seen.endswith(b"END"):
            seen += os.read(ours, 65536)
        assert (seen == b"END") == (not words)
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_record_that_is_too_long(rig, disk):
    """Its id is told all the same."""
    words = [word for number in range(60) for word in ("--property", f"key{number}={'x' * 200}")]
    result = create(rig, disk, *words, "-f", "json")
    assert result.status == 0 and len(result.warnings) == 1, result
    image = rig.glance.api("GET", f"/v2/images/{result.json['id']}").json
    assert result.json == {"id": image["id"], "name": NAME, "status": "active"} and image["key59"] == "x" * 200


def test_import_with_users(named, disk):
    """The record tells the owner, too."""
    result = create(named, disk, "--import", "-f", "json")
    image = made(named, result)
    assert result.json["owner"] == image["owner"] is not None and result.json["status"] == "active"
    assert named.glance.file(image["id"]).read_bytes() == disk.read_bytes()


# --- glance ----------------------------------------------------------------------------


def test_image_create(rig, clients, disk):
    words = ["--name", NAME, "--tags", "t2", "ä b", "--property", 'a:b=c d"e', "--property", "long=" + "word-wise " * 12 + "x" * 100]
    result = rig.run("glance", "image-create", *words, "--file", disk)
    image = made(rig, result)
    assert result.out == clients(rig, "glance", "--os-image-url", rig.glance.plain_url, "--os-auth-token", "x", "image-show", image["id"])
    assert rig.glance.file(image["id"]).read_bytes() == disk.read_bytes()


def test_what_glance_can_say(rig, disk):
    kernel = str(uuid.uuid4())
    words = ["--visibility", "private", "--protected", "False", "--min-disk", "3", "--min-ram", "64", "--hidden", "True", "--owner", "me",
             "--architecture", "x86_64", "--os-distro", "debian", "--os-version", "12", "--kernel-id", kernel, "--store", "slow",
             "--disk-format", "raw", "--container-format", "bare"]  # fmt: skip
    result = rig.run("glance", "image-create", *words, "--file", disk)
    assert result.status == 0 and "| os_distro        | debian " in result.out, result
    (shown,) = [line for line in result.out.splitlines() if line.startswith("| id ")]
    image = rig.glance.api("GET", f"/v2/images/{shown.split()[3]}").json
    want = {"name": "disk.raw", "visibility": "private", "protected": False, "min_disk": 3, "min_ram": 64, "os_hidden": True, "owner": "me",
            "architecture": "x86_64", "os_distro": "debian", "os_version": "12", "kernel_id": kernel, "stores": "slow"}  # fmt: skip
    assert {key: image[key] for key in want} == want


def test_image_upload(rig, disk):
    """To a record that is there.  It prints nothing."""
    record = {"name": "theirs", "disk_format": "raw", "container_format": "bare"}
    for words, options in ((["--file", disk, "--store", "slow"], {}), ([], {"input": disk.read_bytes()})):
        image = rig.glance.api("POST", "/v2/images", record).json["id"]
        result = rig.run("glance", "image-upload", *words, image, **options)
        assert result.status == 0 and result.out == result.err == "", result
        assert rig.glance.file(image, "slow" if words else "fast").read_bytes() == disk.read_bytes()


def test_the_store_of_the_environment(rig, disk):
    result = rig.run("glance", "image-create", "--file", disk, env={"OS_IMAGE_STORE": "slow"})
    rig.arrived(result, disk.read_bytes(), "slow")


def test_image_create_via_import(named, disk):
    data = disk.read_bytes()
    image = named.arrived(named.run("glance", "image-create-via-import", "--file", disk, "--stores", "slow,fast"), data)
    assert sorted(image["stores"].split(",")) == ["fast", "slow"]
    image = named.arrived(named.run("glance", "image-create-via-import", "--all-stores", "True", "--name", "x", input=data), data)
    assert sorted(image["stores"].split(",")) == ["fast", "slow"]
    result = named.run("glance", "image-create-via-import", "--import-method", "glance-direct", "--name", "y", "--file", disk, "--store", "slow")
    named.arrived(result, data, "slow")


@pytest.mark.parametrize(
    "words, word",
    [(["image-create", "--os-auth-token", "hunter2"], "OS_TOKEN"), (["image-create-via-import", "--import-method", "web-download"], "web-download"),
     (["image-create-via-import", "--uri", "https://example"], "--uri"), (["image-upload"], "the id"), (["image-create", "--hidden", "perhaps"], "perhaps"),
     (["image-create", "--tags", "--name", "x"], "--tags needs"), (["image-upload", "12"], "UUID"), (["image-create", "--store", "nope"], "fast, slow"), (["image-stage", "12"], "image-upload")],  # fmt: skip
)
def test_glance_refuses(rig, disk, words, word):
    before = len(rig.images())
    result = rig.run("glance", *words, "--file", disk)
    assert result.status == 2 and word in result.errors[0] and result.out == "" and len(rig.images()) == before, result
    assert "hunter2" not in result.err


def test_settings_as_options(named, disk):
    """Before the command and behind it; the password is the only one that has to come otherwise."""
    words = []
    for name in ("OS_AUTH_URL", "OS_USERNAME", "OS_PROJECT_NAME", "OS_USER_DOMAIN_NAME", "OS_PROJECT_DOMAIN_NAME", "OS_REGION_NAME"):
        words += [f"--{name.lower().replace('_', '-')}", named.env.pop(name)]
    data = disk.read_bytes()
    named.arrived(named.run("glance", *words[:6], "image-create", *words[6:], "--os-endpoint-type", "publicURL", "--file", disk), data)
    words[words.index("--os-project-name")] = "--os-tenant-name"
    named.arrived(named.run("openstack", *words, "image", "create", "x", "--file", disk), data)
