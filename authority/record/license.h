/* license.h - licenses that were issued, agreements, and requests. */
#ifndef LC_RECORD_LICENSE_H
#define LC_RECORD_LICENSE_H

#include "record.h"

struct lc_line;

/*
 * How a license came about.  source is one of "manual", "pak", "contract",
 * "evaluation", "extension", "renewal", "right-to-use", "upgrade", "lot",
 * "rehost", "rma", "grace", "ticket", "foreign".
 */
struct lc_origin {
	const char *source;
	const char *sku;  /* "" if none */
	int64_t pak_line; /* 0 if none, else units of it are used up */
	int64_t units;
	int64_t request; /* 0 if none */
};

/*
 * Puts a license that was just signed, with its terms.  An id that was issued
 * before is allowed if the caller chose it: the later one counts.
 */
enum lc_err lc_issued_put(struct lc_record *, const struct lc_terms *,
    const char *line, const struct lc_origin *);

/* The latest one with this id; LC_ENOTFOUND.  The caller frees. */
enum lc_err lc_issued_find(
    struct lc_record *, const char *id, struct lc_line **);

/* Its signed text, which the caller frees; LC_ENOTFOUND without words. */
enum lc_err lc_issued_text(struct lc_record *, const char *id, char **text);

/* How the latest one with this id came about; LC_ENOTFOUND without words. */
#define LC_SKU_MAX 64
struct lc_origin_row {
	char source[24];
	char sku[LC_SKU_MAX + 1];
	int64_t pak_line;
};
enum lc_err lc_issued_origin(
    struct lc_record *, const char *id, struct lc_origin_row *);

/* A license of a device that does not count there any more. */
enum lc_err lc_issued_end(struct lc_record *, const char *udi, const char *id,
    const char *why, const char *ref);
/* LC_EREVOKED if it does not. */
enum lc_err lc_issued_not_ended(
    struct lc_record *, const char *udi, const char *id);

/*
 * Calls for licenses in the order of their issue until one call fails, and
 * returns that error.  current: those of a device that count there, with those
 * for several devices, without those for any.
 */
typedef enum lc_err lc_issued_call(
    void *arg, struct lc_line *line, const char *text);
enum lc_err lc_issued_of_request(
    struct lc_record *, int64_t request, lc_issued_call *, void *arg);
enum lc_err lc_issued_current(
    struct lc_record *, const char *udi, lc_issued_call *, void *arg);

/* The digest is computed from the text.  Not there: LC_ENOTFOUND. */
enum lc_err lc_agreement_put(
    struct lc_record *, const char *text, size_t len);
enum lc_err lc_agreement_find(
    struct lc_record *, const char *digest, char **text);

/*
 * A request under an id of the caller's; what says all that was asked for.
 * again: it was made before, and n is that one.  LC_EINVAL: the id was used for
 * something else.
 */
enum lc_err lc_request_put(struct lc_record *, const char *id,
    const char *what, int64_t *n, bool *again);
/* A new one, under an id that lc_request_find did not find. */
enum lc_err lc_request_add(
    struct lc_record *, const char *id, const char *what, int64_t *n);
/* lc_request_find or lc_request_put will ask for this id soon. */
enum lc_err lc_request_ahead(struct lc_record *, const char *id);
/* The same without putting one: LC_ENOTFOUND, without words, if it is new. */
enum lc_err lc_request_find(
    struct lc_record *, const char *id, const char *what, int64_t *n);
/*
 * Whatever was asked for under the id, or redeemed, which is put as "redeem ID";
 * LC_ENOTFOUND without words.
 */
enum lc_err lc_request_number(
    struct lc_record *, const char *id, int64_t *n);
/* What it was answered, a text; not there: LC_ENOTFOUND.  The caller frees. */
enum lc_err lc_answer_put(struct lc_record *, int64_t request, const char *);
enum lc_err lc_answer_find(struct lc_record *, int64_t request, char **);

#endif
