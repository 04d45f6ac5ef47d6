if HAVE_CUNIT
DAEMON_TESTS = \
	tests/daemon/buffer_test \
	tests/daemon/log_test \
	tests/daemon/loop_test
check_PROGRAMS += $(DAEMON_TESTS)
TESTS += $(DAEMON_TESTS)
tests_daemon_buffer_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_daemon_buffer_test_LDADD = $(AGENT_TEST_LDADD)
tests_daemon_log_test_SOURCES = tests/daemon/log_test.c $(LOG_LINES)
tests_daemon_log_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_daemon_log_test_LDADD = $(AGENT_TEST_LDADD)
tests_daemon_loop_test_SOURCES = tests/daemon/loop_test.c $(AGENT_FIXTURE)
tests_daemon_loop_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_daemon_loop_test_LDADD = $(AGENT_TEST_LDADD)
endif
