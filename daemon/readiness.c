/* readiness.c - telling whoever started the daemon how far it is. */
#include "readiness.h"

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#include <time.h>

void
readiness_ready(void)
{
	(void)sd_notify(0, "READY=1"); /* nobody need be listening */
}

void
readiness_reloading(void)
{
	struct timespec now = { 0 }; /* stands still where it is refused */

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

void
readiness_stopping(void)
{
	(void)sd_notify(0, "STOPPING=1");
}

#else

void
readiness_ready(void)
{
}

void
readiness_reloading(void)
{
}

void
readiness_stopping(void)
{
}

#endif
