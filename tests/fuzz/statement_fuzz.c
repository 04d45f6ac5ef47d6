/*
 * statement_fuzz.c - tickets and credentials, in their files.  What can be
 * read keeps the promises of struct lc_statement, and its signature is judged.
 */
#include "fuzz.h"

#include <string.h>

#include "format/file.h"
#include "format/statement.h"
#include "base/text.h"
#include "format/trust.h"

static void
require_statement(const struct lc_statement *s)
{
	require(lc_text_is_udi(s->udi, strlen(s->udi)));
	require(s->nids <= (s->kind == LC_CREDENTIALS ?
	    LC_CREDENTIALS_LICENSES : LC_TICKET_LICENSES));
	require(s->nlines <= LC_TICKET_LICENSES);
	require(s->nids == 0 || s->ids != NULL);
	for (size_t i = 0; i < s->nids; i++)
		require(s->ids[i][0] != '\0' && lc_text_is_id(s->ids[i]) &&
		    strlen(s->ids[i]) <= LC_ID_MAX);
	require(s->kind != LC_REHOST_TICKET || s->used != NULL);
	require(s->kind == LC_PERMISSION_TICKET || s->jwk[0] == '{');
	require(strlen(s->digest) == (s->kind == LC_PERMISSION_TICKET ? 0 :
	    LC_DIGEST_LEN));
}

static void
judge(enum lc_statement_kind kind, const char *text,
    const struct lc_trust *trust)
{
	struct lc_detail detail = { "" };
	struct lc_statement *s = NULL;

	if (lc_statement_peek(kind, text, &s, &detail) != LC_OK) {
		require(detail.text[0] != '\0');
		return;
	}
	require_statement(s);
	lc_statement_free(s);
	s = NULL;
	if (lc_statement_open(kind, text, trust, &s, &detail) == LC_OK)
		require_statement(s);
	lc_statement_free(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct lc_trust *trust = NULL;
	struct lc_file *file = NULL;

	if (lc_file_scan(data, len, &file, NULL) != LC_OK)
		return 0;
	require(lc_trust_new(&trust) == LC_OK);
	for (int kind = 0; kind < LC_NSTATEMENTS; kind++) {
		char *text = NULL;

		if (lc_file_statement(file, (enum lc_statement_kind)kind,
		    &text, NULL) != LC_OK)
			continue;
		judge((enum lc_statement_kind)kind, text, trust);
		free(text);
	}
	lc_trust_free(trust);
	lc_file_free(file);
	return 0;
}
