/* repair.c - after rows were lost. */
#include "repair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jansson.h>

#include "change.h"
#include "format/line.h"
#include "format/type.h"
#include "history.h"
#include "twin.h"

/* A member of a record's body; "" if there is none. */
static const char *
member(json_t *json, const char *name)
{
	const char *text = json_string_value(json_object_get(json, name));

	return text != NULL ? text : "";
}

/* The license, made as one whose row is lost if there is none. */
static enum lc_err
lost_get(struct lc_state *st, const char *udi, const struct lc_terms *t,
    struct lc_known **out)
{
	enum lc_err err;

	if ((*out = lc_book_known(&st->book, udi, t->id)) != NULL)
		return LC_OK;
	if ((err = lc_known_get(st, udi, t, out)) != LC_OK ||
	    (err = lc_book_keep(&st->book, &(*out)->facts,
	    sizeof (*out)->facts)) != LC_OK)
		return err;
	(*out)->facts.flags |= LC_IDENTITY_LOST;
	lc_notice(st->host, LC_EDAMAGED, "license %s of feature %s, %s: what"
	    " was known of it is lost", t->id, t->feature, udi);
	return lc_known_write(st, *out);
}

/* The license that a record is about; *index: that of the record, or 0. */
static enum lc_err
known_get(struct lc_state *st, const struct lc_history *h,
    struct lc_known **out, uint32_t *index)
{
	json_t *json = json_loads(h->body, 0, NULL);
	const struct lc_terms t = {
		.id = h->id, .feature = member(json, "feature"),
		.version = member(json, "version"),
	};
	json_int_t n = json_integer_value(json_object_get(json, "index"));
	enum lc_err err = lost_get(st, h->udi, &t, out);

	*index = n > 0 && n < UINT32_MAX ? (uint32_t)n : 0;
	json_decref(json);
	return err;
}

/* A row from before that was put back. */
static enum lc_err
flag_set(struct lc_state *st, struct lc_known *k, int64_t flag)
{
	enum lc_err err;

	if ((k->facts.flags & flag) == flag)
		return LC_OK;
	err = lc_book_keep(&st->book, &k->facts, sizeof k->facts);
	if (err != LC_OK)
		return err;
	k->facts.flags |= flag;
	return lc_known_write(st, k);
}

/*
 * The license came to a store, or left it.  A row with the line in it knows
 * better; without one the license is missing, unless a medium has it.
 */
static enum lc_err
place_set(struct lc_state *st, struct lc_known *k, uint32_t store,
    uint32_t index, bool held)
{
	struct lc_copy *copy = lc_known_copy(k, store);
	enum lc_err err = LC_OK;

	if (copy != NULL ? copy->facts.has_line || copy->facts.held == held :
	    !held || store == 0)
		return LC_OK;
	if (copy == NULL)
		err = lc_book_add_copy(&st->book, k, store, index != 0 ?
		    index : lc_book_device_of(&st->book, k)->last_index + 1, &copy);
	if (err == LC_OK)
		err = lc_book_keep(&st->book, &copy->facts,
		    sizeof copy->facts);
	if (err != LC_OK)
		return err;
	copy->facts.held = held;
	copy->facts.missing = false;
	return lc_copy_write(st, copy, NULL, 0);
}

static bool
is(const struct lc_history *h, const char *what)
{
	return strcmp(h->what, what) == 0;
}

static enum lc_err
record_judge(struct lc_state *st, const struct lc_history *h)
{
	bool install = is(h, "install"), revoke = is(h, "revoke");
	bool leaves = revoke || is(h, "clear");
	struct lc_known *k;
	uint32_t index;
	enum lc_err err;

	if (*h->id == '\0' || *h->udi == '\0' || (!install && !leaves &&
	    !is(h, "use") && !is(h, "expire")))
		return LC_OK;
	if ((err = known_get(st, h, &k, &index)) != LC_OK)
		return err;
	if (install || leaves)
		err = place_set(st, k, h->store, index, install);
	if (err != LC_OK)
		return err;
	if (is(h, "expire") && k->facts.expired_at == LC_NO_TIME)
		return flag_set(st, k, LC_IDENTITY_LOST);
	return flag_set(st, k, is(h, "use") ? LC_KNOWN_USED :
	    revoke ? LC_KNOWN_REVOKED : 0);
}

static enum lc_err
records_judge(struct lc_state *st)
{
	struct lc_history_row row = { .public.seq = 0 };
	enum lc_err err;

	while ((err = lc_history_read(st, row.public.seq, &row)) == LC_OK) {
		if ((err = record_judge(st, &row.public)) != LC_OK)
			break;
	}
	lc_history_free(&row);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

/* ---- Places of licenses ---------------------------------------------- */

/* A line whose license's row is lost: it says itself whose it is. */
static enum lc_err
line_adopt(struct lc_state *st, const struct lc_line *line, uint32_t store,
    uint32_t index, const char *text, size_t len)
{
	const struct lc_book *b = &st->book;
	struct lc_known *k = NULL;
	struct lc_copy *copy;
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < b->ndevices && k == NULL && err == LC_OK; i++) {
		if (lc_terms_fit(&line->terms, b->devices[i]->udi))
			err = lost_get(st, b->devices[i]->udi, &line->terms,
			    &k);
	}
	if (err != LC_OK || k == NULL || lc_known_copy(k, store) != NULL)
		return err;
	err = lc_book_add_copy(&st->book, k, store, index, &copy);
	if (err != LC_OK)
		return err;
	copy->facts.held = copy->facts.has_line = true;
	return lc_copy_write(st, copy, text, len);
}

/* The row is the only one with this key in the book, if its license is. */
static struct lc_copy *
copy_with(const struct lc_book *b, int64_t key, int64_t identity)
{
	struct lc_copy *copy = identity > 0 && identity <=
	    (int64_t)b->nknown && b->known[identity - 1] != NULL ?
	    b->known[identity - 1]->copies : NULL;

	while (copy != NULL && copy->key != key)
		copy = copy->next;
	return copy;
}

/* The line goes to its own license; the row has none from now on. */
static enum lc_err
line_move(struct lc_state *st, int64_t key, struct lc_copy *copy,
    const struct lc_line *line, uint32_t store, uint32_t index,
    const char *text)
{
	enum lc_err err;

	if (copy == NULL) {
		err = lc_twin_delete(st->twin, LC_T_COPY, key);
	} else {
		err = lc_book_keep(&st->book, &copy->facts,
		    sizeof copy->facts);
		if (err != LC_OK)
			return err;
		copy->facts = (struct lc_copy_facts){
			.installed = LC_NO_TIME };
		err = lc_copy_write(st, copy, NULL, 0);
	}
	return err != LC_OK ? err : line_adopt(st, line, store, index, text,
	    strlen(text));
}

static enum lc_err
place_judge(struct lc_state *st, int64_t key, const struct lc_value *v)
{
	struct lc_copy *copy = copy_with(&st->book, key,
	    v[LC_COPY_IDENTITY].number);
	uint32_t store = (uint32_t)v[LC_COPY_STORE].number;
	uint32_t index = (uint32_t)v[LC_COPY_INDEX].number;
	struct lc_line *line = NULL;
	enum lc_err err;
	char *text;

	if (v[LC_COPY_LINE].kind != LC_V_TEXT)
		return LC_OK;
	text = strndup(v[LC_COPY_LINE].bytes, v[LC_COPY_LINE].len);
	if (text == NULL)
		return LC_ENOMEM;
	err = lc_line_peek(text, strlen(text), &line, NULL);
	if (err == LC_OK && (copy == NULL ||
	    strcmp(lc_known_identity(copy->known)->id, line->terms.id) != 0))
		err = line_move(st, key, copy, line, store, index, text);
	lc_line_free(line);
	free(text);
	return err == LC_ENOMEM || err == LC_EIO ? err : LC_OK;
}

static enum lc_err
places_judge(struct lc_state *st)
{
	int64_t last = st->book.facts.copies;
	const struct lc_value *v;
	int64_t key = 1;
	enum lc_err err;

	while ((err = lc_twin_get(st->twin, LC_T_COPY, &key, &v)) == LC_OK &&
	    key <= last) {
		if ((err = place_judge(st, key++, v)) != LC_OK)
			break;
	}
	return err == LC_ENOTFOUND ? LC_OK : err;
}

/* A license that was ever in a store has a row for that, for good. */
static enum lc_err
unplaced_tell(struct lc_state *st)
{
	const struct lc_book *b = &st->book;
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < b->nknown && err == LC_OK; i++) {
		const struct lc_known *k = b->known[i];

		if (k == NULL || k->copies != NULL ||
		    (k->facts.flags & LC_KNOWN_REVOKED) != 0)
			continue;
		lc_notice(st->host, LC_EDAMAGED, "license %s of feature %s"
		    " %s, %s: in which store it was is lost", lc_known_identity(k)->id,
		    k->feature, k->version, lc_known_identity(k)->udi);
		err = lc_history_add_json(st, (struct lc_record){
			.what = "missing", .udi = lc_known_identity(k)->udi,
			.id = lc_known_identity(k)->id,
		}, json_pack("{s:s, s:s}", "feature", k->feature, "version",
		    k->version));
	}
	return err;
}

static enum lc_err
damage_add(struct lc_state *st, const char *body)
{
	return lc_history_add(st, &(struct lc_record){
		.what = "damaged", .udi = "", .id = "", .body = body,
	});
}

enum lc_err
lc_state_note_gone(struct lc_state *st)
{
	enum lc_err err = lc_change_begin(st);

	if (err == LC_OK)
		err = damage_add(st, "{\"finding\":\"both state files were"
		    " gone\"}");
	return lc_change_end(st, err);
}

enum lc_err
lc_state_repair(struct lc_state *st)
{
	enum lc_err err;

	if (!lc_twin_head(st->twin)->lost ||
	    lc_twin_recording(st->twin, NULL) != LC_OK)
		return LC_OK;
	if ((err = lc_change_begin(st)) == LC_OK &&
	    (err = records_judge(st)) == LC_OK &&
	    (err = places_judge(st)) == LC_OK &&
	    (err = unplaced_tell(st)) == LC_OK)
		err = damage_add(st, "{\"finding\":\"both state files were"
		    " damaged or altered\"}");
	if (err == LC_OK)
		lc_twin_head(st->twin)->lost = false;
	return lc_change_end(st, err);
}

enum lc_err
lc_state_note_restored(struct lc_state *st)
{
	const char *name = lc_twin_restored(st->twin);
	char body[64];
	enum lc_err err;

	if (name == NULL)
		return LC_OK;
	(void)snprintf(body, sizeof body, "{\"file\":\"%s\"}", name);
	if ((err = lc_change_begin(st)) == LC_OK)
		err = lc_history_add(st, &(struct lc_record){
			.what = "restore", .udi = "", .id = "", .body = body,
		});
	if (err == LC_OK)
		lc_twin_head(st->twin)->restored = 0;
	return lc_change_end(st, err);
}
