/*
 * host.h - the program around the core: its clocks, and what it is told.
 */
#ifndef LC_HOST_H
#define LC_HOST_H

#include "licensecore.h"

struct lc_host {
	struct lc_clock clock;
	void (*notice)(void *arg, enum lc_err, const char *text);
	void (*event)(void *arg, const struct lc_event *);
	void (*lease)(void *arg, struct lc_lease *);
	bool (*stop)(void *arg);	/* while the core is being opened */
	void *arg;
};

/* Tells the host; text as for printf, cut to 1,023 bytes. */
void lc_notice(const struct lc_host *, enum lc_err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* LC_ESTOPPED: it asks for the end of an opening. */
enum lc_err lc_host_asks(const struct lc_host *);

/*
 * False: a clock of the system cannot be read, as when a filter of system
 * calls refuses it.  Then the functions below return -1.
 */
bool lc_host_has_clocks(const struct lc_host *);

/* Its clocks, or the system's: seconds since 1970, and milliseconds. */
int64_t lc_host_wall(const struct lc_host *);
int64_t lc_host_boot_ms(const struct lc_host *);

#endif
