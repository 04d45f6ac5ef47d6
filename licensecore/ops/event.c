/*
 * event.c - events: made, queued, and read again.
 *
 * outbox rows hold events as JSON: values as they were, since the license may
 * be gone when its notification can be sent.
 */
#include "event.h"

#include <stdlib.h>
#include <jansson.h>

#include "base/json.h"
#include "readings.h"
#include "state/change.h"
#include "state/outbox.h"

/* ---- Telling --------------------------------------------------------- */

static enum lc_switch
switch_of(enum lc_event_kind kind)
{
	switch (kind) {
	case LC_EVENT_INSTALLED:
	case LC_EVENT_CLEARED:
	case LC_EVENT_REVOKED:
	case LC_EVENT_EULA_ACCEPTED:
		return LC_SWITCH_DEPLOYMENT;
	case LC_EVENT_NOT_ENFORCED:
		return LC_SWITCH_ERROR;
	case LC_EVENT_BOOT_LEVEL:
		return LC_SWITCH_LEVEL;
	case LC_EVENT_EXPIRED:
	case LC_EVENT_EXPIRY_WARNING:
	case LC_EVENT_COUNT_EXCEEDED:
	case LC_EVENT_COUNT_WARNING:
	case LC_EVENT_SUBSCRIPTION_WARNING:
	case LC_EVENT_EXTENSION_WARNING:
	case LC_EVENT_SUBSCRIPTION_EXPIRED:
	case LC_EVENT_RTU_WARNING:
	case LC_EVENT_RTU_TRANSITION:
	case LC_EVENT_SUPERSEDED:	/* these have none */
	case LC_EVENT_COUNT_RAISED:
	case LC_EVENT_MISSING:
		break;
	}
	return LC_SWITCH_USAGE;
}

/* The caller frees; NULL: no memory. */
static char *
event_pack(const struct lc_event *e)
{
	struct lc_json_writer w = { 0 };

	lc_json_put_int(&w, "kind", (int)e->kind);
	lc_json_put_int(&w, "at", e->at);
	lc_json_put_int(&w, "device", e->device);
	lc_json_put_int(&w, "store", e->store);
	lc_json_put_int(&w, "license", e->license);
	lc_json_put_int(&w, "feature", e->feature);
	lc_json_put_int(&w, "type", (int)e->type);
	lc_json_put_text(&w, "feature_name", e->feature_name);
	lc_json_put_text(&w, "feature_version", e->feature_version);
	lc_json_put_text(&w, "comment", e->comment);
	lc_json_put_text(&w, "udi", e->udi);
	lc_json_put_text(&w, "store_name", e->store_name);
	lc_json_put_text(&w, "by", e->by);
	lc_json_put_int(&w, "left", e->left_s);
	lc_json_put_int(&w, "end", e->end);
	lc_json_put_int(&w, "count", e->count);
	lc_json_put_int(&w, "count_left", e->count_left);
	lc_json_put_text(&w, "what_is_counted", e->what_is_counted);
	if (*e->module != '\0') {
		lc_json_put_text(&w, "module", e->module);
		lc_json_put_text(&w, "level", e->level);
		lc_json_put_text(&w, "wanted", e->wanted);
	}
	return lc_json_end(&w);
}

static enum lc_err
event_queue(struct lc *lc, struct lc_event *e)
{
	char *text = event_pack(e);
	enum lc_err err = LC_ENOMEM;

	if (text != NULL)
		err = lc_outbox_add(&lc->state, text, &e->seq);
	free(text);
	return err;
}

/* Varbinds of a feature's row, which only the device's features have. */
static bool
needs_feature(enum lc_event_kind kind)
{
	return kind != LC_EVENT_INSTALLED && kind != LC_EVENT_CLEARED &&
	       kind != LC_EVENT_REVOKED && kind != LC_EVENT_BOOT_LEVEL;
}

static enum lc_err
tell(struct lc *lc, struct lc_event *e)
{
	bool queued = lc->switches[switch_of(e->kind)] &&
	    (e->feature != 0 || !needs_feature(e->kind));
	enum lc_err err = queued ? event_queue(lc, e) : LC_OK;

	return err != LC_OK ? err : lc_change_tell(&lc->state, e);
}

static void
about_license(const struct lc *lc, const struct lc_entry *e,
    struct lc_event *event)
{
	const struct lc_place *place = lc_model_store(lc->model,
	    e->public.device, e->public.store);

	event->store = e->public.store;
	event->license = e->public.index;
	event->store_index = lc_store_position(lc, e->public.device,
	    e->public.store, e->public.index);
	event->type = e->public.terms.type;
	event->comment = e->public.comment;
	event->count = e->public.terms.count;
	event->count_left = e->public.count_left;
	event->store_name = place->public.name;
	/* Its feature has none any more when it is over. */
	if (event->end == LC_NO_TIME)
		event->end = e->public.terms.end;
}

static struct lc_event
event_of(struct lc *lc, enum lc_event_kind kind, const struct lc_use *use,
    const struct lc_entry *e, const char *by)
{
	const struct lc_feature *f = lc_model_feature(lc->model, use->device,
	    use->feature, use->version);
	struct lc_event event = {
		.kind = kind,
		.at = lc_now(&lc->state),
		.device = use->device,
		.feature = f != NULL ? f->index : 0,
		.type = LC_PERMANENT,
		.feature_name = use->feature,
		.feature_version = use->version,
		.comment = "",
		.udi = lc_model_device(lc->model, use->device)->udi,
		.store_name = "",
		.by = by,
		.what_is_counted = f != NULL ? f->what_is_counted : "",
		.module = "",
		.level = "",
		.wanted = "",
		.id = "",
	};
	struct lc_feature_use sum;

	lc_use_sum(lc, use, &sum);
	event.left_s = sum.left_s;
	event.end = sum.end;
	if (e != NULL)
		about_license(lc, e, &event);
	return event;
}

enum lc_err
lc_event_tell(struct lc *lc, enum lc_event_kind kind, const struct lc_use *use,
    const struct lc_entry *e, const char *by)
{
	struct lc_event event = event_of(lc, kind, use, e, by);

	return tell(lc, &event);
}

/* ---- What is not queued ---------------------------------------------- */

static void
supersede_report(struct lc *lc, const struct lc_entry *e)
{
	struct lc_event event =
	    event_of(lc, LC_EVENT_SUPERSEDED, e->use, e, "");

	lc->host.event(lc->host.arg, &event);
}

static void
raise_report(struct lc *lc, const struct lc_use *use)
{
	struct lc_event event =
	    event_of(lc, LC_EVENT_COUNT_RAISED, use, NULL, "");

	event.count = use->supply < LC_UNCOUNTED ? (uint32_t)use->supply :
	    LC_UNCOUNTED - 1;
	lc->host.event(lc->host.arg, &event);
}

void
lc_event_report_selection(struct lc *lc)
{
	if (lc->host.event == NULL || !lc->is_open)
		return;
	for (size_t i = 0; i < lc->state.book.identities.n; i++) {
		if (lc->state.book.identities.list[i]->displaced)
			supersede_report(lc, lc->state.book.identities.list[i]->first);
	}
	for (size_t i = 0; i < lc->uses.n; i++) {
		const struct lc_use *use = lc->uses.list[i];

		if (use->supply > use->supply_before &&
		    use->supply != UINT64_MAX)
			raise_report(lc, use);
	}
}

enum lc_err
lc_event_tell_level(struct lc *lc, const struct lc_module *module,
    const char *wanted)
{
	const char *level = module->levels[module->running];
	const char *version = lc_module_entry_of(module)->version;
	const struct lc_feature *f =
	    lc_model_feature(lc->model, module->device, level, version);

	return tell(lc, &(struct lc_event){
		.kind = LC_EVENT_BOOT_LEVEL,
		.at = lc_now(&lc->state),
		.device = module->device,
		.feature = f != NULL ? f->index : 0,
		.type = LC_PERMANENT,
		.feature_name = level,
		.feature_version = version,
		.comment = "",
		.udi = lc_model_device(lc->model, module->device)->udi,
		.store_name = "",
		.by = "",
		.end = LC_NO_TIME,
		.what_is_counted = "",
		.module = module->name,
		.level = level,
		.wanted = wanted,
		.id = "",
	});
}

enum lc_err
lc_event_tell_missing(struct lc *lc, const struct lc_copy *copy,
    const struct lc_place *place)
{
	const struct lc_known *k = copy->known;
	uint32_t device = place->public.device;
	const struct lc_feature *f = lc_model_feature(lc->model, device,
	    k->feature, k->version);

	return lc_change_tell(&lc->state, &(struct lc_event){
		.kind = LC_EVENT_MISSING,
		.at = lc_now(&lc->state),
		.device = device,
		.store = copy->store,
		.license = copy->index,
		.feature = f != NULL ? f->index : 0,
		.type = LC_PERMANENT,
		.feature_name = k->feature,
		.feature_version = k->version,
		.comment = "",
		.udi = lc_known_identity(k)->udi,
		.store_name = place->public.name,
		.by = "",
		.end = LC_NO_TIME,
		.count = LC_UNCOUNTED,
		.count_left = LC_UNCOUNTED,
		.what_is_counted = "",
		.module = "",
		.level = "",
		.wanted = "",
		.id = lc_known_identity(k)->id,
	});
}

/* ---- The queue ------------------------------------------------------- */

static bool
event_unpack(json_t *body, struct lc_event *e)
{
	json_int_t at, device, store, license, feature;
	json_int_t left, end, count, count_left;
	int kind, type;

	e->module = e->level = e->wanted = e->id = "";
	if (json_unpack(body, "{s:i, s:I, s:I, s:I, s:I, s:I, s:i,"
	    " s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:s,"
	    " s?s, s?s, s?s}",
	    "kind", &kind, "at", &at, "device", &device, "store", &store,
	    "license", &license, "feature", &feature, "type", &type,
	    "feature_name", &e->feature_name,
	    "feature_version", &e->feature_version, "comment", &e->comment,
	    "udi", &e->udi, "store_name", &e->store_name, "by", &e->by,
	    "left", &left, "end", &end, "count", &count,
	    "count_left", &count_left,
	    "what_is_counted", &e->what_is_counted, "module", &e->module,
	    "level", &e->level, "wanted", &e->wanted) != 0)
		return false;
	e->kind = (enum lc_event_kind)kind;
	e->type = (enum lc_type)type;
	e->at = at;
	e->device = (uint32_t)device;
	e->store = (uint32_t)store;
	e->license = (uint32_t)license;
	e->feature = (uint32_t)feature;
	e->left_s = (uint32_t)left;
	e->end = end;
	e->count = (uint32_t)count;
	e->count_left = (uint32_t)count_left;
	return true;
}

enum lc_err
lc_event_next(struct lc *lc, uint64_t after, const struct lc_event **out)
{
	struct lc_event event = { 0 };
	enum lc_err err;
	json_t *body;
	char *text;

	err = lc_outbox_next(&lc->state, after, &event.seq, &text);
	if (err != LC_OK)
		return err;
	body = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	free(text);
	if (body == NULL || !event_unpack(body, &event)) {
		json_decref(body);
		return LC_EDAMAGED;
	}
	json_decref(lc->next_body);
	lc->next_body = body;
	lc->next = event;
	*out = &lc->next;
	return LC_OK;
}

enum lc_err
lc_event_done(struct lc *lc, uint64_t seq)
{
	enum lc_err err = lc_change_begin_beside(&lc->state);

	if (err == LC_OK)
		err = lc_outbox_done(&lc->state, seq);
	return lc_change_end(&lc->state, err);
}

uint64_t
lc_event_waiting(struct lc *lc)
{
	return (uint64_t)lc_outbox_length(&lc->state);
}

uint64_t
lc_event_dropped(struct lc *lc)
{
	return (uint64_t)lc_outbox_dropped(&lc->state);
}
