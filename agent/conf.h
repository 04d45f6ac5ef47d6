/*
 * conf.h - the daemon's configuration file; licagentd.conf(5) has its keys.
 */
#ifndef AGENT_CONF_H
#define AGENT_CONF_H

#include <stddef.h>
#include <sys/types.h>

#include "callhome/order.h"
#include "conf_read.h"
#include "control/access.h"
#include "jobs/files.h"
#include "jobs/transfer.h"
#include "licensecore.h"
#include "snmp/link.h"

/* How SNMP reaches the daemon. */
enum role {
	ROLE_AGENTX, /* through a master agent, which managers ask */
	ROLE_MASTER, /* it is the agent that managers ask */
};

/* A file that was read.  Everything in it lives exactly as long as it does. */
struct conf {
	enum role role;
	struct link_master master; /* of ROLE_AGENTX */
	const char *snmp_conf;     /* of ROLE_MASTER, and the folder for */
	const char *snmp_state;    /* what the agent remembers */
	struct files files;
	struct transfer_conf transfer;
	struct callhome_conf call_home;
	const char *user; /* NULL: whoever starts it */
	uid_t uid;
	gid_t gid;
	const char *control; /* socket; NULL: the default one, "": none */
	struct control_access access;
	struct lc_options options; /* clock and callbacks are the caller's */
};

/*
 * Reads and checks the file.  NULL: error says where (file and line), what is
 * wrong and what is allowed.
 */
struct conf *conf_load(const char *path, char error[CONF_ERROR_MAX]);
void conf_free(struct conf *); /* NULL is fine */

#endif
