# Fuzz targets.  Plainly built, each replays its corpus; with --enable-fuzzers
# (CC=clang) they are libFuzzer programs: tests/fuzz/line_fuzz DIR...

FUZZ_TARGETS = \
	tests/fuzz/file_fuzz \
	tests/fuzz/jwk_fuzz \
	tests/fuzz/line_fuzz \
	tests/fuzz/statement_fuzz
FUZZ_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/licensecore \
	$(CRYPTO_CFLAGS) $(JANSSON_CFLAGS)
FUZZ_LDADD = licensecore/libcore.la $(CRYPTO_LIBS) $(JANSSON_LIBS)

tests_fuzz_file_fuzz_SOURCES = tests/fuzz/file_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_file_fuzz_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_file_fuzz_LDADD = $(FUZZ_LDADD)
tests_fuzz_jwk_fuzz_SOURCES = tests/fuzz/jwk_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_jwk_fuzz_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_jwk_fuzz_LDADD = $(FUZZ_LDADD)
tests_fuzz_line_fuzz_SOURCES = tests/fuzz/line_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_line_fuzz_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_line_fuzz_LDADD = $(FUZZ_LDADD)
tests_fuzz_statement_fuzz_SOURCES = tests/fuzz/statement_fuzz.c \
	tests/fuzz/fuzz.h
tests_fuzz_statement_fuzz_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_statement_fuzz_LDADD = $(FUZZ_LDADD)

if FUZZERS
noinst_PROGRAMS += $(FUZZ_TARGETS)
tests_fuzz_file_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_jwk_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_line_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_statement_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
else
check_PROGRAMS += $(FUZZ_TARGETS)
TESTS += $(FUZZ_TARGETS)
tests_fuzz_file_fuzz_SOURCES += tests/fuzz/replay.c
tests_fuzz_jwk_fuzz_SOURCES += tests/fuzz/replay.c
tests_fuzz_line_fuzz_SOURCES += tests/fuzz/replay.c
tests_fuzz_statement_fuzz_SOURCES += tests/fuzz/replay.c
endif
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/replay.c
