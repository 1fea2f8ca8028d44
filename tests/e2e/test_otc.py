"""hoist otc before a stand-in of Open Telekom Cloud: what it asks for, and what it refuses before it asks anybody."""

import os
import subprocess

import pytest

import pictures
from clouds import faults, imsrules
from otc_rig import WAYS, arrived, failed, given_up, holds, untouched

MIB = pictures.MIB
GIB = 1 << 30


def made(form, path, size="2500M"):
    subprocess.run(["qemu-img", "create", "-q", "-f", form, path, size], check=True)
    return path


def sparse(path, size):
    with open(path, "wb") as file:
        file.truncate(size)
    return path


# --- What a good upload is ---------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_a_file(otc, otc_disk, way):
    rig = otc.by(way)
    image = arrived(rig, otc_disk, rig.upload(otc_disk), puts=1)
    (body,) = rig.bodies
    want = {"name": "disk.raw", "disk_format": "raw", "container_format": "bare", "min_disk": 1, "__os_version": "Other Linux(64 bit)"}
    assert {key: body[key] for key in want} == want
    assert body.get("visibility", "private") == "private" and "id" not in body
    (put,) = rig.cloud.seen("put")
    assert put.get("Content-Type") == "application/octet-stream" and put.get("Content-Length") == str(otc_disk.stat().st_size)
    assert rig.count("look") >= 2 and image.disk_format == "raw"
    assert rig.count("token") == (1 if way == "password" else 0)
    signed = "keys" in way
    asked = [request for request in rig.cloud.requests if request.route != "token"]
    assert all((request.get("Authorization") is not None) == signed for request in asked)
    assert all((request.get("X-Auth-Token") is None) == signed for request in asked)


@pytest.mark.parametrize("words", [[], ["--size", str(2 * MIB)]])
def test_a_pipe(otc, otc_disk, words):
    arrived(otc, otc_disk, otc.send("pipe", otc_disk, *words), puts=1)
    (put,) = otc.cloud.seen("put")
    assert put.get("Content-Length") == (str(2 * MIB) if words else None)


def test_what_a_record_can_have(otc, otc_disk):
    words = ["--name", "A disk-1.0_x", "--min-disk", "40", "--min-ram", "512", "--tag", "a=b", "--tag", "c=d e", "--property", "x=y=z",
             "--property", "__support_kvm=true", "--description", "a \"disk\"", "--hw-firmware-type", "uefi", "--protected",
             "--enterprise-project", "84ac7f2b-bf19-4efb-86a0-b5be8771b476", "--os-version", "Debian GNU/Linux 10.0.0 64bit",
             "--wait"]  # fmt: skip
    arrived(otc, otc_disk, otc.upload(*words, otc_disk))
    (body,) = otc.bodies
    want = {"name": "A disk-1.0_x", "min_disk": 40, "min_ram": 512, "x": "y=z", "__support_kvm": "true", "__description": 'a "disk"',
            "hw_firmware_type": "uefi", "protected": True, "enterprise_project_id": "84ac7f2b-bf19-4efb-86a0-b5be8771b476",
            "__os_version": "Debian GNU/Linux 10.0.0 64bit"}  # fmt: skip
    assert {key: body[key] for key in want} == want and sorted(body["tags"]) == ["a=b", "c=d e"]


@pytest.mark.parametrize("absent", [True, False])
@pytest.mark.parametrize("polls", [0, 3])
def test_the_size_is_proven_by_image_size(otc, otc_disk, absent, polls):
    otc.cloud.absent, otc.cloud.images.polls = absent, polls
    arrived(otc, otc_disk, otc.upload(otc_disk), puts=1)


def test_json(otc, otc_disk):
    result = otc.upload("-o", "json", otc_disk)
    image = arrived(otc, otc_disk, result)
    (row,) = result.json["uploads"]
    assert (row["id"], row["status"], row["size"], row["exit"]) == (image.id, "active", 2 * MIB, 0)


def test_several_at_once(otc, put_file):
    paths = [put_file(f"disk{number}.raw", pictures.raw(MIB + 512 * number)) for number in range(5)]
    result = otc.upload(*paths, "--jobs", "3")
    assert result.status == 0, result
    for path in paths:
        (image,) = otc.cloud.images.named(path.name)
        holds(image, path.read_bytes())


def test_one_of_several_has_no_good_name(otc, otc_disk, put_file):
    untouched(otc, otc.upload(otc_disk, put_file("dísk.raw", pictures.raw(MIB))), 2, "name")


# --- Formats -----------------------------------------------------------------------------


@pytest.mark.parametrize("form, name, least", [("qcow2", "qcow2", 3), ("vpc", "vhd", 3), ("raw", "raw", 1)])
def test_formats_of_the_metadata_call(otc, tmp_path, form, name, least):
    """By the content, whatever the file is called, with the disk that it holds."""
    path = made(form, tmp_path / "image", "2500M" if form != "raw" else "1M")
    arrived(otc, path, otc.upload(path))
    (body,) = otc.bodies
    assert (body["disk_format"], body["min_disk"]) == (name, least)


@pytest.mark.parametrize("form, name", [("vmdk", "vmdk"), ("vhdx", "vhdx"), ("qed", "qed"), ("vdi", "vdi"), ("qcow", "qcow")])
def test_formats_of_the_upload_only(otc, tmp_path, form, name, monkeypatch):
    """They go under their own name; where the cloud does not take that, its reason is shown."""
    path = made(form, tmp_path / "image", "100M")
    given_up(otc, otc.upload(path), (1, 2, 3), "The disk_format is invalid", puts=0)
    monkeypatch.setattr(imsrules, "FORMATS", [*imsrules.FORMATS, name])
    monkeypatch.setitem(imsrules.RULES, "disk_format", (lambda word: word == name, "IMG.0001", "no"))
    arrived(otc, path, otc.upload(path))
    assert [body["disk_format"] for body in otc.bodies] == [name, name]


@pytest.mark.parametrize("way", ["extension", "option"])
@pytest.mark.parametrize("name", ["zvhd2", "zvhd"])
def test_formats_that_nobody_can_check(otc, put_file, name, way, monkeypatch):
    monkeypatch.setitem(imsrules.RULES, "disk_format", (lambda word: word == name, "IMG.0001", "no"))
    path = put_file(f"disk.{name}" if way == "extension" else "disk", pictures.raw(MIB))
    result = otc.upload(path, *([] if way == "extension" else ["--disk-format", name]))
    arrived(otc, path, result)
    assert otc.bodies[0]["disk_format"] == name
    assert any("unchecked" in line or "not checked" in line for line in result.warnings), result


@pytest.mark.parametrize("words, data", [(["--disk-format", "qcow2"], None), ([], b"\x1f\x8b\x08\0" + bytes(50)), ([], b"")])
def test_what_is_no_such_image(otc, put_file, words, data):
    path = put_file("x.raw", pictures.raw(70000) if data is None else data)
    untouched(otc, otc.upload(*words, path), 3)


def test_a_damaged_image(otc, tmp_path, put_file):
    subprocess.run(["qemu-img", "convert", "-O", "qcow2", put_file("disk", pictures.raw(4 * MIB)), tmp_path / "whole"], check=True)
    path = put_file("cut.qcow2", (tmp_path / "whole").read_bytes()[: 2 * MIB])
    untouched(otc, otc.upload(path), 3)
    result = otc.upload("--no-check", path)
    arrived(otc, path, result)
    assert result.warnings, result


# --- Names, sizes, options ---------------------------------------------------------------


@pytest.mark.parametrize("name", [" a", "a ", "a/b", "a:b", "ä", "x" * 129, "a\tb"])
def test_names_that_are_not_taken(otc, otc_disk, name):
    untouched(otc, otc.upload("--name", name, otc_disk), 2, "name")


@pytest.mark.parametrize("name", ["a", "x" * 128, "A-z_0.9 b", "a  b"])
def test_names_that_are(otc, otc_disk, name):
    arrived(otc, otc_disk, otc.upload("--name", name, otc_disk))
    assert otc.bodies[0]["name"] == name


@pytest.mark.parametrize("size", [128 * GIB, 200 * GIB])
def test_more_than_the_cloud_takes(otc, tmp_path, size):
    path = sparse(tmp_path / "disk.raw", size)
    untouched(otc, otc.upload(path), 3, "128")


def test_more_than_the_cloud_takes_from_a_pipe(otc):
    untouched(otc, otc.upload("-", "--name", "x", "--size", "128G", input=pictures.raw(MIB)), (2, 3), "128")


def test_what_the_cloud_takes(tool, otc_disk):
    assert tool.run("check", "--cloud", "otc", otc_disk).status == 0


def test_a_pipe_without_a_name(otc):
    untouched(otc, otc.upload("-", input=pictures.raw(MIB)), 2, "--name")


@pytest.mark.parametrize(
    "words, word",
    [(["--image-id", "1"], "image-id"), (["--property", "x"], "NAME=VALUE"), (["--tag", "x"], "tag"),
     (["--hw-firmware-type", "efi"], "firmware"), (["--size", "5"], "--size"), (["--min-disk", "x"], "min-disk")],  # fmt: skip
)
def test_bad_options(otc, otc_disk, words, word):
    untouched(otc, otc.upload(*words, otc_disk), 2, word)


def test_a_region_that_the_catalogue_lacks(otc, otc_disk):
    failed(otc.upload("--region", "mars", otc_disk), 2, "mars")
    assert otc.records == [] and otc.count("create") == 0


@pytest.mark.parametrize(
    "words, word",
    [(["--os-version", "Plan 9"], "OS version"), (["--min-disk", "1025"], "disk"), (["--property", "__unknown=1"], "__unknown")],
)
def test_options_that_the_cloud_does_not_take(otc, otc_disk, words, word):
    """Here or there: nothing is made."""
    given_up(otc, otc.upload(*words, otc_disk), 2, word, puts=0)


def test_a_disk_for_which_there_is_no_server(otc, tmp_path):
    result = otc.upload(made("qcow2", tmp_path / "disk.qcow2", "2T"))
    assert result.status in (2, 3), result
    assert otc.records == [] and otc.count("put") == 0


@pytest.mark.parametrize("size", [2 * MIB - 1, 2 * MIB + 1])
def test_a_pipe_of_another_size(otc, otc_disk, size):
    given_up(otc, otc.send("pipe", otc_disk, "--size", str(size), "--retry", "0"), 3)


def test_a_file_that_is_cut_while_it_is_sent(otc, put_file):
    path = put_file("disk.raw", pictures.raw(16 * MIB))
    hold = otc.cloud.fault("put", faults.Hold(MIB))
    running = otc.begin(path)
    assert hold.reached.wait(30)
    os.truncate(path, 9 * MIB)
    hold.release()
    given_up(otc, running.end(), 3)


# --- Records that are there ----------------------------------------------------------------


def waiting(otc, **fields):
    return otc.cloud.images.create({"name": "theirs", "disk_format": "raw", "container_format": "bare", **fields})


def test_a_record_that_is_there(otc, otc_disk):
    image = waiting(otc)
    result = otc.upload("--image-id", image.id, otc_disk)
    assert arrived(otc, otc_disk, result, puts=1) is image
    assert otc.count("create") == 0
    result = otc.upload("--image-id", image.id, otc_disk)
    failed(result, 1, "active", image.id)
    assert otc.count("put") == 1 and otc.records == [image]


@pytest.mark.parametrize("form, name", [("qed", "qed"), ("qcow", "qcow"), ("vpc", "vhd"), ("raw", "zvhd2"), ("raw", "zvhd"), ("raw", "raw")])
def test_formats_of_a_record_that_is_there(otc, tmp_path, form, name):
    image = waiting(otc, disk_format=name)
    path = made(form, tmp_path / "image", "8M")
    arrived(otc, path, otc.upload("--image-id", image.id, path))


@pytest.mark.parametrize("source", ["file", "pipe"])
@pytest.mark.parametrize("form, name", [("qcow2", "raw"), ("qcow2", "zvhd2"), ("qed", "qcow"), ("raw", "qcow2")])
def test_another_format_than_the_record_has(otc, tmp_path, form, name, source):
    image = waiting(otc, disk_format=name)
    path = made(form, tmp_path / "image", "8M")
    failed(otc.send(source, path, "--image-id", image.id), 3, name, "left")
    assert image.status != "active"


@pytest.mark.parametrize("fate, status, words", [("killed", 1, ["left"]), ("queued", 5, [])])
def test_a_record_that_was_there_is_never_deleted(otc, otc_disk, fate, status, words):
    otc.cloud.images.fate = fate
    image = waiting(otc)
    failed(otc.upload("--image-id", image.id, "--retry", "1", otc_disk), status, image.id, *words)
    assert otc.count("delete") == 0 and otc.records == [image]


def test_a_record_that_is_not_there(otc, otc_disk):
    missing = "00000000-0000-4000-8000-000000000000"
    failed(otc.upload("--image-id", missing, otc_disk), 1, missing)
    assert otc.count("create") == otc.count("put") == 0
