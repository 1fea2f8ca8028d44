"""The stand-in's bucket answers like the real gateway: both get the same requests."""

import base64
import hashlib
import http.client
import ssl
import subprocess
import urllib.parse

import pytest

from clouds.bucket import LIMIT, presign, signature

BODY = b"some bytes of an image" * 100
KIND = ("Content-Type", "application/octet-stream")
LENGTH = ("Content-Length", str(len(BODY)))


@pytest.fixture(params=["stand-in", "gateway"])
def host(request, cloud, gateway):
    """(URL for a key, what is stored under a key) of either server."""
    if request.param == "gateway":
        return gateway.presign, gateway.find
    return (lambda key, lifetime=100: cloud.bucket.presign(cloud.store_server.url, key, lifetime)), cloud.bucket.find


def put(url, headers, ca, body=BODY, method="PUT"):
    parts = urllib.parse.urlsplit(url)
    tls = ssl.create_default_context(cafile=ca)
    connection = http.client.HTTPSConnection(parts.hostname, parts.port, context=tls, timeout=30)
    try:
        connection.putrequest(method, f"{parts.path}?{parts.query}", skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders(body)
        reply = connection.getresponse()
        text = reply.read().decode()
        code = text.split("<Code>")[1].split("</Code>")[0] if "<Code>" in text else None
        return reply.status, code, reply.getheader("ETag")
    finally:
        connection.close()


def test_a_good_put(host, pki):
    url, find = host
    etag = f'"{hashlib.md5(BODY).hexdigest()}"'
    assert put(url(1), [KIND, LENGTH], pki.ca) == (200, None, etag)
    assert find(1).bytes() == BODY


@pytest.mark.parametrize(
    "headers, status, code",
    [
        ([LENGTH], 403, "SignatureDoesNotMatch"),
        ([LENGTH, ("Content-Type", "application/gzip")], 403, "SignatureDoesNotMatch"),
        ([LENGTH, ("Content-Type", "application/octet-stream; charset=utf-8")], 403, "SignatureDoesNotMatch"),
        ([LENGTH, KIND, ("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==")], 403, "SignatureDoesNotMatch"),
        ([LENGTH, KIND, ("x-amz-meta-a", "b")], 403, "SignatureDoesNotMatch"),
        ([LENGTH, KIND, ("Authorization", "Bearer abc")], 400, "InvalidArgument"),
        ([KIND, ("Content-Length", str(LIMIT + 1)), ("Expect", "100-continue")], 400, "EntityTooLarge"),
    ],
)
def test_what_is_refused(host, pki, headers, status, code):
    url, find = host
    body = b"" if ("Expect", "100-continue") in headers else BODY
    assert put(url(2), headers, pki.ca, body)[:2] == (status, code)
    assert find(2) is None


def test_expired(host, pki):
    url, find = host
    assert put(url(3, lifetime=-10), [KIND, LENGTH], pki.ca)[:2] == (403, "AccessDenied")
    assert find(3) is None


def test_without_a_length(host, pki):
    url, _ = host
    assert put(url(4), [KIND], pki.ca, b"")[0] == 411


def test_a_wrong_secret(host, pki):
    url, _ = host
    base = url(5).split("/linode-")[0]
    access = urllib.parse.parse_qs(url(5).split("?")[1])["AWSAccessKeyId"][0]
    assert put(presign(base, 5, access, "wrong"), [KIND, LENGTH], pki.ca)[:2] == (403, "SignatureDoesNotMatch")


def test_a_body_that_is_cut_makes_no_object(host, pki):
    url, find = host
    parts = urllib.parse.urlsplit(url(6))
    connection = http.client.HTTPSConnection(parts.hostname, parts.port, context=ssl.create_default_context(cafile=pki.ca))
    connection.putrequest("PUT", f"{parts.path}?{parts.query}")
    connection.putheader(*KIND)
    connection.putheader(*LENGTH)
    connection.endheaders(BODY[:-1])
    connection.close()
    assert find(6) is None


def test_the_signature_is_the_documented_one():
    """HMAC-SHA1 over the five lines of SigV2, checked with openssl's own."""
    text = b"PUT\n\napplication/octet-stream\n1700000000\n/b/k"
    out = subprocess.run(["openssl", "dgst", "-sha1", "-hmac", "s3cret", "-binary"], input=text, capture_output=True, check=True)
    assert signature("s3cret", 1700000000, "/b/k") == base64.b64encode(out.stdout).decode()
