/* journal.c - permission tickets that were processed: journal.h. */
#include "journal.h"

#include <stdlib.h>
#include <string.h>
#include <jansson.h>

#include "core.h"
#include "state/db.h"
#include "state/devkey.h"
#include "state/history.h"
#include "base/json.h"
#include "format/statement.h"

#define WHAT "rehost"

enum lc_err
lc_journal_add(struct lc *lc, const char *udi, const char *id,
    const struct lc_journal *j, const char *by)
{
	json_t *json = json_pack("{s:s, s:I, s:s, s:s, s:s}", "kid", j->kid,
	    "seq", (json_int_t)j->seq, "digest", j->digest, "answer",
	    j->answer, "by", by);
	char *body = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
	enum lc_err err = LC_ENOMEM;

	if (body != NULL)
		err = lc_history_add(lc, &(struct lc_record){
			.what = WHAT, .udi = udi, .id = id, .body = body,
		});
	free(body);
	json_decref(json);
	return err;
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
	if (strcmp(s->kid, lc_devkey_key(lc->devkey)->kid) != 0)
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
record_take(const struct lc *lc, struct lc_rows *rows, struct lc_journal *out)
{
	struct lc_journal j = { .answer = NULL };
	const char *body = lc_db_text(rows, 0);
	json_t *json;
	enum lc_err err;

	err = lc_json_object(body, strlen(body), LC_EDAMAGED, "a record",
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
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(lc->db, &rows, "SELECT body FROM history"
	    " WHERE udi = ? AND id = ? AND what = '" WHAT "'", "ss", udi, id);
	if (err != LC_OK || (err = lc_db_next(lc->db, rows)) != LC_OK)
		return err;
	err = record_take(lc, rows, out);
	lc_db_stop(rows);
	return err;
}

enum lc_err
lc_journal_last(struct lc *lc, const char *udi, const char *kid,
    struct lc_journal *out)
{
	struct lc_journal j;
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(lc->db, &rows, "SELECT body FROM history"
	    " WHERE udi = ? AND what = '" WHAT "' ORDER BY seq DESC", "s",
	    udi);
	if (err != LC_OK)
		return err;
	while ((err = lc_db_next(lc->db, rows)) == LC_OK) {
		if ((err = record_take(lc, rows, &j)) != LC_OK)
			break;
		if (kid == NULL || strcmp(j.kid, kid) == 0) {
			*out = j;
			break;
		}
		free(j.answer);
	}
	lc_db_stop(rows);
	return err;
}
