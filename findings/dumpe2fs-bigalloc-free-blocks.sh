#!/bin/sh
# dumpe2fs: on an ext4 with bigalloc, the "Free blocks:" of a group are ranges of which the last
# number is the first block of the last free cluster, not the last free block: "5248-65520"
# means up to 65535.  The ranges cover fewer blocks than the superblock counts as free,
# and whoever takes them for blocks, as they are without bigalloc, leaves a part of each
# range out.
set -eu

version=1.47.0-2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
mkdir -p debs/partial root
for package in "e2fsprogs=$version" "libext2fs2=$version" "libcom-err2=$version" "libss2=$version"; do
	apt-get -qq install -y --no-install-recommends --reinstall --download-only --allow-downgrades \
		-o "Dir::Cache::archives=$tmp/debs" -o APT::Sandbox::User=root "$package" >/dev/null
done
for deb in debs/*.deb; do
	dpkg -x "$deb" root
done
LD_LIBRARY_PATH=$tmp/root/usr/lib/x86_64-linux-gnu:$tmp/root/lib/x86_64-linux-gnu
PATH=$tmp/root/sbin:$tmp/root/usr/sbin:$PATH
export LD_LIBRARY_PATH PATH
[ "$(command -v dumpe2fs)" = "$tmp/root/sbin/dumpe2fs" ]

# The free blocks that the ranges have.
listed()
{
	sed -n 's/^  Free blocks: //p' dump | tr ',' '\n' |
		awk -F- 'NF { n += (NF > 1 ? $2 : $1) - $1 + 1 } END { print n }'
}

look()
{
	rm -f disk
	truncate -s 256M disk
	mke2fs -q -F -t ext4 "$@" disk
	dumpe2fs disk >dump 2>said
	grep '^  Free blocks:' dump | head -n 1
	free=$(sed -n 's/^Free blocks: *//p' dump)
	echo "mke2fs $*: $free free blocks by the superblock, $(listed) in the ranges"
}

dumpe2fs -V 2>&1 | head -n 1
look -b 4096
[ "$(listed)" -eq "$free" ]
look -b 4096 -O bigalloc -C 16384
# Each range lacks three blocks of its last cluster.
ranges=$(sed -n 's/^  Free blocks: //p' dump | tr ',' '\n' | grep -c .)
[ "$(listed)" -eq $((free - 3 * ranges)) ]
