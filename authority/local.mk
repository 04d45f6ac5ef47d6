# libauthority.la is the whole of it with every symbol visible to the linker:
# licissue and the tests link it.  liblicenseauthority.so exports what
# licenseauthority.h marks LC_API, and of licensecore.h the few functions about
# errors, license types, texts and the version.

include_HEADERS += authority/include/licenseauthority.h
pkgconfig_DATA += authority/liblicenseauthority.pc

noinst_LTLIBRARIES += authority/libauthority.la
authority_libauthority_la_SOURCES = \
	authority/authority.h \
	authority/inspect.c \
	authority/issue.c \
	authority/ledger.c authority/ledger.h \
	authority/permit.c \
	authority/redeem.c \
	authority/sign.c authority/sign.h
AUTHORITY_CPPFLAGS = -I$(top_srcdir)/authority/include
authority_libauthority_la_CPPFLAGS = $(CORE_CPPFLAGS) \
	$(AUTHORITY_CPPFLAGS) -I$(top_srcdir) $(CRYPTO_CFLAGS) $(JANSSON_CFLAGS)
authority_libauthority_la_LIBADD = licensecore/libformat.la db/libdb.la \
	$(CRYPTO_LIBS)

lib_LTLIBRARIES += authority/liblicenseauthority.la
authority_liblicenseauthority_la_SOURCES =
authority_liblicenseauthority_la_LIBADD = authority/libauthority.la
authority_liblicenseauthority_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 \
	-no-undefined
