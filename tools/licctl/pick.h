/* pick.h - which license of a feature a command means. */
#ifndef LICCTL_PICK_H
#define LICCTL_PICK_H

#include <jansson.h>

#include "ctl.h"

enum among {
	INSTALLED,        /* not those that came with the device */
	INSTALLED_IF_ANY, /* those too if there are no others */
	ALL,
};

/*
 * The license of the feature args[0] that --index (clmgmtLicenseIndex, which is
 * unique in its device), --store, or the user at the terminal chooses; the
 * caller releases it.  Returns an exit status.
 */
int pick(struct ctl *, enum among, json_t **license);
/* The same among these rows. */
int pick_row(const struct ctl *, const json_t *rows, json_t **license);
/* Describes a license in one line on standard error. */
void print_choice(const json_t *license);
/* Sends a request about a license, and says that it was "cleared", say.
 * Releases the license. */
int change(struct ctl *, json_t *license, json_t *request, const char *outcome);

#endif
