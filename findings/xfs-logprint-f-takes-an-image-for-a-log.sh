#!/bin/sh
# xfs_logprint -f: by its manual -f is for the image of a file system in a regular file.  With it
# the whole file is taken for a log, in which none is found, and the exit status is 1; without it
# the log in the same image is found, and is clean.
set -eu

version=6.1.0-1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
mkdir -p debs/partial root
for package in xfsprogs="$version" libinih1 liburcu8 libblkid1 libuuid1 libedit2; do
	apt-get -qq install -y --no-install-recommends --reinstall --download-only --allow-downgrades \
		-o "Dir::Cache::archives=$tmp/debs" -o APT::Sandbox::User=root "$package" >/dev/null
done
for deb in debs/*.deb; do
	dpkg -x "$deb" root
done
LD_LIBRARY_PATH=$(find "$tmp/root" -name '*.so.*' -exec dirname {} + | sort -u | paste -sd:)
export LD_LIBRARY_PATH
PATH=$tmp/root/sbin:$tmp/root/usr/sbin:$PATH

truncate -s 320M image
mkfs.xfs -q image

xfs_logprint -V
echo "with -f:"
if xfs_logprint -t -f image >with 2>&1; then
	status=0
else
	status=$?
fi
cat with
echo "exit status $status"
echo "without it:"
xfs_logprint -t image >without 2>&1
cat without

if [ "$status" = 1 ] && grep -q 'daddr: 0 length: 655360' with && grep -q 'error: 22' with &&
   grep -q 'state: <CLEAN>' without; then
	echo "as seen: -f takes an image for a log"
else
	echo "CHANGED"
	exit 1
fi
