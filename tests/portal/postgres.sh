#!/bin/sh
# The portal's tests that a database server has a part in, on PostgreSQL.
# Skipped where no PostgreSQL is installed.

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P) || exit 99
if [ -z "${TEST_DATABASE:-}" ]; then
	exec "$here/../support/with_postgres" "$0"
fi
failed=
for test in api callhome cycle keys lists faults mail site; do
	echo "==== $test"
	"$here/$test.py" || [ $? -eq 77 ] || failed="$failed $test"
done
[ -z "$failed" ] || {
	echo "FAILED on PostgreSQL:$failed"
	exit 1
}
