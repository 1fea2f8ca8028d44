#!/bin/sh
# qemu-img: a "fixed" VHDX that it converts a disk into is about twice as long as the disk.  The
# blocks that are written lie behind those that were allocated first, which stay empty: who
# takes "fixed" to mean that the disk lies in the file in order, or judges by the length, is
# wrong.  "qemu-img create" with the same options makes a file of the disk's length.
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

head -c 67108864 /dev/urandom >disk.raw
qemu_img create -q -f vhdx -o subformat=fixed created.vhdx 64M
qemu_img convert -f raw -O vhdx -o subformat=fixed disk.raw converted.vhdx
created=$(wc -c <created.vhdx)
converted=$(wc -c <converted.vhdx)
qemu_img --version | head -n 1
echo "a disk of $(wc -c <disk.raw) bytes; created: $created bytes; converted: $converted bytes"
qemu_img compare -q -f raw -F vhdx disk.raw converted.vhdx
[ "$created" -lt 80000000 ] && [ "$converted" -gt 134217728 ]
