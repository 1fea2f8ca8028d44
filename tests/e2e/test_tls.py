"""Whom the binary trusts: at the API and at the upload host, which may differ."""

import os
import re
import shutil
import ssl

import pytest

from clouds.linode import Linode
from servers import certs
from servers.nginx import Nginx
from tool import Rig

BAD = {
    "expired": ("expired", r"expired"),
    "early": ("early", r"not yet valid|clock"),
    "wrong name": ("wrong_name", r"name"),
    "foreign": ("foreign", r"not signed by"),
    "self-signed": ("self_signed", r"self-signed|not signed by"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_certificate_of_the_api(make_rig, pki, small, kind):
    name, words = BAD[kind]
    rig = make_rig(api=getattr(pki, name), store=pki.good)
    result = rig.upload(small)
    assert result.status == 2, result
    assert re.search(words, result.errors[0]) and "127.0.0.1" in result.errors[0], result
    assert rig.cloud.requests == []


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_certificate_of_the_upload_host(make_rig, pki, small, kind):
    name, words = BAD[kind]
    rig = make_rig(api=pki.good, store=getattr(pki, name))
    result = rig.upload(small)
    assert result.status == 2, result
    assert re.search(words, result.errors[0]), result
    assert "private/37000001" in result.errors[0] and "deleted" in result.errors[0]
    assert rig.cloud.seen("put") == []
    rig.nothing_left()


@pytest.mark.parametrize("kind", BAD)
def test_bad_certificates_are_told_apart(make_rig, pki, small, kind):
    """No other kind's words fit."""
    rig = make_rig(api=getattr(pki, BAD[kind][0]))
    error = rig.upload(small).errors[0]
    expired = re.search(r"expired", error) is not None
    assert expired == (kind == "expired"), error


@pytest.mark.parametrize("kind", ["good", "rsa", "p521"])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_keys_and_versions(make_rig, pki, small, kind, version):
    rig = make_rig(api=getattr(pki, kind), lowest=version, highest=version)
    result = rig.upload(small)
    assert result.status == 0, result


def test_tls_1_1_is_too_old(make_rig, pki, small):
    rig = make_rig()
    context = rig.cloud.api_server.tls
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    result = rig.upload(small, "--retry", "0")
    assert result.status in (1, 2, 4), result
    assert rig.cloud.requests == []


@pytest.mark.parametrize("kind", ["rsa", "good"])
@pytest.mark.parametrize("protocols", ["TLSv1.2", "TLSv1.3"])
def test_nginx_in_front_of_the_upload_host(make_rig, pki, tmp_path, middle, kind, protocols):
    """A real server that speaks one version only, with an RSA or an ECDSA certificate."""
    rig = make_rig()
    cloud = rig.cloud
    directory = tmp_path / "nginx"
    directory.mkdir()
    server = Nginx(directory, getattr(pki, kind), protocols, cloud.store_server.url).start()
    try:
        cloud.presign = lambda image: cloud.bucket.presign(f"https://{server.host}", image.number)
        result = rig.upload(middle)
        assert result.status == 0, result
        assert cloud.bucket.completed[0].bytes() == middle.read_bytes()
    finally:
        server.stop()


def test_nginx_as_upload_host(make_rig, pki, tmp_path, middle):
    """No ETag that is an MD5, 201 instead of 200: still an upload."""
    rig = make_rig()
    directory = tmp_path / "nginx"
    directory.mkdir()
    server = Nginx(directory, pki.rsa, "TLSv1.2").start()
    try:
        rig.cloud.presign = lambda image: f"https://{server.host}/images/{image.number}?Signature=a&Expires=1"
        result = rig.upload(middle, "--no-wait")
        assert result.status == 0, result
        assert server.file("images/37000001").read_bytes() == middle.read_bytes()
    finally:
        server.stop()


# Where the roots come from: the first that is given is the only one.


def trust(rig, small, *args, **env):
    rig.env.pop("LINODE_CLI_CA", None)
    return rig.upload(small, *args, env={k: str(v) for k, v in env.items()}).status


def test_the_compiled_in_or_system_roots_do_not_know_us(rig, small):
    assert trust(rig, small) == 2


def test_every_source_of_roots(rig, small, pki):
    assert trust(rig, small, "--cacert", pki.ca) == 0
    assert trust(rig, small, LINODE_CLI_CA=pki.ca) == 0
    assert trust(rig, small, SSL_CERT_FILE=pki.ca) == 0


def test_a_directory_of_roots(rig, small, pki, tmp_path):
    directory = tmp_path / "certs"
    directory.mkdir()
    shutil.copy(pki.other_ca, directory / "other.pem")
    assert trust(rig, small, SSL_CERT_DIR=directory) == 2
    shutil.copy(pki.ca, directory / "ours.pem")
    assert trust(rig, small, SSL_CERT_DIR=directory) == 0


def test_the_first_source_is_the_only_one(rig, small, pki):
    assert trust(rig, small, "--cacert", pki.other_ca, LINODE_CLI_CA=pki.ca, SSL_CERT_FILE=pki.ca) == 2
    assert trust(rig, small, LINODE_CLI_CA=pki.other_ca, SSL_CERT_FILE=pki.ca) == 2
    assert trust(rig, small, "--cacert", pki.ca, LINODE_CLI_CA=pki.other_ca, SSL_CERT_FILE=pki.other_ca) == 0


@pytest.mark.parametrize("content", [None, b"", b"no certificate\n", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_ca_file_that_is_none(rig, small, tmp_path, content):
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    result = rig.upload(small, "--cacert", path)
    assert result.status == 2 and str(path) in result.errors[0], result
    assert rig.cloud.requests == []


def test_a_ca_file_with_several(rig, small, pki, tmp_path):
    path = tmp_path / "both.pem"
    path.write_bytes(b"# ours\n" + open(pki.other_ca, "rb").read() + open(pki.ca, "rb").read())
    assert trust(rig, small, "--cacert", path) == 0


# Pins.


def test_a_pin(rig, small, pki):
    assert rig.upload(small, "--pin", certs.public_key_pin(pki.good.cert)).status == 0


def test_one_of_several_pins(make_rig, small, pki):
    rig = make_rig(store=pki.rsa)
    pins = [certs.public_key_pin(pair.cert) for pair in (pki.good, pki.rsa)]
    assert rig.upload(small, "--pin", pins[0], "--pin", pins[1]).status == 0


def test_a_pin_that_does_not_fit(make_rig, small, pki):
    rig = make_rig(store=pki.rsa)
    result = rig.upload(small, "--pin", certs.public_key_pin(pki.good.cert))
    assert result.status == 2 and "pin" in result.errors[0], result
    rig.nothing_left()


def test_a_pin_does_not_replace_the_check(make_rig, small, pki):
    rig = make_rig(api=pki.expired)
    result = rig.upload(small, "--pin", certs.public_key_pin(pki.expired.cert))
    assert result.status == 2 and "expired" in result.errors[0], result


def test_a_plain_upload_url_from_an_api_over_tls_is_refused(rig, cloud, small):
    """An image must not go in clear because of an answer."""
    cloud.presign = lambda image: cloud.bucket.presign("http://127.0.0.1:9", image.number)
    result = rig.upload(small)
    assert result.status in (1, 2), result
    assert "http" in result.errors[0] and "deleted" in result.errors[0]
    assert cloud.images.present() == []


def test_plain_http_when_it_is_asked_for(tmp_path, home, small):
    directory = tmp_path / "plain"
    os.mkdir(directory)
    cloud = Linode(str(directory))
    try:
        result = Rig(home, cloud, "").upload(small, env={"LINODE_CLI_CA": "", "LINODE_CLI_API_SCHEME": "http"})
        assert result.status == 0, result
    finally:
        cloud.stop()
