"""The grammar of linode-cli, by name or as the first word: existing scripts run unchanged."""

import json
import os

import pytest

from clouds.linode import SCOPES, TOKEN

IMAGE = ["linode-cli", "image-upload", "--region", "us-ord", "--label", "L1"]
OPERATION = ["linode-cli", "images", "upload", "--region", "us-ord", "--label", "L1"]
COLUMNS = ["id", "label", "vendor", "description", "is_public", "size", "status", "capabilities", "total_size", "tags", "is_shared"]
INI = "[DEFAULT]\ndefault-user = alice\n[alice]\ntoken = {token}\nregion = us-iad\n[bob]\ntoken = bobs-token-0001\nregion = fr-par\n"


@pytest.fixture
def ini(home):
    (home / ".config").mkdir()
    (home / ".config/linode-cli").write_text(INI.format(token=TOKEN))


def body(cloud):
    return json.loads(cloud.seen("create")[-1].body)


def test_an_upload_does_not_wait(rig, cloud, middle):
    result = rig.run(*IMAGE, middle)
    assert result.status == 0, result
    assert body(cloud) == {"label": "L1", "region": "us-ord"}
    assert cloud.bucket.completed[0].bytes() == middle.read_bytes()
    assert len(cloud.seen("view")) <= 1 and cloud.seen("events") == []


def test_the_table(rig, small):
    lines = rig.run(*IMAGE, small).out.splitlines()
    tops = [i for i, line in enumerate(lines) if line.startswith("┌")]
    header = [cell.strip() for cell in lines[tops[0] + 1].strip("│").split("│")]
    assert header == COLUMNS
    row = [cell.strip() for cell in lines[tops[0] + 3].strip("│").split("│")]
    assert row[0] == "private/37000001" and row[1] == "L1" and row[6] == "pending_upload"
    assert lines[tops[0] + 2].startswith("├") and "┼" in lines[tops[0] + 2]
    assert lines[tops[0] + 4].startswith("└")
    assert "regions" in lines[tops[1] - 1]
    assert [cell.strip() for cell in lines[tops[1] + 1].strip("│").split("│")] == ["region", "status"]
    assert "us-ord" in lines[tops[1] + 3]


def test_the_id_is_never_cut(rig, small):
    """In a pipe linode-cli prints pri… instead."""
    assert "private/37000001" in rig.run(*IMAGE, small, env={"COLUMNS": "80"}).out


def test_by_its_name(rig, cloud, small, tmp_path):
    link = tmp_path / "linode-cli"
    link.symlink_to(rig.path)
    rig.path = str(link)
    result = rig.run("image-upload", "--region", "us-ord", small)
    assert result.status == 0, result
    assert body(cloud)["label"] == "small.img.gz"


def test_the_name_decides_and_not_the_directory(rig, small):
    result = rig.run("image-upload", "--region", "us-ord", small, name="/usr/local/bin/linode-cli")
    assert result.status == 0, result
    assert rig.run("linode", "--help", name="/opt/linode-cli/hoist").status == 0


def test_every_option(rig, cloud, small):
    words = ["--description", "D d", "--cloud-init", "--suppress-warnings", "--tags", "prod", "--tags", "web"]
    assert rig.run(*IMAGE, *words, small).status == 0
    assert body(cloud) == {"label": "L1", "region": "us-ord", "description": "D d", "cloud_init": True, "tags": ["prod", "web"]}


@pytest.mark.parametrize("words", [["--desc", "D"], ["--descr=D"], ["--description=D"]])
def test_abbreviated_options(rig, cloud, small, words):
    result = rig.run("linode-cli", "image-upload", "--reg", "us-ord", "--lab", "L1", *words, "--clou", small)
    assert result.status == 0, result
    assert body(cloud) == {"label": "L1", "region": "us-ord", "description": "D", "cloud_init": True}


def test_an_abbreviation_that_fits_two(rig, small):
    result = rig.run(*IMAGE, "--a", "x", small)
    assert result.status == 2, result


def test_options_after_the_file(rig, cloud, small):
    assert rig.run("linode-cli", "image-upload", small, "--label", "L1", "--region", "us-ord").status == 0
    assert body(cloud) == {"label": "L1", "region": "us-ord"}


def test_bare_options_mean_the_default(rig, cloud, small, ini):
    result = rig.run("linode-cli", "image-upload", small, "--label", "--description", "--region")
    assert result.status == 0, result
    assert body(cloud) == {"label": "small.img.gz", "region": "us-iad"}


def test_another_user(rig, cloud, small, ini):
    cloud.api.tokens["bobs-token-0001"] = set(SCOPES)
    rig.env.pop("LINODE_CLI_TOKEN")
    assert rig.run("linode-cli", "image-upload", "--as-user", "bob", small).status == 0
    assert body(cloud)["region"] == "fr-par"
    assert cloud.seen("create")[0].get("Authorization") == "Bearer bobs-token-0001"


def test_json(rig, small):
    (image,) = rig.run(*IMAGE, "--json", small).json
    assert image["id"] == "private/37000001" and image["label"] == "L1"
    assert set(COLUMNS) <= set(image)


def test_pretty(rig, small):
    result = rig.run(*IMAGE, "--pretty", small)
    assert result.json[0]["id"] == "private/37000001"
    assert len(result.out.splitlines()) > 5


def test_text(rig, small):
    lines = rig.run(*IMAGE, "--text", small).out.splitlines()
    assert lines[0].split("\t") == COLUMNS
    assert lines[1].split("\t")[:2] == ["private/37000001", "L1"]


def test_text_for_scripts(rig, small):
    assert rig.run(*IMAGE, "--text", "--no-headers", "--format", "id", small).out == "private/37000001\n"
    out = rig.run(*IMAGE, "--text", "--delimiter", ",", "--no-headers", "--format", "id,status,label", small).out
    assert out == "private/37000002,pending_upload,L1\n"


@pytest.mark.parametrize("words", [["--all"], ["--all-columns"], ["--no-defaults"], ["--no-retry"]])
def test_what_linode_cli_rejects_wrongly(rig, small, words):
    assert rig.run(*IMAGE, *words, small).status == 0


def test_an_option_that_nobody_knows(rig, cloud, small):
    result = rig.run(*IMAGE, "--nonsense", small)
    assert result.status == 2, result
    assert cloud.requests == []


def test_columns_that_nobody_knows_are_left_out(rig, small):
    assert rig.run(*IMAGE, "--text", "--no-headers", "--format", "nonsense,id", small).out == "private/37000001\n"


@pytest.mark.parametrize("words", [[], ["image-upload"], ["linodes", "list"], ["images", "list"], ["images"]])
def test_other_commands_of_linode_cli(tool, words):
    assert tool.run("linode-cli", *words).status == 2


@pytest.mark.parametrize("words", [["--help"], ["image-upload", "--help"], ["images", "upload", "--help"]])
def test_help(tool, words):
    result = tool.run("linode-cli", *words)
    assert result.status == 0 and "image-upload" in result.out + "image-upload" * ("images" in words)


def test_the_exit_statuses_are_ours(rig, put_file, small, tmp_path):
    assert rig.run(*IMAGE, tmp_path / "none").status == 2
    assert rig.run(*IMAGE, put_file("cut.gz", small.read_bytes()[:-1])).status == 3
    rig.nothing_left()


def test_images_upload_makes_the_record(rig, cloud):
    result = rig.run(*OPERATION, "--text", "--no-headers", "--format", "upload_to")
    assert result.status == 0, result
    assert result.out.startswith(cloud.store_server.url) and result.out.count("\n") == 1
    assert cloud.seen("put") == [] and len(cloud.images.present()) == 1


def test_images_upload_as_json(rig, cloud):
    (row,) = rig.run(*OPERATION, "--json", "--description", "d", "--tags", "one", "--cloud_init", "true").json
    assert row["upload_to"].startswith(cloud.store_server.url)
    assert row["image"]["id"] == "private/37000001" and row["image"]["tags"] == ["one"]


def test_images_upload_needs_no_file(rig):
    result = rig.run("linode-cli", "images", "upload", "--region", "us-ord")
    assert result.status in (1, 2), result  # a label is required: there is no file to name it after


def test_the_file_may_be_below_home(rig, cloud, home, small):
    os.link(small, home / "disk.gz")
    result = rig.run(*IMAGE, "~/disk.gz")
    assert result.status == 0, result
