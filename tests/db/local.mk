if HAVE_CUNIT
DB_TESTS = tests/db/db_test
tests_db_db_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_db_db_test_LDADD = $(UNIT_LDADD) $(SQLITE_LIBS)
check_PROGRAMS += $(DB_TESTS)
TESTS += $(DB_TESTS)
if HAVE_POSTGRESQL
TESTS += tests/db/postgres_test.sh
endif
endif
dist_check_SCRIPTS += tests/db/postgres_test.sh
