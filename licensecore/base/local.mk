licensecore_libformat_la_SOURCES += \
	licensecore/base/arena.c licensecore/base/arena.h \
	licensecore/base/b64.c licensecore/base/b64.h \
	licensecore/base/disk.c licensecore/base/disk.h \
	licensecore/base/error.c licensecore/base/error.h \
	licensecore/base/host.c licensecore/base/host.h \
	licensecore/base/json.c licensecore/base/json.h \
	licensecore/base/pool.c licensecore/base/pool.h \
	licensecore/base/slice.c licensecore/base/slice.h \
	licensecore/base/text.c licensecore/base/text.h
