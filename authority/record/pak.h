/*
 * pak.h - product authorization keys: codes, and how many units are left.
 *
 * A code has 11 characters of the alphabet 23456789ACDEFGHJKMNPQRTVWXY: no
 * 0 and O, 1, I and L, 2 and Z, 5 and S, 8 and B, U and V side by side.  Ten
 * are random (47 bits).  The last one makes the sum of all, each character's
 * place in the alphabet times its position from 1 on, a multiple of 29: any one
 * wrong character, and any two that changed places, are found.
 */
#ifndef LC_RECORD_PAK_H
#define LC_RECORD_PAK_H

#include "base/arena.h"
#include "record.h"

#define LC_PAK_LEN 11
#define LC_UNITS_MAX 5000 /* of a SKU in a PAK */

struct lc_pak_line {
	struct lc_pak_line *next;
	int64_t n; /* what licenses refer to */
	const char *sku;
	int64_t revision; /* of the SKU's items */
	int64_t quantity, used;
};

struct lc_pak {
	const char *code;
	const char *order; /* number; "" if none */
	const char *account; /* "" if none */
	const char *stopped; /* the reason; "" if it is not */
	int64_t made;
	struct lc_pak_line *lines;
};

/* Draws a code. */
enum lc_err lc_pak_code(char code[LC_PAK_LEN + 1]);
/*
 * What a person typed: lower case, dashes and blanks are fine.  LC_EINVAL, in
 * words: it cannot be a PAK.
 */
enum lc_err lc_pak_read(
    const char *typed, char code[LC_PAK_LEN + 1], struct lc_detail *);

/* In the arena.  LC_ENOTFOUND, in words. */
enum lc_err lc_pak_find(struct lc_record *, struct lc_arena *,
    const char *code, struct lc_pak **);

/* ---- While writing --------------------------------------------------- */

/* lc_pak_find will ask for it soon. */
enum lc_err lc_pak_ahead(struct lc_record *, const char *code);

/* LC_EEXISTS: there is one with this code. */
enum lc_err lc_pak_put(struct lc_record *, const char *code,
    const char *order, const char *account);
enum lc_err lc_pak_line_put(struct lc_record *, const char *code,
    const char *sku, int64_t revision, int64_t quantity);
/* Stops a PAK, or lets it go on if why is "". */
enum lc_err lc_pak_stop(
    struct lc_record *, const char *code, const char *why);
/*
 * Takes units of a line of a PAK that was found in this transaction, where so
 * many were left; if they are not, the transaction fails.  The licenses that
 * use them have to be issued in the same transaction.
 */
enum lc_err lc_pak_line_use(struct lc_record *, int64_t n, int64_t units);
/* The same for a SKU of a contract. */
enum lc_err lc_contract_sku_use(
    struct lc_record *, int64_t n, int64_t units);

/* ---- Lists ----------------------------------------------------------- */

/* A PAK with the sums of its lines. */
struct lc_pak_row {
	const char *code, *order, *account, *stopped;
	int64_t made, quantity, used;
	const char *skus; /* a blank between them */
};
/* A PAK of no account becomes this account's. */
enum lc_err lc_pak_account_put(
    struct lc_record *, const char *code, const char *account);

/* Those that come after a code, in the order of codes; an error ends it. */
typedef enum lc_err lc_pak_call(void *arg, const struct lc_pak_row *);
/* order, account: NULL is all of them. */
enum lc_err lc_paks(struct lc_record *, const char *order,
    const char *account, lc_pak_call *, void *arg);

/* Who has licenses of a line of a PAK or a contract, in that order. */
typedef enum lc_err lc_use_call(
    void *arg, const char *udi, int64_t units, int64_t licenses);
enum lc_err lc_line_uses(
    struct lc_record *, int64_t line, lc_use_call *, void *arg);
/* What a request gave: each device with each SKU, once. */
typedef enum lc_err lc_gift_call(void *arg, const char *udi, const char *sku);
enum lc_err lc_request_gifts(
    struct lc_record *, int64_t request, lc_gift_call *, void *arg);

#endif
