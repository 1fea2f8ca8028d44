"""What kind of file the binary is: static, position-independent, hardened."""

import struct

import pytest

from tool import binary

PT_DYNAMIC, PT_INTERP, PT_GNU_STACK, PT_GNU_RELRO = 2, 3, 0x6474E551, 0x6474E552
ET_DYN = 3


@pytest.fixture(scope="module")
def elf():
    """(type, {segment type: flags}) of the binary."""
    with open(binary(), "rb") as file:
        data = file.read()
    assert data[:4] == b"\x7fELF"
    wide = data[4] == 2
    kind = struct.unpack_from("<H", data, 16)[0]
    start = struct.unpack_from("<Q" if wide else "<I", data, 32 if wide else 28)[0]
    size, count = struct.unpack_from("<HH", data, 54 if wide else 42)
    segments = {}
    for i in range(count):
        at = start + i * size
        segments[struct.unpack_from("<I", data, at)[0]] = struct.unpack_from("<I", data, at + (4 if wide else 24))[0]
    return kind, segments


def test_it_needs_no_interpreter(elf):
    assert PT_INTERP not in elf[1]


def test_it_is_position_independent(elf):
    assert elf[0] == ET_DYN and PT_DYNAMIC in elf[1]


def test_its_stack_is_not_executable_and_its_tables_are_read_only(elf):
    assert elf[1][PT_GNU_STACK] & 1 == 0
    assert PT_GNU_RELRO in elf[1]
