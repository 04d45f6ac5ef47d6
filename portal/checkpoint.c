/*
 * checkpoint.c - see checkpoint.h.
 *
 * A passive checkpoint holds up nobody, but the log begins anew only if nobody
 * writes at its end.  Under load that does not happen: then it is made to,
 * while no request waits, or whatever waits once the log is very long.
 */
#include "checkpoint.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "daemon/log.h"
#include "db/db.h"
#include "record/record.h"

#define EACH_MS 1000
#define GAP_MS 10           /* between looks for a gap */
#define LOG_LONG 4096       /* pages of 4 KB */
#define LOG_TOO_LONG 131072 /* 512 MB */

struct checkpoint {
	struct lc_record *record;
	struct desk *desk;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	bool ends; /* under the lock */
	bool is_failing;
};

/* False: it ends. */
static bool
wait_ms(struct checkpoint *c, long ms)
{
	struct timespec until;
	bool ends;

	(void)clock_gettime(CLOCK_REALTIME, &until); /* cannot fail */
	until.tv_nsec += ms * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	(void)pthread_mutex_lock(&c->lock);
	if (!c->ends)
		(void)pthread_cond_timedwait(&c->ended, &c->lock, &until);
	ends = c->ends;
	(void)pthread_mutex_unlock(&c->lock);
	return !ends;
}

/* The log's length in pages; 0 if it cannot be copied. */
static int64_t
copy(struct checkpoint *c, bool restart)
{
	int64_t pages;
	enum db_err err = db_checkpoint(c->record->db, restart, &pages);

	if (err == DB_OK) {
		c->is_failing = false;
		return pages;
	}
	if (!c->is_failing)
		log_warn("database",
		    "cannot make a checkpoint: %s; trying again each second",
		    db_words(c->record->db));
	c->is_failing = true;
	return 0;
}

/* False: it ends. */
static bool
gap_find(struct checkpoint *c)
{
	for (int i = 0; i < EACH_MS / GAP_MS; i++) {
		if (desk_waiting(c->desk) == 0) {
			(void)copy(c, true);
			break;
		}
		if (!wait_ms(c, GAP_MS))
			return false;
	}
	return true;
}

static void *
run(void *arg)
{
	struct checkpoint *c = arg;

	while (wait_ms(c, EACH_MS)) {
		int64_t pages = copy(c, false);

		if (pages > LOG_TOO_LONG)
			(void)copy(c, true);
		else if (pages > LOG_LONG && !gap_find(c))
			break;
	}
	return NULL;
}

static void
checkpoint_free(struct checkpoint *c)
{
	lc_record_close(c->record);
	(void)pthread_cond_destroy(&c->ended);
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
}

enum lc_err
checkpoint_open(const char *dir, struct desk *desk, struct checkpoint **out,
    struct lc_detail *detail)
{
	struct checkpoint *c = calloc(1, sizeof *c);
	char *where = NULL;
	enum lc_err err;

	if (c == NULL)
		return LC_ENOMEM;
	c->desk = desk;
	(void)pthread_mutex_init(&c->lock, NULL); /* cannot fail */
	(void)pthread_cond_init(&c->ended, NULL); /* nor this */
	if ((err = lc_record_place(dir, &where, detail)) == LC_OK)
		err = lc_record_open(where, &c->record, detail);
	free(where);
	if (err == LC_OK && pthread_create(&c->thread, NULL, run, c) != 0)
		err = LC_ENOMEM;
	if (err == LC_OK)
		*out = c;
	else
		checkpoint_free(c);
	return err;
}

void
checkpoint_close(struct checkpoint *c)
{
	if (c == NULL)
		return;
	(void)pthread_mutex_lock(&c->lock);
	c->ends = true;
	(void)pthread_cond_signal(&c->ended);
	(void)pthread_mutex_unlock(&c->lock);
	(void)pthread_join(c->thread, NULL); /* it ends by itself */
	checkpoint_free(c);
}
