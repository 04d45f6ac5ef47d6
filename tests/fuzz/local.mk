# Fuzz targets.  In a plain build each replays its corpus; with --enable-fuzzers
# (CC=clang) they are libFuzzer programs: tests/fuzz/line_fuzz DIR...  "make
# fuzz" runs each of them for FUZZ_SECONDS and keeps what it finds under
# tests/fuzz/found of the build directory.

FUZZ_TARGETS =
FUZZ_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/licensecore \
	$(AUTHORITY_CPPFLAGS) -I$(top_srcdir) \
	$(CRYPTO_CFLAGS) $(JANSSON_CFLAGS)
FUZZ_LDADD = $(FUZZ_MAIN) authority/libauthority.la licensecore/libcore.la \
	$(CRYPTO_LIBS) $(JANSSON_LIBS)

if FUZZERS
noinst_PROGRAMS += $(FUZZ_TARGETS)
FUZZ_MAIN =
FUZZ_LINK = $(AM_LDFLAGS) -fsanitize=fuzzer
else
check_PROGRAMS += $(FUZZ_TARGETS)
check_LTLIBRARIES += tests/fuzz/libreplay.la
TESTS += $(FUZZ_TARGETS)
tests_fuzz_libreplay_la_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz.h
FUZZ_MAIN = tests/fuzz/libreplay.la
FUZZ_LINK = $(AM_LDFLAGS)
endif

# Of the core: files, lines, keys.
FUZZ_TARGETS += tests/fuzz/action_fuzz \
	tests/fuzz/file_fuzz \
	tests/fuzz/jwk_fuzz \
	tests/fuzz/line_fuzz \
	tests/fuzz/payload_fuzz \
	tests/fuzz/pem_fuzz \
	tests/fuzz/statement_fuzz
tests_fuzz_action_fuzz_SOURCES = tests/fuzz/action_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_action_fuzz_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_action_fuzz_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_action_fuzz_LDADD = $(FUZZ_LDADD)
tests_fuzz_file_fuzz_SOURCES = tests/fuzz/file_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_file_fuzz_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_file_fuzz_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_file_fuzz_LDADD = $(FUZZ_LDADD)
tests_fuzz_jwk_fuzz_SOURCES = tests/fuzz/jwk_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_jwk_fuzz_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_jwk_fuzz_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_jwk_fuzz_LDADD = $(FUZZ_LDADD)
tests_fuzz_line_fuzz_SOURCES = tests/fuzz/line_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_line_fuzz_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_line_fuzz_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_line_fuzz_LDADD = $(FUZZ_LDADD)
tests_fuzz_payload_fuzz_SOURCES = tests/fuzz/payload_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_payload_fuzz_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_payload_fuzz_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_payload_fuzz_LDADD = $(FUZZ_LDADD)
tests_fuzz_pem_fuzz_SOURCES = tests/fuzz/pem_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_pem_fuzz_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_pem_fuzz_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_pem_fuzz_LDADD = $(FUZZ_LDADD)
tests_fuzz_statement_fuzz_SOURCES = tests/fuzz/statement_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_statement_fuzz_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_statement_fuzz_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_statement_fuzz_LDADD = $(FUZZ_LDADD)

# Of the agent.
FUZZ_TARGETS += tests/fuzz/url_fuzz
tests_fuzz_url_fuzz_SOURCES = tests/fuzz/url_fuzz.c tests/fuzz/fuzz.h \
	agent/jobs/url.c agent/jobs/url.h \
	agent/jobs/protocol.c agent/jobs/protocol.h
tests_fuzz_url_fuzz_CPPFLAGS = $(AGENT_CPPFLAGS)
tests_fuzz_url_fuzz_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_url_fuzz_LDADD = $(FUZZ_MAIN)

if FUZZERS
FUZZ_SECONDS = 60
fuzz: $(FUZZ_TARGETS)
	@for target in $(FUZZ_TARGETS); do \
		name=`basename $$target _fuzz`; \
		$(MKDIR_P) tests/fuzz/found/$$name || exit 1; \
		$$target -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 \
		    -artifact_prefix=tests/fuzz/found/ \
		    tests/fuzz/found/$$name \
		    $(srcdir)/tests/fuzz/corpus/$$name || exit 1; \
	done
endif

.PHONY: fuzz
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/replay.c
