"""The upload to a real S3 gateway (Ceph's), with URLs signed as Linode signs them."""

import os

import pytest

import pictures


def test_the_object_arrives(real_rig, gateway, middle):
    result = real_rig.upload(middle, "-o", "json")
    assert result.status == 0, result
    assert gateway.find(result.json[0]["id"].split("/")[1]).bytes() == middle.read_bytes()


def test_a_larger_object(real_rig, gateway, big):
    result = real_rig.upload(big, "-o", "json")
    assert result.status == 0, result
    assert gateway.find(result.json[0]["id"].split("/")[1]).bytes() == big.read_bytes()


def test_the_md5_is_the_gateways(real_rig, gateway, middle):
    (row,) = real_rig.upload(middle, "-o", "json").json
    assert row["md5"] == gateway.find(row["id"].split("/")[1]).md5


def last_number(rig):
    return max(rig.cloud.images.all)


@pytest.mark.parametrize("cut", [1, 8, 9, 100000])
def test_a_truncated_image_makes_no_object(real_rig, gateway, put_file, middle, cut):
    result = real_rig.upload(put_file("cut.gz", middle.read_bytes()[:-cut]))
    assert result.status == 3, result
    assert gateway.find(last_number(real_rig)) is None
    assert real_rig.cloud.images.present() == []


def test_trailing_junk_makes_no_object(real_rig, gateway, put_file, middle):
    result = real_rig.upload(put_file("junk.gz", middle.read_bytes() + b"junk"))
    assert result.status == 3, result
    assert gateway.find(last_number(real_rig)) is None


def test_an_expired_url(real_rig, middle):
    real_rig.cloud.lifetime = -100
    result = real_rig.upload(middle)
    assert result.status == 1, result
    assert "AccessDenied" in result.errors[0] or "expired" in result.errors[0]
    assert real_rig.cloud.images.present() == []


def test_a_wrong_signature(real_rig, gateway, middle):
    presign = real_rig.cloud.presign
    real_rig.cloud.presign = lambda image: presign(image).replace("Signature=", "Signature=AAAA")
    result = real_rig.upload(middle)
    assert result.status == 1 and "SignatureDoesNotMatch" in result.errors[0], result
    assert real_rig.cloud.images.present() == []


def test_an_object_that_is_too_large_for_the_gateway(real_rig, put_file, small):
    """5 GiB and a byte are refused here and not there; 5 GiB are not, and end in an error of the image."""
    path = put_file("large.gz", small.read_bytes())
    os.truncate(path, 5 << 30)
    result = real_rig.upload(path)
    assert result.status == 3 and "EntityTooLarge" not in result.err, result


def test_a_client_that_is_too_slow_for_the_gateway(real_rig, gateway, put_file):
    """The gateway cuts a connection on which nothing comes; a limited rate is not nothing."""
    path = put_file("slow.gz", pictures.packed(pictures.raw(700000)))
    result = real_rig.upload(path, "--limit-rate", "150K")
    assert result.status == 0, result
    assert gateway.find(last_number(real_rig)).bytes() == path.read_bytes()
