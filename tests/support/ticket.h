/* ticket.h - permission tickets for tests, and what devices answer. */
#ifndef TICKET_H
#define TICKET_H

#include "device.h"
#include "licenseauthority.h"

struct ticket {
	const char *id;
	uint32_t seq;
	const char *udi;		/* NULL: ISSUER_UDI */
	const char *remove[8];		/* up to the first NULL */
	struct lc_terms add[4];
	size_t nadd;
	const char *device;		/* NULL: any device key */
	const char *eula;		/* a text that goes with it, or NULL */
};

/* The file, which the caller frees; ends the test on failure. */
char *ticket_file(const struct issuer *, const struct ticket *);

/* Runs an action on such a file; the caller frees it. */
struct lc_action *ticket_run(struct device *, enum lc_action_kind,
    const char *file, struct lc_request);
/* The same for a ticket to process. */
struct lc_action *ticket_process(struct device *, const struct ticket *,
    struct lc_request);

/* A statement out of an action's output, its signature verified. */
struct lc_statement *ticket_output(const struct lc_action *,
    enum lc_statement_kind);

#endif
