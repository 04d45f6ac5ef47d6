/* host_test.c - clocks of the system that cannot be read. */
#include "base/host.h"

#include <errno.h>
#include <time.h>

#include "check.h"
#include "device.h"

/* ---- The calls, as the linker leads them here ------------------------ */

int __real_clock_gettime(clockid_t clock, struct timespec *ts);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ts);
int __wrap___clock_gettime64(clockid_t clock, struct timespec *ts)
    __attribute__((alias("__wrap_clock_gettime")));
time_t __wrap_time(time_t *t);
time_t __wrap___time64(time_t *t) __attribute__((alias("__wrap_time")));

static bool no_boot, no_clock, no_time;

int
__wrap_clock_gettime(clockid_t clock, struct timespec *ts)
{
	if (no_clock || (no_boot && clock == CLOCK_BOOTTIME)) {
		errno = EPERM;
		return -1;
	}
	*ts = (struct timespec){ clock == CLOCK_BOOTTIME ? 20 : 10, 5000000 };
	return 0;
}

time_t
__wrap_time(time_t *t)
{
	(void)t;
	if (no_time) {
		errno = EOVERFLOW;
		return -1;
	}
	return 1800000000;
}

static int64_t
wall(void *arg)
{
	(void)arg;
	return 1700000000;
}

static int64_t
boot_ms(void *arg)
{
	(void)arg;
	return 7;
}

/* ---- What is tried --------------------------------------------------- */

static void
system_clocks(void)
{
	const struct lc_host host = { .arg = NULL };

	CHECK(lc_host_has_clocks(&host));
	CHECK_INT(lc_host_boot_ms(&host), 20005);
	CHECK_INT(lc_host_wall(&host), 1800000000);
	no_boot = true;
	CHECK(lc_host_has_clocks(&host));
	CHECK_INT(lc_host_boot_ms(&host), 10005);
	no_clock = true;
	CHECK(!lc_host_has_clocks(&host));
	CHECK_INT(lc_host_boot_ms(&host), -1);
	no_boot = no_clock = false;
	no_time = true;
	CHECK(!lc_host_has_clocks(&host));
	CHECK_INT(lc_host_wall(&host), -1);
	no_time = false;
}

/* Then those of the system do not matter. */
static void
other_clocks(void)
{
	const struct lc_host host = { .clock = { wall, boot_ms, NULL } };

	no_clock = no_time = true;
	CHECK(lc_host_has_clocks(&host));
	CHECK_INT(lc_host_wall(&host), 1700000000);
	CHECK_INT(lc_host_boot_ms(&host), 7);
	no_clock = no_time = false;
}

/* Nothing is made, and the next attempt begins anew. */
static void
opening(void)
{
	struct device *device = device_new();
	struct lc_options options = device->options;
	struct lc_detail detail = { "" };
	struct lc *lc = NULL;

	options.clock = (struct lc_clock){ NULL, NULL, NULL };
	no_clock = true;
	CHECK_ERR(lc_open(&options, &lc, &detail), LC_EIO, &detail);
	no_clock = false;
	CHECK_HAS(detail.text, "clock cannot be read: Operation not permitted");
	CHECK(lc == NULL);
	CHECK_ERR(lc_open(&options, &lc, &detail), LC_OK, &detail);
	lc_close(lc);
	device_free(device);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "the system's clocks", system_clocks },
		{ "clocks of the host", other_clocks },
		{ "opening the core", opening },
	};

	return check_main("host", tests, CHECK_COUNT(tests), argc, argv);
}
