"""Who somebody is, and for how long: options, scopes and tokens that expire, with a real Keystone and a real Glance."""

import time

import pytest

import pictures
from clouds import faults
from glance_faults import disk, make_rig, token  # noqa: F401 (fixtures)
from glance_outcome import arrived, holds, nothing_left
from openstack_rig import OpenStackRig
from servers.keystone import CREDENTIAL, Keystone, by_password

LASTS_S = 6  # a token of the brief Keystone's; a busy machine takes a second to look at one
SLOWLY = ["--limit-rate", "150K"]
MIB = pictures.MIB


@pytest.fixture
def named(guarded_glance, keystone, home, pki):
    """The rig with users."""
    return OpenStackRig(home, guarded_glance, pki.ca, keystone=keystone)


@pytest.fixture
def who(keystone):
    """Keystone's own ids of the user and the project."""
    return keystone.authenticate(by_password(keystone.user)).json["token"]


def words_of(named, who):
    """Ways to log in by options alone."""
    user, url = named.keystone.user, ["--os-auth-url", named.keystone.url, "--os-cacert", named.env["OS_CACERT"]]
    names = [*url, "--os-username", user.name, "--os-project-name", user.project]
    ids = [*url, "--os-user-id", who["user"]["id"], "--os-project-id", who["project"]["id"]]
    domains = ["--os-user-domain-name", user.domain, "--os-project-domain-name", user.domain]
    return {
        "names": [*names, *domains],
        "ids": ids,
        "ids of domains": [*names, "--os-user-domain-id", "default", "--os-project-domain-id", "default"],
        "one domain": [*names, "--os-domain-id", "default"],
        "a default domain": [*names, "--os-default-domain", "default"],
        "a type": [*names, *domains, "--os-auth-type", "v3password", "--os-system-scope", ""],
        "a region": [*names, *domains, "--os-region-name", "RegionTwo", "--os-interface", "internal"],
        "an endpoint": [*ids, "--os-region-name", "Mars", "--os-image-endpoint", named.glance.url],
        "a credential by its id": [*url, "--os-application-credential-id", named.keystone.credential_id],
        "a credential by its name": [*url, "--os-application-credential-name", CREDENTIAL, "--os-user-id", who["user"]["id"]],
        "a credential of a user's": [*names, *domains[:2], "--os-application-credential-name", CREDENTIAL],
        "a credential by its type": [*url, "--os-auth-type", "v3applicationcredential", "--os-application-credential-id",
                                     named.keystone.credential_id],
    }  # fmt: skip


WAYS = ["names", "ids", "ids of domains", "one domain", "a default domain", "a type", "a region", "an endpoint", "a credential by its id",
        "a credential by its name", "a credential of a user's", "a credential by its type"]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_options_alone(named, who, disk, way):
    """Only the secret is in the environment."""
    words = words_of(named, who)[way]
    secret = {"OS_PASSWORD": named.keystone.user.password}
    if "credential" in way:
        secret = {"OS_APPLICATION_CREDENTIAL_SECRET": named.keystone.credential_secret}
    named.env = {"PATH": named.env["PATH"], "HOME": named.env["HOME"], **secret}
    named.arrived(named.upload(*words, disk), disk.read_bytes())


def test_options_before_variables(named, who, disk):
    wrong = {name: "wrong" for name in named.env if name.startswith("OS_") and name not in ("OS_PASSWORD", "OS_CACERT")}
    words = [*words_of(named, who)["names"], "--os-region-name", "RegionOne"]
    named.arrived(named.upload(*words, disk, env=wrong), disk.read_bytes())


@pytest.mark.parametrize("words, env", [(["--insecure"], {}), ([], {"OS_INSECURE": "true"})])
def test_certificates_that_are_not_checked(named, disk, words, env):
    """As far as it is asked for."""
    del named.env["OS_CACERT"]
    result = named.upload(disk)
    assert result.status == 2 and "not signed" in result.errors[0], result
    result = named.upload(*words, disk, env=env)
    named.arrived(result, disk.read_bytes())
    assert len(result.warnings) == 1 and "not checked" in result.warnings[0], result


@pytest.mark.parametrize(
    "words, word",
    [(["--os-project-name", "service"], "401"), (["--os-project-name", "admin"], "401"), (["--os-user-domain-name", "nope"], "401"),
     (["--os-project-id", "0" * 32], "401"), (["--os-username", "nobody"], "401"), (["--os-region-name", "RegionThree"], "RegionThree"),
     (["--os-auth-type", "v3applicationcredential"], "OS_APPLICATION_CREDENTIAL")],  # fmt: skip
)
def test_what_is_wrong(named, disk, words, word):
    before = len(named.images())
    result = named.upload(*words, disk)
    assert result.status == 2 and len(result.errors) == 1 and word in result.errors[0], result
    assert len(named.images()) == before


@pytest.mark.parametrize("scope", [{"OS_SYSTEM_SCOPE": "all"}, {"OS_DOMAIN_NAME": "Default"}, {"OS_DOMAIN_ID": "default"}])
def test_no_project(named, disk, scope):
    """A scope in which the user has no role."""
    del named.env["OS_PROJECT_NAME"]
    result = named.upload(disk, env=scope)
    assert result.status == 2 and len(result.errors) == 1, result
    assert "401" in result.errors[0] or "OS_PROJECT_NAME" in result.errors[0], result


# Who may see an image.


@pytest.mark.parametrize("word", ["private", "shared", "community"])
def test_visibility(named, disk, word):
    for words in ([f"--{word}"], ["--visibility", word]):
        assert named.arrived(named.upload(*words, disk), disk.read_bytes())["visibility"] == word


def test_public(named, disk):
    """Not everybody may do that."""
    before = len(named.images())
    result = named.upload("--public", disk)
    assert result.status == 2 and "403" in result.errors[0], result
    assert len(named.images()) == before
    admin = named.keystone.admin
    env = {"OS_USERNAME": admin.name, "OS_PASSWORD": admin.password, "OS_PROJECT_NAME": admin.project}
    assert named.arrived(named.upload("--public", disk, env=env), disk.read_bytes())["visibility"] == "public"


# Tokens that expire.


@pytest.fixture(scope="session")
def brief_keystone(start_for_all, guarded_for_all):
    """It has the users and keys of the other one, which Glance asks: that takes these tokens, too."""
    server = start_for_all(Keystone, expiration=LASTS_S)
    # Each takes seconds for its first token.
    guarded_for_all.api("GET", "/v2/images?limit=1", token=server.token())
    return server


@pytest.fixture
def brief(make_rig, guarded_glance, brief_keystone, token):
    brief_keystone.point(guarded_glance.url)
    rig = make_rig(guarded_glance, brief_keystone, token)
    yield rig
    rig.clean()


def expired(request):
    """Time in which a token expires."""
    return faults.Late(request, LASTS_S + 1)


def logins(rig):
    """Tokens that were sent to Glance."""
    return len({request.get("X-Auth-Token") for request in rig.proxy.requests})


@pytest.mark.parametrize("source", ["file", "pipe"])
def test_expired_before_the_upload(brief, disk, source):
    """A pipe has not begun: Glance refuses before the first byte."""
    brief.proxy.fault("create", expired("reply"))
    arrived(brief, disk, brief.send(source, disk), puts=2)
    assert brief.proxy.seen("put")[0].received == 0 and logins(brief) >= 2


def test_expired_during_the_upload(brief, disk):
    """Glance looks at it in the beginning only."""
    began = time.monotonic()
    arrived(brief, disk, brief.upload(disk, *SLOWLY), puts=1)
    assert time.monotonic() - began > LASTS_S and logins(brief) >= 2


def test_expired_during_the_staging(brief, disk):
    result = brief.upload(disk, "--import", "glance-direct", "--all-stores", *SLOWLY)
    assert result.status == 0, result
    (record,) = brief.records
    holds(brief, record["id"], disk.read_bytes())
    assert brief.glance.file(record["id"], "slow").read_bytes() == disk.read_bytes() and logins(brief) >= 2


@pytest.fixture
def stale(brief_keystone):
    """A token that has expired."""
    token = brief_keystone.token()
    time.sleep(LASTS_S + 1)
    return token


def ready(brief, token):
    """A token and no password: with a URL of Glance's, it goes there as it is."""
    kept = {name: brief.env[name] for name in ("PATH", "HOME", "OS_CACERT")}
    brief.env = {**kept, "OS_TOKEN": token, "OS_IMAGE_URL": brief.proxy.url}


def test_a_ready_token_that_expires_before_the_upload(brief, brief_keystone, disk):
    """The record cannot be deleted either: the message says so."""
    ready(brief, brief_keystone.token())
    brief.proxy.fault("create", expired("reply"))
    result = brief.upload(disk)
    assert result.status == 2 and len(result.errors) == 1 and "expired" in result.errors[0], result
    assert f"openstack image delete {brief.ids[0]}" in result.errors[0], result
    assert [record["id"] for record in brief.records] == brief.ids and brief.proxy.seen("put")[0].received == 0


@pytest.mark.parametrize("by", ["as it is", "for another"])
def test_an_expired_token(brief, brief_keystone, stale, disk, by):
    """It cannot be renewed, whether it goes to Glance or Keystone is asked for another one."""
    ready(brief, stale)
    if by == "for another":
        user = brief_keystone.user
        del brief.env["OS_IMAGE_URL"]
        brief.env |= {"OS_AUTH_URL": brief_keystone.url, "OS_PROJECT_NAME": user.project, "OS_PROJECT_DOMAIN_NAME": user.domain}
    result = brief.upload(disk)
    assert result.status == 2 and len(result.errors) == 1 and "expired" in result.errors[0], result
    assert ("Glance" if by == "as it is" else "Keystone") in result.errors[0] and stale not in result.err, result
    nothing_left(brief)
