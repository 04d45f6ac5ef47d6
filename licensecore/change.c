/*
 * change.c - a change and its events, as one; and the queue they wait in.
 *
 * outbox rows hold events as JSON: values as they were, since the license may
 * be gone when its notification can be sent.
 */
#include "change.h"

#include <stdlib.h>
#include <string.h>
#include <jansson.h>

#include "clock.h"
#include "core.h"
#include "db.h"

/* ---- Telling --------------------------------------------------------- */

static enum lc_switch
switch_of(enum lc_event_kind kind)
{
	switch (kind) {
	case LC_EVENT_INSTALLED:
	case LC_EVENT_CLEARED:
	case LC_EVENT_EULA_ACCEPTED:
		return LC_SWITCH_DEPLOYMENT;
	}
	return LC_SWITCH_ERROR;
}

static json_t *
event_pack(const struct lc_event *e)
{
	return json_pack("{s:i, s:I, s:I, s:I, s:I, s:I, s:i,"
	    " s:s, s:s, s:s, s:s, s:s, s:s}",
	    "kind", (int)e->kind, "at", (json_int_t)e->at,
	    "device", (json_int_t)e->device, "store", (json_int_t)e->store,
	    "license", (json_int_t)e->license,
	    "feature", (json_int_t)e->feature, "type", (int)e->type,
	    "feature_name", e->feature_name,
	    "feature_version", e->feature_version, "comment", e->comment,
	    "udi", e->udi, "store_name", e->store_name, "by", e->by);
}

static enum lc_err
event_queue(struct lc *lc, struct lc_event *e)
{
	json_t *body = event_pack(e);
	char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
	enum lc_err err = LC_ENOMEM;

	if (text != NULL)
		err = lc_db_run(lc->db, "INSERT INTO outbox (body) VALUES (?)",
		    "s", text);
	if (err == LC_OK)
		e->seq = (uint64_t)lc_db_last_row(lc->db);
	free(text);
	json_decref(body);
	return err;
}

static enum lc_err
pending_reserve(struct lc *lc)
{
	size_t room = lc->pending.room > 0 ? lc->pending.room * 2 : 16;
	struct lc_event *list;

	if (lc->pending.n < lc->pending.room)
		return LC_OK;
	list = reallocarray(lc->pending.list, room, sizeof *list);
	if (list == NULL)
		return LC_ENOMEM;
	lc->pending.list = list;
	lc->pending.room = room;
	return LC_OK;
}

enum lc_err
lc_change_tell(struct lc *lc, const struct lc_event *event)
{
	struct lc_event e = *event;
	enum lc_err err;

	e.at = lc_now(lc);
	e.seq = 0;
	if ((err = pending_reserve(lc)) != LC_OK)
		return err;
	if (lc->switches[switch_of(e.kind)] &&
	    (err = event_queue(lc, &e)) != LC_OK)
		return err;
	lc->pending.list[lc->pending.n++] = e;
	return LC_OK;
}

void
lc_change_publish(struct lc *lc)
{
	for (size_t i = 0; i < lc->pending.n; i++) {
		if (lc->event != NULL)
			lc->event(lc->arg, &lc->pending.list[i]);
	}
	lc->pending.n = 0;
}

/* ---- Transactions ---------------------------------------------------- */

enum lc_err
lc_change_begin(struct lc *lc)
{
	lc->pending.n = 0;
	return lc_db_begin(lc->db);
}

enum lc_err
lc_change_commit(struct lc *lc)
{
	enum lc_err err = lc_clock_record(lc);

	if (err == LC_OK)
		err = lc_db_commit(lc->db);
	if (err != LC_OK)
		lc_change_rollback(lc);
	return err;
}

void
lc_change_rollback(struct lc *lc)
{
	lc_db_rollback(lc->db);
	lc->pending.n = 0;
}

/* ---- The queue ------------------------------------------------------- */

static bool
event_unpack(json_t *body, struct lc_event *e)
{
	json_int_t at, device, store, license, feature;
	int kind, type;

	if (json_unpack(body, "{s:i, s:I, s:I, s:I, s:I, s:I, s:i,"
	    " s:s, s:s, s:s, s:s, s:s, s:s}",
	    "kind", &kind, "at", &at, "device", &device, "store", &store,
	    "license", &license, "feature", &feature, "type", &type,
	    "feature_name", &e->feature_name,
	    "feature_version", &e->feature_version, "comment", &e->comment,
	    "udi", &e->udi, "store_name", &e->store_name, "by", &e->by) != 0)
		return false;
	e->kind = (enum lc_event_kind)kind;
	e->type = (enum lc_type)type;
	e->at = at;
	e->device = (uint32_t)device;
	e->store = (uint32_t)store;
	e->license = (uint32_t)license;
	e->feature = (uint32_t)feature;
	return true;
}

enum lc_err
lc_event_next(struct lc *lc, uint64_t after, const struct lc_event **out)
{
	struct lc_event event = { 0 };
	struct lc_rows *rows;
	enum lc_err err;
	json_t *body;

	err = lc_db_query(lc->db, &rows, "SELECT seq, body FROM outbox"
	    " WHERE seq > ? ORDER BY seq LIMIT 1", "i", (int64_t)after);
	if (err != LC_OK || (err = lc_db_next(lc->db, rows)) != LC_OK)
		return err;
	event.seq = (uint64_t)lc_db_int(rows, 0);
	body = json_loads(lc_db_text(rows, 1), JSON_REJECT_DUPLICATES, NULL);
	lc_db_stop(rows);
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
	return lc_db_run(lc->db, "DELETE FROM outbox WHERE seq <= ?", "i",
	    (int64_t)seq);
}
