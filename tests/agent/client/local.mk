# Unit tests of liblicclient, against a daemon that the test plays.

if HAVE_CUNIT
CLIENT_TESTS = tests/agent/client/licclient_test
tests_agent_client_licclient_test_SOURCES = \
	tests/agent/client/licclient_test.c
tests_agent_client_licclient_test_CPPFLAGS = $(AM_CPPFLAGS) \
	-I$(top_srcdir)/tests/support -I$(top_srcdir)/agent/client
tests_agent_client_licclient_test_LDADD = agent/client/libclient.la \
	tests/support/libsupport.la
check_PROGRAMS += $(CLIENT_TESTS)
TESTS += $(CLIENT_TESTS)
endif
