/*
 * rows.c - what the control socket shows: lists, in pages.
 *
 * A list is written row by row into the client's buffer until the answer is
 * long enough; "next" then says where the following page begins, in the form
 * that "after" takes.  Lists are sorted and pages name the last row, so rows
 * that come and go between two pages make none appear twice.
 */
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lease.h"
#include "names.h"
#include "tally.h"

/* ---- Pages ---- */

struct page {
	const struct call *call;
	struct buffer *out;
	size_t begin; /* of the answer, in out */
	size_t rows;
};

static void
put(struct page *page, const char *text)
{
	buffer_append(page->out, text, strlen(text));
}

static void
page_begin(struct page *page, const struct call *call)
{
	char head[64];

	*page = (struct page){ .call = call,
		.out = &call->client->out,
		.begin = call->client->out.len };
	if (call->id >= 0)
		snprintf(head, sizeof head,
		    "{\"id\":%lld,\"result\":{\"rows\":[", (long long)call->id);
	else
		snprintf(head, sizeof head, "{\"result\":{\"rows\":[");
	put(page, head);
}

/* Takes the reference; false: this was the page's last row. */
static bool
page_row(struct page *page, json_t *row)
{
	char *text = row != NULL ? json_dumps(row, JSON_COMPACT) : NULL;

	json_decref(row);
	if (text == NULL) {
		client_drop(page->call->client, "out of memory");
		return false;
	}
	if (page->rows++ != 0)
		put(page, ",");
	put(page, text);
	free(text);
	return page->out->len - page->begin < CONTROL_PAGE;
}

/* next: where the following page begins; "" if this was the last one. */
static void
page_end(struct page *page, const char *next)
{
	put(page, "]");
	if (next[0] != '\0') {
		put(page, ",\"next\":\"");
		put(page, next);
		put(page, "\"");
	}
	put(page, "}}\n");
	if (page->out->failed)
		client_drop(page->call->client, "out of memory");
}

/* An error in its place: rows that were read are no answer. */
static void
page_fail(struct page *page, enum lc_err err)
{
	page->out->len = page->begin;
	call_fail(page->call, err, "");
}

/* ---- Where a page begins ---- */

#define PARTS 3

struct place {
	uint32_t part[PARTS];
};

static bool
parse_part(const char **text, uint32_t *part)
{
	uint64_t value = 0;

	if (**text < '0' || **text > '9')
		return false;
	for (; **text >= '0' && **text <= '9' && value <= UINT32_MAX; ++*text)
		value = 10 * value + (uint64_t)(**text - '0');
	*part = (uint32_t)value;
	return value <= UINT32_MAX;
}

/* "1.2.7"; nothing is before everything. */
static bool
parse_place(const struct call *call, size_t parts, struct place *place)
{
	const char *text = call->args.after;

	*place = (struct place){ { 0 } };
	if (text == NULL)
		return true;
	for (size_t i = 0; i < parts; i++) {
		if (!parse_part(&text, &place->part[i]) ||
		    *text != (i + 1 < parts ? '.' : '\0')) {
			call_refuse(call, "invalid",
			    "after: expected the value of \"next\"");
			return false;
		}
		text++;
	}
	return true;
}

static int
compare(const struct place *a, const struct place *b)
{
	for (size_t i = 0; i < PARTS; i++)
		if (a->part[i] != b->part[i])
			return a->part[i] < b->part[i] ? -1 : 1;
	return 0;
}

/* ---- Sorted lists ---- */

struct list {
	size_t parts; /* of a place */
	const void *const *(*rows)(const struct lc *, size_t *n);
	struct place (*place)(const void *row);
	bool (*wanted)(const struct call *, const void *row); /* may be NULL */
	json_t *(*json)(const struct call *, const void *row);
};

static size_t
first_after(const struct list *list, const void *const *rows, size_t n,
    const struct place *after)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct place place = list->place(rows[middle]);

		if (compare(&place, after) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
next_place(const struct list *list, const void *row, char *text, size_t size)
{
	struct place place = list->place(row);
	size_t used = 0;

	for (size_t i = 0; i < list->parts; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%u",
		    i != 0 ? "." : "", place.part[i]);
}

static void
show_list(const struct call *call, const struct list *list)
{
	const struct lc *core = call->client->control->core;
	size_t n, i;
	const void *const *rows = list->rows(core, &n);
	struct place after;
	struct page page;
	char next[64] = "";

	if (!parse_place(call, list->parts, &after))
		return;
	page_begin(&page, call);
	for (i = first_after(list, rows, n, &after); i < n; i++) {
		if (list->wanted != NULL && !list->wanted(call, rows[i]))
			continue;
		if (!page_row(&page, list->json(call, rows[i])))
			break;
	}
	if (i + 1 < n)
		next_place(list, rows[i], next, sizeof next);
	page_end(&page, next);
}

/* ---- Devices and stores ---- */

static const void *const *
device_rows(const struct lc *core, size_t *n)
{
	return (const void *const *)lc_devices(core, n);
}

static struct place
device_place(const void *row)
{
	const struct lc_device *device = row;

	return (struct place){ { device->index } };
}

static json_t *
device_json(const struct call *call, const void *row)
{
	const struct lc_device *d = row;
	const struct lc_device *master =
	    lc_device_find(call->client->control->core, 0);

	return json_pack("{s:I, s:s, s:s, s:s, s:s, s:I, s:b}", "device",
	    (json_int_t)d->index, "pid", d->pid, "sn", d->sn, "udi", d->udi,
	    "name", d->name, "default_store", (json_int_t)d->default_store,
	    "master", d == master);
}

void
rows_devices(const struct call *call)
{
	static const struct list list = { .parts = 1,
		.rows = device_rows,
		.place = device_place,
		.json = device_json };

	show_list(call, &list);
}

static const void *const *
store_rows(const struct lc *core, size_t *n)
{
	return (const void *const *)lc_stores(core, n);
}

static struct place
store_place(const void *row)
{
	const struct lc_store *store = row;

	return (struct place){ { store->device, store->index } };
}

static json_t *
store_json(const struct call *call, const void *row)
{
	const struct lc_store *s = row;

	(void)call;
	return json_pack("{s:I, s:I, s:s, s:s, s:I, s:I, s:b}", "device",
	    (json_int_t)s->device, "store", (json_int_t)s->index, "name",
	    s->name, "kind", store_kind_name(s->kind), "size",
	    (json_int_t)s->size, "size_left", (json_int_t)s->size_left,
	    "present", s->present);
}

void
rows_stores(const struct call *call)
{
	static const struct list list = { .parts = 2,
		.rows = store_rows,
		.place = store_place,
		.json = store_json };

	show_list(call, &list);
}

/* ---- Features ---- */

static const void *const *
feature_rows(const struct lc *core, size_t *n)
{
	return (const void *const *)lc_features(core, n);
}

static struct place
feature_place(const void *row)
{
	const struct lc_feature *feature = row;

	return (struct place){ { feature->device, feature->index } };
}

static bool
feature_wanted(const struct call *call, const void *row)
{
	const struct lc_feature *feature = row;

	return call->args.feature == NULL ||
	       strcmp(call->args.feature, feature->name) == 0;
}

static json_t *
feature_json(const struct call *call, const void *row)
{
	const struct lc_feature *f = row;
	const struct control *control = call->client->control;
	const struct tally *tally =
	    tally_find(control, f->device, f->name, f->version);
	struct lc_feature_use use;

	lc_feature_use(control->core, f, &use);
	return json_pack("{s:I, s:I, s:s, s:s, s:s, s:b, s:b, s:b, s:I, s:I, "
			 "s:I, s:I, s:b, s:I, s:I, s:o, s:o}",
	    "device", (json_int_t)f->device, "index", (json_int_t)f->index,
	    "feature", f->name, "version", f->version, "what_is_counted",
	    f->what_is_counted, "mandatory", f->mandatory, "always", f->always,
	    "advise", f->advise, "leases",
	    (json_int_t)(tally != NULL ? tally->leases : 0), "in_use",
	    (json_int_t)(tally != NULL ? tally->count : 0) + f->always,
	    "denied", (json_int_t)(tally != NULL ? tally->denied : 0),
	    "waiting", (json_int_t)(tally != NULL ? tally->waiting : 0),
	    "held_up", tally != NULL && tally->held_up, "left_s",
	    (json_int_t)use.left_s, "used_s", (json_int_t)use.used_s, "start",
	    time_json(use.start), "end", time_json(use.end));
}

void
rows_features(const struct call *call)
{
	static const struct list list = { .parts = 2,
		.rows = feature_rows,
		.place = feature_place,
		.wanted = feature_wanted,
		.json = feature_json };

	show_list(call, &list);
}

/* ---- Licenses ---- */

static const void *const *
license_rows(const struct lc *core, size_t *n)
{
	return (const void *const *)lc_licenses(core, n);
}

static struct place
license_place(const void *row)
{
	const struct lc_license *license = row;

	return (struct place){ { license->device, license->store,
	    license->index } };
}

static bool
license_wanted(const struct call *call, const void *row)
{
	const struct lc_license *license = row;

	return call->args.feature == NULL ||
	       strcmp(call->args.feature, license->terms.feature) == 0;
}

/* The MIB has 0 for subscriptions, whose end is a date.  One that has not
 * begun has all of its time left. */
static int64_t
left_s(const struct lc *core, const struct lc_license *l)
{
	const struct lc_terms *t = &l->terms;
	int64_t from = lc_clock_now_s(core), left;

	if (t->end == LC_NO_TIME)
		return lc_license_left_s(core, l);
	if (t->start != LC_NO_TIME && t->start > from)
		from = t->start;
	left = t->end + (int64_t)t->extension_days * 86400 - from;
	return left > 0 ? left : 0;
}

static json_t *
license_json(const struct call *call, const void *row)
{
	const struct lc_license *l = row;
	const struct lc *core = call->client->control->core;
	json_t *terms = terms_json(&l->terms);
	json_t *state = json_pack(
	    "{s:I, s:I, s:I, s:I, s:s, s:s, s:s, s:b, s:o, "
	    "s:I, s:I, s:I, s:o}",
	    "device", (json_int_t)l->device, "store", (json_int_t)l->store,
	    "license", (json_int_t)l->index, "store_index",
	    (json_int_t)lc_store_position(core, l->device, l->store, l->index),
	    "status", status_name(lc_license_status(core, l)), "priority",
	    priority_name(l->priority), "comment", l->comment, "eula_accepted",
	    l->eula_accepted, "count_left",
	    count_json(l->count_left, l->terms.counted), "left_s",
	    (json_int_t)left_s(core, l), "used_s",
	    (json_int_t)lc_license_used_s(core, l), "expired_s",
	    (json_int_t)lc_license_expired_s(core, l), "installed",
	    time_json(l->installed));

	if (terms == NULL || state == NULL ||
	    json_object_update(state, terms) < 0) {
		json_decref(state);
		state = NULL;
	}
	json_decref(terms);
	return state;
}

void
rows_licenses(const struct call *call)
{
	static const struct list list = { .parts = 3,
		.rows = license_rows,
		.place = license_place,
		.wanted = license_wanted,
		.json = license_json };

	show_list(call, &list);
}

/* ---- Modules ---- */

/* There are few, and they have no numbers: one page, or the rest of them. */
static json_t *
module_json(const struct lc *core, const struct lc_module *m)
{
	json_t *levels = json_array();

	for (size_t i = 0; levels != NULL && i < m->nlevels; i++)
		(void)json_array_append_new(levels, json_string(m->levels[i]));
	return json_pack("{s:I, s:s, s:o, s:s, s:s?, s:s}", "device",
	    (json_int_t)m->device, "module", m->name, "levels", levels,
	    "running", m->levels[m->running], "wanted",
	    m->wanted < m->nlevels ? m->levels[m->wanted] : NULL, "next",
	    m->levels[lc_module_next(core, m)]);
}

void
rows_modules(const struct call *call)
{
	size_t n, i;
	const struct lc *core = call->client->control->core;
	const struct lc_module *const *modules = lc_modules(core, &n);
	struct place after;
	struct page page;
	char next[64] = "";

	if (!parse_place(call, 1, &after))
		return;
	page_begin(&page, call);
	for (i = after.part[0]; i < n; i++)
		if (!page_row(&page, module_json(core, modules[i])))
			break;
	if (i + 1 < n)
		snprintf(next, sizeof next, "%zu", i + 1);
	page_end(&page, next);
}

/* ---- Files ---- */

/* A name that is not UTF-8 cannot be asked for. */
static bool
file_row(void *page, const char *name)
{
	json_t *text = json_string(name);

	return text == NULL || page_row(page, json_pack("{s:o}", "file", text));
}

/* For completion: one page is enough. */
void
rows_files(const struct call *call)
{
	struct page page;

	page_begin(&page, call);
	files_list(jobs_files(call->client->control->jobs), call->args.file,
	    file_row, &page);
	page_end(&page, "");
}

/* ---- Leases ---- */

/* Clients are listed from the newest on, so their numbers fall. */
void
rows_leases(const struct call *call)
{
	const struct control *control = call->client->control;
	struct place after;
	struct page page;
	char next[64] = "";
	bool room = true;

	if (!parse_place(call, 2, &after))
		return;
	page_begin(&page, call);
	for (const struct client *c = control->clients; c != NULL && room;
	     c = c->next) {
		if (call->args.after != NULL && c->number > after.part[0])
			continue;
		for (size_t i = 0; i < c->nheld && room; i++) {
			uint32_t number = lease_number(c, i);

			if (c->number == after.part[0] &&
			    number <= after.part[1])
				continue;
			room = page_row(&page, lease_json(c, i));
			snprintf(next, sizeof next, "%u.%u", c->number, number);
		}
	}
	page_end(&page, room ? "" : next);
}

/* ---- History ---- */

static json_t *
history_json(const struct lc_history *h)
{
	json_error_t error;
	json_t *body = json_loads(h->body, 0, &error);

	if (body == NULL)
		body = json_object();
	return json_pack("{s:I, s:o, s:s, s:s, s:I, s:s, s:o}", "seq",
	    (json_int_t)h->seq, "at", time_json(h->at), "what", h->what, "udi",
	    h->udi, "store", (json_int_t)h->store, "id", h->id, "body", body);
}

void
rows_history(const struct call *call)
{
	struct lc *core = call->client->control->core;
	const struct lc_history *h;
	enum lc_err err = LC_OK;
	struct place after;
	struct page page;
	char next[64] = "";
	bool room = true;
	uint64_t seq;

	if (!parse_place(call, 1, &after))
		return;
	seq = after.part[0];
	page_begin(&page, call);
	while (room && (err = lc_history_next(core, seq, &h)) == LC_OK) {
		seq = h->seq;
		room = page_row(&page, history_json(h));
	}
	if (room && err != LC_ENOTFOUND) {
		page_fail(&page, err);
		return;
	}
	if (!room)
		snprintf(next, sizeof next, "%llu", (unsigned long long)seq);
	page_end(&page, next);
}
