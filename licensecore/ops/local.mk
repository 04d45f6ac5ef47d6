licensecore_libcore_la_SOURCES += \
	licensecore/ops/action.c licensecore/ops/action.h \
	licensecore/ops/backup.c \
	licensecore/ops/check.c \
	licensecore/ops/clear.c \
	licensecore/ops/core.c licensecore/ops/core.h \
	licensecore/ops/credentials.c \
	licensecore/ops/eula.c licensecore/ops/eula.h \
	licensecore/ops/event.c licensecore/ops/event.h \
	licensecore/ops/generate.c \
	licensecore/ops/install.c \
	licensecore/ops/item.c licensecore/ops/item.h \
	licensecore/ops/journal.c licensecore/ops/journal.h \
	licensecore/ops/rehost.c \
	licensecore/ops/store.c licensecore/ops/store.h \
	licensecore/ops/time.c
