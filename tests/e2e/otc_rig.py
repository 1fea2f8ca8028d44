"""The binary before the stand-in of Open Telekom Cloud, and what came of an upload."""

import hashlib
import json

from clouds import iam
from tool import FAST, SECRETS, Tool

SESSION = "e2e-session-token-of-a-temporary-key"
SECRETS += [iam.PASSWORD, iam.SECRET, iam.MARK, SESSION]
LOGIN = {
    "OS_USERNAME": iam.USER,
    "OS_PASSWORD": iam.PASSWORD,
    "OS_USER_DOMAIN_NAME": iam.DOMAIN,
    "OS_PROJECT_NAME": iam.PROJECT,
}


class OtcRig(Tool):
    """cloud is the stand-in; by_...() says how to log in: by a password, at first."""

    def __init__(self, home, cloud, ca):
        super().__init__(home, {"OS_CACERT": ca})
        self.cloud = cloud
        self._bare = dict(self.env)
        self.by_password()

    def by_password(self):
        self.env = {**self._bare, **LOGIN, "OS_AUTH_URL": f"{self.cloud.url}/v3", "OS_REGION_NAME": iam.REGION}
        return self

    def by_token(self):
        """A ready one, and where the images are: nothing else."""
        self.env = {**self._bare, "OS_TOKEN": self.cloud.iam.issue(), "OS_IMAGE_URL": self.cloud.url}
        return self

    def by_keys(self, access=iam.ACCESS, secret=iam.SECRET, session=None):
        self.env = {**self._bare, "OS_ACCESS_KEY": access, "OS_SECRET_KEY": secret, "OS_IMAGE_URL": self.cloud.url}
        self.env["OS_PROJECT_ID"] = iam.PROJECT_ID
        if session:
            self.env["OS_SECURITY_TOKEN"] = session
        return self

    def by_temporary_keys(self):
        self.cloud.iam.add_key("E2ETEMPORARY00000001", iam.SECRET, SESSION)
        return self.by_keys("E2ETEMPORARY00000001", session=SESSION)

    def by(self, way):
        return getattr(self, f"by_{way}")()

    def upload(self, *args, **options):
        return self.run("otc", *FAST[:2], *args, **options)

    def begin(self, *args, **options):
        return self.start("otc", *FAST[:2], *args, **options)

    def send(self, source, path, *args, **options):
        """source: "file" or "pipe"."""
        if source == "file":
            return self.upload(path, *args, **options)
        name = [] if "--image-id" in args else ["--name", path.name]
        return self.upload("-", *name, *args, input=path.read_bytes(), **options)

    @property
    def records(self):
        return self.cloud.images.present()

    @property
    def bodies(self):
        """What records were asked for."""
        return [json.loads(request.body) for request in self.cloud.seen("create")]

    def count(self, route):
        return len(self.cloud.seen(route))


WAYS = ["password", "token", "keys", "temporary_keys"]


def holds(image, data):
    assert image.status == "active"
    assert (image.size, image.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def arrived(rig, path, result, puts=None):
    """One image, active, with all the bytes, and nothing besides."""
    assert result.status == 0, result
    (image,) = rig.records
    holds(image, path.read_bytes())
    assert image.id in result.out and rig.count("delete") == 0, result
    if puts is not None:
        assert rig.count("put") == puts, result
    return image


def given_up(rig, result, status, *words, puts=None):
    """Failed, with one error line that has these words and tells the fate of the image, and nothing left."""
    failed(result, status, *words)
    assert rig.records == [], result
    if rig.cloud.images.all:
        assert "deleted" in result.errors[0] and rig.cloud.images.all[-1].id in result.errors[0], result
    if puts is not None:
        assert rig.count("put") == puts, result


def failed(result, status, *words):
    """status: one, or several that are all right."""
    assert result.status in (status if isinstance(status, tuple) else (status,)), result
    assert len(result.errors) == 1, result
    for word in words:
        assert str(word).lower() in result.errors[0].lower(), (word, result)


def untouched(rig, result, status, *words):
    """Refused before anybody was asked for anything."""
    failed(result, status, *words)
    assert rig.cloud.requests == [], result
