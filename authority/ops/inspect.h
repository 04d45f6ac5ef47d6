/* inspect.h - what ops/ shares about looking into files. */
#ifndef LC_INSPECT_H
#define LC_INSPECT_H

#include "licenseauthority.h"

struct lc_trust;

/* The keys of a directory, as lc_inspect takes them. */
enum lc_err lc_inspect_keys(
    const char *dir, struct lc_trust **, struct lc_detail *);

#endif
