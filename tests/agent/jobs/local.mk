if HAVE_CUNIT
AGENT_JOBS_TESTS = \
	tests/agent/jobs/eventlog_test \
	tests/agent/jobs/files_test \
	tests/agent/jobs/jobs_test \
	tests/agent/jobs/lanes_test \
	tests/agent/jobs/sandbox_test \
	tests/agent/jobs/url_test
tests_agent_jobs_eventlog_test_SOURCES = tests/agent/jobs/eventlog_test.c
tests_agent_jobs_eventlog_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_jobs_eventlog_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_jobs_files_test_SOURCES = tests/agent/jobs/files_test.c
tests_agent_jobs_files_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_jobs_files_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_jobs_lanes_test_SOURCES = tests/agent/jobs/lanes_test.c
tests_agent_jobs_lanes_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_jobs_lanes_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_jobs_sandbox_test_SOURCES = tests/agent/jobs/sandbox_test.c \
	$(SANDBOX)
tests_agent_jobs_sandbox_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS) \
	$(SECCOMP_CFLAGS)
tests_agent_jobs_sandbox_test_LDADD = $(AGENT_TEST_LDADD) $(SECCOMP_LIBS)
tests_agent_jobs_jobs_test_SOURCES = tests/agent/jobs/jobs_test.c \
	$(AGENT_FIXTURE) $(LOG_LINES)
tests_agent_jobs_jobs_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_jobs_jobs_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_jobs_url_test_SOURCES = tests/agent/jobs/url_test.c
tests_agent_jobs_url_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_jobs_url_test_LDADD = $(AGENT_TEST_LDADD)
check_PROGRAMS += $(AGENT_JOBS_TESTS)
TESTS += $(AGENT_JOBS_TESTS)
endif
