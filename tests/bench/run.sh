#!/bin/sh
# What `make bench` runs: the figures of a binary whose built-in roots are
# Mozilla's and the test servers' authority, so that memory is measured with the
# roots that a rescue system would use.  Needs nothing else to be running.
set -eu
cd "$(dirname "$0")/../.."

unset TARGET
native=$(uname -m | sed 's/^armv7.*/armv7/; s/$/-linux-musl/; s/^armv7.*/&eabihf/')
out=$PWD/build/bench
rm -rf "$out" && mkdir -p "$out"
make -s TARGET="$native"
python3 tests/style/testroots.py "build/$native/roots/roots.der" "$out/pki"
make -s TARGET="$native" ROOTS="$out/pki/roots.pem"
cp "build/$native/hoist" "$out/hoist"
make -s TARGET="$native" ISAL=no
cp "build/$native/hoist" "$out/portable"
make -s TARGET="$native"

PYTHONPATH=tests PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 tests/bench/bench.py \
	--binary "$out/hoist" --portable "$out/portable" --pki "$out/pki" "$@"
