# Figures, each beside its peer from the same run where it has one; HACKING.md
# says what they were.

.PHONY: bench bench-state
bench: bench-state bench-control tests/system/manager
	$(PY_LOG_COMPILER) $(srcdir)/tests/agent/control/crowd.py || test $$? = 77

if HAVE_CUNIT
check_PROGRAMS += tests/bench/state_bench
tests_bench_state_bench_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_bench_state_bench_LDADD = $(UNIT_LDADD) $(SQLITE_LIBS)
bench-state: all tests/bench/state_bench
	tests/bench/state_bench
else
bench-state:
	@echo "bench-state: skipped, CUnit is not installed"
endif
