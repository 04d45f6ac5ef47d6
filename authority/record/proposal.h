/*
 * proposal.h - what one person proposes and another one has to confirm.  A
 * proposal is an entry of the log, and so is its end.
 */
#ifndef LC_RECORD_PROPOSAL_H
#define LC_RECORD_PROPOSAL_H

#include "record.h"

/* While writing.  says is what is proposed; id is drawn. */
enum lc_err lc_proposal_put(
    struct lc_record *, const char *says, char id[LC_NEW_ID_LEN + 1]);
/* It was confirmed, or dropped; says is more about that. */
enum lc_err lc_proposal_end(struct lc_record *, const char *id,
    bool is_confirmed, const char *says);

struct lc_proposal {
	const char *id, *who, *says; /* who proposed it */
	int64_t at;
};
/*
 * Those that nobody has ended, the oldest first, until one call fails; that
 * error is returned.  id: this one alone; NULL: all.
 */
typedef enum lc_err lc_proposal_call(void *arg, const struct lc_proposal *);
enum lc_err lc_proposals(
    struct lc_record *, const char *id, lc_proposal_call *, void *arg);

#endif
