if PORTAL
if HAVE_CUNIT
WEB_TESTS = tests/web/decode_test
check_PROGRAMS += $(WEB_TESTS)
TESTS += $(WEB_TESTS)
tests_web_decode_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_web_decode_test_LDADD = web/libweb.la $(UNIT_LDADD)
endif
endif
