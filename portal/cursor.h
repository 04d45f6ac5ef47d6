/*
 * cursor.h - where a page of a list begins, as a text that is the client's to
 * keep and not to read.
 */
#ifndef PORTAL_CURSOR_H
#define PORTAL_CURSOR_H

#include <stdbool.h>

#include "report/report.h"

#define CURSOR_SIZE 1024

/* newest: of the list whose last row comes first. */
void cursor_write(const struct lc_report *, bool newest,
    const struct lc_report_place *, char text[CURSOR_SIZE]);
/* False: it is not one of this list's. */
bool cursor_read(const struct lc_report *, bool newest, const char *text,
    struct lc_report_place *);

#endif
