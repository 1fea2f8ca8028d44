"""The upload in trouble: what is tried again, what is not, and what is left."""

import pytest

from clouds import faults
from clouds.bucket import presign, refusal
from outcome import arrived, given_up

HTML = [("Content-Type", "text/html")]
PAGE = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("when", ["head", "body"])
def test_the_put_is_tried_again_after(rig, cloud, middle, status, when):
    cloud.fault("put", faults.Answer(status, PAGE, HTML, when), count=2)
    arrived(rig, middle, rig.upload(middle), puts=3)
    assert len({r.target for r in cloud.seen("put")}) == 1  # the same URL


@pytest.mark.parametrize("where", ["head", 0, 1, 70000, 1048576, "last"])
@pytest.mark.parametrize("reset", [True, False])
def test_the_put_is_tried_again_when_cut(rig, cloud, middle, where, reset):
    where = middle.stat().st_size - 1 if where == "last" else where
    cloud.fault("put", faults.Drop(where, reset))
    arrived(rig, middle, rig.upload(middle), puts=2)
    assert cloud.seen("put")[1].complete


def test_a_second_attempt_looks_at_the_image_first(rig, cloud, middle):
    cloud.fault("put", faults.Drop(1000))
    arrived(rig, middle, rig.upload(middle))
    routes = [r.route for r in cloud.requests]
    assert "view" in routes[routes.index("put") + 1 : len(routes) - routes[::-1].index("put") - 1]


@pytest.mark.parametrize("shown", ["pending_upload", "creating"])
@pytest.mark.parametrize("reset", [True, False])
def test_a_lost_answer_to_a_complete_put(rig, cloud, middle, shown, reset):
    """The bytes are there, only the answer is not."""
    cloud.images.processing_status = shown
    cloud.fault("put", faults.Drop("reply", reset))
    arrived(rig, middle, rig.upload(middle))


def test_a_lost_answer_when_the_image_is_available_already(rig, cloud, middle):
    """Sending again would be wrong: the image is there."""
    cloud.images.polls = 0
    cloud.fault("put", faults.Drop("reply"))
    arrived(rig, middle, rig.upload(middle), puts=1)


def test_retries_are_used_up(rig, cloud, middle):
    cloud.fault("put", faults.Answer(503, PAGE, HTML), count=99)
    given_up(rig, rig.upload(middle, "--retry", "2"), 4, puts=3)
    assert cloud.bucket.completed == []


def test_no_retry(rig, cloud, middle):
    cloud.fault("put", faults.Drop(100000))
    given_up(rig, rig.upload(middle, "--retry", "0"), 4, puts=1)


@pytest.mark.parametrize("code", ["SignatureDoesNotMatch", "AccessDenied"])
def test_403_is_final_and_shown(rig, cloud, middle, code):
    if code == "AccessDenied":
        cloud.lifetime = -10
    else:
        cloud.presign = lambda image: presign(cloud.store_server.url, image.number, cloud.bucket.access, "another secret")
    result = rig.upload(middle)
    given_up(rig, result, 1, puts=1)
    assert code in result.errors[0] and "403" in result.errors[0]
    assert cloud.seen("put")[0].received == 0  # thanks to Expect, not a byte was wasted


def test_400_is_final_and_shown(rig, cloud, middle):
    reply = refusal(400, "InvalidRequest", "Your upload &lt;exceeds&gt; it")
    cloud.fault("put", faults.Answer(400, reply.body, reply.headers, "head"), count=9)
    result = rig.upload(middle)
    given_up(rig, result, 1, puts=1)
    assert "InvalidRequest" in result.errors[0] and "exceeds" in result.errors[0]


def test_too_large_for_the_storage_is_about_the_image(rig, cloud, middle):
    reply = refusal(400, "EntityTooLarge")
    cloud.fault("put", faults.Answer(400, reply.body, reply.headers, "head"), count=9)
    result = rig.upload(middle)
    given_up(rig, result, 3, puts=1)
    assert "EntityTooLarge" in result.errors[0]


@pytest.mark.parametrize("status", [201, 202, 204])
def test_other_good_answers_to_the_put(rig, cloud, small, status):
    cloud.fault("put", faults.Edit(lambda reply: setattr(reply, "status", status)))
    result = rig.upload(small)
    assert result.status == 0, result


@pytest.mark.parametrize("etag", ['"00000000000000000000000000000000"', '"d41d8cd98f00b204e9800998ecf8427e"'])
def test_a_wrong_etag_is_a_failure(rig, cloud, small, etag):
    cloud.fault("put", faults.Edit(lambda reply: reply.set("ETag", etag)), count=99)
    result = rig.upload(small, "--retry", "1")
    assert result.status in (1, 4), result
    assert "md5" in result.errors[0].lower() or "etag" in result.errors[0].lower()
    assert cloud.images.present() == []


@pytest.mark.parametrize("etag", [None, '"d41d8cd98f00b204e9800998ecf8427e-3"', 'W/"abc"', ""])
def test_an_etag_that_is_no_md5_says_nothing(rig, cloud, small, etag):
    cloud.fault("put", faults.Edit(lambda reply: reply.set("ETag", etag)))
    arrived(rig, small, rig.upload(small), puts=1)


def test_an_etag_in_capitals(rig, cloud, small):
    cloud.fault("put", faults.Edit(lambda reply: reply.set("ETag", dict(reply.headers)["ETag"].upper())))
    arrived(rig, small, rig.upload(small), puts=1)


def test_200_before_the_body_is_no_success(rig, cloud, big):
    """The server says yes and has nothing: that must not count."""
    cloud.fault("put", faults.Answer(200, when="head"), count=99)
    result = rig.upload(big, "--retry", "1")
    assert result.status in (1, 4), result
    assert cloud.images.present() == [] and cloud.bucket.completed == []


def test_100_continue_that_never_comes(rig, cloud, middle):
    cloud.fault("put", faults.NoContinue())
    arrived(rig, middle, rig.upload(middle), puts=1)


def test_a_server_that_reads_slowly(rig, cloud, middle):
    cloud.fault("put", faults.SlowRead(100000, 0.02))
    arrived(rig, middle, rig.upload(middle), puts=1)


def test_a_late_answer(rig, cloud, middle):
    cloud.fault("put", faults.Late("reply", 2))
    cloud.fault("create", faults.Late("reply", 1))
    arrived(rig, middle, rig.upload(middle), puts=1)


@pytest.mark.parametrize("where", [0, 1000000])
def test_a_stalled_put(rig, cloud, big, where):
    cloud.fault("put", faults.Hold(where), count=99)
    given_up(rig, rig.upload(big, "--stall-timeout", "3", "--retry", "1"), 4, puts=2)


@pytest.mark.parametrize("route", ["create", "view"])
def test_a_stalled_api(rig, cloud, small, route):
    cloud.fault(route, faults.Hold("head"), count=99)
    result = rig.upload(small, "--stall-timeout", "3", "--retry", "1", "--timeout", "10")
    assert result.status == {"create": 4, "view": 5}[route], result


def test_a_stall_and_then_success(rig, cloud, big):
    cloud.fault("put", faults.Hold(1000000))
    cloud.fault("view", faults.Hold("head"))
    arrived(rig, big, rig.upload(big, "--stall-timeout", "3"), puts=2)


def test_a_stall_after_the_last_byte(rig, cloud, big):
    cloud.fault("put", faults.Hold("reply"))
    arrived(rig, big, rig.upload(big, "--stall-timeout", "3"))


def test_nobody_listens_at_the_upload_host(rig, cloud, small):
    cloud.store_server.stop()
    given_up(rig, rig.upload(small, "--retry", "1"), 4, puts=0)
