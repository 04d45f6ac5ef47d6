/*
 * log.h - the log: everything that an authority did, in order, so that a row
 * changed, removed or inserted by other means is found.
 *
 * Entries count from 1 without a gap.  The digest of an entry is the SHA-256 of
 * the digest before it and of all that the entry says; for a license also of
 * its row, which has the entry's number.  Every other row that matters is
 * written to the log as an image, and the last image of a row is what it has to
 * look like.  Each commit signs the last digest: a checkpoint.
 */
#ifndef LC_LOG_H
#define LC_LOG_H

#include "record.h"

/*
 * Adds an entry; kind is a word, subject what it is about, says a row of text.
 * Only while writing.
 */
enum lc_err lc_log_add(struct lc_record *, const char *kind,
    const char *subject, const char *says);

/* Adds the image of a row of a table (lc_images) as it is now. */
enum lc_err lc_log_row(
    struct lc_record *, const char *table, const char *key);
enum lc_err lc_log_row_n(struct lc_record *, const char *table, int64_t key);
/* A number as a text, for it. */
#define LC_NUMBER_SIZE 24
const char *lc_log_number(char text[LC_NUMBER_SIZE], int64_t);
/* The same of a row whose columns, in the order of lc_images, were just sent;
   NULL is SQL's. */
enum lc_err lc_log_values(struct lc_record *, const char *table,
    const char *key, const char *const *values);
/* The row was removed. */
enum lc_err lc_log_gone(
    struct lc_record *, const char *table, const char *key);

/* The number of the last entry; 0: none. */
enum lc_err lc_log_head(struct lc_record *, int64_t *n);

/* A row of the table license; the entry has its number, n + 1. */
struct lc_license_row {
	int64_t n;
	const char *id, *udi, *feature;
	int64_t ends;       /* LC_NO_TIME if not a subscription */
	const char *source; /* how it came about: lc_origin */
	const char *sku;    /* "" if none */
	int64_t pak_line;   /* 0 if none */
	int64_t units;
	int64_t request; /* 0 if none */
	const char *line;
};
enum lc_err lc_log_license(
    struct lc_record *, const struct lc_license_row *);

/*
 * The digest of an entry, from the one before it, in place.  row is NULL unless
 * it is a license's.
 */
struct lc_entry {
	int64_t n, at;
	const char *who, *kind, *subject, *says;
};
enum lc_err lc_log_digest(uint8_t digest[LC_LOG_DIGEST],
    const struct lc_entry *, const struct lc_license_row *row);

#endif
