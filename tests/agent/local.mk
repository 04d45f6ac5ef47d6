# Unit tests of the agent; most have a core of their own (fake_core.h).

if HAVE_CUNIT
AGENT_TEST_CPPFLAGS = $(AGENT_CPPFLAGS) -I$(top_srcdir)/tests/support
AGENT_TEST_LDADD = agent/libagent.la tests/support/libsupport.la
AGENT_FIXTURE = \
	tests/agent/fake_core.c tests/agent/fake_core.h \
	tests/agent/fixture.c tests/agent/fixture.h
FAKE_MASTER = $(AGENT_FIXTURE) \
	tests/agent/agentx_codec.c tests/agent/agentx_codec.h \
	tests/agent/fake_master.c tests/agent/fake_master.h

AGENT_TESTS = \
	tests/agent/agentx_test \
	tests/agent/conf_test \
	tests/agent/eventlog_test \
	tests/agent/files_test \
	tests/agent/link_test \
	tests/agent/loop_test \
	tests/agent/requests_test \
	tests/agent/serve_test \
	tests/agent/set_test \
	tests/agent/table_test \
	tests/agent/walks_test \
	tests/agent/url_test
tests_agent_agentx_test_SOURCES = tests/agent/agentx_test.c $(FAKE_MASTER)
tests_agent_agentx_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_agentx_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_conf_test_SOURCES = tests/agent/conf_test.c
tests_agent_conf_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_conf_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_eventlog_test_SOURCES = tests/agent/eventlog_test.c
tests_agent_eventlog_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_eventlog_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_files_test_SOURCES = tests/agent/files_test.c
tests_agent_files_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_files_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_link_test_SOURCES = tests/agent/link_test.c $(AGENT_FIXTURE)
tests_agent_link_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_link_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_loop_test_SOURCES = tests/agent/loop_test.c $(AGENT_FIXTURE)
tests_agent_loop_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_loop_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_requests_test_SOURCES = tests/agent/requests_test.c \
	$(AGENT_FIXTURE)
tests_agent_requests_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_requests_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_serve_test_SOURCES = tests/agent/serve_test.c $(FAKE_MASTER)
tests_agent_serve_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_serve_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_set_test_SOURCES = tests/agent/set_test.c $(AGENT_FIXTURE)
tests_agent_set_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_set_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_table_test_SOURCES = tests/agent/table_test.c $(AGENT_FIXTURE)
tests_agent_table_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_table_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_url_test_SOURCES = tests/agent/url_test.c
tests_agent_url_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_url_test_LDADD = $(AGENT_TEST_LDADD)

tests_agent_walks_test_SOURCES = tests/agent/walks_test.c $(AGENT_FIXTURE)
tests_agent_walks_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_walks_test_LDADD = $(AGENT_TEST_LDADD)

check_PROGRAMS += $(AGENT_TESTS)
TESTS += $(AGENT_TESTS)
endif

EXTRA_DIST += tests/agent/conf tests/agent/sets.txt tests/agent/walks
dist_check_SCRIPTS += tests/agent/licagentd_test.sh
TESTS += tests/agent/licagentd_test.sh
