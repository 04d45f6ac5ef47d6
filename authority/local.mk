# libauthority.la is the whole of it with every symbol visible to the linker:
# licissue and the tests link it.  liblicenseauthority.so exports what
# licenseauthority.h marks LC_API, and of licensecore.h the few functions about
# errors, license types, texts and the version.

include_HEADERS += authority/include/licenseauthority.h
EXTRA_DIST += authority/CALLHOME authority/FORMAT
pkgconfig_DATA += authority/liblicenseauthority.pc

noinst_LTLIBRARIES += authority/libauthority.la
authority_libauthority_la_SOURCES = \
	authority/keys/place.c authority/keys/place.h \
	authority/keys/root.c \
	authority/keys/sealed.c authority/keys/sealed.h \
	authority/keys/token.c authority/keys/token.h \
	authority/record/authority.c authority/record/authority.h \
	authority/record/device.c authority/record/device.h \
	authority/record/grant.c authority/record/grant.h \
	authority/record/image.c authority/record/image.h \
	authority/record/kept.c authority/record/kept.h \
	authority/record/ledger.c authority/record/ledger.h \
	authority/record/license.c authority/record/license.h \
	authority/record/log.c authority/record/log.h \
	authority/record/nonce.c authority/record/nonce.h \
	authority/record/pak.c authority/record/pak.h \
	authority/record/proposal.c authority/record/proposal.h \
	authority/record/record.c authority/record/record.h \
	authority/record/refusal.c \
	authority/record/rma.c authority/record/rma.h \
	authority/record/schema.c authority/record/schema.h \
	authority/record/setting.c authority/record/setting.h \
	authority/record/signing.c authority/record/signing.h \
	authority/record/verify.c authority/record/verify.h \
	authority/record/waiting.c authority/record/waiting.h \
	authority/record/webhook.c authority/record/webhook.h \
	authority/catalog/catalog.h \
	authority/catalog/form.c authority/catalog/form.h \
	authority/catalog/load.c authority/catalog/mistake.h \
	authority/catalog/policy.c authority/catalog/policy.h \
	authority/catalog/put.c \
	authority/catalog/read.c \
	authority/catalog/save.c \
	authority/report/asked.c \
	authority/report/calendar.c \
	authority/report/devices.c \
	authority/report/events.c authority/report/events.h \
	authority/report/history.c \
	authority/report/letters.c authority/report/letters.h \
	authority/report/licenses.c \
	authority/report/lists.c \
	authority/report/parts.c \
	authority/report/report.h \
	authority/report/reporting.c authority/report/reporting.h \
	authority/report/rows.c authority/report/rows.h \
	authority/report/sales.c \
	authority/report/waiting.c \
	authority/report/words.c authority/report/words.h \
	authority/ops/bundle.c authority/ops/bundle.h \
	authority/ops/csv.c authority/ops/csv.h \
	authority/ops/callhome.c authority/ops/callhome.h \
	authority/ops/device.c authority/ops/device.h \
	authority/ops/envelope.c authority/ops/envelope.h \
	authority/ops/fulfill.c authority/ops/fulfill.h \
	authority/ops/grant.c authority/ops/grant.h \
	authority/ops/import.c authority/ops/import.h \
	authority/ops/inspect.c authority/ops/inspect.h \
	authority/ops/issue.c authority/ops/issue.h \
	authority/ops/move.h \
	authority/ops/nonce.c authority/ops/nonce.h \
	authority/ops/pak.c authority/ops/pak.h \
	authority/ops/key.c authority/ops/key.h \
	authority/ops/permit.c \
	authority/ops/redeem.c \
	authority/ops/rma.c authority/ops/rma.h \
	authority/ops/shown.c authority/ops/shown.h \
	authority/ops/sign.c authority/ops/sign.h \
	authority/ops/token.c authority/ops/token.h \
	authority/ops/wishes.c authority/ops/wishes.h \
	authority/ops/wishes_csv.c \
	authority/ops/wishes_xml.c
AUTHORITY_CPPFLAGS = -I$(top_srcdir)/authority/include
authority_libauthority_la_CPPFLAGS = $(CORE_CPPFLAGS) \
	$(AUTHORITY_CPPFLAGS) -I$(top_srcdir)/authority -I$(top_srcdir) $(CRYPTO_CFLAGS) $(JANSSON_CFLAGS) \
	$(CONFIG_CFLAGS) $(EXPAT_CFLAGS)
authority_libauthority_la_LIBADD = licensecore/libformat.la db/libdb.la \
	$(CRYPTO_LIBS) $(CONFIG_LIBS) $(EXPAT_LIBS)

lib_LTLIBRARIES += authority/liblicenseauthority.la
authority_liblicenseauthority_la_SOURCES =
authority_liblicenseauthority_la_LIBADD = authority/libauthority.la
authority_liblicenseauthority_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 \
	-no-undefined
