"""Trouble on the way to a record, and behind the upload: no record is left that should not be, and no other one is touched.

Glance is a real one, behind clouds/glanceproxy.py.
"""

import json
import signal
import subprocess
import time
import uuid

import pytest

from clouds import faults
from clouds.glanceproxy import Changed, Garbage, Meanwhile
from clouds.ionos import HalfReply, change
from glance_faults import FAULTS, HTML, JSON, MIB, NAMED, PAGE, SOURCES
from glance_faults import disk, make_rig, proxy, rig  # noqa: F401 (fixtures)
from glance_outcome import arrived, given_up, holds, nothing_left, refused, settled

# The record.

LOST_201 = {
    "reset": lambda: faults.Drop("reply"),
    "closed": lambda: faults.Drop("reply", False),
    "half": HalfReply,
    "503": lambda: faults.Answer(503, PAGE, HTML, "done"),
    "504": lambda: faults.Answer(504, PAGE, HTML, "done"),
    "garbage": Garbage,
    "html": lambda: faults.Answer(200, PAGE, HTML, "done"),
    "no JSON": lambda: faults.Answer(201, '{"id": ', JSON, "done"),
    "too long": lambda: faults.Answer(201, " " * (2 * MIB), JSON, "done"),
    "too many headers": lambda: faults.Answer(201, "{}", [("X-Filler", "f" * 1000)] * 500, "done"),
}


@NAMED(LOST_201)
def test_a_lost_201(rig, proxy, disk, name):
    """The record is found by its id; there is no second one."""
    proxy.fault("create", LOST_201[name]())
    arrived(rig, disk, rig.upload(disk), puts=1)
    assert len(proxy.seen("create")) == 1


@NAMED(["reset", "504"])
def test_a_lost_201_and_nobody_who_tells(rig, proxy, disk, name):
    """GET fails, too, for a while: the next try finds it."""
    proxy.fault("create", LOST_201[name]())
    proxy.fault("look", faults.Answer(503), count=2)
    arrived(rig, disk, rig.upload(disk), puts=1)
    assert len(set(rig.ids)) == 1


def test_a_lost_204_and_nobody_who_tells(rig, proxy, disk):
    """Of a pipe there is no other try: it is asked for again."""
    proxy.fault("put", faults.Drop("reply"))
    proxy.fault("look", faults.Answer(503), count=2)
    arrived(rig, disk, rig.send("pipe", disk), puts=1)


def test_a_lost_201_and_nobody_who_tells_ever(rig, proxy, disk):
    proxy.fault("create", faults.Drop("reply"), count=None)
    proxy.fault("look", faults.Answer(503), count=None)
    result = rig.upload(disk, "--retry", "1")
    assert result.status == 4 and len(result.errors) == 1, result
    assert f"the image {rig.ids[-1]} was deleted" in result.errors[0], result
    nothing_left(rig)
    assert proxy.seen("put") == []


OURS = "11111111-2222-4333-8444-555555555555"


def test_an_id_that_somebody_takes_meanwhile(rig, proxy, disk):
    """Nobody answers to the making of the record; then somebody else makes one of that id.  It is not deleted."""

    def take(_):
        rig.make(id=OURS)
        rig.fill(OURS, b"others")

    proxy.fault("create", faults.Answer(503, PAGE, HTML, "head"))
    proxy.fault("look", faults.Fault())
    proxy.fault("look", Meanwhile("reply", take))
    result = rig.upload(disk, "--id", OURS, "--retry", "0")
    assert result.status == 4 and len(result.errors) == 1 and "left" in result.errors[0], result
    assert rig.show(OURS)["size"] == len(b"others") and proxy.seen("delete") == []


def test_a_chosen_id_of_which_nobody_tells(rig, proxy, disk):
    """It may be there, as ours or as somebody's."""
    proxy.fault("create", faults.Drop("reply"), count=None)
    proxy.fault("look", faults.Fault())
    proxy.fault("look", faults.Answer(503), count=None)
    result = rig.upload(disk, "--id", OURS, "--retry", "1")
    assert result.status == 4 and len(result.errors) == 1, result
    assert f"the image {OURS} may be left: it cannot be looked at" in result.errors[0], result
    assert proxy.seen("delete") == []


def test_the_id_of_a_deleted_image(rig, proxy, disk):
    image = rig.make()
    rig.remove(image)
    result = rig.upload(disk, "--id", image)
    assert result.status == 1 and len(result.errors) == 1, result
    assert "--id" in result.errors[0] and "deleted" in result.errors[0] and "409" in result.errors[0], result


@pytest.mark.parametrize("status", [408, 429, 503])
def test_no_record_was_made(rig, proxy, disk, status):
    proxy.fault("create", faults.Answer(status, PAGE, HTML, "head"), count=2)
    arrived(rig, disk, rig.upload(disk), puts=1)
    assert len(proxy.seen("create")) == 3


@pytest.mark.parametrize("fault", [faults.Drop("head"), faults.Drop("head", False), faults.Drop(10)])
def test_a_connection_lost_before_the_record(rig, proxy, disk, fault):
    proxy.fault("create", fault)
    arrived(rig, disk, rig.upload(disk), puts=1)


@pytest.mark.parametrize("status, code", [(400, 2), (401, 2), (403, 2), (404, 1), (409, 1), (413, 1), (500, 4), (503, 4)])
def test_no_record_can_be_made(rig, proxy, disk, status, code):
    reply = json.dumps({"message": "because of the test", "code": f"{status}", "title": "No"})
    proxy.fault("create", faults.Answer(status, reply, JSON, "head"), count=None)
    result = rig.upload(disk, "--retry", "1")
    assert (result.status, len(result.errors), rig.records) == (code, 1, []), result
    assert "because of the test" in result.errors[0] and "req-e2e-0815" in result.errors[0], result
    assert proxy.seen("put") == []


# Looking, asking, deleting.


@pytest.mark.parametrize("fault", [lambda: faults.Answer(503), lambda: faults.Drop("reply"), HalfReply, Garbage])
def test_a_look_that_fails(rig, proxy, disk, fault):
    for _ in range(2):
        proxy.fault("look", fault())
    arrived(rig, disk, rig.upload(disk), puts=1)


def test_a_look_that_fails_between_two_puts(rig, proxy, disk):
    proxy.fault("put", faults.Drop(MIB))
    proxy.fault("look", faults.Answer(502, PAGE, HTML), count=2)
    arrived(rig, disk, rig.upload(disk), puts=2)


def test_nobody_tells_what_came_of_it(rig, proxy, disk):
    """Sent whole: the image stays, and the message names it."""
    proxy.fault("look", faults.Answer(503), count=None)
    result = rig.upload(disk, "--retry", "2", "--timeout", "3s")
    assert result.status == 5 and rig.ids[0] in result.errors[0], result
    holds(rig, rig.ids[0], disk.read_bytes())


@pytest.mark.parametrize("status", ["saving", "importing"])
def test_it_takes_a_while(rig, proxy, disk, status):
    proxy.fault("look", change(lambda value: value.update(status=status)), count=2)
    arrived(rig, disk, rig.upload(disk), puts=1)


def test_it_takes_too_long(rig, proxy, disk):
    proxy.fault("look", change(lambda value: value.update(status="saving")), count=None)
    result = rig.upload(disk, "--timeout", "1s")
    assert result.status == 5 and rig.ids[0] in result.errors[0] and "saving" in result.errors[0], result


def test_it_takes_too_long_to_be_protected(rig, proxy, disk):
    proxy.fault("look", change(lambda value: value.update(status="saving")), count=None)
    result = rig.upload(disk, "--protected", "--timeout", "1s")
    (said,) = [line for line in result.warnings if "is not protected" in line]
    assert result.status == 5 and f"--protected {rig.ids[0]}" in said, result
    assert proxy.seen("protect") == []


@pytest.mark.parametrize("fault", [lambda: faults.Answer(403), lambda: faults.Drop("head")])
def test_it_cannot_be_protected(rig, proxy, disk, fault):
    """The image is proven, and stays."""
    proxy.fault("protect", fault(), count=None)
    result = rig.upload(disk, "--protected", "--retry", "1")
    assert result.status == 5 and f"--protected {rig.ids[0]}" in result.errors[0], result
    holds(rig, rig.ids[0], disk.read_bytes())


@pytest.mark.parametrize("status", ["killed", "deleted", "pending_delete"])
def test_it_was_not_kept(rig, proxy, disk, status):
    proxy.fault("look", change(lambda value: value.update(status=status)), count=None)
    refused(rig, rig.upload(disk), 1, status, puts=1)


def test_another_digest_is_asked_for(rig, proxy, disk):
    """An algorithm that is not known: MD5 is compared."""
    proxy.fault("look", change(lambda value: value.update(os_hash_algo="blake9", os_hash_value="00")), count=None)
    arrived(rig, disk, rig.upload(disk), puts=1)


@pytest.mark.parametrize("edit", [{"size": 1}, {"os_hash_value": "0" * 128}, {"os_hash_algo": None, "checksum": "0" * 32}])
def test_a_record_that_says_something_else(rig, proxy, disk, edit):
    proxy.fault("look", change(lambda value: value.update(edit)), count=None)
    result = rig.upload(disk)
    assert result.status in (1, 4), result
    given_up(rig, result, result.status, puts=1)


@pytest.mark.parametrize("fault", [lambda: faults.Answer(503), lambda: faults.Drop("head"), lambda: faults.Drop("reply")])
def test_a_delete_that_fails_once(rig, proxy, disk, fault):
    """The failure leaves nothing all the same."""
    proxy.fault("put", faults.Answer(403, "{}", JSON, "head"))
    proxy.fault("delete", fault())
    given_up(rig, rig.upload(disk), 2, puts=1)


def test_a_delete_that_fails(rig, proxy, disk):
    """The message says what is left, and how to remove it."""
    proxy.fault("put", faults.Answer(403, "{}", JSON, "head"))
    proxy.fault("delete", faults.Answer(503), count=None)
    result = rig.upload(disk, "--retry", "1")
    assert result.status == 2 and len(result.errors) == 1, result
    assert f"openstack image delete {rig.ids[0]}" in result.errors[0], result
    assert [record["id"] for record in rig.records] == rig.ids


@pytest.mark.parametrize("fault", [lambda: faults.Answer(503), lambda: faults.Drop("head"), Garbage, HalfReply])
def test_a_quota_that_cannot_be_asked_for(rig, proxy, disk, fault):
    proxy.fault("usage", fault(), count=None)
    arrived(rig, disk, rig.upload(disk), puts=1)


@pytest.mark.parametrize("fault", [lambda: faults.Answer(503), lambda: faults.Drop("reply"), HalfReply])
def test_stores_that_cannot_be_asked_for_at_once(rig, proxy, disk, fault):
    proxy.fault("stores", fault())
    result = rig.upload(disk, "--store", "slow")
    assert result.status == 0, result
    (record,) = rig.records
    assert record["stores"] == "slow" and rig.glance.file(record["id"], "slow").read_bytes() == disk.read_bytes()


# Records that are not ours, and those that are to be kept.


@pytest.mark.parametrize("name", ["503 before the body", "reset in the middle", "502 behind the body"])
def test_a_given_record_is_never_deleted(rig, proxy, disk, name):
    image = rig.make()
    proxy.fault("put", FAULTS[name][0](), count=None)
    result = rig.upload(disk, "--image-id", image, "--retry", "1")
    assert result.status == 4 and f"the image {image} was not made here" in result.errors[0], result
    settled(rig, lambda: rig.show(image)["status"] == "queued")
    assert proxy.seen("delete") == [] and len(proxy.seen("put")) == 2


@SOURCES
def test_a_given_record(rig, proxy, disk, source):
    image = rig.make()
    proxy.fault("put", faults.Answer(503, when="head"))
    result = rig.send(source, disk, "--image-id", image)
    assert result.status == 0 and [record["id"] for record in rig.records] == [image], result
    holds(rig, image, disk.read_bytes())


@SOURCES
def test_a_given_record_of_the_same_format(rig, tmp_path, source):
    """That a fixed VHD is one is told at its end."""
    image = rig.make(disk_format="vhd")
    path = tmp_path / "disk"
    subprocess.run(["qemu-img", "create", "-q", "-f", "vpc", "-o", "subformat=fixed", path, "2M"], check=True)
    result = rig.send(source, path, "--image-id", image)
    assert result.status == 0, result
    holds(rig, image, path.read_bytes())


@SOURCES
@pytest.mark.parametrize("form, theirs", [("qcow2", "raw"), ("qcow2", "vhd"), ("raw", "qcow2")])
def test_a_given_record_of_another_format(rig, proxy, tmp_path, source, form, theirs):
    image = rig.make(disk_format=theirs)
    path = tmp_path / "disk"
    subprocess.run(["qemu-img", "create", "-q", "-f", form, path, "2M"], check=True)
    result = rig.send(source, path, "--image-id", image)
    assert result.status == 3 and len(result.errors) == 1 and theirs in result.errors[0], result
    settled(rig, lambda: rig.show(image)["status"] == "queued")
    assert proxy.seen("delete") == []


def test_a_given_record_with_other_data_than_was_sent(rig, proxy, disk):
    image = rig.make()
    proxy.fault("put", Changed(MIB))
    result = rig.upload(disk, "--image-id", image)
    assert result.status == 1 and image in result.errors[0], result
    assert proxy.seen("delete") == [] and rig.show(image)["status"] == "active"


def test_a_given_record_without_a_format(rig, proxy, disk):
    """Glance's own 400."""
    image = rig.make(disk_format=None)
    result = rig.upload(disk, "--image-id", image)
    assert result.status == 2 and "disk_format" in result.errors[0], result
    assert rig.show(image)["status"] == "queued" and proxy.seen("delete") == []


def test_a_given_record_that_has_data(rig, proxy, disk):
    image = rig.make()
    rig.fill(image, b"theirs")
    result = rig.upload(disk, "--image-id", image)
    assert result.status == 1 and "active" in result.errors[0], result
    holds(rig, image, b"theirs")
    assert proxy.seen("put") == proxy.seen("delete") == []


def test_a_given_record_that_is_not_there(rig, proxy, disk):
    missing = "00000000-0000-4000-8000-000000000000"
    result = rig.upload(disk, "--image-id", missing)
    assert result.status == 1 and missing in result.errors[0], result
    assert rig.records == [] and proxy.seen("create") == proxy.seen("put") == []


@pytest.mark.parametrize("at_once", [True, False])
def test_two_runs_for_a_given_record(rig, proxy, disk, tmp_path, at_once):
    """One wins; the other one tells, and deletes nothing.  To both at once Glance says 409 or 410, as it comes."""
    paths = [disk, tmp_path / "other.raw"]
    paths[1].write_bytes(bytes(reversed(disk.read_bytes())))
    image = rig.make()
    holds_both = [proxy.fault("put", faults.Hold("head")) for _ in paths]
    running = [rig.begin(path, "--image-id", image) for path in paths]
    assert all(hold.reached.wait(30) for hold in holds_both)
    holds_both[0].release()
    if not at_once:
        settled(rig, lambda: rig.show(image)["status"] == "active")
    holds_both[1].release()
    results = [run.end() for run in running]
    won = [result.status for result in results].index(0)
    holds(rig, image, paths[won].read_bytes())
    lost = results[1 - won]
    assert lost.status == 1 and len(lost.errors) == 1 and f"the image {image} was not made here" in lost.errors[0], lost
    assert "somebody else" in lost.errors[0] or "other bytes" in lost.errors[0], lost
    assert proxy.seen("delete") == []


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("fault", [None, lambda: faults.Drop("head"), lambda: faults.Answer(503, when="head")])
def test_an_id_that_is_taken(rig, proxy, disk, fault, full):
    """Whatever is lost on the way: a record that was there before is not ours."""
    image = rig.make()
    if full:
        rig.fill(image, b"theirs")
    if fault:
        proxy.fault("create", fault())
    result = rig.upload(disk, "--id", image)
    assert result.status in (1, 2), result
    assert proxy.seen("put") == proxy.seen("delete") == []
    assert (rig.show(image)["name"], rig.show(image)["status"]) == ("theirs", "active" if full else "queued")


def test_a_chosen_id(rig, proxy, disk):
    wanted = str(uuid.uuid4())
    proxy.fault("create", faults.Drop("reply"))
    proxy.fault("put", faults.Drop(MIB))
    arrived(rig, disk, rig.upload(disk, "--id", wanted), puts=2)
    assert [record["id"] for record in rig.records] == [wanted]


@pytest.mark.parametrize("name", ["503 before the body", "reset in the middle"])
def test_kept_on_failure(rig, proxy, disk, name):
    proxy.fault("put", FAULTS[name][0](), count=None)
    result = rig.upload(disk, "--keep-on-failure", "--retry", "1")
    assert result.status in (1, 4) and f"the image {rig.ids[0]} is kept" in result.errors[0], result
    settled(rig, lambda: rig.show(rig.ids[0])["status"] == "queued")
    assert proxy.seen("delete") == []


# Signals.


@SOURCES
@pytest.mark.parametrize("where", ["head", MIB, "reply"])
def test_sigterm(rig, proxy, disk, source, where):
    fault = proxy.fault("put", faults.Hold(where))
    data = disk.read_bytes() if source == "pipe" else None
    name = ["-", "--name", "piped"] if data else [disk]
    running = rig.begin(*name, **({"stdin": open(disk, "rb")} if data else {}))
    assert fault.reached.wait(30)
    running.signal(signal.SIGTERM)
    result = running.end()
    fault.release()
    assert result.status == -signal.SIGTERM and f"the image {rig.ids[0]} was deleted" in result.err, result
    nothing_left(rig)


def test_sigterm_before_the_record_is_known(rig, proxy, disk):
    fault = proxy.fault("create", faults.Hold("reply"))
    running = rig.begin(disk)
    assert fault.reached.wait(30)
    running.signal(signal.SIGTERM)
    time.sleep(0.2)
    fault.release()
    assert running.end().status == -signal.SIGTERM
    nothing_left(rig)


def test_sigterm_between_two_tries(rig, proxy, disk):
    proxy.fault("put", faults.Answer(503, when="head"), count=None)
    running = rig.begin(disk, "--retry-delay", "60")
    assert proxy.wait(lambda: proxy.seen("put") and proxy.seen("put")[0].status)
    time.sleep(0.2)
    running.signal(signal.SIGTERM)
    assert running.end().status == -signal.SIGTERM
    nothing_left(rig)


def test_sigterm_and_keep_on_failure(rig, proxy, disk):
    fault = proxy.fault("put", faults.Hold(MIB))
    running = rig.begin(disk, "--keep-on-failure")
    assert fault.reached.wait(30)
    running.signal(signal.SIGTERM)
    result = running.end()
    assert result.status == -signal.SIGTERM and f"the image {rig.ids[0]} is kept" in result.err, result
    fault.release()
    assert proxy.seen("delete") == [] and len(rig.records) == 1
