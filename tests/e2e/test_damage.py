"""Images that are bad or go bad during the upload: never a complete object, and no image left in the cloud."""

import os
import time

import pytest

import pictures
from clouds import faults

# Larger than what is looked at before the first request, so that the damage is found during the upload.
WHOLE = pictures.packed(pictures.raw(400000) + bytes(20000))


def spoiled(rig, path, *args, **options):
    """Upload it: exit 3, one error with the image's fate, nothing left, and only one attempt."""
    result = rig.upload(path, *args, **options)
    assert result.status == 3, result
    assert len(result.errors) == 1 and str(path) in result.errors[0], result
    if rig.cloud.seen("create"):
        assert "private/37000001" in result.errors[0] and "deleted" in result.errors[0], result
    assert len(rig.cloud.seen("put")) <= 1
    rig.nothing_left()
    return result


@pytest.mark.parametrize("missing", [1, 2, 4, 7, 8, 9, 100, 1000, 200000, len(WHOLE) - 500])
def test_truncated(rig, put_file, missing):
    spoiled(rig, put_file("cut.gz", WHOLE[:-missing]))


@pytest.mark.parametrize("place", [10, 300, 5000, 200000, -9, -8, -5, -4, -1])
def test_flipped(rig, put_file, place):
    bad = bytearray(WHOLE)
    bad[place] ^= 0x10
    spoiled(rig, put_file("flip.gz", bytes(bad)))


@pytest.mark.parametrize("junk", [b"x", b"\0", WHOLE[:-1], bytes(300000)])
def test_trailing_junk(rig, put_file, junk):
    spoiled(rig, put_file("junk.gz", WHOLE + junk))


def test_a_large_image_with_a_bad_end(rig, cloud, big, put_file):
    spoiled(rig, put_file("bad.gz", big.read_bytes()[:-1]))
    (put,) = cloud.seen("put")
    assert int(put.get("Content-Length")) == big.stat().st_size - 1
    assert put.received < big.stat().st_size - 1 and put.status is None


def test_the_last_byte_is_held_back(rig, cloud, put_file):
    """The whole object but for one byte may have come; the server must not have had the last one."""
    data = WHOLE[:-1] + bytes([WHOLE[-1] ^ 1])
    spoiled(rig, put_file("bad.gz", data))
    (put,) = cloud.seen("put")
    assert put.received < len(data) and not put.complete


@pytest.mark.parametrize("when", ["3+", "12", "60+"])
def test_a_disk_that_fails_half_way(rig, big, when):
    strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-P", str(big), "-e", f"inject=read,pread64,readv:error=EIO:when={when}"]
    result = spoiled(rig, big, under=strace)
    assert "I/O error" in result.errors[0] or "Input/output error" in result.errors[0]  # musl, glibc


@pytest.fixture
def changing(rig, cloud, put_file, big):
    """changing(change) uploads a file and calls change(path) when the cloud has 1 MiB of it."""

    def run(change):
        path = put_file("disk.gz", big.read_bytes())
        os.utime(path, (time.time() - 3600,) * 2)
        hold = cloud.fault("put", faults.Hold(pictures.MIB))
        running = rig.begin(path)
        assert hold.reached.wait(30)
        change(path)
        hold.release()
        return running.end()

    return run


def spoil_by(changing, rig, change):
    result = changing(change)
    assert result.status == 3, result
    assert "chang" in result.errors[0] or "truncated" in result.errors[0] or "short" in result.errors[0], result
    assert len(rig.cloud.seen("put")) == 1
    rig.nothing_left()


def test_a_file_that_grows(changing, rig):
    def change(path):
        with open(path, "ab") as file:
            file.write(b"more")

    spoil_by(changing, rig, change)


@pytest.mark.parametrize("left", [0, 3 * pictures.MIB, -1])
def test_a_file_that_shrinks(changing, rig, left):
    spoil_by(changing, rig, lambda path: os.truncate(path, left if left >= 0 else path.stat().st_size + left))


@pytest.mark.parametrize("place", [0, 512 * 1024])
def test_a_file_that_is_rewritten_where_it_was_read_already(changing, rig, place):
    """Every byte that is sent is good; but it is not the file any more."""

    def change(path):
        with open(path, "r+b") as file:
            file.seek(place)
            file.write(b"other bytes")

    spoil_by(changing, rig, change)


def test_a_file_that_is_rewritten_where_it_was_not_read_yet(changing, rig):
    def change(path):
        with open(path, "r+b") as file:
            file.seek(-pictures.MIB, os.SEEK_END)
            file.write(b"other bytes")

    result = changing(change)
    assert result.status == 3, result
    rig.nothing_left()


def test_a_file_that_grows_with_a_whole_member(changing, rig):
    """What is there at the end is valid gzip, but it was not the announced file."""

    def change(path):
        with open(path, "ab") as file:
            file.write(WHOLE)

    spoil_by(changing, rig, change)


def test_a_file_whose_name_goes_away_is_still_whole(changing, rig, cloud, big):
    result = changing(os.unlink)
    assert result.status == 0, result
    assert cloud.bucket.completed[0].bytes() == big.read_bytes()


def test_kept_on_failure(rig, cloud, put_file):
    result = rig.upload(put_file("cut.gz", WHOLE[:-1]), "--keep-on-failure", "-o", "json")
    assert result.status == 3, result
    assert "private/37000001" in result.errors[0]
    assert result.json[0]["id"] == "private/37000001" and result.json[0]["status"] == "failed"
    assert cloud.seen("delete") == [] and len(cloud.images.present()) == 1
    assert cloud.bucket.completed == []


def test_the_row_of_a_failure(rig, put_file):
    (row,) = rig.upload(put_file("cut.gz", WHOLE[:-1]), "-o", "json").json
    assert row["status"] == "failed" and row["exit"] == 3 and row["error"]
    assert row["id"] is None  # the image is deleted


@pytest.mark.parametrize("status", [401, 403, 500])
def test_an_image_that_cannot_be_deleted_is_named(rig, cloud, put_file, status):
    cloud.fault("delete", faults.Answer(status, '{"errors":[{"reason":"no"}]}'), count=99)
    result = rig.upload(put_file("cut.gz", WHOLE[:-1]), "-o", "json", "--retry", "1")
    assert result.status == 3, result
    assert "private/37000001" in result.errors[0] and "delete" in result.errors[0], result
    assert result.json[0]["id"] == "private/37000001"
    assert len(result.errors) == 1
