/*
 * order.h - what call home can be asked for, and what comes of it.
 */
#ifndef AGENT_CALLHOME_ORDER_H
#define AGENT_CALLHOME_ORDER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "licensecore.h"

#define CALLHOME_TOKEN_MAX 1000 /* bytes */

/* The configuration's group "call_home"; NULL: not set. */
struct callhome_conf {
	const char *url, *proxy, *ca_file;
	const char *token;
	bool report; /* daily */
};

enum callhome_kind {
	CALLHOME_PAK,     /* what has a PAK? */
	CALLHOME_INSTALL, /* licenses for a PAK */
	CALLHOME_RESEND,  /* all licenses of the device */
	CALLHOME_MOVABLE, /* which may go to another device? */
	CALLHOME_REVOKE,  /* they go there */
	CALLHOME_REPORT,  /* the device and its licenses */
	CALLHOME_IMPORT,  /* an answer that came as a file */
};

/* Texts are copied. */
struct callhome_order {
	enum callhome_kind kind;
	uint32_t device;
	const char *pak, *sku;  /* sku: NULL: the only one */
	uint32_t quantity;      /* 0: not said */
	const char *to;         /* UDI */
	const json_t *licenses; /* ids; NULL: those of a transfer that was begun
				 */
	bool accept_eula;       /* CALLHOME_REVOKE: of licenses that come */
	const char *input;      /* CALLHOME_IMPORT */
	/* The license file, or the next request; NULL: licenses for this
	 * device are the caller's to install, those for another one have a
	 * name of their own. */
	const char *output;
	bool offline; /* the output is the request, which is not sent */
	bool overwrite;
	const char *by;  /* who asks */
	uint32_t number; /* in the log */
};

struct callhome_outcome {
	/*
	 * "": success; "not-configured", "unreachable", "certificate",
	 * "refused", "busy", "bad-answer", "no-file", "file-exists",
	 * "invalid", "not-found"; NULL: err says it.
	 */
	const char *code;
	enum lc_err err;
	const char *why;      /* one sentence, "" after success */
	const char *id;       /* of the request, for callhome_settle; or "" */
	const json_t *answer; /* the portal's; NULL: none came */
	const char *name;     /* of the file that was written; NULL: none */
};

typedef void callhome_over(void *arg, const struct callhome_outcome *);

#endif
