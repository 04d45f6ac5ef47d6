/*
 * op.h - what the portal can ask the issuing process for.
 *
 * An operation gets its arguments as JSON, which the portal has checked for
 * who may ask, and not for what they say.  It runs within a transaction that
 * others share, may fail alone, and is answered after the commit.
 */
#ifndef PORTAL_OP_H
#define PORTAL_OP_H

#include <jansson.h>

#include "licenseauthority.h"

enum op {
	OP_REDEEM,
	OP_PAK_CREATE,
	NOPS,
};

/*
 * Runs one.  who stands in the log.  body is the answer, the caller's
 * reference.
 */
enum lc_err op_run(enum op, const struct lc_authority *, const char *who,
    const json_t *args, json_t **body, struct lc_detail *);

/* The HTTP status of an error, and its kind for programs ("not-found"). */
unsigned op_status(enum lc_err, const char **kind);

#endif
