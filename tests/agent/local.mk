# Unit tests of the agent; most have a core of their own (fake_core.h).

if HAVE_CUNIT
AGENT_TEST_CPPFLAGS = $(AGENT_CPPFLAGS) -I$(top_srcdir)/tests/support \
	-I$(top_srcdir)/tests/agent
AGENT_TEST_LDADD = agent/libagent.la tests/support/libsupport.la
AGENT_FIXTURE = \
	tests/agent/fake_core.c tests/agent/fake_core.h \
	tests/agent/fixture.c tests/agent/fixture.h
LOG_LINES = tests/agent/log_lines.c tests/agent/log_lines.h
RESOLVER = tests/agent/snmp/resolver.c tests/agent/snmp/resolver.h
RESOLVER_WRAP = -Wl,--wrap=getaddrinfo
BOTH_WAYS = tests/agent/snmp/both_ways.c tests/agent/snmp/both_ways.h \
	tests/agent/snmp/agentx_codec.c tests/agent/snmp/agentx_codec.h
FAKE_MASTER = $(AGENT_FIXTURE) \
	tests/agent/snmp/agentx_codec.c tests/agent/snmp/agentx_codec.h \
	tests/agent/snmp/fake_master.c tests/agent/snmp/fake_master.h

AGENT_TESTS = tests/agent/conf_test
tests_agent_conf_test_SOURCES = tests/agent/conf_test.c
tests_agent_conf_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_conf_test_LDADD = $(AGENT_TEST_LDADD)
check_PROGRAMS += $(AGENT_TESTS)
TESTS += $(AGENT_TESTS)
endif

EXTRA_DIST += tests/agent/conf
dist_check_SCRIPTS += tests/agent/licagentd_test.sh
TESTS += tests/agent/licagentd_test.sh
