if HAVE_CUNIT
COMPAT_TESTS = tests/compat/compat_test
tests_compat_compat_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_compat_compat_test_LDADD = $(UNIT_LDADD)
check_PROGRAMS += $(COMPAT_TESTS)
TESTS += $(COMPAT_TESTS)
endif
