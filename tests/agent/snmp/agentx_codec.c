/*
 * agentx_codec.c - AgentX on the wire (RFC 2741, sections 5 and 6).
 *
 * Everything is a multiple of four bytes.  An object identifier that starts
 * with 1.3.6.1.X is written without these five, X being in its header.
 */
#include "agentx_codec.h"

#include <string.h>

#define PREFIX_LEN 5
static const uint32_t internet[] = { 1, 3, 6, 1 };

/* ---- Reading ---- */

/* The next len bytes, and what fills them up to a multiple of four. */
static const uint8_t *
take(struct agentx_reader *r, size_t len)
{
	size_t left = (size_t)(r->end - r->at);
	size_t padded = len + (-len & 3);
	const uint8_t *at = r->at;

	if (r->bad || len > left || padded > left) {
		r->bad = true;
		return NULL;
	}
	r->at += padded;
	return at;
}

static uint32_t
number(const uint8_t *at, size_t len, bool network_order)
{
	uint32_t value = 0;

	for (size_t i = 0; i < len; i++)
		value = value << 8 | at[network_order ? i : len - 1 - i];
	return value;
}

uint32_t
agentx_read_u32(struct agentx_reader *r)
{
	const uint8_t *at = take(r, 4);

	return at != NULL ? number(at, 4, r->network_order) : 0;
}

uint16_t
agentx_read_u16(struct agentx_reader *r)
{
	/* Two of them make four bytes: no filling between. */
	if (r->bad || r->end - r->at < 2) {
		r->bad = true;
		return 0;
	}
	r->at += 2;
	return (uint16_t)number(r->at - 2, 2, r->network_order);
}

bool
agentx_read_header(const uint8_t *bytes, struct agentx_header *header)
{
	struct agentx_reader r = { .at = bytes + 4,
		.end = bytes + AGENTX_HEADER_LEN,
		.network_order = bytes[2] & AGENTX_NETWORK_ORDER };

	header->type = bytes[1];
	header->flags = bytes[2];
	header->session = agentx_read_u32(&r);
	header->transaction = agentx_read_u32(&r);
	header->packet = agentx_read_u32(&r);
	header->payload = agentx_read_u32(&r);
	return bytes[0] == 1 && header->payload % 4 == 0;
}

void
agentx_read_oid(struct agentx_reader *r, struct oid *oid, bool *include)
{
	const uint8_t *head = take(r, 4);
	size_t n = head != NULL ? head[0] : 0;
	const uint8_t *ids = take(r, 4 * n);

	oid->len = 0;
	if (ids == NULL)
		return;
	if (head[1] != 0) {
		memcpy(oid->id, internet, sizeof internet);
		oid->id[PREFIX_LEN - 1] = head[1];
		oid->len = PREFIX_LEN;
	}
	if (n > OID_MAX - oid->len) {
		r->bad = true;
		return;
	}
	for (size_t i = 0; i < n; i++)
		oid->id[oid->len++] = number(ids + 4 * i, 4, r->network_order);
	if (include != NULL)
		*include = head[2] != 0;
}

void
agentx_read_octets(struct agentx_reader *r, const uint8_t **data, size_t *len)
{
	size_t n = agentx_read_u32(r);

	*data = take(r, n);
	*len = *data != NULL ? n : 0;
}

static void
read_u64(struct agentx_reader *r, uint64_t *value)
{
	uint64_t first = agentx_read_u32(r);
	uint64_t second = agentx_read_u32(r);

	*value = r->network_order ? first << 32 | second : second << 32 | first;
}

static void
read_value(struct agentx_reader *r, struct value *value)
{
	struct oid ignored;

	switch (value->type) {
	case VALUE_INTEGER:
		value->integer = (int32_t)agentx_read_u32(r);
		break;
	case VALUE_COUNTER32:
	case VALUE_UNSIGNED:
	case VALUE_TICKS:
		value->number = agentx_read_u32(r);
		break;
	case VALUE_COUNTER64:
		read_u64(r, &value->counter);
		break;
	case VALUE_OCTETS:
	case VALUE_ADDRESS:
	case VALUE_OPAQUE:
		agentx_read_octets(r, &value->octets.data, &value->octets.len);
		break;
	case VALUE_OID:
		agentx_read_oid(r, &ignored, NULL);
		break;
	case VALUE_NULL:
	case VALUE_NO_OBJECT:
	case VALUE_NO_INSTANCE:
	case VALUE_END:
		break;
	default:
		r->bad = true;
		break;
	}
}

void
agentx_read_varbind(struct agentx_reader *r, struct varbind *varbind)
{
	memset(&varbind->value, 0, sizeof varbind->value);
	varbind->value.type = (enum value_type)agentx_read_u16(r);
	(void)agentx_read_u16(r); /* reserved */
	agentx_read_oid(r, &varbind->name, NULL);
	read_value(r, &varbind->value);
}

/* ---- Writing ---- */

void
agentx_put_u8(struct buffer *b, uint8_t n)
{
	buffer_append(b, &n, 1);
}

void
agentx_put_u16(struct buffer *b, uint16_t n)
{
	uint8_t bytes[2] = { (uint8_t)(n >> 8), (uint8_t)n };

	buffer_append(b, bytes, sizeof bytes);
}

static void
store_u32(uint8_t *at, uint32_t n)
{
	at[0] = (uint8_t)(n >> 24);
	at[1] = (uint8_t)(n >> 16);
	at[2] = (uint8_t)(n >> 8);
	at[3] = (uint8_t)n;
}

void
agentx_put_u32(struct buffer *b, uint32_t n)
{
	uint8_t bytes[4];

	store_u32(bytes, n);
	buffer_append(b, bytes, sizeof bytes);
}

size_t
agentx_begin(struct buffer *b, const struct agentx_header *header)
{
	size_t start = b->len;

	agentx_put_u8(b, 1); /* version */
	agentx_put_u8(b, header->type);
	agentx_put_u8(b, AGENTX_NETWORK_ORDER);
	agentx_put_u8(b, 0);
	agentx_put_u32(b, header->session);
	agentx_put_u32(b, header->transaction);
	agentx_put_u32(b, header->packet);
	agentx_put_u32(b, 0); /* until agentx_end */
	return start;
}

void
agentx_end(struct buffer *b, size_t start)
{
	if (!b->failed)
		store_u32(b->data + start + AGENTX_HEADER_LEN - 4,
		    (uint32_t)(b->len - start - AGENTX_HEADER_LEN));
}

static bool
compressible(const uint32_t *id, size_t len)
{
	return len >= PREFIX_LEN &&
	       memcmp(id, internet, sizeof internet) == 0 &&
	       id[PREFIX_LEN - 1] > 0 && id[PREFIX_LEN - 1] <= UINT8_MAX;
}

void
agentx_put_oid(struct buffer *b, const uint32_t *id, size_t len, bool include)
{
	bool compress = compressible(id, len);
	uint8_t prefix = compress ? (uint8_t)id[PREFIX_LEN - 1] : 0;

	if (compress) {
		id += PREFIX_LEN;
		len -= PREFIX_LEN;
	}
	agentx_put_u8(b, (uint8_t)len);
	agentx_put_u8(b, prefix);
	agentx_put_u8(b, include);
	agentx_put_u8(b, 0);
	for (size_t i = 0; i < len; i++)
		agentx_put_u32(b, id[i]);
}

void
agentx_put_octets(struct buffer *b, const void *data, size_t len)
{
	static const uint8_t zeros[3];

	agentx_put_u32(b, (uint32_t)len);
	buffer_append(b, data, len);
	buffer_append(b, zeros, -len & 3);
}

static void
put_value(struct buffer *b, const struct value *value)
{
	switch (value->type) {
	case VALUE_INTEGER:
		agentx_put_u32(b, (uint32_t)value->integer);
		break;
	case VALUE_COUNTER32:
	case VALUE_UNSIGNED:
	case VALUE_TICKS:
		agentx_put_u32(b, value->number);
		break;
	case VALUE_COUNTER64:
		agentx_put_u32(b, (uint32_t)(value->counter >> 32));
		agentx_put_u32(b, (uint32_t)value->counter);
		break;
	case VALUE_OCTETS:
	case VALUE_ADDRESS:
	case VALUE_OPAQUE:
		agentx_put_octets(b, value->octets.data, value->octets.len);
		break;
	case VALUE_OID:
		agentx_put_oid(b, value->oid.id, value->oid.len, false);
		break;
	case VALUE_NULL:
	case VALUE_NO_OBJECT:
	case VALUE_NO_INSTANCE:
	case VALUE_END:
		break;
	}
}

void
agentx_put_varbind(
    struct buffer *b, const struct oid *name, const struct value *value)
{
	agentx_put_u16(b, (uint16_t)value->type);
	agentx_put_u16(b, 0);
	agentx_put_oid(b, name->id, name->len, false);
	put_value(b, value);
}
