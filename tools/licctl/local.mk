# licctl, the operator's command line; from the lowest floor to the highest.

bin_PROGRAMS += bin/licctl
bin_licctl_SOURCES = \
	tools/licctl/ctl.h \
	tools/licctl/out.c tools/licctl/out.h \
	tools/licctl/row.c tools/licctl/row.h \
	tools/licctl/table.c tools/licctl/table.h \
	tools/licctl/sink.c tools/licctl/sink.h \
	tools/licctl/filter.c tools/licctl/filter.h \
	tools/licctl/pager.c tools/licctl/pager.h \
	tools/licctl/prompt.c tools/licctl/prompt.h \
	tools/licctl/data.c tools/licctl/data.h \
	tools/licctl/url.c tools/licctl/url.h \
	tools/licctl/license.c tools/licctl/license.h \
	tools/licctl/view.c tools/licctl/view.h \
	tools/licctl/pick.c tools/licctl/pick.h \
	tools/licctl/agreement.c tools/licctl/agreement.h \
	tools/licctl/plan.c tools/licctl/plan.h \
	tools/licctl/write.c tools/licctl/write.h \
	tools/licctl/commands.h \
	tools/licctl/accept.c \
	tools/licctl/check.c \
	tools/licctl/console.c \
	tools/licctl/edit.c \
	tools/licctl/events.c \
	tools/licctl/files.c \
	tools/licctl/history.c \
	tools/licctl/home.c tools/licctl/home.h \
	tools/licctl/home_show.c \
	tools/licctl/install.c tools/licctl/install.h \
	tools/licctl/lease.c \
	tools/licctl/level.c \
	tools/licctl/lists.c \
	tools/licctl/revoke.c \
	tools/licctl/run.c \
	tools/licctl/show.c \
	tools/licctl/show_long.c \
	tools/licctl/status.c \
	tools/licctl/version.c \
	tools/licctl/near.c tools/licctl/near.h \
	tools/licctl/args.c tools/licctl/args.h \
	tools/licctl/words.c tools/licctl/words.h \
	tools/licctl/line.c tools/licctl/line.h \
	tools/licctl/split.c tools/licctl/split.h \
	tools/licctl/shell.h \
	tools/licctl/licctl.c \
	licensecore/format/type.c licensecore/format/type.h
if HAVE_LIBEDIT
bin_licctl_SOURCES += tools/licctl/shell.c
else
bin_licctl_SOURCES += tools/licctl/no_shell.c
endif
bin_licctl_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/agent/client \
	-I$(top_srcdir)/licensecore $(JANSSON_CFLAGS) $(LIBEDIT_CFLAGS)
bin_licctl_LDADD = agent/client/libclient.la compat/libcompat.la \
	$(JANSSON_LIBS) $(LIBEDIT_LIBS)
dist_man_MANS += tools/licctl/licctl.1

# Where the shells look; named as they want it.
EXTRA_DIST += tools/licctl/licctl.bash tools/licctl/licctl.zsh
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions

install-data-hook:
	$(MKDIR_P) "$(DESTDIR)$(bashcompletiondir)" \
	    "$(DESTDIR)$(zshcompletiondir)"
	$(INSTALL_DATA) $(srcdir)/tools/licctl/licctl.bash \
	    "$(DESTDIR)$(bashcompletiondir)/licctl"
	$(INSTALL_DATA) $(srcdir)/tools/licctl/licctl.zsh \
	    "$(DESTDIR)$(zshcompletiondir)/_licctl"
	$(INSTALL_DATA) $(srcdir)/tools/licissue/licissue.bash \
	    "$(DESTDIR)$(bashcompletiondir)/licissue"
	$(INSTALL_DATA) $(srcdir)/tools/licissue/licissue.zsh \
	    "$(DESTDIR)$(zshcompletiondir)/_licissue"

uninstall-local:
	rm -f "$(DESTDIR)$(bashcompletiondir)/licctl" \
	    "$(DESTDIR)$(zshcompletiondir)/_licctl" \
	    "$(DESTDIR)$(bashcompletiondir)/licissue" \
	    "$(DESTDIR)$(zshcompletiondir)/_licissue"
