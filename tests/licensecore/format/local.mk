if HAVE_CUNIT
CORE_FORMAT_TESTS = \
	tests/licensecore/format/file_test \
	tests/licensecore/format/fold_test \
	tests/licensecore/format/format_test \
	tests/licensecore/format/jws_test \
	tests/licensecore/format/keydir_test \
	tests/licensecore/format/line_test \
	tests/licensecore/format/memory_test \
	tests/licensecore/format/statement_test \
	tests/licensecore/format/trustlist_test \
	tests/licensecore/format/type_test
tests_licensecore_format_file_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_format_file_test_LDADD = $(UNIT_LDADD)
tests_licensecore_format_fold_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_format_fold_test_LDADD = $(UNIT_LDADD)
tests_licensecore_format_format_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_format_format_test_LDADD = $(UNIT_LDADD)
tests_licensecore_format_jws_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_format_jws_test_LDADD = $(UNIT_LDADD)
tests_licensecore_format_line_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_format_line_test_LDADD = $(UNIT_LDADD)
tests_licensecore_format_memory_test_SOURCES = tests/licensecore/format/memory_test.c \
	tests/support/memory.c tests/support/memory.h
tests_licensecore_format_memory_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_format_memory_test_LDFLAGS = $(MEMORY_WRAP)
tests_licensecore_format_memory_test_LDADD = $(UNIT_LDADD)
tests_licensecore_format_statement_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_format_statement_test_LDADD = $(UNIT_LDADD)
tests_licensecore_format_keydir_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_format_keydir_test_LDADD = $(UNIT_LDADD)
tests_licensecore_format_trustlist_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_format_trustlist_test_LDADD = $(UNIT_LDADD)
tests_licensecore_format_type_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_format_type_test_LDADD = $(UNIT_LDADD)
check_PROGRAMS += $(CORE_FORMAT_TESTS)
TESTS += $(CORE_FORMAT_TESTS)
endif

EXTRA_DIST += tests/licensecore/format/examples
