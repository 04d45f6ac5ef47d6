/* marks.c - what was reported, on disk. */
#include "marks.h"

#include <stdio.h>
#include <stdlib.h>

#include "db.h"
#include "rules/schedule.h"

static enum lc_err
mark_write(struct lc_state *st, const char *udi, const char *about,
    enum lc_event_kind kind, int64_t value)
{
	return lc_db_run(st->db, "INSERT INTO mark (udi, about, kind, value)"
	    " VALUES (?, ?, ?, ?) ON CONFLICT (udi, about, kind)"
	    " DO UPDATE SET value = excluded.value", "ssii", udi, about,
	    (int64_t)kind, value);
}

/* A time that there is, or none: marks are not sealed. */
static int64_t
mark_valid(int64_t mark)
{
	const int64_t most = INT64_C(1) << 40;

	return mark > -most && mark < most ? mark : LC_NOT_YET;
}

/* ---- Licenses -------------------------------------------------------- */

enum lc_err
lc_marks_write(struct lc_state *st, const struct lc_identity *identity,
    enum lc_event_kind kind, int64_t mark)
{
	return mark_write(st, identity->udi, identity->id, kind, mark);
}

static void
mark_take(struct lc_identity *identity, int64_t kind, int64_t value)
{
	for (size_t i = 0; i < LC_NTRACKS; i++) {
		if ((int64_t)lc_track_kind(i) == kind)
			identity->marks[i] = mark_valid(value);
	}
	if (kind == LC_EVENT_COUNT_WARNING)
		identity->level_reported = value >= 0 && value <= 2 ?
		    (int)value : 0;
	identity->level_loaded = true;
}

enum lc_err
lc_marks_load(struct lc_state *st, struct lc_identity *identity)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(st->db, &rows, "SELECT kind, value FROM mark"
	    " WHERE udi = ? AND about = ?", "ss", identity->udi, identity->id);
	if (err != LC_OK)
		return err;
	while ((err = lc_db_next(st->db, rows)) == LC_OK)
		mark_take(identity, lc_db_int(rows, 0), lc_db_int(rows, 1));
	return err == LC_ENOTFOUND ? LC_OK : err;
}

/* ---- Features -------------------------------------------------------- */

/* A license's identity has no blank in it: these names are apart. */
static enum lc_err
use_key(const struct lc_use *use, char **key)
{
	return asprintf(key, "feature %s %s", use->feature,
	    use->version) < 0 ? LC_ENOMEM : LC_OK;
}

enum lc_err
lc_marks_load_use(struct lc_state *st, const char *udi, struct lc_use *use)
{
	int64_t mark;
	enum lc_err err;
	char *key;

	if ((err = use_key(use, &key)) != LC_OK)
		return err;
	err = lc_db_get_int(st->db, &mark, "SELECT value FROM mark WHERE"
	    " udi = ? AND about = ?", "ss", udi, key);
	if (err == LC_OK)
		use->complained = mark_valid(mark);	/* LC_NO_TIME: none */
	free(key);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

enum lc_err
lc_marks_write_use(struct lc_state *st, const char *udi,
    const struct lc_use *use, int64_t at)
{
	enum lc_err err;
	char *key;

	if ((err = use_key(use, &key)) != LC_OK)
		return err;
	err = mark_write(st, udi, key, LC_EVENT_NOT_ENFORCED, at);
	free(key);
	return err;
}

/* ---- After the clock was taken back ---------------------------------- */

static enum lc_err
kind_drop(struct lc_state *st, enum lc_event_kind kind)
{
	return lc_db_run(st->db, "DELETE FROM mark WHERE kind = ?", "i",
	    (int64_t)kind);
}

enum lc_err
lc_marks_drop_calendar(struct lc_state *st)
{
	enum lc_err err = kind_drop(st, LC_EVENT_NOT_ENFORCED);

	for (size_t i = 0; i < LC_NTRACKS && err == LC_OK; i++) {
		if (!lc_track_is_by_use(i))
			err = kind_drop(st, lc_track_kind(i));
	}
	return err;
}

void
lc_marks_dropped(struct lc_identities *all, struct lc_uses *uses)
{
	for (size_t i = 0; i < all->n; i++) {
		for (size_t j = 0; j < LC_NTRACKS; j++) {
			if (!lc_track_is_by_use(j))
				all->list[i]->marks[j] = LC_NOT_YET;
		}
	}
	for (size_t i = 0; i < uses->n; i++)
		uses->list[i]->complained = LC_NO_TIME;
}
