if HAVE_CUNIT
AGENT_MIB_TESTS = \
	tests/agent/mib/requests_test \
	tests/agent/mib/walks_test
tests_agent_mib_requests_test_SOURCES = tests/agent/mib/requests_test.c \
	$(AGENT_FIXTURE)
tests_agent_mib_requests_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_mib_requests_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_mib_walks_test_SOURCES = tests/agent/mib/walks_test.c $(AGENT_FIXTURE)
tests_agent_mib_walks_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_mib_walks_test_LDADD = $(AGENT_TEST_LDADD)
check_PROGRAMS += $(AGENT_MIB_TESTS)
TESTS += $(AGENT_MIB_TESTS)
endif

EXTRA_DIST += tests/agent/mib/sets.txt tests/agent/mib/walks
