# libcore.la is the whole core with every symbol visible to the linker: the
# programs and the tests link it.  liblicensecore.so exports what licensecore.h
# marks LC_API and nothing else.  libformat.la has its lower floors, base and
# format, which the authority is built on, too.

include_HEADERS += licensecore/include/licensecore.h
dist_doc_DATA += licensecore/FORMAT
pkgconfig_DATA += licensecore/liblicensecore.pc

# Private headers are included as FOLDER/NAME.h.
CORE_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/licensecore

noinst_LTLIBRARIES += licensecore/libformat.la
licensecore_libformat_la_SOURCES =
licensecore_libformat_la_CPPFLAGS = $(CORE_CPPFLAGS) $(CRYPTO_CFLAGS) \
	$(JANSSON_CFLAGS)
licensecore_libformat_la_LIBADD = compat/libcompat.la $(CRYPTO_LIBS) $(JANSSON_LIBS)

noinst_LTLIBRARIES += licensecore/libcore.la
licensecore_libcore_la_SOURCES =
licensecore_libcore_la_CPPFLAGS = $(CORE_CPPFLAGS) \
	$(CRYPTO_CFLAGS) $(SQLITE_CFLAGS) $(JANSSON_CFLAGS)
licensecore_libcore_la_LIBADD = licensecore/libformat.la $(CRYPTO_LIBS) \
	$(SQLITE_LIBS) $(JANSSON_LIBS)

lib_LTLIBRARIES += licensecore/liblicensecore.la
licensecore_liblicensecore_la_SOURCES =
licensecore_liblicensecore_la_LIBADD = licensecore/libcore.la
licensecore_liblicensecore_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 \
	-no-undefined
