"""Nothing is reported as done that is not proven, and nothing that is done is thrown away."""

import json
import os

import pytest

import pictures
from clouds import faults
from outcome import arrived, given_up
from tool import FAST


@pytest.mark.parametrize("status", [405, 410, 501, 505])
def test_a_refusal_to_watch_does_not_delete(rig, cloud, middle, status):
    cloud.fault("view", faults.Answer(status, "{}"), count=99)
    result = rig.upload(middle)
    assert result.status == 5 and "private/37000001" in result.errors[0], result
    assert len(cloud.images.present()) == 1 and cloud.seen("delete") == []


def test_a_complete_upload_is_not_sent_again(rig, cloud, middle):
    """The answer to the PUT is lost, and for some polls the image shows nothing."""
    cloud.images.polls = 3
    cloud.fault("put", faults.Drop("reply"))
    result = rig.upload(middle, "-o", "json")
    arrived(rig, middle, result, puts=1)
    (row,) = result.json
    assert row["md5"] and row["uncompressed"] > 0


def test_a_late_arrival_is_still_one(rig, cloud, middle):
    """The first PUT had it all, but shows only after the second was refused."""
    cloud.images.polls = 11
    cloud.fault("put", faults.Drop("reply"))
    cloud.fault("put", faults.Answer(503, "{}"))
    cloud.fault("put", faults.Answer(403, "<Error><Code>AccessDenied</Code></Error>"), count=None)
    result = rig.upload(middle, "--retry", "3")
    assert result.status == 0 and len(cloud.images.present()) == 1 and cloud.seen("delete") == [], result


def test_another_status_is_no_arrival(rig, cloud, middle):
    """The PUT was cut; that the image is "creating" says nothing of bytes that never left."""

    def creating(reply):
        image = json.loads(reply.body)
        image["status"] = "creating"
        reply.body = json.dumps(image).encode()

    cloud.fault("put", faults.Drop(1000))
    cloud.fault("view", faults.Edit(creating))
    result = rig.upload(middle, "--no-wait")
    assert result.status == 0, result
    assert len(cloud.seen("put")) == 2 and len(cloud.bucket.completed) == 1


@pytest.mark.parametrize("status", [200, 202])
def test_a_login_page_is_no_proof(rig, cloud, middle, status):
    cloud.fault("put", faults.Answer(status, "<html>please log in</html>"))
    result = rig.upload(middle, "--no-wait", "-q")
    assert result.status == 5 and "not proven" in result.errors[0], result


PAGE = "<html><head><title>404 Not Found</title></head><body>nginx</body></html>"
NOT_FOUND = json.dumps({"errors": [{"reason": "Not found"}]})


@pytest.mark.parametrize("page, count", [(NOT_FOUND, 1), (PAGE, 3), ("", 3)])
def test_an_odd_look_does_not_delete(rig, cloud, middle, page, count):
    """A replica that is behind, or a gateway without its API: the image is whole all the same."""
    cloud.fault("view", faults.Answer(404, page), count=count)
    arrived(rig, middle, rig.upload(middle), puts=1)
    assert cloud.seen("delete") == []


def test_what_is_never_seen_again_is_not_deleted(rig, cloud, middle):
    cloud.fault("view", faults.Answer(404, NOT_FOUND), count=None)
    result = rig.upload(middle, "--timeout", "30")
    assert result.status == 5 and "private/37000001" in result.errors[0], result
    assert len(cloud.images.present()) == 1 and cloud.seen("delete") == [] and len(cloud.seen("view")) >= 3


def test_an_odd_look_after_a_lost_answer(rig, cloud, middle):
    """The storage has it all, and its answer was lost."""
    cloud.fault("put", faults.Drop("reply"))
    cloud.fault("view", faults.Answer(404, NOT_FOUND))
    arrived(rig, middle, rig.upload(middle), puts=1)


@pytest.mark.parametrize("status, page", [(500, "{}"), (404, PAGE), (405, "{}"), (404, NOT_FOUND)])
def test_a_lost_answer_and_no_look(rig, cloud, middle, status, page):
    """The storage has it all, but neither it nor the API says so."""
    cloud.fault("put", faults.Drop("reply"))
    cloud.fault("view", faults.Answer(status, page), count=None)
    result = rig.upload(middle, "--retry", "1")
    assert result.status == 5 and "private/37000001" in result.errors[0], result
    assert len(cloud.images.present()) == 1 and cloud.seen("delete") == []


def test_a_gateway_that_passes_on_and_refuses(rig, cloud, middle):
    cloud.fault("put", faults.Answer(403, PAGE, when="done"))
    cloud.fault("view", faults.Answer(500, "{}"), count=None)
    result = rig.upload(middle, "--retry", "1")
    assert result.status == 5 and "may be there whole" in result.errors[0], result
    assert cloud.seen("delete") == []


LOGIN = "<html>please log in</html>"


@pytest.mark.parametrize("words", [[], ["--unproven-ok"]])
@pytest.mark.parametrize("view, why", [(NOT_FOUND, "not there any more"), (None, "still pending_upload")])
def test_a_login_page_and_an_image_that_is_none(rig, cloud, middle, words, view, why):
    """What speaks against the image is no lack of proof."""
    cloud.fault("put", faults.Answer(200, LOGIN))
    if view:
        cloud.fault("view", faults.Answer(404, view), count=None)
    result = rig.upload(middle, "--timeout", "14" if view else "0.5", "-o", "json", *words)
    assert result.status == 5 and why in result.errors[0], result
    assert result.json[0]["status"].endswith("unproven")


@pytest.mark.parametrize("page", [PAGE, "", "[]", '{"errors": []}'])
def test_a_gateways_404_deletes_nothing(rig, cloud, middle, page):
    cloud.fault("put", faults.Answer(403, "<Error><Code>AccessDenied</Code></Error>"))
    cloud.fault("delete", faults.Answer(404, page), count=None)
    result = rig.upload(middle)
    assert result.status == 1 and "could not be deleted" in result.errors[0], result
    assert "was deleted" not in result.err and len(cloud.images.present()) == 1


def test_an_image_that_is_gone_already_counts_as_deleted(rig, cloud, middle):
    cloud.fault("put", faults.Answer(403, "<Error><Code>AccessDenied</Code></Error>"))
    cloud.fault("delete", faults.Answer(404, NOT_FOUND))
    assert "private/37000001 was deleted" in rig.upload(middle).errors[0]


def test_no_proof_is_asked_for(rig, cloud, middle):
    cloud.fault("put", faults.Answer(200, "<html>please log in</html>"))
    result = rig.upload(middle, "--no-wait", "--unproven-ok", "-o", "json")
    assert result.status == 0 and any("not proven" in line for line in result.warnings), result
    assert result.json[0]["status"].endswith("unproven")


def test_no_id_names_what_was_sent_when_the_results_are_lost(rig, cloud, middle):
    """--upload-to knows no id."""
    url = rig.run("linode", "--region", "us-ord", "--label", "L", "--url-only", "--no-headers", "--cols", "upload_to").out.strip()
    with open("/dev/full", "wb") as full:
        result = rig.run("linode", "--upload-to", "env", *FAST, middle, env={"HOIST_UPLOAD_TO": url}, stdout=full)
    assert result.status == 5, result
    assert f"{middle}: uploaded" in result.err and "standard output" in result.err


def test_a_url_gets_one_image(rig, cloud, middle, small):
    url = rig.run("linode", "--region", "us-ord", "--label", "L", "--url-only", "--no-headers", "--cols", "upload_to")
    result = rig.run("linode", "--upload-to", "env", *FAST, middle, small, env={"HOIST_UPLOAD_TO": url.out.strip()})
    assert result.status == 2 and cloud.seen("put") == [], result


def test_linode_cli_takes_one_file(rig, cloud, middle, small):
    result = rig.run("linode-cli", "image-upload", "--region", "us-ord", middle, small)
    assert result.status == 2 and cloud.seen("create") == [], result


def test_linode_cli_options_before_the_verb(rig):
    words = ["--text", "--no-headers", "--format", "id", "images", "upload", "--label", "L", "--region", "us-ord"]
    result = rig.run("linode-cli", *words)
    assert result.status == 0, result


def test_a_file_that_was_not_sent_is_not_done(rig, cloud, small, tmp_path):
    rows = rig.upload("-o", "json", small, tmp_path / "missing.gz").json
    assert [(row["status"], row["exit"]) for row in rows] == [("not started", None), ("failed", 2)]
    assert cloud.requests == []


def test_check_looks_at_every_file(rig, small, put_file):
    cut = put_file("cut.gz", small.read_bytes()[:-9])
    rows = rig.run("check", "-o", "json", cut, small).json
    assert [(row["status"], row["exit"], row["clouds"]["linode"]["takes"]) for row in rows] == [
        ("failed", 3, False),
        ("intact", 0, True),
    ]


def test_a_token_from_a_pipe(rig, cloud, small):
    """As in LINODE_CLI_TOKEN_FILE=<(pass show linode): it can be read only once."""
    token = rig.env.pop("LINODE_CLI_TOKEN")
    reader, writer = os.pipe()
    os.write(writer, token.encode() + b"\n")
    os.close(writer)
    result = rig.upload(small, env={"LINODE_CLI_TOKEN_FILE": f"/dev/fd/{reader}"}, pass_fds=[reader])
    os.close(reader)
    arrived(rig, small, result)


@pytest.mark.parametrize("proxy", ["http://user:geheim@127.0.0.1:99999", "gopher://user:geheim@127.0.0.1:1", "http://user:geheim@"])
def test_a_bad_proxy_shows_no_password(rig, small, proxy):
    result = rig.upload(small, "-v", "--retry", "0", env={"https_proxy": proxy})
    assert result.status in (2, 4) and "geheim" not in result.err + result.out, result


def test_a_long_reason_is_cut_and_not_dropped(rig, cloud, middle):
    cloud.images.fate = "failed: Failed to decompress image " + "x" * 400
    result = rig.upload(middle)
    given_up(rig, result, 3)
    assert "Failed to decompress image" in result.errors[0]


def test_maintenance_while_waiting_is_waited_for(rig, cloud, middle):
    cloud.fault("view", faults.Answer(503, "{}", [("X-Maintenance-Mode", "x")]), count=8)
    arrived(rig, middle, rig.upload(middle, "--retry", "1"))


def test_both_ids_are_named_when_the_results_are_lost(rig, cloud, put_file, middle, small):
    """Standard output is full, and one of the uploads failed as well."""
    cloud.fault("put", faults.Answer(403, "<Error><Code>AccessDenied</Code></Error>"))
    with open("/dev/full", "wb") as full:
        result = rig.upload("--jobs", "1", middle, small, stdout=full)
    assert result.status == 1, result
    (image,) = cloud.images.present()
    assert image.id in result.err and "standard output" in result.err


def test_a_raw_file_keeps_the_limit_too(rig, put_file):
    path = put_file("disk.img", bytes(3 * pictures.MIB))
    assert rig.run("check", "--max-size", "2M", path).status == 3
    assert rig.run("check", "--max-size", "3M", path).status == 0
