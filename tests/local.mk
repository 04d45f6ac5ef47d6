# Tests.  support/ is for all of them; a unit test is a program of its own.

if HAVE_CUNIT
check_LTLIBRARIES += tests/support/libsupport.la
tests_support_libsupport_la_SOURCES = \
	tests/support/check.c tests/support/check.h \
	tests/support/device.c tests/support/device.h \
	tests/support/disk_calls.c tests/support/disk_calls.h \
	tests/support/issuer.c tests/support/issuer.h \
	tests/support/old_state.c tests/support/old_state.h \
	tests/support/ticket.c tests/support/ticket.h
tests_support_libsupport_la_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_support_libsupport_la_LIBADD = licensecore/libcore.la $(CUNIT_LIBS) \
	$(SQLITE_LIBS)

# Unit tests see the private headers of what they test.
UNIT_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/support \
	-I$(top_srcdir)/licensecore \
	$(CRYPTO_CFLAGS) $(SQLITE_CFLAGS) $(JANSSON_CFLAGS)
UNIT_LDADD = tests/support/libsupport.la $(CRYPTO_LIBS) $(JANSSON_LIBS)

# For tests in which memory runs out: tests/support/memory.h.
MEMORY_WRAP = $(AM_LDFLAGS) -Wl,--wrap=malloc,--wrap=calloc \
	-Wl,--wrap=realloc,--wrap=strdup,--wrap=strndup,--wrap=realpath \
	-Wl,--wrap=asprintf,--wrap=vasprintf \
	-Wl,--wrap=__asprintf_chk,--wrap=__vasprintf_chk

# For tests in which the disk fails: tests/support/disk_calls.h.
DISK_WRAP = -Wl,--wrap=write,--wrap=rename,--wrap=renameat2,--wrap=fsync

FORMAT_TESTS = \
	tests/core/b64_test \
	tests/core/devkey_test \
	tests/core/error_test \
	tests/core/file_test \
	tests/core/format_test \
	tests/core/jws_test \
	tests/core/line_test \
	tests/core/memory_test \
	tests/core/statement_test \
	tests/core/text_test \
	tests/core/trust_test
tests_core_b64_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_b64_test_LDADD = $(UNIT_LDADD)
tests_core_error_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_error_test_LDADD = $(UNIT_LDADD)
tests_core_format_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_format_test_LDADD = $(UNIT_LDADD)
tests_core_jws_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_jws_test_LDADD = $(UNIT_LDADD)
tests_core_line_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_line_test_LDADD = $(UNIT_LDADD)
tests_core_memory_test_SOURCES = tests/core/memory_test.c \
	tests/support/memory.c tests/support/memory.h
tests_core_memory_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_memory_test_LDFLAGS = $(MEMORY_WRAP)
tests_core_memory_test_LDADD = $(UNIT_LDADD)
tests_core_devkey_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_devkey_test_LDADD = $(UNIT_LDADD)
tests_core_file_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_file_test_LDADD = $(UNIT_LDADD)
tests_core_statement_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_statement_test_LDADD = $(UNIT_LDADD)
tests_core_text_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_text_test_LDADD = $(UNIT_LDADD)
tests_core_trust_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_trust_test_LDADD = $(UNIT_LDADD)

STORE_TESTS = \
	tests/core/action_test \
	tests/core/level_test \
	tests/core/lives_test \
	tests/core/notices_test \
	tests/core/rules_test \
	tests/core/schedule_test \
	tests/core/state_test \
	tests/core/use_test
tests_core_level_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_level_test_LDADD = $(UNIT_LDADD)
tests_core_lives_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_lives_test_LDADD = $(UNIT_LDADD)
tests_core_notices_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_notices_test_LDADD = $(UNIT_LDADD)
tests_core_rules_test_SOURCES = tests/core/rules_test.c \
	agent/map.c agent/map.h
tests_core_rules_test_CPPFLAGS = $(UNIT_CPPFLAGS) -I$(top_srcdir)/agent
tests_core_rules_test_LDADD = $(UNIT_LDADD)
tests_core_schedule_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_schedule_test_LDADD = $(UNIT_LDADD)
tests_core_state_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_state_test_LDADD = $(UNIT_LDADD) $(SQLITE_LIBS)
tests_core_use_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_use_test_LDADD = $(UNIT_LDADD)
tests_core_action_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_action_test_LDADD = $(UNIT_LDADD)

TICKET_TESTS = \
	tests/core/crash_test \
	tests/core/eula_test \
	tests/core/export_test \
	tests/core/faults_test \
	tests/core/life_test \
	tests/core/loss_test \
	tests/core/rehost_test
tests_core_crash_test_SOURCES = tests/core/crash_test.c \
	tests/support/disk_wrap.c \
	tests/support/memory.c tests/support/memory.h
tests_core_crash_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_crash_test_LDFLAGS = $(MEMORY_WRAP) $(DISK_WRAP)
tests_core_crash_test_LDADD = $(UNIT_LDADD)
tests_core_eula_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_eula_test_LDADD = $(UNIT_LDADD)
tests_core_export_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_export_test_LDADD = $(UNIT_LDADD)
tests_core_faults_test_SOURCES = tests/core/faults_test.c \
	tests/support/memory.c tests/support/memory.h
tests_core_faults_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_faults_test_LDFLAGS = $(MEMORY_WRAP)
tests_core_faults_test_LDADD = $(UNIT_LDADD)
tests_core_life_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_life_test_LDADD = $(UNIT_LDADD)
tests_core_loss_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_loss_test_LDADD = $(UNIT_LDADD) $(SQLITE_LIBS)
tests_core_rehost_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_core_rehost_test_LDADD = $(UNIT_LDADD)
check_PROGRAMS += $(TICKET_TESTS)
TESTS += $(TICKET_TESTS)

check_PROGRAMS += $(FORMAT_TESTS) $(STORE_TESTS)
TESTS += $(FORMAT_TESTS) $(STORE_TESTS)
endif

EXTRA_DIST += tests/core/format

dist_check_SCRIPTS += tests/tools/licissue_test.sh \
	tests/examples/check_licenses.py \
	tests/examples/embed_test.sh tests/examples/fleet_try.py
TESTS += tests/examples/check_licenses.py
TESTS += tests/examples/embed_test.sh
dist_check_SCRIPTS += tests/core/api_test.sh
TESTS += tests/core/api_test.sh
TESTS += tests/tools/licissue_test.sh
