"""SIGINT and SIGTERM in each phase: what was begun is removed or named, and the process dies by the signal."""

import os
import signal
import time

import pytest

import pictures
from clouds import faults

BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])


def stopped(rig, running, number, sent=1):
    for _ in range(sent):
        running.signal(number)
        time.sleep(0.1)
    result = running.end()
    assert result.status == -number, result
    return result


def gone(rig, result):
    """The image is deleted, and the message says so."""
    assert rig.cloud.images.present() == [], result
    if rig.cloud.images.all:
        assert "private/37000001" in result.err and "deleted" in result.err, result


@BOTH
def test_while_the_regions_are_asked(rig, cloud, small, number):
    hold = cloud.fault("regions", faults.Hold("head"))
    running = rig.begin(small)
    assert hold.reached.wait(30)
    stopped(rig, running, number)
    assert cloud.seen("create") == []


@BOTH
def test_before_the_answer_to_the_post(rig, cloud, small, number):
    """The record may exist, its id is not known: the message has to say what to look for."""
    hold = cloud.fault("create", faults.Hold("reply"))
    running = rig.begin(small)
    assert hold.reached.wait(30)
    running.signal(number)
    time.sleep(0.2)
    hold.release()
    result = running.end()
    assert result.status == -number, result
    assert cloud.images.present() == [] or "small.img.gz" in result.err, result


@BOTH
@pytest.mark.parametrize("where", ["head", pictures.MIB, "reply"])
def test_during_the_put(rig, cloud, big, number, where):
    hold = cloud.fault("put", faults.Hold(where))
    running = rig.begin(big)
    assert hold.reached.wait(30)
    gone(rig, stopped(rig, running, number))
    assert where == "reply" or cloud.bucket.completed == []


@BOTH
def test_while_bytes_flow(rig, cloud, big, number):
    cloud.fault("put", faults.SlowRead(65536, 0.01))
    running = rig.begin(big)
    assert cloud.wait(lambda: cloud.seen("put") and cloud.seen("put")[0].received > 500000)
    gone(rig, stopped(rig, running, number))
    assert cloud.bucket.completed == []


@BOTH
def test_with_a_limited_rate(rig, cloud, big, number):
    running = rig.begin(big, "--limit-rate", "100K")
    assert cloud.wait(lambda: cloud.seen("put") and cloud.seen("put")[0].received > 1000)
    gone(rig, stopped(rig, running, number))


@BOTH
def test_between_two_attempts(rig, cloud, middle, number):
    cloud.fault("put", faults.Answer(503), count=99)
    running = rig.begin(middle, "--retry-delay", "60")
    assert cloud.wait(lambda: cloud.seen("put") and cloud.seen("put")[0].status)
    time.sleep(0.3)
    gone(rig, stopped(rig, running, number))


@BOTH
def test_while_the_cloud_says_retry_after(rig, cloud, small, number):
    cloud.fault("create", faults.Answer(429, "{}", [("Retry-After", "60")]))
    running = rig.begin(small)
    assert cloud.wait(lambda: cloud.seen("create") and cloud.seen("create")[0].status)
    time.sleep(0.3)
    stopped(rig, running, number)
    assert len(cloud.seen("create")) == 1


@BOTH
def test_while_waiting_for_the_image(rig, cloud, small, number):
    """The bytes are there.  Whatever is done with the image, it is named."""
    cloud.images.fate = "stuck"
    running = rig.begin(small, "--poll", "0.2")
    assert cloud.wait(lambda: cloud.seen("view"))
    result = stopped(rig, running, number)
    assert "private/37000001" in result.err, result


@BOTH
def test_when_deleting_fails_the_message_says_how(rig, cloud, big, number):
    cloud.fault("delete", faults.Answer(500, "{}"), count=99)
    hold = cloud.fault("put", faults.Hold(pictures.MIB))
    running = rig.begin(big, "--retry", "1")
    assert hold.reached.wait(30)
    result = stopped(rig, running, number)
    assert "private/37000001" in result.err and "delete" in result.err, result


@BOTH
def test_the_image_is_kept_when_asked_for(rig, cloud, big, number):
    hold = cloud.fault("put", faults.Hold(pictures.MIB))
    running = rig.begin(big, "--keep-on-failure")
    assert hold.reached.wait(30)
    result = stopped(rig, running, number)
    assert "private/37000001" in result.err
    assert len(cloud.images.present()) == 1


def test_a_second_signal_ends_at_once(rig, cloud, big):
    cloud.fault("delete", faults.Hold("head"), count=99)
    hold = cloud.fault("put", faults.Hold(pictures.MIB))
    running = rig.begin(big)
    assert hold.reached.wait(30)
    running.signal(signal.SIGINT)
    assert cloud.wait(lambda: cloud.seen("delete"))
    time.sleep(2)  # what comes sooner counts as the same signal
    start = time.monotonic()
    assert stopped(rig, running, signal.SIGINT).status == -signal.SIGINT
    assert time.monotonic() - start < 5


def test_a_signal_that_comes_twice_is_one(rig, cloud, big):
    """timeout(1) signals the process and its group."""
    hold = cloud.fault("put", faults.Hold(pictures.MIB))
    running = rig.begin(big)
    assert hold.reached.wait(30)
    running.signal(signal.SIGTERM)
    assert "deleted" in stopped(rig, running, signal.SIGTERM).err
    assert not cloud.images.present()


def test_several_uploads_are_all_removed(rig, cloud, put_file, big):
    files = [put_file(f"d{i}.gz", big.read_bytes()) for i in range(3)]
    hold = cloud.fault("put", faults.Hold(pictures.MIB), count=3)
    running = rig.begin("--jobs", "3", *files)
    assert hold.reached.wait(30)
    assert cloud.wait(lambda: [r.received for r in cloud.seen("put")] == [pictures.MIB] * 3)
    result = stopped(rig, running, signal.SIGTERM)
    assert cloud.images.present() == [] and cloud.bucket.completed == []
    for i in range(3):
        assert f"private/{37000001 + i}" in result.err


@BOTH
def test_check_is_stopped(tool, put_file, number):
    path = put_file("zeros.gz", pictures.packed(bytes(64 * pictures.MIB), 9) * 600)
    running = tool.start("check", path)
    time.sleep(0.3)
    assert stopped(None, running, number).status == -number


def test_reading_standard_input_is_stopped(tool):
    running = tool.start("check", "-", stdin=-1)
    time.sleep(0.3)
    running.signal(signal.SIGTERM)
    assert running.process.wait(10) == -signal.SIGTERM
    running.process.stdin.close()
    running.process.stdout.close()
    running.process.stderr.close()


def test_a_reader_of_stderr_that_goes_away(rig, small):
    """The upload goes on."""
    read, write = os.pipe()
    os.close(read)
    running = rig.begin(small, "-v", stderr=write)
    os.close(write)
    result = running.end()
    assert result.status == 0, result
