/*
 * handler.h - requests of net-snmp's own agent, answered from the tables.
 *
 * For the role "master".  The agent has checked who asks, and what he may see
 * or write, before it calls.
 */
#ifndef AGENT_SNMP_HANDLER_H
#define AGENT_SNMP_HANDLER_H

#include <stdbool.h>

#include "link.h"
#include "serve.h"

/*
 * Registers the regions with the agent of this process, for good, and their
 * rows of sysORTable.  serve is borrowed.  False: out of memory, or something
 * else has registered them.
 */
bool handler_register(
    const struct serve *, const struct link_region *regions, size_t n);

#endif
