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

/* A string member, or NULL if it is absent or something else. */
const char *lc_json_text(const json_t *object, const char *name);

#endif
