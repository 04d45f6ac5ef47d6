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

bin_PROGRAMS += bin/licctl
bin_licctl_SOURCES = \
	tools/licctl.c tools/licctl.h \
	tools/licctl_change.c \
	tools/licctl_data.c \
	tools/licctl_lists.c \
	tools/licctl_run.c \
	tools/licctl_show.c \
	tools/licctl_url.c
bin_licctl_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/agent/client \
	$(JANSSON_CFLAGS)
bin_licctl_LDADD = agent/client/libclient.la $(JANSSON_LIBS)
dist_man_MANS += tools/licctl.1

# Where the shells look; named as they want it.
EXTRA_DIST += tools/licctl.bash tools/licctl.zsh
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions

install-data-hook:
	$(MKDIR_P) "$(DESTDIR)$(bashcompletiondir)" \
	    "$(DESTDIR)$(zshcompletiondir)"
	$(INSTALL_DATA) $(srcdir)/tools/licctl.bash \
	    "$(DESTDIR)$(bashcompletiondir)/licctl"
	$(INSTALL_DATA) $(srcdir)/tools/licctl.zsh \
	    "$(DESTDIR)$(zshcompletiondir)/_licctl"

uninstall-local:
	rm -f "$(DESTDIR)$(bashcompletiondir)/licctl" \
	    "$(DESTDIR)$(zshcompletiondir)/_licctl"
