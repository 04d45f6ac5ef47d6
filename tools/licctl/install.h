/* install.h - the end of every installation: agreements, and what became of
 * each license. */
#ifndef LICCTL_INSTALL_H
#define LICCTL_INSTALL_H

#include <jansson.h>
#include <stdbool.h>

#include "ctl.h"

/* The daemon's answer, which it takes: a review, which is confirmed, or what
 * was installed.  Returns an exit status. */
int finish_installation(struct ctl *, bool review, json_t *result);

#endif
