"""The files of the FTPS stand-in, and how they are listed."""

import os
import posixpath
import time


class Files:
    """A tree below root.  Paths are those of the client: absolute, with /, bytes that are no UTF-8 as surrogates."""

    def __init__(self, root):
        self.root = os.fspath(root)

    @staticmethod
    def resolve(directory, name):
        return "/" + posixpath.normpath(posixpath.join(directory, name)).lstrip("/")

    def real(self, path):
        return os.path.join(self.root, path.lstrip("/"))

    def exists(self, path):
        return os.path.lexists(self.real(path))

    def is_dir(self, path):
        return os.path.isdir(self.real(path))

    def is_file(self, path):
        return os.path.isfile(self.real(path))

    def size(self, path):
        return os.path.getsize(self.real(path))

    def time(self, path):
        return time.gmtime(os.path.getmtime(self.real(path)))

    def cut(self, path, length):
        os.truncate(self.real(path), length)

    def remove(self, path):
        os.unlink(self.real(path))

    def open(self, path, offset, append):
        """For writing, unbuffered, so that SIZE tells the truth at any time.  Without offset or append it is emptied."""
        flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else 0 if offset else os.O_TRUNC)
        file = open(os.open(self.real(path), flags, 0o644), "wb", buffering=0)
        if offset:
            file.seek(offset)
        return file

    def list(self, path, form):
        """The lines of LIST, NLST or MLSD."""
        names = sorted(os.listdir(self.real(path))) if self.is_dir(path) else [posixpath.basename(path)]
        base = path if self.is_dir(path) else posixpath.dirname(path)
        return [getattr(self, "_" + form.lower())(name, self.resolve(base, name)) for name in names]

    def _nlst(self, name, path):
        return name

    def _list(self, name, path):
        kind = "d" if self.is_dir(path) else "-"
        when = time.strftime("%b %d %H:%M", self.time(path))
        return f"{kind}rw-r--r--   1 ftp      ftp      {self.size(path):12d} {when} {name}"

    def _mlsd(self, name, path):
        kind = "dir" if self.is_dir(path) else "file"
        when = time.strftime("%Y%m%d%H%M%S", self.time(path))
        return f"modify={when};perm=adfrw;size={self.size(path)};type={kind}; {name}"
