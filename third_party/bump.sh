#!/bin/sh
# bump.sh: look for newer versions of the sources in the table PINS, in Debian's
# suites; build and test with them; and only if all is well rewrite the table.
# Hashes come from Debian's signed lists.  `make bump` runs it, and
# `make bump ONLY="curl zlib"` looks at these sources alone.
set -eu

pins=third_party/PINS
cache=${CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hoist}
new=build/PINS.new
. third_party/apt.sh

die()
{
	echo "bump: $*" >&2
	exit 1
}

# offered PACKAGE: what the suites have, a line each: version, SHA-256, file.
# The version is in the file's name, behind what Debian puts around it when a
# tarball was repacked; release candidates do not count.
offered()
{
	apt_run apt-cache showsrc --only-source "$1" 2>/dev/null | awk -v package="$1" '
		/^[^ ]/ { sums = /^Checksums-Sha256:/ }
		sums && $3 ~ /\.tar\.(gz|bz2|xz)$/ && $3 !~ /\.debian\.tar|~/ {
			v = substr($3, length(package) + 2)
			sub(/(\.orig)?\.tar\.[a-z0-9]+$/, "", v)
			sub(/^.*\+really/, "", v)
			sub(/[.+](dfsg|ds).*$/, "", v)
			print v, $1, $3
		}' | sort -u
}

# newer PACKAGE SERIES VERSION: those that are newer, the newest first.
newer()
{
	{ offered "$1"; echo "$3 - -"; } | sort -rV | while read -r v sum file; do
		[ "$v" != "$3" ] || break
		# shellcheck disable=SC2254
		case $v in $2*) echo "$v $sum $file" ;; esac
	done
}

# renewed NAME VERSION SERIES LICENCE PACKAGE URL: the line of the newest version
# that can be fetched, or nothing.  Mirrors may lack what their lists name.
renewed()
{
	newer "$5" "$3" "$2" | while read -r v sum file; do
		url=$(printf '%s\n' "$6" | awk -v old="$2" -v new="$v" '
			{ while (i = index($0, old)) {
				printf "%s%s", substr($0, 1, i - 1), new
				$0 = substr($0, i + length(old))
			  }
			  print }')
		echo "$1 $v $3 $sum $4 $5 $file $url" > "$new.try"
		if PINS=$new.try third_party/fetch.sh "$1" >/dev/null 2>"$new.log"; then
			cat "$new.try"
			break
		fi
		echo "bump: $1 $v is offered, but cannot be fetched" >&2
	done
}

mkdir -p "$cache" build
apt_lists 10 || die "this needs apt, Debian's archive key and a Debian mirror" \
	"(see $cache/apt/log)"

changes=
while read -r line; do
	read -r name version series sums licence package file url <<-END
		$line
	END
	case $line in ''|'#'*) name= ;; esac
	case " ${ONLY:-$name} " in *" $name "*) ;; *) name= ;; esac
	better=
	[ -z "$name" ] ||
		better=$(renewed "$name" "$version" "$series" "$licence" "$package" "$url")
	if [ -n "$better" ]; then
		changes="$changes
  $name $version -> $(echo "$better" | cut -d ' ' -f 2)"
		case $sums in
		*,*) changes="$changes (upstream's file is another: add its hash if you can)" ;;
		esac
	fi
	printf '%s\n' "${better:-$line}"
done < "$pins" > "$new"
rm -f "$new.try" "$new.log"

if [ -z "$changes" ]; then
	rm "$new"
	echo "bump: nothing newer is offered"
	exit 0
fi
echo "bump: building and testing with$changes"

${MAKE:-make} check PINS="$(pwd)/$new" ||
	die "the checks failed, so $pins stays as it was; what was tried is in $new." \
	"To take a part of it: make bump ONLY=\"name name\""
mv "$new" "$pins"
echo "bump: $pins has been rewritten:$changes"
