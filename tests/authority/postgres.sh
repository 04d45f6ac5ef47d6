#!/bin/sh
# All tests of the authority in this folder once more, on PostgreSQL: one
# cluster for all of them, in which each authority has a schema.  Skipped where
# no PostgreSQL is installed.

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P) || exit 99
if [ -z "${TEST_DATABASE:-}" ]; then
	exec "$here/../support/with_postgres" --fast "$0"
fi
failed=
for test in "$here"/*.py; do
	[ "${test##*/}" != desk.py ] || continue	# which they share
	echo "==== ${test##*/}"
	"$test" || [ $? -eq 77 ] || failed="$failed ${test##*/}"
done
[ -z "$failed" ] || {
	echo "FAILED on PostgreSQL:$failed"
	exit 1
}
