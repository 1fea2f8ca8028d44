"""The images of the IONOS stand-in, and how they come out of what was uploaded."""

import os
import threading
import time
import uuid

from clouds.ionosrules import SWITCHES
from clouds.places import DIRECTORIES

GIB = 1 << 30
CREATOR = "e2e@example.com"
CREATOR_ID = "7f0c8a52-0000-4000-8000-00000000e2e0"


def _now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _metadata(created):
    return {
        "etag": uuid.uuid4().hex,
        "createdDate": created,
        "createdBy": CREATOR,
        "createdByUserId": CREATOR_ID,
        "lastModifiedDate": created,
        "lastModifiedBy": CREATOR,
        "lastModifiedByUserId": CREATOR_ID,
        "state": "AVAILABLE",
    }


class Image:
    def __init__(self, name, location, created=None, **properties):
        self.id = str(uuid.uuid4())
        self.metadata = _metadata(created or _now())
        self.hidden = 0  # listings in which it is not seen yet
        self.patches = []  # bodies that were accepted
        self.properties = {
            "name": name,
            "description": "",
            "location": location,
            "size": 1,
            **{key: False for key in SWITCHES},
            "requireLegacyBios": True,
            "licenceType": "UNKNOWN",
            "applicationType": "UNKNOWN",
            "imageType": "HDD",
            "public": False,
            "imageAliases": [],
            "requiredFeatures": [],
            "cloudInit": "NONE",
            **properties,
        }

    def view(self, base, depth=1):
        view = {"id": self.id, "type": "image", "href": f"{base}/{self.id}"}
        if depth > 0:
            view.update(metadata=dict(self.metadata), properties=dict(self.properties))
        return view

    def patch(self, fields):
        self.patches.append(fields)
        self.properties.update(fields)
        self.metadata["lastModifiedDate"] = _now()
        return self


class Images:
    """delay is the number of listings in which a new image is not seen yet; a name in lost never appears."""

    def __init__(self):
        self.all = []
        self.delay = 1
        self.lost = set()
        self.lock = threading.RLock()
        self._watched = []

    def add(self, name, location, **properties):
        """An image that is there already."""
        image = Image(name, location, **properties)
        with self.lock:
            self.all.append(image)
        return image

    def watch(self, root, location, ready=None):
        """What comes to lie in root/iso-images and so on becomes an image of this location.

        ready(path below root) tells whether a file is complete.  What lies there now is not looked at.
        """
        seen = {path for path, _ in self._files(root)}
        with self.lock:
            self._watched.append((root, location, ready or (lambda path: True), seen))

    @staticmethod
    def _files(root):
        for directory in DIRECTORIES:
            full = os.path.join(root, directory)
            for name in sorted(os.listdir(full)) if os.path.isdir(full) else ():
                yield f"{directory}/{name}", os.path.getsize(os.path.join(full, name))

    def _make(self, path, size, location):
        directory, name = path.split("/", 1)
        return Image(
            name,
            location,
            size=max(1, -(-size // GIB)),
            imageType="CDROM" if directory == "iso-images" else "HDD",
            requiredFeatures=["SEV-SNP"] if directory == "confidential-images" else [],
        )

    def step(self):
        """Time passes: somebody looks.  Returns what is to be seen."""
        with self.lock:
            for image in self.all:
                image.hidden = max(0, image.hidden - 1)
            for root, location, ready, seen in self._watched:
                for path, size in self._files(root):
                    if path not in seen and path.split("/", 1)[1] not in self.lost and ready(path):
                        seen.add(path)
                        image = self._make(path, size, location)
                        image.hidden = self.delay
                        self.all.append(image)
            return self.present()

    def present(self):
        return [image for image in self.all if image.hidden == 0]

    def find(self, number):
        return next((image for image in self.present() if image.id == number), None)

    def named(self, name, location=None):
        """Every image of this name that is to be seen."""
        found = [image for image in self.present() if image.properties["name"] == name]
        return [image for image in found if location in (None, image.properties["location"])]
