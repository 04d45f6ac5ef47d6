/* wait.c - check-outs, and those that wait until enough is left. */
#include "wait.h"

#include <stdio.h>
#include <stdlib.h>

#include "lease.h"
#include "quota.h"
#include "tally.h"

/* Clients reconnect four times a second. */
#define RETURN_MS 2000

/* Of check-outs that wait: all, and of one user who may not do everything. */
#define WAITING_MAX 1024
#define WAITING_ADMIN 256 /* of all, for those who may do everything */
#define WAITING_USER 256

#define FOREVER UINT32_MAX /* wait_s */

struct waiting {
	struct tally *tally;
	struct waiting *next; /* in its line */
	struct call call;     /* without its arguments */
	uint32_t count;
	struct timer over; /* armed unless it waits forever */
};

static bool
is_returning(const struct control *control)
{
	return control->returned_ms == 0 ||
	       loop_now_ms() < control->returned_ms;
}

/* ---- What is asked for, and refused ---- */

/* The device's own number, and the version that the core takes for none. */
static struct quota_request
resolve(const struct control *control, const struct args *args)
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

static struct quota_request
request_of(const struct waiting *w)
{
	return (struct quota_request){ w->tally->device, w->tally->feature,
		w->tally->version, w->count };
}

static enum lc_err
room_for(const struct control *control, const struct quota_request *r,
    struct lc_room *room, struct lc_detail *detail)
{
	const struct lc_lease_request request = { .device = r->device,
		.feature = r->feature,
		.version = r->version };

	return lc_feature_room(control->core, &request, room, detail);
}

/* The tally of a feature that is one; others are in the sum of all only. */
static struct tally *
tally_of(struct control *control, const struct quota_request *r)
{
	if (lc_feature_find(control->core, r->device, r->feature, r->version) !=
	    NULL)
		return tally_get(control, r->device, r->feature, r->version);
	return tally_find(control, r->device, r->feature, r->version);
}

static void
deny(const struct call *call, const struct quota_request *r, enum lc_err err,
    const char *text)
{
	struct control *control = call->client->control;
	struct tally *tally = tally_of(control, r);

	control->counts.refusals++;
	if (tally != NULL)
		tally->denied++;
	call_fail(call, err, text);
}

/* Too few are left, or they are kept for those who came before. */
static enum lc_err
too_few(const struct quota_request *r, const struct lc_room *room,
    struct lc_detail *detail)
{
	snprintf(detail->text, sizeof detail->text,
	    "feature %.128s %.32s: %u asked for, %llu left%s", r->feature,
	    r->version, r->count, (unsigned long long)room->left,
	    r->count <= room->left ? ", for which others wait" : "");
	return LC_EEXHAUSTED;
}

/* ---- A line ---- */

static void
line_remove(struct waiting *w)
{
	struct client *client = w->call.client;
	struct tally *tally = w->tally;
	struct waiting **at = &tally->first;

	while (*at != w)
		at = &(*at)->next;
	if ((*at = w->next) == NULL)
		tally->end = at;
	tally->waiting--;
	tally->held_up = tally->held_up && tally->first != NULL;
	client->nwaiting--;
	client->user->nwaiting--;
	client->control->nwaiting--;
	loop_timer_clear(client->control->loop, &w->over);
	free(w);
}

/* It is answered, and leaves the line. */
static void
refuse(struct waiting *w, enum lc_err err, const char *text)
{
	const struct quota_request r = request_of(w);

	deny(&w->call, &r, err, text);
	line_remove(w);
}

static void
take(struct waiting *w)
{
	const struct quota_request r = request_of(w);
	struct lc_detail detail = { "" };
	uint32_t number;
	enum lc_err err = lease_take(w->call.client, &r, &number, &detail);

	if (err != LC_OK) {
		refuse(w, err, detail.text);
		return;
	}
	lease_answer(&w->call, number);
	line_remove(w);
}

/* Answers it if it can be; false: too few are left, and it is next. */
static bool
serve(struct waiting *w)
{
	const struct client *client = w->call.client;
	const struct quota_request r = request_of(w);
	struct lc_detail detail = { "" };
	struct lc_room room;
	enum lc_err err;

	if (client->gone || client->leaving ||
	    !quota_allows(client, &r, &detail))
		return true;
	err = room_for(client->control, &r, &room, &detail);
	if (err != LC_OK)
		refuse(w, err, detail.text);
	else if (r.count <= room.left)
		take(w);
	else
		return r.count > room.allowed;
	return true;
}

static void
line_serve(struct control *control, struct tally *tally)
{
	struct waiting *w = tally->first, *next;

	tally->held_up = false;
	if (is_returning(control))
		return;
	for (; w != NULL && !tally->held_up; w = next) {
		next = w->next;
		tally->held_up = !serve(w);
	}
}

void
wait_serve_all(struct control *control)
{
	if (control->nwaiting == 0)
		return;
	for (struct tally *t = control->tallies; t != NULL; t = t->next)
		line_serve(control, t);
}

/* ---- Waiting ---- */

/* The time is over: the reason is the one that is true now. */
static void
over(void *arg)
{
	struct waiting *w = arg;
	struct control *control = w->call.client->control;
	const struct quota_request r = request_of(w);
	struct tally *tally = w->tally;
	struct lc_detail detail = { "" };
	struct lc_room room;
	enum lc_err err = LC_EEXHAUSTED;

	if (quota_allows(w->call.client, &r, &detail) &&
	    (err = room_for(control, &r, &room, &detail)) == LC_OK)
		err = too_few(&r, &room, &detail);
	refuse(w, err, detail.text);
	line_serve(control, tally);
}

/* Is there a place in a line?  Others than administrators leave some free. */
static bool
has_place(const struct client *client)
{
	const struct control *control = client->control;

	if (client->nwaiting >= CONTROL_WAITING_MAX ||
	    client->nheld + client->nwaiting >= CONTROL_LEASES_MAX)
		return false;
	if (client->rights & CONTROL_ADMIN)
		return control->nwaiting < WAITING_MAX;
	return client->user->nwaiting < WAITING_USER &&
	       control->nwaiting < WAITING_MAX - WAITING_ADMIN;
}

static void
tell_waiting(const struct call *call, const struct tally *tally)
{
	if (call->args.progress && call->id >= 0)
		client_send(call->client,
		    json_pack("{s:{s:I, s:s, s:I, s:i}}", "progress", "id",
			call->id, "what", "waiting", "done",
			(json_int_t)tally->waiting, "total", 0));
}

static void
line_join(const struct call *call, struct tally *tally, struct waiting *w,
    uint32_t count)
{
	struct client *client = call->client;

	w->tally = tally;
	w->call = (struct call){ .client = client, .id = call->id };
	w->count = count;
	w->over = (struct timer){ .expired = over, .arg = w };
	tell_waiting(call, tally);
	*tally->end = w;
	tally->end = &w->next;
	tally->waiting++;
	client->nwaiting++;
	client->user->nwaiting++;
	client->control->nwaiting++;
	if (call->args.wait_s != FOREVER)
		loop_timer_set(client->control->loop, &w->over,
		    (int64_t)call->args.wait_s * 1000);
}

static void
wait_in_line(const struct call *call, const struct quota_request *r)
{
	struct control *control = call->client->control;
	struct lc_detail detail = { "" };
	struct lc_room room;
	struct tally *tally;
	struct waiting *w = NULL;
	enum lc_err err = room_for(control, r, &room, &detail);

	if (err != LC_OK) { /* it was the quota that refused */
		deny(call, r, err, detail.text);
		return;
	}
	if (!has_place(call->client)) {
		call_refuse(call, "too-many", "too many check-outs wait");
		return;
	}
	tally = tally_get(control, r->device, r->feature, r->version);
	if (tally == NULL || (w = calloc(1, sizeof *w)) == NULL) {
		deny(call, r, LC_ENOMEM, "");
		return;
	}
	line_join(call, tally, w, r->count);
	line_serve(control, tally); /* it may be the one that holds it up */
}

/* ---- Check-outs ---- */

/*
 * Takes a lease if there is room and nobody stands before.  Those who wait
 * are served first; at the beginning, after those who held leases before.
 */
static enum lc_err
checkout(const struct call *call, const struct quota_request *r,
    uint32_t *number, struct lc_detail *detail)
{
	struct control *control = call->client->control;
	struct tally *tally =
	    tally_find(control, r->device, r->feature, r->version);
	bool waits = call->args.wait_s != 0 && is_returning(control);
	struct lc_room room;
	enum lc_err err;

	if (tally != NULL && tally->first != NULL)
		line_serve(control, tally);
	if (!waits && (tally == NULL || !tally->held_up))
		return lease_take(call->client, r, number, detail);
	err = room_for(control, r, &room, detail);
	return err == LC_OK ? too_few(r, &room, detail) : err;
}

void
wait_checkout(const struct call *call)
{
	const struct control *control = call->client->control;
	const struct quota_request r = resolve(control, &call->args);
	struct lc_detail detail = { "" };
	uint32_t number;
	enum lc_err err;

	if (call->client->nheld == CONTROL_LEASES_MAX) {
		call_refuse(
		    call, "too-many", "at most 1024 leases on a connection");
		return;
	}
	err = checkout(call, &r, &number, &detail);
	if (err == LC_OK)
		lease_answer(call, number);
	else if (err == LC_EEXHAUSTED && call->args.wait_s != 0)
		wait_in_line(call, &r);
	else
		deny(call, &r, err, detail.text);
}

/* ---- Its life ---- */

void
client_waiting_drop(struct client *client)
{
	struct control *control = client->control;
	struct waiting *next;

	if (client->nwaiting == 0)
		return;
	for (struct tally *t = control->tallies; t != NULL; t = t->next)
		for (struct waiting *w = t->first; w != NULL; w = next) {
			next = w->next;
			if (w->call.client == client)
				line_remove(w);
		}
	control->changed(control->arg); /* others may be next */
}

static void
on_returned(void *arg)
{
	wait_serve_all(arg);
}

void
wait_init(struct control *control)
{
	control->returned =
	    (struct timer){ .expired = on_returned, .arg = control };
}

void
wait_begin(struct control *control)
{
	if (control->returned_ms != 0)
		return;
	control->returned_ms = loop_now_ms() + RETURN_MS;
	loop_timer_set(control->loop, &control->returned, RETURN_MS);
}

void
wait_free(struct control *control)
{
	loop_timer_clear(control->loop, &control->returned);
}
