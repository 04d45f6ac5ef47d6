/*
 * wire_read.h - the usual reads, answered on the bytes of AgentX.
 *
 * Get and GetNext are most of what a master asks.  net-snmp's library would
 * copy each variable five times; here the answer is written as the request is
 * read.  serve.h answers everything, and these the same.
 */
#ifndef AGENT_WIRE_READ_H
#define AGENT_WIRE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "table.h"

/*
 * Puts the response to a whole PDU at the end of `out`.  False, and nothing is
 * put there: it is no read, it is none of the usual form, or the answer to it
 * is an error.
 */
bool wire_read(
    const struct mib *, const uint8_t *pdu, size_t len, struct buffer *out);

#endif
