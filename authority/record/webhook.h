/*
 * webhook.h - where events go, and how far each receiver got.
 *
 * The log is the outbox: an event is an entry of it, written in the transaction
 * that it tells of, and a webhook is a place in the log.
 */
#ifndef LC_RECORD_WEBHOOK_H
#define LC_RECORD_WEBHOOK_H

#include "record.h"

#define LC_WEBHOOK_ID 22      /* characters */
#define LC_WEBHOOK_SECRET 44  /* 32 bytes in base64 */
#define LC_WEBHOOK_URL_MAX 1024
#define LC_WEBHOOK_EVENTS_MAX 255
#define LC_WEBHOOKS_MAX 20 /* of an account */
#define LC_EXPIRING_S (30 * 86400)

struct lc_webhook {
	char id[LC_WEBHOOK_ID + 1];
	char account[65]; /* "": the staff's, which gets all */
	char url[LC_WEBHOOK_URL_MAX + 1];
	char events[LC_WEBHOOK_EVENTS_MAX + 1]; /* words; "": all */
	char secret[LC_WEBHOOK_SECRET + 1];
	int64_t made;
	char stopped[128]; /* the reason; "" if it is not */
	/* What was told: entries of the log, and ends of licenses. */
	int64_t seen, ends, ends_n;
	int64_t failing, tries, due;
	char says[128]; /* the last failure */
};

/* ---- While writing --------------------------------------------------- */

/*
 * Draws id and secret, and begins with what comes from now on.  LC_ECOUNT: the
 * account has too many.
 */
enum lc_err lc_webhook_put(struct lc_record *, struct lc_webhook *);
/* account: NULL is any.  LC_ENOTFOUND. */
enum lc_err lc_webhook_remove(
    struct lc_record *, const char *id, const char *account);
/* Until then it is lessee's.  LC_ELOCKED: it is another's. */
enum lc_err lc_webhook_lease(struct lc_record *, const char *id,
    const char *lessee, int64_t until);
/* Ends the lease, and keeps how far it got.  LC_ENOTFOUND: it was lost. */
enum lc_err lc_webhook_return(
    struct lc_record *, const struct lc_webhook *, const char *lessee);

/* ---- Reading --------------------------------------------------------- */

/* LC_ENOTFOUND without words. */
enum lc_err lc_webhook_find(
    struct lc_record *, const char *id, struct lc_webhook *);
typedef enum lc_err lc_webhook_call(void *arg, const struct lc_webhook *);
/* In the order of their making; account: NULL is all. */
enum lc_err lc_webhooks(struct lc_record *, const char *account,
    lc_webhook_call *, void *arg);

/*
 * One that there may be something to tell now, and that nobody has; not those
 * with an id of not (words), nor others of their accounts: one account's
 * receivers take no time from another's.  LC_ENOTFOUND: none.
 */
enum lc_err lc_webhook_due(struct lc_record *, int64_t now, const char *not,
    char id[LC_WEBHOOK_ID + 1]);

#endif
