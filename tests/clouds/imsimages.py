"""The images of the IMS stand-in, and what becomes of what is uploaded."""

import threading
import time
import uuid

from clouds.imsrules import SYSTEMS, USUAL

WHEN = "%Y-%m-%dT%H:%M:%SZ"
UNAVAILABLE = ("size", "checksum", "virtual_size")


class Image:
    """fate: None for the truth, "killed", "queued" (it waits for data again), or "stuck" in saving for ever."""

    def __init__(self, fields, polls, fate, claims):
        self.id = str(uuid.uuid4())
        self.fields = fields
        self.polls = polls  # looks until the conversion is done
        self.fate = fate
        self.claims = claims
        self.status = "queued"
        self.size = None  # bytes that came, once they all have
        self.sha256 = None
        self.created = time.strftime(WHEN, time.gmtime())

    @property
    def name(self):
        return self.fields["name"]

    @property
    def disk_format(self):
        return self.fields.get("disk_format", "zvhd2")

    def take(self, size, sha256):
        """The data has come."""
        self.size, self.sha256 = size, sha256
        if self.polls == 0:
            self._conclude()

    def step(self):
        """Time passes: somebody looks."""
        if self.status == "saving" and self.size is not None and self.fate != "stuck":
            self.polls -= 1
            if self.polls < 0:
                self._conclude()

    def _conclude(self):
        if self.fate == "stuck":
            return
        self.status = self.fate or "active"
        if self.status == "queued":
            self.size = self.sha256 = None

    def _size(self):
        if self.status != "active":
            return "0"
        return str(self.size if self.claims is None else self.claims(self.size))

    def view(self, owner, absent):
        """absent: what is documented as unavailable is not there at all, otherwise it is null."""
        kind, platform, bits = SYSTEMS[self.fields.get("__os_version", USUAL)]
        view = {
            "id": self.id,
            "status": self.status,
            "visibility": "private",
            "protected": False,
            "container_format": "bare",
            "min_disk": 1,
            "min_ram": 0,
            "tags": [],
            "__os_version": USUAL,
            **self.fields,
            "disk_format": self.disk_format,
            "owner": owner,
            "created_at": self.created,
            "updated_at": self.created,
            "self": f"/v2/images/{self.id}",
            "file": f"/v2/images/{self.id}/file",
            "schema": "/v2/schemas/image",
            "__image_source_type": "uds",
            "__image_size": self._size(),
            "__isregistered": "true",
            "__imagetype": "private",
            "__os_type": kind,
            "__platform": platform,
            "__os_bit": bits,
            "__root_origin": "file",
            "virtual_env_type": "FusionCompute",
        }
        return view if absent else {**view, **dict.fromkeys(UNAVAILABLE)}


class Images:
    """What the next image gets: polls, fate, and claims(size) -> the size that it says it has."""

    def __init__(self):
        self.all = []
        self.polls = 2
        self.fate = None
        self.claims = None
        self.lock = threading.RLock()

    def create(self, fields):
        image = Image(fields, self.polls, self.fate, self.claims)
        with self.lock:
            self.all.append(image)
        return image

    def present(self):
        return [image for image in self.all if image.status != "deleted"]

    def find(self, number):
        return next((image for image in self.present() if image.id == number), None)

    def named(self, name):
        return [image for image in self.present() if image.name == name]
