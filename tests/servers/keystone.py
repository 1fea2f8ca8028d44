"""OpenStack's Keystone as Debian ships it, below uwsgi: users, tokens and the catalogue.

In it are the users admin, glance and demo, each with a project, an application credential of demo's, and in each of REGIONS
an image service with three interfaces.
"""

import base64
import collections
import contextlib
import hashlib
import os
import pathlib
import shutil
import sqlite3

from servers import debs, openstack

User = collections.namedtuple("User", "name password project domain")
ADMIN = User("admin", "admin-test-password", "admin", "Default")
GLANCE = User("glance", "glance-test-password", "service", "Default")
DEMO = User("demo", "demo-test-password", "demo", "Default")
REGIONS = ("RegionOne", "RegionTwo")
INTERFACES = ("public", "internal", "admin")
CREDENTIAL, SECRET = "uploads", "test-secret-of-an-application"
NOWHERE = "https://localhost:1"  # until point()

CONFIG = """
[database]
connection = sqlite:///{dir}/keystone.sqlite
[fernet_tokens]
key_repository = {dir}/fernet
[fernet_receipts]
key_repository = {dir}/fernet
[identity]
password_hash_rounds = 4
[token]
expiration = {expiration}
# Without it Keystone opens its database 200 times for one token, which takes seconds.
[cache]
enabled = true
backend = oslo_cache.dict
[catalog]
caching = false
"""
UWSGI = ("--need-app", "--die-on-term", "--enable-threads", "--buffer-size=65535", "--rem-header=Content-Length")


def by_password(user):
    """What asks for a token of the user's for his project."""
    domain = {"name": user.domain}
    identity = {"methods": ["password"], "password": {"user": {"name": user.name, "domain": domain, "password": user.password}}}
    return {"auth": {"identity": identity, "scope": {"project": {"name": user.project, "domain": domain}}}}


class Keystone(openstack.Service):
    """user, glance and admin have a name, password, project and domain; credential_id and credential_secret are the user's.

    expiration  seconds that a token lasts; may be set anew before restart()
    """

    user, glance, admin = DEMO, GLANCE, ADMIN
    credential_secret = SECRET

    def __init__(self, directory, pair, expiration=3600, release=openstack.RELEASES[0], **common):
        self._config = pathlib.Path(directory) / "keystone.conf"
        super().__init__(directory, pair, release=release, env={"OS_KEYSTONE_CONFIG_FILES": str(self._config)}, **common)
        self._release, self.expiration = release, expiration
        self.credential_id = None

    def _configure(self):
        self._config.write_text(CONFIG.format(dir=self.dir, expiration=self.expiration), encoding="ascii")

    def _words(self):
        self._configure()
        return self._programs.uwsgi("keystone-wsgi-public", "--http-socket", f"127.0.0.1:{self.port}", *UWSGI)

    def start(self):
        version = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()[:8]
        fill = lambda work: Keystone(work, self._pair, release=self._release).fill()
        made = openstack.once(f"{self._programs.root.name}-keystone-{version}", fill)
        shutil.copytree(made / "fernet", self.dir / "fernet")
        shutil.copy(made / "keystone.sqlite", self.dir)
        self.credential_id = (made / "credential_id").read_text(encoding="ascii")
        super().start()
        self.point(f"{self.plain_url}/v3", service="identity")  # Glance takes the internal one
        self.point(f"{self.url}/v3", interface="public", service="identity")
        return self

    def fill(self):
        """Make what takes long, and is the same for all, in an empty directory: the database and the key."""
        self._configure()
        manage = lambda *words: self._programs.run("keystone-manage", "--config-file", self._config, *words)
        (self.dir / "fernet").mkdir(0o700)
        (self.dir / "fernet/0").write_bytes(base64.urlsafe_b64encode(os.urandom(32)))
        manage("db_sync")
        names = {"username": ADMIN.name, "password": ADMIN.password, "project-name": ADMIN.project, "region-id": REGIONS[0]}
        urls = {f"{interface}-url": f"{NOWHERE}/v3" for interface in INTERFACES}
        manage("bootstrap", *(f"--bootstrap-{name}={value}" for name, value in {**names, **urls}.items()))
        openstack.write_ahead(self.dir / "keystone.sqlite")
        try:
            self._up()
            self._seed()
        finally:
            self.stop()
        openstack.write_ahead(self.dir / "keystone.sqlite")  # the last to close it leaves one file

    def _post(self, token, path, data, method="POST"):
        """Returns what was made."""
        reply = self.api(method, f"/v3/{path}", data, token=token)
        if reply.status >= 300:
            raise debs.Unavailable(f"{method} {path}: {reply}")
        return next(iter(reply.json.values())) if reply.body else None

    def _seed(self):
        token = self.token(ADMIN)
        make = lambda kind, **data: self._post(token, f"{kind}s", {kind: data})["id"]
        roles = {role["name"]: role["id"] for role in self.api("GET", "/v3/roles", token=token).json["roles"]}
        users = {}
        for user, role in ((GLANCE, "admin"), (DEMO, "member")):
            project = make("project", name=user.project, domain_id="default")
            users[user] = make("user", name=user.name, password=user.password, domain_id="default")
            self._post(token, f"projects/{project}/users/{users[user]}/roles/{roles[role]}", None, "PUT")
        make("region", id=REGIONS[1])
        service = make("service", name="glance", type="image")
        for region in REGIONS:
            for interface in INTERFACES:
                make("endpoint", service_id=service, region_id=region, interface=interface, url=NOWHERE)
        credential = {"application_credential": {"name": CREDENTIAL, "secret": SECRET}}
        made = self._post(self.token(DEMO), f"users/{users[DEMO]}/application_credentials", credential)
        (self.dir / "credential_id").write_text(made["id"], encoding="ascii")

    def authenticate(self, data):
        """The reply to a request for a token."""
        return self.api("POST", "/v3/auth/tokens", data)

    def token(self, user=DEMO):
        return self.authenticate(by_password(user)).headers["X-Subject-Token"]

    def point(self, url, region="%", interface="%", service="image"):
        """What the catalogue says about where a service is: in one region and for one interface, or in all."""
        which = "service_id = (SELECT id FROM service WHERE type = ?) AND region_id LIKE ? AND interface LIKE ?"
        with contextlib.closing(sqlite3.connect(self.dir / "keystone.sqlite")) as connection, connection:
            connection.execute(f"UPDATE endpoint SET url = ? WHERE {which}", (url, service, region, interface))
