#!/bin/sh
# BusyBox's gzip says nothing of a read error: it ends with status 0 and leaves a gzip that is
# whole and good, of what it had read until then.  "gzip -c /dev/sda > x.gz && ..." on a disk
# with a bad sector is a backup that is cut, and every check of the gzip is content.  GNU gzip
# names the error and ends with status 1.
# The first page of a process's own memory stands for the bad sector: reading it is EIO.
set -eu

version=1:1.35.0-4+deb12u1+b1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
apt-get -qq download -o APT::Sandbox::User=root "busybox=$version"
dpkg -x busybox_*.deb root
busybox=$tmp/root/bin/busybox

status=0
"$busybox" gzip -c /proc/self/mem >cut.gz 2>said || status=$?
test=0
"$busybox" gzip -t cut.gz || test=$?
gnu=0
LC_ALL=C gzip -c /proc/self/mem >/dev/null 2>gnu-said || gnu=$?

echo "busybox $version"
echo "busybox gzip: status $status, \"$(cat said)\"; its own -t: status $test; bytes in it: $(gzip -dc cut.gz | wc -c)"
echo "GNU gzip:     status $gnu, \"$(cat gnu-said)\""
[ "$status" = 0 ] && [ ! -s said ] && [ "$test" = 0 ] && [ "$gnu" = 1 ]
