# Figures, each beside its peer from the same run where it has one;
# docs/performance.md says what they were.

.PHONY: bench bench-table bench-state bench-authority bench-portal
# The longer ones with less of everything, unless the environment says how much.
bench: bench-table bench-state bench-control
	BENCH_LICENSES=$${BENCH_LICENSES:-10000} $(MAKE) bench-authority
	BENCH_S=$${BENCH_S:-2} $(MAKE) bench-portal BENCH_PORTAL=redeem

BENCH_ROWS = tests/bench/row_checkout.py tests/bench/row_install.py \
	tests/bench/row_memory.py tests/bench/row_program.py \
	tests/bench/row_read.py tests/bench/row_start.py
dist_check_SCRIPTS += tests/bench/bench.py
EXTRA_DIST += docs/performance.md
dist_check_DATA += tests/bench/measure.py $(BENCH_ROWS)

check_PROGRAMS += tests/bench/bare tests/bench/subagent
tests_bench_subagent_CPPFLAGS = $(AM_CPPFLAGS) $(NETSNMP_CFLAGS)
tests_bench_subagent_LDADD = $(AGENTX_LIBS)

if HAVE_CUNIT
check_PROGRAMS += tests/bench/core_bench
tests_bench_core_bench_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_bench_core_bench_LDADD = $(UNIT_LDADD) $(SQLITE_LIBS)
bench-table: all tests/bench/core_bench tests/bench/bare tests/bench/subagent
	$(PY_LOG_COMPILER) $(srcdir)/tests/bench/bench.py || test $$? = 77

check_PROGRAMS += tests/bench/state_bench
tests_bench_state_bench_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_bench_state_bench_LDADD = $(UNIT_LDADD) $(SQLITE_LIBS)
bench-state: all tests/bench/state_bench
	tests/bench/state_bench

check_PROGRAMS += tests/bench/authority_bench
tests_bench_authority_bench_CPPFLAGS = $(UNIT_CPPFLAGS) \
	-I$(top_srcdir)/authority
tests_bench_authority_bench_LDADD = $(UNIT_LDADD)
bench-authority: all tests/bench/authority_bench
	$(srcdir)/tests/support/with_postgres tests/bench/authority_bench || \
	    { test $$? = 77 && tests/bench/authority_bench; }
else
bench-authority:
	@echo "bench-authority: skipped, CUnit is not installed"
bench-state bench-table:
	@echo "$@: skipped, CUnit is not installed"
endif

if PORTAL
# Preloaded; check libraries are static without an -rpath.
check_LTLIBRARIES += tests/bench/slow_fsync.la
tests_bench_slow_fsync_la_SOURCES = tests/bench/slow_fsync.c
tests_bench_slow_fsync_la_LDFLAGS = -module -avoid-version -shared \
	-rpath /nowhere
dist_check_SCRIPTS += tests/bench/portal_bench.py
bench-portal: all tests/bench/slow_fsync.la tests/authority/device
	$(PY_LOG_COMPILER) $(srcdir)/tests/bench/portal_bench.py \
	    $(BENCH_PORTAL) || test $$? = 77
else
bench-portal:
	@echo "bench-portal: skipped, built without the portal"
endif
