/*
 * wire_read.c - see wire_read.h.
 *
 * The usual form is network byte order without a context (what the master
 * speaks to a session that was opened so), and search ranges (RFC 2741, 5.2)
 * whose reserved bytes are 0.  Of what follows from anything else nothing is
 * known here.
 */
#include "wire_read.h"

#include <string.h>

#include "array.h"
#include "log.h"
#include "serve.h"

#define HEADER_LEN 20
#define RESPONSE_LEN (HEADER_LEN + 8) /* without variables */
#define REQUEST_MAX 65536             /* what the library reads of others */

enum { VERSION = 1, GET = 5, GET_NEXT = 6, RESPONSE = 18 };
#define NETWORK_ORDER 0x10

/* RFC 2741, 5.1: a prefix stands for these and itself. */
static const uint32_t internet[] = { 1, 3, 6, 1 };
#define PREFIX_LEN (NITEMS(internet) + 1)

struct reader {
	const uint8_t *at, *end;
};

/* What is put fits in, or the writer is full. */
struct writer {
	uint8_t *at, *end;
	bool full;
};

/* ---- The request ---- */

static uint32_t
load_u32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	       (uint32_t)bytes[2] << 8 | bytes[3];
}

/* False: it is cut off, too long, or of an unusual form. */
static bool
read_oid(struct reader *r, struct oid *oid, bool *include)
{
	const uint8_t *head = r->at;
	size_t n, skip;

	if (r->end - r->at < 4 || head[2] > 1 || head[3] != 0)
		return false;
	n = head[0];
	skip = head[1] != 0 ? PREFIX_LEN : 0;
	r->at += 4;
	if ((size_t)(r->end - r->at) < 4 * n || skip + n > OID_MAX)
		return false;
	if (skip != 0) {
		memcpy(oid->id, internet, sizeof internet);
		oid->id[PREFIX_LEN - 1] = head[1];
	}
	for (size_t i = 0; i < n; i++, r->at += 4)
		oid->id[skip + i] = load_u32(r->at);
	oid->len = skip + n;
	*include = head[2] != 0;
	return true;
}

/* The library cannot tell the null identifier from 0.0. */
static bool
is_null(const struct oid *oid)
{
	return oid->len == 2 && oid->id[0] == 0 && oid->id[1] == 0;
}

static bool
read_range(struct reader *r, struct oid *start, struct oid *end, bool *include)
{
	bool end_included;

	return read_oid(r, start, include) && read_oid(r, end, &end_included) &&
	       start->len > 0 && !end_included && !is_null(end);
}

/* ---- The response ---- */

/* NULL: the writer is full. */
static uint8_t *
take_room(struct writer *w, size_t len)
{
	uint8_t *room = w->at;

	if ((size_t)(w->end - w->at) < len) {
		w->full = true;
		return NULL;
	}
	w->at += len;
	return room;
}

static void
store_u32(uint8_t *bytes, uint32_t number)
{
	bytes[0] = (uint8_t)(number >> 24);
	bytes[1] = (uint8_t)(number >> 16);
	bytes[2] = (uint8_t)(number >> 8);
	bytes[3] = (uint8_t)number;
}

static void
put_u32(struct writer *w, uint32_t number)
{
	uint8_t *room = take_room(w, 4);

	if (room != NULL)
		store_u32(room, number);
}

static void
put_octets(struct writer *w, const uint8_t *data, size_t len)
{
	size_t padded = (len + 3) / 4 * 4;
	uint8_t *room;

	put_u32(w, (uint32_t)len);
	if (len == 0 || (room = take_room(w, padded)) == NULL)
		return;
	store_u32(room + padded - 4, 0);
	memcpy(room, data, len);
}

static void
put_oid(struct writer *w, const uint32_t *id, size_t len, bool include)
{
	bool shorter =
	    len >= PREFIX_LEN && memcmp(id, internet, sizeof internet) == 0 &&
	    id[PREFIX_LEN - 1] > 0 && id[PREFIX_LEN - 1] <= UINT8_MAX;
	size_t skip = shorter ? PREFIX_LEN : 0;
	uint8_t *room = take_room(w, 4 + 4 * (len - skip));

	if (room == NULL)
		return;
	room[0] = (uint8_t)(len - skip);
	room[1] = shorter ? (uint8_t)id[PREFIX_LEN - 1] : 0;
	room[2] = include;
	room[3] = 0;
	for (size_t i = skip; i < len; i++)
		store_u32(room += 4, id[i]);
}

static void
put_value(struct writer *w, const struct value *value)
{
	switch (value->type) {
	case VALUE_INTEGER:
		put_u32(w, (uint32_t)value->integer);
		break;
	case VALUE_COUNTER32:
	case VALUE_UNSIGNED:
	case VALUE_TICKS:
		put_u32(w, value->number);
		break;
	case VALUE_COUNTER64:
		put_u32(w, (uint32_t)(value->counter >> 32));
		put_u32(w, (uint32_t)value->counter);
		break;
	case VALUE_OCTETS:
	case VALUE_ADDRESS:
	case VALUE_OPAQUE:
		put_octets(w, value->octets.data, value->octets.len);
		break;
	case VALUE_OID:
		/* As the library has it, where it means nothing. */
		put_oid(w, value->oid.id, value->oid.len, true);
		break;
	case VALUE_NULL:
	case VALUE_NO_OBJECT:
	case VALUE_NO_INSTANCE:
	case VALUE_END:
		break;
	}
}

static void
put_varbind(struct writer *w, const struct oid *name, const struct value *value)
{
	put_u32(w, (uint32_t)value->type << 16);
	put_oid(w, name->id, name->len, false);
	put_value(w, value);
}

/* Session, transaction and packet are the request's; uptime, which is the
 * master's to know, error and index are 0. */
static void
fill_header(uint8_t *response, const uint8_t *request, size_t len)
{
	static const uint8_t begin[] = { VERSION, RESPONSE, NETWORK_ORDER, 0 };

	memcpy(response, begin, sizeof begin);
	memcpy(response + sizeof begin, request + sizeof begin, 12);
	store_u32(response + HEADER_LEN - 4, (uint32_t)(len - HEADER_LEN));
	memset(response + HEADER_LEN, 0, RESPONSE_LEN - HEADER_LEN);
}

/* ---- Both ---- */

static bool
is_usual(const uint8_t *pdu, size_t len)
{
	return len > HEADER_LEN && len <= REQUEST_MAX && pdu[0] == VERSION &&
	       (pdu[1] == GET || pdu[1] == GET_NEXT) &&
	       pdu[2] == NETWORK_ORDER && pdu[3] == 0 &&
	       load_u32(pdu + HEADER_LEN - 4) == len - HEADER_LEN;
}

static bool
answer_each(
    const struct mib *mib, bool next, struct reader *r, struct writer *w)
{
	struct oid name, end;
	struct value value;
	bool include;

	while (r->at < r->end) {
		if (!read_range(r, &name, &end, &include))
			return false;
		if (next)
			mib_next(mib, &name, include, &end, &value);
		else
			mib_get(mib, &name, &value);
		put_varbind(w, &name, &value);
		if (w->full)
			return false;
	}
	return true;
}

bool
wire_read(
    const struct mib *mib, const uint8_t *pdu, size_t len, struct buffer *out)
{
	struct reader r = { pdu + HEADER_LEN, pdu + len };
	struct writer w = { NULL, NULL, false };
	uint8_t *response;

	if (!is_usual(pdu, len))
		return false;
	if ((response = buffer_reserve(out, SERVE_RESPONSE_MAX)) == NULL) {
		buffer_truncate(out, out->len);
		return false;
	}
	w.at = response + RESPONSE_LEN;
	w.end = response + SERVE_RESPONSE_MAX;
	if (!answer_each(mib, pdu[1] == GET_NEXT, &r, &w))
		return false;
	fill_header(response, pdu, (size_t)(w.at - response));
	out->len += (size_t)(w.at - response);
	return true;
}
