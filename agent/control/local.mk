agent_libagent_la_SOURCES += \
	agent/control/access.c agent/control/access.h \
	agent/control/call.c agent/control/call.h \
	agent/control/check.c agent/control/check.h \
	agent/control/client.c agent/control/client.h \
	agent/control/control.c agent/control/control.h \
	agent/control/home.c agent/control/home.h \
	agent/control/job.c agent/control/job.h \
	agent/control/lease.c agent/control/lease.h \
	agent/control/listener.c agent/control/listener.h \
	agent/control/members.c agent/control/members.h \
	agent/control/names.c agent/control/names.h \
	agent/control/quota.c agent/control/quota.h \
	agent/control/request.c agent/control/request.h \
	agent/control/rows.c agent/control/rows.h \
	agent/control/tally.c agent/control/tally.h \
	agent/control/turns.c agent/control/turns.h \
	agent/control/wait.c agent/control/wait.h
