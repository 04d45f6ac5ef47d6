/*
 * lease.c - the leases that programs hold through the control socket.
 *
 * A lease has a number within its connection, and ends with it.
 */
#include "lease.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jobs/eventlog.h"
#include "names.h"

struct held {
	struct client *client;
	struct lc_lease *lease;
	struct tally *tally;
	uint32_t number;
	uint32_t count;
};

/* ---- Leases ---- */

json_t *
lease_json(const struct client *client, size_t i)
{
	const struct held *held = client->held[i];
	char handle[24];

	snprintf(handle, sizeof handle, "%u.%u", client->number, held->number);
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:I, s:s}",
	    "handle", handle, "client", (json_int_t)client->number, "pid",
	    (json_int_t)client->pid, "uid", (json_int_t)client->uid, "lease",
	    (json_int_t)held->number, "device", (json_int_t)held->tally->device,
	    "feature", held->tally->feature, "version", held->tally->version,
	    "count", (json_int_t)held->count, "state",
	    lease_state_name(lc_lease_state(held->lease)));
}

uint32_t
lease_number(const struct client *client, size_t i)
{
	return client->held[i]->number;
}

/* Where the lease is in client->held, or would be. */
static size_t
place_of(const struct client *client, uint32_t number)
{
	size_t low = 0, high = client->nheld;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (client->held[middle]->number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
make_room(struct client *client)
{
	size_t size = client->held_size != 0 ? 2 * client->held_size : 4;
	struct held **held;

	if (client->nheld < client->held_size)
		return true;
	if ((held = reallocarray(client->held, size, sizeof *held)) == NULL)
		return false;
	client->held = held;
	client->held_size = size;
	return true;
}

/* Numbers rise, so that one is not soon used again. */
static uint32_t
next_number(struct client *client)
{
	uint32_t number;
	size_t at;

	do {
		number = ++client->last_lease;
		at = place_of(client, number);
	} while (number == 0 ||
		 (at < client->nheld && client->held[at]->number == number));
	return number;
}

static void
insert(struct client *client, struct held *held)
{
	size_t at = place_of(client, held->number);

	memmove(client->held + at + 1, client->held + at,
	    (client->nheld - at) * sizeof(struct held *));
	client->held[at] = held;
	client->nheld++;
}

static struct quota_request
quota_request_of(const struct held *held)
{
	return (struct quota_request){ held->tally->device,
		held->tally->feature, held->tally->version, held->count };
}

/* The core's lease is gone. */
static void
let_go(struct held *held)
{
	const struct quota_request quota = quota_request_of(held);

	quota_give(held->client, &quota);
	held->tally->leases--;
	held->tally->count -= held->count;
	held->client->control->counts.releases++;
	free(held);
}

static bool
count_in(struct control *control, struct held *held,
    const struct quota_request *quota)
{
	held->tally =
	    tally_get(control, quota->device, quota->feature, quota->version);
	if (held->tally == NULL || !quota_take(held->client, quota))
		return false;
	held->tally->leases++;
	held->tally->count += held->count;
	return true;
}

static enum lc_err
checkout(struct held *held, const struct quota_request *quota,
    struct lc_detail *detail)
{
	struct control *control = held->client->control;
	const struct lc_lease_request request = { .device = quota->device,
		.feature = quota->feature,
		.version = quota->version,
		.count = quota->count,
		.arg = held };
	enum lc_err err;

	held->count = quota->count;
	if (!quota_allows(held->client, quota, detail))
		return LC_EEXHAUSTED;
	err = lc_checkout(control->core, &request, &held->lease, detail);
	if (err != LC_OK || count_in(control, held, quota))
		return err;
	lc_release(held->lease);
	return LC_ENOMEM;
}

enum lc_err
lease_take(struct client *client, const struct quota_request *quota,
    uint32_t *number, struct lc_detail *detail)
{
	struct held *held = calloc(1, sizeof *held);
	enum lc_err err = LC_ENOMEM;

	if (held == NULL || !make_room(client))
		goto out;
	held->client = client;
	if ((err = checkout(held, quota, detail)) != LC_OK)
		goto out;
	*number = held->number = next_number(client);
	insert(client, held);
	held = NULL;
	client->control->counts.checkouts++;
	client->control->changed(client->control->arg);
out:
	free(held);
	return err;
}

/* NULL: the client has no such lease. */
static struct held *
find(const struct client *client, uint32_t number)
{
	size_t at = place_of(client, number);

	return at < client->nheld && client->held[at]->number == number
		   ? client->held[at]
		   : NULL;
}

void
lease_answer(const struct call *call, uint32_t number)
{
	const struct held *held = find(call->client, number);

	char text[CALL_TEXT_MAX];

	snprintf(text, sizeof text, "{\"lease\":%u,\"state\":\"%s\"}", number,
	    lease_state_name(lc_lease_state(held->lease)));
	call_answer_text(call, text);
}

static void
take_out(struct held *held)
{
	struct client *client = held->client;
	size_t at = place_of(client, held->number);

	client->nheld--;
	memmove(client->held + at, client->held + at + 1,
	    (client->nheld - at) * sizeof(struct held *));
}

void
lease_release(const struct call *call)
{
	struct control *control = call->client->control;
	struct held *held = find(call->client, call->args.lease);

	if (held == NULL) {
		call_refuse(
		    call, "not-found", "no such lease on this connection");
		return;
	}
	take_out(held);
	lc_release(held->lease);
	let_go(held);
	control->changed(control->arg);
	call_answer_text(call, "{}");
}

/* ---- Ending the lease of another ---- */

static struct client *
client_find(const struct control *control, uint32_t number)
{
	struct client *client = control->clients;

	while (client != NULL && client->number != number)
		client = client->next;
	return client;
}

/* To whoever held it. */
static void
tell_ended(const struct held *held, const struct lc_lease_ending *ending)
{
	char text[LC_COMMENT_MAX + 64];

	snprintf(text, sizeof text, "ended by %s%s%s", ending->by,
	    ending->reason[0] != '\0' ? ": " : "", ending->reason);
	client_send(
	    held->client, json_pack("{s:{s:I, s:s, s:o}}", "lease", "lease",
			      (json_int_t)held->number, "state", "ended",
			      "text", words_json(text)));
}

/* It has gone from the core. */
static void
ended(struct held *held, const struct lc_lease_ending *ending)
{
	const struct eventlog_lease lease = { .feature = held->tally->feature,
		.version = held->tally->version,
		.count = held->count,
		.holder = ending->holder };

	eventlog_lease_ended(&lease, ending->by, ending->reason);
	tell_ended(held, ending);
	take_out(held);
	let_go(held);
}

void
lease_end(const struct call *call)
{
	const struct args *args = &call->args;
	struct control *control = call->client->control;
	const struct client *holder = client_find(control, args->client);
	struct held *held = holder != NULL ? find(holder, args->lease) : NULL;
	char who[64];
	const struct lc_lease_ending ending = { .by = call->client->by,
		.holder = who,
		.reason = args->reason != NULL ? args->reason : "" };
	enum lc_err err;

	if (held == NULL) {
		call_refuse(call, "not-found", "no such lease");
		return;
	}
	snprintf(who, sizeof who, "process %d, user %u", (int)holder->pid,
	    (unsigned)holder->uid);
	if ((err = lc_lease_end(held->lease, &ending)) == LC_OK) {
		ended(held, &ending);
		control->changed(control->arg);
	}
	if (err == LC_EINVAL)
		call_refuse(call, "invalid",
		    "invalid reason: expected one line without control "
		    "characters");
	else
		call_done(call, err);
}

/* ---- Their life ---- */

void
client_leases_drop(struct client *client)
{
	if (client->nheld == 0)
		return;
	for (size_t i = 0; i < client->nheld; i++) {
		lc_release(client->held[i]->lease);
		let_go(client->held[i]);
	}
	client->nheld = 0;
	client->control->changed(client->control->arg);
}

void
lease_changed(struct lc_lease *lease)
{
	struct held *held = lc_lease_arg(lease);

	/* While it is checked out, its answer is still to come. */
	if (held == NULL || held->number == 0 || held->client->leaving)
		return;
	client_send(held->client, json_pack("{s:{s:I, s:s}}", "lease", "lease",
				      (json_int_t)held->number, "state",
				      lease_state_name(lc_lease_state(lease))));
}
