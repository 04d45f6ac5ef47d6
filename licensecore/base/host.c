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

int64_t
lc_host_wall(const struct lc_host *host)
{
	return host->clock.wall != NULL ? host->clock.wall(host->clock.arg) :
	    (int64_t)time(NULL);
}

int64_t
lc_host_boot_ms(const struct lc_host *host)
{
	struct timespec ts;

	if (host->clock.boot_ms != NULL)
		return host->clock.boot_ms(host->clock.arg);
	(void)clock_gettime(CLOCK_BOOTTIME, &ts);	/* exists since 2.6.39 */
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}
