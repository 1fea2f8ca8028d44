"""Certificates for tests, made with the openssl command."""

import os
import subprocess
import sys

NAMES = "DNS:localhost,IP:127.0.0.1,IP:::1"
CONFIG = """
[ca]
default_ca = own
[own]
database = {dir}/index.txt
new_certs_dir = {dir}
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
copy_extensions = none
[any]
commonName = supplied
"""
PAST = ("20200101000000Z", "20210101000000Z")
FUTURE = ("20900101000000Z", "20950101000000Z")
NOW = ("20240101000000Z", "20491231000000Z")


def _openssl(*args):
    subprocess.run(["openssl", *args], check=True, capture_output=True)


def _key(path, kind):
    if kind == "rsa":
        _openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", path)
    else:
        _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{kind}", "-out", path)


class Pair:
    """A certificate and its key, as paths."""

    def __init__(self, base):
        self.cert = base + ".pem"
        self.key = base + ".key"


class Authority:
    """A certificate authority in a directory of its own."""

    def __init__(self, directory, name="hoist test CA", kind="P-256"):
        os.makedirs(directory)
        self.dir = directory
        self.config = os.path.join(directory, "ca.cnf")
        with open(self.config, "w", encoding="ascii") as file:
            file.write(CONFIG.format(dir=directory))
        open(os.path.join(directory, "index.txt"), "w", encoding="ascii").close()
        pair = Pair(os.path.join(directory, "ca"))
        self.cert, self.key = pair.cert, pair.key
        _key(self.key, kind)
        _openssl(
            *("req", "-x509", "-new", "-key", self.key, "-out", self.cert, "-days", "3650", "-subj", f"/CN={name}"),
            *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
        )

    def issue(self, name, kind="P-256", names=NAMES, dates=NOW, usage="serverAuth"):
        pair = Pair(os.path.join(self.dir, name))
        request, extensions = pair.cert + ".csr", pair.cert + ".ext"
        _key(pair.key, kind)
        _openssl("req", "-new", "-key", pair.key, "-out", request, "-subj", f"/CN={name}")
        with open(extensions, "w", encoding="ascii") as file:
            file.write(f"subjectAltName={names}\nextendedKeyUsage={usage}\nbasicConstraints=CA:FALSE\n")
        _openssl(
            *("ca", "-batch", "-notext", "-config", self.config, "-cert", self.cert, "-keyfile", self.key),
            *("-in", request, "-out", pair.cert, "-extfile", extensions, "-startdate", dates[0], "-enddate", dates[1]),
        )
        return pair


def self_signed(base, names=NAMES):
    pair = Pair(base)
    _key(pair.key, "P-256")
    _openssl(
        *("req", "-x509", "-new", "-key", pair.key, "-out", pair.cert, "-days", "3650", "-subj", "/CN=self"),
        *("-addext", f"subjectAltName={names}"),
    )
    return pair


CA = ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign")
LEAF = (f"subjectAltName={NAMES}", "extendedKeyUsage=serverAuth", "basicConstraints=CA:FALSE")


def certificate(base, issuer=None, extensions=LEAF, name=None, kind="P-256", digest="sha256"):
    """One with any lines of openssl's extensions, signed by itself or by issuer, as Pair.  kind may also be "ed25519"."""
    pair = Pair(str(base))
    request, lines = pair.cert + ".csr", pair.cert + ".ext"
    if kind == "ed25519":
        _openssl("genpkey", "-algorithm", kind, "-out", pair.key)
    else:
        _key(pair.key, kind)
    _openssl("req", "-new", "-key", pair.key, "-out", request, "-subj", f"/O=hoist tests/CN={name or os.path.basename(base)}")
    with open(lines, "w", encoding="ascii") as file:
        file.write("".join(f"{line}\n" for line in extensions))
    signer = ["-CA", issuer.cert, "-CAkey", issuer.key] if issuer else ["-signkey", pair.key]
    serial = str(int.from_bytes(os.urandom(8), "big") | 1)
    _openssl(
        *("x509", "-req", "-in", request, *signer, "-out", pair.cert, "-days", "3650", "-set_serial", serial),
        *(f"-{digest}", "-extfile", lines),
    )
    return pair


def chain(base, leaf, *others):
    """The leaf's pair with more certificates behind its own, in this order."""
    pair = Pair(str(base))
    with open(pair.cert, "wb") as file:
        for each in (leaf, *others):
            with open(each.cert, "rb") as part:
                file.write(part.read())
    pair.key = leaf.key
    return pair


def public_key_pin(cert):
    """sha256//... of the public key, as curl and hoist take it."""
    script = 'openssl x509 -in "$1" -pubkey -noout | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | openssl base64'
    out = subprocess.run(["sh", "-c", script, "sh", cert], check=True, capture_output=True, text=True)
    return "sha256//" + out.stdout.strip()


if __name__ == "__main__":  # python3 -m servers.certs DIR: an authority (ca.pem) and a certificate (server.pem, .key)
    Authority(sys.argv[1]).issue("server")
