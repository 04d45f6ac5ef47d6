/*
 * clocks.c - loaded before the C library: the wall clock and boot time, each
 * put forward by what the file $CLOCKS says, "WALL BOOT" in seconds.
 *
 * So a test sets the clock of one process, or has the machine sleep for it,
 * while it goes on otherwise.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

typedef int clock_function(clockid_t, struct timespec *);

EXPORT int clock_gettime(clockid_t, struct timespec *);
EXPORT time_t time(time_t *);

/* Nothing here allocates: it is called from everywhere. */
static void
offsets(long long *wall, long long *boot)
{
	const char *path = getenv("CLOCKS");
	int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	char text[64] = "", *end;

	if (fd >= 0) {
		if (read(fd, text, sizeof text - 1) < 0)
			text[0] = '\0';
		close(fd);
	}
	*wall = strtoll(text, &end, 10);
	*boot = strtoll(end, NULL, 10);
}

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	static clock_function *real;
	long long wall, boot;
	int result;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	result = real(id, ts);
	if (result != 0 || (id != CLOCK_REALTIME && id != CLOCK_BOOTTIME))
		return result;
	offsets(&wall, &boot);
	ts->tv_sec += (time_t)(id == CLOCK_REALTIME ? wall : boot);
	return 0;
}

time_t
time(time_t *out)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	if (out != NULL)
		*out = ts.tv_sec;
	return ts.tv_sec;
}
