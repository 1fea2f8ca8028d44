"""What IMS demands of the body of POST /v2/images, by the published tables; and how it says no."""

import re

FORMATS = ["zvhd2", "vhd", "raw", "qcow2"]
NAME = re.compile(r"[A-Za-z0-9._-]([A-Za-z0-9._ -]{0,126}[A-Za-z0-9._-])?")
TAG = re.compile(r"[^=]{1,36}=[^=]{0,43}")
# name: (what servers see of it) type, platform and bits
SYSTEMS = {
    "Other Linux(64 bit)": ("Linux", "Other", "64"),
    "Ubuntu 14.04 server 64bit": ("Linux", "Ubuntu", "64"),
    "Debian GNU/Linux 10.0.0 64bit": ("Linux", "Debian", "64"),
    "CentOS 7.7 64bit": ("Linux", "CentOS", "64"),
    "Windows Server 2016 Datacenter 64bit": ("Windows", "Windows", "64"),
}
USUAL = "Other Linux(64 bit)"
# What the service writes, and nobody else.
OURS = """id status size checksum virtual_size owner self file schema created_at updated_at __image_size __imagetype
__image_source_type __isregistered __os_type __platform __os_bit __root_origin virtual_env_type""".split()


def _whole(least, most):
    return lambda value: type(value) is int and least <= value <= most


def _text(most):
    return lambda value: isinstance(value, str) and len(value) <= most


def _tags(value):
    return isinstance(value, list) and all(isinstance(tag, str) and TAG.fullmatch(tag) for tag in value)


def _one_of(*words):
    return lambda value: value in words


# key: (what it takes, the error's code, the error's text)
RULES = {
    "name": (lambda value: isinstance(value, str) and NAME.fullmatch(value), "IMG.0002", "The image name is invalid."),
    "disk_format": (_one_of(*FORMATS), "IMG.0001", "The disk_format is invalid."),
    "container_format": (_one_of("bare"), "IMG.0001", "The container_format is invalid."),
    "visibility": (_one_of("private"), "IMG.0001", "The visibility is invalid: only private images can be created."),
    "min_disk": (_whole(1, 1024), "IMG.0055", "The min_disk is invalid."),
    "min_ram": (_whole(0, 1 << 20), "IMG.0055", "The min_ram is invalid."),
    "protected": (lambda value: isinstance(value, bool), "IMG.0001", "The protected is invalid."),
    "tags": (_tags, "IMG.0001", "The tags are invalid."),
    "hw_firmware_type": (_one_of("bios", "uefi"), "IMG.0001", "The hw_firmware_type is invalid."),
    "__os_version": (_one_of(*SYSTEMS), "IMG.0056", "The OS version is invalid."),
    "__description": (_text(1024), "IMG.0001", "The description is invalid."),
    "enterprise_project_id": (_text(36), "IMG.0001", "The enterprise project is invalid."),
}


def problem(fields):
    """(code, text) of the first thing that is wrong with a body, or None."""
    if not isinstance(fields, dict) or "name" not in fields:
        return "IMG.0002", "The image name is missing."
    for key, value in fields.items():
        if key in OURS:
            return "IMG.0001", f"Attribute '{key}' is read-only."
        takes, code, text = RULES.get(key, (lambda word: isinstance(word, str), "IMG.0001", f"{key} is not of type 'string'"))
        if key.startswith("__") and key not in RULES and not key.startswith("__support_"):
            return "IMG.0001", f"Attribute '{key}' is reserved."
        if not takes(value):
            return code, text
    return None


QUERY = ["name", "status", "visibility", "protected", "disk_format", "container_format", "limit", "marker", "sort_key", "sort_dir"]
QUERY += ["__imagetype", "__os_version", "enterprise_project_id"]
