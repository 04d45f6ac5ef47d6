# liblicclient: for features.  licctl links it as it is, without its .so.

noinst_LTLIBRARIES += agent/client/libclient.la
agent_client_libclient_la_SOURCES = \
	agent/client/licclient.c agent/client/licclient.h \
	agent/client/wire.c agent/client/wire.h
agent_client_libclient_la_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) \
	-DCONTROL_DEFAULT='"$(runstatedir)/licagent/control"'
agent_client_libclient_la_LIBADD = $(JANSSON_LIBS)

lib_LTLIBRARIES += agent/client/liblicclient.la
agent_client_liblicclient_la_SOURCES =
agent_client_liblicclient_la_LIBADD = agent/client/libclient.la
agent_client_liblicclient_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 \
	-no-undefined

include_HEADERS += agent/client/licclient.h
pkgconfig_DATA += agent/client/liblicclient.pc
dist_man_MANS += agent/client/liblicclient.3
