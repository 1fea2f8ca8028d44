"""What came of an upload by FTPS: what the server has, and that nothing was done to it that must never be done."""

import ssl

import pytest

RAW = "/fra/hdd-images/disk.raw"
VERSIONS = pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])


def send(rig, *words, **more):
    """An upload without the API."""
    return rig.upload("--skip-update", *words, **more)


def lawful(ftp):
    """No STOR of a name that was not seen to be free, APPE only after an accepted STOR of this run, DELE if SIZE showed that, too."""
    free, ours = set(), set()
    for command in (command for session in ftp.sessions for command in session.commands):
        path, codes = command.path, [reply[:3] for reply in command.replies]
        if command.verb == "SIZE" and "550" in codes:
            free.add(path)
        elif command.verb == "NLST" and codes:
            free.add(f"{path}/*")
        elif command.verb == "STOR":
            assert path in free or f"{path.rpartition('/')[0]}/*" in free, f"{command} of a name nobody asked for"
            ours |= {path} if "150" in codes else set()
        elif command.verb in ("APPE", "DELE"):
            assert path in ours, f"{command} of a file that is not ours"
            assert command.verb == "APPE" or path in free, f"{command} of a file whose absence SIZE did not show"
        assert command.verb not in ("REST", "RNFR", "RNTO", "RMD", "MKD", "SITE"), command
    assert ftp.violations == []


def moved(ftp):
    """[(verb, where in the file it began, bytes)] of the uploads."""
    return [(t.verb, t.offset, t.received) for t in ftp.transfers if t.verb in ("STOR", "APPE")]


def arrived(rig, path, result, place=RAW):
    assert result.status == 0, result
    assert rig.ftp.file(place) == path.read_bytes(), result
    lawful(rig.ftp)


def doubtful(rig, path, result, *words, place=RAW):
    """It is there whole, but nobody has said so: exit 5, one line that says why, and nothing was done to it."""
    assert result.status == 5 and len(result.errors) == 1, result
    for word in words:
        assert word in result.errors[0], (word, result)
    assert "unproven" in result.out, result
    assert rig.ftp.file(place) == path.read_bytes() and rig.ftp.seen("DELE") == [], result
    lawful(rig.ftp)


def failed(rig, result, status, *words, left=None, place=RAW):
    """One error line with all these words; left is what the server has under the name."""
    assert result.status == status, result
    assert len(result.errors) == 1, result
    for word in words:
        assert str(word) in result.errors[0], (word, result)
    assert rig.ftp.file(place) == left, result
    lawful(rig.ftp)


def untouched(rig):
    """Nobody was connected to."""
    assert rig.ftp.sessions == [] and rig.api.requests == []
