/*
 * hook.h - threads that tell events to webhooks, with retries over days.
 *
 * At least once: a receiver tells repetitions by the id.  Each webhook is one
 * thread's of one portal at a time, and gets its events in order.
 */
#ifndef PORTAL_HOOK_H
#define PORTAL_HOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "desk.h"

struct hooks;

struct hook_options {
	const char *dir;     /* of the authority */
	const char *ca_file; /* NULL: the system's */
	bool may_private;    /* addresses of private networks are fine */
	uint32_t retry_s;    /* until the first retry; then twice as long */
	uint32_t give_up_s;  /* after so long it is stopped */
};

struct hook_counts {
	unsigned long delivered, failed, stopped;
};

/* Borrows the options' texts.  NULL: no memory or no thread. */
struct hooks *hooks_open(const struct hook_options *, struct desk *);
/* Breaks off what is under way; NULL is fine. */
void hooks_close(struct hooks *);
void hooks_count(struct hooks *, struct hook_counts *);

#endif
