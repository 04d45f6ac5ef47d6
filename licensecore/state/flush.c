/* flush.c - see flush.h. */
#include "flush.h"

#include <signal.h>

static void *
flush(void *arg)
{
	struct lc_flush *f = arg;

	for (int i = 0; i < 2; i++) {
		if (f->files[i] != NULL)
			lc_db_flush(f->files[i]);
	}
	atomic_store(&f->over, true);
	return NULL;
}

/* Signals are for the program's own threads. */
void
lc_flush_begin(struct lc_flush *f, struct lc_db *first, struct lc_db *second)
{
	sigset_t all, before;

	f->files[0] = first;
	f->files[1] = second;
	atomic_store(&f->over, false);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	f->runs = lc_db_is_for_threads() &&
	    pthread_create(&f->thread, NULL, flush, f) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

bool
lc_flush_is_over(const struct lc_flush *f)
{
	return !f->runs || atomic_load(&f->over);
}

void
lc_flush_end(struct lc_flush *f)
{
	if (f->runs)
		(void)pthread_join(f->thread, NULL);
	f->runs = false;
}
