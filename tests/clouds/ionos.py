"""A stand-in for IONOS's Images API.

    api = Ionos(tls_context(cert, key)); api.watch(directory, "de/fra"); ...; api.stop()
    api.add("old-foo.iso", "de/fra")                               an image that is there already
    api.fault("patch", problem(422, "no"))                         see faults.py and the end of this file
    api.seen("patch")[0].body                                      every request, exactly
"""

import base64
import json
import re
import urllib.parse
from email.utils import formatdate

from clouds.faults import Answer, Edit, Fault
from clouds.ionosimages import Images
from clouds.ionosrules import accepts, body_problems, query_problems
from clouds.message import Cut, Reply
from clouds.orders import Recorder
from clouds.wire import Server

USER = "e2e@example.com"
PASSWORD = "ionos-e2e-Pa55word"
TOKEN = "eyJ0eXAiOiJKV1QifQ.eyJlMmUiOiJpb25vcyJ9.not-a-real-token"
BASE = "/cloudapi/v6/images"
ROUTES = [("list", "GET", BASE), ("view", "GET", BASE + "/([^/]+)"), ("patch", "PATCH", BASE + "/([^/]+)")]
CODES = {401: "315", 403: "318", 404: "309"}


def answer(status, value):
    headers = [("Content-Type", "application/json"), ("Date", formatdate(usegmt=True))]
    return Reply(status, headers, json.dumps(value, indent=2).encode())


def refusal(status, *messages):
    errors = [{"errorCode": CODES.get(status, "100"), "message": message} for message in messages]
    return answer(status, {"httpStatus": status, "messages": errors})


class Ionos(Recorder):
    """user, password and tokens are what it takes; patched is the status of a PATCH that went well."""

    def __init__(self, tls=None, address="127.0.0.1", user=USER, password=PASSWORD):
        super().__init__()
        self.user = user
        self.password = password
        self.tokens = {TOKEN}
        self.images = Images()
        self.add, self.watch = self.images.add, self.images.watch
        self.patched = 202
        self.page = 1000  # the most items of one listing
        self.server = Server("images", self._serve, self.pick, self.changed, tls, address)
        self.host, self.url = self.server.host, self.server.url

    @staticmethod
    def _routed(request):
        for name, method, pattern in ROUTES:
            match = re.fullmatch(pattern, request.path)
            if match and method == request.method:
                return name, match.groups()
        return "unknown", ()

    def route(self, request):
        return self._routed(request)[0]

    def _authorised(self, request):
        kind, _, word = (request.get("Authorization") or "").partition(" ")
        if len(request.all("Authorization")) != 1:
            return False
        basic = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return word in self.tokens if kind == "Bearer" else kind == "Basic" and word == basic

    def _serve(self, exchange):
        request = exchange.request
        body = exchange.read()
        name, args = self._routed(request)
        if name == "unknown":
            return refusal(404, "Resource does not exist")
        if not self._authorised(request):
            return refusal(401, "Unauthorized")
        pairs = urllib.parse.parse_qsl(request.query, keep_blank_values=True)
        problems = query_problems(pairs)
        if problems:
            return refusal(422, *problems)
        return getattr(self, "_" + name)(request, body, pairs, *args)

    def _list(self, request, body, pairs):
        query = dict(pairs)
        offset, depth = int(query.get("offset", 0)), int(query.get("depth", 0))
        limit = min(self.page, int(query.get("limit", query.get("maxResults", 1000))))
        found = [image for image in self.images.step() if accepts(image.properties, pairs)]
        links = {"self": self._page(pairs, offset, limit)}
        if offset > 0:
            links["prev"] = self._page(pairs, max(0, offset - limit), limit)
        if offset + limit < len(found):
            links["next"] = self._page(pairs, offset + limit, limit)
        items = [image.view(self.url + BASE, depth) for image in found[offset : offset + limit]]
        value = {"id": "images", "type": "collection", "href": self.url + BASE, "items": items}
        return answer(200, {**value, "offset": offset, "limit": limit, "_links": links})

    def _page(self, pairs, offset, limit):
        kept = [(key, value) for key, value in pairs if key not in ("offset", "limit", "maxResults")]
        return f"{self.url}{BASE}?{urllib.parse.urlencode([*kept, ('offset', offset), ('limit', limit)])}"

    def _view(self, request, body, pairs, number):
        image = self.images.find(number)
        return answer(200, image.view(self.url + BASE)) if image else refusal(404, "Resource does not exist")

    def _patch(self, request, body, pairs, number):
        if request.get("Content-Type", "").split(";")[0] != "application/json":
            return refusal(415, "Unsupported media type")
        try:
            fields = json.loads(body)
        except ValueError:
            return refusal(400, "The body is not JSON")
        problems = body_problems(fields)
        if problems:
            return refusal(422, *problems)
        with self.images.lock:
            image = self.images.find(number)
            if image is None:
                return refusal(404, "Resource does not exist")
            return answer(self.patched, image.patch(fields).view(self.url + BASE))

    def stop(self):
        self.server.stop()


def problem(status, *messages, headers=(), when="body"):
    """A fault: this error, in the API's form."""
    reply = refusal(status, *(messages or ("ordered by the test",)))
    return Answer(status, reply.body, [*reply.headers, *headers], when)


def change(edit):
    """A fault: the JSON of the answer is changed by edit(value), which may return another value."""

    def apply(reply):
        value = json.loads(reply.body)
        result = edit(value)
        reply.body = json.dumps(value if result is None else result).encode()

    return Edit(apply)


def no_items():
    return change(lambda value: value.pop("items") and None)


def no_id():
    """The items have no id."""
    return change(lambda value: [item.pop("id") for item in value["items"]] and None)


class HalfReply(Fault):
    """The answer is cut in the middle of its body."""

    def reply(self, exchange, reply):
        self.reached.set()
        length = ("Content-Length", len(reply.body))
        exchange.wire.write(reply.head(length) + reply.body[: len(reply.body) // 2])
        exchange.answered(reply.status)
        raise Cut


class Trickle(Fault):
    """The true answer, byte by byte with a pause behind each."""

    def __init__(self, pause):
        super().__init__()
        self.pause = pause

    def reply(self, exchange, reply):
        exchange.wire.write(reply.head(("Content-Length", len(reply.body))))
        for byte in reply.body:
            self.reached.set()
            if exchange.server.stopping.wait(self.pause):
                break
            exchange.wire.write(bytes([byte]))
        raise Cut


def compact(without=()):
    """The true answer as JSON without blanks, and without these members."""

    def apply(reply):
        value = {key: member for key, member in json.loads(reply.body).items() if key not in without}
        reply.body = json.dumps(value, separators=(",", ":")).encode()

    return Edit(apply)
