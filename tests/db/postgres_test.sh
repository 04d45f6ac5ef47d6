#!/bin/sh
# postgres_test - what db_test tries with SQLite, with PostgreSQL.
exec "$(dirname -- "$0")/../support/with_postgres" --fast tests/db/db_test
