"""Settings files that others may have changed, and variables that say something else than they do."""

import pytest

import pictures
from tool import Tool

CLOUD = "clouds: {c: {auth_type: none, interface: public, endpoint: 'https://127.0.0.1:1'}}\n"
WARNED = {0o666: "can be changed by others", 0o620: "can be changed by others", 0o644: "can be read by others", 0o600: None, 0o444: None}


@pytest.fixture
def tool(home):
    return Tool(home)


@pytest.fixture
def run(tool, tmp_path, put_file):
    """Nobody is there to upload to: exit 4, after the settings were read."""
    disk = put_file("disk.raw", pictures.raw(1024))
    place = tmp_path / "place"
    place.mkdir()
    (place / "clouds.yaml").write_text(CLOUD)
    (place / "clouds.yaml").chmod(0o600)
    start = lambda *words, **more: tool.run("openstack", "--retry", "0", *words, disk, cwd=place, **more)
    return lambda *words, **more: start("--os-cloud", "c", *words, **more)


def test_a_directory_of_everybody(run, tmp_path):
    """Somebody's clouds.yaml in /tmp would get the password."""
    place = tmp_path / "place"
    assert run().status == 4
    place.chmod(0o1777)
    result = run()
    assert result.status == 2 and "OS_CLIENT_CONFIG_FILE" in result.errors[0], result
    assert run(env={"OS_CLIENT_CONFIG_FILE": str(place / "clouds.yaml")}).status == 4


@pytest.mark.parametrize("mode", WARNED)
def test_modes_of_clouds_yaml(run, tmp_path, mode):
    path = tmp_path / "place" / "clouds.yaml"
    path.write_text(CLOUD.replace("auth_type", "token: x, auth_type"))
    path.chmod(mode)
    result = run()
    assert result.status == 4 and len(result.warnings) == (WARNED[mode] is not None), result
    assert not WARNED[mode] or WARNED[mode] in result.warnings[0], result


@pytest.mark.parametrize("variable", ["LINODE_CLI_TOKEN_FILE", "LINODE_CLI_CONFIG"])
@pytest.mark.parametrize("mode", WARNED)
def test_modes_of_other_files(tool, put_file, mode, variable):
    path = put_file("settings", b"[u]\ntoken = t\n" if variable.endswith("CONFIG") else b"token\n")
    path.chmod(mode)
    env = {variable: str(path), "LINODE_CLI_API_HOST": "127.0.0.1:1"}
    result = tool.run("linode", "--url-only", "--region", "r", "--label", "l", "--retry", "0", env=env)
    warnings = [line for line in result.warnings if str(path) in line]
    assert result.status == 4 and len(warnings) == (WARNED[mode] is not None), result
    assert not WARNED[mode] or WARNED[mode] in warnings[0], result


def test_a_variable_goes_before_clouds_yaml(run):
    """As with openstackclient, and it is said."""
    result = run(env={"OS_INTERFACE": "internal"})
    assert result.status == 4 and len(result.warnings) == 1 and "environment says (OS_INTERFACE)" in result.warnings[0], result
    assert run(env={"OS_INTERFACE": "public"}).warnings == []
    assert run("--os-interface", "admin", env={"OS_INTERFACE": "internal"}).warnings == []


def test_an_id_goes_before_a_name(tool, put_file, tmp_path):
    """Two projects, and nobody would know which."""
    cloud = "clouds: {c: {auth: {auth_url: 'https://127.0.0.1:1', user_id: u, password: p, project_name: n, project_domain_id: d}}}\n"
    path = put_file("clouds.yaml", cloud.encode())
    path.chmod(0o600)
    env = {"OS_CLIENT_CONFIG_FILE": str(path), "OS_CLOUD": "c", "OS_PROJECT_ID": "other"}
    result = tool.run("openstack", "--retry", "0", put_file("disk.raw", pictures.raw(1024)), env=env)
    assert result.status == 4 and any("(OS_PROJECT_ID)" in line for line in result.warnings), result


def test_a_bundle_that_is_cut(tool, pki, put_file):
    """Half a certificate at its end is more than half of what is missing."""
    text = open(pki.ca, "rb").read()
    path = put_file("ca.pem", text + text[: len(text) // 2])
    env = {"LINODE_CLI_TOKEN": "t", "LINODE_CLI_API_HOST": "127.0.0.1:1", "SSL_CERT_FILE": str(path)}
    words = ["linode", "--url-only", "--region", "r", "--label", "l", "--retry", "0"]
    result = tool.run(*words, env=env)
    assert result.status == 2 and "cut" in result.errors[0], result


def test_a_token_with_a_line_end(tool):
    env = {"LINODE_CLI_TOKEN": "token\n", "LINODE_CLI_API_HOST": "127.0.0.1:1"}
    assert tool.run("linode", "--url-only", "--region", "r", "--label", "l", "--retry", "0", env=env).status == 4
