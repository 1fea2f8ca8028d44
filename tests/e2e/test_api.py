"""The API in trouble: what is asked again, what is not, and what is left."""

import email.utils
import time

import pytest

from clouds import faults
from outcome import arrived, given_up

MAINTENANCE = [("X-Maintenance-Mode", "full-maintenance"), ("Content-Type", "application/json")]
HTML = [("Content-Type", "text/html")]
PAGE = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
BUSY = '{"errors":[{"reason":"Linode busy."}]}'


@pytest.mark.parametrize("route", ["create", "view"])
@pytest.mark.parametrize("status, body, headers", [(408, "{}", ()), (429, "{}", ()), (429, "{}", [("Retry-After", "1")]), (503, "{}", ()), (400, BUSY, ())])
def test_api_requests_are_tried_again(rig, cloud, small, route, status, body, headers):
    cloud.fault(route, faults.Answer(status, body, headers), count=2)
    result = rig.upload(small)
    assert result.status == 0, result
    assert len(cloud.images.all) == 1


@pytest.mark.parametrize("status, body, headers", [(500, "{}", ()), (502, PAGE, HTML), (504, PAGE, HTML)])
def test_what_may_have_made_an_image_is_not_tried_again(rig, cloud, small, status, body, headers):
    """Nobody knows whether a POST that ended so was carried out: a second one could leave an image behind."""
    cloud.fault("create", faults.Answer(status, body, headers, "done"))
    result = rig.upload(small)
    assert result.status == 4 and "small.img.gz" in result.errors[0], result
    assert len(cloud.seen("create")) == 1
    cloud.images.polls = 5
    cloud.fault("view", faults.Answer(status, body, headers), count=2)
    assert rig.upload(small).status == 0  # asking again does no harm


@pytest.mark.parametrize("value", ["-5", "soon", "1e9", "99999999999999999999", "", "2.5"])
def test_an_absurd_retry_after(rig, cloud, small, value):
    cloud.fault("create", faults.Answer(429, "{}", [("Retry-After", value)]))
    start = time.monotonic()
    result = rig.upload(small, "--timeout", "4")
    assert result.status in (0, 4), result
    assert time.monotonic() - start < 20


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_obeyed(rig, cloud, small, form):
    value = "2" if form == "seconds" else email.utils.formatdate(time.time() + 3, usegmt=True)
    cloud.fault("create", faults.Answer(429, "{}", [("Retry-After", value)]))
    start = time.monotonic()
    assert rig.upload(small).status == 0
    assert time.monotonic() - start > 1.5


@pytest.mark.parametrize("route", ["create", "put"])
def test_maintenance_is_said(rig, cloud, small, route):
    cloud.fault(route, faults.Answer(503, "{}", MAINTENANCE), count=99)
    result = rig.upload(small, "--retry", "1")
    given_up(rig, result, 4)
    if route == "create":
        assert "maintenance" in result.errors[0]


def test_a_lost_answer_to_the_post_leaves_no_second_image_unnamed(rig, cloud, small):
    """The record may exist although its id never arrived: say so, or find it, but never end well without it."""
    cloud.fault("create", faults.Drop("reply"))
    result = rig.upload(small)
    if result.status == 0:
        assert len(cloud.images.present()) == 1
    else:
        assert result.status == 4, result
        assert "small.img.gz" in result.errors[0]


@pytest.mark.parametrize("where", ["head", "reply"])
def test_the_api_goes_away_while_waiting(rig, cloud, small, where):
    cloud.fault("view", faults.Drop(where), count=3)
    arrived(rig, small, rig.upload(small))


def test_nobody_listens_at_the_api(rig, cloud, small):
    cloud.api_server.stop()
    result = rig.upload(small, "--retry", "1")
    given_up(rig, result, 4)
    assert cloud.api_server.host.split(":")[0] in result.errors[0]


def test_a_host_that_does_not_exist(rig, small):
    result = rig.upload(small, "--retry", "0", env={"LINODE_CLI_API_HOST": "api.invalid"}, timeout=120)
    assert result.status == 4 and "api.invalid" in result.errors[0]


@pytest.mark.parametrize("fault", [faults.Answer(500, "{}"), faults.Answer(401, "{}"), faults.Answer(200, "[]"), faults.Drop("head")])
def test_the_region_list_is_not_needed(rig, cloud, small, fault):
    cloud.fault("regions", fault, count=99)
    arrived(rig, small, rig.upload(small))


def test_400_of_the_api_names_the_field(rig, cloud, small):
    body = '{"errors":[{"reason":"must be a nice one","field":"label"},{"reason":"and that"}]}'
    cloud.fault("create", faults.Answer(400, body))
    result = rig.upload(small)
    given_up(rig, result, 2)
    assert "label" in result.errors[0] and "must be a nice one" in result.errors[0]


def test_403_of_the_api_names_the_permission(rig, cloud, small):
    cloud.fault("create", faults.Answer(403, '{"errors":[{"reason":"Unauthorized"}]}'))
    result = rig.upload(small)
    given_up(rig, result, 2)
    assert "images:read_write" in result.errors[0] and "upload_image" in result.errors[0]


def test_202_is_as_good_as_200(rig, cloud, small):
    cloud.api.created = 202
    arrived(rig, small, rig.upload(small))


def test_chunked_answers(rig, cloud, small):
    cloud.fault("*", faults.Chunked(), count=99)
    arrived(rig, small, rig.upload(small))
