/*
 * lease.c - the leases that programs hold through the control socket.
 *
 * A lease has a number within its connection, and ends with it.
 */
#include "lease.h"

#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "quota.h"

struct held {
	struct client *client;
	struct lc_lease *lease;
	struct tally *tally;
	uint32_t number;
	uint32_t count;
};

/* ---- How many of each feature ---- */

static struct tally *
tally_search(const struct control *control, uint32_t device,
    const char *feature, const char *version)
{
	struct tally *t = control->tallies;

	while (t != NULL &&
	       (t->device != device || strcmp(t->feature, feature) != 0 ||
		   strcmp(t->version, version) != 0))
		t = t->next;
	return t;
}

const struct tally *
tally_find(const struct control *control, uint32_t device, const char *feature,
    const char *version)
{
	return tally_search(control, device, feature, version);
}

static void
tally_free(struct tally *t)
{
	if (t == NULL)
		return;
	free(t->feature);
	free(t->version);
	free(t);
}

void
tallies_free(struct control *control)
{
	while (control->tallies != NULL) {
		struct tally *t = control->tallies;

		control->tallies = t->next;
		tally_free(t);
	}
}

/* Only features that the core gave a lease on come here: they are few. */
static struct tally *
tally_get(struct control *control, uint32_t device, const char *feature,
    const char *version)
{
	struct tally *t = tally_search(control, device, feature, version);

	if (t != NULL)
		return t;
	if ((t = calloc(1, sizeof *t)) == NULL)
		return NULL;
	t->device = device;
	t->feature = strdup(feature);
	t->version = strdup(version);
	if (t->feature == NULL || t->version == NULL) {
		tally_free(t);
		return NULL;
	}
	t->next = control->tallies;
	control->tallies = t;
	return t;
}

/* ---- Leases ---- */

json_t *
lease_json(const struct client *client, size_t i)
{
	const struct held *held = client->held[i];

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:I, s:s}",
	    "client", (json_int_t)client->number, "pid",
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

static void
let_go(struct held *held)
{
	const struct quota_request quota = quota_request_of(held);

	lc_release(held->lease);
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

/* The device's own number, and the version that the core takes for none. */
static struct quota_request
quota_request_for(const struct control *control, const struct args *args)
{
	const struct lc_device *device =
	    lc_device_find(control->core, args->device);
	const struct lc_feature *feature =
	    device == NULL ? NULL
			   : lc_feature_find(control->core, device->index,
				 args->feature, args->version);
	const char *version = args->version != NULL ? args->version : "";

	return (struct quota_request){
		.device = device != NULL ? device->index : args->device,
		.feature = args->feature,
		.version = feature != NULL ? feature->version : version,
		.count = args->count != 0 ? args->count : 1,
	};
}

static enum lc_err
checkout(struct held *held, const struct args *args, struct lc_detail *detail)
{
	struct control *control = held->client->control;
	const struct quota_request quota = quota_request_for(control, args);
	const struct lc_lease_request request = { .device = args->device,
		.feature = args->feature,
		.version = args->version,
		.count = quota.count,
		.arg = held };
	enum lc_err err;

	held->count = quota.count;
	if (!quota_allows(held->client, &quota, detail))
		return LC_EEXHAUSTED;
	err = lc_checkout(control->core, &request, &held->lease, detail);
	if (err != LC_OK || count_in(control, held, &quota))
		return err;
	lc_release(held->lease);
	return LC_ENOMEM;
}

static enum lc_err
take(struct client *client, const struct args *args, struct held **out,
    struct lc_detail *detail)
{
	struct held *held = calloc(1, sizeof *held);
	enum lc_err err = LC_ENOMEM;

	if (held == NULL || !make_room(client))
		goto out;
	held->client = client;
	if ((err = checkout(held, args, detail)) != LC_OK)
		goto out;
	held->number = next_number(client);
	insert(client, held);
	*out = held;
	held = NULL;
out:
	free(held);
	return err;
}

void
lease_checkout(const struct call *call)
{
	struct control *control = call->client->control;
	struct lc_detail detail = { "" };
	struct held *held;
	enum lc_err err;

	if (call->client->nheld == CONTROL_LEASES_MAX) {
		call_refuse(
		    call, "too-many", "at most 1024 leases on a connection");
		return;
	}
	err = take(call->client, &call->args, &held, &detail);
	if (err != LC_OK) {
		control->counts.refusals++;
		call_fail(call, err, detail.text);
		return;
	}
	control->counts.checkouts++;
	control->changed(control->arg);
	call_answer(
	    call, json_pack("{s:I, s:s}", "lease", (json_int_t)held->number,
		      "state", lease_state_name(lc_lease_state(held->lease))));
}

void
lease_release(const struct call *call)
{
	struct client *client = call->client;
	size_t at = place_of(client, call->args.lease);
	struct held *held;

	if (at == client->nheld ||
	    client->held[at]->number != call->args.lease) {
		call_refuse(
		    call, "not-found", "no such lease on this connection");
		return;
	}
	held = client->held[at];
	client->nheld--;
	memmove(client->held + at, client->held + at + 1,
	    (client->nheld - at) * sizeof(struct held *));
	let_go(held);
	client->control->changed(client->control->arg);
	call_answer(call, json_object());
}

void
client_leases_drop(struct client *client)
{
	if (client->nheld == 0)
		return;
	for (size_t i = 0; i < client->nheld; i++)
		let_go(client->held[i]);
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
