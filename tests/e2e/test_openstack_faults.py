"""The upload to Glance in trouble: either the image is there with all its bytes, or there is none.

Glance is a real one, behind clouds/glanceproxy.py.
"""

import json
import signal
import time
import uuid

import pytest

import pictures
from clouds import faults
from clouds.glanceproxy import Changed, Garbage, GlanceProxy, Meanwhile, Severed, Shortened
from clouds.ionos import HalfReply, change
from clouds.linode import tls_context
from glance_outcome import GlanceRig, arrived, given_up, holds, never_twice, nothing_left, settled

MIB = pictures.MIB
SIZE = 2 * MIB
HTML = [("Content-Type", "text/html")]
PAGE = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
JSON = [("Content-Type", "application/json"), ("X-Openstack-Request-Id", "req-e2e-0815")]
SOURCES = pytest.mark.parametrize("source", ["file", "pipe"])

# What becomes of the upload: it is tried AGAIN; the data was KEPT, though hoist was not told; the fault was HARMLESS;
# it was LOST, though hoist was told that it was not.  A pipe that was read is GONE; whether it was may be CHANCE.
# UNHEARD is like AGAIN, but libcurl tries a connection that it had kept once more by itself.
AGAIN, KEPT, HARMLESS, LOST, GONE, CHANCE, UNHEARD = "again", "kept", "harmless", "lost", "gone", "chance", "unheard"
# name: the fault, what becomes of a file, and of a pipe
FAULTS = {
    "503 before the body": (lambda: faults.Answer(503, PAGE, HTML, "head"), AGAIN, AGAIN),
    "204 before the body": (lambda: faults.Answer(204, when="head"), AGAIN, CHANCE),
    "502 behind the body": (lambda: faults.Answer(502, PAGE, HTML, "body"), AGAIN, GONE),
    "504 behind the body": (lambda: faults.Answer(504, PAGE, HTML, "body"), AGAIN, GONE),
    "503 though kept": (lambda: faults.Answer(503, PAGE, HTML, "done"), KEPT, GONE),
    "409 though kept": (lambda: faults.Answer(409, '{"message": "no"}', JSON, "done"), KEPT, CHANCE),
    "204 and nothing kept": (lambda: faults.Answer(204, when="body"), LOST, LOST),
    "reset before the body": (lambda: faults.Drop("head"), UNHEARD, UNHEARD),
    "closed before the body": (lambda: faults.Drop("head", False), UNHEARD, UNHEARD),
    "reset at 0": (lambda: faults.Drop(0), AGAIN, CHANCE),
    "reset in the middle": (lambda: faults.Drop(MIB), AGAIN, GONE),
    "closed in the middle": (lambda: faults.Drop(MIB + 1, False), AGAIN, GONE),
    "reset before the last byte": (lambda: faults.Drop(SIZE - 1), AGAIN, GONE),
    "closed before the last byte": (lambda: faults.Drop(SIZE - 1, False), AGAIN, GONE),
    "204 lost by a reset": (lambda: faults.Drop("reply"), KEPT, GONE),
    "204 lost by a close": (lambda: faults.Drop("reply", False), KEPT, GONE),
    "Glance lost by a close": (lambda: Severed(MIB + 77, False), AGAIN, GONE),
    "Glance lost before the last byte": (lambda: Severed(SIZE - 1, False), AGAIN, GONE),
    "garbage and nothing kept": (lambda: faults.Raw([b"\x16\x03\x01 no HTTP\r\n\r\n"]), AGAIN, GONE),
    "garbage though kept": (Garbage, KEPT, GONE),
    "half a line though kept": (lambda: Garbage(b"HTTP/1.1 20"), KEPT, GONE),
    "slow": (lambda: faults.SlowRead(100000, 0.02), HARMLESS, HARMLESS),
    "no 100 Continue": (faults.NoContinue, HARMLESS, HARMLESS),
    "a late answer": (lambda: faults.Late("reply", 0.5), HARMLESS, HARMLESS),
}
EVERY = ["503 before the body", "502 behind the body", "reset in the middle", "Glance lost by a close", "closed before the body"]
SECOND = ["504 behind the body", "503 though kept", "reset in the middle", "204 lost by a close", "204 and nothing kept"]
NAMED = lambda names: pytest.mark.parametrize("name", names)


@pytest.fixture
def make_rig(home, pki):
    """make_rig(glance, keystone, token): the binary set up for a Glance, with a proxy before it."""
    proxies = []

    def make(server, *login):
        proxies.append(GlanceProxy(server, tls_context(pki.good.cert, pki.good.key)))
        return GlanceRig(home, proxies[-1], pki.ca, *login)

    yield make
    for proxy in proxies:
        proxy.stop()


@pytest.fixture
def rig(make_rig, glance):
    rig = make_rig(glance)
    yield rig
    rig.clean()


@pytest.fixture(scope="session")
def token(keystone):
    return keystone.token()


@pytest.fixture
def guarded_rig(make_rig, guarded_glance, keystone, token):
    rig = make_rig(guarded_glance, keystone, token)
    yield rig
    rig.clean()


@pytest.fixture
def proxy(rig):
    return rig.proxy


def written(directory, size):
    path = directory / f"{size}.raw"
    path.write_bytes(pictures.raw(size))
    return path


@pytest.fixture(scope="session")
def disk(tmp_path_factory):
    """An image that no test changes."""
    return written(tmp_path_factory.mktemp("disk"), SIZE)


@pytest.fixture(scope="session")
def big_disk(tmp_path_factory):
    """More than the sockets hold."""
    return written(tmp_path_factory.mktemp("disk"), 16 * MIB)


def fate_of(name, source="file"):
    return FAULTS[name][1 + (source == "pipe")]


def ends(rig, path, result, fate, puts):
    """puts: that had failed before."""
    if fate == LOST:
        given_up(rig, result, 1, puts + 1)
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


def test_glance_killed(make_rig, make_glance, disk):
    """Nothing can be deleted: the message says so.  Once Glance is back, it can, and what a pipe has begun is."""
    rig = make_rig(make_glance())
    rig.proxy.fault("put", Meanwhile(MIB, lambda _: rig.glance.kill()))
    result = rig.upload(disk, "--retry", "1")
    assert result.status == 4 and f"openstack image delete {rig.ids[0]}" in result.errors[0], result
    rig.glance.restart()
    assert [record["id"] for record in rig.records] == rig.ids
    rig.proxy.fault("put", Meanwhile(MIB, lambda _: crash(rig)))
    result = rig.send("pipe", disk)
    assert result.status == 4 and f"the image {rig.ids[1]} was deleted" in result.errors[0], result
    assert [record["id"] for record in rig.records] == rig.ids[:1]


def test_glance_killed_and_back(make_rig, make_glance, disk):
    """The record stays in "saving" for ever: it is deleted, and another one made."""
    rig = make_rig(make_glance())
    rig.proxy.fault("put", Meanwhile(MIB, lambda _: crash(rig)))
    result = rig.upload(disk, timeout=120)
    assert result.status == 0 and len(set(rig.ids)) == 2, result
    (record,) = rig.records
    holds(rig, record["id"], disk.read_bytes())


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
    result = rig.send(source, big_disk, "--stall-timeout", "0.7s")
    ends(rig, big_disk, result, AGAIN if source == "file" else GONE, 0)
    assert source == "file" or never_twice(rig)


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


def test_a_lost_201_and_nobody_who_tells_ever(rig, proxy, disk):
    proxy.fault("create", faults.Drop("reply"), count=None)
    proxy.fault("look", faults.Answer(503), count=None)
    given_up(rig, rig.upload(disk, "--retry", "1"), 4, puts=0)


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


# What Glance refuses, and why.


def refused(rig, result, code, *words, puts=None):
    given_up(rig, result, code, puts)
    for word in words:
        assert word in result.errors[0], result


@SOURCES
def test_404(rig, proxy, disk, source):
    """Somebody has deleted the record before the upload."""
    proxy.fault("put", Meanwhile("head", lambda _: rig.remove(rig.ids[0])))
    refused(rig, rig.send(source, disk), 1, "404", rig.ids[0], puts=1)
    assert proxy.seen("put")[0].received == 0


@SOURCES
def test_409(rig, proxy, disk, source):
    """Somebody else's data is in it."""
    proxy.fault("put", Meanwhile("head", lambda _: rig.fill(rig.ids[0], b"others")))
    result = rig.send(source, disk)
    assert result.status == 1 and len(result.errors) == 1 and rig.ids[0] in result.errors[0], result
    assert "somebody else" in result.errors[0] or "409" in result.errors[0], result
    nothing_left(rig)


def test_410(rig, proxy, disk):
    """It was deleted during the upload: another one is made."""
    proxy.fault("put", Meanwhile(MIB, lambda _: rig.remove(rig.ids[0])))
    arrived(rig, disk, rig.upload(disk), puts=2)
    assert len(proxy.seen("create")) == 2


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
        (415, 3, ["content", "--disk-format"], "head"),
        (415, 3, ["content", "--disk-format"], "body"),
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
    result = rig.upload(disk, "--retry", "2")
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


@pytest.mark.parametrize("status", ["queued", "killed", "deleted"])
def test_it_was_not_kept(rig, proxy, disk, status):
    proxy.fault("look", change(lambda value: value.update(status=status)), count=None)
    refused(rig, rig.upload(disk), 1, status, puts=1)


def test_another_digest_is_asked_for(rig, proxy, disk):
    """An algorithm that is not known: MD5 is compared."""
    proxy.fault("look", change(lambda value: value.update(os_hash_algo="blake9", os_hash_value="00")), count=None)
    arrived(rig, disk, rig.upload(disk), puts=1)


@pytest.mark.parametrize("edit", [{"size": 1}, {"os_hash_value": "0" * 128}, {"os_hash_algo": None, "checksum": "0" * 32}, {"size": None}])
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


@pytest.mark.parametrize("name", ["503 before the body", "reset in the middle", "204 and nothing kept"])
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
