/* lease.h - the leases that programs hold through the control socket. */
#ifndef AGENT_CONTROL_LEASE_H
#define AGENT_CONTROL_LEASE_H

#include "call.h"

/* How many of a feature are held, by all clients. */
struct tally {
	struct tally *next;
	uint32_t device;
	char *feature, *version;
	uint32_t leases;
	uint64_t count;
};

void lease_checkout(const struct call *);
void lease_release(const struct call *);
/* Its client is told. */
void lease_changed(struct lc_lease *);
void client_leases_drop(struct client *);

void tallies_free(struct control *);
/* NULL: none was ever held. */
const struct tally *tally_find(const struct control *, uint32_t device,
    const char *feature, const char *version);
/* The i-th lease, as leases are shown. */
json_t *lease_json(const struct client *, size_t i);
uint32_t lease_number(const struct client *, size_t i);

#endif
