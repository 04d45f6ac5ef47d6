/*
 * json.h - JSON from outside: small and flat.
 *
 * jansson's parser is recursive.  No format needs more than an array in an
 * object, so deeper nesting is refused before jansson parses it.
 */
#ifndef LC_JSON_H
#define LC_JSON_H

#include <jansson.h>

#include "licensecore.h"

/*
 * One JSON object without duplicate members.  Anything else fails
 * with err and a detail that starts with what ("header"), or with
 * LC_ENOMEM.  The caller's reference.
 */
enum lc_err lc_json_object(const char *text, size_t len, enum lc_err err,
    const char *what, json_t **out, struct lc_detail *);

/*
 * Writes one object, as jansson writes it without blanks: for what is written
 * often.  { 0 } begins one.
 */
struct lc_json_writer {
	char *text;
	size_t len, room;
	bool failed;
};
void lc_json_put_text(struct lc_json_writer *, const char *name,
    const char *value);
void lc_json_put_int(struct lc_json_writer *, const char *name, int64_t value);
/* The caller frees.  NULL: no memory, or a value was not UTF-8. */
char *lc_json_end(struct lc_json_writer *);

/* A string member, or NULL if it is absent or something else. */
const char *lc_json_text(const json_t *object, const char *name);

#endif
