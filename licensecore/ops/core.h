/* core.h - what hangs off a struct lc, for the core's own files. */
#ifndef LC_CORE_H
#define LC_CORE_H

#include <jansson.h>

#include "licensecore.h"

struct lc_db;
struct lc_devkey;
struct lc_model;
struct lc_use;

struct lc {
	char *state_dir;
	int lock_fd;			/* held while the core is open */
	struct lc_db *db;
	struct lc_devkey *devkey;
	bool key_made;			/* just now: the device is new */
	uint8_t mac_key[32];		/* seal.c */
	struct {
		int64_t high;	/* a time that was, and */
		int64_t high_ms;	/* the boot time then */
		bool told;	/* that the clock is below it */
		bool watched;	/* since the core was opened */
		int64_t serial;	/* of the last change that was committed */
		/* What the time was at least before the clock was set far
		   ahead (milliseconds), and how long it has been since. */
		int64_t floor_ms, floor_at_ms;	/* and the boot time then */
		int64_t ahead_ms;
	} time;
	int64_t settled_ms;	/* schedule.c: boot time when programs that
				   held leases before have come back */
	uint64_t keys;		/* raised when other keys come into force */
	bool switches[LC_NSWITCHES];
	bool eula_standing;		/* eula.c */

	/* What is used, by device, feature and version. */
	struct lc_use **uses;
	size_t nuses;

	/* When lc_tick has to do something; boot time, INT64_MAX: never. */
	struct {
		bool known;
		int64_t expire_ms;	/* a meter reaches its period */
		int64_t flush_ms;	/* meters have to be recorded */
		int64_t tell_ms;	/* schedule.c has something to tell */
		int64_t look_ms;	/* removable stores may have come */
	} due;

	/* The part that lc_reconfigure replaces. */
	struct lc_model *model;
	struct lc_clock clock;
	int64_t flush_ms;
	void (*notice)(void *arg, enum lc_err, const char *text);
	void (*event)(void *arg, const struct lc_event *);
	void (*lease)(void *arg, struct lc_lease *);
	void *arg;

	/* Events of the running transaction, told once it is committed. */
	struct {
		struct lc_event *list;
		size_t n, room;
	} pending;
	/* What lc_history_next handed out last; texts are copies. */
	struct lc_history record;
	char *record_texts[4];

	/* What lc_event_next handed out last, and the memory behind it. */
	struct lc_event next;
	json_t *next_body;
};

/* Tells the host; text as for printf, cut to a struct lc_detail. */
void lc_notice(const struct lc *, enum lc_err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
