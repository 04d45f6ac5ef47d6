licensecore_libcore_la_SOURCES += \
	licensecore/rules/clock.c licensecore/rules/clock.h \
	licensecore/rules/count.c licensecore/rules/count.h \
	licensecore/rules/identity.c licensecore/rules/identity.h \
	licensecore/rules/level.c licensecore/rules/level.h \
	licensecore/rules/meter.c licensecore/rules/meter.h \
	licensecore/rules/model.c licensecore/rules/model.h \
	licensecore/rules/options.c licensecore/rules/options.h \
	licensecore/rules/schedule.c licensecore/rules/schedule.h \
	licensecore/rules/select.c licensecore/rules/select.h \
	licensecore/rules/use.c licensecore/rules/use.h
