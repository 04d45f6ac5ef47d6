/* lease.h - the leases that programs hold through the control socket. */
#ifndef AGENT_CONTROL_LEASE_H
#define AGENT_CONTROL_LEASE_H

#include "call.h"
#include "quota.h"
#include "tally.h"

/*
 * Takes a lease, within the user's quota; *number is what it is called on its
 * connection.  Errors as of lc_checkout.
 */
enum lc_err lease_take(struct client *, const struct quota_request *,
    uint32_t *number, struct lc_detail *);
/* The answer to its client. */
void lease_answer(const struct call *, uint32_t number);

void lease_release(const struct call *);
/* An administrator ends the lease of another client. */
void lease_end(const struct call *);
/* Its client is told. */
void lease_changed(struct lc_lease *);
void client_leases_drop(struct client *);

/* The i-th lease, as leases are shown. */
json_t *lease_json(const struct client *, size_t i);
uint32_t lease_number(const struct client *, size_t i);

#endif
