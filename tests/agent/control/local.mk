# Tests of the control socket, and its library: each starts a lab of its
# own.

CONTROL_TESTS = \
	tests/agent/control/checks.py \
	tests/agent/control/client.py \
	tests/agent/control/events.py \
	tests/agent/control/leases.py \
	tests/agent/control/protocol.py \
	tests/agent/control/quota.py \
	tests/agent/control/reload.py \
	tests/agent/control/review.py \
	tests/agent/control/rude.py \
	tests/agent/control/urls.py \
	tests/agent/control/waiting.py \
	tests/agent/control/wrong.py

TESTS += $(CONTROL_TESTS)
dist_check_SCRIPTS += $(CONTROL_TESTS) tests/agent/control/bench.py \
	tests/agent/control/crowd.py
dist_check_DATA += tests/agent/control/wire.py

check_PROGRAMS += tests/agent/control/bench
tests_agent_control_bench_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/agent/client
tests_agent_control_bench_LDADD = agent/client/libclient.la

check_PROGRAMS += tests/agent/control/churn
tests_agent_control_churn_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/agent/client
tests_agent_control_churn_LDADD = agent/client/libclient.la

.PHONY: bench-control crowd
crowd: all tests/system/manager
	$(PY_LOG_COMPILER) $(srcdir)/tests/agent/control/crowd.py
bench-control: all tests/agent/control/bench
	$(PY_LOG_COMPILER) $(srcdir)/tests/agent/control/bench.py

if HAVE_CUNIT
check_PROGRAMS += tests/agent/control/listener_test \
	tests/agent/control/members_test
TESTS += tests/agent/control/listener_test tests/agent/control/members_test
tests_agent_control_members_test_SOURCES = tests/agent/control/members_test.c
tests_agent_control_members_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_control_members_test_LDADD = $(AGENT_TEST_LDADD)
tests_agent_control_listener_test_SOURCES = \
	tests/agent/control/listener_test.c $(LOG_LINES) \
	tests/support/memory.c tests/support/memory.h
tests_agent_control_listener_test_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_agent_control_listener_test_LDFLAGS = $(MEMORY_WRAP) -Wl,--wrap=accept4
tests_agent_control_listener_test_LDADD = $(AGENT_TEST_LDADD)
endif
