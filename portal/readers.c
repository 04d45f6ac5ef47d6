/* readers.c - see readers.h. */
#include "readers.h"

#include <pthread.h>
#include <stdlib.h>

#include "record/record.h"

struct readers {
	pthread_mutex_t lock;
	pthread_cond_t returned;
	struct lc_record **free; /* a stack */
	unsigned nfree;
};

static enum lc_err
open_all(struct readers *readers, const char *where, unsigned n,
    struct lc_detail *detail)
{
	enum lc_err err = LC_OK;

	while (readers->nfree < n && err == LC_OK) {
		err = lc_record_open(
		    where, &readers->free[readers->nfree], detail);
		if (err == LC_OK)
			readers->nfree++;
	}
	return err;
}

enum lc_err
readers_open(
    const char *dir, unsigned n, struct readers **out, struct lc_detail *detail)
{
	struct readers *readers = calloc(1, sizeof *readers);
	char *where = NULL;
	enum lc_err err = LC_ENOMEM;

	if (readers == NULL)
		return err;
	(void)pthread_mutex_init(&readers->lock, NULL);    /* cannot fail */
	(void)pthread_cond_init(&readers->returned, NULL); /* nor this */
	readers->free = calloc(n, sizeof(struct lc_record *));
	if (readers->free != NULL)
		err = lc_record_place(dir, &where, detail);
	if (err == LC_OK)
		err = open_all(readers, where, n, detail);
	free(where);
	if (err == LC_OK)
		*out = readers;
	else
		readers_close(readers);
	return err;
}

void
readers_close(struct readers *readers)
{
	if (readers == NULL)
		return;
	while (readers->nfree > 0)
		lc_record_close(readers->free[--readers->nfree]);
	free(readers->free);
	(void)pthread_cond_destroy(&readers->returned);
	(void)pthread_mutex_destroy(&readers->lock);
	free(readers);
}

struct lc_record *
readers_take(struct readers *readers)
{
	struct lc_record *record;

	(void)pthread_mutex_lock(&readers->lock);
	while (readers->nfree == 0)
		(void)pthread_cond_wait(&readers->returned, &readers->lock);
	record = readers->free[--readers->nfree];
	(void)pthread_mutex_unlock(&readers->lock);
	return record;
}

void
readers_return(struct readers *readers, struct lc_record *record)
{
	lc_record_tell(record, NULL);
	(void)pthread_mutex_lock(&readers->lock);
	readers->free[readers->nfree++] = record;
	(void)pthread_cond_signal(&readers->returned);
	(void)pthread_mutex_unlock(&readers->lock);
}
