agent_libagent_la_SOURCES += \
	agent/callhome/address.c agent/callhome/address.h \
	agent/callhome/callhome.c agent/callhome/callhome.h \
	agent/callhome/kept.c agent/callhome/kept.h \
	agent/callhome/message.c agent/callhome/message.h \
	agent/callhome/order.h \
	agent/callhome/steps.c agent/callhome/steps.h \
	agent/callhome/visit.c agent/callhome/visit.h
