"""Uploads to real FTPS servers: vsftpd and ProFTPD, which demand that TLS sessions are resumed, and Pure-FTPd."""

import os
import subprocess

import pytest

import pictures
from servers.ftpd import IONOS
from tool import FAST, SECRETS, Tool

KINDS = ["vsftpd", "proftpd", "pureftpd"]


@pytest.fixture
def raw(put_file):
    """1 MiB and a bit, of which no two blocks are the same."""
    return put_file("disk.raw", pictures.raw(pictures.MIB + 12345))


@pytest.fixture
def ftp_tool(home, pki):
    """ftp_tool(server) is the binary set up for one server, without an API."""

    def make(server, ca=None):
        SECRETS.append(server.password)
        env = {"IONOS_USERNAME": server.user, "IONOS_PASSWORD": server.password, "SSL_CERT_FILE": ca or pki.ca}
        tool = Tool(home, env)
        host = f"[{server.host}]" if ":" in server.host else server.host
        tool.url = f"{host}:{server.port}"
        tool.upload = lambda *words, url=None, **more: tool.run(
            "ionos", "--skip-update", "--ftp-url", url or tool.url, *FAST, *words, **more
        )
        return tool

    return make


def arrived(server, path, place):
    return server.file(place).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_an_upload(make_ftpd, ftp_tool, raw, kind, version):
    server = make_ftpd(kind, tls=(version,))
    result = ftp_tool(server).upload(raw)
    assert result.status == 0, result
    assert arrived(server, raw, "hdd-images/disk.raw")


@pytest.mark.parametrize("kind", KINDS)
def test_a_large_one(make_ftpd, ftp_tool, put_file, kind):
    """More than sockets hold, and a multiple of nothing but sectors."""
    path = put_file("large.raw", pictures.raw(24 * pictures.MIB + 512))
    server = make_ftpd(kind)
    for number in range(3):
        result = ftp_tool(server).upload("--rename", f"large{number}", path)
        assert result.status == 0 and result.warnings == [], result
        assert arrived(server, path, f"hdd-images/large{number}.raw")


@pytest.mark.parametrize("kind", ["vsftpd", "proftpd"])
def test_implicit_tls(make_ftpd, ftp_tool, raw, kind):
    server = make_ftpd(kind, implicit=True)
    tool = ftp_tool(server)
    result = tool.upload(raw, url=f"ftps://{tool.url}")
    assert result.status == 0, result
    assert arrived(server, raw, "hdd-images/disk.raw")


@pytest.mark.parametrize("kind", KINDS)
def test_ipv6(make_ftpd, ftp_tool, raw, kind):
    server = make_ftpd(kind, address="::1")
    result = ftp_tool(server).upload(raw)
    assert result.status == 0, result
    assert arrived(server, raw, "hdd-images/disk.raw")


@pytest.mark.parametrize("kind", KINDS)
def test_an_existing_name_is_refused(make_ftpd, ftp_tool, raw, kind):
    server = make_ftpd(kind)
    server.put("hdd-images/disk.raw", b"somebody's disk")
    server.put("hdd-images/disk-2.raw", b"another one")
    result = ftp_tool(server).upload(raw)
    assert result.status == 1, result
    assert "disk.raw already" in result.errors[0] and "--rename 'disk-3', which is free" in result.errors[0]
    assert server.file("hdd-images/disk.raw").read_bytes() == b"somebody's disk"
    assert "STOR" not in server.log() and "APPE" not in server.log() and "DELE" not in server.log()


@pytest.mark.parametrize("options", [{"deny": ("SIZE",)}, {**IONOS, "deny": ("SIZE", "DELE")}])
def test_an_existing_name_where_sizes_are_refused(make_ftpd, ftp_tool, raw, options):
    """ProFTPD says 550 to SIZE if that is denied, as for a name that is free: then the directory is listed."""
    server = make_ftpd("proftpd", **options)
    server.put("hdd-images/disk.raw", b"somebody's disk")
    result = ftp_tool(server).upload(raw)
    assert result.status == 1 and "disk.raw already" in result.errors[0], result
    assert server.file("hdd-images/disk.raw").read_bytes() == b"somebody's disk"
    assert "STOR" not in server.log()


@pytest.mark.parametrize("name", ["disk", ".disk"])
def test_an_existing_name_that_vsftpd_does_not_list(make_ftpd, ftp_tool, raw, name):
    """A directory that it cannot read is an empty list to it, with 226, and of names with a dot it says nothing."""
    server = make_ftpd("vsftpd", deny=("SIZE",))
    server.put(f"hdd-images/{name}.raw", b"somebody's disk")
    os.chmod(server.file("hdd-images"), 0o300 if name == "disk" else 0o700)
    result = ftp_tool(server).upload("--rename", name, raw)
    assert result.status == 1 and "cannot be known" in result.errors[0], result
    assert server.file(f"hdd-images/{name}.raw").read_bytes() == b"somebody's disk"


def test_where_neither_sizes_nor_names_are_told(make_ftpd, ftp_tool, raw):
    server = make_ftpd("proftpd", deny=("SIZE", "NLST"))
    server.put("hdd-images/disk.raw", b"somebody's disk")
    result = ftp_tool(server).upload(raw)
    assert result.status == 1 and "NLST" in result.errors[0], result
    assert server.file("hdd-images/disk.raw").read_bytes() == b"somebody's disk"
    assert "STOR" not in server.log()


def test_sizes_are_refused_and_the_name_is_free(make_ftpd, ftp_tool, raw):
    server = make_ftpd("proftpd", deny=("SIZE",))
    result = ftp_tool(server).upload(raw)
    assert result.status == 5 and "unproven" in result.out and "not proven" in result.errors[0], result
    assert arrived(server, raw, "hdd-images/disk.raw")


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_password(make_ftpd, ftp_tool, raw, kind):
    server = make_ftpd(kind)
    result = ftp_tool(server).upload(raw, env={"IONOS_PASSWORD": "not-the-password"})
    assert result.status == 2, result
    assert "530" in result.errors[0] and "password" in result.errors[0]
    assert "not-the-password" not in result.err


@pytest.mark.parametrize("kind", KINDS)
def test_no_such_directory(make_ftpd, ftp_tool, raw, kind):
    server = make_ftpd(kind)
    tool = ftp_tool(server)
    result = tool.upload(raw, url=f"{tool.url}/nowhere")
    assert result.status == 1 and "no directory nowhere/hdd-images" in result.errors[0], result


def test_a_path_prefix(make_ftpd, ftp_tool, raw):
    server = make_ftpd("proftpd")
    server.mkdir("a b/c/hdd-images")
    tool = ftp_tool(server)
    result = tool.upload(raw, url=f"ftp://{tool.url}/a%20b/c")
    assert result.status == 0, result
    assert arrived(server, raw, "a b/c/hdd-images/disk.raw")


@pytest.mark.parametrize("name", ["two words", "a,b", "-rf", "bäume", "100%", "x;y&z", "'quoted'", '"double"', "$HOME", "#1", "tab?le*"])
@pytest.mark.parametrize("kind", KINDS)
def test_names(make_ftpd, ftp_tool, raw, kind, name):
    server = make_ftpd(kind)
    quoted = '"' + name.replace('"', '""') + '"'
    result = ftp_tool(server).upload("--rename", quoted, raw)
    assert result.status == 0, result
    assert arrived(server, raw, f"hdd-images/{name}.raw")


def test_a_full_server(make_ftpd, ftp_tool, put_file):
    """The server's reason, not a broken connection; and the part is gone."""
    path = put_file("large.raw", pictures.raw(8 * pictures.MIB))
    for kind, options in (("proftpd", {"max_bytes": pictures.MIB}), ("pureftpd", {"quota": pictures.MIB})):
        server = make_ftpd(kind, **options)
        result = ftp_tool(server).upload(path)
        assert result.status == 1, result
        assert "552" in result.errors[0], result
        assert not server.file("hdd-images/large.raw").exists(), result


def test_a_full_server_that_deletes_nothing(make_ftpd, ftp_tool, put_file):
    path = put_file("large.raw", pictures.raw(8 * pictures.MIB))
    server = make_ftpd("proftpd", max_bytes=pictures.MIB, **IONOS)
    result = ftp_tool(server).upload(path)
    assert result.status == 1, result
    left = server.file("hdd-images/large.raw").stat().st_size
    assert f"{left} bytes of it are left as hdd-images/large.raw" in result.errors[0], result
    assert "--rename 'large-2', which is free" in result.errors[0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_pipe(make_ftpd, ftp_tool, raw, kind):
    server = make_ftpd(kind)
    result = ftp_tool(server).upload("-i", "-", "--rename", "piped", "--format", "raw", input=raw.read_bytes())
    assert result.status == 0, result
    assert arrived(server, raw, "hdd-images/piped.raw")


@pytest.mark.parametrize("kind", KINDS)
def test_a_pipe_that_turns_out_bad(make_ftpd, ftp_tool, kind):
    """An ISO that is shorter than it says: found at its end, and what was sent is deleted."""
    server = make_ftpd(kind)
    data = bytearray(pictures.iso(4 * pictures.MIB))
    result = ftp_tool(server).upload("-i", "-", "--rename", "cut", "--format", "iso", input=bytes(data[:-pictures.MIB]))
    assert result.status == 3, result
    assert "deleted" in result.errors[0]
    assert not server.file("iso-images/cut.iso").exists()


def test_a_server_of_an_unknown_authority(make_ftpd, ftp_tool, raw, pki):
    server = make_ftpd("proftpd", pair=pki.foreign)
    result = ftp_tool(server).upload(raw)
    assert result.status == 2 and "not signed" in result.errors[0], result
    assert "USER" not in server.log()
    result = ftp_tool(server).upload("--crt-path", pki.other_ca, raw)
    assert result.status == 0, result


def test_its_own_certificate(make_ftpd, ftp_tool, raw, pki):
    server = make_ftpd("proftpd", pair=pki.self_signed)
    assert ftp_tool(server).upload(raw).status == 2
    result = ftp_tool(server).upload("--crt-path", pki.self_signed.cert, raw)
    assert result.status == 0, result


@pytest.mark.parametrize("which", ["expired", "wrong_name", "foreign", "self_signed"])
def test_skip_verify(make_ftpd, ftp_tool, raw, pki, which):
    server = make_ftpd("vsftpd", pair=getattr(pki, which))
    assert ftp_tool(server).upload(raw).status == 2
    result = ftp_tool(server).upload("--skip-verify", raw)
    assert result.status == 0 and "--skip-verify" in result.warnings[0], result
    assert arrived(server, raw, "hdd-images/disk.raw")


def fingerprint(cert):
    out = subprocess.run(["openssl", "x509", "-in", cert, "-noout", "-fingerprint", "-sha256"], check=True, capture_output=True, text=True)
    return out.stdout.strip().split("=")[1]


def test_a_pinned_certificate(make_ftpd, ftp_tool, raw, pki):
    """Whatever is in it; a server with another one is judged as always."""
    server = make_ftpd("proftpd", pair=pki.expired)
    assert ftp_tool(server).upload(raw, env={"IONOS_PINNED_CERT": fingerprint(pki.good.cert)}).status == 2
    result = ftp_tool(server).upload(raw, env={"IONOS_PINNED_CERT": fingerprint(pki.expired.cert)})
    assert result.status == 0, result


def test_a_pinned_key_and_session_reuse(make_ftpd, ftp_tool, raw, pki):
    from servers.certs import public_key_pin

    server = make_ftpd("vsftpd")
    result = ftp_tool(server).upload("--pin", public_key_pin(pki.rsa.cert), raw)
    assert result.status == 2 and "--pin" in result.errors[0], result
    result = ftp_tool(server).upload("--pin", public_key_pin(pki.good.cert), raw)
    assert result.status == 0, result


def test_several_servers(make_ftpd, ftp_tool, raw):
    """One that is down does not matter to the others."""
    good = [make_ftpd(kind) for kind in KINDS]
    tool = ftp_tool(good[0])
    urls = [word for server in good for word in ("--ftp-url", f"{server.host}:{server.port}")]
    result = tool.run("ionos", "--skip-update", *urls, "--ftp-url", "127.0.0.1:1", "--retry", "0", "-o", "json", raw)
    assert result.status == 4, result
    assert len(result.errors) == 1 and "127.0.0.1:1" in result.errors[0]
    assert [row["exit"] for row in result.json["uploads"]] == [0, 0, 0, 4]
    for server in good:
        assert arrived(server, raw, "hdd-images/disk.raw")


def test_a_block_of_names_and_places(make_ftpd, ftp_tool, put_file):
    """Each extension has its directory."""
    server = make_ftpd("proftpd")
    iso, img = put_file("a.ISO", pictures.iso(pictures.MIB)), put_file("b.Img", pictures.iso(pictures.MIB))
    raw = put_file("c.raw", pictures.raw(70001))
    result = ftp_tool(server).upload(iso, img, raw)
    assert result.status == 0, result
    assert arrived(server, iso, "iso-images/a.iso")
    assert arrived(server, img, "iso-images/b.img")
    assert arrived(server, raw, "hdd-images/c.raw")




@pytest.mark.parametrize("version", ["1.2", "1.3"])
@pytest.mark.parametrize("kind", ["pyftpdlib", "ftp-srv"])
def test_servers_that_are_libraries(make_ftpd, ftp_tool, raw, kind, version):
    """ftp-srv says nothing to STOR until it has TLS, and takes a ClientHello that comes at once for a command."""
    server = make_ftpd(kind, tls=(version,))
    result = ftp_tool(server).upload("--retry", "30", raw)
    # Now and then pyftpdlib ends an empty list without close_notify.
    other = [line for line in result.warnings if kind != "pyftpdlib" or "list of files was cut" not in line]
    assert result.status == 0 and other == [], result
    assert arrived(server, raw, "hdd-images/disk.raw")
