/* mistake.h - what is wrong in a catalog's file. */
#ifndef LC_CATALOG_MISTAKE_H
#define LC_CATALOG_MISTAKE_H

#include "catalog.h"

void lc_catalog_wrong(struct lc_catalog_file *, unsigned line,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
/* How many there were; returns LC_EFILE. */
enum lc_err lc_catalog_wrong_sum(
    const struct lc_catalog_file *, struct lc_detail *);

#endif
