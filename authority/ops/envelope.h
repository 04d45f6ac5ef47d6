/*
 * envelope.h - what a device asks for by call home, as it is written:
 * authority/CALLHOME.  Nothing of it is believed here.
 */
#ifndef LC_OPS_ENVELOPE_H
#define LC_OPS_ENVELOPE_H

#include <jansson.h>

#include "licenseauthority.h"

#define LC_ENVELOPE_MAX (2 << 20) /* bytes */
#define LC_CALL_ID_LEN 22	  /* 16 bytes in base64url */

/* What is asked for. */
enum lc_call_kind {
	LC_CALL_INSTALL,
	LC_CALL_RESEND,
	LC_CALL_MOVABLE,
	LC_CALL_PERMIT,
	LC_CALL_REHOST,
	LC_CALL_REPORT,
	LC_NCALLS,
};
const char *lc_call_name(enum lc_call_kind);

/* Texts live as long as the envelope; "" if there is none. */
struct lc_envelope {
	const char *request; /* the text that the device signed over */
	const char *credentials;
	const char *nonce;
	/* What the request says. */
	enum lc_call_kind kind;
	const char *id, *udi;
	int64_t at;
	const char *pak, *sku;
	uint32_t quantity;
	const char *to, *ticket;
	const char *licenses[LC_TICKET_LICENSES]; /* ids */
	size_t nlicenses;
	/* Internal: what the texts are of. */
	json_t *whole, *inner;
};

/*
 * Reads an envelope.  LC_EINVAL, in words: it is malformed, too long, or of a
 * version or kind that is not known; LC_ENOMEM.
 */
enum lc_err lc_envelope_read(
    const char *text, size_t len, struct lc_envelope *, struct lc_detail *);
/* The same of JSON that was parsed; it stays the caller's. */
enum lc_err lc_envelope_take(
    json_t *object, struct lc_envelope *, struct lc_detail *);
/* All zero is fine. */
void lc_envelope_free(struct lc_envelope *);

#endif
