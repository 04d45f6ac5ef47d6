/*
 * checkpoint.h - the thread that keeps SQLite's write-ahead log short, so that
 * no commit of the issuing process has to.
 */
#ifndef PORTAL_CHECKPOINT_H
#define PORTAL_CHECKPOINT_H

#include "desk.h"
#include "licenseauthority.h"

struct checkpoint;

/* With the database of the authority in dir; nothing to do with PostgreSQL. */
enum lc_err checkpoint_open(
    const char *dir, struct desk *, struct checkpoint **, struct lc_detail *);
void checkpoint_close(struct checkpoint *); /* NULL is fine */

#endif
