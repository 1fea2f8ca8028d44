"""OpenStack's Glance as Debian ships it: an image API with files behind it.

It is itself: a chunked upload that exceeds the quota leaves its image in "saving", and so does kill().
"""

import shutil

from servers import openstack

CONFIG = """
[DEFAULT]
bind_host = 127.0.0.1
bind_port = {port}
workers = 0
enabled_import_methods = [{methods}]
user_storage_quota = {quota}
image_size_cap = {size_cap}
[database]
connection = sqlite:///{dir}/glance.sqlite
[oslo_concurrency]
lock_path = {dir}
[paste_deploy]
config_file = {root}/usr/share/glance-common/glance-api-paste.ini
"""
ONE_STORE = """
[DEFAULT]
node_staging_uri = file://{dir}/staging/
[glance_store]
filesystem_store_datadir = {dir}/{store}
"""
STORES = """
[DEFAULT]
enabled_backends = {backends}
[glance_store]
default_backend = {first}
[os_glance_staging_store]
filesystem_store_datadir = {dir}/staging
[os_glance_tasks_store]
filesystem_store_datadir = {dir}/tasks
"""
STORE = """
[{store}]
filesystem_store_datadir = {dir}/{store}
"""
KEYSTONE = """
[paste_deploy]
flavor = keystone
[keystone_authtoken]
www_authenticate_uri = {keystone.url}/v3
auth_url = {keystone.plain_url}/v3
auth_type = password
username = {keystone.glance.name}
password = {keystone.glance.password}
project_name = {keystone.glance.project}
user_domain_id = default
project_domain_id = default
"""
SIZE_CAP = 1 << 40  # Glance's own


class Glance(openstack.Service):
    """Without keystone it lets everybody do everything, except to import.  That of trixie then refuses all.

    keystone        the server that knows the users; it has yet to be told where this one is: point()
    quota           bytes that a project may store, 0 for no limit
    size_cap        bytes that an image may have
    stores          their names; the first is the default.  With one only it has no notion of stores
    import_methods  of "glance-direct", "web-download" and "copy-image"
    """

    def __init__(
        self,
        directory,
        pair,
        keystone=None,
        quota=0,
        size_cap=SIZE_CAP,
        stores=("fast", "slow"),
        import_methods=("glance-direct", "web-download"),
        **common,
    ):
        super().__init__(directory, pair, **common)
        self._keystone, self._stores = keystone, stores
        self._settings = {"quota": quota, "size_cap": size_cap, "methods": ",".join(import_methods)}

    def _configuration(self):
        values = {"dir": self.dir, "root": self._programs.root, "port": self.port, **self._settings}
        text = CONFIG.format(**values)
        if len(self._stores) == 1:
            text += ONE_STORE.format(dir=self.dir, store=self._stores[0])
        else:
            text += STORES.format(dir=self.dir, first=self._stores[0], backends=",".join(f"{store}:file" for store in self._stores))
            text += "".join(STORE.format(dir=self.dir, store=store) for store in self._stores)
        return text + (KEYSTONE.format(keystone=self._keystone) if self._keystone else "")

    def _words(self):
        (self.dir / "glance-api.conf").write_text(self._configuration(), encoding="ascii")
        return self._programs.python("glance-api", "--config-file", self.dir / "glance-api.conf")

    def _make_database(self, work):
        (work / "glance.conf").write_text(f"[database]\nconnection = sqlite:///{work}/glance.sqlite\n", encoding="ascii")
        self._programs.run("glance-manage", "--config-file", work / "glance.conf", "db_sync")
        openstack.write_ahead(work / "glance.sqlite")

    def start(self):
        made = openstack.once(f"{self._programs.root.name}-glance", self._make_database)
        shutil.copy(made / "glance.sqlite", self.dir)
        shutil.copy(self._programs.root / "usr/share/glance-common/schema-image.json", self.dir)
        for name in ("staging", "tasks", *self._stores):
            (self.dir / name).mkdir()
        return super().start()

    def file(self, image, store=None):
        """Where the bytes of the image with this id are, whole or in part."""
        return self.dir / (store or self._stores[0]) / image

    def files(self):
        """The names of all that is stored anywhere, as store/id."""
        return sorted(f"{store}/{path.name}" for store in ("staging", *self._stores) for path in (self.dir / store).iterdir())
