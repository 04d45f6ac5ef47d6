# One interface over SQL databases, for servers.

noinst_LTLIBRARIES += db/libdb.la
db_libdb_la_SOURCES = db/connection.c db/connection.h \
	db/db.h db/sqlite.c
db_libdb_la_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
db_libdb_la_LIBADD = $(SQLITE_LIBS)
if HAVE_POSTGRESQL
db_libdb_la_SOURCES += db/postgres.c
db_libdb_la_CPPFLAGS += $(POSTGRESQL_CFLAGS)
db_libdb_la_LIBADD += $(POSTGRESQL_LIBS)
endif
