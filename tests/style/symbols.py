#!/usr/bin/env python3
"""symbols.py OBJECTS: rules about the object files of src/ in a directory, which no macro can hide from.

Mutable state stands only in the files that the design gives it to, and nothing calls a function that takes
memory from the heap, writes without a bound, or keeps hidden state.
"""

import pathlib
import re
import subprocess
import sys

SRC = pathlib.Path(__file__).resolve().parents[2] / "src"

# object -> its variables, each with the reason why it cannot be on a stack or in struct work
STATE = {
    "job/job": {"all": "the one struct work array, with its lock"},
    "progress": {"state": "what was drawn last"},
    "base/stop": {"arrived": "the signal handler's", "first": "the same", "wake": "the signal handler's pipe"},
    "base/log": {"lock": "standard error is one for all threads", "level": "-q and -v", "bar_shown": "see lock"},
    "base/mem": {"calls": "the counter", "now": "the counter", "peak": "the counter", "failed": "the counter"},
    "net/trust": {"roots_der": "mbedTLS refers to the unpacked roots as long as the process runs"},
}
HEAP = """malloc calloc realloc reallocarray free aligned_alloc posix_memalign memalign valloc strdup strndup wcsdup
    asprintf vasprintf getline getdelim open_memstream fmemopen fopen fdopen popen opendir scandir realpath getcwd
    setvbuf qsort regcomp glob putenv setenv getaddrinfo gethostbyname dlopen""".split()
UNBOUNDED = """strcpy strcat strncpy strncat stpcpy stpncpy sprintf vsprintf gets scanf sscanf fscanf vsscanf
    __isoc99_scanf __isoc99_sscanf __isoc99_fscanf alloca""".split()
HIDDEN = """strtok gmtime localtime ctime asctime rand srand random srandom strerror tmpnam tempnam setlocale
    getpwnam getpwuid readdir ttyname getlogin basename dirname""".split()
OTHER = """atoi atol atoll atof system execl execv execve execvp fork vfork mktemp abort exit quick_exit longjmp
    siglongjmp alarm sleep usleep""".split()
BANNED = {name: why for names, why in ((HEAP, "takes memory from the heap"), (UNBOUNDED, "writes without a bound"),
                                       (HIDDEN, "keeps hidden state"), (OTHER, "is banned")) for name in names}
MAY_CALL = {"base/mem": {"malloc", "calloc", "realloc", "free"}}
# gcc -Os makes these of an snprintf() of constant text that it has seen to fit: then no source has the word.
COMPILERS = {"strcpy"}


def symbols(path):
    """(name, class, section) of each symbol."""
    out = subprocess.run(["nm", "-f", "sysv", str(path)], check=True, capture_output=True, text=True).stdout
    for line in out.splitlines():
        words = [word.strip() for word in line.split("|")]
        if len(words) == 7 and words[0] != "Name":
            yield words[0], words[2], words[6]


def writable(kind, section):
    """.data.rel.ro is made read-only by the loader."""
    return kind in "bBdDC" and not section.startswith((".data.rel.ro", ".rodata"))


def main():
    base = pathlib.Path(sys.argv[1])
    # An object may be older than its source's removal.  What src/crypto and src/inflate have is a part of libraries.
    sources = [path.relative_to(SRC).with_suffix("") for path in sorted(SRC.rglob("*.c"))
               if not path.is_relative_to(SRC / "crypto") and not path.is_relative_to(SRC / "inflate")]
    objects = {str(name): base / f"{name}.o" for name in sources}
    # One of these two is built.
    for name in ("image/igzip_isal", "image/igzip_none"):
        if not objects[name].exists():
            del objects[name]
    written = set(re.findall(r"\w+", " ".join(path.read_text() for path in SRC.rglob("*.[ch]") if path.name != "banned.h")))
    state, calls = [], []
    found = set()
    for name, path in objects.items():
        for symbol, kind, section in symbols(path):
            if writable(kind, section):
                found.add((name, symbol))
                if symbol not in STATE.get(name, {}):
                    state.append(f"{name}: {symbol} in {section}")
            if symbol in COMPILERS and symbol not in written:
                continue
            if kind == "U" and symbol in BANNED and symbol not in MAY_CALL.get(name, ()):
                calls.append(f"{name}: {symbol}() {BANNED[symbol]}")
    for name, variables in STATE.items():
        state += [f"{name}: no longer has {symbol}" for symbol in variables if (name, symbol) not in found]
    for rule, faults in (("mutable_state", state), ("banned_calls", calls)):
        print("not ok" if faults else "ok", rule)
        for fault in faults:
            print("   ", fault)
    return bool(state or calls)


if __name__ == "__main__":
    sys.exit(main())
