/*
 * ledger.h - an authority's records: licenses issued, device keys, permission
 * tickets and their redemption.
 *
 * Between lc_ledger_open and lc_ledger_commit nobody else can write.  Failures
 * are explained in the detail given to lc_ledger_open.
 */
#ifndef LC_LEDGER_H
#define LC_LEDGER_H

#include "licenseauthority.h"

struct lc_authority;
struct lc_ledger;
struct lc_line;

/* Makes the file if it is missing, and begins a transaction. */
enum lc_err lc_ledger_open(
    const struct lc_authority *, struct lc_ledger **, struct lc_detail *);
enum lc_err lc_ledger_commit(struct lc_ledger *);
/* What was not committed leaves no trace; NULL is fine. */
void lc_ledger_close(struct lc_ledger *);

/* Licenses and agreements; the digest is computed from the text. */
enum lc_err lc_ledger_put_line(struct lc_ledger *, const char *line);
enum lc_err lc_ledger_put_eula(
    struct lc_ledger *, const char *text, size_t len);
/* LC_ENOTFOUND; the caller frees. */
enum lc_err lc_ledger_line(
    struct lc_ledger *, const char *id, struct lc_line **);
enum lc_err lc_ledger_eula(struct lc_ledger *, const char *digest, char **text);

/* Licenses that left a device for good. */
enum lc_err lc_ledger_put_moved(
    struct lc_ledger *, const char *udi, const char *id);
/* LC_EREVOKED if it did. */
enum lc_err lc_ledger_not_moved(
    struct lc_ledger *, const char *udi, const char *id);

/* The id of a device's key; "" if none is known. */
enum lc_err lc_ledger_device(
    struct lc_ledger *, const char *udi, char kid[LC_DIGEST_LEN + 1]);
enum lc_err lc_ledger_put_device(
    struct lc_ledger *, const char *udi, const char *kid);

/* A new permission ticket gets a number; its text comes later. */
enum lc_err lc_ledger_new_ticket(
    struct lc_ledger *, const char *id, const char *udi, uint32_t *seq);
enum lc_err lc_ledger_put_ticket(
    struct lc_ledger *, const char *id, const char *ticket);
/* LC_ETICKET: not there.  The caller frees all three; what is absent is "". */
struct lc_ledger_ticket {
	char *ticket;       /* signed */
	char *redeemed_for; /* the UDI of a device */
	char *lines;        /* that it got, each on a row */
};
enum lc_err lc_ledger_ticket(
    struct lc_ledger *, const char *id, struct lc_ledger_ticket *);
enum lc_err lc_ledger_redeem(struct lc_ledger *, const char *id,
    const char *udi, int64_t at, const char *lines);

#endif
