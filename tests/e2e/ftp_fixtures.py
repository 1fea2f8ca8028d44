"""Fixtures: FTPS servers."""

import pytest

from servers import ftpd, scripted

KINDS = {"vsftpd": ftpd.Vsftpd, "proftpd": ftpd.ProFtpd, "pureftpd": ftpd.PureFtpd}
KINDS |= {"pyftpdlib": scripted.Pyftpdlib, "ftp-srv": scripted.FtpSrv}


@pytest.fixture
def make_ftpd(tmp_path, pki):
    """make_ftpd("vsftpd", pair=pair, option=...) starts a server, for this test only.  The options are in servers/ftpd.py and scripted.py."""
    started = []

    def make(kind, pair=None, **options):
        directory = tmp_path / f"ftpd{len(started)}"
        directory.mkdir()
        server = KINDS[kind](directory, pair or pki.good, **options).start()
        started.append(server)
        return server

    yield make
    for server in started:
        server.stop()
