/*
 * handler.c - see handler.h.
 *
 * The phases of a SET are those of AgentX under other names: RESERVE tests,
 * ACTION commits, COMMIT and FREE clean up, and UNDO undoes.  None waits for
 * anything: what takes time is queued when the SET is over.
 */
#include "handler.h"

#include <stdlib.h>
#include <string.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <net-snmp/agent/agent_sysORTable.h>

#include "log.h"
#include "pdu.h"

#define REGIONS_MAX 8

static const struct serve *served;

/* ---- Reading ---- */

static bool
fail(netsnmp_agent_request_info *info, netsnmp_request_info *request, int error)
{
	netsnmp_set_request_error(info, request, error);
	return false;
}

/*
 * Takes from the room what the answer would have in AgentX.  The agent itself
 * drops a response that is too long for UDP.
 */
static bool
fits(size_t *room, const struct oid *name, const struct value *value)
{
	size_t size = pdu_varbind_size(name, value);
	bool good = size <= *room;

	*room -= good ? size : 0;
	return good;
}

static bool
get(netsnmp_agent_request_info *info, netsnmp_request_info *request,
    size_t *room)
{
	struct oid name;
	struct value value;

	if (!pdu_get_name(request->requestvb, &name))
		return fail(info, request, SNMP_ERR_GENERR);
	mib_get(served->mib, &name, &value);
	if (!fits(room, &name, &value))
		return fail(info, request, SNMP_ERR_TOOBIG);
	if (value.type == VALUE_NO_OBJECT || value.type == VALUE_NO_INSTANCE)
		return fail(info, request, (int)value.type);
	if (!pdu_put_value(request->requestvb, &value))
		return fail(info, request, SNMP_ERR_GENERR);
	return true;
}

/* Without an answer the agent goes on with what is registered behind. */
static bool
get_next(netsnmp_agent_request_info *info, netsnmp_request_info *request,
    size_t *room)
{
	struct oid name, end;
	struct value value;

	if (!pdu_get_name(request->requestvb, &name) ||
	    !pdu_get_oid(request->range_end, request->range_end_len, &end))
		return fail(info, request, SNMP_ERR_GENERR);
	mib_next(served->mib, &name, request->inclusive != 0, &end, &value);
	if (value.type == VALUE_END)
		return false;
	if (!fits(room, &name, &value))
		return fail(info, request, SNMP_ERR_TOOBIG);
	if (!pdu_put_varbind(request->requestvb, &name, &value))
		return fail(info, request, SNMP_ERR_GENERR);
	return true;
}

static void
get_each(netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	size_t room = SERVE_RESPONSE_MAX;

	for (; requests != NULL; requests = requests->next) {
		if (requests->processed)
			continue;
		if (info->mode == MODE_GET)
			(void)get(info, requests, &room);
		else
			(void)get_next(info, requests, &room);
		if (requests->status != SNMP_ERR_NOERROR)
			break;
	}
}

/*
 * ---- GetBulk ----
 *
 * The agent could make GetNext of it.  Then it would check the views of all
 * that was answered before each value, and of the later half none.
 */

/* Of one GetBulk; rough is what the agent takes for its size in bytes. */
struct bulk {
	netsnmp_agent_request_info *info;
	bool is_open; /* all of the region is in the view of who asks */
	size_t rough;
};

static bool
is_visible(const struct bulk *bulk, netsnmp_variable_list *var)
{
	return bulk->is_open ||
	       in_a_view(var->name, &var->name_length, bulk->info->asp->pdu,
		   var->type) == VACM_SUCCESS;
}

/* The next variable that may be seen. */
static bool
get_next_visible(struct bulk *bulk, netsnmp_request_info *request)
{
	size_t room = SERVE_RESPONSE_MAX;

	while (get_next(bulk->info, request, &room)) {
		request->inclusive = 0;
		if (is_visible(bulk, request->requestvb))
			return true;
		room = SERVE_RESPONSE_MAX; /* nothing of it is in there */
	}
	return false;
}

/* One repetition.  False: this request needs no more of them here. */
static bool
repeat(struct bulk *bulk, netsnmp_request_info *request)
{
	netsnmp_variable_list *var = request->requestvb;

	if (var->type != ASN_PRIV_RETRY)
		return false;
	if (!get_next_visible(bulk, request)) {
		/* Also of what was passed over. */
		snmp_set_var_typed_value(var, ASN_NULL, NULL, 0);
		return false;
	}
	bulk->rough += var->name_length + var->val_len;
	if (request->repeat <= 0 || var->next_variable == NULL)
		return false;
	request->repeat--;
	request->requestvb = var->next_variable;
	(void)snmp_set_var_objid(
	    request->requestvb, var->name, var->name_length);
	request->requestvb->type = ASN_PRIV_RETRY;
	return true;
}

/* Row by row, until the agent will cut the response off. */
static void
get_bulk(netsnmp_handler_registration *region, netsnmp_agent_request_info *info,
    netsnmp_request_info *requests)
{
	struct bulk bulk = { .info = info,
		.is_open =
		    netsnmp_acm_check_subtree(info->asp->pdu, region->rootoid,
			region->rootoid_len) == VACM_SUCCESS };
	bool more;

	for (netsnmp_request_info *r = requests; r != NULL; r = r->next)
		if (!r->processed)
			r->requestvb->type = ASN_PRIV_RETRY;
	do {
		more = false;
		for (netsnmp_request_info *r = requests; r != NULL; r = r->next)
			more |= !r->processed && repeat(&bulk, r);
	} while (more && bulk.rough <= (size_t)info->asp->pdu->msgMaxSize);
}

/* ---- Writing ---- */

/* The agent calls once for each region that a SET has variables in. */
static uint32_t
transaction_of(
    const netsnmp_agent_request_info *info, const netsnmp_mib_handler *handler)
{
	uint32_t region = (uint32_t)(uintptr_t)handler->myvoid;

	return (uint32_t)info->asp->pdu->transid * REGIONS_MAX + region;
}

/* The variable that is to blame, from 1. */
static void
refuse(netsnmp_agent_request_info *info, netsnmp_request_info *requests,
    size_t blame, enum snmp_error error)
{
	while (blame-- > 1 && requests->next != NULL)
		requests = requests->next;
	netsnmp_set_request_error(info, requests, (int)error);
}

static void
test(netsnmp_agent_request_info *info, netsnmp_request_info *requests,
    uint32_t transaction)
{
	struct varbind *varbinds;
	enum snmp_error error = SNMP_RESOURCE_UNAVAILABLE;
	size_t n = 0, blame = 1, used = 0;

	for (netsnmp_request_info *r = requests; r != NULL; r = r->next)
		n++;
	varbinds = calloc(n, sizeof *varbinds);
	for (netsnmp_request_info *r = requests; varbinds != NULL && r != NULL;
	     r = r->next)
		if (!pdu_get_varbind(r->requestvb, &varbinds[used++]))
			n = 0;
	if (varbinds != NULL && n != 0)
		error =
		    sets_test(served->sets, transaction, varbinds, n, &blame);
	free(varbinds);
	if (error == SNMP_OK)
		return;
	log_debug("set",
	    "transaction %u: varbind %zu of %zu is refused with error %u",
	    transaction, blame, n, (unsigned)error);
	refuse(info, requests, blame, error);
}

static void
commit(netsnmp_agent_request_info *info, netsnmp_request_info *requests,
    uint32_t transaction)
{
	size_t blame;
	enum snmp_error error = sets_commit(served->sets, transaction, &blame);

	if (error != SNMP_OK)
		refuse(info, requests, blame, error);
}

static void
undo(netsnmp_agent_request_info *info, netsnmp_request_info *requests,
    uint32_t transaction)
{
	enum snmp_error error = sets_undo(served->sets, transaction);

	if (error != SNMP_OK)
		refuse(info, requests, 1, error);
}

/* ---- Both ---- */

static int
handle(netsnmp_mib_handler *handler, netsnmp_handler_registration *region,
    netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	uint32_t transaction = transaction_of(info, handler);

	switch (info->mode) {
	case MODE_GET:
	case MODE_GETNEXT:
		get_each(info, requests);
		break;
	case MODE_GETBULK:
		get_bulk(region, info, requests);
		break;
	case MODE_SET_RESERVE1:
		test(info, requests, transaction);
		break;
	case MODE_SET_ACTION:
		commit(info, requests, transaction);
		break;
	case MODE_SET_UNDO:
		undo(info, requests, transaction);
		break;
	case MODE_SET_COMMIT:
	case MODE_SET_FREE:
		sets_cleanup(served->sets, transaction);
		break;
	default: /* RESERVE2 has nothing left to do */
		break;
	}
	return SNMP_ERR_NOERROR;
}

static bool
register_region(const struct link_region *region, size_t number)
{
	oid name[OID_MAX];
	netsnmp_handler_registration *registration;

	for (size_t i = 0; i < region->len; i++)
		name[i] = region->id[i];
	registration = netsnmp_create_handler_registration("licagentd", handle,
	    name, region->len, HANDLER_CAN_RWRITE | HANDLER_CAN_GETBULK);
	if (registration == NULL)
		return false;
	registration->handler->myvoid = (void *)(uintptr_t)number;
	registration->priority = region->priority;
	/* It frees what it does not take. */
	if (netsnmp_register_handler(registration) != MIB_REGISTERED_OK)
		return false;
	if (region->description != NULL)
		(void)register_sysORTable(
		    name, region->len, region->description);
	return true;
}

bool
handler_register(
    const struct serve *serve, const struct link_region *regions, size_t n)
{
	served = serve;
	for (size_t i = 0; i < n; i++)
		if (i == REGIONS_MAX || !register_region(&regions[i], i))
			return false;
	return true;
}
