/* metrics.h - what the portal counts, for Prometheus. */
#ifndef PORTAL_METRICS_H
#define PORTAL_METRICS_H

#include <stdatomic.h>

#include "web/route.h"

struct metrics;

/* The routes of the operations stay the caller's; NULL: no memory. */
struct metrics *metrics_new(const struct web_route *, size_t n);
void metrics_free(struct metrics *);

/*
 * Where the answers of a request are counted, for web_count: those of an
 * operation, by its place among the routes; of a page; or of neither.
 */
atomic_ulong *metrics_operation(struct metrics *, size_t i);
atomic_ulong *metrics_pages(struct metrics *);
atomic_ulong *metrics_others(struct metrics *);

/* A request was refused; kind is that of its problem (web/answer.h). */
void metrics_refused(struct metrics *, const char *kind);

#endif
