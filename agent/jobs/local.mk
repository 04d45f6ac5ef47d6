agent_libagent_la_SOURCES += \
	agent/jobs/beneath.c agent/jobs/beneath.h \
	agent/jobs/cause.c agent/jobs/cause.h \
	agent/jobs/eventlog.c agent/jobs/eventlog.h \
	agent/jobs/files.c agent/jobs/files.h \
	agent/jobs/job.h \
	agent/jobs/jobs.c agent/jobs/jobs.h \
	agent/jobs/lanes.c agent/jobs/lanes.h \
	agent/jobs/landlock.c agent/jobs/landlock.h \
	agent/jobs/protocol.c agent/jobs/protocol.h \
	agent/jobs/transfer.c agent/jobs/transfer.h \
	agent/jobs/url.c agent/jobs/url.h
