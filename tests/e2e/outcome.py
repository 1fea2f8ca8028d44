"""How an upload that met trouble may end."""


def arrived(rig, path, result, puts=None):
    assert result.status == 0, result
    (image,) = rig.cloud.images.present()
    assert image.stage == "available"
    assert rig.cloud.find(image.number).bytes() == path.read_bytes()
    assert len(rig.cloud.seen("create")) == 1
    if puts:
        assert len(rig.cloud.seen("put")) == puts


def given_up(rig, result, status, puts=None):
    """Failed, with one error line that tells the fate of the image, and nothing left."""
    assert result.status == status, result
    assert len(result.errors) == 1, result
    if rig.cloud.images.all:
        assert "private/" in result.errors[0] and "deleted" in result.errors[0], result
    assert rig.cloud.images.present() == []
    if puts is not None:
        assert len(rig.cloud.seen("put")) == puts
