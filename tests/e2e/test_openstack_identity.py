"""Servers that want to see a certificate of the client's: nginx before a real Glance and a real Keystone."""

import json
import pathlib
import ssl
import subprocess
import types

import pytest

import pictures
from clouds.glanceproxy import GlanceProxy
from clouds.linode import tls_context
from openstack_rig import OpenStackRig
from servers import certs
from servers.nginx import Nginx
from servers.openstack import PROTOCOLS, STREAM

PASSPHRASE = "test-passphrase"


def openssl(*words):
    return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True).stdout


def written(path, *parts):
    path.write_bytes(b"".join(pathlib.Path(part).read_bytes() for part in parts))
    return str(path)


@pytest.fixture(scope="session")
def clients(tmp_path_factory):
    """An authority for clients; certificates of several kinds; the key of one, written in several ways."""
    base = tmp_path_factory.mktemp("clients")
    authority = certs.Authority(str(base / "ca"), "CA of clients")
    issue = lambda name, kind="P-256": authority.issue(name, kind=kind, usage="clientAuth")
    made = types.SimpleNamespace(dir=base, ca=authority.cert, ec=issue("ec"), rsa=issue("rsa", "rsa"), p521=issue("p521", "P-521"))
    made.foreign = certs.Authority(str(base / "other"), "another CA").issue("foreign", usage="clientAuth")
    made.both = written(base / "both.pem", made.ec.cert, made.ec.key)
    made.key_first = written(base / "key-first.pem", made.rsa.key, made.rsa.cert)
    for name, words in (
        ("sec1", ["ec", "-in", made.ec.key]),
        ("pkcs1", ["rsa", "-in", made.rsa.key, "-traditional"]),
        ("locked", ["pkcs8", "-topk8", "-in", made.ec.key, "-passout", f"pass:{PASSPHRASE}"]),
        ("locked_old", ["rsa", "-in", made.rsa.key, "-traditional", "-aes128", "-passout", f"pass:{PASSPHRASE}"]),
    ):
        setattr(made, name, str(base / f"{name}.key"))
        openssl(*words, "-out", getattr(made, name))
    made.text = str(base / "text.pem")
    pathlib.Path(made.text).write_text("no certificate\n", encoding="ascii")
    made.missing = str(base / "missing.pem")
    return made


@pytest.fixture(scope="session")
def gate(start_for_all, clients):
    """gate(server): the URL of an nginx that lets clients with a certificate through to it."""
    more = f"ssl_client_certificate {clients.ca}; ssl_verify_client on; {STREAM}"

    def make(server):
        return f"https://localhost:{start_for_all(Nginx, protocols=PROTOCOLS, upstream=server.plain_url, more=more).port}"

    return make


@pytest.fixture(scope="session")
def gate_url(gate, glance):
    return gate(glance)


@pytest.fixture
def rig(home, glance, gate_url, pki):
    rig = OpenStackRig(home, glance, pki.ca)
    rig.env["OS_ENDPOINT"] = gate_url
    return rig


@pytest.fixture
def disk(put_file):
    return put_file("disk.raw", pictures.raw(300000))


GOOD = [("ec", "key"), ("rsa", "key"), ("p521", "key"), ("ec", "sec1"), ("rsa", "pkcs1"), ("both", None), ("key_first", None), ("both", "both")]


@pytest.mark.parametrize("cert, key", GOOD)
def test_a_certificate(rig, clients, disk, cert, key):
    """Keys as openssl writes them today, and as it once did; in a file of their own, or before or behind the certificate."""
    pair = getattr(clients, cert)
    rig.env["OS_CERT"] = pair if isinstance(pair, str) else pair.cert
    if key:
        rig.env["OS_KEY"] = pair.key if key == "key" else getattr(clients, key)
    rig.arrived(rig.upload(disk), disk.read_bytes())


def test_options_before_variables(rig, clients, disk):
    rig.env |= {"OS_CERT": clients.missing, "OS_KEY": clients.missing}
    rig.arrived(rig.upload("--os-cert", clients.rsa.cert, "--os-key", clients.rsa.key, disk), disk.read_bytes())


def test_every_connection_shows_it(rig, clients, disk):
    """Those of several threads, too, and the ones for a second try."""
    rig.env["OS_CERT"] = clients.both
    paths = [disk.with_name(f"{number}.raw") for number in range(4)]
    for path in paths:
        path.write_bytes(disk.read_bytes())
    result = rig.upload(*paths, "--jobs", "2")
    assert result.status == 0 and len(result.out.splitlines()) == 5, result


@pytest.mark.parametrize("cert", [None, "foreign"])
def test_none_that_counts(rig, clients, disk, cert):
    if cert:
        rig.env |= {"OS_CERT": clients.foreign.cert, "OS_KEY": clients.foreign.key}
    before = len(rig.images())
    result = rig.upload(disk)
    assert result.status == 2 and len(result.errors) == 1 and "SSL certificate" in result.errors[0], result
    assert len(rig.images()) == before


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("cert", [None, "foreign", "ec", "rsa"])
def test_a_server_that_breaks_off(rig, glance, pki, clients, disk, version, cert):
    """Most say by HTTP what they miss; this one does by an alert of TLS's."""
    context = tls_context(pki.good.cert, pki.good.key, version, version)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(clients.ca)
    proxy = GlanceProxy(glance, context)
    rig.env["OS_ENDPOINT"] = proxy.url
    if cert:
        rig.env |= {"OS_CERT": getattr(clients, cert).cert, "OS_KEY": getattr(clients, cert).key}
    result = rig.upload(disk, "--retry", "1")
    proxy.stop()
    if cert in ("ec", "rsa"):
        rig.arrived(result, disk.read_bytes())
    else:
        assert result.status == 2 and len(result.errors) == 1 and proxy.requests == [], result
        assert ("refuses the client certificate" if cert else "wants a client certificate") in result.errors[0], result


BAD = [("ec.cert", "rsa.key", "is not that of"), ("ec.cert", "p521.key", "is not that of"), ("ec.cert", "foreign.key", "is not that of"),
       ("missing", "ec.key", "missing.pem"), ("ec.cert", "missing", "missing.pem"), ("text", "ec.key", "no certificate"),
       ("ec.cert", "text", "no private key"), ("ec.cert", None, "no private key"), ("ec.key", "ec.key", "no certificate"),
       ("ec.cert", "ec.cert", "no private key"), ("ec.cert", "locked", "passphrase"), ("rsa.cert", "locked_old", "passphrase")]  # fmt: skip


@pytest.mark.parametrize("cert, key, word", BAD)
def test_what_is_wrong(rig, clients, disk, cert, key, word):
    find = lambda name: getattr(getattr(clients, name.partition(".")[0]), name.partition(".")[2]) if "." in name else getattr(clients, name)
    rig.env["OS_CERT"] = find(cert)
    if key:
        rig.env["OS_KEY"] = find(key)
    result = rig.upload(disk)
    assert result.status == 2 and len(result.errors) == 1 and word in result.errors[0], result


def test_a_key_alone(rig, clients, disk):
    rig.env["OS_KEY"] = clients.ec.key
    result = rig.upload(disk)
    assert result.status == 2 and "certificate" in result.errors[0], result


@pytest.mark.parametrize("where", ["absolute", "home", "one file"])
def test_clouds_yaml(home, guarded_glance, keystone, gate, clients, pki, disk, tmp_path, where):
    """Keystone wants to see it, too.  A leading ~ is the home directory."""
    rig = OpenStackRig(home, guarded_glance, pki.ca, keystone=keystone)
    user = keystone.user
    auth = {"auth_url": gate(keystone), "username": user.name, "password": user.password, "project_name": user.project,
            "user_domain_name": user.domain, "project_domain_name": user.domain}  # fmt: skip
    files = {"cert": clients.both} if where == "one file" else {"cert": clients.rsa.cert, "key": clients.rsa.key}
    files["cacert"] = pki.ca
    if where == "home":
        files = {name: f"~/{written(home / pathlib.Path(path).name, path).rpartition('/')[2]}" for name, path in files.items()}
    cloud = {"auth": auth, "image_endpoint_override": gate(guarded_glance), **files}
    (tmp_path / "clouds.yaml").write_text(json.dumps({"clouds": {"one": cloud}}), encoding="ascii")
    rig.env = {"PATH": rig.env["PATH"], "HOME": str(home)}
    rig.arrived(rig.upload(disk, cwd=tmp_path), disk.read_bytes())
    del cloud["cert"]
    (tmp_path / "clouds.yaml").write_text(json.dumps({"clouds": {"one": {**cloud, "key": None}}}), encoding="ascii")
    result = rig.upload(disk, cwd=tmp_path)
    assert result.status == 2 and "SSL certificate" in result.errors[0], result
