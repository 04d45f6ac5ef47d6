/*
 * serve.c - a master's requests, answered from bytes to bytes.
 *
 * A response is written while the answers are found.  If it grows too big or
 * the request turns out to be malformed, it is taken back and an error put in
 * its place.  Of AgentX's own errors only parseError, requestDenied and
 * processingError are used: net-snmp's master makes genErr of these and hands
 * others to the manager as they are.
 */
#include "serve.h"

#include <stdlib.h>

#include "log.h"

/* One request and the response that is being written. */
struct exchange {
	const struct serve *serve;
	const struct agentx_header *header;
	struct agentx_reader in;
	struct buffer *out;
	size_t start; /* of the response in out */
};

static void
begin_response(struct exchange *x, unsigned error, size_t index)
{
	struct agentx_header header = *x->header;

	header.type = AGENTX_RESPONSE;
	x->start = agentx_begin(x->out, &header);
	agentx_put_u32(x->out, 0); /* sysUpTime is the master's to say */
	agentx_put_u16(x->out, (uint16_t)error);
	agentx_put_u16(x->out, (uint16_t)index);
}

static void
respond_error(struct exchange *x, unsigned error, size_t index)
{
	buffer_truncate(x->out, x->start);
	begin_response(x, error, error != SNMP_OK ? index : 0);
	agentx_end(x->out, x->start);
}

/* Writes one answer; false: the response is an error now. */
static bool
put_answer(struct exchange *x, const struct oid *name,
    const struct value *value, size_t index)
{
	agentx_put_varbind(x->out, name, value);
	if (x->in.bad) {
		respond_error(x, AGENTX_PARSE_ERROR, 0);
		return false;
	}
	if (x->out->failed || x->out->len - x->start > SERVE_RESPONSE_MAX) {
		respond_error(x, SNMP_TOO_BIG, index);
		return false;
	}
	return true;
}

struct range {
	struct oid start;
	struct oid end; /* empty: none */
	bool include;
};

static void
read_range(struct agentx_reader *in, struct range *range)
{
	range->include = false;
	agentx_read_oid(in, &range->start, &range->include);
	agentx_read_oid(in, &range->end, NULL);
}

static void
serve_get(struct exchange *x)
{
	const struct mib *mib = x->serve->mib;
	struct range range;
	struct value value;

	begin_response(x, SNMP_OK, 0);
	for (size_t i = 1; x->in.at < x->in.end; i++) {
		read_range(&x->in, &range);
		mib_get(mib, &range.start, &value);
		if (!put_answer(x, &range.start, &value, i))
			return;
	}
	agentx_end(x->out, x->start);
}

static void
serve_next(struct exchange *x)
{
	const struct mib *mib = x->serve->mib;
	struct range range;
	struct value value;

	begin_response(x, SNMP_OK, 0);
	for (size_t i = 1; x->in.at < x->in.end; i++) {
		read_range(&x->in, &range);
		mib_next(mib, &range.start, range.include, &range.end, &value);
		if (!put_answer(x, &range.start, &value, i))
			return;
	}
	agentx_end(x->out, x->start);
}

/* One round over the repeaters.  A bulk may end early: what is too big is
 * left for the next request. */
static bool
bulk_round(struct exchange *x, struct range *ranges, size_t n)
{
	bool more = false;
	size_t whole = x->out->len;
	struct value value;

	for (size_t i = 0; i < n; i++) {
		mib_next(x->serve->mib, &ranges[i].start, ranges[i].include,
		    &ranges[i].end, &value);
		ranges[i].include = false;
		more |= value.type != VALUE_END;
		agentx_put_varbind(x->out, &ranges[i].start, &value);
	}
	if (!x->out->failed && x->out->len - x->start <= SERVE_RESPONSE_MAX)
		return more;
	buffer_truncate(x->out, whole);
	return false;
}

/* net-snmp's master sends GetNext in its place; others may not. */
static void
serve_bulk(struct exchange *x)
{
	size_t single = agentx_read_u16(&x->in);
	size_t rounds = agentx_read_u16(&x->in);
	size_t n = 0, most = (size_t)(x->in.end - x->in.at) / 8;
	struct range *ranges = calloc(most + 1, sizeof *ranges);

	begin_response(x, SNMP_OK, 0);
	if (ranges == NULL) {
		respond_error(x, AGENTX_PROCESSING_ERROR, 0);
		return;
	}
	while (x->in.at < x->in.end && !x->in.bad)
		read_range(&x->in, &ranges[n++]);
	if (x->in.bad) {
		respond_error(x, AGENTX_PARSE_ERROR, 0);
		goto out;
	}
	single = single < n ? single : n;
	(void)bulk_round(x, ranges, single);
	while (single < n && rounds-- > 0 &&
	       bulk_round(x, ranges + single, n - single))
		;
	agentx_end(x->out, x->start);
out:
	free(ranges);
}

static void
serve_test(struct exchange *x)
{
	/* The shortest varbind: type, reserved, an empty name. */
	size_t n = 0, most = (size_t)(x->in.end - x->in.at) / 8, blame = 0;
	struct varbind *varbinds = calloc(most + 1, sizeof *varbinds);
	unsigned error;

	begin_response(x, SNMP_OK, 0);
	if (varbinds == NULL) {
		respond_error(x, SNMP_RESOURCE_UNAVAILABLE, 1);
		return;
	}
	while (x->in.at < x->in.end && !x->in.bad)
		agentx_read_varbind(&x->in, &varbinds[n++]);
	if (x->in.bad)
		error = AGENTX_PARSE_ERROR;
	else
		error = sets_test(x->serve->sets, x->header->transaction,
		    varbinds, n, &blame);
	if (error != SNMP_OK)
		log_debug("set",
		    "transaction %u: varbind %zu of %zu is "
		    "refused with error %u",
		    x->header->transaction, blame, n, error);
	respond_error(x, error, blame);
	free(varbinds);
}

static void
serve_commit(struct exchange *x)
{
	size_t blame = 0;
	unsigned error =
	    sets_commit(x->serve->sets, x->header->transaction, &blame);

	respond_error(x, error, blame);
}

/* We register no context; a master that asks in one gets no answers. */
static bool
skip_context(struct exchange *x)
{
	const uint8_t *context;
	size_t len;

	if (!(x->header->flags & AGENTX_CONTEXT))
		return true;
	agentx_read_octets(&x->in, &context, &len);
	return len == 0;
}

static void
serve_read(struct exchange *x)
{
	if (!skip_context(x))
		respond_error(x, AGENTX_PROCESSING_ERROR, 0);
	else if (x->header->type == AGENTX_GET)
		serve_get(x);
	else if (x->header->type == AGENTX_GET_NEXT)
		serve_next(x);
	else if (x->header->type == AGENTX_GET_BULK)
		serve_bulk(x);
	else
		serve_test(x);
}

void
serve_request(const struct serve *serve, const struct agentx_header *header,
    const uint8_t *payload, struct buffer *out)
{
	struct exchange x = { .serve = serve,
		.header = header,
		.out = out,
		.in = { .at = payload,
		    .end = payload + header->payload,
		    .network_order = header->flags & AGENTX_NETWORK_ORDER },
		.start = out->len };

	switch (header->type) {
	case AGENTX_GET:
	case AGENTX_GET_NEXT:
	case AGENTX_GET_BULK:
	case AGENTX_TEST_SET:
		serve_read(&x);
		break;
	case AGENTX_COMMIT_SET:
		serve_commit(&x);
		break;
	case AGENTX_UNDO_SET:
		sets_undo(serve->sets, header->transaction);
		respond_error(&x, SNMP_OK, 0);
		break;
	case AGENTX_CLEANUP_SET:
		sets_cleanup(serve->sets, header->transaction);
		break;
	default:
		respond_error(&x, AGENTX_PARSE_ERROR, 0);
		break;
	}
}
