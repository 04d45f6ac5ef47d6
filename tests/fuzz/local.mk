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
	tests/fuzz/envelope_fuzz \
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
tests_fuzz_envelope_fuzz_SOURCES = tests/fuzz/envelope_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_envelope_fuzz_CPPFLAGS = $(FUZZ_CPPFLAGS) -I$(top_srcdir)/authority
tests_fuzz_envelope_fuzz_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_envelope_fuzz_LDADD = $(FUZZ_LDADD)
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

# Of the authority: catalogs, lists of devices.
FUZZ_AUTHORITY_CPPFLAGS = $(FUZZ_CPPFLAGS) -I$(top_srcdir)/authority
FUZZ_TARGETS += tests/fuzz/catalog_fuzz \
	tests/fuzz/csv_fuzz \
	tests/fuzz/xml_fuzz
tests_fuzz_catalog_fuzz_SOURCES = tests/fuzz/catalog_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_catalog_fuzz_CPPFLAGS = $(FUZZ_AUTHORITY_CPPFLAGS)
tests_fuzz_catalog_fuzz_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_catalog_fuzz_LDADD = $(FUZZ_LDADD)
tests_fuzz_csv_fuzz_SOURCES = tests/fuzz/csv_fuzz.c tests/fuzz/fuzz.h \
	tests/fuzz/wishes_fuzz.h
tests_fuzz_csv_fuzz_CPPFLAGS = $(FUZZ_AUTHORITY_CPPFLAGS)
tests_fuzz_csv_fuzz_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_csv_fuzz_LDADD = $(FUZZ_LDADD)
tests_fuzz_xml_fuzz_SOURCES = tests/fuzz/xml_fuzz.c tests/fuzz/fuzz.h \
	tests/fuzz/wishes_fuzz.h
tests_fuzz_xml_fuzz_CPPFLAGS = $(FUZZ_AUTHORITY_CPPFLAGS)
tests_fuzz_xml_fuzz_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_xml_fuzz_LDADD = $(FUZZ_LDADD)

# Of the agent.
FUZZ_TARGETS += tests/fuzz/url_fuzz
tests_fuzz_url_fuzz_SOURCES = tests/fuzz/url_fuzz.c tests/fuzz/fuzz.h \
	agent/jobs/url.c agent/jobs/url.h \
	agent/jobs/protocol.c agent/jobs/protocol.h
tests_fuzz_url_fuzz_CPPFLAGS = $(AGENT_CPPFLAGS)
tests_fuzz_url_fuzz_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_url_fuzz_LDADD = $(FUZZ_MAIN)

FUZZ_TARGETS += tests/fuzz/client_fuzz tests/fuzz/conf_fuzz \
	tests/fuzz/portal_fuzz tests/fuzz/transfer_fuzz
tests_fuzz_client_fuzz_SOURCES = tests/fuzz/client_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_client_fuzz_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/agent/client
tests_fuzz_client_fuzz_LDFLAGS = $(FUZZ_LINK) -Wl,--wrap=connect
tests_fuzz_client_fuzz_LDADD = $(FUZZ_MAIN) agent/client/libclient.la

# quiet.h: nothing is logged, no program started, no name looked up.
QUIET = tests/fuzz/fuzz.h tests/fuzz/quiet.c tests/fuzz/quiet.h
QUIET_WRAP = -Wl,--wrap=log_error,--wrap=log_warn,--wrap=log_info \
	-Wl,--wrap=log_event,--wrap=posix_spawn \
	-Wl,--wrap=getaddrinfo,--wrap=getgrnam
FUZZ_AGENT_LDADD = $(FUZZ_MAIN) agent/libagent.la licensecore/libcore.la

tests_fuzz_portal_fuzz_SOURCES = tests/fuzz/portal_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_portal_fuzz_CPPFLAGS = $(AGENT_CPPFLAGS)
tests_fuzz_portal_fuzz_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_portal_fuzz_LDADD = $(FUZZ_AGENT_LDADD)

tests_fuzz_conf_fuzz_SOURCES = tests/fuzz/conf_fuzz.c $(QUIET)
tests_fuzz_conf_fuzz_CPPFLAGS = $(AGENT_CPPFLAGS)
tests_fuzz_conf_fuzz_LDFLAGS = $(FUZZ_LINK) $(QUIET_WRAP)
tests_fuzz_conf_fuzz_LDADD = $(FUZZ_AGENT_LDADD)
if HAVE_CURL
FUZZ_TARGETS += tests/fuzz/order_fuzz
# It includes transfer_main.c.
tests_fuzz_order_fuzz_SOURCES = tests/fuzz/order_fuzz.c $(QUIET) $(SANDBOX)
tests_fuzz_order_fuzz_CPPFLAGS = $(AGENT_CPPFLAGS) $(CURL_CFLAGS) \
	$(SECCOMP_CFLAGS)
tests_fuzz_order_fuzz_LDFLAGS = $(FUZZ_LINK) $(QUIET_WRAP) \
	-Wl,--wrap=curl_easy_perform,--wrap=send
tests_fuzz_order_fuzz_LDADD = $(FUZZ_AGENT_LDADD) $(CURL_LIBS) \
	$(SECCOMP_LIBS)
endif
tests_fuzz_transfer_fuzz_SOURCES = tests/fuzz/transfer_fuzz.c $(QUIET)
tests_fuzz_transfer_fuzz_CPPFLAGS = $(AGENT_CPPFLAGS)
tests_fuzz_transfer_fuzz_LDFLAGS = $(FUZZ_LINK) $(QUIET_WRAP) \
	-Wl,--wrap=socketpair,--wrap=memfd_create
tests_fuzz_transfer_fuzz_LDADD = $(FUZZ_AGENT_LDADD)

# With the fixtures of the unit tests.
if HAVE_CUNIT
FUZZ_TARGETS += tests/fuzz/agentx_fuzz tests/fuzz/control_fuzz tests/fuzz/keys_fuzz \
	tests/fuzz/set_fuzz tests/fuzz/state_fuzz
tests_fuzz_agentx_fuzz_SOURCES = tests/fuzz/agentx_fuzz.c $(QUIET) \
	$(AGENT_FIXTURE) $(BOTH_WAYS)
tests_fuzz_agentx_fuzz_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_fuzz_agentx_fuzz_LDFLAGS = $(FUZZ_LINK) $(QUIET_WRAP)
tests_fuzz_agentx_fuzz_LDADD = $(FUZZ_MAIN) $(AGENT_TEST_LDADD)
tests_fuzz_control_fuzz_SOURCES = tests/fuzz/control_fuzz.c $(QUIET)
tests_fuzz_control_fuzz_CPPFLAGS = $(AGENT_TEST_CPPFLAGS) $(UNIT_CPPFLAGS)
tests_fuzz_control_fuzz_LDFLAGS = $(FUZZ_LINK) $(QUIET_WRAP)
tests_fuzz_control_fuzz_LDADD = $(FUZZ_MAIN) agent/libagent.la $(UNIT_LDADD)
tests_fuzz_keys_fuzz_SOURCES = tests/fuzz/keys_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_keys_fuzz_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_fuzz_keys_fuzz_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_keys_fuzz_LDADD = $(FUZZ_MAIN) $(UNIT_LDADD)
tests_fuzz_set_fuzz_SOURCES = tests/fuzz/set_fuzz.c $(QUIET) $(AGENT_FIXTURE)
tests_fuzz_set_fuzz_CPPFLAGS = $(AGENT_TEST_CPPFLAGS)
tests_fuzz_set_fuzz_LDFLAGS = $(FUZZ_LINK) $(QUIET_WRAP)
tests_fuzz_set_fuzz_LDADD = $(FUZZ_MAIN) $(AGENT_TEST_LDADD)
tests_fuzz_state_fuzz_SOURCES = tests/fuzz/state_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_state_fuzz_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_fuzz_state_fuzz_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_state_fuzz_LDADD = $(FUZZ_MAIN) $(UNIT_LDADD)
endif

# Of the web interface.
if PORTAL
FUZZ_TARGETS += tests/fuzz/form_fuzz tests/fuzz/request_fuzz \
	tests/fuzz/template_fuzz
# Without the server: the target has requests of its own.
tests_fuzz_request_fuzz_SOURCES = tests/fuzz/request_fuzz.c \
	tests/fuzz/fuzz.h web/answer.c web/answer.h web/decode.c web/decode.h \
	web/route.c web/route.h
tests_fuzz_request_fuzz_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_request_fuzz_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_request_fuzz_LDADD = $(FUZZ_MAIN) $(CRYPTO_LIBS) $(JANSSON_LIBS)
tests_fuzz_form_fuzz_SOURCES = tests/fuzz/form_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_form_fuzz_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_form_fuzz_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_form_fuzz_LDADD = $(FUZZ_MAIN) web/libweb.la $(JANSSON_LIBS)
tests_fuzz_template_fuzz_SOURCES = tests/fuzz/template_fuzz.c tests/fuzz/fuzz.h
tests_fuzz_template_fuzz_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_template_fuzz_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_template_fuzz_LDADD = $(FUZZ_MAIN) web/libweb.la \
	daemon/libdaemon.la $(JANSSON_LIBS)
endif

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
