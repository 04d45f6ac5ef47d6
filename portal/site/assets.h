/* assets.h - files that all pages share: style sheets, script, icon. */
#ifndef PORTAL_ASSETS_H
#define PORTAL_ASSETS_H

#include <stdbool.h>
#include <stddef.h>

#include "web/http.h"

struct assets;

/*
 * Reads them from the folder of the templates; bootstrap is the path of that
 * style sheet, which may be missing.  NULL: why is a sentence.
 */
struct assets *assets_open(
    const char *folder, const char *bootstrap, char *why, size_t size);
void assets_close(struct assets *); /* NULL is fine */

/* Answers with the file of this name, or with 404. */
void assets_answer(
    const struct assets *, struct web_request *, const char *name);

#endif
