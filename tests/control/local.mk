# Tests of the control socket, its library and licctl: each starts a lab of its
# own.

CONTROL_TESTS = \
	tests/control/client.py \
	tests/control/events.py \
	tests/control/leases.py \
	tests/control/protocol.py \
	tests/control/rude.py \
	tests/control/urls.py \
	tests/control/wrong.py \
	tests/tools/golden.py \
	tests/tools/licctl_do.py \
	tests/tools/licctl_show.py \
	tests/tools/prompts.py

TESTS += $(CONTROL_TESTS)
dist_check_SCRIPTS += $(CONTROL_TESTS) tests/control/bench.py
dist_check_DATA += tests/control/wire.py tests/tools/terminal.py
EXTRA_DIST += tests/tools/golden

check_PROGRAMS += tests/control/bench
tests_control_bench_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/agent/client
tests_control_bench_LDADD = agent/client/libclient.la

check_PROGRAMS += tests/control/churn
tests_control_churn_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/agent/client
tests_control_churn_LDADD = agent/client/libclient.la

.PHONY: bench
bench: all tests/control/bench
	$(PY_LOG_COMPILER) $(srcdir)/tests/control/bench.py
