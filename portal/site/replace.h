/* replace.h - the check before a device is replaced. */
#ifndef PORTAL_REPLACE_H
#define PORTAL_REPLACE_H

#include "portal/site/visit.h"

/*
 * Adds to the licenses of the old device "due", until when it has to be
 * returned, and "is_again": this replacement was made before.
 */
void replace_look(const struct visit *, const json_t *fields, json_t *value);

#endif
