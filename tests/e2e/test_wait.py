"""Waiting for the image, and every way in which that can end."""

import json
import time

import pytest

from clouds import faults
from clouds.linode import TOKEN


def test_many_polls(rig, cloud, small):
    cloud.images.polls = 10
    result = rig.upload(small)
    assert result.status == 0, result
    assert 10 <= len(cloud.seen("view")) <= 13


@pytest.mark.parametrize(
    "why, status",
    [
        ("Failed to decompress image", 3),
        ("Image too large when uncompressed", 3),
        ("Upload window expired", 1),
        ('a "new" reason: 25600', 1),
    ],
)
def test_the_reason_of_a_failed_processing(rig, cloud, small, why, status):
    cloud.images.fate = f"failed: {why}"
    cloud.images.linger = 9999  # it stays pending for ever: only the event tells
    result = rig.upload(small, "--timeout", "30", "-o", "json")
    assert result.status == status, result
    assert why in result.errors[0] and "private/37000001" in result.errors[0]
    assert result.json[0]["status"] == "failed"


def test_a_failed_processing_leaves_no_image(rig, cloud, small):
    cloud.images.fate = "failed: Failed to decompress image"
    cloud.images.linger = 9999
    assert rig.upload(small, "--timeout", "30").status == 3
    assert cloud.images.present() == []


def test_kept_after_a_failed_processing(rig, cloud, small):
    cloud.images.fate = "failed: Failed to decompress image"
    cloud.images.linger = 9999
    assert rig.upload(small, "--timeout", "30", "--keep-on-failure").status == 3
    assert len(cloud.images.present()) == 1


def test_the_cloud_really_unpacks(rig, cloud, small):
    cloud.images.limit = 10000
    result = rig.upload(small, "--timeout", "30")
    assert result.status == 3, result
    assert "Image too large when uncompressed" in result.errors[0]


def test_a_failed_processing_without_the_scope_for_events(rig, cloud, small):
    """Then all there is to see is that the image goes away: nobody knows why, and nothing is deleted."""
    cloud.api.tokens[TOKEN] = {"images:read_write"}
    cloud.images.fate = "failed: Failed to decompress image"
    result = rig.upload(small, "--timeout", "30")
    assert result.status == 5 and cloud.seen("delete") == [], result
    assert "private/37000001" in result.errors[0]


def test_an_image_that_vanishes(rig, cloud, small):
    cloud.images.fate = "vanish"
    result = rig.upload(small, "--timeout", "30")
    assert result.status == 5 and "not there any more" in result.errors[0], result
    assert "private/37000001" in result.errors[0]
    assert cloud.images.present() == [] and cloud.seen("delete") == []


def test_an_image_that_stays_pending(rig, cloud, small):
    cloud.images.fate = "stuck"
    start = time.monotonic()
    result = rig.upload(small, "--timeout", "1", "-o", "json")
    assert result.status == 5, result
    assert time.monotonic() - start < 15
    assert "private/37000001" in result.errors[0]
    assert result.json[0]["id"] == "private/37000001" and result.json[0]["exit"] == 5
    assert len(cloud.images.present()) == 1  # the bytes are there: it may still become an image
    assert cloud.seen("delete") == []


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
def test_events_that_are_refused(rig, cloud, small, status):
    cloud.fault("events", faults.Answer(status, '{"errors":[{"reason":"no"}]}'), count=9999)
    cloud.images.polls = 3
    result = rig.upload(small)
    assert result.status == 0, result
    if status in (401, 403):
        assert len(cloud.seen("events")) == 1  # asked once, and not again


def test_only_the_event_of_this_image_counts(rig, cloud, small):
    """Others upload to the account too."""
    other = cloud.images.create({"label": "other", "region": "us-ord"})
    cloud.images.delete(other)  # its event is now "failed: Upload canceled"
    result = rig.upload(small)
    assert result.status == 0, result


def test_a_filter_that_is_not_obeyed(rig, cloud, small):
    """All events come back, the newest of them of another image and failed."""
    other = {"status": "failed", "message": "Failed", "action": "image_upload", "entity": {"id": 1, "type": "image", "label": "x"}}

    def spoil(reply):
        reply.body = reply.body.replace(b'"data": [', b'"data": [' + json.dumps(other).encode() + b", ", 1)

    cloud.fault("events", faults.Edit(spoil), count=9999)
    cloud.images.polls = 3
    assert rig.upload(small).status == 0


@pytest.mark.parametrize("status", [401, 403])
def test_the_token_ends_while_waiting(rig, cloud, small, status):
    cloud.fault("view", faults.Answer(status, '{"errors":[{"reason":"Invalid Token"}]}'), count=9999)
    result = rig.upload(small, "--timeout", "10")
    assert result.status == 5, result
    assert "private/37000001" in result.errors[0]


def test_the_list_of_images_is_never_asked_for(rig, cloud, small):
    cloud.images.polls = 5
    assert rig.upload(small).status == 0
    assert not [r for r in cloud.requests if r.path.rstrip("/").endswith("/images") and r.method == "GET"]


def test_an_answer_that_drips(rig, cloud, small):
    """--timeout is kept, but for ten seconds that a request may take."""
    cloud.fault("view", faults.Drip(), count=None)
    result = rig.upload(small, "--timeout", "1")
    assert result.status == 5 and "private/37000001" in result.errors[0], result
    assert cloud.seen("delete") == []


def test_the_interval_of_polling(rig, cloud, small):
    cloud.images.polls = 3
    start = time.monotonic()
    assert rig.upload(small, "--poll", "500ms").status == 0
    assert time.monotonic() - start > 1


def test_rate_limits_while_waiting(rig, cloud, small):
    cloud.images.polls = 3
    cloud.fault("view", faults.Answer(429, "{}", [("Retry-After", "1")]), count=2)
    start = time.monotonic()
    assert rig.upload(small).status == 0
    assert time.monotonic() - start > 1.5
