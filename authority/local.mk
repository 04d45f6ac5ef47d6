licensecore_libcore_la_SOURCES += \
	authority/authority.h \
	authority/inspect.c \
	authority/issue.c \
	authority/ledger.c authority/ledger.h \
	authority/permit.c \
	authority/redeem.c
