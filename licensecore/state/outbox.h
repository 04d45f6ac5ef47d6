/*
 * outbox.h - events that wait for their delivery, as JSON texts.
 */
#ifndef LC_OUTBOX_H
#define LC_OUTBOX_H

#include "state.h"

/*
 * Within a change.  When more than LC_QUEUE_MAX wait, the oldest is dropped,
 * and counted.
 */
enum lc_err lc_outbox_add(struct lc_state *, const char *body, uint64_t *seq);
/* The first one above `after`; the caller frees.  LC_ENOTFOUND. */
enum lc_err lc_outbox_next(struct lc_state *, uint64_t after, uint64_t *seq,
    char **body);
/* Within a change: all up to and including seq were delivered. */
enum lc_err lc_outbox_done(struct lc_state *, uint64_t seq);

int64_t lc_outbox_length(struct lc_state *);
int64_t lc_outbox_dropped(const struct lc_state *);

#endif
