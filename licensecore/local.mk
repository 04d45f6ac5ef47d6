# libcore.la is the whole core with every symbol visible to the linker: the
# programs and the tests link it.  liblicensecore.so exports what licensecore.h
# and licenseissue.h mark LC_API and nothing else.

include_HEADERS += \
	licensecore/include/licensecore.h \
	licensecore/include/licenseissue.h
dist_doc_DATA += licensecore/FORMAT
pkgconfig_DATA += licensecore/liblicensecore.pc

noinst_LTLIBRARIES += licensecore/libcore.la
licensecore_libcore_la_SOURCES = \
	licensecore/action.c licensecore/action.h \
	licensecore/authority.h \
	licensecore/b64.c licensecore/b64.h \
	licensecore/backup.c \
	licensecore/change.c licensecore/change.h \
	licensecore/check.c \
	licensecore/clear.c \
	licensecore/clock.c licensecore/clock.h \
	licensecore/copy.c licensecore/copy.h \
	licensecore/core.c licensecore/core.h \
	licensecore/credentials.c \
	licensecore/db.c licensecore/db.h \
	licensecore/devkey.c licensecore/devkey.h \
	licensecore/disk.c licensecore/disk.h \
	licensecore/error.c licensecore/error.h \
	licensecore/event.c licensecore/event.h \
	licensecore/eula.c licensecore/eula.h \
	licensecore/file.c licensecore/file.h \
	licensecore/generate.c \
	licensecore/history.c licensecore/history.h \
	licensecore/inspect.c \
	licensecore/issue.c \
	licensecore/install.c \
	licensecore/item.c licensecore/item.h \
	licensecore/journal.c licensecore/journal.h \
	licensecore/json.c licensecore/json.h \
	licensecore/jws.c licensecore/jws.h \
	licensecore/key.c licensecore/key.h \
	licensecore/keyfile.c licensecore/keyfile.h \
	licensecore/level.c licensecore/level.h \
	licensecore/ledger.c licensecore/ledger.h \
	licensecore/line.c licensecore/line.h \
	licensecore/meter.c licensecore/meter.h \
	licensecore/model.c licensecore/model.h \
	licensecore/permit.c \
	licensecore/redeem.c \
	licensecore/rehost.c \
	licensecore/schedule.c licensecore/schedule.h \
	licensecore/seal.c licensecore/seal.h \
	licensecore/sealed.c licensecore/sealed.h \
	licensecore/select.c licensecore/select.h \
	licensecore/statement.c licensecore/statement.h \
	licensecore/store.c licensecore/store.h \
	licensecore/text.c licensecore/text.h \
	licensecore/time.c \
	licensecore/trust.c licensecore/trust.h \
	licensecore/type.c \
	licensecore/use.c licensecore/use.h
licensecore_libcore_la_CPPFLAGS = $(AM_CPPFLAGS) \
	$(CRYPTO_CFLAGS) $(SQLITE_CFLAGS) $(JANSSON_CFLAGS)
licensecore_libcore_la_LIBADD = $(CRYPTO_LIBS) $(SQLITE_LIBS) $(JANSSON_LIBS)

lib_LTLIBRARIES += licensecore/liblicensecore.la
licensecore_liblicensecore_la_SOURCES =
licensecore_liblicensecore_la_LIBADD = licensecore/libcore.la
licensecore_liblicensecore_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 \
	-no-undefined
