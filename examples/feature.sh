#!/bin/sh
# feature.sh - checks for a license; holds it while a command runs.
#
#	feature.sh NAME [COMMAND...]
#
# LICCTL is the licctl to use, with its options.

licctl=${LICCTL:-licctl}
name=${1:?usage: feature.sh NAME [COMMAND...]}
shift

# Is a license available?  This takes none.
if ! $licctl check "$name"; then
	echo "$name: no license; not started" >&2
	exit 1
fi
[ $# -gt 0 ] || exit 0

# Held while the command runs; it gets SIGHUP if the license is lost.
exec $licctl run --feature "$name" --on-loss HUP -- "$@"
