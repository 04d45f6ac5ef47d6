# licctl, the operator's command line.

bin_PROGRAMS += bin/licctl
bin_licctl_SOURCES = \
	tools/licctl/licctl.c tools/licctl/licctl.h \
	tools/licctl/change.c \
	tools/licctl/data.c \
	tools/licctl/lists.c \
	tools/licctl/run.c \
	tools/licctl/show.c \
	tools/licctl/url.c \
	licensecore/format/type.c licensecore/format/type.h
bin_licctl_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/agent/client \
	-I$(top_srcdir)/licensecore \
	$(JANSSON_CFLAGS)
bin_licctl_LDADD = agent/client/libclient.la $(JANSSON_LIBS)
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

uninstall-local:
	rm -f "$(DESTDIR)$(bashcompletiondir)/licctl" \
	    "$(DESTDIR)$(zshcompletiondir)/_licctl"
