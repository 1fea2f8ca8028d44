"""Three FTPS servers from Debian's packages: vsftpd, ProFTPD and Pure-FTPd.

Each runs in a jail (servers/jail.py) of its own, any number of them beside each other.  All have these options:

tls         the versions offered: ("1.2",), ("1.3",) or both
implicit    TLS from the first byte instead of after AUTH TLS
address     where to listen, "127.0.0.1" or "::1"

They are themselves: ProFTPD sleeps for up to 0.4 s after the end of a session before it greets the next client, Pure-FTPd
for some seconds after a wrong password.  vsftpd sends TLS 1.3 tickets on the data connection: a client that closes it
before it has read them resets it, and now and then loses the end of an upload (426).
"""

import os
import pathlib
import platform
import subprocess

from servers import debs
from servers.jail import NOBODY, Jail

USER, PASSWORD, HASH = "user@example.com", "test-password", "$1$hoist$R/2QcZeeU2Djoml7lIuPQ/"  # MD5: a login costs no time
FOLDERS = ("iso-images", "hdd-images", "confidential-images")
MULTIARCH = f"usr/lib/{platform.machine()}-linux-gnu"
OPENSSL = "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nMinProtocol = TLSv{first}\nMaxProtocol = TLSv{last}\n"

VSFTPD = """
listen={ipv4}
listen_ipv6={ipv6}
{listen}={address}
listen_port={port}
background=NO
anonymous_enable=NO
local_enable=YES
write_enable=YES
local_umask=022
chroot_local_user=YES
allow_writeable_chroot=YES
secure_chroot_dir=/tmp
pam_service_name=vsftpd
delay_failed_login=0
delay_successful_login=0
isolate=NO
isolate_network=NO
seccomp_sandbox=NO
ssl_enable=YES
ssl_tlsv12=YES
ssl_tlsv13=YES
ssl_ciphers=HIGH
implicit_ssl={implicit}
require_ssl_reuse={reuse}
rsa_cert_file=/etc/server.pem
xferlog_enable=YES
log_ftp_protocol=YES
vsftpd_log_file=/var/log/commands
"""

PROFTPD = """
ModulePath /lib
ControlsEngine off
LoadModule mod_xfer.c
LoadModule mod_ls.c
LoadModule mod_tls.c
ServerName hoist
ServerType standalone
DefaultAddress {address}
Port {port}
SocketBindTight on
UseIPv6 on
UseReverseDNS off
User nobody
Group nogroup
DefaultRoot ~
RequireValidShell off
AuthOrder mod_auth_unix.c
PidFile /run/proftpd.pid
ScoreboardFile /run/scoreboard
WtmpLog off
TransferLog none
SystemLog /var/log/system
LogFormat commands "%r -> %s %S"
ExtendedLog /var/log/commands ALL commands
TLSEngine on
TLSRequired on
TLSLog /var/log/tls
TLSRSACertificateFile /etc/server.pem
TLSRSACertificateKeyFile /etc/server.pem
AllowOverwrite {overwrite}
AllowStoreRestart {restart}
{more}
"""

# How IONOS answers, as far as it is known: ProFTPD that lets nobody replace or delete a file, and asks for no session reuse.
IONOS = {"overwrite": False, "deny": ("DELE",), "reuse": False}


class _Server:
    """start() and stop(); host, port, user and password; file(), put() and log().  A subclass says what is special.

    directory is an empty one of its own; pair is the certificate and its key.
    """

    packages = ()
    files = ()  # the program, and what it loads beside its libraries

    def __init__(self, directory, pair, tls=("1.2", "1.3"), implicit=False, address="127.0.0.1"):
        self.dir = pathlib.Path(directory)
        self.host, self.port, self.user, self.password = address.split()[0], None, USER, PASSWORD
        self._pair, self._tls, self._implicit, self._address = pair, tls, implicit, address
        self._jail = Jail(directory, self.packages, self.files)
        env = {"OPENSSL_CONF": "/etc/openssl.cnf"}
        self._daemon = debs.Daemon(self._command, self.dir / "output", lambda: [self.port], env, self.host)

    def _furnish(self):
        self._jail.furnish(f"{USER}:{HASH}:{NOBODY}:{NOBODY}::/home:/bin/sh\n")
        for name in ("home", *(f"home/{name}" for name in FOLDERS)):
            (self.dir / name).mkdir()
            os.chown(self.dir / name, NOBODY, NOBODY)
        etc = self.dir / "etc"
        (etc / "openssl.cnf").write_text(OPENSSL.format(first=self._tls[0], last=self._tls[-1]), encoding="ascii")
        (etc / "server.pem").touch(0o600)
        (etc / "server.pem").write_bytes(b"".join(pathlib.Path(p).read_bytes() for p in (self._pair.key, self._pair.cert)))

    def _command(self):
        self.port = debs.free_port(self.host)
        return self._jail.command(self._words())

    def _words(self):
        """Write the configuration; the program's arguments."""
        raise NotImplementedError

    def start(self):
        self._furnish()
        self._daemon.up()
        return self

    def stop(self):
        """Uploads and logs stay."""
        self._daemon.down()
        self._jail.clear()

    def file(self, path):
        """Where an upload to this path ends up."""
        return self.dir / "home" / path.lstrip("/")

    def put(self, path, data):
        """A file that the user uploaded before."""
        self.file(path).write_bytes(data)
        os.chown(self.file(path), NOBODY, NOBODY)

    def mkdir(self, path):
        """A directory of the user's, with those above it."""
        made = self.dir / "home"
        for part in path.split("/"):
            made = made / part
            if not made.exists():
                made.mkdir()
                os.chown(made, NOBODY, NOBODY)

    def log(self):
        """What the clients asked and what they were told, as far as the server writes it down."""
        path = self.dir / "var/log/commands"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


class Vsftpd(_Server):
    """It overwrites, appends and deletes as asked.

    reuse       the data connection must resume the TLS session (its default)
    deny        commands refused with 550, for example ("SIZE",)
    """

    packages = ("vsftpd",)
    files = ("usr/sbin/vsftpd", f"{MULTIARCH}/security/pam_unix.so")

    def __init__(self, directory, pair, reuse=True, deny=(), **common):
        super().__init__(directory, pair, **common)
        self._reuse = reuse
        self._deny = deny

    def _words(self):
        yes = lambda value: "YES" if value else "NO"
        six = ":" in self.host
        listen = {"ipv4": yes(not six), "ipv6": yes(six), "listen": "listen_address6" if six else "listen_address"}
        text = VSFTPD.format(address=self.host, port=self.port, implicit=yes(self._implicit), reuse=yes(self._reuse), **listen)
        text += f"cmds_denied={','.join(self._deny)}\n" if self._deny else ""
        (self.dir / "etc/vsftpd.conf").write_text(text, encoding="ascii")
        pam = "auth required /lib/pam_unix.so nodelay\naccount required /lib/pam_unix.so\nsession required /lib/pam_unix.so\n"
        (self.dir / "etc/pam.d").mkdir(exist_ok=True)
        (self.dir / "etc/pam.d/vsftpd").write_text(pam, encoding="ascii")
        return ["/etc/vsftpd.conf"]


class ProFtpd(_Server):
    """The one that can say no.

    reuse       the data connection must resume the TLS session (its default)
    overwrite   STOR to a file that exists
    restart     APPE to a file that exists, and with overwrite REST before STOR
    deny        commands refused with 550, for example ("DELE", "SIZE")
    max_bytes   a file that grows beyond is refused with 552
    address     may also be "127.0.0.1 ::1": both
    """

    packages = ("proftpd-core", "proftpd-mod-crypto")
    files = ("usr/sbin/proftpd", *(f"usr/lib/proftpd/mod_{name}.so" for name in ("xfer", "ls", "tls")))

    def __init__(self, directory, pair, reuse=True, overwrite=True, restart=False, deny=(), max_bytes=0, **common):
        super().__init__(directory, pair, **common)
        self._on = {"overwrite": "on" if overwrite else "off", "restart": "on" if restart else "off"}
        options = " ".join(word for word, wanted in (("NoSessionReuseRequired", not reuse), ("UseImplicitSSL", self._implicit)) if wanted)
        self._more = [f"TLSOptions {options}"] if options else []
        if deny:
            self._more.append(f"<Limit {' '.join(deny)}>\nDenyAll\n</Limit>")
        if max_bytes:
            self._more.append(f"MaxStoreFileSize {max_bytes} B")

    def _words(self):
        text = PROFTPD.format(address=self._address, port=self.port, more="\n".join(self._more), **self._on)
        (self.dir / "etc/proftpd.conf").write_text(text, encoding="ascii")
        return ["-n", "-c", "/etc/proftpd.conf"]


class PureFtpd(_Server):
    """It overwrites, appends and deletes as asked and demands no session reuse.

    quota: bytes that the user may store, else 552.  log() has a line for each file only.
    """

    packages = ("pure-ftpd",)
    files = ("usr/sbin/pure-ftpd",)

    def __init__(self, directory, pair, quota=0, **common):
        super().__init__(directory, pair, **common)
        if self._implicit:
            raise ValueError("Debian's Pure-FTPd has no implicit TLS")
        self._quota = quota

    def _words(self):
        users, database = self.dir / "etc/users", self.dir / "etc/users.pdb"
        limits = f":::::1000:{self._quota}" if self._quota else "::::::"
        users.write_text(f"{USER}:{HASH}:{NOBODY}:{NOBODY}::/home/./:{limits}::::::\n", encoding="ascii")
        pure_pw = debs.command(self._jail.root, "usr/bin/pure-pw")
        subprocess.run([*pure_pw, "mkdb", str(database), "-f", str(users)], check=True, capture_output=True)
        words = ["-S", f"{self.host},{self.port}", "-l", "puredb:/etc/users.pdb", "-E", "-A", "-H", "-Y", "3", "-2", "/etc/server.pem"]
        return [*words, "-O", "clf:/var/log/commands"]
