"""The binary with a real Glance behind a proxy that spoils things, and how an upload that met trouble may end."""

import hashlib
import json
import time

from servers.keystone import DEMO
from tool import SECRETS, Tool

SECRETS += [DEMO.password]
FAST = ["--retry-delay", "0.05", "--progress", "none"]
SETTLES_S = 10  # Glance notices within a second that somebody is gone


class GlanceRig(Tool):
    """Without keystone there is no login at all; token is the test's own.  What was in Glance before is not looked at."""

    def __init__(self, home, proxy, ca, keystone=None, token=None):
        super().__init__(home, {"OS_CACERT": ca})
        self.proxy, self.glance, self._keystone = proxy, proxy.glance, keystone
        self.env.update(self._login() if keystone else {"OS_AUTH_TYPE": "none", "OS_ENDPOINT": proxy.url})
        self._token = token
        self._images = {record["id"] for record in self._list()}
        self._files = set(self.glance.files())

    def _login(self):
        user = self._keystone.user
        domain = {"OS_USER_DOMAIN_NAME": user.domain, "OS_PROJECT_DOMAIN_NAME": user.domain}
        names = {"OS_USERNAME": user.name, "OS_PASSWORD": user.password, "OS_PROJECT_NAME": user.project}
        return {"OS_AUTH_URL": f"{self._keystone.url}/v3", "OS_IMAGE_URL": self.proxy.url, **names, **domain}

    def api(self, method, path, data=None, content=None):
        """A request past the proxy."""
        headers = {} if content is None else {"Content-Type": "application/octet-stream"}
        return self.glance.api(method, path, data, content=content, token=self._token, headers=headers)

    def make(self, **fields):
        """A record of somebody else's."""
        reply = self.api("POST", "/v2/images", {"name": "theirs", "disk_format": "raw", "container_format": "bare", **fields})
        assert reply.status == 201, reply
        return reply.json["id"]

    def fill(self, image, data):
        """Somebody uploads to it."""
        reply = self.api("PUT", f"/v2/images/{image}/file", content=data)
        assert reply.status == 204, reply

    def remove(self, image):
        assert self.api("DELETE", f"/v2/images/{image}").status == 204

    def clean(self):
        for record in self.records:
            self.remove(record["id"])

    def show(self, image):
        return self.api("GET", f"/v2/images/{image}").json

    def _list(self):
        return self.api("GET", "/v2/images?limit=1000").json["images"]

    @property
    def records(self):
        return [record for record in self._list() if record["id"] not in self._images]

    @property
    def files(self):
        return sorted(set(self.glance.files()) - self._files)

    @property
    def ids(self):
        """Those that were asked for, in this order."""
        return [json.loads(request.body)["id"] for request in self.proxy.seen("create") if request.body]

    def begin(self, *args, **options):
        return self.start("openstack", *FAST, *args, **options)

    def upload(self, *args, **options):
        return self.run("openstack", *FAST, *args, **options)

    def send(self, source, path, *args, **options):
        """source: "file" or "pipe"."""
        if source == "file":
            return self.upload(path, *args, **options)
        name = [] if "--image-id" in args else ["--name", path.name]
        return self.upload("-", *name, *args, input=path.read_bytes(), **options)


def settled(rig, condition):
    """Glance cleans up behind an upload that was broken off."""
    deadline = time.monotonic() + SETTLES_S
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert condition(), (rig.records, rig.files)


def holds(rig, image, data):
    """Glance has the image, with this data."""
    record = rig.show(image)
    assert (record["status"], record["size"]) == ("active", len(data)), record
    assert record["os_hash_value"] == hashlib.sha512(data).hexdigest()
    assert rig.glance.file(image).read_bytes() == data


def arrived(rig, path, result, puts=None):
    """One image, with all the bytes, and nothing besides."""
    assert result.status == 0, result
    (record,) = rig.records
    holds(rig, record["id"], path.read_bytes())
    assert record["id"] in result.out
    settled(rig, lambda: len(rig.files) == 1)
    if puts is not None:
        assert len(rig.proxy.seen("put")) == puts, result


def nothing_left(rig):
    settled(rig, lambda: not rig.records and not rig.files)


def given_up(rig, result, status, puts=None):
    """Failed, with one error line that tells the fate of the image, and nothing left."""
    assert result.status == status, result
    assert len(result.errors) == 1, result
    nothing_left(rig)
    if rig.ids:
        assert f"the image {rig.ids[-1]} was deleted" in result.errors[0], result
    if puts is not None:
        assert len(rig.proxy.seen("put")) == puts, result


def refused(rig, result, status, *words, puts=None):
    """Given up, and the error line has these words."""
    given_up(rig, result, status, puts)
    for word in words:
        assert word in result.errors[0], result


def never_twice(rig):
    """No request came after the one that had data of the pipe."""
    return not any(request.received for request in rig.proxy.seen("put")[:-1])
