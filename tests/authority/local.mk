dist_check_DATA += tests/authority/desk.py
AUTHORITY_DESK = \
	tests/authority/catalog.py \
	tests/authority/devices.py \
	tests/authority/format.py \
	tests/authority/full.py \
	tests/authority/keys.py \
	tests/authority/log.py \
	tests/authority/rma.py \
	tests/authority/report.py
AUTHORITY_SLOW = \
	tests/authority/callhome.py \
	tests/authority/crowd.py \
	tests/authority/grants.py \
	tests/authority/killed.py \
	tests/authority/pak.py \
	tests/authority/upgrade.py
dist_check_SCRIPTS += $(AUTHORITY_DESK) $(AUTHORITY_SLOW) \
	tests/authority/postgres.sh
TESTS += $(AUTHORITY_DESK)
if SLOW_TESTS
TESTS += $(AUTHORITY_SLOW)
endif
# All of them once more: five minutes with sanitizers, so without.
if HAVE_POSTGRESQL
if !SANITIZERS
TESTS += tests/authority/postgres.sh
endif
endif

# The devices of those tests.
check_PROGRAMS += tests/authority/device
tests_authority_device_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_authority_device_LDADD = licensecore/libcore.la

if HAVE_CUNIT
AUTHORITY_TESTS = \
	tests/authority/es256_test \
	tests/authority/faults_test \
	tests/authority/fulfill_test \
	tests/authority/memory_test \
	tests/authority/ops_memory_test \
	tests/authority/rows_test
tests_authority_es256_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_authority_es256_test_LDADD = $(UNIT_LDADD)
tests_authority_faults_test_SOURCES = tests/authority/faults_test.c \
	tests/support/memory.c tests/support/memory.h
tests_authority_faults_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_authority_faults_test_LDFLAGS = $(MEMORY_WRAP)
tests_authority_faults_test_LDADD = $(UNIT_LDADD)
tests_authority_fulfill_test_CPPFLAGS = $(UNIT_CPPFLAGS) \
	-I$(top_srcdir)/authority
tests_authority_fulfill_test_LDADD = $(UNIT_LDADD)
tests_authority_rows_test_CPPFLAGS = $(UNIT_CPPFLAGS) \
	-I$(top_srcdir)/authority
tests_authority_rows_test_LDADD = $(UNIT_LDADD)
tests_authority_memory_test_SOURCES = tests/authority/memory_test.c \
	tests/support/memory.c tests/support/memory.h
tests_authority_memory_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_authority_memory_test_LDFLAGS = $(MEMORY_WRAP)
tests_authority_memory_test_LDADD = $(UNIT_LDADD)
tests_authority_ops_memory_test_SOURCES = tests/authority/ops_memory_test.c \
	tests/support/memory.c tests/support/memory.h
tests_authority_ops_memory_test_CPPFLAGS = $(UNIT_CPPFLAGS) \
	-I$(top_srcdir)/authority
tests_authority_ops_memory_test_LDFLAGS = $(MEMORY_WRAP)
tests_authority_ops_memory_test_LDADD = $(UNIT_LDADD)
check_PROGRAMS += $(AUTHORITY_TESTS)
TESTS += $(AUTHORITY_TESTS)
endif
