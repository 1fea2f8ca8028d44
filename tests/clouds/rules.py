"""What the API demands of POST /images/upload, as its specification says."""

import re

from clouds.regions import REGIONS

FIELDS = {"label", "region", "description", "cloud_init", "tags"}
LABEL = re.compile(r"[a-zA-Z0-9,.?\-_\s']{1,50}")


def _label(value):
    if not isinstance(value, str) or not 1 <= len(value) <= 50:
        return "Length must be 1-50 characters"
    return None if LABEL.fullmatch(value) else "Image labels cannot contain special characters."


def _region(value):
    region = next((r for r in REGIONS if r["id"] == value), None)
    if region is None:
        return "region is not valid"
    return None if "Object Storage" in region["capabilities"] else "Images cannot be uploaded to this region."


def _description(value):
    good = isinstance(value, str) and 1 <= len(value) <= 65000
    return None if good else "Length must be 1-65000 characters"


def _cloud_init(value):
    return None if isinstance(value, bool) else "Must be a boolean"


def _tags(value):
    if not isinstance(value, list) or len(value) > 500:
        return "Must be a list of at most 500 items"
    good = all(isinstance(tag, str) and 3 <= len(tag) <= 50 for tag in value)
    return None if good else "Length must be 3-50 characters"


def problems(body):
    """The errors array for this request body; empty when it is right."""
    found = [{"reason": f"{key} is not a valid field", "field": key} for key in sorted(set(body) - FIELDS)]
    for key in ("label", "region"):
        if key not in body:
            found.append({"reason": f"{key} is required", "field": key})
    checks = {"label": _label, "region": _region, "description": _description, "cloud_init": _cloud_init, "tags": _tags}
    for key, check in checks.items():
        reason = check(body[key]) if key in body else None
        if reason:
            found.append({"reason": reason, "field": key})
    return found
