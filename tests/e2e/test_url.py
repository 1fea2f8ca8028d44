"""A URL now and the upload later: --url-only and --upload-to, the second without any token."""

import os

import pytest

import pictures
from clouds import faults
from tool import FAST, Tool


@pytest.fixture
def edge(home, pki):
    """The tool as on an appliance: a CA, no token, no API."""
    return Tool(home, {"SSL_CERT_FILE": pki.ca})


@pytest.fixture
def url(rig):
    result = rig.run("linode", "--region", "us-ord", "--label", "edge", "--url-only", "--no-headers", "--cols", "upload_to")
    assert result.status == 0, result
    return result.out.strip()


def test_url_only(rig, cloud):
    result = rig.run("linode", "--region", "us-ord", "--label", "L", "--url-only")
    assert result.status == 0, result
    header, row = result.out.splitlines()
    assert header.split() == ["ID", "UPLOAD_TO"]
    assert row.split()[0] == "private/37000001" and row.split()[1].startswith(cloud.store_server.url)
    assert cloud.seen("put") == []


def test_url_only_as_json(rig, cloud):
    (row,) = rig.run("linode", "--region", "us-ord", "--label", "L", "--url-only", "-o", "json").json
    assert row["id"] == "private/37000001" and row["upload_to"].startswith(cloud.store_server.url)


def arrived(edge, cloud, path, result):
    assert result.status == 0, result
    (stored,) = cloud.bucket.completed
    assert stored.bytes() == path.read_bytes()
    (put,) = cloud.seen("put")
    assert put.all("Authorization") == []


def count_api(cloud):
    return len([r for r in cloud.requests if r.server == "api"])


def test_from_the_environment(edge, cloud, url, middle):
    before = count_api(cloud)
    result = edge.run("linode", "--upload-to", "env", *FAST, middle, env={"HOIST_UPLOAD_TO": url})
    arrived(edge, cloud, middle, result)
    assert count_api(cloud) == before


def test_from_a_file_that_the_environment_names(edge, cloud, url, middle, put_file):
    file = put_file("url", (url + "\n").encode())
    arrived(edge, cloud, middle, edge.run("linode", "--upload-to=env", *FAST, middle, env={"HOIST_UPLOAD_TO_FILE": str(file)}))


def test_from_a_file(edge, cloud, url, middle, put_file):
    arrived(edge, cloud, middle, edge.run("linode", "--upload-to", put_file("url", url.encode()), *FAST, middle))


def test_from_a_descriptor(edge, cloud, url, middle):
    read, write = os.pipe()
    os.write(write, url.encode() + b"\n")
    os.close(write)
    result = edge.run("linode", "--upload-to", f"fd:{read}", *FAST, middle, pass_fds=[read])
    os.close(read)
    arrived(edge, cloud, middle, result)


def test_from_standard_input(edge, cloud, url, middle):
    arrived(edge, cloud, middle, edge.run("linode", "--upload-to", "-", *FAST, middle, input=url.encode()))


@pytest.mark.parametrize("scheme", ["http", "https", "HTTPS"])
def test_never_as_an_argument(edge, cloud, url, middle, scheme):
    result = edge.run("linode", "--upload-to", url.replace("https", scheme, 1), middle)
    assert result.status == 2 and "argument" in result.errors[0] or "HOIST_UPLOAD_TO" in result.errors[0], result
    assert cloud.seen("put") == []


@pytest.mark.parametrize("text", ["", "\n", "nonsense", "ftp://127.0.0.1/x", "file:///etc/passwd", "https://", "https://h/a b", "https://h/\x01"])
def test_what_is_no_url(edge, middle, text):
    result = edge.run("linode", "--upload-to", "env", middle, env={"HOIST_UPLOAD_TO": text})
    assert result.status == 2 and len(result.errors) == 1, result


def test_a_url_that_is_too_long(edge, middle, put_file):
    assert edge.run("linode", "--upload-to", put_file("url", b"https://h/" + b"x" * 100000), middle).status == 2


@pytest.mark.parametrize("cut", [1, 9, 3000])
def test_every_check_is_made(edge, cloud, url, middle, put_file, cut):
    path = put_file("cut.gz", middle.read_bytes()[:-cut])
    result = edge.run("linode", "--upload-to", "env", *FAST, path, env={"HOIST_UPLOAD_TO": url})
    assert result.status == 3, result
    assert cloud.bucket.completed == []


def test_what_it_holds_is_checked(edge, cloud, url, put_file):
    path = put_file("disk.gz", pictures.packed(pictures.WRONG_INSIDE["qcow2"]))
    assert edge.run("linode", "--upload-to", "env", path, env={"HOIST_UPLOAD_TO": url}).status == 3
    assert cloud.seen("put") == []


def test_it_is_tried_again(edge, cloud, url, middle):
    cloud.fault("put", faults.Drop(500000))
    cloud.fault("put", faults.Answer(503))
    result = edge.run("linode", "--upload-to", "env", *FAST, middle, env={"HOIST_UPLOAD_TO": url})
    assert result.status == 0, result
    assert len(cloud.seen("put")) == 3 and len(cloud.bucket.completed) == 1


def test_a_wrong_etag(edge, cloud, url, middle):
    cloud.fault("put", faults.Edit(lambda reply: reply.set("ETag", '"' + "0" * 32 + '"')), count=99)
    result = edge.run("linode", "--upload-to", "env", *FAST, "--retry", "1", middle, env={"HOIST_UPLOAD_TO": url})
    assert result.status in (1, 4), result


def test_an_expired_url(edge, cloud, rig, middle):
    cloud.lifetime = -10
    url = rig.run("linode", "--region", "us-ord", "--label", "L", "--url-only", "-o", "json").json[0]["upload_to"]
    result = edge.run("linode", "--upload-to", "env", *FAST, middle, env={"HOIST_UPLOAD_TO": url})
    assert result.status == 1, result
    assert "expired" in result.errors[0] or "AccessDenied" in result.errors[0]


def test_a_token_is_not_sent_even_if_there_is_one(rig, cloud, url, middle):
    before = count_api(cloud)
    result = rig.run("linode", "--upload-to", "env", *FAST, middle, env={"HOIST_UPLOAD_TO": url})
    arrived(rig, cloud, middle, result)
    assert count_api(cloud) == before
