"""hoist openstack before a real Glance, with a real Keystone and without."""

import hashlib
import json
import subprocess
import uuid

import pytest

import pictures
from openstack_rig import OpenStackRig

MIB = pictures.MIB


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


def test_a_file(rig, disk):
    image = rig.arrived(rig.upload(disk), disk.read_bytes())
    assert (image["name"], image["disk_format"], image["container_format"]) == ("disk.raw", "raw", "bare")
    assert image["min_disk"] == 1 and image["visibility"] == "shared"


def test_what_a_record_can_have(rig, disk):
    chosen = str(uuid.uuid4())
    words = ["--name", "ä \"x\"", "--id", chosen, "--min-disk", "7", "--min-ram", "512", "--property", "hw_disk_bus=virtio",
             "--property", "a=b=c", "--tag", "t1", "--tag", "t2", "--visibility", "private", "--hidden", "--disk-format", "ami",
             "--container-format", "ami"]  # fmt: skip
    result = rig.upload(*words, disk)
    assert result.status == 0, result
    image = rig.glance.api("GET", f"/v2/images/{chosen}").json
    want = {"name": "ä \"x\"", "min_disk": 7, "min_ram": 512, "hw_disk_bus": "virtio", "a": "b=c", "visibility": "private",
            "os_hidden": True, "disk_format": "ami", "container_format": "ami", "status": "active"}  # fmt: skip
    assert {key: image[key] for key in want} == want and sorted(image["tags"]) == ["t1", "t2"]


def test_a_pipe(rig, disk):
    data = disk.read_bytes()
    rig.arrived(rig.upload("-", "--name", "piped", input=data), data)
    rig.arrived(rig.upload("-", "--name", "announced", "--size", str(len(data)), input=data), data)


@pytest.mark.parametrize("size", [3 * MIB + 12344, 3 * MIB + 12346])
def test_a_pipe_of_another_size(rig, disk, size):
    before = len(rig.images())
    result = rig.upload("-", "--name", "announced", "--size", str(size), "--retry", "0", input=disk.read_bytes())
    assert result.status == 3 and "deleted" in result.errors[0], result
    assert len(rig.images()) == before


# Those of fixed size are as large as their disk, and so are small here.
FORMATS = {
    "raw": ("raw", [], ["5M"]),
    "qcow2": ("qcow2", [], ["2G", f"{2048 * MIB + 512}"]),
    "qcow2-old": ("qcow2", ["compat=0.10"], ["2500M"]),
    "vdi": ("vdi", [], ["2G", f"{2048 * MIB + 512}"]),
    "vmdk": ("vmdk", [], ["2G", f"{2048 * MIB + 512}"]),
    "vmdk-stream": ("vmdk", ["subformat=streamOptimized"], ["2500M"]),
    "vhd": ("vpc", ["force_size=on"], ["2G", f"{2048 * MIB + 512}"]),
    "vhd-rounded": ("vpc", [], ["2G", "3000M"]),
    "vhd-fixed": ("vpc", ["subformat=fixed"], ["5M"]),
    "vhdx": ("vhdx", [], ["2G", f"{2048 * MIB + 512}"]),
    "vhdx-fixed": ("vhdx", ["subformat=fixed"], ["5M"]),
}
NOT_IN_THE_HEAD = ["raw", "vhd-fixed", "vhdx", "vhdx-fixed"]  # of a pipe, the size of the disk is not known


def qemu_img(*words):
    return subprocess.run(["qemu-img", *map(str, words)], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("name", FORMATS)
def test_formats(rig, tmp_path, name):
    """By its content, whatever it is called, with room for the disk that it holds."""
    form, options, sizes = FORMATS[name]
    for size in sizes:
        path = tmp_path / "image"
        qemu_img("create", "-q", "-f", form, *(word for option in options for word in ("-o", option)), path, size)
        disk = json.loads(qemu_img("info", "--output", "json", "-f", form, path))["virtual-size"]
        data = path.read_bytes()
        image = rig.arrived(rig.upload(path), data)
        assert (image["disk_format"], image["min_disk"]) == (name.partition("-")[0], -(-disk // (1024 * MIB)))
        image = rig.arrived(rig.upload("-", "--name", "piped", "--disk-format", image["disk_format"], input=data), data)
        assert image["min_disk"] == (0 if name in NOT_IN_THE_HEAD else -(-disk // (1024 * MIB)))


@pytest.mark.parametrize("words, data", [(["--disk-format", "qcow2"], None), ([], b"\x1f\x8b\x08\0" + bytes(50)), ([], b"")])
def test_what_is_no_such_image(rig, put_file, words, data):
    before = len(rig.images())
    result = rig.upload(*words, put_file("x.raw", pictures.raw(70000) if data is None else data))
    assert result.status == 3 and len(result.errors) == 1 and len(rig.images()) == before, result


@pytest.mark.parametrize(
    "words, word",
    [(["--store", "nope"], "fast, slow"), (["--id", "x"], "UUID"), (["--image-id", "1"], "UUID"), (["--property", "x"], "NAME=VALUE"),
     (["--size", "5"], "--size says 5")],  # fmt: skip
)
def test_bad_options(rig, disk, words, word):
    before = len(rig.images())
    result = rig.upload(*words, disk)
    assert result.status == 2 and word in result.errors[0] and len(rig.images()) == before, result


def test_stores(rig, disk):
    rig.arrived(rig.upload("--store", "slow", disk), disk.read_bytes(), "slow")


def test_one_store_only(make_glance, home, pki, disk):
    rig = OpenStackRig(home, make_glance(stores=("only",)), pki.ca)
    rig.arrived(rig.upload(disk), disk.read_bytes(), "only")
    result = rig.upload("--store", "only", disk)
    assert result.status == 2 and "one store only" in result.errors[0], result


def test_a_record_that_is_there(rig, disk):
    """The way of the reference documents: it is never deleted."""
    made = rig.glance.api("POST", "/v2/images", {"name": "theirs", "disk_format": "raw", "container_format": "bare"}).json["id"]
    data = disk.read_bytes()
    assert rig.arrived(rig.upload("--image-id", made, disk), data)["id"] == made
    result = rig.upload("--image-id", made, disk)
    assert result.status == 1 and "active" in result.errors[0] and "is left" in result.errors[0], result
    assert rig.glance.file(made).read_bytes() == data


def test_a_quota(make_glance, home, pki, disk, put_file):
    """Refused early with a length, late without; nothing is left in either case."""
    rig = OpenStackRig(home, make_glance(quota=2 * MIB), pki.ca)
    for words, options in (([disk], {}), (["-", "--name", "x"], {"input": disk.read_bytes()})):
        result = rig.upload(*words, **options)
        assert result.status == 1 and "413" in result.errors[0] and "deleted" in result.errors[0], result
        assert rig.images() == [] and rig.glance.files() == []
    small = put_file("small.raw", pictures.raw(MIB))
    rig.arrived(rig.upload(small), small.read_bytes())


def test_json(rig, disk):
    result = rig.upload("-o", "json", disk)
    (row,), (item,) = result.json["uploads"], result.json["items"]
    assert row["sha512"] == item["os_hash_value"] == hashlib.sha512(disk.read_bytes()).hexdigest()
    assert row["status"] == item["status"] == "active" and row["exit"] == 0


def test_several_at_once(rig, put_file):
    paths = [put_file(f"disk{number}.raw", pictures.raw(MIB + 512 * number)) for number in range(5)]
    result = rig.upload(*paths, "--jobs", "3")
    assert result.status == 0, result
    for path in paths:
        (image,) = [image for image in rig.images() if image["name"] == path.name]
        assert rig.glance.file(image["id"]).read_bytes() == path.read_bytes()


# --- Keystone --------------------------------------------------------------------------


def test_a_password(named, disk):
    image = named.arrived(named.upload("--wait", disk), disk.read_bytes())
    assert image["visibility"] == "shared"


@pytest.mark.parametrize("end", ["", "/", "/v3", "/v3/"])
def test_where_keystone_is(named, disk, end):
    named.env["OS_AUTH_URL"] = named.keystone.url + end
    named.arrived(named.upload(disk), disk.read_bytes())


@pytest.mark.parametrize("by", ["id", "name"])
def test_an_application_credential(named, disk, by):
    """With a scope in the environment, which such a credential must not be asked with."""
    env = named.env
    env["OS_APPLICATION_CREDENTIAL_SECRET"] = named.keystone.credential_secret
    if by == "id":
        env["OS_APPLICATION_CREDENTIAL_ID"] = named.keystone.credential_id
    else:
        env["OS_APPLICATION_CREDENTIAL_NAME"] = "uploads"
    del env["OS_PASSWORD"]
    named.arrived(named.upload(disk), disk.read_bytes())


def test_tokens(named, disk):
    """One that Keystone gives another for, and one that goes to Glance as it is."""
    token = named.token()
    for name in ("OS_USERNAME", "OS_PASSWORD", "OS_USER_DOMAIN_NAME"):
        del named.env[name]
    named.env["OS_TOKEN"] = token
    named.arrived(named.upload(disk), disk.read_bytes())
    ready = {"OS_TOKEN": token, "OS_IMAGE_URL": named.glance.url, "OS_CACERT": named.env["OS_CACERT"], "HOME": named.env["HOME"]}
    named.env = {"PATH": named.env["PATH"], **ready}
    named.arrived(named.upload(disk), disk.read_bytes())
    result = named.upload(disk, env={"OS_TOKEN": "gAAAAAnot-a-token"})
    assert result.status == 2 and "401" in result.errors[0] and "gAAAAAnot" not in result.err, result


@pytest.mark.parametrize(
    "change, word",
    [({"OS_PASSWORD": "wrong-password"}, "401"), ({"OS_PROJECT_NAME": "nope"}, "401"), ({"OS_PASSWORD": ""}, "OS_PASSWORD is not set"),
     ({"OS_USER_DOMAIN_NAME": ""}, "OS_USER_DOMAIN_NAME"), ({"OS_PROJECT_NAME": ""}, "OS_PROJECT_NAME"),
     ({"OS_REGION_NAME": "Mars"}, "region Mars"), ({"OS_AUTH_TYPE": "v3kerberos"}, "v3kerberos"), ({"OS_INTERFACE": "secret"}, "interface secret")],  # fmt: skip
)
def test_settings_that_are_wrong(named, disk, change, word):
    before = len(named.images())
    result = named.upload(disk, env=change)
    assert result.status == 2 and len(result.errors) == 1 and word in result.errors[0], result
    assert "wrong-password" not in result.err and len(named.images()) == before


def clouds_yaml(named, **more):
    user = named.keystone.user
    auth = {"auth_url": named.keystone.url, "username": user.name, "password": user.password, "project_name": user.project,
            "user_domain_name": user.domain, "project-domain-name": user.domain}  # fmt: skip
    return {"region_name": "RegionOne", "cacert": named.env["OS_CACERT"], "auth": auth, **more}


@pytest.fixture
def from_files(named, tmp_path):
    """from_files(clouds, secure, words...): an upload that has nothing but files."""

    def upload(clouds, secure, *words, **env):
        directory = tmp_path / "config/openstack"
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "clouds.yaml").write_text(json.dumps({"clouds": clouds}), encoding="utf-8")
        if secure:
            (directory / "secure.yaml").write_text(json.dumps({"clouds": secure}), encoding="utf-8")
        for file in directory.iterdir():
            file.chmod(0o600)
        named.env = {"PATH": named.env["PATH"], "XDG_CONFIG_HOME": str(tmp_path / "config"), **env}
        return named.upload(*words, cwd=tmp_path)

    return upload


def test_clouds_yaml(named, from_files, disk):
    """The only cloud needs no name; of several one is chosen, by the option before the environment."""
    cloud = clouds_yaml(named)
    data = disk.read_bytes()
    named.arrived(from_files({"one": cloud}, None, disk), data)
    clouds = {"one": {"auth": {"auth_url": "https://127.0.0.1:1"}}, "two": cloud}
    named.arrived(from_files(clouds, None, disk, OS_CLOUD="two"), data)
    named.arrived(from_files(clouds, None, "--os-cloud", "two", disk, OS_CLOUD="one"), data)
    result = from_files(clouds, None, "--os-cloud", "three", disk)
    assert result.status == 2 and "no cloud three" in result.errors[0], result


def test_secure_yaml(named, from_files, disk):
    cloud = clouds_yaml(named)
    password = cloud["auth"].pop("password")
    result = from_files({"one": cloud}, None, disk)
    assert result.status == 2 and "OS_PASSWORD" in result.errors[0], result
    named.arrived(from_files({"one": cloud}, {"one": {"auth": {"password": password}}}, disk), disk.read_bytes())


def test_an_endpoint_of_ones_own(named, from_files, disk):
    cloud = clouds_yaml(named, image_endpoint_override=f"{named.glance.url}/v2/", region_name="Mars")
    named.arrived(from_files({"one": cloud}, None, disk), disk.read_bytes())


def test_certificates_that_are_not_checked(named, from_files, disk):
    cloud = clouds_yaml(named, verify=False, cacert=None)
    result = from_files({"one": cloud}, None, disk)
    named.arrived(result, disk.read_bytes())
    assert len(result.warnings) == 1 and "not checked" in result.warnings[0], result
