"""hoist put: any URL that takes a PUT.  nginx and Apache as WebDAV servers, Ceph's S3 gateway."""

import pytest

import pictures
from servers.apache import Apache
from servers.nginx import Nginx
from tool import Tool

TOKEN = "put-Token-0123456789abcdef"


@pytest.fixture
def edge(home, pki):
    """The tool as on an appliance: a CA, and nothing else."""
    return Tool(home, {"SSL_CERT_FILE": pki.ca})


@pytest.fixture
def start(tmp_path):
    """start(make): a server in a directory of its own, stopped at the end."""
    running = []

    def begin(make):
        directory = tmp_path / f"server{len(running)}"
        directory.mkdir()
        running.append(make(directory).start())
        return running[-1]

    yield begin
    for server in running:
        server.stop()


@pytest.fixture
def nginx(start, pki):
    return start(lambda directory: Nginx(directory, pki.rsa, "TLSv1.2 TLSv1.3"))


def put(edge, url, *args, **options):
    return edge.run("put", "--to", "env", "--retry-delay", "50ms", *args, env={"HOIST_PUT_TO": url}, **options)


@pytest.mark.parametrize("kind", ["nginx", "apache"])
def test_to_a_directory(edge, start, pki, put_file, kind):
    """The images get their names; what is there is replaced, as PUT does."""
    server = start(lambda d: Nginx(d, pki.rsa, "TLSv1.3") if kind == "nginx" else Apache(d, pki.rsa))
    images = [put_file("a disk.raw", pictures.raw(300 * 512)), put_file("b.raw", pictures.raw(700 * 512, seed=2))]
    for _ in range(2):
        result = put(edge, f"https://{server.host}/", *images, "-o", "json")
        assert result.status == 0 and [row["status"] for row in result.json] == ["stored"] * 2, result
        for image in images:
            assert server.file(image.name).read_bytes() == image.read_bytes()


def test_to_a_file(edge, nginx, put_file):
    image = put_file("disk.qcow2", pictures.raw(300 * 512))
    result = put(edge, f"https://{nginx.host}/images/other.raw?sig=secret", image)
    assert result.status == 0 and nginx.file("images/other.raw").read_bytes() == image.read_bytes(), result
    assert "secret" not in result.out + result.err


def test_to_a_storage(edge, gateway, middle):
    """Its ETag is the MD5."""
    url = gateway.presign(91000001)
    result = put(edge, url, middle, "-o", "json")
    assert result.status == 0 and result.warnings == [], result
    stored = gateway.find("91000001")
    assert stored.bytes() == middle.read_bytes() and stored.md5 == result.json[0]["md5"]


def test_a_damaged_image_is_not_stored(edge, gateway, nginx, put_file, middle):
    for number, (name, data, status) in enumerate([("cut.gz", middle.read_bytes()[:-8], 3), ("empty.raw", b"", 3), ("odd.raw", b"x" * 1000, 3)]):
        result = put(edge, gateway.presign(91000010 + number), put_file(name, data))
        assert result.status == status and gateway.find(str(91000010 + number)) is None, result
        assert put(edge, f"https://{nginx.host}/", put_file(name, data)).status == status
        assert not nginx.file(name).exists()


def test_headers(edge, start, pki, put_file, middle):
    """From a file, never from arguments; what they hold is never shown."""
    guard = f'if ($http_authorization != "Bearer {TOKEN}") {{ return 403 "no $http_authorization"; }}'
    server = start(lambda d: Nginx(d, pki.rsa, "TLSv1.3", more=guard))
    url = f"https://{server.host}/x.gz"
    assert put(edge, url, middle).status == 1 and not server.file("x.gz").exists()
    good = put_file("headers", f"Authorization: Bearer {TOKEN}\r\n\nX-Checksum-Deploy: false\nContent-Type: text/plain\n".encode())
    good.chmod(0o600)
    result = put(edge, url, middle, "--headers", good, "-vvv")
    assert result.status == 0 and server.file("x.gz").read_bytes() == middle.read_bytes(), result
    assert TOKEN not in result.out + result.err
    wrong = put_file("wrong", b"Authorization: Bearer another-Token-0123456789\n")
    result = put(edge, url, middle, "--headers", wrong, "-vvv")
    assert result.status == 1 and "another-Token" not in result.out + result.err, result


def test_headers_that_the_server_repeats(edge, start, pki, put_file, middle):
    """The whole value, and the credentials behind the scheme, however short."""
    for told in ("Basic dTpwdzE=", "dTpwdzE="):
        more = f'return 403 "<Error><Code>Denied</Code><Message>no {told} is known</Message></Error>";'
        server = start(lambda d, more=more: Nginx(d, pki.rsa, "TLSv1.3", more=more))
        headers = put_file("headers", b"Authorization: Basic dTpwdzE=\n")
        result = put(edge, f"https://{server.host}/x.gz", middle, "--headers", headers, "-vvv")
        assert result.status == 1 and "Denied: no *" in result.err and "dTpwdzE" not in result.err, result


@pytest.mark.parametrize("line", ["no colon", ": x", "A b: c", "Host: x", "content-length: 5", "A: \x01"])
def test_headers_that_are_none(edge, put_file, middle, line):
    result = put(edge, "https://127.0.0.1:9/x", middle, "--headers", put_file("headers", line.encode()))
    assert result.status == 2 and "headers" in result.errors[0], result


def test_the_status_that_proves_it(edge, nginx, middle):
    """201 for what is new, 204 for what was there."""
    url = f"https://{nginx.host}/x.gz"
    assert put(edge, url, middle, "--expect-status", "201").status == 0
    result = put(edge, url, middle, "--expect-status", "201", "-o", "json")
    assert result.status == 5 and result.json[0]["status"] == "stored, unproven", result
    assert put(edge, url, middle, "--expect-status", "201", "--unproven-ok").status == 0


def test_an_answer_that_proves_nothing(edge, start, pki, middle):
    server = start(lambda d: Nginx(d, pki.rsa, "TLSv1.3", more="return 200 'welcome';"))
    result = put(edge, f"https://{server.host}/x.gz", middle, "--retry", "0")
    assert result.status == 5 and "proven" in result.err, result


def test_a_server_that_is_not_there(edge, middle):
    result = put(edge, "https://127.0.0.1:9/x.gz?sig=secret", middle, "--retry", "1")
    assert result.status == 4 and "secret" not in result.err, result


def test_two_images_of_one_name(edge, nginx, put_file):
    images = []
    for name in "ab":
        image = put_file(f"{name}.raw", pictures.raw(300 * 512))
        (image.parent / name).mkdir()
        images.append(image.rename(image.parent / name / "x.raw"))
    result = put(edge, f"https://{nginx.host}/", *images)
    assert result.status == 2 and "both are x.raw there" in result.err, result
    assert list((nginx.dir / "www").iterdir()) == []


def test_a_gzip_that_is_not_checked(edge, nginx, put_file, middle):
    cut = put_file("cut.gz", middle.read_bytes()[:-100])
    assert put(edge, f"https://{nginx.host}/cut.gz", cut).status == 3
    assert not nginx.file("cut.gz").exists()
    result = put(edge, f"https://{nginx.host}/cut.gz", cut, "--no-check")
    assert result.status == 0 and "gzip is intact is not checked" in result.err, result


def test_wrong_calls(edge, nginx, put_file, small, middle):
    url = f"https://{nginx.host}/x.gz"
    assert put(edge, url.replace("https://", "https://user:secret@"), small).status == 2
    assert edge.run("put", small).status == 2
    assert edge.run("put", "--to", url, small).status == 2
    assert edge.run("put", "--to", "env", small).status == 2
    assert put(edge, "ftp://127.0.0.1/x", small).status == 2
    assert put(edge, url, small, middle).status == 2
    assert put(edge, url, "-", input=small.read_bytes()).status == 2
    assert put(edge, url, small, "--expect-status", "300").status == 2
    assert list((nginx.dir / "www").iterdir()) == []
