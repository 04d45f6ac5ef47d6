if HAVE_CUNIT
CORE_RULES_TESTS = \
	tests/licensecore/rules/level_test \
	tests/licensecore/rules/rules_test \
	tests/licensecore/rules/schedule_test \
	tests/licensecore/rules/use_test
tests_licensecore_rules_level_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_rules_level_test_LDADD = $(UNIT_LDADD)
tests_licensecore_rules_rules_test_SOURCES = tests/licensecore/rules/rules_test.c \
	agent/jobs/cause.c agent/jobs/cause.h
tests_licensecore_rules_rules_test_CPPFLAGS = $(UNIT_CPPFLAGS) -I$(top_srcdir)/agent
tests_licensecore_rules_rules_test_LDADD = $(UNIT_LDADD)
tests_licensecore_rules_schedule_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_rules_schedule_test_LDADD = $(UNIT_LDADD)
tests_licensecore_rules_use_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_rules_use_test_LDADD = $(UNIT_LDADD)
check_PROGRAMS += $(CORE_RULES_TESTS)
TESTS += $(CORE_RULES_TESTS)
endif
