# Command-line tools, built as bin/NAME: one folder holds what users run.

bin_PROGRAMS += bin/licissue
bin_licissue_SOURCES = \
	tools/licissue.c tools/licissue.h \
	tools/licissue_authority.c \
	tools/licissue_init.c \
	tools/licissue_inspect.c \
	tools/licissue_issue.c \
	tools/licissue_permission.c \
	tools/licissue_rehost.c \
	tools/licissue_statement.c tools/licissue_statement.h \
	tools/licissue_words.c
bin_licissue_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
bin_licissue_LDADD = licensecore/libcore.la $(JANSSON_LIBS)
dist_man_MANS += tools/licissue.1
