"""hoist linode, when all goes well: what the cloud sees and what the user gets."""

import hashlib
import json
import time

import pytest

import pictures
from clouds.linode import TOKEN


def test_the_object_is_the_file_byte_for_byte(rig, cloud, middle):
    result = rig.upload(middle)
    assert result.status == 0, result
    (stored,) = cloud.bucket.completed
    assert stored.bytes() == middle.read_bytes()
    (image,) = cloud.images.present()
    assert image.stage == "available"


def test_the_requests_come_in_order(rig, cloud, small):
    assert rig.upload(small).status == 0
    routes = [r.route for r in cloud.requests]
    assert routes[:3] == ["regions", "create", "put"]
    assert set(routes[3:]) <= {"view", "events"}
    assert "unknown" not in routes


def test_the_public_region_list_is_asked_without_credentials(rig, cloud, small):
    assert rig.upload(small).status == 0
    assert cloud.seen("regions")[0].all("Authorization") == []


def test_the_request_for_an_image(rig, cloud, small):
    args = ["--label", "Web server 1", "--description", "made \"here\" \\ ü", "--cloud-init", "--tag", "prod", "--tag", "web"]
    assert rig.upload(small, *args).status == 0
    (request,) = cloud.seen("create")
    assert request.path in ("/v4/images/upload", "/v4beta/images/upload")
    assert request.all("Authorization") == [f"Bearer {TOKEN}"]
    assert request.all("Content-Type") == ["application/json"]
    assert json.loads(request.body) == {
        "label": "Web server 1",
        "region": "us-ord",
        "description": 'made "here" \\ ü',
        "cloud_init": True,
        "tags": ["prod", "web"],
    }


def test_what_is_not_asked_for_is_not_sent(rig, cloud, small):
    assert rig.upload(small).status == 0
    body = json.loads(cloud.seen("create")[0].body)
    assert set(body) - {"cloud_init"} == {"label", "region"}
    assert body["label"] == "small.img.gz"
    assert body.get("cloud_init", False) is False


def test_the_put_has_exactly_the_headers_that_were_signed(rig, cloud, small):
    assert rig.upload(small).status == 0
    (put,) = cloud.seen("put")
    assert put.all("Content-Type") == ["application/octet-stream"]
    assert put.all("Content-Length") == [str(small.stat().st_size)]
    assert put.all("Expect") == ["100-continue"]
    for name in ("Authorization", "Transfer-Encoding", "Content-MD5", "Accept-Encoding", "Cookie"):
        assert put.all(name) == [], name
    assert not [name for name, _ in put.headers if name.lower().startswith("x-")]
    assert put.md5 == hashlib.md5(small.read_bytes()).hexdigest()


def test_every_request_names_the_tool(rig, cloud, small):
    assert rig.upload(small).status == 0
    for request in cloud.requests:
        assert (request.get("User-Agent") or "").startswith("hoist/"), request


def test_the_table(rig, small):
    result = rig.upload(small)
    assert result.out.splitlines()[0].split() == ["ID", "LABEL", "REGION", "STATUS", "SIZE", "UNCOMPRESSED", "FILE"]
    assert len(result.out.splitlines()) == 2
    for text in ("private/37000001", "small.img.gz", "us-ord", "available", str(small)):
        assert text in result.out.splitlines()[1]


def test_the_table_without_its_header(rig, small):
    lines = rig.upload(small, "--no-headers").out.splitlines()
    assert len(lines) == 1 and lines[0].startswith("private/37000001  ")


def test_chosen_columns_in_the_chosen_order(rig, small):
    result = rig.upload(small, "--cols", "Status,id,MD5")
    md5 = hashlib.md5(small.read_bytes()).hexdigest()
    assert [line.split() for line in result.out.splitlines()] == [["STATUS", "ID", "MD5"], ["available", "private/37000001", md5]]


def test_an_unknown_column_is_a_usage_error(rig, cloud, small):
    result = rig.upload(small, "--cols", "id,nonsense")
    assert result.status == 2 and "nonsense" in result.err
    assert cloud.requests == []


def test_the_id_alone(rig, small):
    assert rig.upload(small, "--no-headers", "--cols", "id").out == "private/37000001\n"


def test_json(rig, small):
    (row,) = rig.upload(small, "-o", "json", "--label", "A b").json
    data = small.read_bytes()
    assert row["id"] == "private/37000001"
    assert row["file"] == str(small)
    assert row["label"] == "A b"
    assert row["region"] == "us-ord"
    assert row["status"] == "available"
    assert row["size"] == len(data)
    assert row["uncompressed"] == 64 * pictures.KIB
    assert row["md5"] == hashlib.md5(data).hexdigest()
    assert row["exit"] == 0
    assert row["error"] is None


def test_a_hostile_file_name_stays_inside_its_json_string(rig, put_file, small):
    path = put_file('a"b\\c\n\x1b[31m.gz', small.read_bytes())
    result = rig.upload(path, "--label", "plain", "-o", "json")
    assert result.status == 0, result
    assert result.json[0]["file"] == str(path)
    assert "\x1b[31m" not in result.err + result.out


def test_no_wait_ends_after_the_put(rig, cloud, small):
    result = rig.upload(small, "--no-wait", "-o", "json")
    assert result.status == 0, result
    assert result.json[0]["status"] == "pending_upload"
    assert cloud.seen("view") == [] and cloud.seen("events") == []
    assert len(cloud.bucket.completed) == 1


def test_several_members_are_one_image(rig, cloud, put_file):
    data = pictures.packed(pictures.raw(70000)) + pictures.packed(pictures.raw(50000, seed=2))
    result = rig.upload(put_file("two.gz", data), "-o", "json")
    assert result.status == 0, result
    assert result.json[0]["uncompressed"] == 120320
    assert cloud.bucket.completed[0].bytes() == data


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_several_files(rig, cloud, put_file, jobs):
    files = [put_file(f"disk{i}.gz", pictures.packed(pictures.raw(90000 + i, seed=i))) for i in range(5)]
    result = rig.upload("--jobs", jobs, "-o", "json", *files)
    assert result.status == 0, result
    assert [row["file"] for row in result.json] == [str(f) for f in files]
    for row in result.json:
        number = row["id"].split("/")[1]
        assert cloud.find(number).bytes() == open(row["file"], "rb").read()


def test_one_bad_file_does_not_stop_the_others(rig, cloud, put_file, small, middle):
    bad = put_file("bad.gz", small.read_bytes()[:-9])
    result = rig.upload(small, bad, middle, "-o", "json")
    assert result.status == 3, result
    assert [row["exit"] for row in result.json] == [0, 3, 0]
    assert result.json[1]["status"] == "failed"
    assert len(cloud.images.present()) == 2 == len(cloud.bucket.completed)
    assert len(result.errors) == 1 and str(bad) in result.errors[0]


def test_different_failures_give_the_common_status(rig, cloud, tmp_path, put_file, small):
    bad = put_file("bad.gz", small.read_bytes()[:-9])
    cloud.images.fate = "failed: Failed to decompress image"
    result = rig.upload(bad, tmp_path / "missing.gz", small)
    assert result.status in (1, 2), result  # 2: what can be checked before, was
    assert cloud.images.present() == []


def test_a_region_without_object_storage_gets_a_warning(rig, small):
    result = rig.run("linode", "--region", "us-west", small)
    assert any("us-west" in line for line in result.warnings), result
    assert result.status == 2 and "region" in result.errors[0]  # the stand-in refuses it, as the cloud does


def test_a_region_that_does_not_exist_gets_a_warning(rig, small):
    result = rig.run("linode", "--region", "us-nowhere", small)
    assert any("us-nowhere" in line for line in result.warnings), result
    assert result.status == 2


def test_a_good_region_gets_no_warning(rig, small):
    assert rig.upload(small).warnings == []


def test_more_than_6_gb_uncompressed_is_only_a_warning(rig, put_file):
    block = pictures.packed(bytes(64 * pictures.MIB), 9)
    path = put_file("large.gz", block * 97)
    result = rig.upload(path, "-o", "json", "--no-wait", timeout=240)
    assert result.status == 0, result
    assert result.json[0]["uncompressed"] == 97 * 64 * pictures.MIB
    assert any("6" in line and str(path) in line for line in result.warnings), result


def test_the_largest_uncompressed_size_can_be_set(rig, cloud, put_file):
    path = put_file("zeros.gz", pictures.packed(bytes(3 * pictures.MIB)))
    result = rig.upload(path, "--max-size", "2M")
    assert result.status == 3, result
    rig.nothing_left()
    assert rig.upload(path, "--max-size", "3M").status == 0


def test_standard_input_that_is_a_file(rig, cloud, small):
    with open(small, "rb") as file:
        result = rig.upload("-", "--label", "from stdin", stdin=file)
    assert result.status == 0, result
    assert cloud.bucket.completed[0].bytes() == small.read_bytes()


def test_v4beta(rig, cloud, small):
    assert rig.upload(small, env={"LINODE_CLI_API_VERSION": "v4beta"}).status == 0
    assert {r.path.split("/")[1] for r in cloud.requests if r.server == "api"} == {"v4beta"}


def test_limited_rate(rig, cloud, middle):
    start = time.monotonic()
    assert rig.upload(middle, "--limit-rate", "1M", "--no-wait").status == 0
    assert time.monotonic() - start > 0.8


def test_quiet_says_nothing_but_the_result(rig, small):
    result = rig.upload(small, "-q")
    assert result.status == 0 and result.err == ""
    assert "private/37000001" in result.out
