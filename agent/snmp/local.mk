agent_libagent_la_SOURCES += \
	agent/snmp/agentx.c agent/snmp/agentx.h \
	agent/snmp/endpoint.c agent/snmp/endpoint.h \
	agent/snmp/handler.c agent/snmp/handler.h \
	agent/snmp/link.c agent/snmp/link.h \
	agent/snmp/lookup.c agent/snmp/lookup.h \
	agent/snmp/master.c agent/snmp/master.h \
	agent/snmp/oid.c agent/snmp/oid.h \
	agent/snmp/pdu.c agent/snmp/pdu.h \
	agent/snmp/sender.h \
	agent/snmp/serve.c agent/snmp/serve.h \
	agent/snmp/set.c agent/snmp/set.h \
	agent/snmp/snmp_error.h \
	agent/snmp/table.c agent/snmp/table.h \
	agent/snmp/value.c agent/snmp/value.h \
	agent/snmp/wire_read.c agent/snmp/wire_read.h \
	agent/snmp/wrappers.c agent/snmp/wrappers.h
