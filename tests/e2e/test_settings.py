"""Where the settings come from, and which of them wins."""

import pytest

from clouds.linode import SCOPES, TOKEN
from tool import FAST, Tool

OTHER = "another-token-of-the-tests-0001"
INI = """
[DEFAULT]
default-user = alice

[alice]
token = {alice}
region = us-iad
api_host = {host}

# bob has another token
[bob]
token = {bob}
region = fr-par
api_host: {host}
suppress-version-warning = true
"""


@pytest.fixture
def bare(home, cloud, pki):
    """The tool with the CA and nothing else."""
    cloud.api.tokens[OTHER] = set(SCOPES)
    return Tool(home, {"LINODE_CLI_CA": pki.ca})


@pytest.fixture
def ini(home, cloud):
    """Write linode-cli's settings at a path below HOME."""

    def write(path=".config/linode-cli", text=INI):
        file = home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.format(alice=TOKEN, bob=OTHER, host=cloud.api_server.host))
        return file

    return write


def sent(cloud):
    """The token and the region of the last request for an image."""
    request = cloud.seen("create")[-1]
    region = request.body.decode().split('"region"')[1].split('"')[1]
    return request.get("Authorization").removeprefix("Bearer "), region


@pytest.mark.parametrize("name", ["LINODE_CLI_TOKEN", "LINODE_TOKEN"])
def test_the_token_from_the_environment(bare, cloud, small, name):
    result = bare.run("linode", "--region=us-sea", *FAST, small, env={name: TOKEN, "LINODE_CLI_API_HOST": cloud.api_server.host})
    assert result.status == 0, result
    assert sent(cloud) == (TOKEN, "us-sea")


@pytest.mark.parametrize("name", ["LINODE_CLI_TOKEN_FILE", "LINODE_TOKEN_FILE"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_the_token_from_a_file(bare, cloud, small, put_file, name, end):
    file = put_file("token", (TOKEN + end).encode())
    env = {name: str(file), "LINODE_CLI_API_HOST": cloud.api_server.host}
    result = bare.run("linode", "--region=us-sea", *FAST, small, env=env)
    assert result.status == 0, result


def test_a_token_file_that_is_missing(bare, small, tmp_path):
    result = bare.run("linode", "--region=us-sea", small, env={"LINODE_TOKEN_FILE": str(tmp_path / "none")})
    assert result.status == 2 and str(tmp_path / "none") in result.errors[0]


@pytest.mark.parametrize("path", [".config/linode-cli", ".linode-cli"])
def test_the_settings_of_linode_cli(bare, cloud, small, ini, path):
    ini(path)
    result = bare.run("linode", *FAST, small)
    assert result.status == 0, result
    assert sent(cloud) == (TOKEN, "us-iad")


def test_settings_below_xdg_config_home(bare, cloud, small, ini, home):
    ini("elsewhere/linode-cli")
    result = bare.run("linode", *FAST, small, env={"XDG_CONFIG_HOME": str(home / "elsewhere")})
    assert result.status == 0, result


def test_settings_named_by_the_environment(bare, cloud, small, ini):
    file = ini("some/where.ini")
    result = bare.run("linode", *FAST, small, env={"LINODE_CLI_CONFIG": str(file)})
    assert result.status == 0, result


def test_another_user_of_the_settings(bare, cloud, small, ini):
    ini()
    result = bare.run("linode", "--as-user", "bob", *FAST, small)
    assert result.status == 0, result
    assert sent(cloud) == (OTHER, "fr-par")


def test_a_user_who_is_not_configured(bare, cloud, small, ini):
    ini()
    result = bare.run("linode", "--as-user", "carol", *FAST, small)
    assert result.status == 2 and "carol" in result.errors[0]
    assert cloud.requests == []


def test_the_environment_wins_over_the_settings(bare, cloud, small, ini):
    ini()
    result = bare.run("linode", *FAST, small, env={"LINODE_CLI_TOKEN": OTHER})
    assert result.status == 0, result
    assert sent(cloud) == (OTHER, "us-iad")


def test_the_environments_token_with_another_users_region(bare, cloud, small, ini):
    ini()
    result = bare.run("linode", "--as-user", "bob", *FAST, small, env={"LINODE_CLI_TOKEN": TOKEN})
    assert result.status == 0, result
    assert sent(cloud) == (TOKEN, "fr-par")


def test_the_option_wins_over_everything(bare, cloud, small, ini):
    ini()
    result = bare.run("linode", "--region", "nl-ams", *FAST, small)
    assert result.status == 0, result
    assert sent(cloud) == (TOKEN, "nl-ams")


def test_settings_that_everybody_inherits(bare, cloud, small, ini):
    text = "[DEFAULT]\ndefault-user=alice\nregion=se-sto\n[alice]\ntoken={alice}\napi_host={host}\nAPI_VERSION=v4beta\n"
    ini(text=text)
    result = bare.run("linode", *FAST, small)
    assert result.status == 0, result
    assert sent(cloud) == (TOKEN, "se-sto")
    assert cloud.seen("create")[0].path == "/v4beta/images/upload"


@pytest.mark.parametrize("name", ["LINODE_CLI_TOKEN", "LINODE_TOKEN"])
def test_an_empty_token_is_an_error(bare, cloud, small, ini, name):
    ini()
    result = bare.run("linode", "--region", "us-ord", small, env={name: ""})
    assert result.status == 2 and name in result.errors[0], result
    assert cloud.requests == []


def test_a_token_that_is_no_header_value(bare, cloud, small):
    result = bare.run("linode", "--region", "us-ord", small, env={"LINODE_TOKEN": "abc\r\nX-Evil: 1"})
    assert result.status == 2, result
    assert cloud.requests == []


def test_no_token_at_all(bare, small):
    result = bare.run("linode", "--region", "us-ord", small)
    assert result.status == 2 and "LINODE_CLI_TOKEN" in result.errors[0]


def test_no_region_at_all(bare, small):
    result = bare.run("linode", small, env={"LINODE_TOKEN": TOKEN})
    assert result.status == 2 and "--region" in result.errors[0]


@pytest.mark.parametrize("text", ["no section\n", "[alice\ntoken=x\n", "[DEFAULT]\ndefault-user = alice\n", "\0\1\2"])
def test_settings_that_make_no_sense(bare, small, ini, text):
    ini(text=text)
    result = bare.run("linode", "--region", "us-ord", small)
    assert result.status == 2, result


def test_settings_that_nobody_may_read_as_a_directory(bare, small, home):
    (home / ".config/linode-cli").mkdir(parents=True)
    assert bare.run("linode", "--region", "us-ord", small).status == 2


def test_a_token_that_the_cloud_does_not_know(rig, cloud, small):
    result = rig.upload(small, env={"LINODE_CLI_TOKEN": "wrong"})
    assert result.status == 2, result
    assert "images:read_write" in result.errors[0]
    assert [r.route for r in cloud.requests if r.route != "regions"] == ["create"]


def test_a_token_without_the_scope(rig, cloud, small):
    cloud.api.tokens[TOKEN] = {"events:read_only", "images:read_only"}
    result = rig.upload(small)
    assert result.status == 2, result
    assert "images:read_write" in result.errors[0]
    rig.nothing_left()


def test_a_token_without_the_scope_for_events_still_works(rig, cloud, small):
    cloud.api.tokens[TOKEN] = {"images:read_write"}
    result = rig.upload(small)
    assert result.status == 0, result
