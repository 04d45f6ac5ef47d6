/*
 * op.h - what the portal can ask the issuing process for.
 *
 * An operation gets what was asked for as JSON; the portal has checked who may
 * ask, and not what it says.  It runs within a transaction that others share,
 * may fail alone, and is answered after the commit.
 */
#ifndef PORTAL_OP_H
#define PORTAL_OP_H

#include <jansson.h>

#include "licenseauthority.h"
#include "op_call.h"

enum op {
	OP_REDEEM,
	OP_PAK_CREATE,
	OP_PAK_STOP,
	OP_PAK_START,
	OP_CONTRACT_REDEEM,
	OP_CATALOG,
	OP_EVALUATION,
	OP_EXTENSION,
	OP_EXTENSION_ASK,
	OP_DECLINE,
	OP_SUBSCRIPTION,
	OP_RENEW,
	OP_RIGHT_TO_USE,
	OP_COUNT,
	OP_LOT,
	OP_PERMIT,
	OP_REHOST,
	OP_RMA,
	OP_RMA_RETURNED,
	OP_IMPORT,
	OP_DEVICE_REGISTER,
	OP_DEVICE_CREDENTIALS,
	OP_DEVICE_APPROVE,
	OP_TOKEN_CREATE,
	OP_TOKEN_STOP,
	OP_KEY_PROPOSE,
	OP_KEY_CONFIRM,
	OP_KEY_DROP,
	OP_CALL_HOME,
	OP_WEBHOOK_CREATE,
	OP_WEBHOOK_REMOVE,
	/* The portal's own. */
	OP_WEBHOOK_LEASE,
	OP_WEBHOOK_RETURN,
	NOPS,
};

/*
 * Runs one.  asked: {"who", "token", "account", "role"} say who asks, "part" is
 * the variable part of the path, "request" the id of the request for the
 * library (without it, it is done again each time), "body" an object, "text" a
 * file in place of that, of the type "type".
 * The body of the answer is the caller's reference, and so is "after" to call,
 * also after an error.
 */
enum lc_err op_run(enum op, struct lc_authority *, const struct op_settings *,
    const json_t *asked, struct op_answer *, struct lc_detail *);

/* Asks the database for what op_run will need of it first: db_ahead. */
enum lc_err op_ahead(enum op, struct lc_authority *, const json_t *asked);

/* The HTTP status of an error, and its kind for programs ("not-found"). */
unsigned op_status(enum lc_err, const char **kind);

#endif
