#!/bin/sh
# qemu-img: "convert -c -O qcow" always ends with status 1 and prints nothing, although the image
# that it leaves is whole, compressed, and reads back as the disk that went in: a script that
# looks at the status throws a good image away, one that looks at stderr sees no reason.  The
# same with -O qcow2, or to qcow without -c, ends with 0.
set -eu

version=1:7.2+dfsg-7+deb12u18+b3
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
mkdir -p debs/partial root
# The package, and what of its dependencies is not installed.
apt-get -qq install -y --no-install-recommends --reinstall --download-only \
	-o "Dir::Cache::archives=$tmp/debs" -o APT::Sandbox::User=root "qemu-utils=$version" >/dev/null
for deb in debs/*.deb; do
	dpkg -x "$deb" root
done
qemu_img() { LD_LIBRARY_PATH=$tmp/root/usr/lib/x86_64-linux-gnu "$tmp/root/usr/bin/qemu-img" "$@"; }

convert()
{
	status=0
	qemu_img convert -f raw "$@" >said 2>&1 || status=$?
	echo "qemu-img convert -f raw $*: status $status, $(wc -c <said) bytes of messages"
}

# 4 MiB that can be compressed, 4 MiB that are zero.
yes "what is on the disk" | head -c 4194304 >disk.raw
truncate -s 8M disk.raw
qemu_img --version | head -n 1
convert -O qcow disk.raw plain.qcow
[ "$status" -eq 0 ]
convert -c -O qcow2 disk.raw packed.qcow2
[ "$status" -eq 0 ]
convert -c -O qcow disk.raw packed.qcow
[ "$status" -eq 1 ] && [ ! -s said ]
qemu_img compare -f raw -F qcow disk.raw packed.qcow
echo "plain: $(wc -c <plain.qcow) bytes, compressed: $(wc -c <packed.qcow)"
[ "$(wc -c <packed.qcow)" -lt "$(wc -c <plain.qcow)" ]
