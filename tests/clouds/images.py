"""The images and events of the stand-in, and what processing does with an upload."""

import itertools
import threading
import time
import zlib

MIB = 1 << 20
WHEN = "%Y-%m-%dT%H:%M:%S"


def unpacked_size(path, limit):
    """The size of all gzip members together.  Returns None for anything that is not whole, clean gzip."""
    total, decoder, started = 0, None, False
    with open(path, "rb") as file:
        data = file.read(MIB)
        while data:
            decoder = decoder or zlib.decompressobj(31)
            started = True
            try:
                total += len(decoder.decompress(data, MIB))
            except zlib.error:
                return None
            if total > limit:
                return total
            rest = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
            decoder = None if decoder.eof else decoder
            data = rest or file.read(MIB)
    return total if started and decoder is None else None


class Image:
    def __init__(self, number, fields, polls, fate):
        self.number = number
        self.fields = fields
        self.polls = polls  # views until the next stage
        self.fate = fate
        self.stage = "pending"  # then "processing", then "available", "failed" or "gone"
        self.size = 0
        self.created = time.strftime(WHEN, time.gmtime())

    @property
    def id(self):
        return f"private/{self.number}"

    def view(self, processing_status):
        status = {"available": "available", "processing": processing_status}.get(self.stage, "pending_upload")
        ready = status == "available"
        return {
            "id": self.id,
            "label": self.fields["label"],
            "description": self.fields.get("description"),
            "created": self.created,
            "updated": self.created,
            "size": self.size,
            "total_size": self.size,
            "created_by": "e2e-user",
            "type": "manual",
            "is_public": False,
            "is_shared": False,
            "deprecated": False,
            "vendor": None,
            "expiry": None,
            "eol": None,
            "status": status,
            "capabilities": ["cloud-init"] if self.fields.get("cloud_init") else [],
            "tags": self.fields.get("tags", []),
            "regions": [{"region": self.fields["region"], "status": "available" if ready else "pending"}],
            "image_sharing": {"shared_by": None, "shared_with": None},
        }


class Images:
    """find(key) -> the stored object of an image or None; fates: "stuck", "vanish", "failed: why" or None for the truth."""

    def __init__(self, find):
        self.find = find
        self.all = {}
        self.events = []
        self.polls = 1
        self.fate = None
        self.linger = 2  # views that a failed image still gets before it is gone
        self.limit = 6 << 30
        self.processing_status = "pending_upload"
        self.numbers = itertools.count(37000001)
        self._event_ids = itertools.count(700000001)
        self.lock = threading.RLock()

    def create(self, fields):
        image = Image(next(self.numbers), fields, self.polls, self.fate)
        self.all[image.number] = image
        self._event(image, "scheduled", 0, None)
        return image

    def get(self, number):
        image = self.all.get(number)
        return image if image and image.stage != "gone" else None

    def present(self):
        return [image for image in self.all.values() if image.stage != "gone"]

    def delete(self, image):
        if image.stage in ("pending", "processing"):
            self._event(image, "failed", 100, "Upload canceled")
        image.stage = "gone"

    def step(self, image):
        """Time passes: the image is about to be looked at."""
        if image.stage == "pending" and self.find(image.number):
            image.stage = "processing"
            self._event(image, "started", 1, None)
            if image.polls == 0:
                self._conclude(image)
        elif image.stage == "processing" and image.fate != "stuck":
            image.polls -= 1
            if image.polls <= 0:
                self._conclude(image)
        elif image.stage == "failed":
            image.polls -= 1
            if image.polls <= 0:
                image.stage = "gone"

    def _conclude(self, image):
        if image.fate == "vanish":
            image.stage = "gone"
            return
        size = unpacked_size(self.find(image.number).path, self.limit)
        why = image.fate.removeprefix("failed: ") if image.fate else None
        if size is None:
            why = why or "Failed to decompress image"
        elif size > self.limit:
            why = why or "Image too large when uncompressed"
        if why:
            image.stage, image.polls = "failed", self.linger
            self._event(image, "failed", 100, why)
        else:
            image.stage, image.size = "available", max(1, -(-size // MIB))
            self._event(image, "finished", 100, None)

    def _event(self, image, status, percent, message):
        event = next((e for e in self.events if e["entity"]["id"] == image.number), None)
        if event is None:
            event = {
                "id": next(self._event_ids),
                "created": image.created,
                "action": "image_upload",
                "username": "e2e-user",
                "read": False,
                "seen": False,
                "rate": None,
                "time_remaining": None,
                "duration": 0,
                "secondary_entity": None,
            }
            self.events.insert(0, event)
        url = f"/v4/images/{image.id}"
        entity = {"id": image.number, "label": image.fields["label"], "type": "image", "url": url}
        event.update(status=status, percent_complete=percent, message=message, entity=entity)
