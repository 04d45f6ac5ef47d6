/*
 * serve.h - a master's requests, answered from bytes to bytes.
 */
#ifndef AGENT_SERVE_H
#define AGENT_SERVE_H

#include "agentx.h"
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

/*
 * Answers one request (AGENTX_GET to AGENTX_CLEANUP_SET), appending the
 * response to out; CleanupSet has none.  The payload is header->payload bytes.
 */
void serve_request(const struct serve *, const struct agentx_header *header,
    const uint8_t *payload, struct buffer *out);

#endif
