"""A client for the scripted FTPS server: ftplib's, as the strict servers want it."""

import ftplib
import io
import ssl

import pytest

from clouds import ionos
from clouds.linode import tls_context
from ionos_fixtures import start_ftp

DATA = bytes(range(256)) * 4000
PLACE = "/fra/iso-images"
X = f"{PLACE}/x.iso"


class Client(ftplib.FTP_TLS):
    """Resumes TLS sessions as the strict servers want it."""

    def ntransfercmd(self, cmd, rest=None):
        raw, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        return self.context.wrap_socket(raw, server_hostname=self.host, session=self.sock.session), size


@pytest.fixture
def make_ftp(tmp_path, pki):
    """make_ftp(tls=pair, ...) starts a server that has the directories of one location."""
    servers = []

    def make(tls=None, **options):
        servers.append(start_ftp(tmp_path, ["fra"], tls_context((tls or pki.good).cert, (tls or pki.good).key), **options))
        servers[-1].patience = 1
        return servers[-1]

    yield make
    for server in servers:
        server.stop()


@pytest.fixture
def ftp(make_ftp):
    return make_ftp()


@pytest.fixture
def join(pki):
    """join(server) is a client that is logged in and stands in iso-images."""

    def make(server, kind=Client, encoding="utf-8"):
        client = kind(context=ssl.create_default_context(cafile=pki.ca), timeout=5, encoding=encoding)
        client.connect(server.address, server.port)
        client.login(ionos.USER, ionos.PASSWORD)
        client.prot_p()
        client.cwd(PLACE[1:])
        return client

    return make


def put(client, data=DATA, verb="STOR"):
    return client.storbinary(f"{verb} x.iso", io.BytesIO(data))
