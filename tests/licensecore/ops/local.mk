if HAVE_CUNIT
CORE_OPS_TESTS = \
	tests/licensecore/ops/action_test \
	tests/licensecore/ops/check_test \
	tests/licensecore/ops/core_test \
	tests/licensecore/ops/crash_test \
	tests/licensecore/ops/eula_test \
	tests/licensecore/ops/export_test \
	tests/licensecore/ops/faults_test \
	tests/licensecore/ops/dates_test \
	tests/licensecore/ops/keys_test \
	tests/licensecore/ops/lease_test \
	tests/licensecore/ops/life_test \
	tests/licensecore/ops/lives_test \
	tests/licensecore/ops/notices_test \
	tests/licensecore/ops/rehost_test \
	tests/licensecore/ops/review_test \
	tests/licensecore/ops/twins_test
tests_licensecore_ops_action_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_ops_action_test_LDADD = $(UNIT_LDADD)
tests_licensecore_ops_check_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_ops_check_test_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=lc_line_open
tests_licensecore_ops_check_test_LDADD = $(UNIT_LDADD) $(SQLITE_LIBS)
tests_licensecore_ops_core_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_ops_core_test_LDADD = $(UNIT_LDADD)
tests_licensecore_ops_crash_test_SOURCES = tests/licensecore/ops/crash_test.c \
	tests/support/disk_wrap.c \
	tests/support/memory.c tests/support/memory.h
tests_licensecore_ops_crash_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_ops_crash_test_LDFLAGS = $(MEMORY_WRAP) $(DISK_WRAP)
tests_licensecore_ops_crash_test_LDADD = $(UNIT_LDADD)
tests_licensecore_ops_eula_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_ops_eula_test_LDADD = $(UNIT_LDADD)
tests_licensecore_ops_export_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_ops_export_test_LDADD = $(UNIT_LDADD)
tests_licensecore_ops_faults_test_SOURCES = tests/licensecore/ops/faults_test.c \
	tests/support/memory.c tests/support/memory.h
tests_licensecore_ops_faults_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_ops_faults_test_LDFLAGS = $(MEMORY_WRAP)
tests_licensecore_ops_faults_test_LDADD = $(UNIT_LDADD)
tests_licensecore_ops_dates_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_ops_dates_test_LDADD = $(UNIT_LDADD)
tests_licensecore_ops_keys_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_ops_keys_test_LDADD = $(UNIT_LDADD)
tests_licensecore_ops_lease_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_ops_lease_test_LDADD = $(UNIT_LDADD)
tests_licensecore_ops_life_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_ops_life_test_LDADD = $(UNIT_LDADD)
tests_licensecore_ops_lives_test_SOURCES = \
	tests/licensecore/ops/lives.h \
	tests/licensecore/ops/lives_invariants.c \
	tests/licensecore/ops/lives_model.c \
	tests/licensecore/ops/lives_test.c
tests_licensecore_ops_lives_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_ops_lives_test_LDADD = $(UNIT_LDADD)
tests_licensecore_ops_notices_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_ops_notices_test_LDADD = $(UNIT_LDADD)
tests_licensecore_ops_rehost_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_ops_rehost_test_LDADD = $(UNIT_LDADD)
tests_licensecore_ops_review_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_ops_review_test_LDADD = $(UNIT_LDADD)
tests_licensecore_ops_twins_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_ops_twins_test_LDADD = $(UNIT_LDADD)
check_PROGRAMS += $(CORE_OPS_TESTS)
TESTS += $(CORE_OPS_TESTS)
endif
