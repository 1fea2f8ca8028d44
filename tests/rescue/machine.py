"""A machine that boots: Debian's kernel under QEMU, with an initramfs that has busybox, hoist, and what a test puts there."""

import base64
import lzma
import os
import pathlib
import re
import socket
import subprocess
import time

from servers import debs

START_S = 30  # until QEMU listens
LINE_S = 300  # until the machine has booted, or done what it was told
HOST = "10.0.2.2"  # the host's loopback, as QEMU's user network shows it
HOST_NAME = "host.example"
# In this order each has what it needs.
MODULES = "failover net_failover virtio_net virtio_blk dm-mod libcrc32c xfs fat vfat exfat".split()

INIT = f"""#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
for module in {" ".join(MODULES)}; do
	insmod /modules/$module.ko || echo "no $module"
done
ip link set lo up
ip link set eth0 up
ip addr add 10.0.2.15/24 dev eth0
stty -F /dev/ttyS1 raw -echo
exec 3<>/dev/ttyS1
echo ready >&3
while read -r command <&3; do
	sh -c "$command" >/out 2>/err </dev/null
	echo "status $?" >&3
	for file in /out /err; do
		base64 -w 0 <$file >&3
		echo >&3
	done
done
"""


def cpio(files):
    """The archive that the kernel unpacks (its "newc" format), of paths with (mode, bytes)."""
    out = bytearray()
    for number, (path, (mode, data)) in enumerate([*files.items(), ("TRAILER!!!", (0, b""))], 1):
        name = path.encode() + b"\0"
        fields = [number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0]
        out += b"070701" + b"".join(b"%08X" % field for field in fields) + name
        out += bytes(-len(out) % 4) + data
        out += bytes(-len(out) % 4)
    return bytes(out)


def directory(files, path):
    """It and those above it."""
    for parent in reversed([pathlib.PurePath(path), *pathlib.PurePath(path).parents]):
        if str(parent) not in (".", "/"):
            files.setdefault(str(parent), (0o040755, b""))


def program(files, root, path):
    """A program that is linked with libraries, below /opt.  Returns the words that start it."""
    files_of = debs.libraries(root, [path])
    for file in [*files_of, str(root / path)]:
        files[f"opt/{pathlib.PurePath(file).name}"] = (0o100755, pathlib.Path(file).resolve().read_bytes())
    loader = next(pathlib.PurePath(file).name for file in files_of if "ld-linux" in file)
    return f"/opt/{loader} --library-path /opt /opt/{pathlib.PurePath(path).name}"


class Machine:
    """files: path to bytes, besides; programs are executable.  disks: QEMU's options of each, /dev/vda the first."""

    def __init__(self, base, hoist, disks, files=(), memory=96):
        self.dir = pathlib.Path(base)
        self.dir.mkdir(exist_ok=True)
        self.disks = disks
        self.memory = memory
        self.kernel = debs.unpack(["linux-image-cloud-amd64"])
        self.qemu = debs.unpack(["qemu-system-x86"])
        self.process = None
        self.socket = None
        tools = debs.unpack(["dmsetup", "busybox-static"])
        content = {}
        for path in ("bin", "dev", "proc", "sys", "etc", "tmp", "mnt", "modules", "opt"):
            directory(content, path)
        content["init"] = (0o100755, INIT.encode())
        content["bin/busybox"] = (0o100755, (tools / "usr/bin/busybox").read_bytes())
        content["bin/hoist"] = (0o100755, pathlib.Path(hoist).read_bytes())
        content["etc/hosts"] = (0o100644, f"{HOST} {HOST_NAME}\n".encode())
        self.dmsetup = program(content, tools, "usr/sbin/dmsetup")
        for module in MODULES:
            (path,) = self.kernel.glob(f"usr/lib/modules/*/kernel/**/{module}.ko.xz")
            content[f"modules/{module}.ko"] = (0o100644, lzma.decompress(path.read_bytes()))
        for path, data in dict(files).items():
            directory(content, pathlib.PurePath(path).parent)
            content[path] = (0o100644, data)
        (self.dir / "initramfs").write_bytes(cpio(content))

    def words(self):
        (kernel,) = self.kernel.glob("boot/vmlinuz-*")
        control = self.dir / "control"
        words = [*debs.command(self.qemu, "usr/bin/qemu-system-x86_64"), "-L", self.qemu / "usr/share/qemu", "-L", self.qemu / "usr/share/seabios"]
        words += ["-accel", "tcg", "-m", str(self.memory), "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"]
        words += ["-kernel", kernel, "-initrd", self.dir / "initramfs", "-append", "console=ttyS0 quiet panic=-1"]
        words += ["-serial", f"file:{self.dir / 'console'}", "-chardev", f"socket,id=control,path={control},server=on,wait=off", "-serial", "chardev:control"]
        words += ["-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net,romfile="]
        for number, disk in enumerate(self.disks):
            words += ["-blockdev", f"{disk},node-name=disk{number}", "-device", f"virtio-blk-pci,drive=disk{number}"]
        return list(map(str, words))

    def __enter__(self):
        env = {**os.environ, "QEMU_MODULE_DIR": str(self.qemu / "usr/lib/x86_64-linux-gnu/qemu")}
        with open(self.dir / "log", "wb") as log:
            self.process = subprocess.Popen(self.words(), env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            self.socket = self._connect()
            self._line("ready")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        """As when the power fails."""
        if self.socket:
            self.socket.close()
        self.process.kill()
        self.process.wait()

    def _connect(self):
        end = time.monotonic() + START_S
        control = socket.socket(socket.AF_UNIX)
        while True:
            try:
                control.connect(str(self.dir / "control"))
                control.settimeout(LINE_S)
                return control.makefile("rwb")
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise debs.Unavailable(self.state()) from None
                time.sleep(0.05)

    def state(self):
        return "\n".join((self.dir / name).read_text(errors="replace")[-2000:] for name in ("log", "console") if (self.dir / name).exists())

    def _line(self, pattern):
        try:
            line = self.socket.readline().decode().strip()
        except TimeoutError:
            line = ""
        found = re.fullmatch(pattern, line)
        assert found, f"the machine said {line!r}: {self.state()}"
        return found

    def run(self, command, env=None):
        """(exit status, stdout, stderr) of a line for its shell."""
        sets = "".join(f"{name}='{value}' " for name, value in (env or {}).items())
        self.socket.write(f"{sets}{command}\n".encode())
        self.socket.flush()
        status = int(self._line(r"status (\d+)")[1])
        out, err = (base64.b64decode(self._line(r"[A-Za-z0-9+/=]*")[0]).decode(errors="replace") for _ in range(2))
        return status, out, err
