"""From the upload to the image: waiting, trying again, and that one failure is nobody else's."""

import pytest

import pictures
from clouds import faults, ionos
from clouds.ftpfaults import Stall
from ionos_outcome import arrived, lawful
from test_ionos_standin import BODY, PATCH

ISO = "/fra/iso-images/foo.iso"
STRANGE = {
    "no items": ionos.no_items,
    "no ids": ionos.no_id,
    "an id that is a path": lambda: ionos.change(lambda value: [item.update(id="../../users/1") for item in value["items"]] and None),
    "an id that is a number": lambda: ionos.change(lambda value: [item.update(id=12345678) for item in value["items"]] and None),
    "items that are an object": lambda: ionos.change(lambda value: value.update(items={})),
    "items that are null": lambda: ionos.change(lambda value: value.update(items=[None, 1, "x", []])),
    "a list": lambda: ionos.change(lambda value: []),
    "no json": lambda: faults.Answer(200, "<html>"),
    "half": ionos.HalfReply,
    "nothing": lambda: faults.Answer(200, ""),
}


ODD = [
    '{"httpStatus": 500, "messages": [{"errorCode": "1", "message": "no"}]}', '{"id": "00000000-0000-0000-0000-000000000000"}',
    '{"httpStatus": 500}', "[]", '"no"', '{"errors": ["no"]}', '{"id": "a", "id": "b"}', '{"id": ', "<html>login please</html>",
]  # fmt: skip


@pytest.fixture
def foo(put_file):
    return put_file("foo.iso", pictures.iso(pictures.MIB))


@pytest.fixture
def rig(ionos_rig):
    return ionos_rig


@pytest.fixture
def two(make_ionos):
    return make_ionos(["de/fra", "de/txl"])


@pytest.fixture
def pair(put_file):
    return [put_file("foo.iso", pictures.iso(pictures.MIB)), put_file("bar.raw", pictures.raw(70000))]


def late(rig, result, *words):
    """Uploaded, and then it failed: exit 5, and what was uploaded is left alone."""
    assert result.status == 5, result
    for word in ("uploaded whole", *words):
        assert word in result.errors[0], (word, result)
    assert rig.ftp.seen("DELE") == [] and rig.stored("fra", "foo.iso")
    lawful(rig.ftp)


def patched(rig):
    """[(name, location)] of the images that got their properties, each once."""
    images = [image for image in rig.api.images.all if image.patches]
    assert [len(image.patches) for image in images] == [1] * len(images)
    return {(image.properties["name"], image.properties["location"]) for image in images}


@pytest.mark.parametrize("delay", [0, 1, 5])
def test_an_image_that_takes_its_time(rig, foo, delay):
    rig.api.images.delay = delay
    arrived(rig, foo, rig.upload(foo), ISO)
    assert patched(rig) == {("foo.iso", "de/fra")} and len(rig.api.seen("list")) == 2 + delay


def test_an_image_that_never_comes(rig, foo):
    rig.api.images.lost.add("foo.iso")
    result = rig.upload(foo, "--timeout", "1s")
    late(rig, result, "as foo.iso", "--timeout")
    assert rig.api.seen("patch") == []


def test_an_api_that_hangs(rig, foo):
    """A request that is never answered ends ten seconds after --timeout, whatever --stall-timeout is."""
    rig.api.fault("list", faults.Hold("reply"), count=None, skip=1)
    late(rig, rig.upload(foo, "--timeout", "1s", "--stall-timeout", "0", timeout=30), "does not answer")


def test_the_timeout_begins_at_the_end_of_the_upload(rig, foo):
    """To ionosctl any upload that takes longer than --timeout has failed, after it succeeded."""
    arrived(rig, foo, rig.upload(foo, "--timeout", "1s", "--limit-rate", "400K"), ISO)
    assert patched(rig) == {("foo.iso", "de/fra")}


def test_no_timeout_at_all(rig, foo):
    """-t 0: to ionosctl no server can be reached then."""
    rig.api.images.delay = 0
    result = rig.upload(foo, "-t", "0")
    arrived(rig, foo, result, ISO)


def test_every_image_of_every_place(two, pair):
    result = two.upload(*pair, "-o", "json")
    assert result.status == 0, result
    everything = {(path.name, place) for path in pair for place in two.locations}
    assert patched(two) == everything and len(two.api.seen("patch")) == 4
    for path in pair:
        for place in two.locations:
            assert two.stored(place, path.name) == path.read_bytes()
    lawful(two.ftp)
    items = [(item["properties"]["name"], item["properties"]["location"]) for item in result.json["items"]]
    assert set(items) == everything and len(items) == 4
    assert [row["location"] for row in result.json["uploads"]] == ["de/fra", "de/txl"] * 2


def test_each_as_soon_as_it_is_there(two, pair):
    """One that never comes holds up nobody."""
    two.api.images.lost.add("bar.raw")
    result = two.upload(*pair, "--timeout", "1s")
    assert result.status == 5 and len(result.errors) == 2, result
    assert patched(two) == {("foo.iso", place) for place in two.locations}
    routes = [request.route for request in two.api.requests]
    assert "patch" not in routes[-3:] and all("bar.raw" in error for error in result.errors)


def test_one_server_is_down(two, pair):
    """ionosctl prints this error, nothing of what went well, and no image gets its properties."""
    two.ftp.order("CWD", "550 no such directory", times=None, path="/txl/*")
    result = two.upload(*pair, "-o", "json")
    assert result.status == 1 and len(result.errors) == 2, result
    assert patched(two) == {(path.name, "de/fra") for path in pair}
    rows = [(row["location"], row["exit"], row["status"]) for row in result.json["uploads"]]
    assert rows == [("de/fra", 0, "updated"), ("de/txl", 1, "failed")] * 2
    assert len(result.json["items"]) == 2


def test_one_patch_is_refused(two, foo):
    """ionosctl stops there: those behind it get no properties, and nothing is printed."""
    two.api.fault("patch", ionos.problem(422, "not this one"))
    result = two.upload(foo, "-o", "json")
    late(two, result, "its properties could not be set", "not this one")
    assert len(patched(two)) == 1 and len(two.api.seen("patch")) == 2
    assert sorted(row["status"] for row in result.json["uploads"]) == ["found", "updated"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_patch_is_refused(rig, foo, status):
    rig.api.fault("patch", ionos.problem(status, "not like this"))
    late(rig, rig.upload(foo), "its properties", str(status), "not like this")
    assert len(rig.api.seen("patch")) == 1


@pytest.mark.parametrize("fault", [ionos.problem(500), ionos.problem(503), ionos.problem(429, headers=[("Retry-After", "1")]), faults.Drop("reply")])
def test_a_patch_is_sent_again(rig, foo, fault):
    rig.api.fault("patch", fault)
    arrived(rig, foo, rig.upload(foo), ISO)
    requests = rig.api.seen("patch")
    assert [request.target for request in requests] == [PATCH.format(rig.api.images.all[0].id)] * 2
    assert requests[0].received == requests[1].received == len(BODY)


@pytest.mark.parametrize("skip", [0, 1], ids=["before", "after"])
@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_errors_that_pass(rig, foo, status, skip):
    rig.api.fault("list", ionos.problem(status, headers=[("Retry-After", "1")] if status == 429 else []), count=2, skip=skip)
    arrived(rig, foo, rig.upload(foo), ISO)
    assert patched(rig) == {("foo.iso", "de/fra")} and len(rig.ftp.sessions) == 1


def test_errors_that_do_not_pass(rig, foo):
    """As long as --timeout says, whatever --retry says; the API's word is in the message."""
    rig.api.fault("list", ionos.problem(503, "maintenance"), count=None, skip=1)
    late(rig, rig.upload(foo, "--retry", "1", "--timeout", "1s"), "cannot be looked for", "503", "maintenance")
    assert len(rig.api.seen("list")) > 3


def test_an_api_that_goes_away(rig, foo):
    """During the upload."""
    hold = rig.ftp.order("STOR", Stall("reply"))
    running = rig.begin(foo, "--retry", "1", "--timeout", "2s")
    assert hold.reached.wait(30)
    rig.api.stop()
    hold.release()
    late(rig, running.end(), "cannot be looked for")


@pytest.mark.parametrize("status", [401, 403, 422, 404])
def test_a_refusal_after_the_upload(rig, foo, status):
    rig.api.fault("list", ionos.problem(status, "no more"), count=None, skip=1)
    late(rig, rig.upload(foo), "cannot be looked for", "no more")


@pytest.mark.parametrize("kind", STRANGE)
def test_strange_answers(rig, foo, kind):
    """Without "items" ionosctl panics.  Before the upload that is the end, after it the question is asked again."""
    rig.api.images.delay = 0
    rig.api.fault("list", STRANGE[kind](), skip=1)
    arrived(rig, foo, rig.upload(foo), ISO)
    assert patched(rig) == {("foo.iso", "de/fra")} and len(rig.api.seen("list")) == 3


@pytest.mark.parametrize("kind", ["no items", "items that are an object", "a list", "no json", "nothing"])
def test_strange_answers_before_the_upload(rig, foo, kind):
    rig.api.fault("list", STRANGE[kind](), count=None)
    result = rig.upload(foo)
    assert result.status == 1 and len(result.errors) == 1, result
    assert rig.ftp.sessions == []


@pytest.mark.parametrize("kind", STRANGE)
def test_strange_answers_only(rig, foo, kind):
    """Nothing of what they say becomes a part of a URL."""
    rig.api.images.delay = 0
    rig.api.fault("list", STRANGE[kind](), skip=1, count=None)
    late(rig, rig.upload(foo, "--timeout", "1s", "--retry", "2"))
    assert {request.route for request in rig.api.requests} == {"list"}


@pytest.mark.parametrize("fault", [faults.endless_body, faults.endless_headers, lambda: faults.endless_body(64 << 20)])
def test_answers_without_an_end(rig, foo, fault):
    rig.api.fault("list", fault(), skip=1)
    result = rig.upload(foo, "--timeout", "5s")
    assert result.status in (0, 5), result
    assert rig.stored("fra", "foo.iso") == foo.read_bytes() and rig.ftp.seen("DELE") == []


def test_a_patch_with_a_strange_answer(rig, foo):
    """It was taken; the image is reported as it was found."""
    rig.api.fault("patch", faults.Answer(202, "{}", when="done"))
    result = rig.upload(foo, "-o", "json")
    arrived(rig, foo, result, ISO)
    assert [item["id"] for item in result.json["items"]] == [rig.api.images.all[0].id]


def test_an_answer_that_trickles(rig, foo):
    """A byte now and then is no reason to wait for ever."""
    rig.api.fault("list", ionos.Trickle(0.3), count=None, skip=1)
    late(rig, rig.upload(foo, "--timeout", "1s", "--stall-timeout", "1s", timeout=40), "does not answer")


@pytest.mark.parametrize(
    "fault, count", [(faults.Drop("head"), 4), (ionos.problem(503), 4), (ionos.problem(429, headers=[("Retry-After", "900")]), 1)]
)
@pytest.mark.parametrize("route", ["list", "patch"])
def test_what_may_pass_is_waited_for(rig, foo, route, fault, count):
    """Until --timeout, whatever --retry says."""
    rig.api.images.delay = 0
    rig.api.fault(route, fault, count=count, skip=1 if route == "list" else 0)
    result = rig.upload(foo, "--retry", "1", "--timeout", "6s" if count == 1 else "20s")
    arrived(rig, foo, result, ISO)
    assert patched(rig) == {("foo.iso", "de/fra")}


def test_a_patch_that_is_answered_by_words(rig, foo):
    rig.api.fault("patch", faults.Answer(202, "Accepted", when="done"))
    arrived(rig, foo, rig.upload(foo), ISO)


@pytest.mark.parametrize("body", ODD)
def test_a_patch_whose_answer_is_about_something_else(rig, foo, body):
    rig.api.fault("patch", faults.Answer(200, body), count=None)
    late(rig, rig.upload(foo, "--retry", "1", "--timeout", "5s"), "something else than the image")


def test_errors_that_pass_and_nonsense(rig, foo):
    """Each is counted for itself."""
    rig.api.fault("list", ionos.problem(503), count=3, skip=1)
    rig.api.fault("list", faults.Answer(200, "<html>"), skip=1)
    arrived(rig, foo, rig.upload(foo, "--retry", "1"), ISO)


def test_the_same_image_twice_in_a_list(rig, foo):
    """Pages shift when others upload meanwhile."""
    rig.api.fault("list", ionos.change(lambda value: value.update(items=value["items"] * 2)), count=None)
    arrived(rig, foo, rig.upload(foo), ISO)
    assert patched(rig) == {("foo.iso", "de/fra")}
