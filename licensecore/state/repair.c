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

/* The license that a record is about. */
static enum lc_err
known_get(struct lc_state *st, const struct lc_history *h,
    struct lc_known **out)
{
	json_t *json = json_loads(h->body, 0, NULL);
	const struct lc_terms t = {
		.id = h->id, .feature = member(json, "feature"),
		.version = member(json, "version"),
	};
	enum lc_err err = lost_get(st, h->udi, &t, out);

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

static enum lc_err
record_judge(struct lc_state *st, const struct lc_history *h)
{
	bool use = strcmp(h->what, "use") == 0;
	bool expire = strcmp(h->what, "expire") == 0;
	bool revoke = strcmp(h->what, "revoke") == 0;
	struct lc_known *k;
	enum lc_err err;

	if (*h->id == '\0' || *h->udi == '\0' || (!use && !expire && !revoke &&
	    strcmp(h->what, "install") != 0))
		return LC_OK;
	if ((err = known_get(st, h, &k)) != LC_OK)
		return err;
	if (expire && k->facts.expired_at == LC_NO_TIME)
		return flag_set(st, k, LC_IDENTITY_LOST);
	return flag_set(st, k, use ? LC_KNOWN_USED :
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

static enum lc_err
place_judge(struct lc_state *st, int64_t key, const struct lc_value *v)
{
	const struct lc_book *b = &st->book;
	int64_t identity = v[LC_COPY_IDENTITY].number;
	uint32_t store = (uint32_t)v[LC_COPY_STORE].number;
	uint32_t index = (uint32_t)v[LC_COPY_INDEX].number;
	struct lc_line *line = NULL;
	enum lc_err err;
	char *text;

	if ((identity > 0 && identity <= (int64_t)b->nknown &&
	    b->known[identity - 1] != NULL) ||
	    v[LC_COPY_LINE].kind != LC_V_TEXT)
		return LC_OK;
	text = strndup(v[LC_COPY_LINE].bytes, v[LC_COPY_LINE].len);
	if (text == NULL)
		return LC_ENOMEM;
	err = lc_line_peek(text, strlen(text), &line, NULL);
	if (err == LC_OK && (err = lc_twin_delete(st->twin, LC_T_COPY,
	    key)) == LC_OK)
		err = line_adopt(st, line, store, index, text, strlen(text));
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

enum lc_err
lc_state_repair(struct lc_state *st)
{
	enum lc_err err;

	if (!lc_twin_head(st->twin)->lost ||
	    lc_twin_recording(st->twin, NULL) != LC_OK)
		return LC_OK;
	if ((err = lc_change_begin(st)) == LC_OK &&
	    (err = records_judge(st)) == LC_OK &&
	    (err = places_judge(st)) == LC_OK)
		err = lc_history_add(st, &(struct lc_record){
			.what = "damaged", .udi = "", .id = "",
			.body = "{\"finding\":\"both state files were damaged"
			    " or altered\"}",
		});
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
