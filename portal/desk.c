/* desk.c - see desk.h. */
#include "desk.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "daemon/buffer.h"
#include "frame.h"

#define READ_SIZE 65536
#define OUT_MAX (64 << 20)
#define IN_MAX (2 * FRAME_MAX)

/* A request under way; free ones are a list. */
struct waiting {
	desk_call *call; /* NULL: free */
	void *arg;
	struct timespec since;
	uint32_t next_free;
};

struct desk {
	int fd, wake; /* wake: there is something to send, or an end */
	void (*gone)(void *arg);
	void *arg;
	pthread_t thread;
	struct buffer in; /* the thread's */
	/* Shared, under the lock. */
	pthread_mutex_t lock;
	struct buffer out;
	struct waiting waiting[DESK_WAITING_MAX];
	uint32_t first_free;
	size_t nwaiting;
	struct histogram groups, seconds;
	bool is_gone, closes;
};

static const double group_bounds[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 0 };
static const double second_bounds[] = { .001, .0025, .005, .01, .025, .05, .1,
	.25, .5, 1, 2.5, 5, 10, 0 };

/* ---- Requests -------------------------------------------------------- */

static void
wake(struct desk *desk)
{
	uint64_t one = 1;

	/* It cannot be full: 2^64 - 1 requests. */
	while (write(desk->wake, &one, sizeof one) < 0 && errno == EINTR)
		;
}

/* As much as goes without waiting; under the lock.  False: it is broken. */
static bool
flush_locked(struct desk *desk)
{
	ssize_t n = 0;

	if (desk->out.len > 0)
		n = send(desk->fd, desk->out.data, desk->out.len,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	buffer_consume(&desk->out, (size_t)n);
	return true;
}

/* Under the lock. */
static bool
put_locked(
    struct desk *desk, enum op op, const char *text, desk_call *call, void *arg)
{
	uint32_t number = desk->first_free;
	struct frame frame = {
		.number = number,
		.kind = (uint16_t)op,
		.body = text,
		.len = strlen(text),
	};
	size_t before = desk->out.len;

	if (desk->is_gone || desk->closes || number == DESK_WAITING_MAX)
		return false;
	if (!frame_put(&desk->out, &frame)) {
		buffer_truncate(&desk->out, before);
		return false;
	}
	desk->first_free = desk->waiting[number].next_free;
	desk->waiting[number].call = call;
	desk->waiting[number].arg = arg;
	(void)clock_gettime(CLOCK_MONOTONIC, &desk->waiting[number].since);
	desk->nwaiting++;
	return true;
}

bool
desk_ask(struct desk *desk, enum op op, const json_t *asked, desk_call *call,
    void *arg)
{
	char *text = json_dumps(asked, JSON_COMPACT);
	bool sent, was_empty, rest = false;

	if (text == NULL)
		return false;
	(void)pthread_mutex_lock(&desk->lock);
	was_empty = desk->out.len == 0;
	sent = put_locked(desk, op, text, call, arg);
	/* The thread sends what is left, and finds out what is broken. */
	if (sent && was_empty) {
		(void)flush_locked(desk);
		rest = desk->out.len > 0;
	}
	(void)pthread_mutex_unlock(&desk->lock);
	free(text);
	if (rest)
		wake(desk);
	return sent;
}

size_t
desk_waiting(struct desk *desk)
{
	size_t n;

	(void)pthread_mutex_lock(&desk->lock);
	n = desk->nwaiting;
	(void)pthread_mutex_unlock(&desk->lock);
	return n;
}

void
desk_count(struct desk *desk, struct desk_counts *counts)
{
	(void)pthread_mutex_lock(&desk->lock);
	counts->groups = desk->groups;
	counts->seconds = desk->seconds;
	(void)pthread_mutex_unlock(&desk->lock);
}

/* ---- Answers --------------------------------------------------------- */

static double
seconds_since(const struct timespec *then)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - then->tv_sec) +
	       (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

/* Takes a request out; false: there is none with this number. */
static bool
take(struct desk *desk, uint32_t number, struct waiting *out)
{
	bool found = false;

	(void)pthread_mutex_lock(&desk->lock);
	if (number < DESK_WAITING_MAX && desk->waiting[number].call != NULL) {
		*out = desk->waiting[number];
		desk->waiting[number].call = NULL;
		desk->waiting[number].next_free = desk->first_free;
		desk->first_free = number;
		desk->nwaiting--;
		histogram_add(&desk->seconds, seconds_since(&out->since));
		found = true;
	}
	(void)pthread_mutex_unlock(&desk->lock);
	return found;
}

/* The first answer of a group has its size. */
static void
group_add(struct desk *desk, unsigned n)
{
	(void)pthread_mutex_lock(&desk->lock);
	histogram_add(&desk->groups, n);
	(void)pthread_mutex_unlock(&desk->lock);
}

static bool
answers_hand_out(struct desk *desk)
{
	struct waiting waiting;
	struct frame frame;
	size_t taken;
	int got;

	while ((got = frame_get(&desk->in, &frame, &taken)) > 0) {
		if (!take(desk, frame.number, &waiting))
			return false;
		if (frame.kind > 0)
			group_add(desk, frame.kind);
		waiting.call(waiting.arg, frame.status, frame.body, frame.len);
		buffer_consume(&desk->in, taken);
	}
	return got == 0;
}

static void
answer_all(struct desk *desk)
{
	static const char body[] =
	    "{\"kind\":\"unavailable\",\"status\":503,\"detail\":\"the "
	    "issuing process has ended; what was asked for may have been "
	    "done: repeat the request with the same key\"}";
	struct waiting waiting;

	(void)pthread_mutex_lock(&desk->lock);
	desk->is_gone = true;
	(void)pthread_mutex_unlock(&desk->lock);
	for (uint32_t i = 0; i < DESK_WAITING_MAX; i++) {
		if (take(desk, i, &waiting))
			waiting.call(waiting.arg, 503, body, sizeof body - 1);
	}
}

/* ---- The thread ------------------------------------------------------ */

static bool
input_read(struct desk *desk)
{
	uint8_t *at = buffer_reserve(&desk->in, READ_SIZE);
	ssize_t n =
	    at != NULL ? recv(desk->fd, at, READ_SIZE, MSG_DONTWAIT) : -1;

	if (at == NULL || n == 0)
		return false;
	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	desk->in.len += (size_t)n;
	return answers_hand_out(desk);
}

static bool
output_send(struct desk *desk)
{
	bool good;

	(void)pthread_mutex_lock(&desk->lock);
	good = flush_locked(desk);
	(void)pthread_mutex_unlock(&desk->lock);
	return good;
}

/* What to wait for; false: it closes, and nothing is under way. */
static bool
events_of(struct desk *desk, short *events)
{
	bool goes_on;

	(void)pthread_mutex_lock(&desk->lock);
	*events = (short)(POLLIN | (desk->out.len > 0 ? POLLOUT : 0));
	goes_on = !desk->closes || desk->nwaiting > 0;
	(void)pthread_mutex_unlock(&desk->lock);
	return goes_on;
}

static bool
turn(struct desk *desk, short events)
{
	struct pollfd fds[] = {
		{ .fd = desk->fd, .events = events },
		{ .fd = desk->wake, .events = POLLIN },
	};
	uint64_t count;

	if (poll(fds, 2, -1) < 0)
		return errno == EINTR;
	if (fds[1].revents != 0 && read(desk->wake, &count, sizeof count) < 0 &&
	    errno != EINTR)
		return false;
	if (!output_send(desk))
		return false;
	return fds[0].revents == 0 || input_read(desk);
}

static void *
run(void *arg)
{
	struct desk *desk = arg;
	bool good = true;
	short events;

	while (good && events_of(desk, &events))
		good = turn(desk, events);
	answer_all(desk);
	if (!good)
		desk->gone(desk->arg);
	return NULL;
}

/* ---- Opening --------------------------------------------------------- */

static void
desk_free(struct desk *desk)
{
	(void)pthread_mutex_destroy(&desk->lock);
	buffer_free(&desk->in);
	buffer_free(&desk->out);
	if (desk->wake >= 0)
		(void)close(desk->wake);
	free(desk);
}

struct desk *
desk_open(int fd, void (*gone)(void *arg), void *arg)
{
	struct desk *desk = calloc(1, sizeof *desk);

	if (desk == NULL)
		return NULL;
	desk->fd = fd;
	desk->gone = gone;
	desk->arg = arg;
	desk->groups.bounds = group_bounds;
	desk->seconds.bounds = second_bounds;
	desk->in = (struct buffer)BUFFER_INIT(IN_MAX);
	desk->out = (struct buffer)BUFFER_INIT(OUT_MAX);
	for (uint32_t i = 0; i < DESK_WAITING_MAX; i++)
		desk->waiting[i].next_free = i + 1;
	(void)pthread_mutex_init(&desk->lock, NULL); /* cannot fail */
	desk->wake = eventfd(0, EFD_CLOEXEC);
	if (desk->wake >= 0 &&
	    pthread_create(&desk->thread, NULL, run, desk) == 0)
		return desk;
	desk_free(desk);
	return NULL;
}

void
desk_end(struct desk *desk)
{
	(void)pthread_mutex_lock(&desk->lock);
	desk->closes = true;
	(void)pthread_mutex_unlock(&desk->lock);
	wake(desk);
	(void)pthread_join(desk->thread, NULL); /* it ends by itself */
	(void)close(desk->fd);
	desk->fd = -1;
}

void
desk_close(struct desk *desk)
{
	if (desk == NULL)
		return;
	if (desk->fd >= 0)
		desk_end(desk);
	desk_free(desk);
}
