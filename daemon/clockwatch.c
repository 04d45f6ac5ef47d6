/*
 * clockwatch.c - hear when the wall clock is set, or the machine wakes up.
 *
 * A timer that never expires and is canceled by either, which costs nothing
 * meanwhile.  The loop's own timers follow neither.
 */
#include "clockwatch.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "log.h"

static bool
arm(struct clockwatch *clock)
{
	/* As late as the kernel's own clock goes. */
	static const struct itimerspec never = {
		.it_value.tv_sec =
		    (time_t)(sizeof(time_t) > 4 ? INT64_C(9000000000)
						: INT32_MAX),
	};

	return timerfd_settime(clock->watch.fd,
		   TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never,
		   NULL) == 0;
}

static void
ready(void *arg, short revents)
{
	struct clockwatch *clock = arg;
	uint64_t expired;

	(void)revents;
	/* ECANCELED is what it is for. */
	if (read(clock->watch.fd, &expired, sizeof expired) < 0 && !arm(clock))
		log_warn("main", "cannot watch the wall clock any longer: %s",
		    strerror(errno));
	clock->changed(clock->arg);
}

bool
clockwatch_open(struct clockwatch *clock, struct loop *loop)
{
	clock->watch = (struct watch){
		.fd =
		    timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK),
		.events = POLLIN,
		.ready = ready,
		.arg = clock,
	};
	clock->loop = loop;
	return clock->watch.fd >= 0 && arm(clock) &&
	       loop_watch(loop, &clock->watch);
}

void
clockwatch_close(struct clockwatch *clock)
{
	loop_unwatch(clock->loop, &clock->watch);
	if (clock->watch.fd >= 0)
		close(clock->watch.fd);
	clock->watch.fd = -1;
}
