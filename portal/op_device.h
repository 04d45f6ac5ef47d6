/* op_device.h - whose a device is. */
#ifndef PORTAL_OP_DEVICE_H
#define PORTAL_OP_DEVICE_H

#include "op_call.h"

enum device_need {
	DEVICE_NO_OTHERS, /* nothing there is another account's */
	DEVICE_SOME,      /* and something is the account's */
	DEVICE_OWN,       /* all is the account's, to be given away */
};

/*
 * What a device has is whose PAKs and contracts its licenses are of, as
 * lc_device_standing has it.  It is all the account's if some of it is, and none
 * of it is nobody's, or if the device showed its token.
 * LC_EINVAL, answered with 403: the token's account may not do this with it.
 * The staff may.
 */
enum lc_err device_check(struct lc_authority *, const struct op_asked *,
    const char *udi, enum device_need, struct op_answer *, struct lc_detail *);

/* LC_EINVAL, answered with 403: what belongs to this account is another's. */
enum lc_err account_check(const struct op_asked *, const char *account,
    const char *what, struct op_answer *, struct lc_detail *);

/* Of which device they are.  Errors as lc_know. */
enum lc_err credentials_udi(
    const char *credentials, char udi[LC_UDI_MAX + 1], struct lc_detail *);

/* Is it the UDI of a device, PID:SN?  NULL is none. */
bool is_device_id(const char *text);

#endif
