#!/bin/sh
# tree.sh: rules about the tree as a whole, one line "ok" or "not ok" for each:
# the table of pins, nothing foreign or secret committed, scripts that parse, and
# the layout of the C files.
set -u
cd "$(dirname "$0")/../.." || exit 1

failed=0
list=$(mktemp)
trap 'rm -f "$list"' EXIT

# rule NAME: standard input is what is wrong; nothing is right.
rule()
{
	faults=$(cat)
	if [ -z "$faults" ]; then
		echo "ok $1"
	else
		echo "not ok $1"
		echo "$faults" | sed 's/^/    /'
		failed=1
	fi
}

# What is committed, and what would be.
git ls-files -co --exclude-standard | while read -r f; do
	[ ! -f "$f" ] || echo "$f"
done >"$list"
[ -s "$list" ] || echo "no files: is this a git checkout?" | rule files

# Eight columns, see there; one or two hashes; https or none.
awk '
	/^(#|$)/ { next }
	NF != 8 { print FILENAME ":" FNR ": not 8 columns"; next }
	seen[$1]++ { print $1 ": twice" }
	$2 !~ /^[0-9][0-9a-z.]*$/ { print $1 ": odd version " $2 }
	$4 !~ /^[0-9a-f]+(,[0-9a-f]+)?$/ || (length($4) != 64 && length($4) != 129) {
		print $1 ": not one or two SHA-256" }
	$5 !~ /^[A-Za-z][A-Za-z0-9.+-]+$/ { print $1 ": odd licence " $5 }
	$7 !~ /\.tar\.(gz|bz2|xz)$/ { print $1 ": odd file " $7 }
	$8 !~ /^https:\/\/[a-z]/ && $8 != "-" { print $1 ": odd URL " $8 }
	END { if (length(seen) < 5) print "hardly any pins" }
' third_party/PINS 2>&1 | rule pins

# Sources are fetched, never committed.
grep -E '\.(tar|tgz|zip|gz|xz|bz2|zst|a|o|so|patch|orig)$|(^|/)(zlib|zconf|curl|jsmn|ini|cmocka)\.[ch]$|certdata' "$list" |
	grep -v '^tests/fuzz/corpus/' | rule third_party_files

# Only the fuzzers' inputs are not text.
grep -v '^tests/fuzz/corpus/' "$list" | while read -r f; do
	[ ! -s "$f" ] || grep -Iq . "$f" || echo "$f is not a text file"
done | rule text_files

# Keys and tokens; the tests' own token is known, and is one of no account.
grep -v '^tests/fuzz/corpus/' "$list" | xargs grep -nE \
	'BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|gh[pous]_[A-Za-z0-9]{36}|glpat-|xox[bp]-' |
	grep -v '^tests/style/tree.sh:' | rule secrets

# Where this happens to be built: its directory, its home, its name, its mirrors.
{
	echo '/home/[a-z]'
	echo '/root/'
	echo '/work/'
	[ "$(pwd)" = / ] || pwd
	cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
		sed -n 's,^[^#]*https\?://\([^/ ]*[.:][^/ ]*\)/.*,\1,p' | sort -u
} | sed 's/\./\\./g; s/^/(^|[^A-Za-z0-9_}.-])/' >"$list.words"
xargs grep -nE -f "$list.words" <"$list" | grep -v '^tests/style/tree.sh:' | rule machine
rm -f "$list.words"

# What stands at the top is known to everybody; scratch files are no part of it.
sed 's,/.*,,' "$list" | sort -u | grep -vxE \
	'\.ci|\.clang-(format|tidy)|\.gitignore|CHANGES|LICENSE|Makefile|README\.md|config\.mk\.example|docs|findings|src|tests|third_party|toolchains' |
	rule top_level

# Scripts parse, and shellcheck has nothing to warn of.
scripts=$(xargs grep -lE '^#!/bin/(ba)?sh' <"$list")
for f in $scripts; do
	case $(head -n 1 "$f") in
	*bash*) bash -n "$f" 2>&1 ;;
	*) sh -n "$f" 2>&1 ;;
	esac
done | rule shell_syntax
# SC2034: a table's columns are all read, not all used.
# shellcheck disable=SC2086
shellcheck -S warning -x -P SCRIPTDIR -e SC2034 $scripts 2>&1 | rule shellcheck

# The tree is formatted with version 14; others differ in small things and are only heard.
version=$(clang-format --version | sed -n 's/.*version \([0-9]*\).*/\1/p')
format=$(grep -E '^(src|tests|third_party)/.*\.[ch]$' "$list" |
	xargs clang-format --dry-run -Werror 2>&1 | sed -n 's/: error:.*//p' | cut -d: -f1 | sort | uniq -c)
if [ "$version" = 14 ]; then
	echo "$format" | grep . | rule format
else
	echo "ok format # clang-format $version instead of 14: $(echo "$format" | grep -c .) files differ"
fi
exit $failed
