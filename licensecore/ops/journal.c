/* journal.c - permission tickets that were processed: journal.h. */
#include "journal.h"

#include <stdlib.h>
#include <string.h>
#include <jansson.h>

#include "base/json.h"
#include "format/statement.h"

#define WHAT "rehost"

enum lc_err
lc_journal_add(struct lc *lc, const char *udi, const char *id,
    const struct lc_journal *j, const char *by)
{
	return lc_history_add_json(&lc->state, (struct lc_record){
		.what = WHAT, .udi = udi, .id = id,
	}, json_pack("{s:s, s:I, s:s, s:s, s:s}", "kid", j->kid, "seq",
	    (json_int_t)j->seq, "digest", j->digest, "answer", j->answer,
	    "by", by));
}

/* ---- Reading --------------------------------------------------------- */

/* Did this device sign it? */
static enum lc_err
answer_check(const struct lc *lc, const char *answer)
{
	struct lc_statement *s;
	enum lc_err err;

	err = lc_statement_open(LC_REHOST_TICKET, answer, NULL, &s, NULL);
	if (err == LC_ENOMEM)
		return err;
	if (err != LC_OK)
		return LC_EDAMAGED;
	if (strcmp(s->kid, lc_devkey_key(lc->state.devkey)->kid) != 0)
		err = LC_EDAMAGED;
	lc_statement_free(s);
	return err;
}

static enum lc_err
record_unpack(json_t *json, struct lc_journal *out)
{
	const char *kid, *digest, *answer;
	json_int_t seq;

	if (json_unpack(json, "{s:s, s:I, s:s, s:s}", "kid", &kid, "seq",
	    &seq, "digest", &digest, "answer", &answer) != 0 ||
	    strlen(kid) != LC_DIGEST_LEN || strlen(digest) != LC_DIGEST_LEN ||
	    seq < 0 || seq > UINT32_MAX)
		return LC_EDAMAGED;
	if ((out->answer = strdup(answer)) == NULL)
		return LC_ENOMEM;
	strcpy(out->kid, kid);
	strcpy(out->digest, digest);
	out->seq = (uint32_t)seq;
	return LC_OK;
}

static enum lc_err
record_take(const struct lc *lc, const char *body, struct lc_journal *out)
{
	struct lc_journal j = { .answer = NULL };
	json_t *json;
	enum lc_err err;

	err = lc_json_object(body, strlen(body), LC_EDAMAGED, "record",
	    &json, NULL);
	if (err != LC_OK)
		return err;
	if ((err = record_unpack(json, &j)) == LC_OK)
		err = answer_check(lc, j.answer);
	json_decref(json);
	if (err == LC_OK)
		*out = j;
	else
		free(j.answer);
	return err;
}

enum lc_err
lc_journal_find(struct lc *lc, const char *udi, const char *id,
    struct lc_journal *out)
{
	char *body = NULL;
	enum lc_err err = lc_history_answer(&lc->state, udi, id, &body);

	if (err == LC_OK)
		err = record_take(lc, body, out);
	free(body);
	return err;
}

enum lc_err
lc_journal_last(struct lc *lc, const char *udi, const char *kid,
    struct lc_journal *out)
{
	char *body = NULL;
	enum lc_err err = lc_history_last_answer(&lc->state, udi, kid, &body);

	if (err == LC_OK)
		err = record_take(lc, body, out);
	free(body);
	return err;
}
