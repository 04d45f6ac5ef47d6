# What daemons share: see loop.h.

noinst_LTLIBRARIES += daemon/libdaemon.la
daemon_libdaemon_la_SOURCES = \
	daemon/array.h \
	daemon/become.c daemon/become.h \
	daemon/buffer.c daemon/buffer.h \
	daemon/clockwatch.c daemon/clockwatch.h \
	daemon/conf_read.c daemon/conf_read.h \
	daemon/log.c daemon/log.h \
	daemon/loop.c daemon/loop.h \
	daemon/readiness.c daemon/readiness.h
daemon_libdaemon_la_CPPFLAGS = $(AM_CPPFLAGS) $(CONFIG_CFLAGS) $(SYSTEMD_CFLAGS)
daemon_libdaemon_la_LIBADD = $(CONFIG_LIBS) $(SYSTEMD_LIBS)
