/* slow.c - see slow.h. */
#include "portal/site/slow.h"

#include <pthread.h>
#include <stdlib.h>

#define THREADS_MAX 16

struct job {
	slow_call *call;
	void *arg;
};

struct slow {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct job jobs[SLOW_WAITING_MAX]; /* a ring */
	unsigned first, n;
	bool ends;
	pthread_t threads[THREADS_MAX];
	unsigned nthreads;
};

/* False: it ends, and nothing waits. */
static bool
job_take(struct slow *slow, struct job *job)
{
	bool taken = false;

	(void)pthread_mutex_lock(&slow->lock);
	while (slow->n == 0 && !slow->ends)
		(void)pthread_cond_wait(&slow->changed, &slow->lock);
	if (slow->n > 0) {
		*job = slow->jobs[slow->first];
		slow->first = (slow->first + 1) % SLOW_WAITING_MAX;
		slow->n--;
		taken = true;
	}
	(void)pthread_mutex_unlock(&slow->lock);
	return taken;
}

static void *
run(void *arg)
{
	struct job job;

	while (job_take(arg, &job))
		job.call(job.arg);
	return NULL;
}

bool
slow_do(struct slow *slow, slow_call *call, void *arg)
{
	bool taken = false;

	(void)pthread_mutex_lock(&slow->lock);
	if (slow->n < SLOW_WAITING_MAX && !slow->ends) {
		slow->jobs[(slow->first + slow->n) % SLOW_WAITING_MAX] =
		    (struct job){ call, arg };
		slow->n++;
		taken = true;
		(void)pthread_cond_signal(&slow->changed);
	}
	(void)pthread_mutex_unlock(&slow->lock);
	return taken;
}

struct slow *
slow_open(unsigned threads)
{
	struct slow *slow = calloc(1, sizeof *slow);

	if (slow == NULL)
		return NULL;
	(void)pthread_mutex_init(&slow->lock, NULL);   /* cannot fail */
	(void)pthread_cond_init(&slow->changed, NULL); /* nor this */
	while (slow->nthreads < threads && slow->nthreads < THREADS_MAX &&
	       pthread_create(
		   &slow->threads[slow->nthreads], NULL, run, slow) == 0)
		slow->nthreads++;
	if (slow->nthreads > 0)
		return slow;
	slow_close(slow);
	return NULL;
}

void
slow_end(struct slow *slow)
{
	(void)pthread_mutex_lock(&slow->lock);
	slow->ends = true;
	(void)pthread_cond_broadcast(&slow->changed);
	(void)pthread_mutex_unlock(&slow->lock);
	for (unsigned i = 0; i < slow->nthreads; i++)
		(void)pthread_join(slow->threads[i], NULL);
	slow->nthreads = 0;
}

void
slow_close(struct slow *slow)
{
	if (slow == NULL)
		return;
	slow_end(slow);
	(void)pthread_cond_destroy(&slow->changed);
	(void)pthread_mutex_destroy(&slow->lock);
	free(slow);
}
