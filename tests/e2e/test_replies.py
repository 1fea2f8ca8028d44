"""Answers that no honest API gives: refused, with bounded memory and time, and nothing left behind."""

import html
import json
import urllib.parse

import pytest

from clouds import faults
from clouds.bucket import refusal
from clouds.linode import TOKEN, Linode, tls_context
from outcome import given_up

IMAGE = '{"id":"private/1","status":"available","label":"x"}'
URL = "https://127.0.0.1:1/b/1?Signature=x&Expires=1&AWSAccessKeyId=y"
DEEP = "[" * 10000 + "]" * 10000

BAD_JSON = {
    "html": "<html>welcome to the hotel</html>",
    "empty": "",
    "cut": '{"upload_to":"https://127.0.0.1:1/x","image":{"id":"private/1"',
    "cut in a string": '{"upload_to":"https://127',
    "two roots": "{}{}",
    "no colon": '{"upload_to" "x"}',
    "three parts": '{"a":"b":"c"}',
    "bad literal": '{"upload_to":nulll}',
    "trailing": "{} junk",
    "deep": DEEP,
    "deep object": '{"a":' * 10000 + "1" + "}" * 10000,
    "array": "[]",
    "string": '"upload_to"',
    "nothing wanted": "{}",
    "no image": json.dumps({"upload_to": URL}),
    "no url": '{"image":%s}' % IMAGE,
    "id is a number": '{"upload_to":"%s","image":{"id":7}}' % URL,
    "id is null": '{"upload_to":"%s","image":{"id":null}}' % URL,
    "id is a path": '{"upload_to":"%s","image":{"id":"private/../../account"}}' % URL,
    "id with control bytes": '{"upload_to":"%s","image":{"id":"private/1\\r\\nX: y"}}' % URL,
    "url is an object": '{"upload_to":{},"image":%s}' % IMAGE,
    "url is a file": '{"upload_to":"file:///etc/passwd","image":%s}' % IMAGE,
    "url is ftp": '{"upload_to":"ftp://127.0.0.1/x","image":%s}' % IMAGE,
    "url is relative": '{"upload_to":"/x","image":%s}' % IMAGE,
    "url with a line end": '{"upload_to":"https://127.0.0.1:1/x\\r\\nX: y","image":%s}' % IMAGE,
    "url too long": '{"upload_to":"https://127.0.0.1:1/%s","image":%s}' % ("x" * 100000, IMAGE),
    "duplicate url": '{"upload_to":"%s","upload_to":"%s","image":%s}' % (URL, URL, IMAGE),
    "duplicate image": '{"upload_to":"%s","image":%s,"image":%s}' % (URL, IMAGE, IMAGE),
    "duplicate id": '{"upload_to":"%s","image":{"id":"private/1","id":"private/2"}}' % URL,
    "bad utf-8": b'{"upload_to":"\xff\xfe","image":{}}',
    "a zero byte": b'{"upload_to":"x\0","image":{}}',
    "utf-16": "{}".encode("utf-16"),
    "lone surrogate": '{"upload_to":"\\ud800","image":%s}' % IMAGE,
    "escaped zero": '{"upload_to":"https://127.0.0.1:1/\\u0000x","image":%s}' % IMAGE,
}
BAD_HTTP = {
    "not http": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "http 0.9": b"<html>hello</html>",
    "half a status line": b"HTTP/1.",
    "status 000": b"HTTP/1.1 000 Nope\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\n{}",
    "negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}",
    "body too short": b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"upload_to":',
    "bad chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n{}\r\n0\r\n\r\n",
    "cut chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
    "gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
    "101": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
}


@pytest.mark.parametrize("name", BAD_JSON)
def test_a_bad_answer_to_the_post(rig, cloud, small, name):
    cloud.fault("create", faults.Answer(200, BAD_JSON[name]), count=99)
    result = rig.upload(small, "--retry", "1")
    assert result.status in (1, 4), result
    assert len(result.errors) == 1 and all(c.isprintable() for c in result.errors[0])
    assert cloud.seen("put") == [] == cloud.seen("unknown")


@pytest.mark.parametrize("name", BAD_HTTP)
@pytest.mark.parametrize("route", ["create", "put"])
def test_bad_http(rig, cloud, small, route, name):
    cloud.fault(route, faults.Raw([BAD_HTTP[name]]), count=99)
    result = rig.upload(small, "--retry", "1", "--timeout", "2")
    if (route, name) == ("put", "gzip"):  # 200: the bytes should be there, and are not
        assert result.status == 5, result
        return
    assert result.status in (1, 4), result
    assert cloud.images.present() == []


@pytest.mark.parametrize("name", ["html", "empty", "deep", "array", "nothing wanted", "two roots"])
def test_a_bad_answer_while_waiting(rig, cloud, small, name):
    cloud.fault("view", faults.Answer(200, BAD_JSON[name]), count=9999)
    result = rig.upload(small, "--retry", "1", "--timeout", "3")
    assert result.status == 5, result  # the bytes are there
    assert "private/37000001" in result.errors[0]


@pytest.mark.parametrize("name", ["html", "empty", "deep", "array", "two roots"])
def test_a_bad_answer_of_the_events_does_no_harm(rig, cloud, small, name):
    cloud.fault("events", faults.Answer(200, BAD_JSON[name]), count=9999)
    assert rig.upload(small).status == 0


def test_an_unknown_status_goes_on_being_polled(rig, cloud, small):
    cloud.images.processing_status = "reticulating"
    cloud.images.polls = 3
    assert rig.upload(small).status == 0


@pytest.mark.parametrize("route", ["regions", "create", "put", "view", "events"])
@pytest.mark.parametrize("make", [faults.endless_headers, faults.endless_body, lambda: faults.endless_body(100 << 20)])
def test_answers_without_an_end(rig, cloud, small, route, make):
    fault = cloud.fault(route, make(), count=99)
    result = rig.upload(small, "--retry", "1", "--timeout", "20")
    assert result.status in {"create": (1, 4), "put": (1, 4), "view": (5,)}.get(route, (0,)), result
    assert not fault.reached.is_set() or fault.sent < 64 << 20
    if result.status in (1, 4):
        assert cloud.images.present() == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("route", ["regions", "create", "put", "view", "events"])
def test_credentials_never_follow_a_redirect(rig, cloud, small, tmp_path, pki, route, status):
    """Another host gets neither the token nor the image."""
    directory = tmp_path / "trap"
    directory.mkdir()
    trap = Linode(str(directory), tls_context(pki.good.cert, pki.good.key))
    try:
        for path in ("/v4/images/upload", "/elsewhere"):
            target = f"https://localhost:{trap.api_server.port}{path}"
            cloud.fault(route, faults.Answer(status, headers=[("Location", target)], when="head"))
        result = rig.upload(small, "--retry", "0", "--timeout", "5")
        assert result.status in {"create": (1,), "put": (1,), "view": (1, 5)}.get(route, (0,)), result
        for request in trap.requests:
            assert request.all("Authorization") == [] and TOKEN not in request.target
            assert request.received == 0
        assert trap.images.all == {} and trap.bucket.completed == []
    finally:
        trap.stop()


def test_secrets_in_answers_are_not_repeated(rig, cloud, small):
    """An error page that echoes what it got must not bring the token to stderr."""
    body = json.dumps({"errors": [{"reason": f"Bearer {TOKEN} is not good"}]})
    cloud.fault("create", faults.Answer(400, body))
    assert rig.upload(small, "-v").status == 2


def test_control_bytes_in_answers_do_not_reach_the_terminal(rig, cloud, small):
    cloud.fault("create", faults.Answer(400, '{"errors":[{"reason":"a\\u001b[31mred\\r\\nhoist: fake"}]}'))
    result = rig.upload(small)
    assert result.status == 2 and "\x1b" not in result.err and len(result.errors) == 1


class Echo(faults.Fault):
    """The storage repeats what it was asked for: say makes its message of the path with the query."""

    def __init__(self, say):
        super().__init__()
        self.say = say

    def head(self, exchange):
        self.reached.set()
        exchange.send(refusal(403, "AccessDenied", self.say(exchange.request.target)))


def signature_in(target, decoded=True):
    query = target.partition("?")[2]
    return dict(urllib.parse.parse_qsl(query))["Signature"] if decoded else query.partition("&")[0].partition("=")[2]


ECHOES = {
    "as it is": lambda target: f"no {target} here",
    "in XML": lambda target: f"no https://127.0.0.1{html.escape(target)} here",
    "in numbers": lambda target: "no " + "".join(f"&#{ord(c)};" for c in target) + " here",
    "the signature": lambda target: f"no {signature_in(target)} here",
    "the signature in a URL": lambda target: f"no {signature_in(target, False)} here",
    "cut in its middle": lambda target: f"no {html.escape(target)[: len(target) - 45]}... here",
    "behind much else": lambda target: "x" * 140 + html.escape(target) + " here",
}


@pytest.mark.parametrize("name", ECHOES)
def test_the_storage_repeats_its_url(rig, cloud, middle, name):
    """Every run looks for "Signature=" in what it wrote."""
    fault = cloud.fault("put", Echo(ECHOES[name]))
    result = rig.upload(middle)
    given_up(rig, result, 1)
    target = cloud.seen("put")[0].target
    assert fault.reached.is_set() and "AccessDenied" in result.errors[0]
    for decoded in (True, False):
        assert signature_in(target, decoded)[:12] not in result.err, result
