"""Apache from Debian's packages: TLS before a directory that takes PUT (mod_dav)."""

from servers import debs

CONFIG = """
ServerRoot {dir}
PidFile {dir}/pid
ErrorLog {dir}/error.log
Listen 127.0.0.1:{port}
ServerName localhost
{modules}
DavLockDB {dir}/locks
DocumentRoot {dir}/www
SSLRandomSeed startup builtin
SSLEngine on
SSLCertificateFile {cert}
SSLCertificateKeyFile {key}
<Directory {dir}/www>
	Dav On
	Require all granted
</Directory>
"""
PACKAGES = ["apache2-bin"]
MODULES = ["mpm_event", "authz_core", "ssl", "socache_shmcb", "dav", "dav_fs"]


class Apache(debs.OnePort):
    def __init__(self, directory, pair):
        # The drivers of its database of locks.
        drivers = next((debs.unpack(PACKAGES) / "usr/lib").glob("*/apr-util-1"))
        super().__init__(directory, PACKAGES, LD_LIBRARY_PATH=str(drivers))
        (self.dir / "www").mkdir()
        self.pair = pair

    def _command(self):
        self.port = debs.free_port()
        where = self.root / "usr/lib/apache2/modules"
        modules = "\n".join(f"LoadModule {name}_module {where}/mod_{name}.so" for name in MODULES)
        text = CONFIG.format(dir=self.dir, port=self.port, modules=modules, cert=self.pair.cert, key=self.pair.key)
        (self.dir / "apache.conf").write_text(text, encoding="ascii")
        return [*debs.command(self.root, "usr/sbin/apache2"), "-X", "-f", str(self.dir / "apache.conf")]
