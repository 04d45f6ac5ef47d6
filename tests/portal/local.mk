if PORTAL
if HAVE_CUNIT
PORTAL_TESTS = tests/portal/cache_test tests/portal/frame_test \
	tests/portal/op_args_test tests/portal/picture_test
check_PROGRAMS += $(PORTAL_TESTS)
TESTS += $(PORTAL_TESTS)
tests_portal_cache_test_SOURCES = tests/portal/cache_test.c portal/cache.c
tests_portal_cache_test_CPPFLAGS = $(UNIT_CPPFLAGS) \
	$(AUTHORITY_CPPFLAGS) -I$(top_srcdir)/licensecore \
	-I$(top_srcdir)/authority
tests_portal_cache_test_LDADD = authority/libauthority.la $(UNIT_LDADD)
tests_portal_frame_test_SOURCES = tests/portal/frame_test.c portal/frame.c
tests_portal_frame_test_CPPFLAGS = $(UNIT_CPPFLAGS) -I$(top_srcdir)/daemon \
	$(CONFIG_CFLAGS)
tests_portal_frame_test_LDADD = daemon/libdaemon.la $(UNIT_LDADD)
tests_portal_op_args_test_SOURCES = tests/portal/op_args_test.c \
	portal/op_args.c
tests_portal_op_args_test_CPPFLAGS = $(UNIT_CPPFLAGS) \
	$(AUTHORITY_CPPFLAGS) -I$(top_srcdir)/licensecore
tests_portal_op_args_test_LDADD = authority/libauthority.la $(UNIT_LDADD)
tests_portal_picture_test_SOURCES = tests/portal/picture_test.c \
	portal/site/picture.c
tests_portal_picture_test_CPPFLAGS = $(UNIT_CPPFLAGS) $(JANSSON_CFLAGS)
tests_portal_picture_test_LDADD = $(UNIT_LDADD) $(JANSSON_LIBS)
endif
PORTAL_SCRIPTED = tests/portal/api.py tests/portal/faults.py \
	tests/portal/lists.py
PORTAL_SLOW = tests/portal/browser.py tests/portal/callhome.py \
	tests/portal/cycle.py tests/portal/keys.py tests/portal/killed.py \
	tests/portal/mail.py tests/portal/openapi.py tests/portal/others.py \
	tests/portal/site.py tests/portal/webhooks.py
dist_check_SCRIPTS += $(PORTAL_SCRIPTED) $(PORTAL_SLOW) \
	tests/portal/postgres.sh
TESTS += $(PORTAL_SCRIPTED)
if SLOW_TESTS
TESTS += $(PORTAL_SLOW)
if HAVE_POSTGRESQL
TESTS += tests/portal/postgres.sh
endif
endif
check-browser: all tests/authority/device
	BROWSER_ALL=1 $(PY_LOG_COMPILER) $(srcdir)/tests/portal/browser.py || \
	    test $$? = 77
# Killed at each write, on both databases; the database away for 30 s.
check-killed: all tests/authority/device
	env KILL_STEP=1 $(PY_LOG_COMPILER) $(srcdir)/tests/portal/killed.py
	env KILL_STEP=1 $(srcdir)/tests/support/with_postgres --fast \
	    $(PY_LOG_COMPILER) $(srcdir)/tests/portal/killed.py
check-away: all tests/authority/device
	env AWAY_S=30 $(srcdir)/tests/support/with_postgres \
	    $(PY_LOG_COMPILER) $(srcdir)/tests/portal/faults.py
dist_check_DATA += tests/portal/people.py tests/portal/portal_site.py \
	tests/portal/described.py
endif
.PHONY: check-browser check-killed check-away
