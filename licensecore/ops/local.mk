licensecore_libcore_la_SOURCES += \
	licensecore/ops/action.c licensecore/ops/action.h \
	licensecore/ops/agreements.c licensecore/ops/agreements.h \
	licensecore/ops/backup.c \
	licensecore/ops/boot_level.c licensecore/ops/boot_level.h \
	licensecore/ops/check.c \
	licensecore/ops/clear.c \
	licensecore/ops/clock_reset.c licensecore/ops/clock_reset.h \
	licensecore/ops/core.c \
	licensecore/ops/credentials.c \
	licensecore/ops/due.c licensecore/ops/due.h \
	licensecore/ops/eula.c licensecore/ops/eula.h \
	licensecore/ops/event.c licensecore/ops/event.h \
	licensecore/ops/install.c \
	licensecore/ops/dates.c licensecore/ops/dates.h \
	licensecore/ops/item.c licensecore/ops/item.h \
	licensecore/ops/journal.c licensecore/ops/journal.h \
	licensecore/ops/keys.c licensecore/ops/keys.h \
	licensecore/ops/lease.c licensecore/ops/lease.h \
	licensecore/ops/missing.c licensecore/ops/missing.h \
	licensecore/ops/lc.h \
	licensecore/ops/note.c licensecore/ops/note.h \
	licensecore/ops/readings.c licensecore/ops/readings.h \
	licensecore/ops/recall.c licensecore/ops/recall.h \
	licensecore/ops/rehost.c \
	licensecore/ops/settings.c licensecore/ops/settings.h \
	licensecore/ops/store.c licensecore/ops/store.h
