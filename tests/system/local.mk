# System tests: each starts a lab of its own, so they run side by side.

SYSTEM_TESTS = \
	tests/system/access.py \
	tests/system/action_queue.py \
	tests/system/authority.py \
	tests/system/portal.py \
	tests/system/bad_config.py \
	tests/system/bad_files.py \
	tests/system/burst.py \
	tests/system/causes.py \
	tests/system/clear.py \
	tests/system/crash.py \
	tests/system/device_key.py \
	tests/system/devices.py \
	tests/system/disk_full.py \
	tests/system/dry_run.py \
	tests/system/durable.py \
	tests/system/install.py \
	tests/system/install_wait.py \
	tests/system/keys_change.py \
	tests/system/lab_contract.py \
	tests/system/lab_options.py \
	tests/system/left_files.py \
	tests/system/levels.py \
	tests/system/master_away.py \
	tests/system/master_dies.py \
	tests/system/master_repeats.py \
	tests/system/master_stopped.py \
	tests/system/quickstart.py \
	tests/system/response_too_big.py \
	tests/system/stop_loading.py \
	tests/system/time_issued.py \
	tests/system/time_kinds.py \
	tests/system/time_life.py \
	tests/system/time_reset.py \
	tests/system/time_steps.py \
	tests/system/user.py \
	tests/system/waiting.py \
	tests/system/walk.py

# An SNMP manager that does what it is told.
check_PROGRAMS += tests/system/manager
tests_system_manager_CFLAGS = $(AM_CFLAGS) $(NETSNMP_CFLAGS)
tests_system_manager_LDADD = $(NETSNMP_LIBS)

TEST_EXTENSIONS = .py
PY_ENV = LAB_BIN=$(abs_top_builddir)/bin \
	LAB_MANAGER=$(abs_top_builddir)/tests/system/manager$(EXEEXT) \
	LAB_CLOCKS=$(abs_top_builddir)/tests/system/.libs/clocks.so \
	LAB_NAMES=$(abs_top_builddir)/tests/system/.libs/names.so
PY_LOG_COMPILER = env $(PY_ENV) python3 -B
TESTS += $(SYSTEM_TESTS)
SYSTEM_SLOW = \
	tests/system/as_master.py \
	tests/system/callhome.py \
	tests/system/load.py \
	tests/system/master_names.py \
	tests/system/odd_servers.py \
	tests/system/requests.py \
	tests/system/second_agent.py \
	tests/system/standalone.py \
	tests/system/state_lost.py \
	tests/system/time_flow.py \
	tests/system/time_idle.py \
	tests/system/time_queue.py \
	tests/system/transfers.py \
	tests/system/walks.py
if SLOW_TESTS
TESTS += $(SYSTEM_SLOW)
endif
if HAVE_POSTGRESQL
TESTS += tests/system/authority_postgres.py
endif

# For time_steps.py: clocks that are set for one process.
check_LTLIBRARIES += tests/system/clocks.la
tests_system_clocks_la_SOURCES = tests/system/clocks.c
tests_system_clocks_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version \
	-rpath $(abs_top_builddir)/tests/system
tests_system_clocks_la_LIBADD = -ldl

# For master_names.py: the addresses of names.
check_LTLIBRARIES += tests/system/names.la
tests_system_names_la_SOURCES = tests/system/names.c
tests_system_names_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version \
	-rpath $(abs_top_builddir)/tests/system
tests_system_names_la_LIBADD = -ldl

# load.py for longer; LOAD_REQUESTS says how long.
.PHONY: stress stress-valgrind
stress: all $(check_PROGRAMS) $(check_LTLIBRARIES)
	env $(PY_ENV) LOAD_REQUESTS=$${LOAD_REQUESTS-200000} \
		python3 -B $(srcdir)/tests/system/load.py
stress-valgrind: all $(check_PROGRAMS) $(check_LTLIBRARIES)
	env $(PY_ENV) LOAD_REQUESTS=$${LOAD_REQUESTS-10000} \
		LOAD_VALGRIND=1 \
		python3 -B $(srcdir)/tests/system/load.py
# With licagentd as the SNMP agent: what is not about snmpd.
MASTER_TESTS = \
	tests/system/access.py \
	tests/system/action_queue.py \
	tests/system/bad_files.py \
	tests/system/callhome.py \
	tests/system/causes.py \
	tests/system/clear.py \
	tests/system/crash.py \
	tests/system/durable.py \
	tests/system/install.py \
	tests/system/install_wait.py \
	tests/system/keys_change.py \
	tests/system/levels.py \
	tests/system/quickstart.py \
	tests/system/requests.py \
	tests/system/response_too_big.py \
	tests/system/standalone.py \
	tests/system/state_lost.py \
	tests/system/stop_loading.py \
	tests/system/time_flow.py \
	tests/system/time_idle.py \
	tests/system/time_kinds.py \
	tests/system/transfers.py \
	tests/system/waiting.py \
	tests/system/walk.py \
	tests/system/walks.py
.PHONY: check-master
check-master:
	LICAGENT_ROLE=master $(MAKE) check TESTS='$(MASTER_TESTS)'
dist_check_SCRIPTS += $(SYSTEM_TESTS) $(SYSTEM_SLOW) \
	tests/system/authority_postgres.py
dist_check_DATA += tests/system/harness.py tests/system/leaks tests/system/master_lab.py \
	tests/system/servers.py tests/system/time_lab.py
