/*
 * check.h - checks of all that is on disk: the request "check".
 */
#ifndef AGENT_CONTROL_CHECK_H
#define AGENT_CONTROL_CHECK_H

#include "call.h"

/*
 * Each turn of the loop does a slice of one check, so that others are served
 * between the slices; the answer follows when the check is over.  A client has
 * one at a time.
 */
void check_begin(const struct call *);

/* What the core tells while a slice of a check runs is a finding. */
void check_notice(struct control *, enum lc_err, const char *text);

/* A client goes, and its check with it. */
void check_drop(struct client *);

void check_init(struct control *);
void check_free(struct control *);

#endif
