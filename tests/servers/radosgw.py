"""A real S3 server: Ceph's radosgw from Debian 13 with SQLite instead of a cluster, over TLS on loopback.

Objects must stay under 256 MiB.  A client that stalls is cut off after TIMEOUT_MS.
"""

import base64
import hashlib
import hmac
import pathlib
import ssl
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

from clouds.bucket import BUCKET, Stored, presign
from servers import debs

TIMEOUT_MS = 3000
ACCESS, SECRET = "TESTACCESSKEY0000001", "test-secret-of-the-gateway"
CONFIG = """
[global]
fsid = 5f3cd0a4-8a2e-4a39-9a0e-000000000001
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
log to file = false
admin socket =
run dir = {dir}
[client]
rgw backend store = dbstore
rgw config store = dbstore
dbstore config uri = file:{dir}/config.db
dbstore db dir = {dir}
rgw data = {dir}
"""


class Radosgw:
    """Started by start(), which also makes the user and the bucket.  ca is what signed the certificate."""

    def __init__(self, directory, pair, ca):
        self.dir = pathlib.Path(directory)
        self.root = debs.unpack(["radosgw"])
        self.pair = pair
        self.port = None
        self._tls = ssl.create_default_context(cafile=ca)
        self._config = self.dir / "ceph.conf"
        self._env = {"HOME": str(self.dir), "OPENSSL_CONF": "/dev/null"}
        self.daemon = debs.Daemon(self._command, self.dir / "radosgw.log", lambda: [self.port], self._env)

    def _command(self):
        self.port = debs.free_port()
        frontend = f"beast ssl_endpoint=127.0.0.1:{self.port} ssl_certificate={self.pair.cert} "
        frontend += f"ssl_private_key={self.pair.key} request_timeout_ms={TIMEOUT_MS}"
        self._config.write_text(CONFIG.format(dir=self.dir) + f"rgw frontends = {frontend}\n", encoding="ascii")
        program = debs.command(self.root, "usr/bin/radosgw")
        return [*program, "-c", str(self._config), "-d", "--no-mon-config", "-n", "client.rgw.a"]

    def _make_user(self):
        words = "user create --uid=u1 --display-name=U1".split() + [f"--access-key={ACCESS}", f"--secret-key={SECRET}"]
        admin = [*debs.command(self.root, "usr/bin/radosgw-admin"), "-c", str(self._config), "--no-mon-config", *words]
        for _ in range(debs.TRIES):  # now and then it hangs at its end
            for file in self.dir.glob("*.db*"):
                file.unlink()
            try:
                subprocess.run(admin, env=self._env, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=10)
                return
            except subprocess.TimeoutExpired:
                pass
            except subprocess.CalledProcessError as error:
                raise debs.Unavailable(f"radosgw-admin: {error.stderr.decode()}") from error
        raise debs.Unavailable("radosgw-admin hangs")

    def start(self):
        self._config.write_text(CONFIG.format(dir=self.dir), encoding="ascii")
        self._make_user()
        self.daemon.up()
        self._request("PUT", f"/{BUCKET}")
        return self

    def stop(self):
        self.daemon.down()

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"

    def presign(self, key, lifetime=86400):
        return presign(self.url, key, ACCESS, SECRET, lifetime=lifetime)

    def _request(self, method, resource):
        """A request signed with SigV2 in its headers.  Returns the body."""
        date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())
        digest = hmac.new(SECRET.encode(), f"{method}\n\n\n{date}\n{resource}".encode(), hashlib.sha1).digest()
        headers = {"Date": date, "Authorization": f"AWS {ACCESS}:{base64.b64encode(digest).decode()}"}
        request = urllib.request.Request(self.url + resource, method=method, headers=headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self._tls))
        with opener.open(request, timeout=60) as reply:
            return reply.read()

    def find(self, key):
        """The stored object, or None; its bytes are in a file beside the server's."""
        try:
            data = self._request("GET", f"/{BUCKET}/{key}")
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise
        path = self.dir / f"{key}.got"
        path.write_bytes(data)
        return Stored(str(key), str(path), hashlib.md5(data).hexdigest(), len(data))
