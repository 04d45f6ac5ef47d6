# Figures, each beside its peer from the same run where it has one; HACKING.md
# says what they were.

.PHONY: bench bench-state bench-authority
bench: bench-state bench-authority bench-control tests/system/manager
	$(PY_LOG_COMPILER) $(srcdir)/tests/agent/control/crowd.py || test $$? = 77

if HAVE_CUNIT
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
bench-state:
	@echo "bench-state: skipped, CUnit is not installed"
endif
