if HAVE_CUNIT
CORE_STATE_TESTS = \
	tests/licensecore/state/damage_test \
	tests/licensecore/state/db_test \
	tests/licensecore/state/devkey_test \
	tests/licensecore/state/loss_test \
	tests/licensecore/state/running_test \
	tests/licensecore/state/state_test \
	tests/licensecore/state/takeover_test \
	tests/licensecore/state/twin_test
tests_licensecore_state_damage_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_state_damage_test_LDADD = $(UNIT_LDADD) $(SQLITE_LIBS)
tests_licensecore_state_db_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_state_db_test_LDADD = $(UNIT_LDADD)
tests_licensecore_state_devkey_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_state_devkey_test_LDADD = $(UNIT_LDADD)
tests_licensecore_state_loss_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_state_loss_test_LDADD = $(UNIT_LDADD) $(SQLITE_LIBS)
tests_licensecore_state_running_test_SOURCES = \
	tests/licensecore/state/running_test.c \
	tests/support/disk_wrap.c tests/support/memory.c tests/support/memory.h
tests_licensecore_state_running_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_state_running_test_LDADD = $(UNIT_LDADD) $(SQLITE_LIBS)
tests_licensecore_state_running_test_LDFLAGS = $(MEMORY_WRAP) $(DISK_WRAP)
tests_licensecore_state_state_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_state_state_test_LDADD = $(UNIT_LDADD) $(SQLITE_LIBS)
tests_licensecore_state_takeover_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_state_takeover_test_LDADD = $(UNIT_LDADD) $(SQLITE_LIBS)
tests_licensecore_state_twin_test_SOURCES = \
	tests/licensecore/state/twin_test.c \
	tests/support/disk_wrap.c tests/support/memory.c tests/support/memory.h
tests_licensecore_state_twin_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_state_twin_test_LDADD = $(UNIT_LDADD) $(SQLITE_LIBS)
tests_licensecore_state_twin_test_LDFLAGS = $(MEMORY_WRAP) $(DISK_WRAP)
check_PROGRAMS += $(CORE_STATE_TESTS)
TESTS += $(CORE_STATE_TESTS)
endif
# A state as the layout before wrote it.
EXTRA_DIST += tests/licensecore/state/before
