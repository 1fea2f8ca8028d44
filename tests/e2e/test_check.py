"""hoist check and hoist cat: what can be known without a network."""

import gzip
import hashlib
import os
import pathlib
import struct
import zlib

import pytest

import pictures

TINY = pictures.packed(pictures.raw(1536) + bytes(3072))


def is_whole(data):
    """Is this gzip, whole and clean, in zlib's opinion?"""
    while data:
        decoder = zlib.decompressobj(31)
        try:
            decoder.decompress(data)
        except zlib.error:
            return False
        if not decoder.eof:
            return False
        data = decoder.unused_data
    return True


def test_a_good_image(tool, small):
    result = tool.run("check", small)
    assert result.status == 0, result
    assert str(small) in result.out and "linode" in result.out.lower()
    assert result.notes == []


def test_the_manual_tells_what_each_cloud_takes(tool, put_file):
    archive = put_file("x.tar", bytes(257) + b"ustar\x0000" + bytes(10000))
    (row,) = tool.run("check", "-o", "json", archive).json
    manual = (pathlib.Path(__file__).parents[2] / "docs/hoist.1").read_text()
    assert len(row["clouds"]) == 4
    for cloud, answer in row["clouds"].items():
        words = answer["why"].split(" takes ")[1]
        assert f"\n.It Cm {cloud}\n{words}" in manual, words


def test_json(tool, small):
    (row,) = tool.run("check", "-o", "json", small).json
    assert row["file"] == str(small)
    assert row["size"] == small.stat().st_size
    assert row["uncompressed"] == 64 * pictures.KIB
    assert row["exit"] == 0 and row["error"] is None


@pytest.mark.parametrize("name", ["md5", "sha256", "sha384", "sha512"])
def test_digests(tool, small, name):
    digest = hashlib.new(name, small.read_bytes()).hexdigest()
    assert digest in tool.run("check", "--digest", name, small).out
    assert digest in tool.run("check", "--digest", name, "-o", "json", small).out


def test_several_digests(tool, small):
    out = tool.run("check", "--digest", "md5", "--digest=sha256", "--digest", "sha384", "--digest", "sha512", small, "-o", "json").out
    for name in ("md5", "sha256", "sha384", "sha512"):
        assert hashlib.new(name, small.read_bytes()).hexdigest() in out


def test_an_unknown_digest(tool, small):
    result = tool.run("check", "--digest", "crc7", small)
    assert result.status == 2 and "crc7" in result.errors[0]


def test_truncated_at_every_byte(tool, put_file):
    for size in range(len(TINY)):
        result = tool.run("check", put_file("cut.gz", TINY[:size]))
        assert result.status == 3, (size, result)
        assert len(result.errors) == 1, (size, result)


def test_cat_fails_for_a_truncated_image(tool, put_file):
    """One byte alone is no gzip yet, and what is no gzip is written as it is."""
    for size in range(2, len(TINY)):
        path = put_file("cut.gz", TINY[:size])
        result = tool.start("cat", path, stdout=open(os.devnull, "wb")).end()
        assert result.status == 3, (size, result)


def test_a_flipped_bit_at_every_byte(tool, put_file):
    for place in range(len(TINY)):
        bad = bytearray(TINY)
        bad[place] ^= 1 << place % 8
        result = tool.run("check", put_file("flip.gz", bytes(bad)))
        assert result.status == (0 if is_whole(bytes(bad)) else 3), (place, result)


@pytest.mark.parametrize("place", [*range(10), *range(len(TINY) - 8, len(TINY))])
def test_every_bit_of_the_header_and_the_trailer(tool, put_file, place):
    for bit in range(8):
        bad = bytearray(TINY)
        bad[place] ^= 1 << bit
        result = tool.run("check", put_file("flip.gz", bytes(bad)))
        assert result.status == (0 if is_whole(bytes(bad)) else 3), (bit, result)


@pytest.mark.parametrize("junk", [b"x", b"\0", b"\x1f", b"\x1f\x8b", b"\x1f\x8b\x08\0\0\0\0\0\0\3", b"junk" * 10000, bytes(70000)])
def test_trailing_junk(tool, put_file, junk):
    result = tool.run("check", put_file("junk.gz", TINY + junk))
    assert result.status == 3, result


@pytest.mark.parametrize("count", [2, 3, 200])
def test_several_members(tool, put_file, count):
    result = tool.run("check", "-o", "json", put_file("members.gz", TINY * count))
    assert result.status == 0, result
    assert result.json[0]["uncompressed"] == 4608 * count


def test_two_members_truncated_at_every_byte_of_the_second(tool, put_file):
    for size in range(1, len(TINY)):
        result = tool.run("check", put_file("cut.gz", TINY + TINY[:size]))
        assert result.status == 3, (size, result)


def test_every_optional_part_of_the_header(tool, put_file):
    extra, name, comment = b"AB\x03\x00xyz", b"disk.raw\0", b"a comment\0"
    header = b"\x1f\x8b\x08\x1e\0\0\0\0\0\x03" + struct.pack("<H", len(extra)) + extra + name + comment
    header += struct.pack("<H", zlib.crc32(header) & 0xFFFF)
    whole = header + TINY[10:]
    assert is_whole(whole)
    assert tool.run("check", put_file("parts.gz", whole)).status == 0
    for size in range(len(header)):
        assert tool.run("check", put_file("cut.gz", whole[:size])).status == 3, size


def test_stored_blocks_and_an_empty_member(tool, put_file):
    data = gzip.compress(pictures.raw(200000), compresslevel=0, mtime=0) + gzip.compress(b"", mtime=0)
    result = tool.run("check", "-o", "json", put_file("stored.gz", data))
    assert result.status == 0 and result.json[0]["uncompressed"] == 200192, result


def test_nothing_but_empty_members(tool, put_file):
    result = tool.run("check", put_file("empty.gz", gzip.compress(b"", mtime=0)))
    assert result.status == 3 and "nothing" in result.errors[0], result


@pytest.mark.parametrize("kind", pictures.WRONG_INSIDE)
def test_what_is_inside(tool, put_file, kind):
    result = tool.run("check", put_file("disk.gz", pictures.packed(pictures.WRONG_INSIDE[kind])))
    assert kind in (result.out + result.err).lower(), result


@pytest.mark.parametrize("data", [TINY, pictures.raw(5000)])
def test_the_extension_and_the_content_disagree(tool, put_file, data):
    name = "disk.qcow2" if data is TINY else "disk.raw.gz"
    result = tool.run("check", put_file(name, data))
    assert "extension" in (result.out + result.err).lower() or "name" in (result.out + result.err).lower(), result


def test_several_files(tool, put_file, small, tmp_path):
    bad = put_file("bad.gz", TINY[:-1])
    result = tool.run("check", "-o", "json", small, bad)
    assert result.status == 3
    assert [row["exit"] for row in result.json] == [0, 3]
    assert tool.run("check", small, tmp_path / "missing").status == 2


@pytest.mark.parametrize("command", ["check", "cat"])
def test_not_there(tool, tmp_path, command):
    assert tool.run(command, tmp_path / "none").status == 2
    assert tool.run(command, tmp_path).status == 2
    assert tool.run(command).status == 2


@pytest.mark.parametrize("command", ["check", "cat"])
def test_a_disk_that_fails(tool, middle, command):
    for when in ("1", "2+", "5+"):
        strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-P", str(middle), "-e", f"inject=read,pread64,readv:error=EIO:when={when}"]
        result = tool.start(command, middle, under=strace, stdout=open(os.devnull, "wb")).end()
        assert result.status == 3, (when, result)
        assert "I/O error" in result.errors[0] and str(middle) in result.errors[0]


def test_cat(tool, middle, tmp_path):
    with open(tmp_path / "out", "wb") as out:
        result = tool.start("cat", middle, stdout=out).end()
    assert result.status == 0 and result.notes == [], result
    assert (tmp_path / "out").read_bytes() == middle.read_bytes()


def test_cat_and_check_take_a_pipe(tool, small, tmp_path):
    with open(tmp_path / "out", "wb") as out:
        running = tool.start("cat", "-", stdin=-1, stdout=out)
        result = running.end(small.read_bytes())
    assert result.status == 0, result
    assert (tmp_path / "out").read_bytes() == small.read_bytes()
    assert tool.run("check", "-", input=small.read_bytes()).status == 0
    assert tool.run("check", "-", input=small.read_bytes()[:-1]).status == 3


def test_cat_of_a_bad_image_never_writes_its_end(tool, put_file, tmp_path):
    bad = bytearray(pictures.packed(pictures.raw(300000)))
    bad[-1] ^= 1
    with open(tmp_path / "out", "wb") as out:
        result = tool.start("cat", put_file("bad.gz", bytes(bad)), stdout=out).end()
    assert result.status == 3, result
    assert (tmp_path / "out").stat().st_size < len(bad)


def test_a_pipe_that_was_not_started_has_no_size(tool, put_file):
    bad = put_file("bad.raw", bytes(777))
    result = tool.run("ionos", "--location", "de/fra", "--rename", "a,b", "--format", "raw", "-o", "json", "--cols", "status,size",
                      "-", bad, input=bytes(1024))
    assert [(row["status"], row["size"]) for row in result.json["uploads"]] == [("not started", None), ("failed", 777)], result
