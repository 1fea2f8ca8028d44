"""Fixtures for IONOS: the API and the upload servers of all locations, and the binary set up for them."""

import base64

import pytest

from clouds import ionos
from clouds.ftps import Ftps
from clouds.linode import tls_context
from clouds.places import DIRECTORIES, PLACES, fragment
from tool import FAST, SECRETS, Tool

PAIR = f"{ionos.USER}:{ionos.PASSWORD}"
SECRETS += [ionos.PASSWORD, ionos.TOKEN, base64.b64encode(PAIR.encode()).decode()]


class IonosRig(Tool):
    """The tool with the stand-in of the API (api) and one FTPS server (ftp) that has a directory for each location."""

    def __init__(self, home, api, ftp, ca, locations):
        super().__init__(
            home,
            {
                "IONOS_USERNAME": api.user,
                "IONOS_PASSWORD": api.password,
                "IONOS_API_URL": api.url,
                "SSL_CERT_FILE": ca,
            },
        )
        self.api = api
        self.ftp = ftp
        self.locations = locations

    @property
    def target(self):
        """The options that say where to."""
        return ["--ftp-url", f"{self.ftp.url}/%s", "--location", ",".join(self.locations)]

    def upload(self, *args, **options):
        return self.run("ionos", *self.target, *FAST, *args, **options)

    def begin(self, *args, **options):
        return self.start("ionos", *self.target, *FAST, *args, **options)

    def stored(self, location, name, directory=None):
        """The bytes that lie in a location under a name, or None."""
        places = [directory] if directory else DIRECTORIES
        found = [self.ftp.file(f"/{fragment(location)}/{place}/{name}") for place in places]
        return next((data for data in found if data is not None), None)

    def stored_names(self):
        """Every file, as location/directory/name."""
        files = self.ftp.files
        pairs = [(fragment(location), directory) for location in self.locations for directory in DIRECTORIES]
        return [f"{a}/{b}/{name}" for a, b in pairs for name in files.list(f"/{a}/{b}", "NLST")]

    def without_password(self):
        """The API by token, and nothing that FTP could use."""
        del self.env["IONOS_USERNAME"], self.env["IONOS_PASSWORD"]
        self.env["IONOS_TOKEN"] = ionos.TOKEN
        return self


def start_ftp(root, locations, tls, **options):
    """The scripted server with the directories of these locations."""
    for location in locations:
        for directory in DIRECTORIES:
            (root / fragment(location) / directory).mkdir(parents=True, exist_ok=True)
    return Ftps(root, tls, user=ionos.USER, password=ionos.PASSWORD, **options)


def watch(api, ftp, locations):
    """What arrives on the server becomes images of the API."""
    for location in locations:
        short = fragment(location)
        ready = lambda path, short=short: ftp.settled(f"/{short}/{path}")
        api.watch(ftp.files.real(f"/{short}"), PLACES.get(short, location), ready)


@pytest.fixture
def make_ionos(tmp_path, home, pki):
    """make_ionos(locations, api=pair, ftp=pair, data=pair, ca=path, highest=version, implicit=..., address=...)."""
    servers = []

    def make(locations=("fra",), api=None, ftp=None, data=None, ca=None, lowest=None, highest=None, **options):
        context = lambda pair: tls_context(pair.cert, pair.key, lowest, highest)
        root = tmp_path / f"ftp{len(servers)}"
        front = ionos.Ionos(tls_context((api or pki.good).cert, (api or pki.good).key))
        servers.append(front)
        back = start_ftp(root, locations, context(ftp or pki.good), data_tls=context(data) if data else None, **options)
        servers.append(back)
        watch(front, back, locations)
        return IonosRig(home, front, back, ca or pki.ca, list(locations))

    yield make
    for server in servers:
        server.stop()


@pytest.fixture
def ionos_rig(make_ionos):
    """The binary, the API and one location."""
    return make_ionos()
