"""The grammar of ionosctl without a network: its words, its flags, and what is refused before anything is sent."""

import pytest

VERBS = [[image, upload] for image in ("image", "img") for upload in ("upload", "ftp-upload", "ftp", "upl")]
COMPUTE = [["compute", *verb] for verb in VERBS]
UPLOAD = ["ionosctl", "image", "upload"]
# Every flag of the help text, and those of later versions.
FLAGS = """--api-url --application-type --cloud-init --cols --config --cpu-hot-plug --cpu-hot-unplug --crt-path --description
--disc-scsi-hot-plug --disc-scsi-hot-unplug --disc-virtio-hot-plug --disc-virtio-hot-unplug --expose-serial --force --ftp-url
--help --image --licence-type --limit --location --name --nic-hot-plug --nic-hot-unplug --no-headers --offset --output --quiet
--ram-hot-plug --ram-hot-unplug --rename --require-legacy-bios --skip-update --skip-verify --timeout --verbose
--ftp-port --confidential --depth --filters --order-by --query --wait""".split()
LETTERS = dict(zip("ucdfhilnoqtvDFwa", "api-url config description force help image location name output quiet timeout "
                   "verbose depth filters wait image-alias".split()))


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "disk.raw"
    path.write_bytes(bytes(4096))
    return path


def refused(result, *words):
    """Exit 2, one line that holds these words, and nothing on stdout."""
    assert result.status == 2, result
    assert len(result.errors) == 1, result
    for word in words:
        assert word in result.errors[0], result
    assert result.out == "", result


@pytest.mark.parametrize("verb", VERBS + COMPUTE, ids="-".join)
def test_every_name(tool, verb):
    result = tool.run("ionosctl", *verb, "--help")
    assert result.status == 0 and "--location" in result.out, result
    # By the name of a link, too.
    assert tool.run(*verb, "-h", name="/usr/bin/ionosctl").out == result.out


@pytest.mark.parametrize("words", [[], ["image"], ["server", "list"], ["image", "list"], ["compute", "upload"], ["upload"],
                                   ["image", "upload-x"], ["image|img", "upload"], ["compute", "image"]], ids=" ".join)
def test_other_commands(tool, words):
    refused(tool.run("ionosctl", *words), "image upload")


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["image", "--help"], ["compute", "-h"]], ids=" ".join)
def test_help_without_a_command(tool, words):
    result = tool.run("ionosctl", *words)
    assert result.status == 0 and "image upload" in result.out, result


def test_every_flag(tool):
    text = tool.run(*UPLOAD, "--help").out
    options = [line.split("  ")[1] for line in text.splitlines() if line.startswith("  ") and "--" in line]
    for flag in FLAGS:
        assert sum(flag in option.replace("[=BOOL]", "").replace(",", "").split() for option in options) == 1, flag
    for letter, name in LETTERS.items():
        assert f"  -{letter}, --{name}" in text, letter


# The same words wherever they may stand.  The wrong format proves that the flag was understood.
@pytest.mark.parametrize("words", [
    ["-o", "yaml", "image", "upload"],
    ["image", "-o", "yaml", "upload"],
    ["image", "upload", "-o", "yaml"],
    ["-o=yaml", "image", "upload"],
    ["image", "-oyaml", "upload"],
    ["--output=yaml", "compute", "-v", "img", "--quiet", "upl"],
    ["compute", "--output", "yaml", "img", "upl"],
    ["--no-headers=false", "image", "--skip-update", "true", "upload", "-vvo", "yaml"],
], ids=" ".join)
def test_flags_anywhere(tool, words, image):
    refused(tool.run("ionosctl", *words, "-i", image, "-l", "fra"), "--output", "yaml")


def test_no_abbreviations(tool, image):
    refused(tool.run(*UPLOAD, "-i", image, "--loc", "fra"), "--loc")
    refused(tool.run(*UPLOAD, "--imag", image, "-l", "fra"), "--imag")


def test_an_unknown_flag_before_the_words(tool, image):
    refused(tool.run("ionosctl", "--bogus", "image", "upload", "-i", image), "--bogus")


def test_a_file_without_a_flag(tool, image):
    refused(tool.run(*UPLOAD, image, "-l", "fra"), "disk.raw")
    refused(tool.run(*UPLOAD, "-i", image, "-l", "fra", "other.raw"), "other.raw")


def test_no_environment_variable_is_a_flag(tool, image):
    """OUTPUT=yaml would be refused; what is refused here is the format that was asked for."""
    env = {"OUTPUT": "yaml", "TIMEOUT": "never", "QUIET": "1", "VERBOSE": "x", "LIMIT": "x", "QUERY": "[]"}
    refused(tool.run(*UPLOAD, "-i", image, env=env), "--location")


REFUSED = [
    (["-l", "fra"], "no image file"),
    (["-i", "DISK"], "--location"),
    (["-i", "DISK", "-l", ""], "--location"),
    (["-i", "DISK", "-l", "FRA"], "FRA"),
    (["-i", "DISK", "-l", "fra", "--query", "[].id"], "--query"),
    (["-i", "DISK", "-l", "fra", "--licence-type", "FOO"], "LINUX, RHEL"),
    (["-i", "DISK", "-l", "fra", "--application-type", "foo"], "MSSQL-2019-Web"),
    (["-i", "DISK", "-l", "fra", "--cloud-init", "v1"], "NONE"),
    (["-i", "DISK", "-l", "fra", "--rename", "a,b"], "--rename"),
    (["-i", "DISK", "-l", "fra", "--rename", '"a'], "--rename"),
    (["-i", "DISK", "-l", "fra", "--ftp-port", "2121"], "--ftp-url"),
    (["-i", "DISK", "--ftp-url", "h", "--ftp-port", "99999"], "65535"),
    (["-i", "DISK", "--ftp-url", "h:21", "--ftp-port", "22"], "contradicts"),
    (["-i", "DISK", "-l", "fra,txl", "--ftp-url", "ftp://h"], "%s"),
    (["-i", "DISK", "--ftp-url", "ftp://h/%s"], "--location"),
    (["-i", "DISK", "--ftp-url", "sftp://h"], "sftp"),
    (["-i", "DISK", "--ftp-url", "ftp://h/../x"], ".."),
    (["-i", "DISK", "--ftp-url", "ftp://h/%d"], "placeholder"),
    (["-i", "DISK", "-l", "fra", "--skip-update=maybe"], "true or false"),
    (["-i", "DISK", "-l", "fra", "--cpu-hot-plug=maybe"], "true or false"),
    (["-i", "DISK", "-l", "fra", "-t", "long"], "--timeout"),
    (["-i", "DISK", "-l", "fra", "-t"], "--timeout"),
    (["-i", "DISK", "-l", "fra", "--keep-on-failure"], "--keep-on-failure"),  # hoist's own
    (["-i", "DISK", "-l", "fra", "--cacert", "x"], "--cacert"),
]


@pytest.mark.parametrize("args,text", REFUSED, ids=[" ".join(args) for args, _ in REFUSED])
def test_refused_before_anything(tool, image, args, text):
    refused(tool.run(*UPLOAD, *(image if arg == "DISK" else arg for arg in args)), text)


@pytest.mark.parametrize("url", ["ftp://user:HIDDEN@h/", "user:HIDDEN@h", "http://u:HIDDEN@h", "ftp://u:HID/DEN@h/%s"])
def test_a_password_in_a_url_is_not_shown(tool, image, url):
    for level in [], ["-vvv"]:
        result = tool.run(*UPLOAD, "-i", image, "--ftp-url", url, *level)
        assert result.status == 2 and "IONOS_PASSWORD" in result.errors[0], result
        assert "HID" not in result.err and "DEN" not in result.err, result


@pytest.mark.parametrize("name,text", [("disk.xyz", ".qcow2"), ("disk", "--format"), ("a\nb.raw", "control"), ("dïsk\udcff.raw", "UTF-8")])
def test_names_that_are_none(tool, tmp_path, name, text):
    path = tmp_path / name
    path.write_bytes(bytes(512))
    result = tool.run(*UPLOAD, "-i", path, "-l", "fra")
    assert result.status == 2 and text in result.err and result.out == "", result


def test_two_images_with_one_name(tool, tmp_path):
    for name in "one", "two":
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.raw").write_bytes(bytes(512))
    result = tool.run(*UPLOAD, "-l", "fra", "-i", f"{tmp_path}/one/a.raw,{tmp_path}/two/a.raw")
    assert result.status == 2 and result.out == "", result
    assert "one/a.raw" in result.err and "two/a.raw" in result.err, result


def test_standard_input_needs_a_name(tool):
    result = tool.run("ionos", "-l", "fra", "-", input=b"x")
    assert result.status == 2 and "--rename and --format" in result.err, result


@pytest.mark.parametrize("word", ["no-such", "imageid,nope", "", "id,properties.name"])
def test_columns_of_hoists_own_command(tool, image, word):
    refused(tool.run("ionos", "-l", "fra", "--cols", word, image), "--cols")


def test_help_of_hoists_own_command(tool):
    text = tool.run("ionos", "--help").out
    for option in "--format", "--whoami", "--no-check", "--location", "--progress", "--retry", "--jobs", "--verbose":
        assert f" {option} " in text, option
    assert text.count("--output") == 1 and "text|json|api-json" in text
