/*
 * view.h - what the views of licenses start from: all rows of the chosen
 * devices, the counts over them, and lines that several views have.
 */
#ifndef LICCTL_VIEW_H
#define LICCTL_VIEW_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "ctl.h"

struct group;

struct view {
	json_t *devices, *stores, *features, *licenses;
	struct group *groups; /* of additive licenses */
	size_t ngroups;
};

/* What a view prints of one device. */
typedef void view_print(
    const struct ctl *, const struct view *, const json_t *device);

/*
 * Shows the licenses that `keep` keeps (NULL: all), of the master unless
 * devices were chosen, or as JSON of all devices.  An argument of the command is a feature, and must exist.  Returns an
 * exit status.
 */
int view_show(
    struct ctl *, bool (*keep)(const json_t *license), view_print *print);

/* NULL: the row of its store did not come. */
const json_t *store_of(const struct view *, const json_t *license);
const char *store_text(const json_t *store);

/* "\tNAME: VALUE". */
void print_field(const char *name, const char *value);
void print_state(const json_t *license);
/* Of the license, with those that serve its feature together with it; */
void print_count(const struct view *, const json_t *license);
/* or of it alone. */
void print_own_count(const struct view *, const json_t *license);

#endif
