"""A directory that is the whole world of a program out of Debian's packages, below chroot(2).

In it are the program, the libraries it needs, an /etc with the users root and nobody, /dev, /run, /tmp and /var/log.
Nothing of the machine's is read or changed.  It takes root.
"""

import os
import pathlib
import shutil
import stat

from servers import debs

NOBODY = 65534
DEVICES = (("null", 3), ("urandom", 9))
CHROOT = ("chroot",)
# Where a device that is made in the directory cannot be opened, as on a file system that is mounted nodev.
CHROOT_DEV = ("unshare", "--mount", "sh", "-c", 'mount --bind /dev "$0/dev" && exec chroot "$0" "$@"')


def _devices(directory):
    """Make the devices.  Returns whether they work."""
    try:
        for name, minor in DEVICES:
            os.mknod(directory / name, stat.S_IFCHR | 0o666, os.makedev(1, minor))
            os.close(os.open(directory / name, os.O_RDONLY))
    except OSError:
        return False
    return True


class Jail:
    """files, as paths in the packages: the program, and what it loads beside the libraries it is linked with."""

    def __init__(self, directory, packages, files):
        self.dir = pathlib.Path(directory)
        self.root = debs.unpack(list(packages))
        self._files = files
        self._enter = CHROOT

    def furnish(self, users):
        """Lay it out; users: more lines for /etc/passwd."""
        if os.geteuid() != 0:
            raise debs.Unavailable("a server below chroot(2) takes root")
        os.chmod(self.dir, 0o755)
        for name in ("dev", "etc", "lib", "run", "tmp", "var/log"):
            (self.dir / name).mkdir(parents=True)
        if not _devices(self.dir / "dev"):
            self._enter = CHROOT_DEV
        passwd = f"root:*:0:0::/:/bin/sh\nnobody:*:{NOBODY}:{NOBODY}::/:/bin/sh\n"
        (self.dir / "etc/passwd").write_text(passwd + users, encoding="ascii")
        (self.dir / "etc/group").write_text(f"root:*:0:\nnogroup:*:{NOBODY}:\n", encoding="ascii")
        for file in (*debs.libraries(self.root, self._files), *(self.root / file for file in self._files)):
            shutil.copy(file, self.dir / "lib")

    def command(self, words):
        """The words that run the program with these arguments."""
        loader = next((self.dir / "lib").glob("ld-linux*"))
        program = pathlib.Path(self._files[0]).name
        return [*self._enter, str(self.dir), f"/lib/{loader.name}", "--library-path", "/lib", f"/lib/{program}", *words]

    def clear(self):
        """Remove what is large.  What the program wrote stays."""
        shutil.rmtree(self.dir / "lib")
