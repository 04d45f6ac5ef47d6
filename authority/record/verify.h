/* verify.h - is the database what the log says? */
#ifndef LC_VERIFY_H
#define LC_VERIFY_H

#include "record.h"

struct lc_key;

struct lc_verify {
	/* Called for each fault, with a sentence. */
	void (*found)(void *arg, const char *what);
	/* Called now and then; NULL is fine. */
	void (*progress)(void *arg, int64_t entries, int64_t of);
	void *arg;
	/* Results. */
	int64_t entries, licenses, faults;
	int64_t at; /* time of the last entry */
	uint8_t digest[LC_LOG_DIGEST]; /* of the last entry */
};

/*
 * Compares every entry with the one before it, every license and every other
 * row with its entry, the units used of each PAK with the licenses that used
 * them, and the signature of the last checkpoint.  Others may write meanwhile.
 * earlier (may be NULL) is a checkpoint that was kept elsewhere: the log has
 * to contain it.  Faults are no error; LC_ELINE, LC_EKEY, LC_ESIGNATURE: the
 * earlier checkpoint is not one of this authority; otherwise as
 * lc_record_begin.
 */
enum lc_err lc_record_verify(struct lc_record *, const char *earlier,
    struct lc_verify *, struct lc_detail *);

/* The last checkpoint, signed text; the caller frees.  LC_ENOTFOUND: none. */
enum lc_err lc_record_checkpoint(
    struct lc_record *, char **text, struct lc_detail *);

#endif
