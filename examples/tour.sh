# tour.sh - what examples/quickstart and examples/authority share: commands that
# are shown, run and explained.
#
# The caller sets $tour, its name; $here and $top, the folders of examples and of
# the source; and $folder once it is made, in which each folder with a lab.env is
# a running lab.

# The commands are shown as one types them, so they are strings for eval.
# shellcheck shell=sh disable=SC2016,SC2154

if [ -t 1 ]; then
	bold=$(printf '\033[1m') plain=$(printf '\033[0m')
else
	bold='' plain=''
fi
chapter=0
folder=

chapter()
{
	chapter=$((chapter + 1))
	printf '\n%s%d. %s%s\n\n' "$bold" "$chapter" "$1" "$plain"
}

tell()
{
	fold -s -w 78 | sed 's/ *$//'
	echo
}

die()
{
	printf '\n%s: %s\n' "$tour" "$*" >&2
	for log in "$folder"/*/log/licagentd; do
		[ -f "$log" ] || continue
		echo "The last lines of $log:" >&2
		tail -n 10 "$log" >&2
	done
	exit 1
}

# Shows a command as one would type it, and runs it.
run()
{
	printf '%s$ %s%s\n' "$bold" "$1" "$plain"
	eval "$1" || die "that failed; stopping everything that was started"
	echo
}

# A command with much output: it is shown only if the command fails.
quietly()
{
	printf '%s$ %s%s\n' "$bold" "$1" "$plain"
	eval "$1" >"$folder/out" 2>&1 || {
		tail -n 40 "$folder/out" >&2
		die "that failed; stopping everything that was started"
	}
}

# Waits until the command succeeds; two minutes at most.
wait_for()
{
	tries=0
	until eval "$1"; do
		tries=$((tries + 1))
		[ "$tries" -lt 1200 ] || die "timeout: $1"
		sleep 0.1
	done
}

clean_up()
{
	[ -n "$folder" ] || return
	for lab in "$folder"/*/run; do
		[ ! -d "$lab" ] || "$here/lab" stop "${lab%/run}"
	done
	rm -rf "$folder"
}

# Makes $folder; all that is started is ended however the caller ends.
set_out()
{
	folder=$(mktemp -d "${TMPDIR:-/tmp}/$tour-XXXXXX") || exit 1
	trap clean_up EXIT
	trap 'exit 1' HUP INT TERM
	cd "$top" || exit 1
	# Net-snmp's tools keep their files here.  The folder is made now, so
	# that they do not print that they made it.
	mkdir "$folder/cert_indexes"
	SNMP_PERSISTENT_DIR=$folder
	SNMPCONFPATH=$folder
	export SNMP_PERSISTENT_DIR SNMPCONFPATH
}

build_programs()
{
	run 'packaging/build-deps'
	quietly 'autoreconf -fi'
	quietly 'mkdir -p build'
	quietly '(cd build && ../configure && make -j2)'
	echo
	LAB_BIN=$top/build/bin
	export LAB_BIN
}
