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
 * The license of the feature args[0] that --index, --store, or the user at the
 * terminal chooses; the caller releases it.  Returns an exit status.
 */
int pick(struct ctl *, enum among, json_t **license);
/* The same among these rows. */
int pick_row(const struct ctl *, const json_t *rows, json_t **license);
/* Describes a license in one line on standard error, its number first. */
void print_choice(size_t number, const json_t *license);
/* Sends a request about a license, and releases that. */
int change(struct ctl *, json_t *license, json_t *request);

#endif
