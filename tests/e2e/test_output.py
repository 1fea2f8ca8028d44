"""Help, version, streams that are closed or full, and progress."""

import json
import os
import pty
import re
import shutil
import subprocess

import pytest

from clouds import faults
from clouds.linode import TOKEN
from tool import FAST

OPTIONS = """--region --label --description --cloud-init --tag --wait --no-wait --timeout --max-size --keep-on-failure --as-user
--cacert --pin --limit-rate --retry --retry-delay --poll --jobs --output --no-headers --cols --progress --url-only --upload-to""".split()


def test_version(tool):
    result = tool.run("--version")
    assert result.status == 0 and re.match(r"hoist \d+\.\d+", result.out), result
    assert result.err == ""


def test_help(tool):
    result = tool.run("--help")
    assert result.status == 0 and result.err == ""
    for word in ("linode", "check", "cat"):
        assert word in result.out


@pytest.mark.parametrize("words", ["", "linode", "ionos", "openstack", "otc", "put", "check", "cat", "linode-cli image-upload",
                                   "ionosctl image upload", "openstack image create", "glance image-create"])
def test_help_fits_a_terminal(tool, words):
    result = tool.run(*words.split(), "--help")
    assert result.status == 0 and max(map(len, result.out.splitlines())) <= 80, result


def test_help_lists_every_option(tool):
    result = tool.run("linode", "--help")
    assert result.status == 0, result
    for option in OPTIONS:
        assert re.search(rf"{option}\b", result.out.replace("[no-]", "no-") if option == "--no-wait" else result.out), option
    for short in ("-o", "-q", "-v"):
        assert re.search(rf"(^|[ ,]){short}\b", result.out, re.MULTILINE), short


@pytest.mark.parametrize("words", [["check", "--help"], ["cat", "--help"]])
def test_help_of_the_others(tool, words):
    assert tool.run(*words).status == 0


@pytest.mark.parametrize("words", [[], ["nonsense"], ["--nonsense"], ["linodes"], ["check", "--nonsense", "x"], ["cat", "a", "b", "--x"]])
def test_usage_errors(tool, words):
    result = tool.run(*words)
    assert result.status == 2 and result.out == "", result


def test_both_forms_of_an_option(rig, cloud, small):
    assert rig.run("linode", "--region=us-ord", "--label=a=b".replace("=b", "b"), *FAST, small).status == 0
    assert rig.run("linode", "--region", "us-ord", "--label", "-dash", *FAST, small).status == 0
    assert json.loads(cloud.seen("create")[1].body)["label"] == "-dash"


def test_the_end_of_the_options(rig, small, tmp_path):
    os.link(small, tmp_path / "--label")
    result = rig.upload("--label", "x", "--no-wait", "--", "--label", cwd=tmp_path)
    assert result.status == 0, result


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["linode", "--help"]])
def test_a_full_disk_under_stdout(tool, words):
    with open("/dev/full", "w") as full:
        assert tool.run(*words, stdout=full).status == 1


def test_a_full_disk_under_the_result(rig, small):
    """The image is in the cloud; what could not be written is said."""
    with open("/dev/full", "w") as full:
        result = rig.upload(small, stdout=full)
    assert result.status > 0 and "private/37000001" in result.err, result


def test_cat_to_a_full_disk(tool, middle):
    with open("/dev/full", "w") as full:
        assert tool.run("cat", middle, stdout=full).status > 0


def test_cat_to_a_reader_that_goes_away(tool, middle):
    running = tool.start("cat", middle)
    running.process.stdout.read(10)
    running.process.stdout.close()
    running.process.wait(20)
    running.process.stderr.close()
    assert running.process.returncode != 0


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_descriptors(rig, cloud, small, closed):
    """No socket and no file takes the place of a standard stream."""
    words = " ".join([rig.path, "linode", "--region us-ord", *FAST, str(small), closed])
    done = subprocess.run(["sh", "-c", words], env=rig.env, capture_output=True, timeout=60)
    assert TOKEN.encode() not in done.stdout + done.stderr
    assert len(cloud.bucket.completed) == 1, done
    assert cloud.bucket.completed[0].bytes() == small.read_bytes()
    assert (done.returncode == 0) == (">&-" not in closed.replace("2>&-", "")), done


def test_cat_with_a_closed_stdout(tool, middle):
    done = subprocess.run(["sh", "-c", f"{tool.path} cat {middle} >&-"], env=tool.env, capture_output=True, timeout=60)
    assert done.returncode > 0


# Names that are odd, or longer than any file's.


@pytest.fixture
def buried(tmp_path, small):
    """(an image's path, how JSON has it): nearly PATH_MAX bytes, most of which take six in JSON."""
    parts = [b"\x01" * 255] * 10 + [b"\xff" * 255, b"\x7f" * 255, "\x9b".encode() * 127, b"\\\"" * 127]
    path = os.path.join(os.fsencode(tmp_path), *parts)
    os.makedirs(path)
    shutil.copy(small, path + b"/a.img.gz")
    path += b"/a.img.gz"
    return os.fsdecode(path), path.decode(errors="replace")


def shown_safely(text):
    return not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


@pytest.mark.parametrize("columns", [[], ["--cols", "file,exit,file"]])
def test_a_name_that_grows_in_json(tool, buried, columns):
    name, shown = buried
    result = tool.run("check", "-o", "json", *columns, name)
    assert result.status == 0 and [row["file"] for row in result.json] == [shown], result
    assert shown_safely(result.out + result.err)


def test_a_name_that_grows_in_the_progress(rig, buried):
    """Each line is whole, and JSON."""
    name, shown = buried
    result = rig.upload(name, "--label", "x", "--progress", "json", "-o", "json")
    assert result.status == 0 and result.json[0]["file"] == shown, result
    events = [json.loads(line) for line in result.err.splitlines()]
    assert events and all(event["file"] == shown and event["rate"] >= 0 for event in events)
    assert shown_safely(result.out + result.err)


@pytest.mark.parametrize("name", ["\N{EURO SIGN}" * 3000, "x" * 10000, "\x01" * 10000])
def test_a_name_that_is_too_long(tool, rig, name):
    """In JSON it is whole; in a table and in messages it is shortened, and the reason is there all the same."""
    result = tool.run("check", "-o", "json", name)
    assert result.status == 2 and result.json[0]["file"] == name
    assert len(result.errors) == 1 and result.errors[0].endswith("name too long"), result
    result = tool.run("check", "--cols", "file,exit", "--no-headers", name)
    cell, status = result.out.split()
    assert cell[-3:] == "..." and set(cell[:-3]) == {"?" if name[0] < " " else name[0]} and status == "2"
    result = rig.upload(name, "--progress", "json")
    assert result.status == 2 and "name too long" in result.err.lower()
    for line in result.notes:
        assert line.startswith("hoist: ") or json.loads(line)


# Progress.


def test_progress_as_json(rig, middle):
    result = rig.upload(middle, "--progress", "json")
    events = [json.loads(line) for line in result.err.splitlines() if line.startswith("{")]
    assert result.status == 0 and events, result
    assert all(isinstance(event, dict) for event in events)


def test_progress_in_lines(rig, cloud, middle):
    cloud.fault("put", faults.SlowRead(500000, 0.3))
    result = rig.upload(middle, "--progress", "lines")
    assert result.status == 0 and "\r" not in result.err, result


def test_no_progress(rig, middle):
    assert rig.upload(middle, "--progress", "none").err == ""


def test_not_on_a_terminal_there_is_no_bar(rig, middle):
    result = rig.upload(middle)
    assert "\r" not in result.err and "\x1b" not in result.err


def test_a_bar_on_a_terminal(rig, cloud, middle):
    cloud.fault("put", faults.SlowRead(500000, 0.1))
    main, side = pty.openpty()
    running = rig.begin(middle, stderr=side)
    os.close(side)
    shown = b""
    try:
        while data := os.read(main, 65536):
            shown += data
    except OSError:  # the other side is closed
        pass
    os.close(main)
    assert running.end().status == 0
    assert b"\r" in shown and b"%" in shown


def test_verbose_names_the_requests_and_no_secret(rig, cloud, small):
    result = rig.upload(small, "-v")
    assert result.status == 0, result
    for word in ("/images/upload", "PUT", "200"):
        assert word in result.err, result
    assert "AWSAccessKeyId" not in result.err and "Signature" not in result.err


def test_nothing_secret_in_the_arguments_or_the_environment_of_others(rig, cloud, big):
    """While it runs, its own command line is as it was typed."""
    hold = cloud.fault("put", faults.Hold(1000000))
    running = rig.begin(big)
    assert hold.reached.wait(30)
    with open(f"/proc/{running.process.pid}/cmdline", "rb") as file:
        line = file.read()
    hold.release()
    assert running.end().status == 0
    assert TOKEN.encode() not in line and b"Signature" not in line


def test_no_core_dump_with_secrets(rig, cloud, big):
    hold = cloud.fault("put", faults.Hold(1000000))
    running = rig.begin(big)
    assert hold.reached.wait(30)
    with open(f"/proc/{running.process.pid}/limits", encoding="ascii") as file:
        core = next(line for line in file if line.startswith("Max core file size")).split()
    hold.release()
    assert running.end().status == 0
    assert core[4] in ("0", "1")  # 1 also stops a dump to a program, see core(5)
