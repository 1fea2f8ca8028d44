#!/usr/bin/env python3
"""Rules about the text of our C files (shared by the house style), one line "ok" or "not ok" for each.

The parsing leans on the layout that clang-format enforces: a function begins and ends with a brace in
column 0, a struct does not.
"""

import pathlib
import re
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# A room may use itself and what stands right of it.
ROOMS = ["top", "job", "cloud", "net", "image", "base", "crypto", "inflate"]

# Library headers, and the only files that may include them (prefixes of paths below src/).
LIBRARY = {
    "curl/": ["net/"],
    "mbedtls/": ["net/", "base/hash.", "crypto/"],
    "psa/": ["net/"],
    "igzip_lib.h": ["image/igzip_isal.c"],
    "libdeflate.h": ["image/deflate.c", "inflate/"],
    "zlib.h": ["image/", "net/trust.c", "inflate/"],  # trust.c unpacks the built-in roots
    "zutil.h": ["inflate/"],
    "inf": ["inflate/"],  # zlib's, internal
    "jsmn.h": ["base/json."],
    "ini.h": ["cloud/"],
    "yaml.h": ["cloud/yaml.c"],
}
NOT_OURS = {"roots_size.h",  # made by third_party/roots/mkroots.c
            "aesni.h", "aesce.h"}  # mbedTLS's, internal
NO_CONDITIONALS_COUNTED = {"base/bounds.h", "base/banned.h"}


def budgets():
    lines = [line.split() for line in (ROOT / "tests/budgets").read_text().splitlines()]
    return {words[0]: int(words[1]) for words in lines if words and not words[0].startswith("#")}


def tracked(*patterns):
    """Files of the tree, committed or about to be."""
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z", "--", *patterns],
                         cwd=ROOT, check=True, capture_output=True).stdout.decode()
    names = sorted(set(name for name in out.split("\0") if name))
    return {name: (ROOT / name).read_text() for name in names if (ROOT / name).is_file()}


def without_comments(text):
    """Comments and the insides of strings become blanks; lines stay."""
    blank = lambda m: '""' if m[0].startswith('"') else re.sub(r"[^\n]", " ", m[0])
    return re.sub(r'"(?:\\.|[^"\\\n])*"|/\*.*?\*/|//[^\n]*', blank, text, flags=re.S)


def room(path):
    """Of a path below src/."""
    return path.split("/")[0] if "/" in path else "top"


def functions(text):
    """(line number, lines) of every function, its opening line to its closing brace."""
    start = None
    for number, line in enumerate(text.splitlines(), 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            yield start, number - start + 1
            start = None


LIMIT = budgets()
SRC = {name[4:]: text for name, text in tracked("src/*.c", "src/*.h").items()}
ALL_C = {**{f"src/{name}": text for name, text in SRC.items()},
         **tracked("tests/*.c", "tests/*.h", "third_party/*.c", "third_party/*.h")}


def rooms():
    for name, text in SRC.items():
        for used in re.findall(r'^#include "(.*)"', text, re.M):
            if used in NOT_OURS:
                continue
            if used not in SRC:
                yield f'{name}: "{used}" is not a path below src/'
            elif ROOMS.index(room(used)) < ROOMS.index(room(name)):
                yield f"{name}: {room(name)}/ must not use {used}"


def clouds_apart():
    """One cloud never includes another; what they share is beside their rooms."""
    for name, text in SRC.items():
        for used in re.findall(r'^#include "(cloud/\w+)/.*"', text, re.M):
            if name.startswith("cloud/") and not name.startswith(used + "/") and name != "cloud/providers.c":
                yield f"{name}: must not use what is in {used}/"


def circles():
    """A module is NAME.c and NAME.h; it must not need itself, by whatever others."""
    needs = {}
    for name, text in SRC.items():
        used = {path[:-2] for path in re.findall(r'^#include "(.*)"', text, re.M)}
        needs.setdefault(name[:-2], set()).update(used - {name[:-2]})
    while True:
        free = [module for module, used in needs.items() if not used & needs.keys()]
        if not free:
            break
        for module in free:
            del needs[module]
    # What is left needs a circle, or is one: the latter is also needed by something that is left.
    while True:
        ends = [module for module in needs if not any(module in used for used in needs.values())]
        if not ends:
            break
        for module in ends:
            del needs[module]
    if needs:
        yield "these modules need each other: " + " ".join(sorted(needs))


def library_headers():
    for name, text in SRC.items():
        for used in re.findall(r"^#include <(.*)>", text, re.M):
            for prefix, allowed in LIBRARY.items():
                if used.startswith(prefix) and not name.startswith(tuple(allowed)):
                    yield f"{name}: <{used}> is for {' and '.join(allowed)} only"


def own_header_first():
    """So that every header is known to stand on its own."""
    for name, text in SRC.items():
        own = name[:-2] + ".h"
        first = [used for used in re.findall(r"^#include (.*)", text, re.M) if used != '"base/banned.h"'][:1]
        if name.endswith(".c") and own in SRC and first != [f'"{own}"']:
            yield f'{name}: the first #include is not "{own}"'


def include_guards():
    for name, text in SRC.items():
        guard = re.sub(r"\W", "_", name).upper()
        if name.endswith(".h") and f"#ifndef {guard}\n#define {guard}\n" not in text:
            yield f"{name}: no include guard {guard}"


def first_sentence():
    """A file begins with what it is for."""
    for name, text in SRC.items():
        if not re.match(r"/\*\s(?:(?!\*/).)*\S[.?]\s", text, re.S):
            yield f"{name}: does not begin with a comment that says what it is for"


def file_length():
    for name, text in ALL_C.items():
        limit = LIMIT["file.lines" if name.startswith("src/") else "file.lines.tests"]
        if text.count("\n") > limit:
            yield f"{name}: {text.count(chr(10))} lines, the limit is {limit}"


def median_file_length():
    """Of .c files: headers are short by nature."""
    median = statistics.median(text.count("\n") for name, text in SRC.items() if name.endswith(".c"))
    if median > LIMIT["file.lines.median"]:
        yield f"the median is {median} lines, the limit is {LIMIT['file.lines.median']}"


def function_length():
    for name, text in ALL_C.items():
        for line, length in functions(text):
            if length > LIMIT["function.lines"]:
                yield f"{name}:{line}: {length} lines, the limit is {LIMIT['function.lines']}"


def line_length():
    """A line that is too long because of one string is right: a message is searched for whole."""
    for name, text in ALL_C.items():
        for number, line in enumerate(text.splitlines(), 1):
            if len(line.expandtabs(8)) > LIMIT["line.columns"] and not re.search(r'"[^"]{40,}"', line):
                yield f"{name}:{number}: {len(line.expandtabs(8))} columns, the limit is {LIMIT['line.columns']}"


def blanks():
    for name, text in ALL_C.items():
        for number, line in enumerate(text.splitlines(), 1):
            if line != line.rstrip():
                yield f"{name}:{number}: blanks at the end"
            if re.match(r" +\t", line):
                yield f"{name}:{number}: blanks before a tab"
        if text and not text.endswith("\n") or text.endswith("\n\n"):
            yield f"{name}: does not end in exactly one newline"


def conditionals():
    count = lines = 0
    for name, text in SRC.items():
        lines += text.count("\n")
        if name not in NO_CONDITIONALS_COUNTED:
            count += len([w for w in re.findall(r"^#\s*if\w* (.*)", text, re.M) if not w.endswith("_H")])
    if count * 1000 > LIMIT["conditionals.per.kloc"] * lines:
        yield f"{count} #if in {lines} lines, the limit is {LIMIT['conditionals.per.kloc']} per 1,000"


def gotos():
    for name, text in ALL_C.items():
        for label in re.findall(r"\bgoto\s+(\w+)", without_comments(text)):
            if label != "out":
                yield f"{name}: goto {label}; the only label is out"


def leftovers():
    for name, text in ALL_C.items():
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(r"\b(TODO|XXX|FIXME|HACK)\b", line):
                yield f"{name}:{number}: {line.strip()}"
            if re.match(r"\s*#\s*if 0\b", line):
                yield f"{name}:{number}: code that is switched off"


def dead_code():
    """A comment that ends like a statement."""
    for name, text in ALL_C.items():
        for comment in re.findall(r"/\*.*?\*/", text, re.S):
            for line in comment.strip("/*").splitlines():
                if re.search(r"^\s*\*?\s*\w[^.:]*(\)|= ?[^ ]+);\s*$", line) or re.search(r"[{}]\s*$", line):
                    yield f"{name}: code in a comment? {line.strip()}"


def line_comments():
    for name, text in ALL_C.items():
        if re.search(r"//", re.sub(r'"(?:\\.|[^"\\\n])*"|/\*.*?\*/', "", text, flags=re.S)):
            yield f"{name}: // comment"


def typedefs():
    """Only a register of the processor has no struct."""
    for name, text in SRC.items():
        if room(name) == "crypto":
            continue
        for line in re.findall(r"^typedef .*", without_comments(text), re.M):
            yield f"{name}: {line}"


RULES = [rooms, clouds_apart, circles, library_headers, own_header_first, include_guards, first_sentence, file_length, median_file_length, function_length,
         line_length, blanks, conditionals, gotos, leftovers, dead_code, line_comments, typedefs]


def main():
    failed = 0
    if not SRC:
        sys.exit("not ok source: no C files found")
    for rule in RULES:
        faults = list(rule())
        print("not ok" if faults else "ok", rule.__name__)
        for fault in faults:
            print("   ", fault)
        failed |= bool(faults)
    longest = max((length, f"{name}:{line}") for name, text in SRC.items() for line, length in functions(text))
    lines = [text.count("\n") for name, text in SRC.items() if name.endswith(".c")]
    print(f"   median of .c files {statistics.median(lines):g} lines, longest {max(lines)};"
          f" longest function {longest[0]} lines ({longest[1]})")
    return failed


if __name__ == "__main__":
    sys.exit(main())
