/*
 * plan.h - what a command would do, before it does it: the licenses that go
 * and come, who holds their features, and what would stop.
 *
 * A plan is the result of a request with "review" of licagent-control(7), or
 * an object with "licenses" in its form.
 */
#ifndef LICCTL_PLAN_H
#define LICCTL_PLAN_H

#include <jansson.h>
#include <stdio.h>

#include "ctl.h"

/*
 * Adds to the plan "leases", those on features whose licenses go, and "stops",
 * the features of which less would be left than is in use (feature, version,
 * device, in_use, left).  Returns an exit status.
 */
int plan_complete(struct ctl *, json_t *plan);
/* Prints it; licenses that go are under this head. */
void plan_print(FILE *, const json_t *plan, const char *gone);
/* With --dry-run: completes and prints it, and releases it. */
int plan_only(struct ctl *, json_t *plan, const char *gone);

#endif
