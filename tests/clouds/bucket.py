"""The upload endpoint: a bucket that takes SigV2-presigned PUTs as Ceph's gateway does."""

import base64
import hashlib
import hmac
import os
import time
import urllib.parse

from clouds.message import Reply

BUCKET = "linode-production-machine-images-uploads"
LIMIT = 5368709120
XML = "application/xml"


def signature(secret, expires, resource, md5="", kind="application/octet-stream", amz=""):
    text = f"PUT\n{md5}\n{kind}\n{expires}\n{amz}{resource}"
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()


def presign(base, key, access, secret, bucket=BUCKET, lifetime=86400):
    """The URL to which key can be PUT, in the form that Linode gives."""
    expires, resource = int(time.time()) + lifetime, f"/{bucket}/{key}"
    query = {"Signature": signature(secret, expires, resource), "Expires": expires, "AWSAccessKeyId": access}
    return f"{base}{resource}?{urllib.parse.urlencode(query)}"


def refusal(status, code, message=""):
    body = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{message}</Message>'
    body += f"<BucketName>{BUCKET}</BucketName><HostId>1a2b-default-default</HostId></Error>"
    return Reply(status, [("Content-Type", XML), ("Accept-Ranges", "bytes")], body.encode())


class Stored:
    """One complete object."""

    def __init__(self, key, path, md5, length):
        self.key = key
        self.path = path
        self.md5 = md5
        self.length = length

    def bytes(self):
        with open(self.path, "rb") as file:
            return file.read()


class Bucket:
    def __init__(self, directory, access="LINODEUPLOADKEY00001", secret="not-a-real-secret"):
        self.directory = directory
        self.access = access
        self.secret = secret
        self.completed = []  # every object that was complete at some time
        self._parts = 0

    def presign(self, base, key, lifetime=86400):
        return presign(base, key, self.access, self.secret, lifetime=lifetime)

    def find(self, key):
        """The newest complete object, or None."""
        return next((o for o in reversed(self.completed) if o.key == str(key)), None)

    def _refused(self, request):
        """Everything that the gateway can say before it takes the body."""
        query = dict(urllib.parse.parse_qsl(request.query))
        if request.method != "PUT":
            return refusal(403, "AccessDenied")
        if request.get("Authorization"):
            return refusal(400, "InvalidArgument", "Only one auth mechanism allowed")
        if query.get("AWSAccessKeyId") != self.access:
            return refusal(403, "InvalidAccessKeyId")
        if not query.get("Expires", "").isdigit() or int(query["Expires"]) < time.time():
            return refusal(403, "AccessDenied", "Request has expired")
        amz = sorted((k.lower(), v) for k, v in request.headers if k.lower().startswith("x-amz-"))
        wanted = signature(
            self.secret,
            query["Expires"],
            urllib.parse.unquote(request.path),
            request.get("Content-MD5", ""),
            request.get("Content-Type", ""),
            "".join(f"{k}:{v}\n" for k, v in amz),
        )
        if not hmac.compare_digest(wanted, query.get("Signature", "")):
            return refusal(403, "SignatureDoesNotMatch")
        length = request.get("Content-Length", "")
        if not length.isdigit():
            return refusal(411, "MissingContentLength")
        if int(length) > LIMIT:
            return refusal(400, "EntityTooLarge")
        return None

    def serve(self, exchange):
        request = exchange.request
        refused = self._refused(request)
        if refused:
            return refused
        key = request.path.rsplit("/", 1)[-1]
        self._parts += 1
        part = os.path.join(self.directory, f"{key}.part{self._parts}")
        digest = hashlib.md5()
        try:
            with open(part, "wb") as file:
                for chunk in exchange.chunks():
                    digest.update(chunk)
                    file.write(chunk)
        except BaseException:
            os.unlink(part)
            raise
        request.md5 = digest.hexdigest()
        request.file = os.path.join(self.directory, f"{key}.{self._parts}")
        os.rename(part, request.file)
        self.completed.append(Stored(key, request.file, request.md5, request.received))
        return Reply(200, [("ETag", f'"{request.md5}"'), ("Accept-Ranges", "bytes")])
