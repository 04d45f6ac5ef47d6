/*
 * agentx.h - an AgentX session of net-snmp's library (RFC 2741).
 *
 * The library encodes and decodes, finds where a PDU ends, numbers our
 * requests and calls back with the response to each.  The connected descriptor
 * stays the caller's, and nothing here waits: input is taken as far as there
 * is any, output is kept until the descriptor takes it.  Each PDU is offered
 * to the caller as it came, before the library makes anything of it.
 */
#ifndef AGENT_AGENTX_H
#define AGENT_AGENTX_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/library/large_fd_set.h>

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"

/* The command of a netsnmp_pdu, under net-snmp's own names for it. */
enum {
	AGENTX_MSG_OPEN = 1,
	AGENTX_MSG_CLOSE,
	AGENTX_MSG_REGISTER,
	AGENTX_MSG_UNREGISTER,
	AGENTX_MSG_GET,
	AGENTX_MSG_GETNEXT,
	AGENTX_MSG_GETBULK,
	AGENTX_MSG_TESTSET,
	AGENTX_MSG_COMMITSET,
	AGENTX_MSG_UNDOSET,
	AGENTX_MSG_CLEANUPSET,
	AGENTX_MSG_NOTIFY,
	AGENTX_MSG_PING,
	AGENTX_MSG_INDEX_ALLOCATE,
	AGENTX_MSG_INDEX_DEALLOCATE,
	AGENTX_MSG_ADD_AGENT_CAPS,
	AGENTX_MSG_REMOVE_AGENT_CAPS,
	AGENTX_MSG_RESPONSE,
};

/* Of a netsnmp_pdu's flags: it came with a context. */
#define AGENTX_MSG_FLAG_CONTEXT 0x08
/* Ours, above those of the wire (its lowest byte) and of the library. */
#define AGENTX_MSG_FLAG_TOO_BIG (1ul << 30)

struct agentx;

/*
 * A PDU of the master that is no response; it lives as long as the call.  One
 * that is too big to be read comes without its variables, and is flagged.
 */
typedef void agentx_request(void *arg, netsnmp_pdu *);

/*
 * The bytes of one PDU, which it may answer at the end of `out`; false, and
 * `out` as it was: the library is to read them.
 */
typedef bool agentx_bytes(
    void *arg, const uint8_t *pdu, size_t len, struct buffer *out);

/* fd is connected, and borrowed.  NULL: out of memory. */
struct agentx *agentx_open(int fd, agentx_bytes *, agentx_request *, void *arg);
/*
 * Requests of ours that are not answered are called back with
 * NETSNMP_CALLBACK_OP_TIMED_OUT.  May be called from callbacks, too.
 */
void agentx_close(struct agentx *); /* NULL is fine */

/* Takes what has arrived.  NULL, or why the connection is of no more use. */
const char *agentx_receive(struct agentx *);

/* Writes what waits.  NULL, or why the connection is of no more use. */
const char *agentx_flush(struct agentx *);
bool agentx_waits(const struct agentx *); /* is there anything to flush? */

/*
 * Both take the PDU over, whatever comes of it (NULL: there was no memory for
 * it), and want a flush.  A request's packet, or 0 if it could not be sent; a
 * callback of NULL: the response is of no interest.
 */
uint32_t agentx_ask(struct agentx *, netsnmp_pdu *, snmp_callback, void *arg);
bool agentx_answer(struct agentx *, netsnmp_pdu *);

#endif
