/*
 * journal.h - permission tickets that were processed, and the answers to them.
 *
 * They are records ("rehost") of the history, so that none can be lost or
 * changed unseen, and are committed with what the tickets did.
 */
#ifndef LC_JOURNAL_H
#define LC_JOURNAL_H

#include "lc.h"

/* A ticket, and its answer: the rehost ticket that the device signed. */
struct lc_journal {
	char kid[LC_DIGEST_LEN + 1];	/* who issued the ticket */
	uint32_t seq;			/* its number among that key's */
	char digest[LC_DIGEST_LEN + 1];
	char *answer;			/* the caller frees it */
};

/* Within a change. */
enum lc_err lc_journal_add(struct lc *, const char *udi, const char *id,
    const struct lc_journal *, const char *by);

/* LC_ENOTFOUND; LC_EDAMAGED: the answer is not what this device signed. */
enum lc_err lc_journal_find(struct lc *, const char *udi, const char *id,
    struct lc_journal *);
/* The last of those that this key issued; kid NULL: of all. */
enum lc_err lc_journal_last(struct lc *, const char *udi, const char *kid,
    struct lc_journal *);

#endif
