/*
 * portal.h - the portal, put together: what its requests work with.
 */
#ifndef PORTAL_PORTAL_H
#define PORTAL_PORTAL_H

#include <stdatomic.h>
#include <time.h>

#include "desk.h"
#include "ops/token.h"
#include "readers.h"
#include "web/http.h"

struct portal {
	struct desk *desk;       /* to the issuing process */
	struct readers *readers; /* connections that read the database */
	struct audit *audit;
	struct hooks *hooks;
	struct mailer *mailer; /* NULL: no mails are sent */
	struct guesses *guesses;
	struct cache *cache;
	const char *dir; /* of the authority */
	const char *url; /* its address for people, without a slash
			    at the end */
	int64_t (*now)(void);
	struct metrics *metrics;
	/* Counted since the start, for /metrics. */
	atomic_ulong slowed;  /* requests of who guessed too often */
	atomic_ulong unknown; /* PAKs and UDIs that do not exist */
};

#endif
