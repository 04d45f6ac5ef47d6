/* history.c - what happened to licenses, for good. */
#include "history.h"

#include <stdlib.h>
#include <string.h>
#include <openssl/evp.h>

#include "base/b64.h"
#include "twin.h"

/* What it says beyond itself stands in the row of its license as well. */
static enum lc_err
learn(struct lc_state *st, int64_t record, const struct lc_record *r)
{
	const struct lc_known *k = lc_book_known(&st->book, r->udi, r->id);
	uint32_t flags = k != NULL ? k->facts.flags : 0;
	enum lc_err err = lc_book_learn(&st->book, record, r->what, r->udi,
	    r->id, r->body);

	return err != LC_OK || k == NULL || k->facts.flags == flags ? err :
	    lc_known_write(st, k);
}

enum lc_err
lc_history_add(struct lc_state *st, const struct lc_record *r)
{
	enum lc_err err;

	err = lc_twin_append(st->twin,
	    (const struct lc_value[LC_HISTORY_NCOLUMNS]){
		[LC_HISTORY_AT] = lc_value_int(lc_now(st)),
		[LC_HISTORY_WHAT] = lc_value_text(r->what),
		[LC_HISTORY_UDI] = lc_value_text(r->udi),
		[LC_HISTORY_STORE] = lc_value_int(r->store),
		[LC_HISTORY_ID] = lc_value_text(r->id),
		[LC_HISTORY_BODY] = lc_value_text(r->body),
	});
	return err != LC_OK ? err :
	    learn(st, lc_twin_head(st->twin)->nrecords, r);
}

enum lc_err
lc_history_add_json(struct lc_state *st, struct lc_record r, json_t *body)
{
	char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
	enum lc_err err = LC_ENOMEM;

	r.body = text;
	if (text != NULL)
		err = lc_history_add(st, &r);
	free(text);
	json_decref(body);
	return err;
}

enum lc_err
lc_history_head(struct lc_state *st, uint32_t *records,
    char head[LC_SEAL_TEXT_LEN + 1])
{
	const struct lc_head *h = lc_twin_head(st->twin);
	uint8_t digest[32];

	if (EVP_Digest(h->chain, sizeof h->chain, digest, NULL, EVP_sha256(),
	    NULL) != 1)
		return LC_ENOMEM;
	lc_b64_encode(digest, sizeof digest, head);
	*records = h->nrecords < UINT32_MAX ? (uint32_t)h->nrecords :
	    UINT32_MAX;
	return LC_OK;
}

/* ---- Reading --------------------------------------------------------- */

/* The body of the record with this number; the caller frees. */
static enum lc_err
body_get(struct lc_state *st, int64_t record, char **body)
{
	const struct lc_value *v;
	int64_t key = record;
	enum lc_err err = lc_twin_get(st->twin, LC_T_HISTORY, &key, &v);

	if (err != LC_OK)
		return err;
	if (key != record || v[LC_HISTORY_BODY].kind != LC_V_TEXT)
		return LC_EDAMAGED;
	*body = strndup(v[LC_HISTORY_BODY].bytes, v[LC_HISTORY_BODY].len);
	return *body != NULL ? LC_OK : LC_ENOMEM;
}

enum lc_err
lc_history_damage(struct lc_state *st, char **body)
{
	*body = NULL;
	return st->book.facts.damaged != 0 ?
	    body_get(st, st->book.facts.damaged, body) : LC_OK;
}

enum lc_err
lc_history_answer(struct lc_state *st, const char *udi, const char *id,
    char **body)
{
	const struct lc_book *b = &st->book;

	for (size_t i = 0; i < b->nanswered; i++) {
		const struct lc_answered *a = b->answered[i];

		if (strcmp(a->udi, udi) == 0 && strcmp(a->id, id) == 0)
			return body_get(st, a->record, body);
	}
	return LC_ENOTFOUND;
}

enum lc_err
lc_history_last_answer(struct lc_state *st, const char *udi, const char *kid,
    char **body)
{
	const struct lc_book *b = &st->book;

	for (size_t i = b->nanswered; i > 0; i--) {
		const struct lc_answered *a = b->answered[i - 1];

		/* One that cannot be read is not passed over. */
		if (strcmp(a->udi, udi) == 0 && (kid == NULL ||
		    *a->kid == '\0' || strcmp(a->kid, kid) == 0))
			return body_get(st, a->record, body);
	}
	return LC_ENOTFOUND;
}

static enum lc_err
text_copy(const struct lc_value *v, char **copy)
{
	*copy = strndup(v->kind == LC_V_TEXT ? v->bytes : "", v->len);
	return *copy != NULL ? LC_OK : LC_ENOMEM;
}

static enum lc_err
record_take(int64_t key, const struct lc_value *v, struct lc_history_row *row)
{
	enum lc_err err;

	lc_history_free(row);
	if ((err = text_copy(&v[LC_HISTORY_WHAT], &row->texts[0])) != LC_OK ||
	    (err = text_copy(&v[LC_HISTORY_UDI], &row->texts[1])) != LC_OK ||
	    (err = text_copy(&v[LC_HISTORY_ID], &row->texts[2])) != LC_OK ||
	    (err = text_copy(&v[LC_HISTORY_BODY], &row->texts[3])) != LC_OK)
		return err;
	row->public = (struct lc_history){
		.seq = (uint64_t)key,
		.at = v[LC_HISTORY_AT].number,
		.what = row->texts[0],
		.udi = row->texts[1],
		.store = (uint32_t)v[LC_HISTORY_STORE].number,
		.id = row->texts[2],
		.body = row->texts[3],
	};
	return LC_OK;
}

enum lc_err
lc_history_read(struct lc_state *st, uint64_t after,
    struct lc_history_row *row)
{
	int64_t key = after < INT64_MAX ? (int64_t)after + 1 : INT64_MAX;
	const struct lc_value *v;
	enum lc_err err = lc_twin_get(st->twin, LC_T_HISTORY, &key, &v);

	return err == LC_OK ? record_take(key, v, row) : err;
}

void
lc_history_free(struct lc_history_row *row)
{
	for (size_t i = 0; i < 4; i++)
		free(row->texts[i]);
	*row = (struct lc_history_row){ .public.seq = 0 };
}
