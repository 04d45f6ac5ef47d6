/*
 * json.h - JSON from outside: small, flat, without surprises.
 *
 * jansson's parser recurses into nested values; nothing that the formats
 * describe is deeper than an array in an object, so that deeper text is
 * refused before jansson sees it.
 */
#ifndef LC_JSON_H
#define LC_JSON_H

#include <jansson.h>

#include "licensecore.h"

/*
 * One JSON object and nothing after it, no member twice.  Anything else fails
 * with err and a detail that starts with what ("header"), or with
 * LC_ENOMEM.  The caller's reference.
 */
enum lc_err lc_json_object(const char *text, size_t len, enum lc_err err,
    const char *what, json_t **out, struct lc_detail *);

/* A string member, or NULL if it is absent or something else. */
const char *lc_json_text(const json_t *object, const char *name);

#endif
