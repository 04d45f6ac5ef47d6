/*
 * op_call.h - the operations of the issuing process: a function each, in the
 * file of its subject.
 */
#ifndef PORTAL_OP_CALL_H
#define PORTAL_OP_CALL_H

#include <jansson.h>

#include "licenseauthority.h"
#include "ops/token.h"

/* What the configuration says of operations. */
struct op_settings {
	bool user_changed;        /* the process became another user */
	bool has_passphrase;      /* for private keys in files */
	const char *foreign_keys; /* a folder with keys of other authorities,
				     whose licenses are taken in; NULL: none */
};

/* What was asked for; texts are "" if there is none. */
struct op_asked {
	const char *who;     /* in the log: "token NAME", "nobody" */
	const char *token;   /* its name */
	const char *account; /* of the token; "" for the staff */
	enum lc_role role;
	const char *part;        /* the variable part of the path */
	const char *request;     /* an id for the library; NULL: none */
	const json_t *body;      /* an object */
	const char *text, *type; /* a file, and its media type */
	size_t len;              /* of the text */
	int64_t at;              /* now */
	const struct op_settings *settings;
};

struct op_answer {
	json_t *body; /* after an error, more members of the problem */
	/*
	 * A request of the library whose licenses and their file are added to
	 * the body, with "again", whether it was made before; 0: none.
	 */
	int64_t licenses_of;
	bool again;
	const char *secret; /* a member of the body that is told once; NULL */
	/* Of the problem, in place of those of the error; 0: not. */
	unsigned status;
	const char *kind;
	/*
	 * With LC_OK: what was written stays, but it is answered with this
	 * error, as the detail explains it.
	 */
	enum lc_err refused;
	/*
	 * Called once, with what the operation left in arg, when it is certain
	 * whether that was committed; NULL is fine.
	 */
	void (*after)(struct lc_authority *, void *arg, bool is_committed);
	void *arg;
};

/*
 * While writing.  On success there is a body, or licenses, or both.
 */
typedef enum lc_err op_call(struct lc_authority *, const struct op_asked *,
    struct op_answer *, struct lc_detail *);

op_call op_pak_create, op_pak_stop, op_pak_start, op_redeem, op_contract_redeem;
op_call op_catalog;
op_call op_extension_ask, op_decline;
op_call op_evaluation, op_extension, op_subscription, op_renew, op_right_to_use,
    op_count, op_lot;
op_call op_permit, op_rehost, op_rma, op_rma_returned, op_import;
op_call op_device_register, op_device_credentials, op_device_approve;
op_call op_token_create, op_token_stop;
op_call op_webhook_create, op_webhook_remove, op_webhook_lease,
    op_webhook_return;
op_call op_key_propose, op_key_confirm, op_key_drop;
op_call op_call_home;

#endif
