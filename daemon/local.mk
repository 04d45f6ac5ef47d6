# What daemons share: event loop, log, buffer, configuration reading.

noinst_LTLIBRARIES += daemon/libdaemon.la
daemon_libdaemon_la_SOURCES = \
	daemon/buffer.c daemon/buffer.h \
	daemon/conf_read.c daemon/conf_read.h \
	daemon/log.c daemon/log.h \
	daemon/loop.c daemon/loop.h
daemon_libdaemon_la_CPPFLAGS = $(AM_CPPFLAGS) $(CONFIG_CFLAGS)
daemon_libdaemon_la_LIBADD = $(CONFIG_LIBS)
