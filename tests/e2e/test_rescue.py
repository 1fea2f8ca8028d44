"""Captures in a machine that boots: a kernel with 96 MiB, busybox, a disk, and a network to the cloud."""

import gzip
import re
import shutil

import pytest

import pictures
from clouds.linode import TOKEN, Linode, tls_context
from loops import run
from rescue.machine import HOST_NAME, Machine
from servers.certs import Authority
from tool import FAST, Result, binary

MIB = pictures.MIB
# Partitions 1 to 3, in MiB: where they begin, and how long they are.
EXT, FAT, SWAP = (1, 12), (13, 8), (21, 4)
DISK = 26


def copy_out(path, part, to):
    with open(path, "rb") as file:
        file.seek(part[0] * MIB)
        to.write_bytes(file.read(part[1] * MIB))
    return to


@pytest.fixture
def disk(tmp_path):
    """A GPT with ext4, FAT16 and swap; something where they have nothing."""
    path, piece, tree = tmp_path / "disk", tmp_path / "piece", tmp_path / "tree"
    tree.mkdir()
    for i in range(20):
        (tree / f"file{i}").write_bytes(pictures.raw(MIB, i)[: 4000 * (i + 1)])
    path.write_bytes(pictures.raw(4096, 99) * (DISK * MIB // 4096))
    run("sfdisk", "-q", path, input="label: gpt\n" + "".join(f"size={size}MiB,type={kind}\n" for (_, size), kind in ((EXT, "L"), (FAT, "U"), (SWAP, "S"))))
    for part, command in (
        (EXT, ["mke2fs", "-q", "-F", "-t", "ext4", "-E", "nodiscard", "-d", tree]), (FAT, ["mkfs.fat", "-F", "16", "-s", "1"]), (SWAP, ["mkswap", "-q"]),
    ):
        copy_out(path, part, piece)
        piece.chmod(0o600)
        run(*command, piece)
        if part == FAT:
            run("mcopy", "-i", piece, *sorted(tree.iterdir()), "::/")
        with open(path, "r+b") as file:
            file.seek(part[0] * MIB)
            file.write(piece.read_bytes())
    return path


@pytest.fixture
def authority(tmp_path):
    return Authority(str(tmp_path / "authority"))


@pytest.fixture
def cloud(tmp_path, authority):
    """Under the name that the machine knows."""
    pair = authority.issue("server", names=f"DNS:{HOST_NAME}")
    (tmp_path / "cloud").mkdir()
    cloud = Linode(str(tmp_path / "cloud"), tls_context(pair.cert, pair.key))
    for server in (cloud.api_server, cloud.store_server):
        server.host = f"{HOST_NAME}:{server.port}"
        server.url = f"https://{server.host}"
    yield cloud
    cloud.stop()


@pytest.fixture
def boot(tmp_path, authority, cloud):
    """boot(options of QEMU's disk) is a machine whose hoist() runs it, set up for the cloud."""

    class Rescue(Machine):
        env = {"LINODE_CLI_TOKEN": TOKEN, "LINODE_CLI_API_HOST": cloud.api_server.host, "LINODE_CLI_CA": "/etc/ca.pem"}

        def hoist(self, command):
            result = Result(*self.run(f"hoist {command}", self.env))
            assert TOKEN not in result.out + result.err
            return result

        def upload(self, command):
            return self.hoist(f"linode --region us-ord {' '.join(FAST)} {command}")

        def ok(self, command):
            status, out, err = self.run(command)
            assert status == 0, (command, out, err)
            return out

    return lambda *disks: Rescue(tmp_path / "machine", binary(), disks, {"etc/ca.pem": open(authority.cert, "rb").read()})


def file_of(path):
    return f"driver=file,filename={path},cache.direct=off"


def stored(cloud, result):
    """What Linode would unpack of the image that was made last."""
    assert result.status == 0, result
    return gzip.decompress(cloud.bucket.completed[-1].bytes())


def test_a_disk_to_linode(boot, cloud, disk, tmp_path):
    before = disk.read_bytes()
    with boot(file_of(disk)) as machine:
        assert stored(cloud, machine.upload("/dev/vda")) == before
        assert stored(cloud, machine.upload("--partition 2 /dev/vda")) == before[FAT[0] * MIB : sum(FAT) * MIB]
        assert stored(cloud, machine.upload("/dev/vda1")) == before[EXT[0] * MIB : sum(EXT) * MIB]
        result = machine.upload("--skip-free /dev/vda")
        copy = tmp_path / "copy"
        copy.write_bytes(stored(cloud, result))
    assert result.warnings == [] and all(f"partition {number} ({kind}): " in result.err for number, kind in ((1, "ext4"), (2, "FAT16"), (3, "swap"))), result
    assert copy.read_bytes().count(0) > 15 * MIB > before.count(0) and disk.read_bytes() == before
    run("e2fsck", "-fn", copy_out(copy, EXT, tmp_path / "ext"))
    run("fsck.fat", "-n", copy_out(copy, FAT, tmp_path / "fat"))
    for number in range(20):
        run("debugfs", "-R", f"dump /file{number} {tmp_path / 'one'}", tmp_path / "ext")
        assert (tmp_path / "one").read_bytes() == (tmp_path / "tree" / f"file{number}").read_bytes()


def broken(tmp_path, disk, *sectors):
    """Reads of these sectors fail, with EIO."""
    rules = tmp_path / "rules"
    rules.write_text("".join(f'[inject-error]\nevent = "none"\niotype = "read"\nerrno = "5"\nonce = "off"\nsector = "{sector}"\n' for sector in sectors))
    return f"driver=blkdebug,config={rules},image.driver=file,image.filename={disk}"


def test_bad_sectors(boot, cloud, disk, tmp_path):
    """What cannot be read is told to the page, in which the kernel reads."""
    bad = [EXT[0] * 2048 + 20003, FAT[0] * 2048 + 4096, DISK * 2048 - 1]
    pages = sorted({sector // 8 * 4096 for sector in bad})
    want = bytearray(disk.read_bytes())
    for page in pages:
        want[page : page + 4096] = bytes(4096)
    with boot(broken(tmp_path, disk, *bad)) as machine:
        result = machine.upload("/dev/vda")
        assert result.status == 3 and f"byte {pages[0]}" in result.errors[0], result
        assert cloud.images.present() == [] and cloud.bucket.completed == []
        result = machine.upload("--on-read-error zero --output json /dev/vda")
        assert result.status == 3 and "12288 bytes in 3 places could not be read" in result.errors[0], result
        (entry,) = result.json
        assert entry["unreadable"] == {"bytes": 12288, "places": 3, "first": [{"offset": page, "length": 4096} for page in pages]}
        (image,) = cloud.images.present()
        assert image.stage == "available" and gzip.decompress(cloud.bucket.completed[-1].bytes()) == want
        result = machine.upload("--partition 3 /dev/vda")
        assert stored(cloud, result) == want[SWAP[0] * MIB : sum(SWAP) * MIB]


def refused(result, *words):
    assert result.status == 2 and all(word in result.errors[0] for word in words), result


def test_what_is_in_use(boot, cloud, disk):
    with boot(file_of(disk)) as machine:
        machine.ok("mount -t ext4 /dev/vda1 /mnt")
        for device in ("/dev/vda", "/dev/vda1"):
            refused(machine.upload(device), "/mnt", "mount -o remount,ro", "--live")
        machine.ok("hoist cat /dev/vda2 >/dev/null")
        machine.ok("mount -o remount,ro /mnt")
        machine.ok("hoist cat /dev/vda >/dev/null")
        machine.ok("umount /mnt")
        machine.ok("swapon /dev/vda3")
        for device in ("/dev/vda", "/dev/vda3"):
            refused(machine.upload(device), "swap")
        machine.ok("swapoff /dev/vda3")
        machine.ok(f"{machine.dmsetup} create --noudevsync held --table '0 2048 linear /dev/vda2 0'")
        for device in ("/dev/vda", "/dev/vda2"):
            refused(machine.upload(device), "dm-0")
        assert machine.upload("--live /dev/vda").status == 0
        machine.ok(f"{machine.dmsetup} remove --noudevsync held")
        for hidden in ("proc", "sys"):
            machine.ok(f"umount /{hidden}")
            result = machine.hoist("cat /dev/vda | wc -c")
            assert result.out.strip() == str(DISK * MIB) and any(f"/{hidden}" in warning for warning in result.warnings), result
            machine.ok(f"mount -t {hidden}{'fs' if hidden == 'sys' else ''} x /{hidden}")


def test_exfat(boot, tmp_path):
    """Written by Linux: contiguous files, and those that grew in between, which have a chain."""
    disk, copy = tmp_path / "exfat", tmp_path / "copy"
    disk.write_bytes(pictures.raw(4096, 99) * (40 * MIB // 4096))
    copy.write_bytes(bytes(40 * MIB))
    run("mkfs.exfat", disk)
    with boot(file_of(disk), file_of(copy)) as machine:
        machine.ok("mount -t exfat /dev/vda /mnt && mkdir -p /mnt/a/b /mnt/d /mnt/empty && : >/mnt/nothing")
        machine.ok("cd /mnt; for i in $(seq 60); do head -c $((i * 397)) /dev/urandom >a/f$i; head -c 5000 /dev/urandom >d/a-name-of-two-entries-$i; done")
        machine.ok("cd /mnt; for i in $(seq 1 2 60); do rm d/a-name-of-two-entries-$i; head -c 9000 /dev/urandom >>a/f$i; done")
        machine.ok("head -c 900000 /dev/urandom >/mnt/a/b/large && sync")
        result = machine.hoist("cat --live --skip-free /dev/vda >/dev/null")
        assert any("(exFAT) is read whole: " in warning for warning in result.warnings), result
        machine.ok("umount /mnt")
        result = machine.hoist("cat --skip-free /dev/vda >/dev/vdb")
        assert result.status == 0 and result.warnings == [] and "all of it (exFAT): " in result.err, result
        machine.ok("mkdir /copy; mount -t exfat -o ro /dev/vda /mnt && mount -t exfat -o ro /dev/vdb /copy && diff -r /mnt /copy")
        assert int(machine.ok("find /copy -type f | wc -l")) == 92
        machine.ok("umount /copy")
    run("fsck.exfat", "-n", copy)
    assert copy.read_bytes().count(0) > 30 * MIB > disk.read_bytes().count(0)


def test_the_power_fails(boot, disk, tmp_path):
    """A file system whose journal has something in it is read whole."""
    with boot(file_of(disk)) as machine:
        machine.ok("mount -t ext4 /dev/vda1 /mnt")
        machine.ok("for i in 0 1 2 3 4 5 6 7 8 9; do rm /mnt/file$i; echo $i >/mnt/new$i; done; sync")
    shutil.rmtree(tmp_path / "machine")
    with boot(file_of(disk)) as machine:
        result = machine.hoist("check /dev/vda --skip-free")
        assert result.status == 0, result
        (warning,) = [line for line in result.warnings if "partition 1 (ext4) is read whole: " in line]
        assert re.search("journal is not empty|was not unmounted", warning), result
        assert "partition 2 (FAT16): " in result.err, result
