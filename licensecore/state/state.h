/*
 * state.h - what is on disk, and what it takes to read and write it.
 *
 * The folder state/ has the only SQL.  It loads and saves what rules/ defines;
 * it uses base/, format/ and rules/, and decides nothing about licenses.
 */
#ifndef LC_STATE_H
#define LC_STATE_H

#include "base/host.h"
#include "devkey.h"
#include "rules/clock.h"

struct lc_db;

struct lc_state {
	const struct lc_host *host;
	char *dir;
	struct lc_db *db;		/* persistence file, copy, stores */
	struct lc_devkey *devkey;
	uint8_t mac_key[LC_MAC_KEY_LEN];	/* seal.c */
	struct lc_time time;
	int64_t serial;		/* of the last change that was committed */

	/* Events of the running change, published once it is committed. */
	struct {
		struct lc_event *list;
		size_t n, room;
	} pending;
};

/* The time that licenses go by: both, or one of them. */
struct lc_instant lc_instant(const struct lc_state *);
int64_t lc_now(const struct lc_state *);	/* seconds, never backwards */
int64_t lc_boot_ms(const struct lc_state *);

#endif
