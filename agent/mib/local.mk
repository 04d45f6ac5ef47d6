agent_libagent_la_SOURCES += \
	agent/mib/action_rows.c agent/mib/action_rows.h \
	agent/mib/action_table.c \
	agent/mib/actions.c agent/mib/actions.h \
	agent/mib/cred_table.c \
	agent/mib/device_table.c \
	agent/mib/entity_table.c \
	agent/mib/eula_scalar.c \
	agent/mib/feature_table.c \
	agent/mib/image_map_table.c \
	agent/mib/image_table.c agent/mib/image_table.h \
	agent/mib/license_table.c \
	agent/mib/notify.c agent/mib/notify.h \
	agent/mib/result_table.c \
	agent/mib/store_table.c \
	agent/mib/switch_table.c \
	agent/mib/tables.c agent/mib/tables.h
