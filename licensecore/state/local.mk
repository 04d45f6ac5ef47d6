licensecore_libcore_la_SOURCES += \
	licensecore/state/acceptance.c licensecore/state/acceptance.h \
	licensecore/state/change.c licensecore/state/change.h \
	licensecore/state/clock_row.c licensecore/state/clock_row.h \
	licensecore/state/copy.c licensecore/state/copy.h \
	licensecore/state/db.c licensecore/state/db.h \
	licensecore/state/devkey.c licensecore/state/devkey.h \
	licensecore/state/history.c licensecore/state/history.h \
	licensecore/state/licenses.c licensecore/state/licenses.h \
	licensecore/state/lines.c licensecore/state/lines.h \
	licensecore/state/marks.c licensecore/state/marks.h \
	licensecore/state/meta.c licensecore/state/meta.h \
	licensecore/state/outbox.c licensecore/state/outbox.h \
	licensecore/state/seal.c licensecore/state/seal.h \
	licensecore/state/sealed.c licensecore/state/sealed.h \
	licensecore/state/state.c licensecore/state/state.h \
	licensecore/state/usage.c licensecore/state/usage.h
