/* device.h - devices, their keys, and permission tickets. */
#ifndef LC_RECORD_DEVICE_H
#define LC_RECORD_DEVICE_H

#include "record.h"

/* What is known of a device. */
struct lc_device_row {
	char kid[LC_DIGEST_LEN + 1]; /* "" if none */
	char pinned[16];             /* how its key came to be known */
	int64_t records;             /* of its history, and the seal of the */
	char history[LC_DIGEST_LEN + 1]; /* last one, in its credentials */
	int64_t seen;                /* when they were made; 0: never */
	/*
	 * The same of credentials that showed a state directory that was put
	 * back, until that is approved; back_seen 0: none did.
	 */
	int64_t back_records;
	char back_history[LC_DIGEST_LEN + 1];
	int64_t back_seen;
};
/* All zero if the device is unknown. */
enum lc_err lc_known_device(
    struct lc_record *, const char *udi, struct lc_device_row *);
enum lc_err lc_known_device_put(
    struct lc_record *, const char *udi, const struct lc_device_row *);

/* In the order of their UDIs, until one call fails; that error is returned. */
typedef enum lc_err lc_device_call(
    void *arg, const char *udi, const struct lc_device_row *);
enum lc_err lc_known_devices(struct lc_record *, lc_device_call *, void *arg);

/*
 * Whose is a device, for an account: whose are the PAKs and contracts of the
 * licenses that count there, and whose token did it show last?  A license that
 * was moved, replaced or reissued, or that has been over for 90 days, counts no
 * more, and one of no PAK or contract is of whoever has the device.
 */
struct lc_device_standing {
	bool own, others; /* some are the account's, some are other accounts' */
	bool nobodys;	  /* some are of PAKs of no account, or of no PAK */
	bool shows;	  /* the account's token was the last one */
	bool shows_other; /* another account's was */
};
enum lc_err lc_device_stands(struct lc_record *, const char *udi,
    const char *account, struct lc_device_standing *);
/*
 * Who may see a device: as lc_device_standing has own and others, of all that
 * it ever had and showed.
 */
enum lc_err lc_device_whose(struct lc_record *, const char *udi,
    const char *account, bool *own, bool *others);
/*
 * May one device give licenses to another?  Not if that is an account's that is
 * neither this one nor one whose licenses count on the first device: it would be
 * theirs, too.
 */
enum lc_err lc_device_may_give(struct lc_record *, const char *from,
    const char *to, const char *account, bool *may);

/* The account whose token it showed, "" if none did. */
#define LC_ACCOUNT_MAX 64
enum lc_err lc_device_account(struct lc_record *, const char *udi,
    char account[LC_ACCOUNT_MAX + 1]);
enum lc_err lc_device_account_put(
    struct lc_record *, const char *udi, const char *account);

/* The number of a new permission ticket. */
enum lc_err lc_ticket_number(struct lc_record *, uint32_t *seq);
enum lc_err lc_ticket_put(struct lc_record *, uint32_t seq, const char *id,
    const char *udi, const char *text);
/* The device that its licenses go to: an entry of the log. */
enum lc_err lc_ticket_to_put(
    struct lc_record *, const char *id, const char *udi);

struct lc_ticket_row {
	uint32_t seq;
	char *text;         /* signed */
	char *to;           /* the device its licenses go to; "": any */
	char *redeemed_for; /* the UDI of a device; "" */
};
/* LC_ETICKET: not there. */
enum lc_err lc_ticket_find(
    struct lc_record *, const char *id, struct lc_ticket_row *);
void lc_ticket_row_free(struct lc_ticket_row *);
enum lc_err lc_ticket_redeem(
    struct lc_record *, uint32_t seq, const char *udi, int64_t at);
/* The request that the licenses it was redeemed for refer to. */
enum lc_err lc_ticket_request(
    struct lc_record *, const char *id, int64_t *n, bool *again);

#endif
