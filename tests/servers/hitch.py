"""hitch from Debian's packages: TLS in front of another server, which gets what comes as it comes.

Unlike nginx it knows nothing of HTTP: an early reply, a reset and "Expect: 100-continue" go through.
"""

import os
import pathlib

from servers import debs

CONFIG = """
frontend = "[127.0.0.1]:{port}"
backend = "[127.0.0.1]:{upstream}"
pem-file = "{dir}/server.pem"
workers = 1
daemon = off
syslog = off
ocsp-dir = ""
{more}
"""


class Hitch(debs.OnePort):
    """upstream: the port of the server behind it."""

    def __init__(self, directory, pair, upstream):
        super().__init__(directory, ["hitch"])
        self._upstream = upstream
        (self.dir / "server.pem").touch(0o600)
        (self.dir / "server.pem").write_bytes(b"".join(pathlib.Path(p).read_bytes() for p in (pair.key, pair.cert)))

    def _command(self):
        self.port = debs.free_port()
        more = 'user = "nobody"' if os.geteuid() == 0 else ""  # it does not work as root
        text = CONFIG.format(dir=self.dir, port=self.port, upstream=self._upstream, more=more)
        (self.dir / "hitch.conf").write_text(text, encoding="ascii")
        return [*debs.command(self.root, "usr/sbin/hitch"), f"--config={self.dir / 'hitch.conf'}"]
