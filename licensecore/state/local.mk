licensecore_libcore_la_SOURCES += \
	licensecore/state/change.c licensecore/state/change.h \
	licensecore/state/copy.c licensecore/state/copy.h \
	licensecore/state/db.c licensecore/state/db.h \
	licensecore/state/devkey.c licensecore/state/devkey.h \
	licensecore/state/half.c licensecore/state/half.h \
	licensecore/state/history.c licensecore/state/history.h \
	licensecore/state/mac.c licensecore/state/mac.h \
	licensecore/state/rows.c licensecore/state/rows.h \
	licensecore/state/running.c licensecore/state/running.h \
	licensecore/state/salvage.c licensecore/state/salvage.h \
	licensecore/state/seal.c licensecore/state/seal.h \
	licensecore/state/sealed.c licensecore/state/sealed.h \
	licensecore/state/twin.c licensecore/state/twin.h
