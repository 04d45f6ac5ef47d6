if PORTAL
if HAVE_CUNIT
WEB_TESTS = tests/web/decode_test tests/web/form_test tests/web/mail_test tests/web/people_test \
	tests/web/template_test
check_PROGRAMS += $(WEB_TESTS)
TESTS += $(WEB_TESTS)
tests_web_decode_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_web_decode_test_LDADD = web/libweb.la $(UNIT_LDADD)
tests_web_form_test_CPPFLAGS = $(UNIT_CPPFLAGS) $(JANSSON_CFLAGS)
tests_web_form_test_LDADD = web/libweb.la $(UNIT_LDADD) $(JANSSON_LIBS)
tests_web_mail_test_CPPFLAGS = $(UNIT_CPPFLAGS) $(JANSSON_CFLAGS)
tests_web_mail_test_LDADD = web/libweb.la daemon/libdaemon.la \
	$(UNIT_LDADD) $(JANSSON_LIBS)
tests_web_people_test_CPPFLAGS = $(UNIT_CPPFLAGS) $(OATH_CFLAGS)
tests_web_people_test_LDADD = web/libweb.la daemon/libdaemon.la \
	$(UNIT_LDADD) $(OATH_LIBS)
tests_web_template_test_CPPFLAGS = $(UNIT_CPPFLAGS) $(JANSSON_CFLAGS)
tests_web_template_test_LDADD = web/libweb.la daemon/libdaemon.la \
	$(UNIT_LDADD) $(JANSSON_LIBS)
endif
endif
