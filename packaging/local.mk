# What builds and tests the tree, packages it, and tells about it.
EXTRA_DIST += packaging/build-deps packaging/cross tests/run debian HACKING.md
dist_doc_DATA += README.md SECURITY.md NEWS

# Images and compose file: packaging/container/README.md.
EXTRA_DIST += .dockerignore packaging/container

# configure --with-systemdsystemunitdir: the unit, its user and directories.
EXTRA_DIST += packaging/licagentd.service.in
EXTRA_DIST += packaging/licportal.service.in \
	packaging/sysusers.d/licportal.conf packaging/tmpfiles.d/licportal.conf
portaldir = $(datadir)/licagent
if PORTAL
dist_portal_DATA = packaging/licportal.nginx packaging/licportal.pam
else
EXTRA_DIST += packaging/licportal.nginx packaging/licportal.pam
endif
if SYSTEMD_UNITS
systemdsystemunit_DATA = packaging/licagentd.service
CLEANFILES += packaging/licagentd.service
packaging/licagentd.service: packaging/licagentd.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) packaging && \
	$(SED) -e 's|@sbindir[@]|$(sbindir)|g' \
	    -e 's|@bindir[@]|$(bindir)|g' \
	    -e 's|@sysconfdir[@]|$(sysconfdir)|g' \
	    $(srcdir)/packaging/licagentd.service.in >$@

if PORTAL
systemdsystemunit_DATA += packaging/licportal.service
CLEANFILES += packaging/licportal.service
packaging/licportal.service: packaging/licportal.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) packaging && \
	$(SED) -e 's|@sbindir[@]|$(sbindir)|g' \
	    -e 's|@sysconfdir[@]|$(sysconfdir)|g' \
	    $(srcdir)/packaging/licportal.service.in >$@
endif

sysusersdir = $(prefix)/lib/sysusers.d
dist_sysusers_DATA = packaging/sysusers.d/licagent.conf
tmpfilesdir = $(prefix)/lib/tmpfiles.d
dist_tmpfiles_DATA = packaging/tmpfiles.d/licagent.conf
if PORTAL
dist_sysusers_DATA += packaging/sysusers.d/licportal.conf
dist_tmpfiles_DATA += packaging/tmpfiles.d/licportal.conf
endif
endif
