#!/bin/sh
# fetch.sh NAME: make sure that the source NAME of the table PINS is here and is
# the right one, and print where.  Tried in this order:
#
#   $DISTFILES    a directory with the files (under any of their names), if set
#   $CACHE        what was fetched before
#   apt           Debian's source packages, on machines that have apt
#   the URL       with curl or wget
#
# A file gets its final name only when its SHA-256 is that of the table.
set -eu

name=$1
pins=${PINS:-third_party/PINS}
cache=${CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hoist}
here=$(dirname "$0")
. "$here/apt.sh"

die()
{
	echo "fetch: $*" >&2
	exit 1
}

line=$(awk -v n="$name" '$1 == n && NF == 8' "$pins")
[ -n "$line" ] || die "$pins has no usable line for '$name'"
# The columns of the table: see there.
read -r name version series sums licence package file url <<-END
	$line
END
dist=$cache/distfiles
tried=

# good FILE: is it one of those that are pinned?
good()
{
	sum=$(sha256sum < "$1")
	case ,$sums, in
	*,"${sum%% *}",*) return 0 ;;
	esac
	case $tried in
	*"$1: wrong"*) ;;
	*) tried="$tried
  $1: wrong SHA-256 ${sum%% *}" ;;
	esac
	return 1
}

# keep FILE: the final name, in one step, then we are done.
keep()
{
	mv "$1" "$dist/$file"
	echo "$dist/$file"
	exit 0
}

from_directory()
{
	for f in "$1/$file" "$1/${url##*/}" "$1/$name-$version".*; do
		if [ -f "$f" ] && good "$f"; then
			echo "$f"
			exit 0
		fi
	done
	tried="$tried
  $1: has no good $file or ${url##*/}"
}

# The package version is looked up by the hash: distributions drop versions of
# packages, and any that carries our file will do.
from_apt()
{
	apt_lists "$1" || return 0
	for found in $(apt_run apt-cache showsrc --only-source "$package" 2>/dev/null |
		awk -v sums="$sums" '
			/^Version:/ { version = $2 }
			index("," sums ",", "," $1 ",") && !done[version]++ { print version }
		'); do
		(cd "$tmp" && apt_run apt-get source --only-source --download-only \
			--tar-only "$package=$found" >"$tmp/log" 2>&1) || tried="$tried
  apt, $package $found: $(sed -n 's/^E: //p' "$tmp/log" | head -n 1)"
		for f in "$tmp"/*.tar.*; do
			if [ -f "$f" ] && good "$f"; then
				keep "$f"
			fi
		done
	done
}

from_url()
{
	if command -v curl >/dev/null; then
		curl -fsSL --retry 2 --connect-timeout 20 -o "$tmp/url" "$url" 2>"$tmp/err" || :
	elif command -v wget >/dev/null; then
		wget -q -T 20 -O "$tmp/url" "$url" 2>"$tmp/err" || :
	else
		echo "neither curl nor wget is installed" > "$tmp/err"
	fi
	if [ -s "$tmp/url" ] && good "$tmp/url"; then
		keep "$tmp/url"
	fi
	tried="$tried
  $url: $(tr '\n' ' ' < "$tmp/err")"
}

[ -z "${DISTFILES:-}" ] || from_directory "$DISTFILES"
mkdir -p "$dist"
from_directory "$dist"

tmp=$(mktemp -d "$dist/.$name.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
echo "  FETCH $name $version" >&2

if command -v apt-get >/dev/null && command -v flock >/dev/null; then
	# Lists of today are good enough, unless they do not have it.
	from_apt 1440
	[ -n "$(find "$apt_dir/stamp" -mmin -10 2>/dev/null)" ] || from_apt 10
	case $tried in
	*"apt, "*) ;;
	*) tried="$tried
  apt: no source package $package with this file in $apt_suites" ;;
	esac
	tried="$tried$(sed -n 's/^[EW]: /\
  apt: /p' "$apt_dir/log" 2>/dev/null || :)"
fi
[ "$url" = - ] || from_url

hint="Run 'make bump' to use what is offered now, or put $file into a
directory and say DISTFILES=directory."
[ "$name" != ca-certificates ] || hint="$hint
Or compile in other roots: make ROOTS=/etc/ssl/certs/ca-certificates.crt"
die "cannot get $file (SHA-256 $sums).
Tried:$tried
Suites drop old versions of packages when new ones come.
$hint"
