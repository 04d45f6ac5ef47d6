#!/bin/sh
# feature.sh - a script that asks before it works, and one that holds.
#
#	feature.sh NAME [COMMAND...]
#
# LICCTL may say which licctl, and with which options.

licctl=${LICCTL:-licctl}
name=${1:?usage: feature.sh NAME [COMMAND...]}
shift

# Whether it could be had; nothing is held.
if ! $licctl check "$name"; then
	echo "$name: not licensed, not started" >&2
	exit 1
fi
[ $# -gt 0 ] || exit 0

# Held for the command's life; SIGHUP tells it if the license is lost.
exec $licctl run --feature "$name" --on-loss HUP -- "$@"
