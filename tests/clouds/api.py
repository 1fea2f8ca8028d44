"""The Linode API of the stand-in: routes, credentials, paging and filters."""

import json
import re
import urllib.parse

from clouds.message import Reply
from clouds.regions import REGIONS
from clouds.rules import problems

ROUTES = [
    ("create", "POST", r"/images/upload"),
    ("view", "GET", r"/images/private(?:/|%2[Ff])(\d+)"),
    ("delete", "DELETE", r"/images/private(?:/|%2[Ff])(\d+)"),
    ("regions", "GET", r"/regions"),
    ("events", "GET", r"/account/events"),
]
SCOPES = {
    "create": {"images:read_write"},
    "delete": {"images:read_write"},
    "view": {"images:read_write", "images:read_only"},
    "events": {"events:read_only", "events:read_write"},
}
FILTERS = {"action", "entity.type", "entity.id", "id", "created", "seen"}


def route(request):
    """The name and the arguments of the route for this request."""
    for name, method, pattern in ROUTES:
        match = re.fullmatch(r"/(?:v4|v4beta)" + pattern, request.path)
        if match and method == request.method:
            return name, match.groups()
    return "unknown", ()


def answer(status, value):
    headers = [
        ("Content-Type", "application/json"),
        ("X-Spec-Version", "4.200.0"),
        ("X-RateLimit-Limit", "1600"),
        ("X-RateLimit-Remaining", "1599"),
    ]
    return Reply(status, headers, json.dumps(value).encode())


def failure(status, reason, field=None):
    error = {"reason": reason}
    if field:
        error["field"] = field
    return answer(status, {"errors": [error]})


def _value(item, path):
    for key in path.split("."):
        item = item[key]
    return item


def _accepts(item, wanted):
    """Does the filter take this event?  Raises ValueError for a filter that the API does not know."""
    for key, value in wanted.items():
        if key in ("+order_by", "+order"):
            continue
        if key == "+and":
            if not all(_accepts(item, part) for part in value):
                return False
        elif key == "+or":
            if not any(_accepts(item, part) for part in value):
                return False
        elif key not in FILTERS or isinstance(value, (dict, list)):
            raise ValueError(key)
        elif _value(item, key) != value:
            return False
    return True


class Api:
    def __init__(self, images, upload_to):
        self.images = images
        self.upload_to = upload_to  # image -> URL
        self.tokens = {}  # token -> scopes
        self.created = 200  # the status of a POST that went well

    def _denied(self, name, request):
        words = (request.get("Authorization") or "").split(" ")
        if len(words) != 2 or words[0] != "Bearer" or words[1] not in self.tokens:
            return failure(401, "Invalid Token")
        if not self.tokens[words[1]] & SCOPES[name]:
            return failure(401, "Your OAuth token is not authorized to use this endpoint.")
        return None

    def serve(self, exchange):
        request = exchange.request
        body = exchange.read()
        name, args = route(request)
        if name == "unknown":
            return failure(404, "Not found")
        if name in SCOPES:
            denied = self._denied(name, request)
            if denied:
                return denied
        with self.images.lock:
            return getattr(self, "_" + name)(request, body, *args)

    def _create(self, request, body):
        if request.get("Content-Type", "").split(";")[0] != "application/json":
            return failure(415, "Unsupported media type; use application/json")
        try:
            fields = json.loads(body)
        except ValueError:
            fields = None
        if not isinstance(fields, dict):
            return failure(400, "Invalid JSON")
        errors = problems(fields)
        if errors:
            return answer(400, {"errors": errors})
        image = self.images.create(fields)
        view = image.view(self.images.processing_status)
        return answer(self.created, {"upload_to": self.upload_to(image), "image": view})

    def _view(self, request, body, number):
        image = self.images.get(int(number))
        if image:
            self.images.step(image)
        if image is None or image.stage == "gone":
            return failure(404, "Not found")
        return answer(200, image.view(self.images.processing_status))

    def _delete(self, request, body, number):
        image = self.images.get(int(number))
        if image is None:
            return failure(404, "Not found")
        self.images.delete(image)
        return answer(200, {})

    def _regions(self, request, body):
        return self._paged(request, REGIONS)

    def _events(self, request, body):
        try:
            wanted = json.loads(request.get("X-Filter", "{}"))
            found = [event for event in self.images.events if _accepts(event, wanted)]
        except (ValueError, AttributeError) as error:
            return failure(400, f"Cannot filter on {error}", "X-Filter")
        return self._paged(request, found)

    def _paged(self, request, items):
        query = dict(urllib.parse.parse_qsl(request.query))
        page, size = query.get("page", "1"), query.get("page_size", "100")
        if not size.isdigit() or not 25 <= int(size) <= 500:
            return failure(400, "Must be 25-500", "page_size")
        pages = max(1, -(-len(items) // int(size)))
        if not page.isdigit() or not 1 <= int(page) <= pages:
            return failure(404, "Not found")
        first = (int(page) - 1) * int(size)
        data = items[first : first + int(size)]
        return answer(200, {"data": data, "page": int(page), "pages": pages, "results": len(items)})
