/*
 * watch.c - what subscribers want to know and the core has no event
 * for: a license that served a feature gave way to another one, and more of a
 * feature's count is there than before.
 *
 * Both are found by comparing what serves now with what served before, once
 * for all that happened in a turn of the loop, and only while somebody listens.
 */
#include "watch.h"

#include <stdlib.h>
#include <string.h>

#include "names.h"

#define UNCOUNTED INT64_MAX

/* A license that serves its feature. */
struct serving {
	uint32_t device, store, license;
	json_int_t count; /* UNCOUNTED if it has none */
	char *feature, *version;
};

struct supply {
	struct serving *list; /* by device, feature, version */
	size_t n;
};

/* ---- What serves ---- */

static int
feature_order(const struct serving *a, const struct serving *b)
{
	int by = (a->device > b->device) - (a->device < b->device);

	if (by == 0)
		by = strcmp(a->feature, b->feature);
	return by != 0 ? by : strcmp(a->version, b->version);
}

static int
order(const void *a, const void *b)
{
	return feature_order(a, b);
}

static void
supply_free(struct supply *supply)
{
	for (size_t i = 0; i < supply->n; i++) {
		free(supply->list[i].feature);
		free(supply->list[i].version);
	}
	free(supply->list);
	*supply = (struct supply){ NULL, 0 };
}

static bool
serves(const struct lc *core, const struct lc_license *l)
{
	enum lc_status status = lc_license_status(core, l);

	return l->eula_accepted &&
	       (status == LC_NOT_IN_USE || status == LC_IN_USE ||
		   status == LC_COUNT_CONSUMED);
}

static bool
take(struct supply *supply, const struct lc_license *l)
{
	struct serving *s = &supply->list[supply->n++];

	*s = (struct serving){ .device = l->device,
		.store = l->store,
		.license = l->index,
		.count = l->terms.counted ? l->terms.count : UNCOUNTED,
		.feature = strdup(l->terms.feature),
		.version = strdup(l->terms.version) };
	return s->feature != NULL && s->version != NULL;
}

/* False: no memory. */
static bool
look(const struct lc *core, struct supply *supply)
{
	size_t n;
	const struct lc_license *const *licenses = lc_licenses(core, &n);

	*supply = (struct supply){ calloc(n + 1, sizeof *supply->list), 0 };
	if (supply->list == NULL)
		return false;
	for (size_t i = 0; i < n; i++)
		if (serves(core, licenses[i]) && !take(supply, licenses[i])) {
			supply_free(supply);
			return false;
		}
	qsort(supply->list, supply->n, sizeof *supply->list, order);
	return true;
}

/* ---- Telling ---- */

static void
tell(struct control *control, const char *kind, const struct serving *s,
    const char *type, json_int_t count)
{
	json_t *message = json_pack(
	    "{s:{s:s, s:o, s:I, s:I, s:I, s:s, s:s, s:s, s:o}}", "event",
	    "kind", kind, "at", time_json(lc_clock_now_s(control->core)),
	    "device", (json_int_t)s->device, "store", (json_int_t)s->store,
	    "license", (json_int_t)s->license, "feature", s->feature, "version",
	    s->version, "type", type, "count",
	    count == UNCOUNTED ? json_null() : json_integer(count));

	for (struct client *c = control->clients; c != NULL; c = c->next)
		if (c->subscribed && !c->leaving) {
			control->counts.notices++;
			client_send(c, json_incref(message));
		}
	json_decref(message);
}

/* What served, is still here, and does not serve because another one does. */
static void
tell_superseded(struct control *control, const struct supply *before)
{
	const struct lc *core = control->core;

	for (size_t i = 0; i < before->n; i++) {
		const struct serving *s = &before->list[i];
		const struct lc_license *l =
		    lc_license_find(core, s->device, s->store, s->license);

		if (l != NULL && lc_license_status(core, l) == LC_INACTIVE)
			tell(control, "superseded", s,
			    lc_type_name(l->terms.type), s->count);
	}
}

/* The sum of the feature that begins at *i, which goes to the next one. */
static json_int_t
sum_feature(const struct supply *supply, size_t *i)
{
	const struct serving *first = &supply->list[*i];
	json_int_t sum = 0;

	for (; *i < supply->n && feature_order(first, &supply->list[*i]) == 0;
	     ++*i) {
		json_int_t count = supply->list[*i].count;

		sum = count == UNCOUNTED || sum == UNCOUNTED ? UNCOUNTED
							     : sum + count;
	}
	return sum;
}

/* Both are sorted, so one pass over each finds what became more. */
static void
tell_raised(struct control *control, const struct supply *before,
    const struct supply *now)
{
	size_t i = 0, j = 0;

	while (j < now->n) {
		struct serving feature = now->list[j];
		json_int_t had = 0, has = sum_feature(now, &j);

		while (i < before->n &&
		       feature_order(&before->list[i], &feature) < 0)
			(void)sum_feature(before, &i);
		if (i < before->n &&
		    feature_order(&before->list[i], &feature) == 0)
			had = sum_feature(before, &i);
		if (has == UNCOUNTED || had >= has)
			continue;
		feature.store = feature.license = 0; /* it is about all */
		tell(control, "countRaised", &feature, "", has);
	}
}

/* ---- When to look ---- */

#define HOUR_S 3600

/* A license that begins supersedes others, and nothing tells of it. */
static void
await_beginning(struct control *control)
{
	size_t n;
	const struct lc_license *const *l = lc_licenses(control->core, &n);
	int64_t now = lc_clock_now_s(control->core), first = INT64_MAX;

	for (size_t i = 0; i < n; i++)
		if (l[i]->terms.start > now && l[i]->terms.start < first)
			first = l[i]->terms.start;
	if (first == INT64_MAX)
		loop_timer_clear(control->loop, &control->beginning);
	else
		loop_timer_set(control->loop, &control->beginning,
		    (first - now < HOUR_S ? first - now + 1 : HOUR_S) * 1000);
}

static bool
somebody_listens(const struct control *control)
{
	for (const struct client *c = control->clients; c != NULL; c = c->next)
		if (c->subscribed && !c->gone)
			return true;
	return false;
}

static void
compare(void *arg)
{
	struct control *control = arg;
	struct supply *before = control->supply, now;

	if (before == NULL)
		return;
	if (!somebody_listens(control)) {
		watch_free(control);
		return;
	}
	if (!look(control->core, &now))
		return; /* the next change is compared with what was before */
	tell_superseded(control, before);
	tell_raised(control, before, &now);
	supply_free(before);
	*before = now;
	await_beginning(control);
}

#define SETTLE_MS 100

void
watch_settle(struct control *control)
{
	if (control->supply != NULL)
		loop_timer_set(control->loop, &control->beginning, SETTLE_MS);
}

void
watch_poke(struct control *control)
{
	if (control->supply != NULL)
		loop_defer(control->loop, &control->watch);
}

bool
watch_begin(struct control *control)
{
	struct supply *supply;

	if (control->supply != NULL)
		return true;
	if ((supply = malloc(sizeof *supply)) == NULL)
		return false;
	if (!look(control->core, supply)) {
		free(supply);
		return false;
	}
	control->supply = supply;
	await_beginning(control);
	return true;
}

void
watch_init(struct control *control)
{
	control->watch = (struct task){ .run = compare, .arg = control };
	control->beginning =
	    (struct timer){ .expired = compare, .arg = control };
}

void
watch_free(struct control *control)
{
	loop_undefer(control->loop, &control->watch);
	loop_timer_clear(control->loop, &control->beginning);
	if (control->supply != NULL)
		supply_free(control->supply);
	free(control->supply);
	control->supply = NULL;
}
