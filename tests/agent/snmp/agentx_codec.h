/*
 * agentx_codec.h - AgentX on the wire (RFC 2741): what PDUs are made of.
 *
 * The tests' own, so that what net-snmp's library writes and reads for the
 * agent is compared with something else.
 *
 * Reading is from a borrowed run of bytes; a reader that meets anything
 * malformed sets `bad`, gives zeros from there on, and reads nothing beyond
 * the end.  Writing is in network byte order; reading takes both.
 */
#ifndef AGENTX_CODEC_H
#define AGENTX_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "snmp/oid.h"
#include "snmp/value.h"

/* h.type */
enum agentx_type {
	AGENTX_OPEN = 1,
	AGENTX_CLOSE,
	AGENTX_REGISTER,
	AGENTX_UNREGISTER,
	AGENTX_GET,
	AGENTX_GET_NEXT,
	AGENTX_GET_BULK,
	AGENTX_TEST_SET,
	AGENTX_COMMIT_SET,
	AGENTX_UNDO_SET,
	AGENTX_CLEANUP_SET,
	AGENTX_NOTIFY,
	AGENTX_PING,
	AGENTX_INDEX_ALLOCATE,
	AGENTX_INDEX_DEALLOCATE,
	AGENTX_ADD_AGENT_CAPS,
	AGENTX_REMOVE_AGENT_CAPS,
	AGENTX_RESPONSE,
};

/* h.flags */
#define AGENTX_CONTEXT 0x08 /* a context other than the default one */
#define AGENTX_NETWORK_ORDER 0x10

#define AGENTX_HEADER_LEN 20

struct agentx_header {
	uint8_t type;
	uint8_t flags;
	uint32_t session;
	uint32_t transaction;
	uint32_t packet;
	uint32_t payload; /* bytes that follow the header */
};

/* From AGENTX_HEADER_LEN bytes; false: not AgentX version 1, or a payload
 * length that is not a multiple of 4. */
bool agentx_read_header(const uint8_t *bytes, struct agentx_header *header);

struct agentx_reader {
	const uint8_t *at;
	const uint8_t *end;
	bool network_order;
	bool bad;
};

uint16_t agentx_read_u16(struct agentx_reader *);
uint32_t agentx_read_u32(struct agentx_reader *);
/* include may be NULL. */
void agentx_read_oid(struct agentx_reader *, struct oid *, bool *include);
void agentx_read_octets(
    struct agentx_reader *, const uint8_t **data, size_t *len);
/* Octets of the value point into the reader's bytes. */
void agentx_read_varbind(struct agentx_reader *, struct varbind *);

/*
 * A PDU is begun, filled and ended; header->payload and the byte order flag
 * are set by the writer.  begin returns where the PDU starts, for end.
 */
size_t agentx_begin(struct buffer *, const struct agentx_header *);
void agentx_end(struct buffer *, size_t start);

void agentx_put_u8(struct buffer *, uint8_t);
void agentx_put_u16(struct buffer *, uint16_t);
void agentx_put_u32(struct buffer *, uint32_t);
void agentx_put_oid(
    struct buffer *, const uint32_t *id, size_t len, bool include);
void agentx_put_octets(struct buffer *, const void *data, size_t len);
void agentx_put_varbind(
    struct buffer *, const struct oid *name, const struct value *value);

#endif
