#!/bin/sh
# What hoist does, shown on this machine alone: a real disk image goes to a
# stand-in of Linode on loopback, over TLS, and is compared with what arrived.
# usage: tests/demo.sh [HOIST]      run by make demo; stops all it started

set -eu
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin:/sbin
PYTHONPATH=tests PYTHONDONTWRITEBYTECODE=1
export PATH PYTHONPATH PYTHONDONTWRITEBYTECODE

hoist=${1:-$(ls -t build/"$(uname -m)"-linux-musl*/hoist | head -n 1)}
work=$(mktemp -d)
cloud=
progress=lines
[ ! -t 2 ] || progress=bar

stop_cloud()
{
	[ -n "$cloud" ] || return 0
	kill "$cloud" 2>/dev/null || :
	wait "$cloud" || :
	cloud=
}

end()
{
	status=$?
	trap - EXIT INT TERM
	stop_cloud
	rm -rf "$work"
	exit "$status"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf '\n==> %s\n' "$*"; }

# The value of a string in the line of JSON that the stand-in prints.
told() { sed -n "s/.*\"$1\": \"\([^\"]*\)\".*/\1/p" "$work/ready"; }

say "A stand-in of Linode, with TLS, on loopback"
/usr/bin/python3 -m servers.certs "$work/tls"
mkdir "$work/store"
/usr/bin/python3 -m clouds.linode --cert "$work/tls/server.pem" --key "$work/tls/server.key" \
	--dir "$work/store" --polls 2 > "$work/ready" &
cloud=$!
tries=0
while [ ! -s "$work/ready" ]; do
	tries=$((tries + 1))
	if [ "$tries" -gt 300 ] || ! kill -0 "$cloud"; then
		echo "the stand-in does not start" >&2
		exit 1
	fi
	sleep 0.1
done
echo "the API is at $(told api), uploads go to $(told store)"

say "A disk image: ext4, 64 MiB, compressed"
mkdir -p "$work/root/etc"
echo "greetings from the disk image" > "$work/root/etc/motd"
dd if=/dev/urandom of="$work/root/data" bs=1024k count=16 2>/dev/null
truncate -s 64M "$work/disk.img"
mkfs.ext4 -q -F -L demo -d "$work/root" "$work/disk.img"
gzip -1 -n "$work/disk.img"
echo "$(wc -c < "$work/disk.img.gz") bytes of gzip"

say "hoist linode --region us-ord --label 'hoist demo' disk.img.gz"
LINODE_CLI_TOKEN=$(told token) LINODE_CLI_API_HOST=$(told api) LINODE_CLI_CA=$work/tls/ca.pem \
	"$hoist" linode --region us-ord --label 'hoist demo' --progress "$progress" --limit-rate 2M --poll 0.5 \
	"$work/disk.img.gz"

say "What the cloud was asked, and what it has"
stop_cloud
cat "$work/store/requests.log"
object=$(ls -d "$work"/store/[0-9]*)
cmp "$work/disk.img.gz" "$object"
echo "it has the same bytes as the file"
gunzip -c "$object" > "$work/arrived.img"
fsck.ext4 -f -n "$work/arrived.img" 2>/dev/null | tail -n 1
echo "/etc/motd in it: $(debugfs -R 'cat /etc/motd' "$work/arrived.img" 2>/dev/null)"

say "Done: everything that was started is stopped"
