#!/bin/sh
# check.sh [all]: what `make check` and `make check-all` run.  Builds every
# target, runs every kind of test, goes on after failures, and ends with a table
# and one line "N passed, N failed".  Each step's output is in build/check/.
#
# A test that was skipped, and a step that could not run or ran nothing, failed.
set -u
cd "$(dirname "$0")/.." || exit 2

all=${1:-}
[ -z "$all" ] || [ "$all" = all ] || { echo "usage: check.sh [all]" >&2; exit 2; }

native=$(uname -m | sed 's/^armv7.*/armv7/; s/$/-linux-musl/; s/^armv7.*/&eabihf/')
arm=
for t in armv7-linux-musleabihf aarch64-linux-musl; do
	[ "$t" = "$native" ] || arm="$arm $t"
done

# Every step names its target itself.
unset TARGET HOIST MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
export WERROR=1
logs=$PWD/build/check
rm -rf "$logs"
mkdir -p "$logs"
# What the budgets' tests look for, see tests/e2e/test_budgets.py.
export HOIST_CHECK="$logs" HOIST_CHECK_ALL="$all"
began=$(date +%s)

# --- Counters: they read $log and $status, and set passed and failed -----------------

one() { if [ $status = 0 ]; then passed=1; else failed=1; fi; }

# Lines "ok NAME" and "not ok NAME".
lines()
{
	passed=$(grep -c '^ok ' "$log")
	failed=$(grep -c '^not ok ' "$log")
}

# pytest's last line; what was skipped has not been tested.
pytest_counts()
{
	last=$(grep -E '^=*.* in [0-9.]+s' "$log" | tail -n 1)
	for word in passed failed skipped error errors xfailed xpassed; do
		n=$(echo "$last" | sed -n "s/.*[^0-9]\{0,1\}\b\([0-9][0-9]*\) $word\b.*/\1/p")
		case $word in
		passed) passed=${n:-0} ;;
		*) failed=$((failed + ${n:-0})) ;;
		esac
	done
}

# The logs of cmocka's programs; $1 is the target.
cmocka()
{
	for source in tests/unit/test_*.c; do
		name=$(basename "$source" .c)
		text=build/$1/tests/$name.log
		ran=0 good=0
		if [ -f "$text" ]; then
			ran=$(sed -n 's/^\[=*\].*Running \([0-9]*\) test.*/\1/p' "$text" |
				awk '{ n += $1 } END { print n + 0 }')
			good=$(grep -c '^\[ *OK *\]' "$text")
		fi
		bad=$((ran - good))
		# A program that crashed, or ran nothing, failed in some test.
		if [ $bad -le 0 ]; then
			bad=0
			[ "$ran" -gt 0 ] && grep -q "^ *PASS  $name " "$log" || bad=1
		fi
		passed=$((passed + good))
		failed=$((failed + bad))
	done
}

# --- Running ------------------------------------------------------------------------------

# run KIND NAME COUNTER COMMAND...: one step.
run()
{
	kind=$1 step=$2 counter=$3
	shift 3
	log=$logs/$(echo "$kind-$step" | tr ' /' '--').log
	passed=0 failed=0
	start=$(date +%s)
	timeout -k 10 "${STEP_TIMEOUT:-1800}" "$@" >"$log" 2>&1 </dev/null
	status=$?
	case $counter in
	cmocka) cmocka "$step" ;;
	*) $counter ;;
	esac
	if [ $failed = 0 ] && { [ $status != 0 ] || [ $passed = 0 ]; }; then
		failed=1
	fi
	echo "$kind $passed $failed" >>"$logs/results"
	mark=ok
	[ $failed = 0 ] || mark=FAILED
	printf '  %-6s  %-6s %-24s %5d passed %4d failed %5d s\n' \
		$mark "$kind" "$step" "$passed" "$failed" $(($(date +%s) - start))
	[ $failed = 0 ] || {
		grep -E '^(not ok|    |FAILED|ERROR|  FAIL|\[   LINE)|error:|Error [0-9]' "$log" |
			head -n 25 | cut -c 1-150 | sed 's/^/          /'
		echo "          ... $log"
	}
}

build() { run build "$1" one make -s TARGET="$1"; }

# A second make with nothing changed does nothing.
again() { run build "$1-again" one sh -c '! make TARGET="$1" | grep .' sh "$1"; }

unit()
{
	rm -f build/"$1"/tests/*.log
	run unit "$1" cmocka make -sk unit TARGET="$1"
}

# e2e NAME BINARY FILES...: with four at a time, because they mostly wait.
e2e()
{
	name=$1 binary=$2
	shift 2
	run e2e "$name" pytest_counts env HOIST="$PWD/$binary" \
		sh -c 'cd tests/e2e && exec pytest -q -n 4 "$@"' sh "$@"
}

# size TARGET: bytes of the stripped binary, against the budget.
size()
{
	run size "$1" one sh -c '
		limit=$(awk -v n="size.$1" "\$1 == n { print \$2 }" tests/budgets)
		have=$(wc -c <"build/$1/hoist")
		echo "$have of $limit bytes"
		[ "$have" -le "$limit" ]' sh "$1"
}

# fuzz TARGET: every input that is kept, one test for each fuzzer.
fuzz()
{
	run build "$1-fuzz" one make -sk fuzz TARGET="$1"
	for source in tests/fuzz/fuzz_*.c; do
		name=$(basename "$source" .c)
		run fuzz "$name" one "build/$1/fuzz/$name" tests/fuzz/corpus/"${name#fuzz_}"
	done
}

# What the tests of memory and allocations use: the binary with a test authority
# among its roots, the same source with this machine's C library, and the shim.
memory_tools()
{
	run build memory-tools one sh -ec '
		cc -std=gnu11 -O1 -fPIC -shared -o "$2/heap.so" tests/style/heap.c
		cp build/host/hoist "$2/hoist-host"
		python3 tests/style/testroots.py "build/$1/roots/roots.der" "$2/pki"
		make -s TARGET="$1" ROOTS="$2/pki/roots.pem"
		cp "build/$1/hoist" "$2/hoist-roots"
		make -s TARGET="$1"' sh "$native" "$logs"
}

# --- The steps ------------------------------------------------------------------------------

run style source lines python3 tests/style/source.py
run style tree lines tests/style/tree.sh

# Once the sources are there, all at once: what configures itself leaves a processor idle.
build "$native"
for t in host $arm; do
	build "$t" &
done
wait
for t in host-asan host-clang; do
	build $t
done
again "$native"
memory_tools

for t in $native $arm; do
	size "$t"
	run elf "$t" one tests/style/elf.sh "build/$t/hoist"
done
run style symbols lines python3 tests/style/symbols.py "build/$native/obj/src"
run style manual lines python3 tests/style/manual.py "build/$native/hoist"
# The unit tests wait for much of their time.
{
	run tools clang-tidy one make -s tidy TARGET=host
	run tools cppcheck one cppcheck --std=c11 --enable=warning,performance,portability \
		--inconclusive --inline-suppr --quiet --error-exitcode=1 \
		--suppress=missingIncludeSystem -Isrc src
} &
# shellcheck disable=SC2086
for t in $native host-asan host-clang $arm; do
	unit $t
done
wait
fuzz host-asan

run demo demo one tests/demo.sh "build/$native/hoist"
e2e "$native" "build/$native/hoist" .
if [ -z "$all" ]; then
	e2e host-asan build/host-asan/hoist test_damage.py test_replies.py test_signals.py \
		test_ionos_real.py test_ionos_ftp.py test_openstack_faults.py
else
	for t in host-asan host-clang; do
		e2e $t build/$t/hoist --ignore=test_budgets.py --ignore=test_budgets_ionos.py \
			--ignore=test_budgets_openstack.py .
	done
	for t in $arm; do
		emulator=$(command -v "qemu-${t%%[-v]*}-static" || command -v "qemu-${t%%[-v]*}")
		printf '#!/bin/sh\nexec %s %s "$@"\n' "$emulator" "$PWD/build/$t/hoist" >"$logs/hoist-$t"
		chmod +x "$logs/hoist-$t"
		e2e "$t" "${logs#"$PWD"/}/hoist-$t" test_upload.py test_tls.py
	done
	build host-fuzz
	run build host-fuzz-fuzz one make -sk fuzz TARGET=host-fuzz
	for source in tests/fuzz/fuzz_*.c; do
		name=$(basename "$source" .c)
		mkdir -p "$logs/corpus/$name"
		run fuzz "$name-60s" one "build/host-fuzz/fuzz/$name" -max_total_time=60 \
			"$logs/corpus/$name" tests/fuzz/corpus/"${name#fuzz_}"
	done
fi

# --- The sum ----------------------------------------------------------------------------------

echo
awk '
	!($1 in good) { order[++n] = $1 }
	{ good[$1] += $2; bad[$1] += $3 }
	END {
		printf "  %-8s %8s %8s\n", "kind", "passed", "failed"
		for (i = 1; i <= n; i++)
			printf "  %-8s %8d %8d\n", order[i], good[order[i]], bad[order[i]]
	}' "$logs/results"
printf '  %d min %02d s, logs in %s\n' $((($(date +%s) - began) / 60)) $((($(date +%s) - began) % 60)) "$logs"
awk '
	{ good += $2; bad += $3 }
	END { printf "%d passed, %d failed\n", good, bad; exit bad > 0 || good == 0 }
' "$logs/results" >"$logs/summary"
status=$?
cat "$logs/summary"
exit $status
