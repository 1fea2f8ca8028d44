"""A stand-in for Open Telekom Cloud: its IAM (clouds/iam.py) and its images (IMS v2).

    cloud = Ims(tls_context(cert, key)); ...; cloud.stop()
    cloud.images.fate = "killed"                      what becomes of the next image, see imsimages.py
    cloud.fault("put", refused(409, "no"))            see faults.py and the end of this file
    cloud.seen("put")[0].received                     every request, exactly

The routes are token, create, list, look, put and delete.  IAM and IMS are one server here.
"""

import email.utils
import hashlib
import json
import re
import urllib.parse

from clouds.faults import Answer
from clouds.glanceproxy import Front
from clouds.iam import PROJECT_ID, Iam, answer, gateway
from clouds.imsimages import Images
from clouds.imsrules import QUERY, problem
from clouds.message import Cut, Reply
from clouds.orders import Recorder

UUID = "([0-9a-f-]{36})"
ROUTES = [
    ("token", "POST", "/v3/auth/tokens"),
    ("create", "POST", "/v2/images"),
    ("list", "GET", "/v2/images"),
    ("look", "GET", f"/v2/images/{UUID}"),
    ("put", "PUT", f"/v2/images/{UUID}/file"),
    ("delete", "DELETE", f"/v2/images/{UUID}"),
]
LIMIT = 128 << 30


def refusal(status, message, code="IMG.0001"):
    """IMS's own error."""
    return answer(status, {"error": {"message": message, "code": code}})


class Ims(Recorder):
    """absent: "size" and its like are not in the records at all, otherwise they are null."""

    def __init__(self, tls=None, address="127.0.0.1"):
        super().__init__()
        self.images = Images()
        self.iam = Iam(lambda: self.catalog_url)  # which may be changed
        self.absent = False
        self.server = Front("ims", self._serve, self.pick, self.changed, tls, address)
        self.host, self.url = self.server.host, self.server.url
        self.catalog_url = self.url

    @staticmethod
    def _routed(request):
        for name, method, pattern in ROUTES:
            match = re.fullmatch(pattern, request.path)
            if match and method == request.method:
                return name, match.groups()
        return "unknown", ()

    def route(self, request):
        return self._routed(request)[0]

    def _serve(self, exchange):
        reply = self._answer(exchange)
        return reply.set("Date", email.utils.formatdate(self.iam.now(), usegmt=True))

    def _answer(self, exchange):
        request = exchange.request
        name, args = self._routed(request)
        if name == "unknown":
            return gateway("The API does not exist or has not been published in the environment", "APIGW.0101", 404)
        if name == "token":
            return self.iam.login(request, exchange.read())
        # What can be refused by the head alone is: the client sees it before it has sent the body.
        refused = self.iam.refusal(request, exchange.length)
        if refused:
            return refused
        if name == "put":
            return self._put(exchange, *args)
        body = exchange.read()
        refused = self.iam.refusal(request, body=hashlib.sha256(body).hexdigest())
        if refused:
            return refused
        with self.images.lock:
            return getattr(self, "_" + name)(request, body, *args)

    def _view(self, image):
        return image.view(PROJECT_ID, self.absent)

    def _create(self, request, body):
        if request.get("Content-Type", "").split(";")[0] != "application/json":
            return refusal(400, "The Content-Type is invalid.")
        try:
            fields = json.loads(body)
        except ValueError:
            return refusal(400, "Malformed JSON in request body.")
        wrong = problem(fields)
        if wrong:
            return refusal(400, wrong[1], wrong[0])
        image = self.images.create(fields)
        # As behind a gateway: an address that nobody outside can reach.
        return answer(201, self._view(image), [("Location", f"http://192.0.2.1:9292/v2/images/{image.id}")])

    def _list(self, request, body):
        pairs = urllib.parse.parse_qsl(request.query, keep_blank_values=True, strict_parsing=bool(request.query))
        unknown = [key for key, _ in pairs if key not in QUERY]
        if unknown:
            return refusal(400, f"The query parameter {unknown[0]} is invalid.")
        query = dict(pairs)
        views = []
        for image in reversed(self.images.present()):
            image.step()
            views.append(self._view(image))
        fits = lambda view: all(str(view.get(key)) == value for key, value in query.items() if key in view)
        views = [view for view in views if fits(view)][: int(query.get("limit", 1 << 30))]
        return answer(200, {"images": views, "schema": "/v2/schemas/images", "first": f"/v2/images?{request.query}"})

    def _look(self, request, body, number):
        image = self.images.find(number)
        if image is None:
            return refusal(404, f"No image found with ID {number}")
        image.step()
        return answer(200, self._view(image))

    def _delete(self, request, body, number):
        image = self.images.find(number)
        if image is None:
            return refusal(404, f"No image found with ID {number}")
        if image.fields.get("protected"):
            return refusal(403, f"Image {number} is protected and cannot be deleted.", "IMG.0026")
        image.status = "deleted"
        return Reply(204)

    def _begun(self, exchange, number):
        """The image that takes the data, or the refusal."""
        request = exchange.request
        if request.get("Content-Type", "").split(";")[0] != "application/octet-stream":
            return None, refusal(415, "The Content-Type has to be application/octet-stream.")
        image = self.images.find(number)
        if image is None:
            return None, refusal(404, f"No image found with ID {number}")
        if exchange.length is None and request.get("Transfer-Encoding") is None or exchange.length == 0:
            return None, refusal(400, "The image file is empty.", "IMG.0057")
        if (exchange.length or 0) >= LIMIT:
            return None, refusal(400, "The image file is larger than 128 GB.", "IMG.0059")
        with self.images.lock:
            if image.status != "queued":
                return None, refusal(409, f"Image status transition from {image.status} to saving is not allowed")
            image.status = "saving"
        return image, None

    def _put(self, exchange, number):
        image, refused = self._begun(exchange, number)
        if refused:
            return refused
        digest = hashlib.sha256()
        try:
            for data in exchange.chunks():
                digest.update(data)
            if not exchange.request.complete:
                raise Cut
            refused = self.iam.refusal(exchange.request, body=digest.hexdigest())
        except (Cut, OSError, ValueError):
            self._waits(image)
            raise Cut from None
        if refused:
            self._waits(image)
            return refused
        with self.images.lock:
            image.take(exchange.request.received, digest.hexdigest())
        return Reply(204)

    def _waits(self, image):
        """What came is forgotten."""
        with self.images.lock:
            if image.status == "saving":
                image.status = "queued"
        self.changed()

    def stop(self):
        self.server.stop()


# Faults


def _spoilt(reply, headers, when):
    return Answer(reply.status, reply.body, [*reply.headers, *headers], when)


def refused(status, message="ordered by the test", code="IMG.0001", headers=(), when="head"):
    """This error, in IMS's form.  when: see faults.Answer."""
    return _spoilt(refusal(status, message, code), headers, when)


def unauthorised(message="decrypt token fail", headers=(), when="head"):
    """The gateway's 401."""
    return _spoilt(gateway(message), headers, when)
