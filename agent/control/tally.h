/*
 * tally.h - what is counted of each feature: what its leases hold, requests
 * that were denied, and the line of those that wait (wait.c).
 */
#ifndef AGENT_CONTROL_TALLY_H
#define AGENT_CONTROL_TALLY_H

#include "client.h"

struct waiting; /* wait.c */

struct tally {
	struct tally *next;
	uint32_t device;
	char *feature, *version;
	uint32_t leases;
	uint64_t count;
	uint64_t denied; /* since the daemon started */
	struct waiting *first, **end;
	uint32_t waiting;
	bool held_up; /* somebody in line is next, and too few are left */
};

/* NULL: nothing was ever counted. */
struct tally *tally_find(const struct control *, uint32_t device,
    const char *feature, const char *version);
/*
 * Finds it, or makes it; it stays until tallies_free.  Only for features that
 * the configuration names or that the core has a license of: they are few.
 * NULL: out of memory.
 */
struct tally *tally_get(struct control *, uint32_t device, const char *feature,
    const char *version);
void tallies_free(struct control *);

#endif
