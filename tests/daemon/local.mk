if HAVE_CUNIT
check_PROGRAMS += tests/daemon/loop_test
TESTS += tests/daemon/loop_test
tests_daemon_loop_test_SOURCES = tests/daemon/loop_test.c $(AGENT_FIXTURE)
tests_daemon_loop_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_daemon_loop_test_LDADD = $(AGENT_TEST_LDADD)
endif
