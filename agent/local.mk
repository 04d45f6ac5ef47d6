# licagentd: everything but main() is a library, which the tests link too.

AGENT_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/agent -I$(top_srcdir)/daemon \
	$(CONFIG_CFLAGS) \
	$(JANSSON_CFLAGS) $(NETSNMP_CFLAGS) \
	-DCONTROL_DEFAULT='"$(runstatedir)/licagent/control"'

noinst_LTLIBRARIES += agent/libagent.la
agent_libagent_la_SOURCES = \
	agent/conf.c agent/conf.h \
	agent/daemon.c agent/daemon.h \
	agent/try.c agent/try.h \
	agent/user.c agent/user.h
agent_libagent_la_CPPFLAGS = $(AGENT_CPPFLAGS) \
	-DSNMP_CONF_DEFAULT='"$(sysconfdir)/licagent/snmpd.conf"' \
	-DKNOWN_HOSTS_DEFAULT='"$(sysconfdir)/licagent/known_hosts"' \
	-DPROGRAM_DIR='"$(pkglibexecdir)"'
agent_libagent_la_LIBADD = daemon/libdaemon.la $(CONFIG_LIBS) $(JANSSON_LIBS) \
	$(AGENTX_LIBS)

sbin_PROGRAMS += bin/licagentd
bin_licagentd_SOURCES = agent/main.c
bin_licagentd_CPPFLAGS = $(AGENT_CPPFLAGS) \
	-DCONF_DEFAULT='"$(sysconfdir)/licagent/licagentd.conf"'
bin_licagentd_LDADD = agent/libagent.la licensecore/libcore.la $(JANSSON_LIBS)

# Started by licagentd for each transfer; the daemon itself needs no libcurl.
# configure --without-curl: the daemon says that it is missing.
if HAVE_CURL
pkglibexec_PROGRAMS += bin/licagent-transfer
endif
bin_licagent_transfer_SOURCES = agent/jobs/transfer_main.c agent/jobs/protocol.c \
	agent/jobs/protocol.h $(SANDBOX)
bin_licagent_transfer_CPPFLAGS = $(AGENT_CPPFLAGS) $(CURL_CFLAGS) \
	$(SECCOMP_CFLAGS)
bin_licagent_transfer_LDADD = $(CURL_LIBS) $(SECCOMP_LIBS)
SANDBOX = \
	agent/jobs/landlock.c agent/jobs/landlock.h \
	agent/jobs/sandbox.c agent/jobs/sandbox.h \
	agent/jobs/socketcall.c agent/jobs/socketcall.h

dist_man_MANS += agent/licagent-control.7 agent/licagent-license.5 \
	agent/licagent-snmp.7 agent/licagent.7 agent/licagentd.8 agent/licagentd.conf.5
dist_doc_DATA += agent/licagentd.conf.example
