# What builds and tests the tree, packages it, and tells about it.
EXTRA_DIST += packaging/build-deps packaging/cross tests/run debian HACKING.md
dist_doc_DATA += README.md SECURITY.md NEWS

# Images and compose file: packaging/container/README.md.
EXTRA_DIST += .dockerignore packaging/container

# configure --with-systemdsystemunitdir: the unit, its user and directories.
EXTRA_DIST += packaging/licagentd.service.in
if SYSTEMD_UNITS
systemdsystemunit_DATA = packaging/licagentd.service
CLEANFILES += packaging/licagentd.service
packaging/licagentd.service: packaging/licagentd.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) packaging && \
	$(SED) -e 's|@sbindir[@]|$(sbindir)|g' \
	    -e 's|@bindir[@]|$(bindir)|g' \
	    -e 's|@sysconfdir[@]|$(sysconfdir)|g' \
	    $(srcdir)/packaging/licagentd.service.in >$@

sysusersdir = $(prefix)/lib/sysusers.d
dist_sysusers_DATA = packaging/sysusers.d/licagent.conf
tmpfilesdir = $(prefix)/lib/tmpfiles.d
dist_tmpfiles_DATA = packaging/tmpfiles.d/licagent.conf
endif
