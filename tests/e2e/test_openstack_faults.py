"""The upload to Glance in trouble: either the image is there with all its bytes, or there is none.

Glance is a real one, behind clouds/glanceproxy.py.
"""

import json
import subprocess
import time

import pytest

from clouds import faults
from clouds.glanceproxy import Changed, Completed, Meanwhile, Shortened
from clouds.ionos import change
from clouds.message import Reply
from glance_faults import AGAIN, CHANCE, FAULTS, GONE, HTML, JSON, LOST, MIB, NAMED, PAGE, SIZE, SOURCES, UNHEARD, written
from glance_faults import disk, guarded_rig, make_rig, proxy, rig, token  # noqa: F401 (fixtures)
from glance_outcome import arrived, given_up, holds, never_twice, nothing_left, refused
from servers.openstack import RELEASES

EVERY = ["503 before the body", "502 behind the body", "reset in the middle", "Glance lost by a close", "closed before the body"]
SECOND = ["504 behind the body", "503 though kept", "reset in the middle", "204 lost by a close", "204 and nothing kept"]


@pytest.fixture(scope="session")
def big_disk(tmp_path_factory):
    """More than the sockets hold."""
    return written(tmp_path_factory.mktemp("disk"), 16 * MIB)


def fate_of(name, source="file"):
    return FAULTS[name][1 + (source == "pipe")]


def ends(rig, path, result, fate, puts):
    """puts: that had failed before."""
    if fate == LOST:
        assert result.status == 5 and "queued" in result.errors[0] and rig.ids[-1] in result.errors[0], result
        assert len(rig.proxy.seen("put")) == puts + 1 and len(rig.records) == 1
    elif fate == GONE:
        given_up(rig, result, 4, puts + 1)
    elif fate == CHANCE and result.status != 0:
        given_up(rig, result, result.status)
        assert result.status in (1, 4)
    else:
        arrived(rig, path, result, {AGAIN: puts + 2, CHANCE: None, UNHEARD: None}.get(fate, puts + 1))


# The end of Glance.  It takes longest, and so comes first.


def crash(rig):
    rig.glance.kill()
    rig.glance.restart()


def test_glance_killed(make_rig, make_glance, disk, big_disk):
    """Nothing can be deleted: the message says so.  Once Glance is back, what a pipe has begun can."""
    rig = make_rig(make_glance())
    rig.proxy.fault("put", Meanwhile(MIB, lambda _: rig.glance.kill()))
    result = rig.upload(disk, "--retry", "1")
    # 5 when all of it had left.
    assert result.status in (4, 5) and f"openstack image delete {rig.ids[0]}" in result.errors[0], result
    rig.glance.restart()
    assert [record["id"] for record in rig.records] == rig.ids
    rig.proxy.fault("put", Meanwhile(MIB, lambda _: crash(rig)))
    result = rig.send("pipe", big_disk)
    assert result.status == 4 and f"the image {rig.ids[1]} was deleted" in result.errors[0], result
    assert [record["id"] for record in rig.records] == rig.ids[:1]


def test_glance_killed_behind_the_last_byte_of_a_pipe(make_rig, make_glance, disk):
    """A slow store is in "saving" too, and nobody can send a pipe twice: the image is left, and named."""
    rig = make_rig(make_glance())
    rig.proxy.fault("put", Meanwhile(2 * MIB, lambda _: crash(rig)))
    result = rig.send("pipe", disk)
    assert result.status == 5 and f"the image {rig.ids[0]} may be there whole, and is left" in result.errors[0], result
    (record,) = rig.records
    assert record["id"] == rig.ids[0] and record["status"] == "saving"


def test_glance_killed_and_back(make_rig, make_glance, disk):
    """The record stays in "saving" for ever: it is deleted, though nobody says so, and another one made."""
    rig = make_rig(make_glance())

    def act(_):
        crash(rig)
        rig.proxy.fault("delete", faults.Drop("reply"), count=None)
        rig.proxy.fault("create", faults.Answer(503, PAGE, HTML, "head"))

    rig.proxy.fault("put", Meanwhile(MIB, act))
    result = rig.upload(disk, timeout=120)
    assert result.status == 0 and len(set(rig.ids)) == 2, result
    (record,) = rig.records
    holds(rig, record["id"], disk.read_bytes())


HARD_TO_DELETE = {
    "refused": (lambda: faults.Answer(403), None, 1),
    "refused for now": (lambda: faults.Answer(503), None, 4),
    "at the second attempt": (lambda: faults.Answer(504, PAGE, HTML, "head"), 3, 0),
}


@NAMED(HARD_TO_DELETE)
def test_a_stuck_record_that_is_hard_to_delete(make_rig, make_glance, disk, name):
    fault, count, status = HARD_TO_DELETE[name]
    rig = make_rig(make_glance())
    rig.proxy.fault("put", Meanwhile(MIB, lambda _: crash(rig)))
    rig.proxy.fault("delete", fault(), count=count)
    result = rig.upload(disk, "--retry", "2", timeout=120)
    (record,) = rig.records
    assert result.status == status, result
    if status == 0:
        holds(rig, record["id"], disk.read_bytes())
    else:
        assert record["status"] == "saving" and record["id"] in result.errors[0], result
        assert "stuck in saving, and could not be deleted" in result.errors[0], result


# Trouble with the upload.


@SOURCES
@NAMED(FAULTS)
def test_the_first_put(rig, proxy, disk, name, source):
    fault = proxy.fault("put", FAULTS[name][0]())
    result = rig.send(source, disk)
    ends(rig, disk, result, fate_of(name, source), 0)
    assert source == "file" or never_twice(rig)
    assert fault.reached.is_set() or name in ("slow", "no 100 Continue")


@NAMED(SECOND)
@SOURCES
def test_the_second_put(rig, proxy, disk, name, source):
    """The first is refused before the body: a pipe has not begun."""
    proxy.fault("put", faults.Answer(503, PAGE, HTML, "head"))
    proxy.fault("put", FAULTS[name][0]())
    ends(rig, disk, rig.send(source, disk), fate_of(name, source), 1)


@NAMED(EVERY)
def test_every_put(rig, proxy, disk, name):
    proxy.fault("put", FAULTS[name][0](), count=None)
    given_up(rig, rig.upload(disk, "--retry", "2"), 4, None if fate_of(name) == UNHEARD else 3)


@NAMED(["503 though kept", "409 though kept", "204 lost by a reset", "half a line though kept"])
def test_every_put_that_was_kept(rig, proxy, disk, name):
    """The record tells, and nothing is sent twice."""
    proxy.fault("put", FAULTS[name][0](), count=None)
    arrived(rig, disk, rig.upload(disk, "--retry", "2"), puts=1)


@NAMED(["503 before the body", "reset before the body"])
def test_every_put_of_a_pipe(rig, proxy, disk, name):
    proxy.fault("put", FAULTS[name][0](), count=None)
    given_up(rig, rig.send("pipe", disk, "--retry", "1"), 4, None if fate_of(name) == UNHEARD else 2)


def test_different_faults_in_a_row(rig, proxy, disk):
    names = ["reset in the middle", "502 behind the body", "Glance lost before the last byte", "204 lost by a reset"]
    for name in names:
        proxy.fault("put", FAULTS[name][0]())
    arrived(rig, disk, rig.upload(disk), puts=4)
    assert len(proxy.seen("create")) == 1


@pytest.mark.parametrize("where, source", [("head", "file"), (100000, "file"), (100000, "pipe")])
def test_a_stall(rig, proxy, big_disk, where, source):
    """Glance learns late that somebody has gone: the next try waits until the record takes data again."""
    proxy.fault("put", faults.Late(where, 4.5))
    result = rig.send(source, big_disk, "--stall-timeout", "2s")
    # A Glance that is slow may be given up more often.
    ends(rig, big_disk, result, UNHEARD if source == "file" else GONE, 0)
    assert len(rig.proxy.seen("put")) > 1 if source == "file" else never_twice(rig)


def test_a_stall_behind_the_last_byte(rig, proxy, disk):
    proxy.fault("put", faults.Late("reply", 4.5))
    arrived(rig, disk, rig.upload(disk, "--stall-timeout", "0.5s"), puts=1)


def test_a_pause_that_glance_asks_for(rig, proxy, disk):
    proxy.fault("put", faults.Answer(503, "", [("Retry-After", "1")], "head"))
    began = time.monotonic()
    arrived(rig, disk, rig.upload(disk), puts=2)
    assert time.monotonic() - began >= 1


@SOURCES
@pytest.mark.parametrize("fault, word", [(Shortened(MIB), f" {MIB} "), (Shortened(0), " 0 "), (Changed(MIB), "sha512")])
def test_other_data_than_was_sent(rig, proxy, disk, source, fault, word):
    """204, and active: only the comparison tells."""
    proxy.fault("put", fault, count=None)
    result = rig.send(source, disk)
    given_up(rig, result, 1, puts=1)
    assert word in result.errors[0], result


def test_the_pipe_of_a_known_size(rig, proxy, disk):
    arrived(rig, disk, rig.send("pipe", disk, "--size", str(SIZE)), puts=1)
    (put,) = proxy.seen("put")
    assert (put.get("Content-Length"), put.get("Transfer-Encoding"), put.received) == (str(SIZE), None, SIZE)


@pytest.mark.parametrize("size", [SIZE - 1, SIZE + 1])
def test_the_pipe_of_another_size(rig, proxy, disk, size):
    """More or less than --size: nothing that Glance could take for the whole."""
    result = rig.send("pipe", disk, "--size", str(size))
    assert result.status in (1, 2, 3), result
    given_up(rig, result, result.status, puts=1)


def test_what_a_request_looks_like(rig, proxy, disk):
    arrived(rig, disk, rig.send("pipe", disk), puts=1)
    (put,) = proxy.seen("put")
    assert (put.get("Content-Length"), put.get("Transfer-Encoding")) == (None, "chunked")
    assert (put.get("Content-Type"), put.get("Expect"), put.received) == ("application/octet-stream", "100-continue", SIZE)
    assert all(request.get("Accept") == "application/json" for request in proxy.requests)


def fill_with_nothing(rig, exchange):
    """Something in front loses the body: Glance makes an image of nothing, and says so before it is sent."""
    rig.fill(rig.ids[0], b"")
    exchange.send(Reply(204))


@SOURCES
def test_an_empty_body_was_taken(rig, proxy, disk, source):
    """It is our upload that made it, and is deleted.  The connection may break first."""
    proxy.fault("put", Meanwhile("head", lambda exchange: fill_with_nothing(rig, exchange)))
    result = rig.send(source, disk)
    if source == "file":
        refused(rig, result, 1, "not by a whole upload", puts=1)
    else:
        assert result.status in (1, 4), result
        given_up(rig, result, result.status, puts=1)


# What Glance refuses, and why.


def without_digests(value):
    value.update(os_hash_algo=None, os_hash_value=None, checksum=None)


@pytest.mark.parametrize("late", [True, False])
def test_no_digest(rig, proxy, disk, late):
    """The size alone proves nothing, least of all where somebody else may have sent as many bytes."""
    if late:
        proxy.fault("put", faults.Answer(409, '{"message": "no"}', JSON, "done"))
    proxy.fault("look", change(without_digests), count=None)
    result = rig.upload(disk)
    (image,) = rig.records
    assert result.status == (1 if late else 5), result
    assert ("somebody else" if late else "no digest") in result.errors[0] and late != ("active, unproven" in result.out), result
    holds(rig, image["id"], disk.read_bytes())


def test_no_digest_and_none_is_asked_for(rig, proxy, disk):
    proxy.fault("look", change(without_digests), count=None)
    result = rig.upload(disk, "--unproven-ok")
    arrived(rig, disk, result, puts=1)
    assert any("no digest" in line for line in result.warnings) and "active, unproven" in result.out, result


def test_a_409_that_was_wrong(rig, proxy, disk):
    """Then what was sent next is ours."""
    proxy.fault("put", faults.Answer(409, '{"message": "no"}', JSON, "head"))
    arrived(rig, disk, rig.upload(disk), puts=2)


@SOURCES
def test_404(rig, proxy, disk, source):
    """Somebody has deleted the record before the upload."""
    proxy.fault("put", Meanwhile("head", lambda _: rig.remove(rig.ids[0])))
    refused(rig, rig.send(source, disk), 1, "404", rig.ids[0], puts=1)
    assert proxy.seen("put")[0].received == 0


@SOURCES
@pytest.mark.parametrize("words", [[], ["--retry", "0"]], ids=["again", "once"])
def test_409(rig, proxy, disk, source, words):
    """Somebody else's data is in it."""
    proxy.fault("put", Meanwhile("head", lambda _: rig.fill(rig.ids[0], b"others")))
    result = rig.send(source, disk, *words)
    assert result.status == 1 and len(result.errors) == 1 and rig.ids[0] in result.errors[0], result
    assert "somebody else" in result.errors[0] or "409" in result.errors[0], result
    (image,) = rig.records
    assert image["size"] == len(b"others") and "left" in result.errors[0], result
    assert proxy.seen("delete") == []


@SOURCES
def test_a_part_that_was_taken_for_the_whole(rig, proxy, disk, source):
    """Something between cuts the upload, and completes it: the image is active, and deleted."""
    proxy.fault("put", Completed(MIB))
    result = rig.send(source, disk)
    assert result.status in (1, 4), result
    given_up(rig, result, result.status, puts=1)


def test_410(rig, proxy, disk):
    """It was deleted during the upload: who did it, wanted it."""
    proxy.fault("put", Meanwhile(MIB, lambda _: rig.remove(rig.ids[0])))
    refused(rig, rig.upload(disk), 1, "not there any more", puts=1)


def test_410_for_a_pipe(rig, proxy, disk):
    proxy.fault("put", Meanwhile(MIB, lambda _: rig.remove(rig.ids[0])))
    refused(rig, rig.send("pipe", disk), 1, "410", puts=1)


def test_413_of_one_image(make_rig, make_glance, disk):
    server = make_glance(size_cap=MIB)
    for source in ("file", "pipe"):
        rig = make_rig(server)
        refused(rig, rig.send(source, disk), 1, "413", "too large", puts=1)


def test_413_of_the_quota(make_rig, make_glance, keystone, token, disk):
    """Without a length Glance notices late, and leaves the image in "saving"."""
    rig = make_rig(make_glance(keystone, quota=MIB), keystone, token)
    refused(rig, rig.send("pipe", disk), 1, "413", "quota", puts=1)


@pytest.mark.parametrize(
    "status, code, words, when",
    [
        (400, 2, ["does not take"], "body"),
        (401, 2, ["token", "expired"], "head"),
        (403, 2, ["may not upload"], "head"),
        (403, 2, ["may not upload"], "body"),
        (404, 1, ["is not there"], "body"),
        (413, 1, ["larger", "quota"], "head"),
        (415, 3, ["content is not raw", "disk_format"], "head"),
        (415, 3, ["content is not raw", "disk_format"], "body"),
        (422, 1, [], "head"),
        (501, 4, [], "head"),
    ],
)
def test_refused(rig, proxy, disk, status, code, words, when):
    """What is final is said as it is, and the record deleted."""
    reply = json.dumps({"message": "because of the test", "code": str(status), "title": "No"})
    proxy.fault("put", faults.Answer(status, reply, JSON, when), count=None)
    result = rig.upload(disk, "--retry", "0")
    refused(rig, result, code, str(status), "because of the test", "req-e2e-0815", *words, puts=1)
    assert (proxy.seen("put")[0].received == 0) == (when == "head")


def test_a_vhd_that_glance_does_not_know(make_rig, make_glance, make_keystone, tmp_path):
    """Glance 30 looks into the data, but not for a footer alone."""
    keystone = make_keystone(release=RELEASES[1])
    rig = make_rig(make_glance(keystone, release=RELEASES[1]), keystone, keystone.token())
    disk, fixed = written(tmp_path, 2 * MIB), tmp_path / "fixed.vhd"
    convert = ["qemu-img", "convert", "-f", "raw", "-O", "vpc", "-o", "subformat=fixed,force_size=on", disk, fixed]
    subprocess.run(convert, check=True)
    refused(rig, rig.upload(fixed), 3, "fixed VHD", "415", "qemu-img convert", puts=1)


def test_what_html_says(rig, proxy, disk):
    page = "<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1>It&#x27;s &lt;closed&gt;<br /><br /></body></html>"
    proxy.fault("put", faults.Answer(403, page, HTML, "head"))
    refused(rig, rig.upload(disk), 2, "It's <closed>")


# Tokens.


@pytest.mark.parametrize("when, source", [("head", "pipe"), ("body", "pipe"), ("body", "file"), ("done", "file")])
def test_a_token_that_expires(guarded_rig, disk, source, when):
    """Another one is asked for, and the file sent from its first byte on."""
    guarded_rig.proxy.fault("put", faults.Answer(401, "{}", JSON, when))
    result = guarded_rig.send(source, disk)
    if source == "pipe" and when != "head":
        refused(guarded_rig, result, 4, "401", puts=1)
    else:
        arrived(guarded_rig, disk, result, puts=1 if when == "done" else 2)


def test_a_token_that_nobody_takes(guarded_rig, disk):
    guarded_rig.proxy.fault("put", faults.Answer(401, "{}", JSON, "head"), count=None)
    refused(guarded_rig, guarded_rig.upload(disk, "--retry", "1"), 4, "401", puts=2)


def test_a_token_that_expires_elsewhere(guarded_rig, disk):
    guarded_rig.proxy.fault("look", faults.Answer(401, "{}", JSON))
    arrived(guarded_rig, disk, guarded_rig.upload(disk), puts=1)
    guarded_rig.clean()
    guarded_rig.proxy.fault("delete", faults.Answer(401, "{}", JSON))
    guarded_rig.proxy.fault("put", faults.Answer(403, "{}", JSON, "head"))
    given_up(guarded_rig, guarded_rig.upload(disk), 2, puts=2)
