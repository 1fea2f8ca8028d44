#!/bin/sh
# deps.sh GROUP [TARGET]: install what is missing on Debian and Ubuntu; elsewhere
# say what is needed.  Quick and silent when everything is there.
#
#   build   compilers and tools that `make TARGET=...` uses
#   demo    what the demonstration uses besides
#   check   what the tests use, the compilers of all tested targets included
#
# One list per group; a|b means that either will do (NodeSource's nodejs has npm in it).
set -eu

build="gcc nasm libc6-dev linux-libc-dev binutils make tar gzip bzip2 xz-utils"
cross_aarch64="gcc-aarch64-linux-gnu libc6-dev-arm64-cross"
cross_armv7="gcc-arm-linux-gnueabihf libc6-dev-armhf-cross"
cross_x86_64="gcc-x86-64-linux-gnu libc6-dev-amd64-cross"
emulator="qemu-user-static|qemu-user"
demo="python3 openssl e2fsprogs"
check="$demo dosfstools mtools xfsprogs exfatprogs python3-pytest python3-pytest-xdist curl strace time mandoc shellcheck busybox
	qemu-utils xorriso fdisk npm|nodejs
	clang clang-format clang-tidy libclang-rt-dev|libclang-common-14-dev cppcheck"

# The same for other systems: the commands that have to be there.
build_commands="gcc nasm make ar tar gzip bzip2 xz awk sed sha256sum"
demo_commands="python3 openssl mkfs.ext4"
check_commands="$demo_commands curl strace qemu-img xorriso sfdisk mkfs.fat mcopy mkfs.xfs mkfs.exfat npm clang clang-format clang-tidy cppcheck"

# cross TARGET: the packages that it needs, none for this machine's own.
cross()
{
	arch=${1%%-*}
	[ "$arch" != "$(uname -m | sed 's/^armv7.*/armv7/')" ] || return 0
	case $arch in
	aarch64) echo "$cross_aarch64" ;;
	armv7)   echo "$cross_armv7" ;;
	x86_64)  echo "$cross_x86_64" ;;
	esac
}

group=${1:-}
case $group in
build) want="$build $(cross "${2:-}")" commands=$build_commands ;;
demo)  want=$demo commands=$demo_commands ;;
check) want="$check $emulator $(cross aarch64) $(cross armv7)" commands=$check_commands ;;
*)     echo "usage: deps.sh build|demo|check [TARGET]" >&2; exit 2 ;;
esac

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
	missing=
	for c in $commands; do
		command -v "$c" >/dev/null || missing="$missing $c"
	done
	[ -n "$missing" ] || exit 0
	echo "deps: this is neither Debian nor Ubuntu; install these commands yourself:$missing" >&2
	exit 1
fi

# Ubuntu's mirrors do not have our sources: fetch.sh takes them from their homes.
if [ "$group" = build ] && ! command -v curl >/dev/null && ! command -v wget >/dev/null &&
   grep -q '^ID=ubuntu' /etc/os-release; then
	want="$want curl ca-certificates"
fi

names=$(echo "$want" | tr '|' ' ')
# shellcheck disable=SC2086
have=" $(dpkg-query -W -f='${db:Status-Status}=${Package} ' $names 2>/dev/null || :) "

missing=
for w in $want; do
	found=no
	for p in $(echo "$w" | tr '|' ' '); do
		case $have in *" installed=$p "*) found=yes ;; esac
	done
	[ $found = yes ] || missing="$missing $w"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
	as_root="sudo"
	command -v sudo >/dev/null || {
		echo "deps: not root and no sudo; install these packages:$missing" >&2
		exit 1
	}
fi

# Of alternatives, the first that this release has.
install()
{
	list=
	for w in $missing; do
		for p in $(echo "$w" | tr '|' ' '); do
			if apt-cache show "$p" >/dev/null 2>&1; then
				list="$list $p"
				continue 2
			fi
		done
		return 1
	done
	echo "  APT   installing$list"
	# shellcheck disable=SC2086
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
		--no-install-recommends $list >"$log" 2>&1
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Old lists name packages that are gone, so an update is the second try.
install || {
	echo "  APT   update"
	$as_root apt-get update -q >"$log" 2>&1 || :
	install
} || {
	tail -n 20 "$log" >&2
	echo "deps: could not install:$missing" >&2
	exit 1
}
