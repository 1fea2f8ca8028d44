"""Images for tests: small, made on the spot, the same every time."""

import gzip
import io
import random
import zipfile
import tarfile

KIB = 1024
MIB = 1024 * KIB


def raw(size, seed=1):
    """A raw disk as far as anybody can tell: an empty first block, then noise and a few zeros.

    Its size is rounded up to whole sectors, because no other disk is taken.
    """
    size = -(-size // 512) * 512
    noise = random.Random(seed)
    blocks = bytearray(1024)
    while len(blocks) < size:
        blocks += noise.randbytes(7 * KIB) + bytes(KIB)
    return bytes(blocks[:size])


def packed(data, level=6):
    return gzip.compress(data, compresslevel=level, mtime=0)


def _tar():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("disk.raw")
        info.size = 2048
        archive.addfile(info, io.BytesIO(bytes(2048)))
    return out.getvalue()


def _zip():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("disk.raw", bytes(2048))
    return out.getvalue()


# What a gzip file may hold that no cloud boots from: name -> first bytes.
WRONG_INSIDE = {
    "qcow2": b"QFI\xfb\x00\x00\x00\x03" + bytes(4096),
    "vmdk": b"KDMV\x01\x00\x00\x00" + bytes(4096),
    "vhdx": b"vhdxfile" + bytes(4096),
    "tar": _tar(),
    "zip": _zip(),
    "gzip": packed(raw(8 * KIB)),
    "xz": b"\xfd7zXZ\x00" + bytes(4096),
}


def iso(size):
    """An ISO 9660 image of whole sectors: its descriptor says how many (ECMA-119, 8.4)."""
    sectors = size // 2048
    image = bytearray(raw(sectors * 2048))
    descriptor = bytearray(2048)
    descriptor[0:7] = b"\x01CD001\x01"
    both = lambda value, width: value.to_bytes(width, "little") + value.to_bytes(width, "big")
    descriptor[80:88] = both(sectors, 4)
    descriptor[128:132] = both(2048, 2)
    image[16 * 2048 : 17 * 2048] = descriptor
    image[17 * 2048 : 18 * 2048] = b"\xffCD001\x01" + bytes(2041)
    return bytes(image)
