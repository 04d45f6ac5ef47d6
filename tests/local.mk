# Tests.  support/ is for all of them; a unit test is a program of its own.

dist_check_SCRIPTS += tests/support/with_postgres

if HAVE_CUNIT
check_LTLIBRARIES += tests/support/libsupport.la
tests_support_libsupport_la_SOURCES = \
	tests/support/check.c tests/support/check.h \
	tests/support/device.c tests/support/device.h \
	tests/support/disk_calls.c tests/support/disk_calls.h \
	tests/support/issuer.c tests/support/issuer.h \
	tests/support/root.c tests/support/root.h \
	tests/support/old_state.c tests/support/old_state.h \
	tests/support/ticket.c tests/support/ticket.h
tests_support_libsupport_la_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_support_libsupport_la_LIBADD = authority/libauthority.la \
	licensecore/libcore.la $(CUNIT_LIBS) $(SQLITE_LIBS)

# Unit tests see the private headers of what they test.
UNIT_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir) \
	-I$(top_srcdir)/tests/support \
	-I$(top_srcdir)/licensecore $(AUTHORITY_CPPFLAGS) \
	$(CRYPTO_CFLAGS) $(SQLITE_CFLAGS) $(JANSSON_CFLAGS)
UNIT_LDADD = tests/support/libsupport.la $(CRYPTO_LIBS) $(JANSSON_LIBS)

# For tests in which memory runs out: tests/support/memory.h.
MEMORY_WRAP = $(AM_LDFLAGS) -Wl,--wrap=malloc,--wrap=calloc \
	-Wl,--wrap=realloc,--wrap=reallocarray,--wrap=strdup,--wrap=strndup \
	-Wl,--wrap=realpath \
	-Wl,--wrap=asprintf,--wrap=vasprintf \
	-Wl,--wrap=__asprintf_chk,--wrap=__vasprintf_chk

# For tests in which the disk fails: tests/support/disk_calls.h.
DISK_WRAP = -Wl,--wrap=write,--wrap=rename,--wrap=renameat2,--wrap=fsync \
	-Wl,--wrap=pwrite,--wrap=pwrite64,--wrap=fdatasync

endif

# Those that need no other program: packaging/cross runs them.
check-unit:
	$(MAKE) check TESTS="`echo $(TESTS) | tr ' ' '\n' | \
	    grep -E '_(test|fuzz)$$' | tr '\n' ' '`"
.PHONY: check-unit
