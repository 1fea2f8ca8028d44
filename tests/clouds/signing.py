"""Huawei's SDK-HMAC-SHA256 as its API gateway checks it (the signing guide's form, with "Access=").

    signature(secret, method, target, headers, signed, payload)    what has to stand in Authorization
    Signed(request)                                                what a request says of itself
"""

import hashlib
import hmac
import re
import urllib.parse

ALGORITHM = "SDK-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
DATE = "%Y%m%dT%H%M%SZ"
FORM = re.compile(rf"{ALGORITHM} Access=([^, ]+), SignedHeaders=([^, ]+), Signature=([0-9a-f]{{64}})")


def _coded(text):
    """RFC 3986: everything but the unreserved characters, whatever was coded before."""
    return urllib.parse.quote(urllib.parse.unquote_to_bytes(text), safe="-_.~")


def canonical_path(path):
    coded = "/".join(_coded(part) for part in path.split("/"))
    return coded if coded.endswith("/") else coded + "/"


def canonical_query(query):
    """"a" without a value is "a="; sorted by name, then by value."""
    pairs = [part.partition("=") for part in query.split("&") if part]
    return "&".join(f"{name}={value}" for name, value in sorted((_coded(name), _coded(value)) for name, _, value in pairs))


def canonical(method, target, headers, signed, payload):
    """headers: {lower-case name: value}; signed: names in the order of the alphabet; payload: what stands for the body."""
    path, _, query = target.partition("?")
    block = "".join(f"{name}:{headers[name].strip()}\n" for name in signed)
    return "\n".join([method, canonical_path(path), canonical_query(query), block, ";".join(signed), payload])


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def signature(secret, method, target, headers, signed, payload):
    request = canonical(method, target, headers, signed, payload)
    text = "\n".join([ALGORITHM, headers["x-sdk-date"], sha256(request.encode())])
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def authorization(access, secret, method, target, headers, payload):
    """The value of Authorization, with all headers signed."""
    signed = sorted(headers)
    found = signature(secret, method, target, headers, signed, payload)
    return f"{ALGORITHM} Access={access}, SignedHeaders={';'.join(signed)}, Signature={found}"


class Signed:
    """A request's Authorization, taken apart.  wrong says why it is none."""

    def __init__(self, request):
        self.request = request
        self.headers = {name.lower(): value for name, value in request.headers}
        found = FORM.fullmatch(request.get("Authorization", ""))
        self.access, names, self.signature = found.groups() if found else ("", "", "")
        self.names = names.split(";")
        self.wrong = None if found else "authorization header format error"
        if found:
            self.wrong = self._wrong()

    def _wrong(self):
        if self.names != sorted(set(self.names)) or any(name != name.lower() for name in self.names):
            return "signed headers are not in order"
        for name in self.names:
            if len(self.request.all(name)) != 1:
                return f"signed header {name} is not there once"
        missing = [name for name in ("host", "x-sdk-date") if name not in self.names]
        return f"header {missing[0]} is not signed" if missing else None

    def canonical(self, payload):
        return canonical(self.request.method, self.request.target, self.headers, self.names, payload)

    def good(self, secret, payload):
        want = signature(secret, self.request.method, self.request.target, self.headers, self.names, payload)
        return hmac.compare_digest(want, self.signature)
