/* sign.c - see sign.h. */
#include "sign.h"

#include <stdlib.h>
#include <string.h>

#include "format/jws.h"
#include "format/line.h"

/* What was just signed must open: the rules of texts are all there. */
static enum lc_err
check_signed(const char *text, struct lc_detail *detail)
{
	struct lc_line *line = NULL;
	enum lc_err err = lc_line_peek(text, strlen(text), &line, detail);

	if (err == LC_OK)
		err = lc_terms_check(&line->terms, detail);
	lc_line_free(line);
	return err;
}

enum lc_err
lc_line_sign(const struct lc_terms *terms, const struct lc_key *key, char **out,
    struct lc_detail *detail)
{
	json_t *payload = NULL;
	char *text = NULL;
	enum lc_err err;

	if ((err = lc_payload_write(
		 &lc_line_table, 1, terms, &payload, detail)) != LC_OK)
		return err;
	if ((err = lc_jws_sign(key, LC_TYP_LICENSE, payload, &text)) == LC_OK)
		err = check_signed(text, detail);
	json_decref(payload);
	if (err == LC_OK)
		*out = text;
	else
		free(text);
	return err;
}
