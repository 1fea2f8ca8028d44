"""--import glance-direct: the data are staged, and Glance takes them into its stores by itself.

Glance is a real one that knows its users, behind clouds/glanceproxy.py.
"""

import contextlib
import json
import signal
import time

import pytest

from clouds import faults
from clouds.glanceproxy import Garbage, Meanwhile
from clouds.ionos import HalfReply, change
from glance_faults import AGAIN, CHANCE, FAULTS, GONE, HTML, JSON, LOST, MIB, NAMED, PAGE, SIZE, SOURCES
from glance_faults import disk, guarded_rig, make_rig, token  # noqa: F401 (fixtures)
from glance_outcome import given_up, holds, nothing_left, refused, settled

IMPORT = ["--import", "glance-direct"]
BOTH = ["--store", "fast,slow"]
EITHER = [*BOTH, "--allow-failure"]


@pytest.fixture
def rig(guarded_rig):
    return guarded_rig


@pytest.fixture
def proxy(rig):
    return rig.proxy


def lies_in(rig, image, path, stores):
    """The image is active, with these bytes in each of the stores, and nowhere else: nor is it staged any more."""
    holds_in = [f"{store}/{image}" for store in stores]
    settled(rig, lambda: [name for name in rig.files if image in name] == sorted(holds_in))
    record = rig.show(image)
    assert (record["status"], record["size"]) == ("active", path.stat().st_size), record
    assert all(rig.glance.file(image, store).read_bytes() == path.read_bytes() for store in stores)


def imported(rig, path, result, stages=1, stores=("fast",)):
    """One image, with all the bytes, and nothing besides."""
    assert result.status == 0, result
    (record,) = rig.records
    assert record["id"] in result.out
    lies_in(rig, record["id"], path, stores)
    if stages is not None:
        assert len(rig.proxy.seen("stage")) == stages, result
    assert rig.proxy.seen("put") == []


@contextlib.contextmanager
def broken(glance, *stores):
    """Where these stores have their directories there are files: they take nothing."""
    for store in stores:
        (glance.dir / store).rename(glance.dir / f"{store}.away")
        (glance.dir / store).touch()
    try:
        yield
    finally:
        for store in stores:
            (glance.dir / store).unlink()
            (glance.dir / f"{store}.away").rename(glance.dir / store)


# Where it goes.


@pytest.mark.parametrize(
    "source, words, stores",
    [("file", [], ["fast"]), ("pipe", [], ["fast"]), ("file", ["--store", "slow"], ["slow"]), ("pipe", BOTH, ["fast", "slow"]),
     ("file", ["--store", "slow,fast"], ["fast", "slow"]), ("file", ["--all-stores"], ["fast", "slow"]),
     ("pipe", ["--all-stores", "--allow-failure"], ["fast", "slow"])],  # fmt: skip
)
def test_where_it_goes(rig, disk, source, words, stores):
    result = rig.send(source, disk, *IMPORT, *words)
    imported(rig, disk, result, stores=stores)
    assert result.warnings == [], result


def test_what_the_requests_look_like(rig, proxy, disk):
    imported(rig, disk, rig.upload(disk, *IMPORT, *EITHER), stores=["fast", "slow"])
    (stage,), (asked,) = proxy.seen("stage"), proxy.seen("import")
    assert (stage.get("Content-Type"), stage.get("Content-Length"), stage.received) == ("application/octet-stream", str(SIZE), SIZE)
    assert json.loads(asked.body) == {"method": {"name": "glance-direct"}, "stores": ["fast", "slow"], "all_stores_must_succeed": False}


@pytest.mark.parametrize(
    "words, word",
    [([*IMPORT, "--store", "nope"], "fast, slow"), ([*IMPORT, "--store", "fast,nope"], "there is no --store nope"), (BOTH, "--import"),
     (["--all-stores"], "--import"), (["--allow-failure"], "--import"), (["--import", "web-download"], "glance-direct")],  # fmt: skip
)
def test_what_cannot_be(rig, proxy, disk, words, word):
    result = rig.upload(disk, *words)
    assert result.status == 2 and len(result.errors) == 1 and word in result.errors[0], result
    assert proxy.seen("create") == [] and rig.records == []


def test_a_glance_that_does_not_import(make_rig, make_glance, keystone, token, disk):
    rig = make_rig(make_glance(keystone, import_methods=["web-download"]), keystone, token)
    result = rig.upload(disk, *IMPORT)
    assert result.status == 2 and "--import glance-direct: this Glance" in result.errors[0], result
    assert rig.proxy.seen("create") == [] and rig.records == []


def task_of(rig):
    """The status of the last record's task, and what locks it."""
    image = rig.ids[-1]
    return rig.api("GET", f"/v2/images/{image}/tasks").json["tasks"][-1]["status"], rig.show(image).get("os_glance_import_task")


def test_a_glance_with_one_store(make_rig, make_glance, keystone, token, disk, tmp_path):
    """What is staged is limited, too."""
    rig = make_rig(make_glance(keystone, stores=("only",), size_cap=SIZE), keystone, token)
    imported(rig, disk, rig.upload(disk, *IMPORT), stores=["only"])
    rig.clean()
    result = rig.upload(disk, *IMPORT, "--all-stores")
    assert result.status == 2 and "one store only" in result.errors[0], result
    large = tmp_path / "large.raw"
    large.write_bytes(disk.read_bytes() + bytes(512))
    for source in ("file", "pipe"):
        refused(rig, rig.send(source, large, *IMPORT), 1, "413", "too large")
    # Its record stays in "importing", and nobody has seen the task at work.
    rig.proxy.fault("import", Meanwhile("reply", lambda _: settled(rig, lambda: task_of(rig) == ("failure", None))))
    with broken(rig.glance, "only"):
        result = rig.upload(disk, *IMPORT)
    refused(rig, result, 1, "could not import")


# A given record.


@SOURCES
def test_a_given_record(rig, proxy, disk, source):
    image = rig.make()
    result = rig.send(source, disk, "--image-id", image, *IMPORT, *BOTH)
    assert result.status == 0 and [record["id"] for record in rig.records] == [image], result
    lies_in(rig, image, disk, ["fast", "slow"])
    result = rig.upload(disk, "--image-id", image, *IMPORT)
    assert result.status == 1 and "active" in result.errors[0] and "is left" in result.errors[0], result
    assert proxy.seen("create") == proxy.seen("delete") == []


def test_a_given_record_that_was_staged(rig, proxy, disk):
    """By somebody else."""
    image = rig.make()
    assert rig.api("PUT", f"/v2/images/{image}/stage", content=b"theirs").status == 204
    result = rig.upload(disk, "--image-id", image, *IMPORT)
    assert result.status == 1 and "uploading" in result.errors[0], result
    assert rig.show(image)["status"] == "uploading" and proxy.seen("stage") == proxy.seen("delete") == []


def test_a_given_record_that_failed_before(rig, proxy, disk):
    """What Glance remembers of an earlier import is not taken for this one's."""
    image = rig.make()
    with broken(rig.glance, "fast", "slow"):
        result = rig.upload(disk, "--image-id", image, *IMPORT, *EITHER)
    assert result.status == 1 and "fast,slow" in result.errors[0] and f"{image} was not made here" in result.errors[0], result
    settled(rig, lambda: rig.show(image)["status"] == "queued")
    assert rig.show(image)["os_glance_failed_import"] == "fast,slow"
    result = rig.upload(disk, "--image-id", image, *IMPORT)
    assert result.status == 0 and result.warnings == [], result
    lies_in(rig, image, disk, ["fast"])
    assert rig.show(image)["os_glance_failed_import"] == "slow" and proxy.seen("delete") == []


# Glance fails, and does not say so in the status.


@pytest.mark.parametrize(
    "words, down",
    [([], "fast"), (["--store", "slow"], "slow"), (BOTH, "slow"), (BOTH, "fast"), (["--all-stores"], "slow"), (["--all-stores"], "fast"),
     (["--store", "slow,fast"], "slow")],  # fmt: skip
)
def test_a_store_that_fails(rig, disk, words, down):
    with broken(rig.glance, down):
        result = rig.upload(disk, *IMPORT, *words)
    refused(rig, result, 1, f"could not import the image {rig.ids[0]} into {down}: ", "Task failed")


@pytest.mark.parametrize("source, down, left", [("file", "slow", "fast"), ("pipe", "fast", "slow")])
def test_a_store_that_may_fail(rig, disk, source, down, left):
    with broken(rig.glance, down):
        result = rig.send(source, disk, *IMPORT, *EITHER)
    imported(rig, disk, result, stores=[left])
    assert len(result.warnings) == 1 and f"into {down}" in result.warnings[0], result


@pytest.mark.parametrize("words", [EITHER, ["--all-stores", "--allow-failure"]])
def test_one_store_at_least(rig, disk, words):
    with broken(rig.glance, "fast", "slow"):
        result = rig.upload(disk, *IMPORT, *words)
    refused(rig, result, 1, "could not import", "fast,slow")


def test_kept_on_failure(rig, proxy, disk):
    with broken(rig.glance, "slow"):
        result = rig.upload(disk, *IMPORT, *BOTH, "--keep-on-failure")
    assert result.status == 1 and f"the image {rig.ids[0]} is kept" in result.errors[0], result
    assert [record["id"] for record in rig.records] == rig.ids and proxy.seen("delete") == []


def test_what_was_staged_is_lost(rig, proxy, disk):
    proxy.fault("import", Meanwhile("head", lambda _: (rig.glance.dir / "staging" / rig.ids[0]).unlink()))
    refused(rig, rig.upload(disk, *IMPORT), 1, "could not import")


def test_nothing_can_be_staged(rig, disk):
    with broken(rig.glance, "staging"):
        result = rig.upload(disk, *IMPORT, "--retry", "1")
        assert result.status == 4 and len(result.errors) == 1, result
    given_up(rig, result, 4)


@pytest.mark.parametrize("when", ["head", "reply"])
def test_it_is_deleted_meanwhile(rig, proxy, disk, when):
    proxy.fault("import", Meanwhile(when, lambda _: rig.remove(rig.ids[0])))
    result = rig.upload(disk, *IMPORT)
    assert (result.status, "404" in result.errors[0]) == ((1, True) if when == "head" else (5, False)), result
    nothing_left(rig)


# Trouble with the staging.

SPOILT = {
    **FAULTS,
    "500 in the middle": (lambda: faults.Answer(500, PAGE, HTML, "body"), AGAIN, GONE),
    "204 and nothing staged": (lambda: faults.Answer(204, when="body"), LOST, LOST),
}
FIRST = ["503 before the body", "502 behind the body", "500 in the middle", "503 though kept", "409 though kept", "reset in the middle",
         "closed before the last byte", "204 lost by a reset", "204 lost by a close", "garbage though kept", "Glance lost by a close",
         "204 and nothing staged"]  # fmt: skip
SECOND = ["504 behind the body", "reset in the middle", "204 lost by a close"]


def ends(rig, path, result, fate, tries):
    """tries: that there were, if it is not sent again."""
    if fate == LOST:
        assert result.status == 5 and "queued" in result.errors[0] and rig.ids[-1] in result.errors[0], result
        assert len(rig.records) == 1 and rig.proxy.seen("delete") == []
    elif fate == GONE:
        given_up(rig, result, 4)
    else:
        imported(rig, path, result, tries + (fate == AGAIN))


@pytest.mark.parametrize("source, name", [("file", name) for name in FIRST] + [("pipe", name) for name in FIRST[::2]])
def test_the_first_staging(rig, proxy, disk, name, source):
    proxy.fault("stage", SPOILT[name][0]())
    result = rig.send(source, disk, *IMPORT)
    fate = SPOILT[name][1 + (source == "pipe")]
    if fate == CHANCE:  # whether the pipe was read
        nothing_left(rig) if result.status in (1, 4) else imported(rig, disk, result, None)
    else:
        ends(rig, disk, result, fate, 1)


@NAMED(SECOND)
def test_the_second_staging(rig, proxy, disk, name):
    proxy.fault("stage", faults.Drop(MIB))
    proxy.fault("stage", SPOILT[name][0]())
    ends(rig, disk, rig.upload(disk, *IMPORT), SPOILT[name][1], 2)


@NAMED(["503 before the body", "500 in the middle", "reset in the middle"])
def test_every_staging(rig, proxy, disk, name):
    proxy.fault("stage", SPOILT[name][0](), count=None)
    given_up(rig, rig.upload(disk, *IMPORT, "--retry", "1"), 4)
    assert len(proxy.seen("stage")) == 2 and proxy.seen("import") == []


def test_staged_by_somebody_else(rig, proxy, disk):
    put = lambda _: rig.api("PUT", f"/v2/images/{rig.ids[0]}/stage", content=b"others")
    proxy.fault("stage", Meanwhile("head", put))
    result = rig.upload(disk, *IMPORT)
    assert result.status == 1 and "somebody else" in result.errors[0], result
    (image,) = rig.records
    assert image["size"] == len(b"others") and "left" in result.errors[0], result


# Trouble with what starts the import.

LOST_202 = {
    "reset": lambda: faults.Drop("reply"),
    "closed": lambda: faults.Drop("reply", False),
    "503": lambda: faults.Answer(503, PAGE, HTML, "done"),
    "504": lambda: faults.Answer(504, PAGE, HTML, "done"),
    "garbage": Garbage,
}
NOT_BEGUN = {
    "503": lambda: faults.Answer(503, PAGE, HTML, "head"),
    "500": lambda: faults.Answer(500, PAGE, HTML, "body"),
    "429": lambda: faults.Answer(429, "{}", JSON, "head"),
    "401": lambda: faults.Answer(401, "{}", JSON, "head"),
    "reset": lambda: faults.Drop("head"),
    "closed": lambda: faults.Drop("head", False),
}


@NAMED(LOST_202)
def test_a_lost_202(rig, proxy, disk, name):
    """It is not imported twice: what Glance has begun, it refuses, and the record tells."""
    proxy.fault("import", LOST_202[name](), count=None)
    imported(rig, disk, rig.upload(disk, *IMPORT, *BOTH), stores=["fast", "slow"])


def test_a_lost_202_and_a_store_that_fails(rig, proxy, disk):
    proxy.fault("import", faults.Drop("reply"), count=None)
    with broken(rig.glance, "slow"):
        result = rig.upload(disk, *IMPORT, *BOTH)
    refused(rig, result, 1, "into slow: ")


@NAMED(NOT_BEGUN)
def test_an_import_that_does_not_begin_at_once(rig, proxy, disk, name):
    proxy.fault("import", NOT_BEGUN[name]())
    imported(rig, disk, rig.upload(disk, *IMPORT))
    assert len(proxy.seen("import")) == 2


@pytest.mark.parametrize("status, code", [(503, 4), (401, 2), (400, 2), (404, 1), (409, 1)])
def test_an_import_that_never_begins(rig, proxy, disk, status, code):
    reply = json.dumps({"message": "because of the test", "code": str(status), "title": "No"})
    proxy.fault("import", faults.Answer(status, reply, JSON, "head"), count=None)
    refused(rig, rig.upload(disk, *IMPORT, "--retry", "1"), code, str(status), "because of the test", "req-e2e-0815")
    assert len(proxy.seen("stage")) == 1 and len(proxy.seen("import")) == 1 + (status in (503, 401))


def test_an_import_that_was_never_begun(rig, proxy, disk):
    """Though Glance has said so: the image stays, and the message names it."""
    proxy.fault("import", faults.Answer(202, when="body"), count=None)
    result = rig.upload(disk, *IMPORT, "--timeout", "1s")
    assert result.status == 5 and rig.ids[0] in result.errors[0] and "uploading" in result.errors[0], result


@pytest.mark.parametrize("fault", [lambda: faults.Answer(503), lambda: faults.Drop("reply"), HalfReply])
def test_looks_that_fail(rig, proxy, disk, fault):
    for _ in range(2):
        proxy.fault("look", fault())
    imported(rig, disk, rig.upload(disk, *IMPORT))


def test_tasks_that_nobody_tells_of(rig, proxy, disk):
    proxy.fault("tasks", faults.Answer(404, "{}", JSON, "head"), count=None)
    with broken(rig.glance, "slow"):
        result = rig.upload(disk, *IMPORT, *BOTH)
    refused(rig, result, 1, "into slow; ")


@pytest.mark.parametrize("fault, code", [(lambda: faults.Answer(503, "{}", JSON), 4), (lambda: faults.Answer(404, "{}", JSON), 2)])
def test_ways_to_import_that_nobody_tells_of(rig, proxy, disk, fault, code):
    proxy.fault("methods", fault(), count=None)
    result = rig.upload(disk, *IMPORT, "--retry", "1")
    assert result.status == code and proxy.seen("create") == [], result


def test_other_data_than_was_sent(rig, proxy, disk):
    """Only the comparison tells."""
    proxy.fault("look", change(lambda value: value.update(os_hash_value="0" * 128)), count=None)
    refused(rig, rig.upload(disk, *IMPORT), 1, "other bytes than were sent")


@pytest.mark.parametrize("route, where", [("stage", MIB), ("import", "reply")])
def test_sigterm(rig, proxy, disk, route, where):
    fault = proxy.fault(route, faults.Hold(where))
    running = rig.begin(disk, *IMPORT, *BOTH)
    assert fault.reached.wait(30)
    running.signal(signal.SIGTERM)
    time.sleep(0.2)
    fault.release()
    result = running.end()
    assert result.status == -signal.SIGTERM and f"the image {rig.ids[0]} was deleted" in result.err, result
    assert rig.records == []  # Glance itself may leave the file of an image that it was importing


@pytest.mark.parametrize("what", ["refused", "dropped"])
def test_an_import_that_is_refused_until_the_time_is_over(rig, proxy, disk, what):
    """What was staged is whole, and is left."""
    reply = json.dumps({"message": "because of the test", "code": "503", "title": "No"})
    proxy.fault("import", faults.Answer(503, reply, JSON, "head") if what == "refused" else faults.Drop("head"), count=None)
    result = rig.upload(disk, *IMPORT, "--timeout", "3s", "--retry", "50")
    assert result.status == 5 and "sent whole" in result.err and "was deleted" not in result.err, result
