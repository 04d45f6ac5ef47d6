# licagentd: everything but main() is a library, which the tests link too.

AGENT_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/agent $(CONFIG_CFLAGS) \
	$(JANSSON_CFLAGS) $(NETSNMP_CFLAGS) $(SYSTEMD_CFLAGS) \
	-DCONTROL_DEFAULT='"$(runstatedir)/licagent/control"'

noinst_LTLIBRARIES += agent/libagent.la
agent_libagent_la_SOURCES = \
	agent/action_rows.c agent/action_rows.h \
	agent/action_table.c \
	agent/actions.c agent/actions.h \
	agent/agent.h \
	agent/agentx.c agent/agentx.h \
	agent/buffer.c agent/buffer.h \
	agent/clockwatch.c agent/clockwatch.h \
	agent/conf.c agent/conf.h \
	agent/conf_read.c agent/conf_read.h \
	agent/control.c agent/control.h agent/control_client.h \
	agent/control_job.c \
	agent/control_lease.c \
	agent/control_request.c \
	agent/control_rows.c \
	agent/control_watch.c \
	agent/cred_table.c \
	agent/daemon.c agent/daemon.h \
	agent/device_table.c \
	agent/entity_table.c \
	agent/eventlog.c agent/eventlog.h \
	agent/feature_table.c \
	agent/files.c agent/files.h \
	agent/image_map_table.c \
	agent/image_table.c agent/image_table.h \
	agent/jobs.c agent/jobs.h \
	agent/license_table.c \
	agent/link.c agent/link.h \
	agent/log.c agent/log.h \
	agent/loop.c agent/loop.h \
	agent/map.c agent/map.h \
	agent/notify.c agent/notify.h \
	agent/oid.c agent/oid.h \
	agent/pdu.c agent/pdu.h \
	agent/protocol.c agent/protocol.h \
	agent/readiness.c agent/readiness.h \
	agent/result_table.c \
	agent/serve.c agent/serve.h \
	agent/set.c agent/set.h \
	agent/snmp_error.h \
	agent/store_table.c \
	agent/switch_table.c \
	agent/table.c agent/table.h \
	agent/tables.c agent/tables.h \
	agent/transfer.c agent/transfer.h \
	agent/url.c agent/url.h \
	agent/value.c agent/value.h
agent_libagent_la_CPPFLAGS = $(AGENT_CPPFLAGS) \
	-DKNOWN_HOSTS_DEFAULT='"$(sysconfdir)/licagent/known_hosts"' \
	-DPROGRAM_DIR='"$(pkglibexecdir)"'
agent_libagent_la_LIBADD = $(CONFIG_LIBS) $(JANSSON_LIBS) \
	$(AGENTX_LIBS) $(SYSTEMD_LIBS)

sbin_PROGRAMS += bin/licagentd
bin_licagentd_SOURCES = agent/main.c
bin_licagentd_CPPFLAGS = $(AGENT_CPPFLAGS) \
	-DCONF_DEFAULT='"$(sysconfdir)/licagent/licagentd.conf"'
bin_licagentd_LDADD = agent/libagent.la licensecore/libcore.la $(JANSSON_LIBS)

# Started by licagentd for each transfer; the daemon itself needs no libcurl.
pkglibexec_PROGRAMS += bin/licagent-transfer
bin_licagent_transfer_SOURCES = agent/transfer_main.c agent/protocol.c \
	agent/protocol.h
bin_licagent_transfer_CPPFLAGS = $(AGENT_CPPFLAGS) $(CURL_CFLAGS)
bin_licagent_transfer_LDADD = $(CURL_LIBS)

dist_man_MANS += agent/licagent-control.7 agent/licagent-license.5 \
	agent/licagent-snmp.7 agent/licagentd.8 agent/licagentd.conf.5
dist_doc_DATA += agent/licagentd.conf.example
