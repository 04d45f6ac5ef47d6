/*
 * callhome.h - what devices ask for by call home, online or as a file:
 * authority/CALLHOME.
 */
#ifndef LC_OPS_CALLHOME_H
#define LC_OPS_CALLHOME_H

#include "envelope.h"

struct lc_call {
	const struct lc_envelope *envelope;
	const char *account; /* of the token that came with it; "" if none */
	/* Results. */
	json_t *answer;	     /* the caller's reference */
	bool again;	     /* the answer of an earlier request */
	size_t nlicenses;    /* in the answer */
	/*
	 * With LC_OK and no answer: it is refused with this error, as the
	 * detail explains it, and what was learned on the way stays: that the
	 * nonce was used, and what the credentials showed.
	 */
	enum lc_err refused;
	/* Names a refusal for programs, after an error, too; NULL: its error
	   does. */
	const char *kind;
};

/*
 * Judges a request and does it, while writing.  The same request once more has
 * the same answer.
 *
 * Refused with a kind: "nonce-foreign", "nonce-over", "nonce-used",
 * "nonce-missing" (LC_EINVAL; nothing was decided, and the request may be
 * repeated with a new nonce), "not-bound" (LC_ESIGNATURE: the credentials were
 * made for something else), "another-device" (LC_EUDI), "another-key" (LC_EKEY),
 * "request-id" (LC_EEXISTS: the id was used for something else),
 * "another-account" (LC_EINVAL), "too-big" (LC_EFILE: no device takes such an
 * answer).  Without one: credentials that are none, LC_EFILE, LC_ELINE; forged,
 * LC_ESIGNATURE, LC_EKEY; otherwise as lc_know, lc_fulfill, lc_resend, lc_permit_put,
 * lc_redeem.
 */
enum lc_err lc_call_home(const struct lc_authority *, struct lc_call *);

#endif
