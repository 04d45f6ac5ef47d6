if HAVE_CUNIT
CORE_STATE_TESTS = \
	tests/licensecore/state/db_test \
	tests/licensecore/state/devkey_test \
	tests/licensecore/state/loss_test \
	tests/licensecore/state/state_test
tests_licensecore_state_db_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_state_db_test_LDADD = $(UNIT_LDADD)
tests_licensecore_state_devkey_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_state_devkey_test_LDADD = $(UNIT_LDADD)
tests_licensecore_state_loss_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_state_loss_test_LDADD = $(UNIT_LDADD) $(SQLITE_LIBS)
tests_licensecore_state_state_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_state_state_test_LDADD = $(UNIT_LDADD) $(SQLITE_LIBS)
check_PROGRAMS += $(CORE_STATE_TESTS)
TESTS += $(CORE_STATE_TESTS)
endif
