# libcore.la is the whole core with every symbol visible to the linker: the
# programs and the tests link it.  liblicensecore.so exports what licensecore.h
# marks LC_API and nothing else.

include_HEADERS += licensecore/include/licensecore.h
pkgconfig_DATA += licensecore/liblicensecore.pc

noinst_LTLIBRARIES += licensecore/libcore.la
licensecore_libcore_la_SOURCES = \
	licensecore/b64.c licensecore/b64.h \
	licensecore/devkey.c licensecore/devkey.h \
	licensecore/disk.c licensecore/disk.h \
	licensecore/error.c licensecore/error.h \
	licensecore/file.c licensecore/file.h \
	licensecore/json.c licensecore/json.h \
	licensecore/jws.c licensecore/jws.h \
	licensecore/key.c licensecore/key.h \
	licensecore/line.c licensecore/line.h \
	licensecore/text.c licensecore/text.h \
	licensecore/trust.c licensecore/trust.h \
	licensecore/type.c
licensecore_libcore_la_CPPFLAGS = $(AM_CPPFLAGS) \
	$(CRYPTO_CFLAGS) $(SQLITE_CFLAGS) $(JANSSON_CFLAGS)
licensecore_libcore_la_LIBADD = $(CRYPTO_LIBS) $(SQLITE_LIBS) $(JANSSON_LIBS)

lib_LTLIBRARIES += licensecore/liblicensecore.la
licensecore_liblicensecore_la_SOURCES =
licensecore_liblicensecore_la_LIBADD = licensecore/libcore.la
licensecore_liblicensecore_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 \
	-no-undefined
