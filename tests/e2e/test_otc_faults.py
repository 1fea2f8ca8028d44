"""The upload to Open Telekom Cloud in trouble: either the image is there with all its bytes, or what is left is named."""

import signal
import time

import pytest

import pictures
from clouds import faults
from clouds.glanceproxy import Garbage, Meanwhile
from clouds.ims import refused, unauthorised
from clouds.ionos import HalfReply, change
from otc_rig import arrived, failed, given_up, holds

MIB = pictures.MIB
SIZE = 2 * MIB
HTML = [("Content-Type", "text/html")]
PAGE = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
SOURCES = pytest.mark.parametrize("source", ["file", "pipe"])
KEYS_TOO = pytest.mark.parametrize("way", ["password", "keys"])

# What becomes of the upload: it is tried AGAIN, or the data was KEPT, though hoist was not told.
AGAIN, KEPT = "again", "kept"
# name: the fault, and what becomes of a file
FAULTS = {
    "503 before the body": (lambda: faults.Answer(503, PAGE, HTML, "head"), AGAIN),
    "500 before the body": (lambda: refused(500), AGAIN),
    "502 behind the body": (lambda: faults.Answer(502, PAGE, HTML, "body"), AGAIN),
    "500 behind the body": (lambda: refused(500, when="body"), AGAIN),
    "503 though kept": (lambda: faults.Answer(503, PAGE, HTML, "done"), KEPT),
    "reset at 0": (lambda: faults.Drop(0), AGAIN),
    "reset in the middle": (lambda: faults.Drop(MIB), AGAIN),
    "closed in the middle": (lambda: faults.Drop(MIB + 1, False), AGAIN),
    "reset before the last byte": (lambda: faults.Drop(SIZE - 1), AGAIN),
    "204 lost by a reset": (lambda: faults.Drop("reply"), KEPT),
    "204 lost by a close": (lambda: faults.Drop("reply", False), KEPT),
    "garbage though kept": (Garbage, KEPT),
    "half a line though kept": (lambda: Garbage(b"HTTP/1.1 20"), KEPT),
}


# --- Data ----------------------------------------------------------------------------------


@KEYS_TOO
@pytest.mark.parametrize("name", FAULTS)
def test_the_first_put(otc, otc_disk, name, way):
    """A signed upload is signed anew each time."""
    rig = otc.by(way)
    rig.cloud.images.polls = 2
    fault, fate = FAULTS[name]
    fault = rig.cloud.fault("put", fault())
    arrived(rig, otc_disk, rig.upload(otc_disk), puts=1 if fate == KEPT else 2)
    assert fault.reached.is_set() and rig.count("create") == 1


@pytest.mark.parametrize("name", FAULTS)
def test_the_first_put_of_a_pipe(otc, otc_disk, name):
    """It may have come all the same; nothing of it is ever sent twice."""
    otc.cloud.fault("put", FAULTS[name][0]())
    result = otc.send("pipe", otc_disk)
    if result.status == 0:
        arrived(otc, otc_disk, result)
    else:
        given_up(otc, result, (1, 4))
    assert not any(request.received for request in otc.cloud.seen("put")[:-1])


@pytest.mark.parametrize("name", [name for name, (_, fate) in FAULTS.items() if fate == AGAIN])
def test_every_put(otc, otc_disk, name):
    otc.cloud.fault("put", FAULTS[name][0](), count=None)
    given_up(otc, otc.upload(otc_disk, "--retry", "2"), 4, puts=3)


@pytest.mark.parametrize("name", [name for name, (_, fate) in FAULTS.items() if fate == KEPT])
def test_every_put_that_was_kept(otc, otc_disk, name):
    otc.cloud.fault("put", FAULTS[name][0](), count=None)
    arrived(otc, otc_disk, otc.upload(otc_disk, "--retry", "2"), puts=1)


def test_different_faults_in_a_row(otc, otc_disk):
    for name in ("reset in the middle", "502 behind the body", "500 before the body", "204 lost by a reset"):
        otc.cloud.fault("put", FAULTS[name][0]())
    arrived(otc, otc_disk, otc.upload(otc_disk, "--retry", "5"), puts=4)
    assert otc.count("create") == 1


@pytest.mark.parametrize(
    "fault, code, word",
    [
        (lambda: refused(400, "The file is bad.", "IMG.0057"), (1, 2, 3), "The file is bad."),
        (lambda: refused(403, "No rights.", "IMG.0026"), 2, "No rights."),
        (lambda: refused(404, "It is gone."), 1, "It is gone."),
        (lambda: refused(409, "Not waiting."), (1, 4), "Not waiting."),
    ],
)
def test_a_put_that_is_refused(otc, otc_disk, fault, code, word):
    otc.cloud.fault("put", fault(), count=None)
    given_up(otc, otc.upload(otc_disk, "--retry", "1"), code, word)


@pytest.mark.parametrize("when", ["head", "body"])
def test_a_token_that_ends_before_the_put(otc, otc_disk, when):
    """One new login, and the data from its first byte."""
    otc.cloud.fault("put", unauthorised(when=when))
    arrived(otc, otc_disk, otc.upload(otc_disk), puts=2)
    assert otc.count("token") == 2 and otc.cloud.seen("put")[1].received == SIZE
    first, second = (request.get("X-Auth-Token") for request in otc.cloud.seen("put"))
    assert first != second


def test_tokens_that_are_not_taken(otc, otc_disk):
    otc.cloud.fault("put", unauthorised(), count=None)
    given_up(otc, otc.upload(otc_disk, "--retry", "2"), (2, 4), "decrypt token fail")
    assert otc.count("token") <= 4


@pytest.mark.parametrize("way", ["token", "keys"])
def test_a_login_that_cannot_be_renewed(otc, otc_disk, way):
    rig = otc.by(way)
    rig.cloud.fault("put", unauthorised("because of the test", when="body"))
    given_up(rig, rig.upload(otc_disk), 2, "because of the test", puts=1)


def test_a_slow_cloud(otc, otc_disk):
    otc.cloud.fault("put", faults.SlowRead(200000, 0.02))
    arrived(otc, otc_disk, otc.upload(otc_disk), puts=1)


def test_no_100_continue(otc, otc_disk):
    otc.cloud.fault("put", faults.NoContinue())
    arrived(otc, otc_disk, otc.upload(otc_disk), puts=1)


# --- What becomes of an image ----------------------------------------------------------------


@SOURCES
@pytest.mark.parametrize("claims", [lambda size: size - 1, lambda size: size + 512])
def test_another_size(otc, otc_disk, source, claims):
    """Active, but not what was sent."""
    otc.cloud.images.claims = claims
    given_up(otc, otc.send(source, otc_disk), 1, puts=1)


@pytest.mark.parametrize("claimed", [0, "", "x"])
def test_no_size(otc, otc_disk, claimed):
    """Active, but the size is not known yet: that may come, so the image is left."""
    otc.cloud.images.claims = lambda size: claimed
    result = otc.upload("--timeout", "1s", otc_disk)
    failed(result, 5, "size")
    assert [record.status for record in otc.records] == ["active"]


@SOURCES
def test_killed(otc, otc_disk, source):
    otc.cloud.images.fate = "killed"
    given_up(otc, otc.send(source, otc_disk), 1, "killed", puts=1)


def test_nothing_kept(otc, otc_disk):
    """204, but the record waits for data again: that may be an old look, so it is left."""
    otc.cloud.images.fate = "queued"
    result = otc.upload(otc_disk, "--retry", "1")
    (image,) = otc.records
    failed(result, 5, image.id, "queued")
    assert otc.count("delete") == 0 and otc.count("look") >= 3


def test_the_data_of_a_204_that_never_came(otc, otc_disk):
    otc.cloud.fault("put", faults.Answer(204, when="head"), count=None)
    given_up(otc, otc.upload(otc_disk, "--retry", "1"), (1, 4))


def test_never_active(otc, otc_disk):
    """All is there: it is not deleted, and the status says that it is not to be sent again."""
    otc.cloud.images.fate = "stuck"
    result = otc.upload(otc_disk, "--timeout", "1s")
    (image,) = otc.records
    failed(result, 5, image.id, "saving")
    assert otc.count("delete") == 0 and otc.count("put") == 1


def test_never_active_and_no_answer(otc, otc_disk):
    """Whether all has arrived nobody has said: it is left, and named."""
    otc.cloud.images.fate = "stuck"
    otc.cloud.fault("put", faults.Answer(503, PAGE, HTML, "done"))
    result = otc.upload(otc_disk, "--timeout", "1s")
    failed(result, 5, "not known", "may be there whole")
    assert len(otc.cloud.seen("put")) == 1 and otc.cloud.seen("delete") == []


def test_never_active_and_a_lost_201(otc, otc_disk):
    """What an earlier request may have made is named, too."""
    otc.cloud.images.fate = "stuck"
    otc.cloud.fault("create", refused(503))
    late = lambda _: otc.cloud.images.create({"name": otc_disk.name})
    otc.cloud.fault("put", Meanwhile("head", late))
    result = otc.upload(otc_disk, "--timeout", "1s")
    failed(result, 5, "saving")
    (other,) = [image for image in otc.records if image.status == "queued"]
    assert any(other.id in warning for warning in result.warnings), result


def test_a_signal_between_looks_that_fail(otc, otc_disk):
    """It was sent whole, and nobody says what came of it: between two looks it sleeps for half a second."""
    otc.cloud.fault("put", faults.Answer(503, PAGE, HTML, "done"))
    look = otc.cloud.fault("look", faults.Answer(503), count=None)
    with open(otc_disk, "rb") as file:
        running = otc.begin("-", "--name", "x", "--size", str(otc_disk.stat().st_size), stdin=file)
        assert look.reached.wait(30)
        time.sleep(0.2)
        running.signal(signal.SIGTERM)
        result = running.end()
    assert result.status == -signal.SIGTERM and "trying again" not in result.err, result


def test_kept_on_failure(otc, otc_disk):
    otc.cloud.images.fate = "killed"
    result = otc.upload(otc_disk, "--keep-on-failure")
    (image,) = otc.records
    failed(result, 1, image.id, "kept")
    assert otc.count("delete") == 0


@pytest.mark.parametrize(
    "fault",
    [
        lambda: faults.Answer(503, PAGE, HTML),
        lambda: faults.Drop("head"),
        lambda: faults.Drop("reply"),
        lambda: faults.Answer(200, PAGE, HTML),
        lambda: faults.Answer(200, '{"id": '),
        HalfReply,
    ],
)
def test_looks_that_fail(otc, otc_disk, fault):
    otc.cloud.images.polls = 2
    otc.cloud.fault("look", fault(), count=2, skip=1)
    arrived(otc, otc_disk, otc.upload(otc_disk), puts=1)


def test_a_token_that_ends_while_waiting(otc, otc_disk):
    otc.cloud.images.polls = 2
    otc.cloud.fault("look", unauthorised(), skip=1)
    arrived(otc, otc_disk, otc.upload(otc_disk), puts=1)
    assert otc.count("token") == 2


def test_nobody_who_tells(otc, otc_disk):
    otc.cloud.fault("look", faults.Answer(503), count=None)
    result = otc.upload(otc_disk, "--retry", "2", "--timeout", "3s")
    (image,) = otc.records
    failed(result, 5, image.id)


@pytest.mark.parametrize("word", ["status", "__image_size"])
def test_a_record_that_lacks_something(otc, otc_disk, word):
    """What is not proven is not reported as done."""
    otc.cloud.fault("look", change(lambda value: value.pop(word, None) and None), count=None)
    result = otc.upload(otc_disk, "--timeout", "2s", "--retry", "1")
    assert result.status in (1, 5), result
    assert len(otc.records) == (1 if result.status == 5 else 0)


# --- Records ---------------------------------------------------------------------------------

LOST_201 = {
    "reset": lambda: faults.Drop("reply"),
    "closed": lambda: faults.Drop("reply", False),
    "half": HalfReply,
    "503": lambda: faults.Answer(503, PAGE, HTML, "done"),
    "504": lambda: faults.Answer(504, PAGE, HTML, "done"),
    "garbage": Garbage,
    "html": lambda: faults.Answer(200, PAGE, HTML, "done"),
    "no JSON": lambda: faults.Answer(201, '{"id": ', [("Content-Type", "application/json")], "done"),
    "no id": lambda: change(lambda value: value.pop("id") and None),
}


@pytest.mark.parametrize("name", LOST_201)
def test_a_lost_201(otc, otc_disk, name):
    """Nobody can tell that it is not another run's of the same name: it is left, and named."""
    otc.cloud.fault("create", LOST_201[name]())
    result = otc.upload(otc_disk)
    (image,) = otc.records
    failed(result, 4, image.id, "left", "--image-id")
    assert image.status == "queued" and otc.count("create") == 1 and otc.count("put") == otc.count("delete") == 0
    # What it says to do does it.
    assert otc.upload("--image-id", image.id, otc_disk).status == 0
    holds(image, otc_disk.read_bytes())


@pytest.mark.parametrize("way", ["keys", "temporary_keys", "token"])
def test_a_lost_201_of_a_name_with_spaces(otc, otc_disk, way):
    """The query is coded, and signed."""
    rig = otc.by(way)
    rig.cloud.fault("create", faults.Drop("reply"))
    result = rig.upload("--name", "a " + 80 * " " + "disk  1.0_x", otc_disk)
    failed(result, 4, rig.records[0].id)
    assert rig.count("list") == 2


def test_a_lost_201_among_others(otc, otc_disk):
    """Those that were there before are not meant."""
    old = [otc.cloud.images.create({"name": name}) for name in (otc_disk.name, otc_disk.name, otc_disk.name + "x")]
    otc.cloud.fault("create", faults.Drop("reply"))
    result = otc.upload(otc_disk)
    (ours,) = [image for image in otc.records if image not in old]
    failed(result, 4, ours.id)
    assert not any(image.id in result.errors[0] for image in old) and otc.count("put") == otc.count("delete") == 0


def test_a_201_that_nobody_gave(otc, otc_disk):
    """A gateway's error, and nothing has appeared: another try, and another look at the end."""
    otc.cloud.fault("create", refused(503), count=1)
    arrived(otc, otc_disk, otc.upload(otc_disk), puts=1)
    assert otc.count("create") == 2 and otc.count("list") == 3


@pytest.mark.parametrize("fault", [lambda: faults.Answer(503), lambda: faults.Drop("reply"), HalfReply])
def test_a_lost_201_and_a_list_that_fails(otc, otc_disk, fault):
    """Then nothing more is made."""
    otc.cloud.fault("create", faults.Drop("reply"))
    otc.cloud.fault("list", faults.Late("reply", 0), count=1)
    otc.cloud.fault("list", fault(), count=1)
    result = otc.upload(otc_disk)
    failed(result, 4)
    assert otc.count("create") == 1 and len(otc.records) == 1 and otc.count("put") == otc.count("delete") == 0
    assert otc.records[0].id in str(result), result


def test_a_409_for_a_whole_upload(otc, otc_disk):
    """Somebody else was faster: the size alone proves nothing."""
    otc.cloud.fault("put", refused(409, when="done"))
    result = otc.upload(otc_disk)
    failed(result, 1, "somebody else")
    assert [image.status for image in otc.records] == ["active"] and otc.count("delete") == 0


def late(otc, data):
    """An upload of other bytes, but as many, is faster."""

    def act(_):
        (image,) = otc.records
        image.status = "saving"
        image.take(len(data), "of somebody else")

    return Meanwhile("head", act)


@pytest.mark.parametrize("given", [True, False])
def test_as_many_bytes_of_somebody_else(otc, otc_disk, given):
    """Between two whole uploads, of which nobody has said what came of the first."""
    words = ["--image-id", otc.cloud.images.create({"name": "theirs"}).id] if given else []
    otc.cloud.fault("put", faults.Answer(504, PAGE, HTML, "body"))
    otc.cloud.fault("put", late(otc, otc_disk.read_bytes()))
    result = otc.upload(otc_disk, *words)
    (image,) = otc.records
    failed(result, 1, image.id, "somebody else", "left")
    assert image.status == "active" and otc.count("delete") == 0 and otc.count("put") == 2


def test_a_whole_upload_that_was_late(otc, otc_disk):
    """It is converted for longer than a connection that broke is waited for."""
    otc.cloud.images.fate = "stuck"
    otc.cloud.fault("put", faults.Answer(504, PAGE, HTML, "body"))
    otc.cloud.fault("put", late(otc, otc_disk.read_bytes()))
    result = otc.upload(otc_disk, "--timeout", "1s")
    (image,) = otc.records
    failed(result, 4, image.id, "saving", "not known", "left")
    assert otc.count("delete") == 0 and otc.count("put") == 2


def test_a_late_upload_without_a_size(otc, otc_disk):
    """Nobody knows whether it is ours: nobody says that it need not be sent again."""
    otc.cloud.images.claims = lambda size: 0
    otc.cloud.fault("put", faults.Answer(504, PAGE, HTML, "body"))
    otc.cloud.fault("put", late(otc, otc_disk.read_bytes()))
    result = otc.upload(otc_disk, "--timeout", "1s")
    failed(result, 4, otc.records[0].id, "without its size", "somebody else", "left")
    assert otc.count("delete") == 0


def test_a_late_upload_and_a_lost_201(otc, otc_disk):
    """What an earlier request may have made is named once."""
    otc.cloud.images.claims = lambda size: 0
    otc.cloud.fault("create", refused(503))
    otc.cloud.fault("put", faults.Answer(504, PAGE, HTML, "body"))

    def act(_):
        image = otc.records[0]
        image.status = "saving"
        image.take(otc_disk.stat().st_size, "of somebody else")
        otc.cloud.images.create({"name": otc_disk.name})

    otc.cloud.fault("put", Meanwhile("head", act))
    result = otc.upload(otc_disk, "--timeout", "1s")
    first, other = otc.records
    failed(result, 4, first.id, "somebody else", "left")
    assert len([warning for warning in result.warnings if other.id in warning]) == 1, result


def test_a_409_that_was_wrong(otc, otc_disk):
    """Then what was sent next is ours."""
    otc.cloud.fault("put", refused(409))
    arrived(otc, otc_disk, otc.upload(otc_disk), puts=2)


def test_nothing_sent_between(otc, otc_disk):
    """What was sent whole before may still be converted."""
    otc.cloud.images.fate = "stuck"
    otc.cloud.fault("put", faults.Answer(504, PAGE, HTML, "body"))
    otc.cloud.fault("put", refused(503))
    otc.cloud.fault("put", late(otc, otc_disk.read_bytes()))
    result = otc.upload(otc_disk, "--timeout", "1s", "--retry", "3")
    failed(result, 4, otc.records[0].id, "not known", "left")
    assert otc.count("delete") == 0 and otc.count("put") == 3


def test_a_lost_201_and_nobody_who_tells(otc, otc_disk):
    otc.cloud.fault("create", faults.Drop("reply"), count=None)
    otc.cloud.fault("list", faults.Answer(503), count=None)
    result = otc.upload(otc_disk, "--retry", "1")
    failed(result, 4)
    assert otc.count("put") == otc.count("delete") == 0
    assert len(otc.records) <= 1 and (not otc.records or "left" in result.errors[0]), result


@pytest.mark.parametrize("fault", [lambda: faults.Drop("head"), lambda: faults.Drop(10), lambda: refused(503)])
def test_no_record_was_made(otc, otc_disk, fault):
    otc.cloud.fault("create", fault(), count=1)
    arrived(otc, otc_disk, otc.upload(otc_disk), puts=1)


@pytest.mark.parametrize("status, code", [(400, 2), (403, 2), (404, 1), (409, 1), (500, 4), (503, 4)])
def test_no_record_can_be_made(otc, otc_disk, status, code):
    otc.cloud.fault("create", refused(status, "because of the test", "IMG.0815"), count=None)
    result = otc.upload(otc_disk, "--retry", "1")
    failed(result, code, "because of the test")
    assert otc.records == [] and otc.count("put") == 0


def test_a_create_that_is_unauthorised(otc, otc_disk):
    otc.cloud.fault("create", unauthorised())
    arrived(otc, otc_disk, otc.upload(otc_disk), puts=1)
    assert otc.count("token") == 2
    otc.cloud.fault("create", unauthorised(), count=None)
    failed(otc.upload(otc_disk, "--retry", "1"), (2, 4), "decrypt token fail")


@pytest.mark.parametrize("fault", [lambda: refused(503), lambda: faults.Drop("head"), lambda: faults.Drop("reply"), HalfReply])
def test_a_login_that_fails_at_first(otc, otc_disk, fault):
    otc.cloud.fault("token", fault())
    arrived(otc, otc_disk, otc.upload(otc_disk))


def test_a_login_that_is_to_wait_for_hours(otc, otc_disk):
    otc.cloud.fault("token", faults.Answer(503, PAGE, [*HTML, ("Retry-After", "86400")]), count=None)
    failed(otc.upload(otc_disk), 4, "503")
    assert otc.count("token") == 1


@pytest.mark.parametrize("fault", [lambda: faults.Answer(200, PAGE, HTML), lambda: faults.Answer(201, "{}"), lambda: faults.Answer(503)])
def test_a_login_that_makes_no_sense(otc, otc_disk, fault):
    otc.cloud.fault("token", fault(), count=None)
    failed(otc.upload(otc_disk, "--retry", "1"), (1, 2, 4))
    assert otc.records == []


# --- Deleting, and signals ---------------------------------------------------------------------


@pytest.mark.parametrize("fault", [lambda: faults.Answer(503), lambda: faults.Drop("head"), lambda: faults.Drop("reply")])
def test_a_delete_that_is_tried_again(otc, otc_disk, fault):
    otc.cloud.images.fate = "killed"
    otc.cloud.fault("delete", fault())
    given_up(otc, otc.upload(otc_disk), 1)


def test_a_delete_that_fails(otc, otc_disk):
    """The message names what is left."""
    otc.cloud.images.fate = "killed"
    otc.cloud.fault("delete", faults.Answer(503), count=None)
    result = otc.upload(otc_disk, "--retry", "1")
    (image,) = otc.records
    failed(result, 1, image.id, "could not be deleted")


def test_what_is_protected_stays(otc, otc_disk):
    otc.cloud.images.fate = "killed"
    result = otc.upload(otc_disk, "--protected")
    (image,) = otc.records
    failed(result, 1, image.id, "it is protected, and once it is not, openstack image delete")


@SOURCES
@pytest.mark.parametrize("where", ["head", MIB, "reply"])
def test_sigterm(otc, otc_disk, source, where):
    fault = otc.cloud.fault("put", faults.Hold(where))
    words = [otc_disk] if source == "file" else ["-", "--name", "piped"]
    with open(otc_disk, "rb") as file:
        running = otc.begin(*words, **({"stdin": file} if source == "pipe" else {}))
    assert fault.reached.wait(30)
    running.signal(signal.SIGTERM)
    result = running.end()
    fault.release()
    assert result.status == -signal.SIGTERM and "deleted" in result.err, result
    assert otc.cloud.wait(lambda: otc.records == [])


def test_sigterm_before_the_record_is_known(otc, otc_disk):
    fault = otc.cloud.fault("create", faults.Hold("reply"))
    running = otc.begin(otc_disk)
    assert fault.reached.wait(30)
    running.signal(signal.SIGTERM)
    time.sleep(0.2)
    fault.release()
    result = running.end()
    assert result.status == -signal.SIGTERM, result
    assert otc.records == [] or "left" in result.err, result
