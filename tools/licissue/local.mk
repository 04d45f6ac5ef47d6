# licissue, the issuer's command line.

bin_PROGRAMS += bin/licissue
bin_licissue_SOURCES = \
	tools/licissue/licissue.c tools/licissue/licissue.h \
	tools/licissue/authority.c \
	tools/licissue/complete.c \
	tools/licissue/contract.c \
	tools/licissue/device.c \
	tools/licissue/flags.c tools/licissue/flags.h \
	tools/licissue/grant.c \
	tools/licissue/import.c \
	tools/licissue/init.c \
	tools/licissue/inspect.c \
	tools/licissue/issue.c \
	tools/licissue/list.c tools/licissue/list.h \
	tools/licissue/key.c \
	tools/licissue/log.c \
	tools/licissue/pak.c \
	tools/licissue/lot.c \
	tools/licissue/permission.c \
	tools/licissue/progress.c \
	tools/licissue/redeem.c \
	tools/licissue/request.c \
	tools/licissue/rehost.c \
	tools/licissue/rma.c \
	tools/licissue/rows.c tools/licissue/rows.h \
	tools/licissue/sku.c \
	tools/licissue/report.c tools/licissue/report_print.c \
	tools/licissue/report_print.h \
	tools/licissue/secret.c \
	tools/licissue/statement.c tools/licissue/statement.h \
	tools/licissue/token.c \
	tools/licissue/trust.c \
	tools/licissue/words.c
bin_licissue_CPPFLAGS = $(AM_CPPFLAGS) $(AUTHORITY_CPPFLAGS) \
	-I$(top_srcdir)/authority -I$(top_srcdir)/licensecore -I$(top_srcdir) \
	$(JANSSON_CFLAGS)
bin_licissue_LDADD = authority/libauthority.la $(JANSSON_LIBS)
dist_man_MANS += tools/licissue/licissue.1

# Where the shells look; licctl's local.mk has the folders.
EXTRA_DIST += tools/licissue/licissue.bash tools/licissue/licissue.zsh
