"""What Glance and what stands before it say of an image that has arrived: nothing odd of it ever deletes the image.

Glance is a real one, behind clouds/glanceproxy.py.
"""

import json
import time

import pytest

from clouds import faults
from clouds.glanceproxy import Meanwhile
from clouds.ionos import change
from clouds.message import Reply
from glance_faults import HTML, JSON, PAGE
from glance_faults import disk, make_rig, proxy, rig  # noqa: F401 (fixtures)
from glance_outcome import arrived, holds

GONE = json.dumps({"message": "No image found with ID", "code": "404 Not Found", "title": "Not Found"})
ODD = {
    "gone": lambda: faults.Answer(404, GONE, JSON),
    "a gateway's 404": lambda: faults.Answer(404, PAGE, HTML),
    "queued": lambda: change(lambda value: value.update(status="queued", size=None)),
    "deactivated": lambda: change(lambda value: value.update(status="deactivated")),
    "unknown": lambda: change(lambda value: value.update(status="reticulating")),
    "no size": lambda: change(lambda value: value.update(size=None)),
    "another image": lambda: change(lambda value: value.update(id="00000000-0000-4000-8000-000000000000")),
}


def kept(rig, disk, result):
    assert result.status == 5 and rig.ids[0] in result.errors[0], result
    assert rig.proxy.seen("delete") == [] and len(rig.proxy.seen("put")) == 1
    holds(rig, rig.ids[0], disk.read_bytes())


@pytest.mark.parametrize("name", ODD)
def test_an_odd_look(rig, proxy, disk, name):
    """A replica that is behind, a gateway without its Glance."""
    proxy.fault("look", ODD[name](), count=2)
    arrived(rig, disk, rig.upload(disk), puts=1)


@pytest.mark.parametrize("name", ODD)
def test_odd_looks_without_an_end(rig, proxy, disk, name):
    proxy.fault("look", ODD[name](), count=None)
    kept(rig, disk, rig.upload(disk, "--timeout", "15s"))
    assert len(proxy.seen("look")) >= 3


@pytest.mark.parametrize("name", ["gone", "deactivated"])
def test_an_odd_look_after_a_lost_answer(rig, proxy, disk, name):
    proxy.fault("put", faults.Drop("reply"))
    proxy.fault("look", ODD[name](), count=5)
    arrived(rig, disk, rig.upload(disk), puts=1)


LOST = {
    "a gateway's 404": lambda: faults.Answer(404, PAGE, HTML),
    "500": lambda: faults.Answer(500, PAGE, HTML),
    "403": lambda: faults.Answer(403, "{}", JSON),
}


@pytest.mark.parametrize("name", LOST)
def test_a_lost_answer_and_no_look(rig, proxy, disk, name):
    proxy.fault("put", faults.Drop("reply"))
    proxy.fault("look", LOST[name](), count=None)
    kept(rig, disk, rig.upload(disk, "--retry", "1"))


def test_a_pipe_whose_answer_was_lost(rig, proxy, disk):
    """There is no other attempt: what an old look says must not delete it."""
    proxy.fault("put", faults.Drop("reply"))
    proxy.fault("look", ODD["queued"]())
    arrived(rig, disk, rig.send("pipe", disk), puts=1)


def test_a_look_that_drips(rig, proxy, disk):
    """--timeout is kept, but for ten seconds that a request may take."""
    proxy.fault("look", faults.Drip(), count=None)
    kept(rig, disk, rig.upload(disk, "--timeout", "1"))


def test_a_gateways_404_deletes_nothing(rig, proxy, disk):
    proxy.fault("put", faults.Answer(403, "{}", JSON, "head"))
    proxy.fault("delete", faults.Answer(404, PAGE, HTML), count=None)
    result = rig.upload(disk)
    assert result.status == 2 and "could not be deleted" in result.errors[0], result
    assert len(rig.records) == 1


def stalled_404(exchange):
    exchange.wire.sock.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 100\r\n\r\n<html>")
    time.sleep(3)


def test_a_gateways_404_that_stalls_deletes_nothing(rig, proxy, disk):
    """The id of the request before is not this one's."""
    proxy.fault("put", faults.Answer(403, "{}", JSON, "head"))
    proxy.fault("delete", Meanwhile("head", stalled_404), count=None)
    result = rig.upload(disk, "--stall-timeout", "1")
    assert "was deleted" not in result.err and "could not be deleted" in result.errors[0], result


@pytest.mark.parametrize("edit", [{"protected": False}, {"protected": None}, {"protected": "true"}, {"id": "x"}])
def test_a_protection_that_is_not_shown(rig, proxy, disk, edit):
    """Another image's object is never taken for the result."""
    answer = lambda exchange: exchange.send(Reply(200, JSON, json.dumps({**rig.show(rig.ids[0]), **edit}).encode()))
    proxy.fault("protect", Meanwhile("head", answer))
    result = rig.upload(disk, "--protected", "-o", "json")
    kept(rig, disk, result)
    assert "not protected" in result.errors[0] and [item["id"] for item in result.json["items"]] == rig.ids, result
