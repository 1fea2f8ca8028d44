# Debian's source packages through apt, without touching the system: our own
# sources list, lists and cache.  Read (with .) by fetch.sh and bump.sh, which
# set $cache.  It works on any Debian, and by anybody: root is not needed.

# Where newer sources come from, in the order of preference.  A code name for
# stable, so that what is pinned stays findable when the next one is released.
apt_suites="trixie trixie-security trixie-backports testing unstable"

apt_dir=$cache/apt

# The mirrors that this machine uses, one address a line, from both formats of
# sources files.
apt_mirrors()
{
	eval "$(apt-config shell list Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
	cat /dev/null "$list" "$parts"/*.list 2>/dev/null |
	sed -n 's/^ *deb\(-src\)\{0,1\}[ 	]*\(\[[^]]*\]\)\{0,1\}[ 	]*\([^ 	]*\).*/\3/p'
	cat /dev/null "$parts"/*.sources 2>/dev/null |
	sed -n 's/^[Uu][Rr][Ii][Ss]:[ 	]*//p' | tr -s ' \t' '\n'
}

# apt_run COMMAND...: apt-get or apt-cache on the private lists.  Old lists are
# welcome (a mirror that lags, a snapshot): what comes is judged by its hash.
apt_run()
{
	apt_tool=$1
	shift
	"$apt_tool" -q \
		-oDir::Etc::SourceList="$apt_dir/sources.list" \
		-oDir::Etc::SourceParts=/dev/null \
		-oDir::State::Lists="$apt_dir/lists" \
		-oDir::Cache="$apt_dir/cache" \
		-oAcquire::Languages=none \
		-oAcquire::Check-Valid-Until=false \
		-oAPT::Sandbox::User="$(id -un)" "$@"
}

# Write the sources list.  Fails where there is no apt, no Debian key, no mirror.
apt_sources()
{
	command -v apt-get >/dev/null && command -v apt-config >/dev/null || return 1
	for key in /usr/share/keyrings/debian-archive-keyring.pgp \
		   /usr/share/keyrings/debian-archive-keyring.gpg; do
		[ ! -f "$key" ] || break
	done
	[ -f "$key" ] || return 1
	# A mirror may have any name, but other repositories may be listed too.
	main=$(apt_mirrors | grep -v security | grep debian | head -n 1)
	[ -n "$main" ] || ! grep -q '^ID=debian' /etc/os-release ||
		main=$(apt_mirrors | grep -v security | head -n 1)
	security=$(apt_mirrors | grep security | grep -v ubuntu | head -n 1)
	[ -n "$main" ] || return 1
	mkdir -p "$apt_dir/lists/partial" "$apt_dir/cache/archives/partial"
	for suite in $apt_suites; do
		case $suite in
		*-security) mirror=$security ;;
		*)          mirror=$main ;;
		esac
		[ -z "$mirror" ] || echo "deb-src [signed-by=$key] $mirror $suite main"
	done > "$apt_dir/sources.list.new"
	mv "$apt_dir/sources.list.new" "$apt_dir/sources.list"
}

# apt_lists MINUTES: have lists that are not older.  One process at a time: make
# runs several fetches at once, and one of them is enough.
apt_lists()
{
	(
		flock 9
		if [ -z "$(find "$apt_dir/stamp" -mmin "-$1" 2>/dev/null)" ]; then
			apt_sources || exit 1
			echo "  APT   lists of source packages" >&2
			# A suite that fails leaves the others usable, so only the
			# lists count, not the exit status.
			apt_run apt-get update >"$apt_dir/log" 2>&1 || :
			ls "$apt_dir"/lists/*_Sources* >/dev/null 2>&1 || exit 1
			: > "$apt_dir/stamp"
		fi
	) 9>"$cache/apt.lock"
}
