"""Images that real tools wrote: whole ones are good in every variant, cut ones are not, and parts of a disk are refused."""

import os
import random
import subprocess

import pytest

import pictures

MIB = pictures.MIB
SIZE = 9 * MIB + 5 * 512  # no multiple of any block


def verdict(tool, path):
    """What the tool says of an image: None if it is good, or the error."""
    result = tool.run("check", path)
    assert result.status in (0, 3), result
    return result.errors[0] if result.status else None


def run(*words, cwd=None):
    subprocess.run([str(word) for word in words], cwd=cwd, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)


def io(form, path, *commands):
    run("qemu-io", "-f", form, *(word for command in commands for word in ("-c", command)), path)


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    """A disk with random data in places, the last sector among them, and much that is empty."""
    path = tmp_path_factory.mktemp("raw") / "disk"
    data = bytearray(SIZE)
    noise = random.Random(1)
    for at, size in ((0, 70000), (3 * MIB + 512, MIB), (7 * MIB, 2 * MIB + 5 * 512)):
        data[at : at + size] = noise.randbytes(size)
    path.write_bytes(data)
    return path


def convert(form, *options):
    def make(raw, path):
        run("qemu-img", "convert", "-f", "raw", "-O", form, *options, raw, path)

    return make


def worked_on(form, *options):
    """Written to here and there by another tool's driver, not in one go."""

    def make(raw, path):
        run("qemu-img", "create", "-q", "-f", form, *options, path, SIZE)
        io(form, path, "write -P 1 0 512", "write -P 2 8M 64k", "write -P 3 3M 1M", "write -P 4 100k 5k")

    return make


def then(make, *steps):
    """The image that make() makes, after commands in which IMAGE is its path."""

    def made(raw, path):
        make(raw, path)
        for step in steps:
            run(*(path if word == "IMAGE" else word for word in step))

    return made


def dirty(raw, path):
    """Written by a process that was killed: lazy reference counts are not up to date."""
    run("qemu-img", "create", "-q", "-f", "qcow2", "-o", "lazy_refcounts=on", path, SIZE)
    command = ["qemu-io", "-f", "qcow2", "-c", "write -P 5 1M 2M", "-c", "flush", "-c", "sigraise 9", str(path)]
    subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def iso(*options):
    def make(raw, path):
        run("xorriso", "-as", "mkisofs", "-quiet", *options, "-o", path, raw.parent)

    return make


QCOW2 = {
    "plain": convert("qcow2"),
    "v2": convert("qcow2", "-o", "compat=0.10"),
    "compressed": convert("qcow2", "-c"),
    "compressed-zstd": convert("qcow2", "-c", "-o", "compression_type=zstd"),
    "compressed-v2": convert("qcow2", "-c", "-o", "compat=0.10"),
    "compressed-2M": convert("qcow2", "-c", "-o", "cluster_size=2M"),
    "cluster-512": convert("qcow2", "-o", "cluster_size=512"),
    "cluster-512-compressed": convert("qcow2", "-c", "-o", "cluster_size=512"),
    "cluster-2M": convert("qcow2", "-o", "cluster_size=2M"),
    "refcount-1": convert("qcow2", "-o", "refcount_bits=1"),
    "refcount-64": convert("qcow2", "-o", "refcount_bits=64"),
    "extended-l2": convert("qcow2", "-o", "extended_l2=on"),
    "extended-l2-compressed": convert("qcow2", "-c", "-o", "extended_l2=on"),
    "preallocation-metadata": convert("qcow2", "-o", "preallocation=metadata"),
    "preallocation-falloc": convert("qcow2", "-o", "preallocation=falloc"),
    "preallocation-full": convert("qcow2", "-o", "preallocation=full"),
    "lazy-refcounts": convert("qcow2", "-o", "compat=1.1,lazy_refcounts=on"),
    "worked-on": worked_on("qcow2"),
    "worked-on-512": worked_on("qcow2", "-o", "cluster_size=512"),
    "worked-on-extended": worked_on("qcow2", "-o", "extended_l2=on"),
    "worked-on-prealloc": worked_on("qcow2", "-o", "preallocation=metadata"),
    "dirty": dirty,
    "zeroed": then(convert("qcow2"), ["qemu-io", "-f", "qcow2", "-c", "write -z 3M 1M", "-c", "write -z -u 8M 64k", "IMAGE"]),
    "discarded": then(convert("qcow2"), ["qemu-io", "-f", "qcow2", "-c", "discard 7M 2M", "IMAGE"]),
    "snapshots": then(
        convert("qcow2"),
        ["qemu-img", "snapshot", "-c", "first", "IMAGE"],
        ["qemu-io", "-f", "qcow2", "-c", "write -P 9 2M 2M", "IMAGE"],
        ["qemu-img", "snapshot", "-c", "second", "IMAGE"],
        ["qemu-img", "snapshot", "-a", "first", "IMAGE"],
        ["qemu-img", "snapshot", "-d", "second", "IMAGE"],
    ),
    "bitmaps": then(
        convert("qcow2"),
        ["qemu-img", "bitmap", "--add", "--enable", "IMAGE", "b0"],
        ["qemu-io", "-f", "qcow2", "-c", "write -P 9 2M 1M", "IMAGE"],
        ["qemu-img", "bitmap", "--add", "-g", "512", "IMAGE", "b1"],
    ),
    "grown": then(
        convert("qcow2"), ["qemu-img", "resize", "-q", "IMAGE", "300G"], ["qemu-io", "-f", "qcow2", "-c", "write -P 9 250G 64k", "IMAGE"]
    ),
    "grown-preallocated": then(convert("qcow2"), ["qemu-img", "resize", "-q", "--preallocation=metadata", "IMAGE", "20M"]),
    "shrunk": then(convert("qcow2"), ["qemu-img", "resize", "-q", "--shrink", "IMAGE", "4M"]),
    "encrypted": lambda raw, path: run(
        "qemu-img", "convert", "--object", "secret,id=s,data=x", "-O", "qcow2", "-o", "encrypt.format=luks,encrypt.key-secret=s", raw, path
    ),
}
VMDK = {
    "sparse": convert("vmdk", "-o", "subformat=monolithicSparse"),
    "stream": convert("vmdk", "-o", "subformat=streamOptimized"),
    "zeroed-grain": convert("vmdk", "-o", "zeroed_grain=on"),
    "worked-on": worked_on("vmdk"),
    "version-6": convert("vmdk", "-o", "compat6"),
}
VHD = {
    "dynamic": convert("vpc"),
    "dynamic-exact": convert("vpc", "-o", "force_size=on"),
    "fixed": convert("vpc", "-o", "subformat=fixed"),
    "fixed-exact": convert("vpc", "-o", "subformat=fixed,force_size=on"),
    "worked-on": worked_on("vpc"),
    "worked-on-fixed": worked_on("vpc", "-o", "subformat=fixed"),
}
VHDX = {
    "dynamic": convert("vhdx"),
    "fixed": convert("vhdx", "-o", "subformat=fixed"),
    "block-1M": convert("vhdx", "-o", "block_size=1M"),
    "fixed-large-block": convert("vhdx", "-o", "subformat=fixed,block_size=256M,block_state_zero=off"),
    "worked-on": worked_on("vhdx", "-o", "block_size=2M"),
}
WHOLE = {
    **{f"qcow2-{name}": make for name, make in QCOW2.items()},
    **{f"vmdk-{name}": make for name, make in VMDK.items()},
    **{f"vhd-{name}": make for name, make in VHD.items()},
    **{f"vhdx-{name}": make for name, make in VHDX.items()},
    "qcow": convert("qcow"),
    "qcow-worked-on": worked_on("qcow"),
    "qed": convert("qed"),
    "qed-small": convert("qed", "-o", "cluster_size=4096,table_size=4"),
    "qed-worked-on": worked_on("qed"),
    "vdi": convert("vdi"),
    "vdi-static": convert("vdi", "-o", "static=on"),
    "vdi-worked-on": worked_on("vdi"),
    "vdi-worked-on-static": worked_on("vdi", "-o", "static=on"),
    "iso": iso(),
    "iso-joliet": iso("-J", "-R"),
    "iso-padded": iso("-pad"),
    "iso-not-padded": iso("-no-pad"),
}
EMPTY = ["qcow", "qcow2", "qed", "vdi", "vmdk", "vpc", "vhdx"]

# What these end in is not the disk's: it may go without harm.
SPARE = {
    "qcow2-dirty", "qcow2-discarded", "qcow2-bitmaps", "qcow2-snapshots", "qcow2-grown-preallocated",
    "qcow2-preallocation-metadata", "qcow2-preallocation-falloc", "qcow2-preallocation-full", "vhdx-fixed", "vhdx-fixed-large-block",
}  # fmt: skip

# These are full to the last byte, or end in a mark.
EXACT = [name for name in WHOLE if name.startswith(("vhd-", "vdi", "vmdk-sparse", "vmdk-worked", "vmdk-zeroed", "iso-not"))]


@pytest.fixture(scope="module")
def made(raw, tmp_path_factory):
    """made(name): the path of an image of this kind, which no test changes."""
    base = tmp_path_factory.mktemp("made")
    done = {}

    def make(name):
        if name not in done:
            done[name] = base / f"{name}.{name.partition('-')[0]}"
            WHOLE[name](raw, done[name])
        return done[name]

    return make


def cut(whole, path, size):
    """The first size bytes; the holes stay holes."""
    run("cp", "--sparse=always", whole, path)
    os.truncate(path, size)
    return path


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_image_is_good(tool, made, name):
    assert verdict(tool, made(name)) is None


@pytest.mark.parametrize("form", EMPTY)
@pytest.mark.parametrize("size", ["512", "1M", "40G"])
def test_an_image_without_data_is_good(tool, tmp_path, form, size):
    path = tmp_path / f"image.{form}"
    run("qemu-img", "create", "-q", "-f", form, path, size)
    assert verdict(tool, path) is None


@pytest.mark.parametrize("form", ["qcow2", "vdi", "vmdk"])
def test_an_image_of_nothing_is_good(tool, tmp_path, form):
    path = tmp_path / f"image.{form}"
    run("qemu-img", "create", "-q", "-f", form, path, 0)
    assert verdict(tool, path) is None


@pytest.mark.parametrize("name", WHOLE)
def test_a_cut_image_is_not(tool, made, tmp_path, name):
    size = made(name).stat().st_size
    shares = [1 / 200, 1 / 4, 1 / 2, 3 / 4, 9 / 10]
    for share in shares[: 1 if name in SPARE else None]:
        error = verdict(tool, cut(made(name), tmp_path / made(name).name, int(size * share)))
        assert error, f"{share} of {name} is good"


@pytest.mark.parametrize("name", EXACT)
def test_the_last_byte_is_missed(tool, made, tmp_path, name):
    size = made(name).stat().st_size
    for less in (1, 511, 512, 513, 4096):
        assert verdict(tool, cut(made(name), tmp_path / made(name).name, size - less)), less


def test_a_fixed_vhd_is_known_by_its_end(tool, made, tmp_path):
    (row,) = tool.run("check", "-o", "json", made("vhd-fixed")).json
    assert row["format"] == "vhd"
    # Without its footer it is raw data, and there is nothing to be said against that.
    size = made("vhd-fixed").stat().st_size
    (row,) = tool.run("check", "-o", "json", cut(made("vhd-fixed"), tmp_path / "image", size - 512)).json
    assert row["format"] == "raw"


@pytest.mark.parametrize("form", ["raw", "qcow2", "vhdx", "vdi", "vpc", "vmdk"])
def test_what_a_pipe_cannot_tell_is_said(ionos_rig, raw, tmp_path, form):
    """The tables of a qcow2 or VHDX image have passed by when the length is known."""
    image = tmp_path / "image"
    run("qemu-img", "convert", "-f", "raw", "-O", form, raw, image)
    words = ["-i", "-", "--rename", "disk", "--format", form.replace("vpc", "vhd")]
    result = ionos_rig.upload("--skip-update", *words, input=image.read_bytes())
    assert result.status == 0, result
    if form in ("qcow2", "vhdx"):
        assert len(result.warnings) == 1 and "is not known" in result.warnings[0], result
    else:
        assert len(result.warnings) <= 1 and result.errors == [], result
    print(form, result.warnings)


@pytest.mark.parametrize("data", [b"\x1f\x8b\x08" + bytes(70000), b"\x1f\x8b" + b"\xff" * 70000, b"\x1f\x8b\x08\0" + pictures.raw(MIB)])
@pytest.mark.parametrize("pipe", [False, True])
def test_a_disk_that_begins_like_gzip(ionos_rig, put_file, data, pipe):
    """--no-check sends it as it is."""
    if pipe:
        result = ionos_rig.upload("--skip-update", "--no-check", "-i", "-", "--rename", "disk", "--format", "raw", input=data)
    else:
        result = ionos_rig.upload("--skip-update", "--no-check", put_file("disk.raw", data))
    assert result.status == 0 and len(result.warnings) >= 1, result
    assert ionos_rig.stored("fra", "disk.raw") == data


def test_parts_of_a_disk(tool, raw, tmp_path):
    """What is complete only together with another file."""
    for form in ("qcow", "qcow2", "qed"):
        base = tmp_path / f"base.{form}"
        run("qemu-img", "create", "-q", "-f", form, base, SIZE)
        run("qemu-img", "create", "-q", "-f", form, "-b", base, "-F", form, tmp_path / "top")
        error = verdict(tool, tmp_path / "top")
        assert error and "backing file" in error and str(tmp_path)[:40] in error, error
    run("qemu-img", "create", "-q", "-f", "vmdk", tmp_path / "base.vmdk", SIZE)
    run("qemu-img", "create", "-q", "-f", "vmdk", "-b", tmp_path / "base.vmdk", "-F", "vmdk", tmp_path / "top.vmdk")
    assert "parent" in verdict(tool, tmp_path / "top.vmdk")
    run("qemu-img", "create", "-q", "-f", "qcow2", "-o", f"data_file={tmp_path}/data", tmp_path / "meta", SIZE)
    assert "another file" in verdict(tool, tmp_path / "meta")
    for kind in ("monolithicFlat", "twoGbMaxExtentSparse", "twoGbMaxExtentFlat"):
        run("qemu-img", "create", "-q", "-f", "vmdk", "-o", f"subformat={kind}", tmp_path / f"{kind}.vmdk", SIZE)
        assert "other files" in verdict(tool, tmp_path / f"{kind}.vmdk")
    assert "several files" in verdict(tool, tmp_path / "twoGbMaxExtentSparse-s001.vmdk")
