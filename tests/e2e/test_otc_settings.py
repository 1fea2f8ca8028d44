"""hoist otc: who somebody is, and where the cloud is."""

import itertools
import json

import pytest

from clouds import faults, iam
from otc_rig import LOGIN, SESSION, arrived, failed, given_up, untouched

GIB = 1 << 30
REGIONS = {
    "eu-de": ("eu-de.otc.t-systems.com:443", "eu-de.otc.t-systems.com"),
    "eu-nl": ("eu-nl.otc.t-systems.com:443", "eu-nl.otc.t-systems.com"),
    "eu-ch2": ("eu-ch2.sc.otc.t-systems.com:443", "eu-ch2.sc.otc.t-systems.com"),
}
ACCESS_NAMES = ["OS_ACCESS_KEY", "OS_ACCESS_KEY_ID", "OS_AK", "AWS_ACCESS_KEY_ID", "HUAWEICLOUD_SDK_AK", "S3_ACCESS_KEY_ID"]
SECRET_NAMES = ["OS_SECRET_KEY", "OS_ACCESS_KEY_SECRET", "OS_SK", "AWS_ACCESS_SECRET_KEY", "HUAWEICLOUD_SDK_SK", "S3_SECRET_ACCESS_KEY"]
SESSION_NAMES = ["OS_SECURITY_TOKEN", "OS_AKSK_SECURITY_TOKEN", "OS_ST", "AWS_SECURITY_TOKEN", "HUAWEICLOUD_SDK_SECURITY_TOKEN"]
SESSION_NAMES += ["S3_SECURITY_TOKEN"]


CREATED = b"HTTP/1.1 201 Created\r\nX-Subject-Token: e2e\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"

# --- Tokens --------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["", "/", "/v3", "/v3/"])
def test_where_iam_is(otc, otc_disk, end):
    otc.env["OS_AUTH_URL"] = otc.cloud.url + end
    arrived(otc, otc_disk, otc.upload(otc_disk))


@pytest.mark.parametrize("length", [200, 30000])
def test_a_token_of_any_length(otc, otc_disk, length):
    otc.cloud.iam.token_length = length
    arrived(otc, otc_disk, otc.upload(otc_disk))


@pytest.mark.parametrize("services", [400, 4000])
def test_a_large_catalogue(otc, otc_disk, services):
    """Clouds with many regions have 300 KiB and more."""
    otc.cloud.iam.services = services
    arrived(otc, otc_disk, otc.upload(otc_disk))


def test_a_catalogue_without_an_end(otc, otc_disk):
    otc.cloud.fault("token", faults.Raw(itertools.chain([CREATED, b'{"token": {"catalog": ["'], itertools.repeat(b"x" * 65536))))
    failed(otc.upload(otc_disk), 1, "Keystone", "OS_IMAGE_URL")


def test_an_address_of_ones_own(otc, otc_disk):
    """Before that of the catalogue."""
    otc.cloud.catalog_url = "https://127.0.0.1:1"
    otc.env["OS_IMAGE_URL"] = otc.cloud.url
    arrived(otc, otc_disk, otc.upload(otc_disk))


@pytest.mark.parametrize("end", ["/", "/v2", "/v2/"])
def test_where_the_images_are(otc, otc_disk, end):
    otc.env["OS_IMAGE_URL"] = otc.cloud.url + end
    arrived(otc, otc_disk, otc.upload(otc_disk))


@pytest.mark.parametrize(
    "change, word",
    [({"OS_PASSWORD": "wrong-password"}, "401"), ({"OS_USERNAME": "nobody"}, "401"), ({"OS_PROJECT_NAME": "eu-de_other"}, "401")],
)
def test_a_login_that_is_refused(otc, otc_disk, change, word):
    result = otc.upload(otc_disk, env=change)
    failed(result, 2, word)
    assert "wrong-password" not in result.err and {request.route for request in otc.cloud.requests} == {"token"}


@pytest.mark.parametrize("name", ["OS_PASSWORD", "OS_USER_DOMAIN_NAME", "OS_PROJECT_NAME", "OS_USERNAME"])
def test_a_setting_that_is_missing(otc, otc_disk, name):
    untouched(otc, otc.upload(otc_disk, env={name: ""}), 2, name)


def test_a_token_that_is_not_good(otc, otc_disk):
    rig = otc.by_token()
    rig.cloud.iam.revoke()
    failed(rig.upload(otc_disk), 2, "401", "decrypt token fail")
    assert rig.records == [] and rig.count("token") == 0


@pytest.mark.parametrize("way", ["password", "token", "keys", "temporary_keys"])
@pytest.mark.parametrize("good", [True, False])
def test_secrets_are_not_shown(otc, otc_disk, way, good):
    """The end of every run looks for them.  The gateway's answer to a wrong signature holds some itself."""
    rig = otc.by(way)
    if not good:
        rig.cloud.iam.revoke()
        rig.env |= {"OS_PASSWORD": "wrong-password"} if way == "password" else {}
        rig.env |= {"OS_SECRET_KEY": "wrong-secret-key"} if "keys" in way else {}
    result = rig.upload("-vvv", otc_disk)
    assert result.status == (0 if good else 2), result
    assert "wrong-password" not in result.err + result.out and "wrong-secret-key" not in result.err + result.out


# --- Access keys ---------------------------------------------------------------------------


@pytest.mark.parametrize("access, secret", zip(ACCESS_NAMES, SECRET_NAMES))
def test_names_of_access_keys(otc, otc_disk, access, secret):
    rig = otc.by_keys()
    rig.env[access], rig.env[secret] = rig.env.pop("OS_ACCESS_KEY"), rig.env.pop("OS_SECRET_KEY")
    arrived(rig, otc_disk, rig.upload(otc_disk))


@pytest.mark.parametrize("name", SESSION_NAMES)
def test_names_of_security_tokens(otc, otc_disk, name):
    """One tool's token is not for another's key."""
    rig = otc.by_temporary_keys()
    rig.env[name] = rig.env.pop("OS_SECURITY_TOKEN")
    at = SESSION_NAMES.index(name)
    rig.env[ACCESS_NAMES[at]], rig.env[SECRET_NAMES[at]] = rig.env.pop("OS_ACCESS_KEY"), rig.env.pop("OS_SECRET_KEY")
    arrived(rig, otc_disk, rig.upload(otc_disk))


@pytest.mark.parametrize("name", ["OS_PROJECT_ID", "HUAWEICLOUD_SDK_PROJECT_ID"])
def test_the_project_of_an_access_key(otc, otc_disk, name):
    rig = otc.by_keys()
    rig.cloud.iam.needs_project = True
    rig.env[name] = rig.env.pop("OS_PROJECT_ID")
    arrived(rig, otc_disk, rig.upload(otc_disk))


@pytest.mark.parametrize("way", ["password", "token"])
def test_a_token_goes_before_an_access_key(otc, otc_disk, way):
    rig = otc.by(way)
    rig.env |= {"OS_ACCESS_KEY": iam.ACCESS, "OS_SECRET_KEY": iam.SECRET}
    arrived(rig, otc_disk, rig.upload(otc_disk))
    assert not [request for request in rig.cloud.requests if request.get("Authorization")]


@pytest.mark.parametrize("name", ["OS_TOKEN", "OS_PASSWORD", "OS_PASSWORD_FILE", "HUAWEICLOUD_SDK_PROJECT_ID"])
def test_an_empty_variable_is_none(otc, otc_disk, name):
    rig = otc.by_keys()
    del rig.env["OS_PROJECT_ID"]
    arrived(rig, otc_disk, rig.upload(otc_disk, env={name: ""}))
    assert not [request for request in rig.cloud.requests if request.get("X-Project-Id") is not None]


def test_another_tools_access_key(otc, otc_disk):
    """Many have one in their environment; what they forgot is something else."""
    del otc.env["OS_PASSWORD"]
    untouched(otc, otc.upload(otc_disk, env={"AWS_ACCESS_KEY_ID": "A"}), 2, "OS_PASSWORD is not set")


@pytest.mark.parametrize("missing, word", [("OS_SECRET_KEY", "OS_SECRET_KEY"), ("OS_ACCESS_KEY", "OS_ACCESS_KEY")])
def test_half_an_access_key(otc, otc_disk, missing, word):
    rig = otc.by_keys()
    del rig.env[missing]
    untouched(rig, rig.upload(otc_disk), 2, word)


@pytest.mark.parametrize(
    "change, word",
    [({"OS_SECRET_KEY": "wrong-secret-key"}, "signature"), ({"OS_ACCESS_KEY": "NOBODY"}, "401"), ({"OS_SECURITY_TOKEN": "x"}, "token")],
)
def test_an_access_key_that_is_not_good(otc, otc_disk, change, word):
    rig = otc.by_keys()
    result = rig.upload(otc_disk, env=change)
    failed(result, 2, word)
    assert rig.records == [] and rig.count("put") == 0


def test_a_temporary_key_without_its_token(otc, otc_disk):
    rig = otc.by_temporary_keys()
    del rig.env["OS_SECURITY_TOKEN"]
    failed(rig.upload(otc_disk), 2, "token")
    assert rig.records == [] and SESSION not in str(rig.bodies)


def test_the_largest_image_that_can_be_signed(otc, put_file):
    rig = otc.by_keys()
    disk = put_file("disk.raw", bytes(iam.SIGNED_MAX))
    arrived(rig, disk, rig.upload("--no-check", disk), puts=1)


def test_an_image_that_is_too_large_to_be_signed(otc, put_file):
    rig = otc.by_keys()
    untouched(rig, rig.upload("--no-check", put_file("disk.raw", bytes(iam.SIGNED_MAX + 1))), 2, "token")


def test_a_pipe_cannot_be_signed(otc, otc_disk):
    rig = otc.by_keys()
    untouched(rig, rig.send("pipe", otc_disk), 2, "token")


@pytest.mark.parametrize("skew", [-3600, 3600])
def test_a_clock_that_is_wrong(otc, otc_disk, skew):
    rig = otc.by_keys()
    rig.cloud.iam.skew = skew
    failed(rig.upload(otc_disk), 2, "clock")
    assert rig.records == [] and rig.count("put") == 0


@pytest.mark.parametrize("skew", [-840, 840])
def test_a_clock_that_is_a_little_wrong(otc, otc_disk, skew):
    rig = otc.by_keys()
    rig.cloud.iam.skew = skew
    arrived(rig, otc_disk, rig.upload(otc_disk))


def test_a_token_does_not_mind_the_clock(otc, otc_disk):
    otc.cloud.iam.skew = 3600
    arrived(otc, otc_disk, otc.upload(otc_disk))


# --- clouds.yaml ---------------------------------------------------------------------------


@pytest.fixture
def from_files(tmp_path):
    """from_files(rig, clouds, words...): an upload that has nothing but clouds.yaml (and secure.yaml)."""

    def upload(rig, cloud, *words, secure=None, **env):
        directory = tmp_path / "config/openstack"
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "clouds.yaml").write_text(json.dumps({"clouds": {"one": cloud}}), encoding="utf-8")
        if secure:
            (directory / "secure.yaml").write_text(json.dumps({"clouds": {"one": secure}}), encoding="utf-8")
        kept = {name: rig.env[name] for name in ("PATH", "https_proxy") if name in rig.env}
        rig.env = {**kept, "XDG_CONFIG_HOME": str(tmp_path / "config"), **env}
        return rig.upload(*words, cwd=tmp_path)

    return upload


def login(**more):
    return {"username": iam.USER, "password": iam.PASSWORD, "user_domain_name": iam.DOMAIN, "project_name": iam.PROJECT, **more}


def test_clouds_yaml(otc, otc_disk, from_files):
    cloud = {"auth": login(auth_url=otc.cloud.url), "region_name": "eu-de", "cacert": otc.env["OS_CACERT"]}
    arrived(otc, otc_disk, from_files(otc, cloud, otc_disk, "--os-cloud", "one"))


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("names", [("ak", "sk"), ("access_key", "secret_key")])
@pytest.mark.parametrize("session", [None, SESSION])
def test_access_keys_of_clouds_yaml(otc, otc_disk, from_files, inside, names, session):
    otc.cloud.iam.add_key(iam.ACCESS, iam.SECRET, session)
    keys = dict(zip(names, (iam.ACCESS, iam.SECRET))) | ({"security_token": session} if session else {})
    common = {"region_name": "eu-de", "cacert": otc.env["OS_CACERT"], "image_endpoint_override": otc.cloud.url}
    cloud = {**common, "auth": {"project_id": iam.PROJECT_ID}}
    (cloud["auth"] if inside else cloud).update(keys)
    arrived(otc, otc_disk, from_files(otc, cloud, otc_disk, OS_CLOUD="one"))


def test_an_access_key_of_secure_yaml(otc, otc_disk, from_files):
    auth = {"ak": iam.ACCESS, "project_id": iam.PROJECT_ID}
    cloud = {"cacert": otc.env["OS_CACERT"], "image_endpoint_override": otc.cloud.url, "auth": auth}
    arrived(otc, otc_disk, from_files(otc, cloud, otc_disk, secure={"auth": {"sk": iam.SECRET}}, OS_CLOUD="one"))


def test_secure_yaml_goes_first(otc, otc_disk, from_files):
    """By whichever name."""
    auth = {"ak": iam.ACCESS, "sk": "wrong-secret-key", "project_id": iam.PROJECT_ID}
    cloud = {"cacert": otc.env["OS_CACERT"], "image_endpoint_override": otc.cloud.url, "auth": auth}
    arrived(otc, otc_disk, from_files(otc, cloud, otc_disk, secure={"auth": {"secret_key": iam.SECRET}}, OS_CLOUD="one"))


@pytest.mark.parametrize(
    "more, words",
    [({"auth_type": "token"}, []), ({"auth_type": "admin_token"}, []), ({"auth_type": "password"}, []), ({"application_credential_id": "i"}, []),
     ({}, ["--os-auth-type", "token"]), ({}, ["--os-auth-type", "admin_token"]), ({}, ["--os-application-credential-id", "i"])],  # fmt: skip
)
@pytest.mark.parametrize("where", ["auth_url", "image_endpoint_override"])
def test_a_secret_key_is_sent_nowhere(otc, otc_disk, from_files, more, words, where):
    """It signs.  As a token or a password it would be readable."""
    auth = {**login(), "ak": iam.ACCESS, "sk": iam.SECRET, where: otc.cloud.url, **more}
    del auth["password"]
    cloud = {"auth": auth, "region_name": "eu-de", "cacert": otc.env["OS_CACERT"]}
    untouched(otc, from_files(otc, cloud, otc_disk, *words, OS_CLOUD="one"), 2)
    assert iam.SECRET not in str([(request.headers, request.body) for request in otc.cloud.requests])


@pytest.mark.parametrize("region", ["x@evil.example/#", "evil.example", "a b"])
def test_a_region_is_no_address(real_otc, otc_disk, from_files, region):
    cloud = {"profile": "otc", "cacert": real_otc.env["OS_CACERT"], "auth": login()}
    untouched(real_otc, from_files(real_otc, cloud, otc_disk, "--region", region, OS_CLOUD="one"), 2, "region")
    assert real_otc.detour.asked == []


def test_access_keys_and_the_swiss_profile(real_otc, otc_disk, from_files):
    cloud = {"profile": "otc-swiss", "cacert": real_otc.env["OS_CACERT"], "ak": iam.ACCESS, "sk": iam.SECRET}
    untouched(real_otc, from_files(real_otc, cloud, otc_disk, OS_CLOUD="one"), 2, "OS_IMAGE_URL")
    assert real_otc.detour.asked == []


@pytest.mark.parametrize("region", ["eu-de", "eu-nl"])
def test_the_profile(real_otc, otc_disk, from_files, region):
    rig = real_otc
    rig.cloud.iam.region, rig.cloud.catalog_url = region, f"https://ims.{REGIONS[region][1]}"
    cloud = {"profile": "otc", "region_name": region, "cacert": rig.env["OS_CACERT"], "auth": login()}
    arrived(rig, otc_disk, from_files(rig, cloud, otc_disk, OS_CLOUD="one"))
    assert set(rig.detour.asked) == {f"{name}.{REGIONS[region][0]}" for name in ("iam", "ims")}


# --- Regions -------------------------------------------------------------------------------


def at(rig, region):
    """The catalogue is that of a region."""
    rig.cloud.iam.region, rig.cloud.catalog_url = region, f"https://ims.{REGIONS[region][1]}"


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("by", ["option", "environment"])
def test_a_region(real_otc, otc_disk, region, by):
    """Both servers by their real names."""
    rig = real_otc
    at(rig, region)
    words = ["--region", region] if by == "option" else []
    result = rig.upload(otc_disk, *words, env={"OS_REGION_NAME": "" if words else region})
    arrived(rig, otc_disk, result)
    asked = set(rig.detour.asked)
    assert len(asked) == 2 and all(target.endswith("." + REGIONS[region][0]) for target in asked)
    assert f"ims.{REGIONS[region][0]}" in asked and any(target.startswith("iam") for target in asked)


def test_the_option_goes_first(real_otc, otc_disk):
    at(real_otc, "eu-nl")
    arrived(real_otc, otc_disk, real_otc.upload(otc_disk, "--region", "eu-nl", env={"OS_REGION_NAME": "eu-de"}))
    assert real_otc.detour.asked[0] == "iam.eu-nl.otc.t-systems.com:443"


def test_the_project_tells_the_region(real_otc, otc_disk):
    """eu-de_e2e is in eu-de."""
    at(real_otc, "eu-de")
    arrived(real_otc, otc_disk, real_otc.upload(otc_disk))
    assert real_otc.detour.asked[0] == "iam.eu-de.otc.t-systems.com:443"


@pytest.mark.parametrize("project", ["something", "mars_e2e"])
def test_nothing_tells_the_region(real_otc, otc_disk, project):
    untouched(real_otc, real_otc.upload(otc_disk, env={"OS_PROJECT_NAME": project}), 2, "region")
    assert real_otc.detour.asked == []


def test_an_access_key_needs_no_iam(real_otc, otc_disk):
    rig = real_otc
    for name in LOGIN:
        del rig.env[name]
    rig.env |= {"OS_ACCESS_KEY": iam.ACCESS, "OS_SECRET_KEY": iam.SECRET, "OS_PROJECT_ID": iam.PROJECT_ID}
    arrived(rig, otc_disk, rig.upload(otc_disk, "--region", "eu-nl"))
    assert set(rig.detour.asked) == {"ims.eu-nl.otc.t-systems.com:443"}


def test_a_region_that_the_catalogue_does_not_have(otc, otc_disk):
    failed(otc.upload(otc_disk, "--region", "eu-nl"), 2, "eu-nl")
    assert otc.records == []


HUAWEI = pytest.mark.parametrize("host", ["ims.ap-southeast-1.myhuaweicloud.com", "ims.eu-west-101.myhuaweicloud.eu"])


@HUAWEI
def test_huawei_cloud_takes_less(real_otc, tmp_path, host):
    rig = real_otc
    path = tmp_path / "disk.raw"
    with open(path, "wb") as file:
        file.truncate(2 * GIB)
    env = {"OS_IMAGE_URL": f"https://{host}", "OS_TOKEN": rig.cloud.iam.issue()}
    untouched(rig, rig.upload(path, env=env), 3, "OBS")
    assert rig.detour.asked == []


@HUAWEI
def test_huawei_cloud(real_otc, otc_disk, host):
    rig = real_otc
    env = {"OS_IMAGE_URL": f"https://{host}", "OS_TOKEN": rig.cloud.iam.issue()}
    for name in LOGIN:
        del rig.env[name]
    arrived(rig, otc_disk, rig.upload(otc_disk, env=env))
    assert set(rig.detour.asked) == {f"{host}:443"}


def test_huawei_cloud_that_the_catalogue_names(real_otc, tmp_path):
    """Known after the login only: still before anything is made."""
    rig = real_otc
    path = tmp_path / "disk.raw"
    with open(path, "wb") as file:
        file.truncate(2 * GIB)
    rig.cloud.catalog_url = "https://ims.ap-southeast-1.myhuaweicloud.com"
    rig.cloud.iam.region = "ap-southeast-1"
    env = {"OS_AUTH_URL": "https://iam.ap-southeast-1.myhuaweicloud.com/v3", "OS_REGION_NAME": "ap-southeast-1"}
    given_up(rig, rig.upload(path, env=env), 3, "OBS", puts=0)
    assert rig.count("create") == 0
