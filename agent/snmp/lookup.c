/*
 * lookup.c - the addresses of a host name, without waiting for them.
 *
 * getaddrinfo() waits for name servers, and nothing ends it early.  So each
 * lookup has a thread, which shares nothing with the loop but a socket: it
 * owns its question, sends one answer, and ends.  Whether anybody still reads
 * the answer is nothing to it.
 */
#include "lookup.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct lookup {
	struct loop *loop;
	struct watch watch;
	lookup_found *found;
	void *arg;
};

struct question {
	int fd;
	struct endpoint endpoint;
};

/* One message; without addresses, error says why. */
struct answer {
	int error; /* of getaddrinfo() */
	int cause; /* errno, of EAI_SYSTEM */
	struct addresses addresses;
};

/* ---- The thread ---- */

static void
collect(const struct addrinfo *found, struct addresses *out)
{
	for (; found != NULL && out->n < ADDRESSES_MAX;
	     found = found->ai_next) {
		struct address *to = &out->at[out->n];

		memcpy(&to->to, found->ai_addr, found->ai_addrlen);
		to->len = found->ai_addrlen;
		out->n++;
	}
}

static void *
look_up(void *arg)
{
	static const struct addrinfo hints = { .ai_flags = AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM };
	struct question *question = arg;
	struct addrinfo *found;
	struct answer answer;

	memset(&answer, 0, sizeof answer);
	answer.error = getaddrinfo(
	    question->endpoint.host, question->endpoint.port, &hints, &found);
	answer.cause = errno;
	if (answer.error == 0) {
		collect(found, &answer.addresses);
		freeaddrinfo(found);
	}
	/* Nobody reads it: the lookup was cancelled. */
	(void)send(question->fd, &answer, sizeof answer, MSG_NOSIGNAL);
	close(question->fd);
	free(question);
	return NULL;
}

/* Signals are for the loop's thread.  Returns 0, or the error. */
static int
start_thread(struct question *question)
{
	sigset_t all, before;
	pthread_attr_t attributes;
	pthread_t thread;
	int error = pthread_attr_init(&attributes);

	if (error != 0)
		return error;
	sigfillset(&all);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, &attributes, look_up, question);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return error;
}

/* ---- The loop ---- */

static const char *
cause_text(const struct answer *answer)
{
	if (answer->error == EAI_SYSTEM)
		return strerror(answer->cause);
	return gai_strerror(answer->error);
}

static void
ready(void *arg, short revents)
{
	struct lookup *lookup = arg;
	lookup_found *found = lookup->found;
	void *found_arg = lookup->arg;
	struct answer answer = { .error = EAI_SYSTEM, .cause = EIO };

	(void)revents;
	if (recv(lookup->watch.fd, &answer, sizeof answer, 0) !=
	    (ssize_t)sizeof answer)
		answer.addresses.n = 0;
	lookup_cancel(lookup);
	found(found_arg, &answer.addresses,
	    answer.addresses.n == 0 ? cause_text(&answer) : NULL);
}

struct lookup *
lookup_start(struct loop *loop, const struct endpoint *endpoint,
    lookup_found *found, void *arg)
{
	struct lookup *lookup = calloc(1, sizeof *lookup);
	struct question *question = calloc(1, sizeof *question);
	int ends[2] = { -1, -1 }, error = ENOMEM;

	if (lookup == NULL || question == NULL)
		goto out;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
		error = errno;
		goto out;
	}
	*lookup = (struct lookup){ loop,
		{ .fd = ends[0],
		    .events = POLLIN,
		    .ready = ready,
		    .arg = lookup },
		found, arg };
	*question = (struct question){ ends[1], *endpoint };
	if (!loop_watch(loop, &lookup->watch))
		goto out;
	if ((error = start_thread(question)) == 0)
		return lookup;
	loop_unwatch(loop, &lookup->watch);
out:
	if (ends[0] >= 0) {
		close(ends[0]);
		close(ends[1]);
	}
	free(lookup);
	free(question);
	errno = error;
	return NULL;
}

void
lookup_cancel(struct lookup *lookup)
{
	if (lookup == NULL)
		return;
	loop_unwatch(lookup->loop, &lookup->watch);
	close(lookup->watch.fd);
	free(lookup);
}
