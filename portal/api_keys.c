/* api_keys.c - keys, the trust list, and the log's checkpoint and audit. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_read.h"
#include "audit.h"
#include "base/disk.h"
#include "fail.h"
#include "format/key.h"
#include "record/signing.h"
#include "record/verify.h"
#include "web/answer.h"

#define TRUST_FILE "list.trust"
#define TRUST_MAX (1 << 20)

/* ---- Keys ------------------------------------------------------------ */

static enum lc_err
key_add(json_t *list, const struct lc_signing_row *row, bool signs)
{
	char *text = NULL;
	json_t *jwk;
	enum lc_err err = lc_key_to_jwk(row->key, &text);

	if (err != LC_OK)
		return err;
	jwk = json_loads(text, 0, NULL);
	free(text);
	return json_array_append_new(
		   list, json_pack("{s:s, s:s, s:b, s:b, s:o, s:o}", "kid",
			     row->key->kid, "name", row->key->name, "signs",
			     signs, "withdrawn", row->key->withdrawn, "made",
			     read_date(row->made), "jwk", jwk)) == 0
		   ? LC_OK
		   : LC_ENOMEM;
}

static enum lc_err
keys_list(struct lc_record *record, int64_t now, json_t *list)
{
	struct lc_signing_rows rows = { .n = 0 };
	const struct lc_signing_row *signs;
	enum lc_err err = lc_signing_load(record, &rows);

	signs = err == LC_OK ? lc_signing_choose(&rows, now) : NULL;
	for (size_t i = 0; i < rows.n && err == LC_OK; i++)
		err = key_add(list, &rows.list[i], &rows.list[i] == signs);
	lc_signing_free(&rows);
	return err;
}

/* The oldest first. */
void
read_keys(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *const *parts)
{
	struct lc_record *record = readers_take(portal->readers);
	json_t *list = json_array(), *all;
	struct lc_detail detail = { "" };
	char *text;
	enum lc_err err;

	(void)token;
	(void)parts;
	lc_record_tell(record, &detail);
	err = list != NULL ? keys_list(record, portal->now(), list) : LC_ENOMEM;
	readers_return(portal->readers, record);
	if (err != LC_OK) {
		json_decref(list);
		read_fail(request, err, &detail);
		return;
	}
	all = json_pack("{s:o}", "keys", list);
	text = json_dumps(all, JSON_COMPACT);
	json_decref(all);
	web_answer_tagged(
	    request, "application/json", text, text != NULL ? strlen(text) : 0);
}

/* The file that was put into the authority's folder. */
void
read_trust(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *const *parts)
{
	struct lc_detail detail = { "" };
	char *path = NULL, *text = NULL;
	size_t len = 0;
	enum lc_err err = LC_ENOMEM;

	(void)token;
	(void)parts;
	if (asprintf(&path, "%s/%s", portal->dir, TRUST_FILE) >= 0)
		err = lc_disk_read(path, TRUST_MAX, &text, &len, NULL, &detail);
	else
		path = NULL;
	free(path);
	if (err == LC_OK)
		web_answer_tagged(
		    request, "text/plain; charset=utf-8", text, len);
	else if (err == LC_ENOTFOUND)
		web_problem(request, 404, "not-found",
		    "this authority publishes no trust list here");
	else
		web_problem(request, 503, "unavailable",
		    "the trust list cannot be read");
}

/* ---- The log --------------------------------------------------------- */

void
read_checkpoint(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *const *parts)
{
	struct lc_record *record = readers_take(portal->readers);
	struct lc_detail detail = { "" };
	char *text = NULL;
	enum lc_err err = lc_record_checkpoint(record, &text, &detail);

	(void)token;
	(void)parts;
	readers_return(portal->readers, record);
	if (err == LC_OK)
		web_answer_tagged(
		    request, "text/plain; charset=utf-8", text, strlen(text));
	else
		read_fail(request, err, &detail);
}

/* POST begins one, unless one is under way. */
void
read_audit(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *const *parts)
{
	bool begins = strcmp(web_method(request), "POST") == 0;

	(void)token;
	(void)parts;
	if (begins && !audit_start(portal->audit)) {
		(void)web_header_add(request, "Retry-After", "5");
		web_problem(request, 503, "unavailable",
		    "the verification cannot be started");
		return;
	}
	web_answer_json(request, begins ? 202 : 200, audit_json(portal->audit));
}
