/*
 * master.h - the daemon as an SNMP agent (role "master").
 *
 * net-snmp's agent, as snmpd has it, runs in this process and on our loop: its
 * ports, versions, users and views, its system group and its notifications,
 * all from a configuration file in the form of snmpd.conf(5).  It is global to
 * the process, so there is one.
 */
#ifndef AGENT_MASTER_H
#define AGENT_MASTER_H

#include <stdbool.h>

#include "link.h"
#include "loop.h"
#include "sender.h"
#include "serve.h"

#define MASTER_ERROR_MAX 512

struct master_options {
	const char *conf; /* an absolute path without commas */
	/* The folder that it keeps its engine, boots and users in; it is made
	 * if only it is missing. */
	const char *folder;
	const struct link_region *regions;
	size_t nregions;
	struct serve serve;
	/* The notification was sent to all that are configured. */
	void (*answered)(void *arg, uint32_t packet, bool taken);
	void *arg;
};

struct master;

/*
 * Reads the configuration and listens.  Options are copied, also the paths;
 * regions and serve's parts are borrowed.  NULL: why says what is wrong, with file and line where it is
 * one.
 */
struct master *master_open(
    struct loop *, const struct master_options *, char why[MASTER_ERROR_MAX]);
void master_close(struct master *); /* NULL is fine; for the process's life */

/*
 * Reads the configuration again: users, views, communities and targets of
 * notifications, but not the ports.  False: why says what is wrong; all the
 * rest of it is in force.
 */
bool master_reload(struct master *, char why[MASTER_ERROR_MAX]);

struct sender master_sender(struct master *);

/*
 * Only reads the configuration, in a process that does nothing else (option
 * -t).  False: as above.
 */
bool master_try(const char *conf, char why[MASTER_ERROR_MAX]);

#endif
