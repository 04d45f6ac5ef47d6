if HAVE_CUNIT
AGENT_SNMP_TESTS = \
	tests/agent/snmp/agentx_test \
	tests/agent/snmp/endpoint_test \
	tests/agent/snmp/link_test \
	tests/agent/snmp/lookup_test \
	tests/agent/snmp/serve_test \
	tests/agent/snmp/set_test \
	tests/agent/snmp/table_test \
	tests/agent/snmp/wire_read_test \
	tests/agent/snmp/wrappers_test
tests_agent_snmp_agentx_test_SOURCES = tests/agent/snmp/agentx_test.c $(FAKE_MASTER)
tests_agent_snmp_agentx_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_snmp_agentx_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_snmp_endpoint_test_SOURCES = tests/agent/snmp/endpoint_test.c
tests_agent_snmp_endpoint_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_snmp_endpoint_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_snmp_link_test_SOURCES = tests/agent/snmp/link_test.c $(FAKE_MASTER) \
	$(LOG_LINES) $(RESOLVER)
tests_agent_snmp_link_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_snmp_link_test_LDFLAGS = $(RESOLVER_WRAP)
tests_agent_snmp_link_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_snmp_lookup_test_SOURCES = tests/agent/snmp/lookup_test.c \
	$(AGENT_FIXTURE) $(RESOLVER)
tests_agent_snmp_lookup_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_snmp_lookup_test_LDFLAGS = $(RESOLVER_WRAP)
tests_agent_snmp_lookup_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_snmp_serve_test_SOURCES = tests/agent/snmp/serve_test.c $(FAKE_MASTER)
tests_agent_snmp_serve_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_snmp_serve_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_snmp_set_test_SOURCES = tests/agent/snmp/set_test.c $(AGENT_FIXTURE)
tests_agent_snmp_set_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_snmp_set_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_snmp_table_test_SOURCES = tests/agent/snmp/table_test.c $(AGENT_FIXTURE)
tests_agent_snmp_table_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_snmp_table_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_snmp_wire_read_test_SOURCES = tests/agent/snmp/wire_read_test.c \
	$(AGENT_FIXTURE) $(BOTH_WAYS)
tests_agent_snmp_wire_read_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_snmp_wire_read_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_snmp_wrappers_test_SOURCES = tests/agent/snmp/wrappers_test.c
tests_agent_snmp_wrappers_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_snmp_wrappers_test_LDFLAGS = -Wl,--wrap=time
tests_agent_snmp_wrappers_test_LDADD = $(AGENT_TEST_LDADD)
check_PROGRAMS += $(AGENT_SNMP_TESTS)
TESTS += $(AGENT_SNMP_TESTS)
endif
