/*
 * takeover.c - states of the layout before: takeover.h.
 *
 * There was persistence.db with indexes, use, acceptance, history and what a
 * primary store held (its "mirror"); persistence-copy.db with most of the same
 * tables, their names beginning with "kept_"; and a file for each store.  Some
 * rows were sealed, with HMACs over JSON arrays.  Version 1 had neither the
 * copy nor seals but those of the history and of use.
 */
#include "takeover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <jansson.h>
#include <openssl/crypto.h>

#include "base/disk.h"
#include "base/error.h"
#include "change.h"
#include "format/line.h"
#include "history.h"
#include "meta.h"
#include "rules/schedule.h"
#include "seal.h"
#include "twin.h"

#define MAIN_MAGIC 0x4c436870
#define COPY_MAGIC 0x4c43636f

/* One of the two files. */
struct old {
	struct lc_db *db;	/* NULL: it cannot be read, or is not one */
	bool is_copy;
	int64_t version;
	int64_t clock[4];	/* serial, time, floor, ahead */
	bool has_clock;		/* under its seal */
	bool whole;		/* as far as it says so itself */
	struct lc_detail finding;	/* in its history */
};

struct takeover {
	struct lc_state *st;
	const struct lc_model *model;
	const struct lc_trust *trust;
	uint8_t key[LC_MAC_KEY_LEN];
	struct old files[2];
	const struct old *from;		/* the one that counts */
};

/* A statement about a table of the one file, or of the other. */
#define EITHER(old, before, table, after)				\
	((old)->is_copy ? before " kept_" table after :			\
	before " " table after)

/* ---- Seals ----------------------------------------------------------- */

/* Of a JSON array, which it takes over; before names the table, or is a seal. */
static enum lc_err
array_judge(const struct takeover *t, const struct lc_seal *before,
    json_t *array, const struct lc_value *seal, bool *holds)
{
	char *text = array != NULL ? json_dumps(array, JSON_COMPACT) : NULL;
	struct lc_seal made;
	enum lc_err err;

	*holds = false;
	json_decref(array);
	if (text == NULL)	/* also of what is not UTF-8 */
		return LC_OK;
	err = lc_seal(t->key, before, text, &made);
	*holds = err == LC_OK && seal->kind == LC_V_BLOB &&
	    lc_seal_equal(&made, seal->bytes, seal->len);
	free(text);
	return err;
}

static struct lc_seal
seal_of(const char *table)
{
	struct lc_seal seal = { { 0 } };

	memcpy(seal.bytes, table, strlen(table));
	return seal;
}

/* ---- Opening --------------------------------------------------------- */

/* Is it sealed in the table "sealed" as these numbers? */
static enum lc_err
numbers_get(const struct takeover *t, const struct old *o, const char *name,
    int64_t *numbers, size_t n, bool *holds)
{
	const struct lc_seal before = seal_of("sealed");
	struct lc_rows *rows;
	struct lc_value seal;
	json_t *array;
	enum lc_err err;

	*holds = false;
	if (o->version < 2 && !o->is_copy)
		return LC_OK;
	err = lc_db_query(o->db, &rows, EITHER(o, "SELECT body, mac FROM",
	    "sealed", " WHERE name = ?"), "s", name);
	if (err != LC_OK || (err = lc_db_next(o->db, rows)) != LC_OK)
		return err == LC_ENOTFOUND ? LC_OK : err;
	lc_db_value(rows, 1, &seal);
	err = array_judge(t, &before, json_pack("[s, s]", name,
	    lc_db_text(rows, 0)), &seal, holds);
	array = json_loads(lc_db_text(rows, 0), 0, NULL);
	*holds &= json_array_size(array) == n;
	for (size_t i = 0; i < n && *holds; i++)
		numbers[i] = json_integer_value(json_array_get(array, i));
	json_decref(array);
	lc_db_stop(rows);
	return err;
}

/* Is the newest seal of the history the one that was kept apart? */
static enum lc_err
end_judge(const struct takeover *t, struct old *o, const struct lc_seal *last)
{
	struct lc_value mark;
	struct lc_seal made;
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_seal(t->key, last, o->version == 1 && !o->is_copy ?
	    "history.head" : "history.head 2", &made);
	if (err == LC_OK)
		err = lc_db_query(o->db, &rows, EITHER(o, "SELECT value FROM",
		    "meta", " WHERE name = 'history.head'"), "");
	if (err != LC_OK)
		return err;
	if ((err = lc_db_next(o->db, rows)) == LC_OK) {
		lc_db_value(rows, 0, &mark);
		if (mark.kind != LC_V_BLOB ||
		    !lc_seal_equal(&made, mark.bytes, mark.len))
			err = LC_ENOTFOUND;
	}
	if (err == LC_ENOTFOUND && *o->finding.text == '\0')
		(void)lc_fail(&o->finding, err,
		    "history: its last records are missing");
	lc_db_stop(rows);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static enum lc_err
record_judge(const struct takeover *t, struct old *o, struct lc_rows *rows,
    int64_t seq, struct lc_seal *last)
{
	struct lc_value seal;
	bool holds;
	enum lc_err err;

	lc_db_value(rows, 7, &seal);
	err = array_judge(t, last, json_pack("[I, I, s, s, I, s, s]",
	    (json_int_t)lc_db_int(rows, 0), (json_int_t)lc_db_int(rows, 1),
	    lc_db_text(rows, 2), lc_db_text(rows, 3),
	    (json_int_t)(uint32_t)lc_db_int(rows, 4), lc_db_text(rows, 5),
	    lc_db_text(rows, 6)), &seal, &holds);
	if (err == LC_OK && (!holds || lc_db_int(rows, 0) != seq) &&
	    *o->finding.text == '\0')
		(void)lc_fail(&o->finding, err, "history: record %lld was"
		    " altered, or is missing", (long long)seq);
	if (seal.kind == LC_V_BLOB && seal.len == sizeof last->bytes)
		memcpy(last->bytes, seal.bytes, seal.len);
	return err;
}

#define RECORD "SELECT seq, at, what, udi, store, id, body, mac FROM"

static enum lc_err
history_judge(const struct takeover *t, struct old *o)
{
	struct lc_seal last = { { 0 } };
	struct lc_rows *rows;
	int64_t seq = 0;
	enum lc_err err;

	err = lc_db_query(o->db, &rows, EITHER(o, RECORD, "history",
	    " ORDER BY seq"), "");
	if (err != LC_OK)
		return err;
	while ((err = lc_db_next(o->db, rows)) == LC_OK) {
		if ((err = record_judge(t, o, rows, ++seq, &last)) != LC_OK)
			break;
	}
	lc_db_stop(rows);
	return err == LC_ENOTFOUND ? end_judge(t, o, &last) : err;
}

static enum lc_err
use_judge(const struct takeover *t, struct lc_rows *rows, bool *holds)
{
	const struct lc_seal before = seal_of("usage");
	struct lc_value seal;

	lc_db_value(rows, 4, &seal);
	return array_judge(t, &before, json_pack("[s, s, I, I]",
	    lc_db_text(rows, 0), lc_db_text(rows, 1),
	    (json_int_t)lc_db_int(rows, 2), (json_int_t)lc_db_int(rows, 3)),
	    &seal, holds);
}

#define USE "SELECT udi, id, used_ms, expired_at, mac FROM"

static enum lc_err
uses_judge(const struct takeover *t, struct old *o)
{
	struct lc_rows *rows;
	bool holds;
	enum lc_err err;

	err = lc_db_query(o->db, &rows, EITHER(o, USE, "usage", ""), "");
	if (err != LC_OK)
		return err;
	while ((err = lc_db_next(o->db, rows)) == LC_OK) {
		if ((err = use_judge(t, rows, &holds)) != LC_OK)
			break;
		o->whole &= holds;
	}
	lc_db_stop(rows);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static enum lc_err
file_judge(const struct takeover *t, struct old *o)
{
	int64_t magic = 0;
	enum lc_err err;

	if ((err = lc_db_get_int(o->db, &magic,
	    "PRAGMA main.application_id", "")) != LC_OK ||
	    (err = lc_db_get_int(o->db, &o->version,
	    "PRAGMA main.user_version", "")) != LC_OK ||
	    (err = lc_db_check(o->db)) != LC_OK)
		return err;
	if (magic != (o->is_copy ? COPY_MAGIC : MAIN_MAGIC) ||
	    o->version < 1 || o->version > 2)
		err = LC_EDAMAGED;
	if (err != LC_OK || (err = numbers_get(t, o, "clock", o->clock, 4,
	    &o->has_clock)) != LC_OK)
		return err;
	o->whole = o->has_clock || o->version == 1;
	if ((err = history_judge(t, o)) != LC_OK)
		return err;
	o->whole &= *o->finding.text == '\0';
	return uses_judge(t, o);
}

static enum lc_err
file_open(const struct takeover *t, struct old *o, const char *name)
{
	enum lc_err err;
	char *path;

	if (asprintf(&path, "%s/%s", t->st->dir, name) < 0)
		return LC_ENOMEM;
	err = access(path, F_OK) == 0 ?
	    lc_db_connect(path, false, &o->db, NULL) : LC_ENOTFOUND;
	if (err == LC_OK && (err = file_judge(t, o)) != LC_OK) {
		lc_db_close(o->db);
		o->db = NULL;
	}
	free(path);
	return err == LC_ENOMEM || err == LC_EIO ? err : LC_OK;
}

/* The one that has come further; of two alike the one that is whole. */
static const struct old *
choose(const struct takeover *t)
{
	const struct old *main = &t->files[0], *copy = &t->files[1];

	if (main->db == NULL || copy->db == NULL)
		return main->db != NULL ? main : copy;
	if (!copy->has_clock)
		return main;
	if (!main->has_clock && main->version == 2)
		return copy;
	if (main->version == 1 || copy->clock[0] > main->clock[0])
		return copy;
	return copy->clock[0] == main->clock[0] && !main->whole &&
	    copy->whole ? copy : main;
}

/* ---- Licenses -------------------------------------------------------- */

/* What a line, or the record of its installation, says of the license. */
static enum lc_err
known_get(struct takeover *t, const char *udi, const char *id,
    struct lc_known **out)
{
	const struct old *o = t->from;
	struct lc_terms terms = { .id = id, .feature = "", .version = "" };
	json_t *json;
	char *body = NULL;
	enum lc_err err;

	if ((*out = lc_book_known(&t->st->book, udi, id)) != NULL)
		return LC_OK;
	err = lc_db_get_text(o->db, &body, EITHER(o, "SELECT body FROM",
	    "history", " WHERE udi = ? AND id = ? AND json_valid(body) AND"
	    " json_extract(body, '$.feature') IS NOT NULL LIMIT 1"), "ss",
	    udi, id);
	if (err != LC_OK && err != LC_ENOTFOUND)
		return err;
	json = body != NULL ? json_loads(body, 0, NULL) : NULL;
	(void)json_unpack(json, "{s?s, s?s}", "feature", &terms.feature,
	    "version", &terms.version);
	err = lc_known_get(t->st, udi, &terms, out);
	json_decref(json);
	free(body);
	return err == LC_OK ? lc_known_write(t->st, *out) : err;
}

static enum lc_err
license_take(struct takeover *t, struct lc_rows *rows)
{
	struct lc_state *st = t->st;
	struct lc_known *k;
	struct lc_copy *copy;
	struct lc_value comment;
	enum lc_err err;

	lc_db_value(rows, 4, &comment);
	if ((err = known_get(t, lc_db_text(rows, 0), lc_db_text(rows, 2),
	    &k)) != LC_OK || (err = lc_book_add_copy(&st->book, k,
	    (uint32_t)lc_db_int(rows, 1), (uint32_t)lc_db_int(rows, 3),
	    &copy)) != LC_OK)
		return err;
	if (k->facts.priority == 0 && lc_db_int(rows, 5) != 0) {
		k->facts.priority = lc_db_int(rows, 5);
		if ((err = lc_known_write(st, k)) != LC_OK)
			return err;
	}
	if (comment.kind == LC_V_TEXT && (err = lc_book_text(&st->book,
	    &copy->comment, comment.bytes)) != LC_OK)
		return err;
	return lc_copy_write(st, copy, NULL, 0);
}

/* Of a second file only what says more of a license's use. */
static enum lc_err
use_take(struct takeover *t, const struct old *o, struct lc_rows *rows)
{
	struct lc_known *k;
	bool holds;
	enum lc_err err;

	if ((err = use_judge(t, rows, &holds)) != LC_OK ||
	    (!holds && o != t->from))
		return err;
	err = known_get(t, lc_db_text(rows, 0), lc_db_text(rows, 1), &k);
	if (err != LC_OK)
		return err;
	if (!holds) {
		k->facts.flags |= LC_IDENTITY_LOST;
	} else if (lc_db_int(rows, 2) >= k->facts.used_ms) {
		k->facts.used_ms = lc_db_int(rows, 2);
		k->facts.expired_at = lc_db_int(rows, 3);
		k->facts.flags &= ~(int64_t)LC_IDENTITY_LOST;
	}
	k->facts.flags |= LC_KNOWN_USED;
	return lc_known_write(t->st, k);
}

static enum lc_err
acceptance_take(struct takeover *t, struct lc_rows *rows)
{
	const struct lc_seal before = seal_of("acceptance");
	const char *udi = lc_db_text(rows, 0), *id = lc_db_text(rows, 1);
	const char *by = lc_db_text(rows, 3);
	bool holds = t->from->version == 1 && t->from->whole;
	struct lc_known *k;
	struct lc_value seal;
	enum lc_err err = LC_OK;

	lc_db_value(rows, 4, &seal);
	if (t->from->version != 1)
		err = array_judge(t, &before, json_pack("[s, s, I, s]", udi,
		    id, (json_int_t)lc_db_int(rows, 2), by), &seal, &holds);
	if (err == LC_OK && !holds)
		lc_notice(t->st->host, LC_EDAMAGED, "license %s: the"
		    " acceptance of its agreement was altered, and does not"
		    " count", id);
	if (err != LC_OK || !holds || (err = known_get(t, udi, id, &k)) !=
	    LC_OK || (err = lc_book_text(&t->st->book, &k->accepted_by, by)) !=
	    LC_OK)
		return err;
	k->facts.accepted_at = lc_db_int(rows, 2);
	return lc_known_write(t->st, k);
}

/* A mark of a license, or of a feature: "feature NAME VERSION". */
static enum lc_err
mark_take(struct takeover *t, struct lc_rows *rows)
{
	const char *udi = lc_db_text(rows, 0), *about = lc_db_text(rows, 1);
	int64_t kind = lc_db_int(rows, 2), value = lc_db_int(rows, 3);
	const int64_t most = INT64_C(1) << 40;	/* no time is beyond */
	struct lc_known *k;
	size_t i = 0;
	enum lc_err err;
	char *name;

	if (value <= -most || value >= most)
		return LC_OK;
	if (strncmp(about, "feature ", 8) == 0) {
		if (asprintf(&name, "feature %s %s", udi, about + 8) < 0)
			return LC_ENOMEM;
		err = lc_meta_set_int(t->st, name, value);
		free(name);
		return err;
	}
	if ((err = known_get(t, udi, about, &k)) != LC_OK)
		return err;
	while (i < LC_NTRACKS && (int64_t)lc_track_kind(i) != kind)
		i++;
	if (i == LC_NTRACKS && kind != LC_EVENT_COUNT_WARNING)
		return LC_OK;
	if ((err = lc_book_marks(&t->st->book, k)) != LC_OK)
		return err;
	k->marks[i] = value;
	return lc_known_write(t->st, k);
}

/* ---- Other rows ------------------------------------------------------ */

static enum lc_err
agreement_take(struct takeover *t, struct lc_rows *rows)
{
	struct lc_value v[LC_AGREEMENT_NCOLUMNS];
	int64_t key;
	enum lc_err err;

	lc_db_value(rows, 0, &v[LC_AGREEMENT_DIGEST]);
	lc_db_value(rows, 1, &v[LC_AGREEMENT_TEXT]);
	err = lc_book_add_agreement(&t->st->book, lc_db_text(rows, 0), &key);
	return err != LC_OK ? err : lc_twin_put(t->st->twin, LC_T_AGREEMENT,
	    key, v);
}

/* What is not about the files themselves. */
static enum lc_err
setting_take(struct takeover *t, struct lc_rows *rows)
{
	static const char *const taken[] = {
		"switch.", "boot ", "removable ", "outbox.dropped",
	};
	const char *name = lc_db_text(rows, 0);
	struct lc_value v;

	lc_db_value(rows, 1, &v);
	for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
		if (strncmp(name, taken[i], strlen(taken[i])) != 0)
			continue;
		return v.kind == LC_V_TEXT ?
		    lc_meta_set_text(t->st, name, v.bytes) :
		    lc_meta_set_int(t->st, name, lc_db_int(rows, 1));
	}
	return LC_OK;
}

static enum lc_err
record_take(struct takeover *t, struct lc_rows *rows)
{
	struct lc_state *st = t->st;
	struct lc_value v[LC_HISTORY_NCOLUMNS];
	const char *what = lc_db_text(rows, 2), *udi = lc_db_text(rows, 3);
	const char *id = lc_db_text(rows, 5);
	struct lc_known *k;
	enum lc_err err;

	for (int i = 0; i < LC_HISTORY_NCOLUMNS; i++)
		lc_db_value(rows, 1 + i, &v[i]);
	for (int i = LC_HISTORY_WHAT; i < LC_HISTORY_NCOLUMNS; i++) {
		if (i != LC_HISTORY_STORE)
			v[i] = lc_value_text(lc_db_text(rows, 1 + i));
	}
	v[LC_HISTORY_AT] = lc_value_int(lc_db_int(rows, 1));
	v[LC_HISTORY_STORE] = lc_value_int(lc_db_int(rows, 4));
	if ((err = lc_twin_append(st->twin, v)) != LC_OK)
		return err;
	if (*id == '\0' || (strcmp(what, "use") != 0 && strcmp(what,
	    "expire") != 0 && strcmp(what, "revoke") != 0 &&
	    strcmp(what, "install") != 0))
		return lc_book_learn(&st->book,
		    lc_twin_head(st->twin)->nrecords, what, udi, id,
		    lc_db_text(rows, 6));
	if ((err = known_get(t, udi, id, &k)) != LC_OK)
		return err;
	if (strcmp(what, "revoke") == 0)
		k->facts.flags |= LC_KNOWN_REVOKED;
	/* Its row is missing, or from before that. */
	if ((strcmp(what, "use") == 0 &&
	    (k->facts.flags & LC_KNOWN_USED) == 0) ||
	    (strcmp(what, "expire") == 0 &&
	    k->facts.expired_at == LC_NO_TIME))
		k->facts.flags |= LC_IDENTITY_LOST | LC_KNOWN_USED;
	if (strstr(lc_db_text(rows, 6), "\"evaluationSubscription\"") != NULL)
		k->facts.flags |= LC_KNOWN_ONCE;
	return lc_known_write(st, k);
}

static enum lc_err
event_take(struct takeover *t, struct lc_rows *rows)
{
	struct lc_head *head = lc_twin_head(t->st->twin);
	const struct lc_value v = lc_value_text(lc_db_text(rows, 1));
	int64_t key = lc_db_int(rows, 0);

	if (key < 1)
		return LC_OK;
	if (t->st->book.facts.first_event == 0) {
		enum lc_err err = lc_book_keep(&t->st->book,
		    &t->st->book.facts, sizeof t->st->book.facts);

		if (err != LC_OK)
			return err;
		t->st->book.facts.first_event = key;
	}
	head->next_event = key + 1;
	return lc_twin_put(t->st->twin, LC_T_EVENT, key, &v);
}

/* ---- Lines of primary stores ----------------------------------------- */

/* Does an issuer that counts vouch for it? */
static bool
line_judge(const struct takeover *t, const char *text, size_t len)
{
	struct lc_line *line = NULL;
	bool good = lc_line_open(text, len, t->trust, &line, NULL) == LC_OK;

	lc_line_free(line);
	return good;
}

/* The license that it is of; NULL: that cannot be told. */
static enum lc_err
line_known(struct takeover *t, const char *udi, const char *id,
    const struct lc_value *text, struct lc_known **out)
{
	struct lc_line *line = NULL;
	enum lc_err err;

	if ((*out = lc_book_known(&t->st->book, udi, id)) != NULL)
		return LC_OK;
	err = lc_line_peek(text->bytes, text->len, &line, NULL);
	if (err == LC_OK && (err = lc_known_get(t->st, udi, &line->terms,
	    out)) == LC_OK)
		err = lc_known_write(t->st, *out);
	lc_line_free(line);
	return err == LC_ELINE ? LC_OK : err;
}

static enum lc_err
line_take(struct takeover *t, const struct lc_place *place, const char *id,
    const struct lc_value *text, int64_t installed)
{
	struct lc_state *st = t->st;
	struct lc_known *k;
	struct lc_copy *copy;
	enum lc_err err;

	if (text->kind != LC_V_TEXT)
		return LC_OK;
	err = line_known(t, place->udi, id, text, &k);
	if (err != LC_OK || k == NULL)
		return err;
	copy = lc_known_copy(k, place->public.index);
	if (copy == NULL && (err = lc_book_add_copy(&st->book, k,
	    place->public.index, lc_book_device_of(&t->st->book, k)->last_index + 1, &copy)) != LC_OK)
		return err;
	copy->facts.held = copy->facts.has_line = true;
	copy->facts.installed = installed;
	/* What it was used before is not known. */
	if (t->from->db == NULL) {
		k->facts.flags |= LC_IDENTITY_LOST;
		if ((err = lc_known_write(st, k)) != LC_OK)
			return err;
	}
	return lc_copy_write(st, copy, text->bytes, text->len);
}

/* The line of this license in the store's own file, if it verifies. */
static enum lc_err
line_from_store(struct takeover *t, struct lc_db *store,
    const struct lc_place *place, const char *id, int64_t installed,
    bool *taken)
{
	struct lc_rows *rows;
	struct lc_value text;
	enum lc_err err;

	*taken = false;
	if (store == NULL)
		return LC_OK;
	err = lc_db_query(store, &rows, "SELECT line FROM line WHERE id = ?",
	    "s", id);
	if (err == LC_OK && (err = lc_db_next(store, rows)) == LC_OK) {
		lc_db_value(rows, 0, &text);
		*taken = text.kind == LC_V_TEXT &&
		    line_judge(t, text.bytes, text.len);
		if (*taken)
			err = line_take(t, place, id, &text, installed);
		lc_db_stop(rows);
	}
	return err == LC_ENOMEM ? err : LC_OK;
}

static enum lc_err
mirror_line(struct takeover *t, struct lc_db *store,
    const struct lc_place *place, struct lc_rows *rows)
{
	const char *id = lc_db_text(rows, 0);
	struct lc_value text;
	bool taken = false;
	enum lc_err err = LC_OK;

	lc_db_value(rows, 1, &text);
	if (text.kind != LC_V_TEXT || !line_judge(t, text.bytes, text.len))
		err = line_from_store(t, store, place, id,
		    lc_db_int(rows, 2), &taken);
	return err != LC_OK || taken ? err : line_take(t, place, id, &text,
	    lc_db_int(rows, 2));
}

/* What the mirror holds counts; without one, what the store holds. */
static enum lc_err
lines_take(struct takeover *t, const struct lc_place *place,
    struct lc_db *store)
{
	const struct old *main = &t->files[0];
	bool mirrored = t->from == main;
	struct lc_db *db = mirrored ? main->db : store;
	int64_t known = 0;
	struct lc_rows *rows;
	struct lc_value text;
	enum lc_err err;

	if (mirrored && lc_db_get_int(main->db, &known, "SELECT 1 FROM meta"
	    " WHERE name = 'mirror ' || ? || ' ' || ?", "si", place->udi,
	    (int64_t)place->public.index) != LC_OK) {
		mirrored = false;
		db = store;
	}
	if (db == NULL)
		return LC_OK;
	err = mirrored ? lc_db_query(db, &rows, "SELECT id, line, installed"
	    " FROM mirror WHERE udi = ? AND store = ? ORDER BY rowid", "si",
	    place->udi, (int64_t)place->public.index) : lc_db_query(db, &rows,
	    "SELECT id, line, installed FROM line ORDER BY rowid", "");
	while (err == LC_OK && (err = lc_db_next(db, rows)) == LC_OK) {
		lc_db_value(rows, 1, &text);
		if ((err = lc_host_asks(t->st->host)) != LC_OK)
			break;
		err = mirrored ? mirror_line(t, store, place, rows) :
		    line_take(t, place, lc_db_text(rows, 0), &text,
		    lc_db_int(rows, 2));
	}
	if (err != LC_ENOTFOUND)
		return err == LC_EDAMAGED && !mirrored ? LC_OK : err;
	return LC_OK;
}

static enum lc_err
places_take(struct takeover *t)
{
	const struct lc_model *m = t->model;
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < m->nstores && err == LC_OK; i++) {
		const struct lc_place *place = lc_place_of(m->stores[i]);
		struct lc_db *store = NULL;

		if (place->public.kind != LC_STORE_PRIMARY)
			continue;
		/* One that cannot be read is what the mirror is for. */
		if (access(place->path, F_OK) == 0)
			(void)lc_db_connect(place->path, false, &store, NULL);
		err = lines_take(t, place, store);
		lc_db_close(store);
	}
	return err;
}

/* ---- All of it ------------------------------------------------------- */

/* Hands each row of a query on. */
static enum lc_err
each(struct takeover *t, const struct old *o, const char *sql,
    enum lc_err (*take)(struct takeover *, struct lc_rows *))
{
	struct lc_rows *rows;
	enum lc_err err;

	if ((err = lc_db_query(o->db, &rows, sql, "")) != LC_OK)
		return err;
	while ((err = lc_db_next(o->db, rows)) == LC_OK) {
		if ((err = lc_host_asks(t->st->host)) != LC_OK ||
		    (err = take(t, rows)) != LC_OK)
			break;
	}
	lc_db_stop(rows);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static enum lc_err
uses_take(struct takeover *t, const struct old *o)
{
	struct lc_rows *rows;
	enum lc_err err;

	if (o->db == NULL)
		return LC_OK;
	err = lc_db_query(o->db, &rows, EITHER(o, USE, "usage", ""), "");
	if (err != LC_OK)
		return err;
	while ((err = lc_db_next(o->db, rows)) == LC_OK) {
		if ((err = lc_host_asks(t->st->host)) != LC_OK ||
		    (err = use_take(t, o, rows)) != LC_OK)
			break;
	}
	lc_db_stop(rows);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static enum lc_err
licenses_take(struct takeover *t)
{
	const struct old *o = t->from;
	enum lc_err err;

	if ((err = each(t, o, EITHER(o, "SELECT udi, store, id, idx, comment,"
	    " coalesce(priority, 0) FROM", "license", " ORDER BY udi, store, id"),
	    license_take)) != LC_OK ||
	    (err = uses_take(t, o)) != LC_OK ||
	    (err = uses_take(t, o == &t->files[0] ? &t->files[1] :
	    &t->files[0])) != LC_OK ||
	    (err = each(t, o, o->version == 1 && !o->is_copy ?
	    "SELECT udi, id, at, by, NULL FROM acceptance" :
	    EITHER(o, "SELECT udi, id, at, by, mac FROM", "acceptance", ""),
	    acceptance_take)) != LC_OK)
		return err;
	return each(t, o, EITHER(o, "SELECT udi, about, kind, value FROM",
	    "mark", ""), mark_take);
}

#define LATEST(table) "SELECT max(min(at, 4294967295)) FROM " table	\
	" WHERE seq > coalesce((SELECT max(seq) FROM " table		\
	" WHERE what = 'clock-reset'), 0)"

/* The time recorded last, or the latest that the history has. */
static enum lc_err
time_take(struct takeover *t)
{
	const struct old *o = t->from;
	struct lc_head *head = lc_twin_head(t->st->twin);
	int64_t high = 0, standing[1] = { 0 };
	bool holds;
	enum lc_err err;

	err = lc_db_get_int(o->db, &high, o->is_copy ? LATEST("kept_history") :
	    LATEST("history"), "");
	if (o->version == 1 && !o->is_copy && err == LC_OK) {
		int64_t meta = 0;

		(void)lc_db_get_int(o->db, &meta, "SELECT value FROM meta"
		    " WHERE name = 'clock.high'", "");
		high = meta > high ? meta : high;
		(void)lc_db_get_int(o->db, &standing[0], "SELECT value FROM"
		    " meta WHERE name = 'eula.standing'", "");
		standing[0] = o->whole ? standing[0] : 0;
	}
	if (err != LC_OK && err != LC_ENOTFOUND)
		return err;
	head->high = o->has_clock && o->clock[1] >= high ? o->clock[1] : high;
	head->floor = o->has_clock && o->clock[1] >= high ? o->clock[2] : high;
	head->ahead = o->has_clock && o->clock[1] >= high ? o->clock[3] : 0;
	lc_time_begin(&t->st->time, head->high, head->floor, head->ahead,
	    lc_boot_ms(t->st));
	if ((err = numbers_get(t, o, "eula", standing, 1, &holds)) != LC_OK)
		return err;
	return (holds || o->version == 1) && standing[0] != 0 ?
	    lc_meta_set_int(t->st, "eula.standing", 1) : LC_OK;
}

static enum lc_err
damage_note(struct takeover *t)
{
	struct lc_detail body;

	if (*t->from->finding.text == '\0')
		return LC_OK;
	lc_notice(t->st->host, LC_EDAMAGED, "%s", t->from->finding.text);
	(void)lc_fail(&body, LC_OK, "{\"finding\":\"%s\"}",
	    t->from->finding.text);
	return lc_history_add(t->st, &(struct lc_record){
		.what = "damaged", .udi = "", .id = "", .body = body.text,
	});
}

/* Within a change. */
static enum lc_err
all_take(struct takeover *t)
{
	const struct old *o = t->from;
	enum lc_err err;

	if ((err = time_take(t)) != LC_OK ||
	    (err = licenses_take(t)) != LC_OK ||
	    (err = each(t, o, EITHER(o, "SELECT digest, text FROM",
	    "agreement", ""), agreement_take)) != LC_OK ||
	    (err = each(t, o, EITHER(o, "SELECT name, value FROM", "meta",
	    ""), setting_take)) != LC_OK ||
	    (err = each(t, o, EITHER(o, RECORD, "history", " ORDER BY seq"),
	    record_take)) != LC_OK ||
	    (err = damage_note(t)) != LC_OK ||
	    (err = places_take(t)) != LC_OK)
		return err;
	if (!o->is_copy)
		err = each(t, o, "SELECT seq, body FROM outbox ORDER BY seq",
		    event_take);
	return err != LC_OK ? err : lc_history_add(t->st, &(struct lc_record){
		.what = "upgrade", .udi = "", .id = "",
		.body = "{\"from\":2,\"to\":3}",
	});
}

static char *
path_in(const struct lc_state *st, const char *name, const char *suffix)
{
	char *path;

	return asprintf(&path, "%s/%s%s", st->dir, name, suffix) < 0 ? NULL :
	    path;
}

static void
file_retire(const char *path)
{
	char *to;

	if (path == NULL || asprintf(&to, "%s.old", path) < 0)
		return;
	/* One that stays is passed over at the next start. */
	(void)rename(path, to);
	free(to);
}

static void
files_retire(const struct lc_state *st, const struct lc_model *m)
{
	static const char *const names[] = {
		"persistence.db", "persistence-copy.db",
	};

	for (size_t i = 0; i < m->nstores; i++) {
		const struct lc_place *place = lc_place_of(m->stores[i]);

		if (place->public.kind == LC_STORE_PRIMARY)
			file_retire(place->path);
	}
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char *path = path_in(st, names[i], "");

		file_retire(path);
		free(path);
	}
}

bool
lc_takeover_is_due(const struct lc_state *st)
{
	char *path = path_in(st, "persistence.db", "");
	char *copy = path_in(st, "persistence-copy.db", "");
	bool due = (path != NULL && access(path, F_OK) == 0) ||
	    (copy != NULL && access(copy, F_OK) == 0);

	free(path);
	free(copy);
	return due;
}

enum lc_err
lc_takeover(struct lc_state *st, const struct lc_model *m,
    const struct lc_trust *trust)
{
	struct takeover t = { .st = st, .model = m, .trust = trust,
		.files = { [1] = { .is_copy = true } } };
	enum lc_err err;

	/* It was done, but for the renaming. */
	if (lc_twin_head(st->twin)->serial > 0) {
		files_retire(st, m);
		return LC_OK;
	}
	if ((err = lc_devkey_mac_key(st->devkey, "history", t.key)) != LC_OK ||
	    (err = file_open(&t, &t.files[0], "persistence.db")) != LC_OK ||
	    (err = file_open(&t, &t.files[1], "persistence-copy.db")) !=
	    LC_OK)
		goto out;
	t.from = choose(&t);
	if (t.from->db == NULL)
		lc_notice(st->host, LC_EDAMAGED, "%s: persistence.db and its"
		    " copy are damaged: only licenses of primary stores are"
		    " taken over", st->dir);
	if ((err = lc_change_begin(st)) == LC_OK)
		err = t.from->db != NULL ? all_take(&t) : places_take(&t);
	if ((err = lc_change_end(st, err)) == LC_OK)
		files_retire(st, m);
out:
	lc_db_close(t.files[0].db);
	lc_db_close(t.files[1].db);
	OPENSSL_cleanse(t.key, sizeof t.key);
	return err;
}
