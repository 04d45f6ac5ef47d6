/*
 * serve.c - a master's requests, answered from the tables.
 *
 * A variable that is asked for becomes the answer, in its place.  A response
 * that grows too big loses its variables and says so.  Of AgentX's own errors
 * only parseError, requestDenied and processingError are used: net-snmp's
 * master makes genErr of these and hands others to the manager as they are.
 */
#include "serve.h"

#include <stdlib.h>

#include "log.h"
#include "pdu.h"

#define RESPONSE_HEADER 28 /* bytes before the variables */

/* One request, and the response to it. */
struct exchange {
	const struct serve *serve;
	netsnmp_pdu *request;
	netsnmp_pdu *response;
	size_t size; /* of the response, in bytes on the wire */
};

static void
respond_error(struct exchange *x, long error, size_t index)
{
	snmp_free_varbind(x->response->variables);
	x->response->variables = NULL;
	x->response->errstat = error;
	x->response->errindex = error != SNMP_OK ? (long)index : 0;
}

/* Does one more still fit in? */
static bool
fits(struct exchange *x, const struct oid *name, const struct value *value)
{
	x->size += pdu_varbind_size(name, value);
	return x->size <= SERVE_RESPONSE_MAX;
}

/* ---- Get and GetNext ---- */

/* An error, or SNMP_OK and the variable is the answer. */
typedef enum snmp_error answer_one(struct exchange *, netsnmp_variable_list *);

static enum snmp_error
answer_get(struct exchange *x, netsnmp_variable_list *var)
{
	struct oid name;
	struct value value;

	if (!pdu_get_name(var, &name))
		return AGENTX_PARSE_ERROR;
	mib_get(x->serve->mib, &name, &value);
	if (!fits(x, &name, &value))
		return SNMP_TOO_BIG;
	return pdu_put_value(var, &value) ? SNMP_OK : AGENTX_PROCESSING_ERROR;
}

static enum snmp_error
answer_next(struct exchange *x, netsnmp_variable_list *var)
{
	struct range range;
	struct value value;

	if (!pdu_get_range(var, &range))
		return AGENTX_PARSE_ERROR;
	mib_next(
	    x->serve->mib, &range.start, range.include, &range.end, &value);
	if (!fits(x, &range.start, &value))
		return SNMP_TOO_BIG;
	return pdu_put_varbind(var, &range.start, &value)
		   ? SNMP_OK
		   : AGENTX_PROCESSING_ERROR;
}

static void
serve_each(struct exchange *x, answer_one *answer)
{
	netsnmp_variable_list *var = x->request->variables;
	enum snmp_error error = SNMP_OK;
	size_t index = 0;

	x->response->variables = var;
	x->request->variables = NULL;
	for (; error == SNMP_OK && var != NULL; var = var->next_variable) {
		error = answer(x, var);
		index++;
	}
	if (error != SNMP_OK)
		respond_error(x, error, error == SNMP_TOO_BIG ? index : 0);
}

/* ---- GetBulk ---- */

/* What is to be asked for, and where the response goes on. */
struct bulk {
	struct range *ranges;
	size_t n;
	netsnmp_variable_list **end;
};

/* One answer at the end of the response; false: it is full. */
static bool
put_answer(struct exchange *x, struct bulk *bulk, struct range *range,
    const struct value *value)
{
	if (!fits(x, &range->start, value))
		return false;
	*bulk->end = pdu_new_varbind(&range->start, value);
	if (*bulk->end == NULL)
		return false;
	bulk->end = &(*bulk->end)->next_variable;
	return true;
}

/* One round over some of the ranges; false: it was the last one.  A bulk may
 * end early: a round that does not fit is left for the next request. */
static bool
bulk_round(struct exchange *x, struct bulk *bulk, size_t first, size_t end)
{
	netsnmp_variable_list **whole = bulk->end;
	bool more = false;
	struct value value;

	for (size_t i = first; i < end; i++) {
		struct range *range = &bulk->ranges[i];

		mib_next(x->serve->mib, &range->start, range->include,
		    &range->end, &value);
		range->include = false;
		more |= value.type != VALUE_END;
		if (!put_answer(x, bulk, range, &value)) {
			snmp_free_varbind(*whole);
			*whole = NULL;
			bulk->end = whole;
			return false;
		}
	}
	return more;
}

static bool
get_ranges(const netsnmp_pdu *request, struct bulk *bulk)
{
	for (const netsnmp_variable_list *var = request->variables; var != NULL;
	     var = var->next_variable)
		if (!pdu_get_range(var, &bulk->ranges[bulk->n++]))
			return false;
	return true;
}

/* net-snmp's master sends GetNext in its place; others may not. */
static void
serve_bulk(struct exchange *x)
{
	size_t most = (size_t)count_varbinds(x->request->variables);
	size_t rounds = (uint16_t)x->request->max_repetitions;
	size_t single = (uint16_t)x->request->non_repeaters;
	struct bulk bulk = { .ranges = calloc(most + 1, sizeof *bulk.ranges),
		.end = &x->response->variables };

	if (bulk.ranges == NULL) {
		respond_error(x, AGENTX_PROCESSING_ERROR, 0);
		return;
	}
	if (!get_ranges(x->request, &bulk))
		respond_error(x, AGENTX_PARSE_ERROR, 0);
	else {
		single = single < bulk.n ? single : bulk.n;
		(void)bulk_round(x, &bulk, 0, single);
		while (single < bulk.n && rounds-- > 0 &&
		       bulk_round(x, &bulk, single, bulk.n))
			;
	}
	free(bulk.ranges);
}

/* ---- SET ---- */

static enum snmp_error
test(struct exchange *x, struct varbind *varbinds, size_t *blame)
{
	uint32_t transaction = (uint32_t)x->request->transid;
	enum snmp_error error = SNMP_OK;
	size_t n = 0;

	for (const netsnmp_variable_list *var = x->request->variables;
	     error == SNMP_OK && var != NULL; var = var->next_variable)
		if (!pdu_get_varbind(var, &varbinds[n++]))
			error = AGENTX_PARSE_ERROR;
	if (error == SNMP_OK)
		error =
		    sets_test(x->serve->sets, transaction, varbinds, n, blame);
	if (error != SNMP_OK)
		log_debug("set",
		    "transaction %u: varbind %zu of %zu is "
		    "refused with error %u",
		    transaction, *blame, n, (unsigned)error);
	return error;
}

static void
serve_test(struct exchange *x)
{
	size_t n = (size_t)count_varbinds(x->request->variables), blame = 0;
	struct varbind *varbinds = calloc(n + 1, sizeof *varbinds);
	enum snmp_error error;

	if (varbinds == NULL) {
		respond_error(x, SNMP_RESOURCE_UNAVAILABLE, 1);
		return;
	}
	error = test(x, varbinds, &blame);
	respond_error(x, error, blame);
	free(varbinds);
}

static void
serve_commit(struct exchange *x)
{
	size_t blame = 0;
	enum snmp_error error =
	    sets_commit(x->serve->sets, (uint32_t)x->request->transid, &blame);

	respond_error(x, error, blame);
}

/* ---- All of them ---- */

/* We register no context; a master that asks in one gets no answers. */
static bool
in_a_context(const netsnmp_pdu *request)
{
	return (request->flags & AGENTX_MSG_FLAG_CONTEXT) != 0 &&
	       request->community_len != 0;
}

static void
serve_read(struct exchange *x)
{
	if (x->request->flags & AGENTX_MSG_FLAG_TOO_BIG)
		respond_error(x, SNMP_TOO_BIG, 1);
	else if (in_a_context(x->request))
		respond_error(x, AGENTX_PROCESSING_ERROR, 0);
	else if (x->request->command == AGENTX_MSG_GET)
		serve_each(x, answer_get);
	else if (x->request->command == AGENTX_MSG_GETNEXT)
		serve_each(x, answer_next);
	else if (x->request->command == AGENTX_MSG_GETBULK)
		serve_bulk(x);
	else
		serve_test(x);
}

bool
serve_request(
    const struct serve *serve, netsnmp_pdu *request, netsnmp_pdu *response)
{
	struct exchange x = { serve, request, response, RESPONSE_HEADER };
	uint32_t transaction = (uint32_t)request->transid;

	respond_error(&x, SNMP_OK, 0);
	switch (request->command) {
	case AGENTX_MSG_GET:
	case AGENTX_MSG_GETNEXT:
	case AGENTX_MSG_GETBULK:
	case AGENTX_MSG_TESTSET:
		serve_read(&x);
		break;
	case AGENTX_MSG_COMMITSET:
		serve_commit(&x);
		break;
	case AGENTX_MSG_UNDOSET:
		respond_error(&x, sets_undo(serve->sets, transaction), 0);
		break;
	case AGENTX_MSG_CLEANUPSET:
		sets_cleanup(serve->sets, transaction);
		return false;
	default:
		respond_error(&x, AGENTX_PARSE_ERROR, 0);
		break;
	}
	return true;
}
