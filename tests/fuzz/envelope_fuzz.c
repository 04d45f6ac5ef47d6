/* envelope_fuzz.c - what a device asks for by call home, as it is written. */
#include "fuzz.h"

#include <string.h>

#include "ops/envelope.h"

/* What is accepted, written again, is the same. */
static void
again_try(const struct lc_envelope *e)
{
	struct lc_envelope again;
	char *text = json_dumps(e->whole, JSON_COMPACT);

	require(text != NULL);
	/* Escapes may make it longer than it may be. */
	if (lc_envelope_read(text, strlen(text), &again, NULL) == LC_OK) {
		require(again.kind == e->kind);
		require(strcmp(again.request, e->request) == 0);
		require(strcmp(again.id, e->id) == 0);
		require(again.nlicenses == e->nlicenses);
		lc_envelope_free(&again);
	} else {
		require(strlen(text) > LC_ENVELOPE_MAX);
	}
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct lc_detail detail = { "" };
	struct lc_envelope e;

	if (lc_envelope_read((const char *)data, len, &e, &detail) != LC_OK) {
		require(detail.text[0] != '\0');
		return 0;
	}
	require(strlen(e.id) == LC_CALL_ID_LEN);
	require(strchr(e.udi, ':') != NULL);
	require(strcmp(e.udi, e.to) != 0);
	require(e.quantity >= 1 && e.quantity <= 5000);
	require(e.nlicenses <= LC_TICKET_LICENSES);
	require((e.kind == LC_CALL_PERMIT) == (e.nlicenses > 0));
	require((e.kind == LC_CALL_INSTALL) || e.pak[0] == '\0');
	again_try(&e);
	lc_envelope_free(&e);
	return 0;
}
