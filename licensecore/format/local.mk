licensecore_libformat_la_SOURCES += \
	licensecore/format/file.c licensecore/format/file.h \
	licensecore/format/fold.c licensecore/format/fold.h \
	licensecore/format/jws.c licensecore/format/jws.h \
	licensecore/format/key.c licensecore/format/key.h \
	licensecore/format/keydir.c licensecore/format/keydir.h \
	licensecore/format/keyfile.c licensecore/format/keyfile.h \
	licensecore/format/line.c licensecore/format/line.h \
	licensecore/format/payload.c licensecore/format/payload.h \
	licensecore/format/plain.c licensecore/format/plain.h \
	licensecore/format/statement.c licensecore/format/statement.h \
	licensecore/format/trust.c licensecore/format/trust.h \
	licensecore/format/trustlist.c licensecore/format/trustlist.h \
	licensecore/format/type.c licensecore/format/type.h
