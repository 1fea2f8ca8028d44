#!/bin/sh
# elf.sh BINARY...: is it what it has to be?  Static without an interpreter, but
# position independent, with relative relocations only; no executable stack;
# no writable code; on ARM segments for pages of 64 KiB; no path of the machine that
# built it.
set -eu

failed=0
complain()
{
	echo "$1: $2" >&2
	failed=1
}

for f in "$@"; do
	head=$(readelf -hW "$f")
	segments=$(readelf -lW "$f")
	dynamic=$(readelf -dW "$f")

	case $head in
	*"DYN ("*) ;;
	*) complain "$f" "not position independent (not ET_DYN)" ;;
	esac
	case $segments in
	*" INTERP "*) complain "$f" "not static: has a PT_INTERP" ;;
	esac
	case $dynamic in
	*"(NEEDED)"*) complain "$f" "not static: needs shared libraries" ;;
	esac
	case $dynamic in
	*"(TEXTREL)"*) complain "$f" "has relocations in its code (TEXTREL)" ;;
	esac
	case $dynamic in
	*BIND_NOW*|*NOW*PIE*) ;;
	*) complain "$f" "not linked with -z now" ;;
	esac
	# What starts a static program knows no others, and passes over them in silence.
	others=$(readelf -rW "$f" | grep -o 'R_[0-9A-Z_]*' | grep -v '_RELATIVE$' | sort -u || :)
	[ -z "$others" ] || complain "$f" "has relocations that musl's start does not apply: $others"
	case $head in
	*ARM*|*AArch64*)
		! echo "$segments" | grep ' LOAD ' | grep -qv ' 0x10000$' ||
			complain "$f" "cannot be loaded where pages have 64 KiB"
		;;
	esac
	echo "$segments" | grep 'GNU_STACK' | grep -q ' RW  *0x' ||
		complain "$f" "executable stack, or no GNU_STACK header"
	! echo "$segments" | grep 'LOAD' | grep -q ' RWE ' ||
		complain "$f" "a segment is writable and executable"
	! readelf -SW "$f" | grep -q '\.debug_\|\.symtab' ||
		complain "$f" "not stripped"
	for path in "$(pwd)" "${HOME:-/nonexistent}" build/src; do
		[ "$path" = / ] || ! grep -qaF -- "$path/" "$f" ||
			complain "$f" "holds the build path $path/"
	done
done
exit $failed
