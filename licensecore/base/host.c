/* host.c - the program around the core: host.h. */
#include "host.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

void
lc_notice(const struct lc_host *host, enum lc_err err, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	if (host->notice == NULL)
		return;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	host->notice(host->arg, err, text);
}

/* Milliseconds; -1: there is no such clock. */
static int64_t
system_boot_ms(void)
{
	struct timespec ts;

	/* Since Linux 2.6.39; the other one stops while the machine sleeps. */
	if (clock_gettime(CLOCK_BOOTTIME, &ts) != 0 &&
	    clock_gettime(CLOCK_MONOTONIC, &ts) != 0)
		return -1;
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

bool
lc_host_has_clocks(const struct lc_host *host)
{
	return (host->clock.wall != NULL || time(NULL) != (time_t)-1) &&
	    (host->clock.boot_ms != NULL || system_boot_ms() >= 0);
}

enum lc_err
lc_host_asks(const struct lc_host *host)
{
	return host->stop != NULL && host->stop(host->arg) ? LC_ESTOPPED :
	    LC_OK;
}

int64_t
lc_host_wall(const struct lc_host *host)
{
	return host->clock.wall != NULL ? host->clock.wall(host->clock.arg) :
	    (int64_t)time(NULL);
}

int64_t
lc_host_boot_ms(const struct lc_host *host)
{
	return host->clock.boot_ms != NULL ?
	    host->clock.boot_ms(host->clock.arg) : system_boot_ms();
}
