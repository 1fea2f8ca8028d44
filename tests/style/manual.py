#!/usr/bin/env python3
"""manual.py HOIST: docs/hoist.1 names every option of every command and no other, every exit status, and every
environment variable that the source reads.

In the manual, the options of a command stand in the subsections that SECTIONS lists.  An option is an ".It Fl Fl name" (or ".It Fl o , Fl Fl output Ar ..."), a status an ".It 3" in the
section EXIT STATUS, a variable an ".Ev NAME" anywhere.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
STATUSES = ["0", "1", "2", "3", "4", "5"]  # a contract for scripts: fixed for ever
OWN = ["Common options", "Input options"]
NET = [*OWN, "Network options"]
LINODE_CLI = ["linode-cli image-upload and images upload"]
IONOS = "hoist ionos and ionosctl image upload"
LOGIN = "Logging in to OpenStack"
CLIENTS = "OpenStack's own clients"
GLANCE = [LOGIN, CLIENTS, "glance image-create, image-create-via-import and image-upload"]
# command -> subsections of the manual; what shares its own subsection is looked at together
COMMANDS = {
    ("linode",): [*NET, "hoist linode"],
    ("ionos",): [*NET, IONOS, "hoist ionos"],
    ("ionosctl", "image", "upload"): [IONOS, "ionosctl image upload"],
    ("openstack",): [*NET, LOGIN, "hoist openstack"],
    ("otc",): [*NET, LOGIN, "hoist otc"],
    ("openstack", "image", "create"): [LOGIN, CLIENTS, "openstack image create"],
    ("glance", "image-create"): GLANCE,
    ("glance", "image-create-via-import"): GLANCE,
    ("glance", "image-upload"): GLANCE,
    ("put",): [*NET, "hoist put"],
    ("check",): [*OWN, "hoist check"],
    ("cat",): [*OWN, "hoist cat"],
    ("linode-cli", "image-upload"): LINODE_CLI,
    ("linode-cli", "images", "upload"): LINODE_CLI,
}


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def from_help(hoist, command):
    """{long name: letter or ""}"""
    text = run(hoist, *command, "--help")
    options = re.findall(r"^  (?:-(\w), )?--([\w-]+)", text, re.M)
    assert options, f"{command}: --help shows no options"
    return {name: letter for letter, name in options}


def commands(hoist):
    """The commands that the overview names are those that this test knows."""
    text = run(hoist, "--help").split("commands:\n")[1]
    named = {line.split()[0] for line in text.splitlines() if line.startswith("  ")}
    for name in named ^ {command[0] for command in COMMANDS}:
        yield f"hoist --help and COMMANDS in {__file__} differ about {name}"


def from_manual(page, title):
    section = re.search(rf"^\.Ss {re.escape(title)}\n(.*?)^\.S[sh] ", page, re.S | re.M)
    found = {}
    for line in re.findall(r"^\.It .*", section[1] if section else "", re.M):
        letter = re.search(r"\bFl (\w)(?!\S)", line)
        for name in re.findall(r"\bFl (?:Fl |\\?-)([\w-]+)", line):
            found[name] = letter[1] if letter else ""
    return found


def options(hoist, page):
    for sections in dict.fromkeys(tuple(sections) for sections in COMMANDS.values()):
        have, written = {}, {}
        for command, its in COMMANDS.items():
            if tuple(its) == sections:
                have.update(from_help(hoist, command))
        for title in sections:
            written.update(from_manual(page, title))
        where = sections[-1]
        if OWN[0] not in sections:
            have.pop("help", None)  # said once
        yield from (f"{where}: --{name} is not in the manual" for name in sorted(set(have) - set(written)))
        yield from (f"{where}: --{name} is in the manual only" for name in sorted(set(written) - set(have)))
        for name in sorted(set(have) & set(written)):
            if have[name] != written[name]:
                yield f"{where}: --{name} is -{have[name] or '?'}, in the manual -{written[name] or '?'}"


def statuses(page):
    section = re.search(r"^\.Sh EXIT STATUS\n(.*?)^\.Sh ", page, re.S | re.M)
    codes = re.findall(r"^\.It (?:Li |Sy )?(\d+)", section[1] if section else "", re.M)
    if codes != STATUSES:
        yield f"the manual has {codes}, the contract is {STATUSES}"


def variables(page):
    for path in sorted((ROOT / "src").rglob("*.c")):
        for name in re.findall(r'_?env\((?:[^()"]*(?:\([^()]*\))?[^()"]*, )?"([A-Z_]+)"', path.read_text()):
            if not re.search(rf"\bEv {name}\b", page):
                yield f"{name}, which {path.name} reads, is not in the manual"


def lint(path):
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", str(path)], capture_output=True, text=True)
    yield from (done.stdout + done.stderr).splitlines()


def main():
    hoist, path = sys.argv[1], ROOT / "docs/hoist.1"
    page = path.read_text() if path.exists() else ""
    failed = 0
    for name, faults in (("manual_commands", commands(hoist)), ("manual_options", options(hoist, page)),
                         ("manual_exit_status", statuses(page)), ("manual_environment", variables(page)),
                         ("manual_lint", lint(path))):
        faults = list(faults)
        print("not ok" if faults else "ok", name)
        for fault in faults:
            print("   ", fault)
        failed |= bool(faults)
    return failed


if __name__ == "__main__":
    sys.exit(main())
