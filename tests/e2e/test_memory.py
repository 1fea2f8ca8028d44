"""Memory does not depend on the size of the image."""

import re

import pictures


def figures(rig, path):
    """(allocations, peak in KiB) of the libraries, as -v tells them."""
    result = rig.upload(path, "-v", "--no-wait", "--progress", "none", timeout=240)
    assert result.status == 0, result
    found = re.search(r"(\d+) allocations, at most (\d+) KiB", result.err)
    return int(found.group(1)), int(found.group(2))


def test_a_large_image_takes_no_more_than_a_small_one(rig, put_file):
    member = pictures.packed(pictures.raw(16 * pictures.MIB), 0)
    small = figures(rig, put_file("d01.gz", member))
    large = figures(rig, put_file("d16.gz", member * 16))
    assert small == large
