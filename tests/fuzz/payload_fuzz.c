/*
 * payload_fuzz.c - what stands in tickets and credentials.  The first byte
 * chooses: 'P' a permission ticket, 'R' a rehost ticket, else credentials; the
 * rest is the payload of one that is well-formed, so that its rules are reached
 * past base64 and signature.
 */
#include "fuzz.h"

#include <string.h>

#include "base/b64.h"
#include "format/statement.h"
#include "base/text.h"

static enum lc_statement_kind
kind_of(uint8_t first)
{
	return first == 'P' ? LC_PERMISSION_TICKET : first == 'R' ?
	    LC_REHOST_TICKET : LC_CREDENTIALS;
}

/* With a signature that holds for nothing. */
static char *
wrap(enum lc_statement_kind kind, const uint8_t *payload, size_t len)
{
	static const char *const types[LC_NSTATEMENTS] = {
		[LC_PERMISSION_TICKET] = "licagent-permission-ticket",
		[LC_REHOST_TICKET] = "licagent-rehost-ticket",
		[LC_CREDENTIALS] = "licagent-credentials",
	};
	char header[160], *text, *at;
	int n = snprintf(header, sizeof header, "{\"alg\":\"EdDSA\",\"kid\":"
	    "\"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k\",\"typ\":\"%s\"}",
	    types[kind]);

	text = malloc(LC_B64_LEN((size_t)n) + LC_B64_LEN(len) + 120);
	require(text != NULL);
	lc_b64_encode(header, (size_t)n, text);
	at = text + strlen(text);
	*at++ = '.';
	lc_b64_encode(payload, len, at);
	at += strlen(at);
	*at++ = '.';
	memset(at, 'A', 86);
	at[86] = '\0';
	return text;
}

static void
require_sound(const struct lc_statement *s)
{
	require(lc_text_is_udi(s->udi, strlen(s->udi)));
	require(s->nids <= LC_CREDENTIALS_LICENSES);
	require(s->nlines <= LC_TICKET_LICENSES);
	for (size_t i = 0; i < s->nids; i++)
		require(lc_text_is_id(s->ids[i]) &&
		    strlen(s->ids[i]) <= LC_ID_MAX);
	for (size_t i = 0; i < s->nlines; i++)
		require(s->lines[i][0] != '\0');
	if (s->kind == LC_REHOST_TICKET) {
		require(s->used != NULL || s->nids == 0);
		require(strlen(s->digest) == LC_DIGEST_LEN);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	enum lc_statement_kind kind;
	struct lc_statement *s = NULL, *opened = NULL;
	struct lc_detail detail = { "" };
	char *text;

	if (len == 0)
		return 0;
	kind = kind_of(data[0]);
	text = wrap(kind, data + 1, len - 1);
	if (lc_statement_peek(kind, text, &s, &detail) == LC_OK)
		require_sound(s);
	else
		require(detail.text[0] != '\0');
	/* Nobody signed it. */
	require(kind == LC_PERMISSION_TICKET ||
	    lc_statement_open(kind, text, NULL, &opened, NULL) != LC_OK);
	lc_statement_free(s);
	free(text);
	return 0;
}
