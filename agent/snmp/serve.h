/*
 * serve.h - a master's requests, answered from the tables.
 */
#ifndef AGENT_SERVE_H
#define AGENT_SERVE_H

#include <stdbool.h>

#include "set.h"
#include "table.h"

/*
 * No response exceeds it: net-snmp 5.9's master drops the session at 65,536
 * bytes.  What would is answered with tooBig.
 */
#define SERVE_RESPONSE_MAX 60000

struct serve {
	const struct mib *mib;
	struct sets *sets;
};

struct snmp_pdu; /* net-snmp's netsnmp_pdu */

/*
 * Answers one request (AGENTX_MSG_GET to AGENTX_MSG_CLEANUPSET), of whose
 * variables the response may take possession.  False: there is no response to
 * it (CleanupSet).
 */
bool serve_request(
    const struct serve *, struct snmp_pdu *request, struct snmp_pdu *response);

#endif
