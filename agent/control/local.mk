agent_libagent_la_SOURCES += \
	agent/control/client.h \
	agent/control/control.c agent/control/control.h \
	agent/control/job.c \
	agent/control/lease.c \
	agent/control/request.c \
	agent/control/rows.c \
	agent/control/watch.c
