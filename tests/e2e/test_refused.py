"""What is refused before any request is made."""

import os

import pytest

import pictures

GIB5 = 5 * 1024 * pictures.MIB


def refused(rig, status, *args, **options):
    """Run it, and no request may have been made.  Returns the one error line."""
    result = rig.upload(*args, **options)
    assert result.status == status, result
    assert rig.cloud.requests == []
    assert len(result.errors) == 1, result
    return result.errors[0]


def test_a_missing_file(rig, tmp_path):
    assert str(tmp_path / "none.gz") in refused(rig, 2, tmp_path / "none.gz")


def test_a_directory(rig, tmp_path):
    assert "directory" in refused(rig, 2, tmp_path)


def test_a_file_that_may_not_be_read(rig, put_file, small):
    path = put_file("secret.gz", small.read_bytes())
    path.chmod(0)
    plain_root = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]  # root that obeys file modes
    refused(rig, 2, path, under=plain_root if os.geteuid() == 0 else [])


def test_an_empty_file(rig, put_file):
    assert "empty" in refused(rig, 3, put_file("empty.gz", b""))


@pytest.mark.parametrize("size", range(1, 18))
def test_a_file_that_ends_within_the_first_member(rig, put_file, small, size):
    refused(rig, 3, put_file("cut.gz", small.read_bytes()[:size]))


@pytest.mark.parametrize("data", [b"hello, this is text\n" * 50, pictures.raw(5000), b"\x1f\x8b\x07" + bytes(500), b"BZh9" + bytes(99)])
def test_not_gzip(rig, put_file, data):
    assert ".gz" in refused(rig, 3, put_file("disk.img.gz", data))


@pytest.mark.parametrize("kind", pictures.WRONG_INSIDE)
def test_gzip_of_something_that_is_no_raw_disk(rig, put_file, kind):
    error = refused(rig, 3, put_file("disk.gz", pictures.packed(pictures.WRONG_INSIDE[kind])))
    assert kind in error.lower()


def test_a_bare_qcow2(rig, put_file):
    assert "qcow2" in refused(rig, 3, put_file("disk.img.gz", pictures.WRONG_INSIDE["qcow2"]))


def test_more_than_5_gib(rig, put_file, small):
    path = put_file("large.gz", small.read_bytes())
    os.truncate(path, GIB5 + 1)
    assert "5 GiB" in refused(rig, 3, path)


def test_exactly_5_gib_is_not_too_large(rig, put_file, small):
    path = put_file("large.gz", small.read_bytes())
    os.truncate(path, GIB5)
    result = rig.upload(path)
    assert result.status == 3 and "5 GiB" not in result.errors[0], result  # zeros after the member
    rig.nothing_left()


@pytest.mark.parametrize("label", ["a+b", "a@b", "a~b", "a(b)", "a/b", "x" * 51, "", "bücher", "a:b"])
def test_bad_labels(rig, small, label):
    assert "label" in refused(rig, 2, small, "--label", label)


@pytest.mark.parametrize("label", ["a", "x" * 50, "a b", "a,b.c?d-e_f'g"])
def test_good_labels(rig, small, label):
    assert rig.upload(small, "--label", label, "--no-wait").status == 0


@pytest.mark.parametrize("name", ["disk+1.gz", "x" * 60 + ".gz", "disk~.gz"])
def test_a_file_name_that_is_no_label(rig, put_file, small, name):
    assert "--label" in refused(rig, 2, put_file(name, small.read_bytes()))


def test_a_description_that_is_too_long(rig, small):
    assert "description" in refused(rig, 2, small, "--description", "x" * 65001)


def test_an_empty_description_is_none(rig, cloud, small):
    assert rig.upload(small, "--description", "", "--no-wait").status == 0
    assert b"description" not in cloud.seen("create")[0].body


def test_the_longest_description(rig, cloud, small):
    assert rig.upload(small, "--description", "\u00fc" * 20000 + "\n" * 100, "--no-wait").status == 0


@pytest.mark.parametrize("tag", ["", "ab", "x" * 51])
def test_bad_tags(rig, small, tag):
    assert "tag" in refused(rig, 2, small, "--tag", "good", "--tag", tag)


def test_a_pipe_has_no_size(rig, small):
    assert "pipe" in refused(rig, 2, "-", "--label", "p", input=small.read_bytes())


def test_a_fifo_has_no_size(rig, tmp_path):
    os.mkfifo(tmp_path / "fifo.gz")
    refused(rig, 2, tmp_path / "fifo.gz", timeout=20)


def test_a_character_device(rig):
    refused(rig, 2, "/dev/null", "--label", "null")


def test_all_files_are_checked_before_the_first_is_sent(rig, tmp_path, small):
    refused(rig, 2, small, tmp_path / "none.gz")


@pytest.mark.parametrize(
    "args",
    [
        ["--nonsense"],
        ["--region"],
        ["--region="],
        ["--timeout", "soon"],
        ["--timeout", "-1"],
        ["--max-size", "6X"],
        ["--max-size", "99999999999999999999"],
        ["--limit-rate", ""],
        ["--retry", "x"],
        ["--retry", "-1"],
        ["--retry-delay", "1y"],
        ["--jobs", "0"],
        ["-o", "yaml"],
        ["--progress", "loud"],
        ["--wait=yes"],
        ["--cacert", "/nonexistent/ca.pem"],
        ["--pin", "sha256//short"],
        ["--pin", "md5//AAAA"],
        ["--upload-to", "https://example.com/?Signature=abc"],
        ["--upload-to", "fd:99"],
        ["--upload-to", "env"],
    ],
)
def test_wrong_options(rig, small, args):
    error = refused(rig, 2, small, *args)
    assert args[0].split("=")[0] in error or args[-1] in error or "HOIST_UPLOAD_TO" in error


def test_no_file(rig):
    refused(rig, 2)
