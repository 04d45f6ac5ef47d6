/*
 * readers.h - connections to the authority's database that only read, shared
 * by the threads that answer.
 */
#ifndef PORTAL_READERS_H
#define PORTAL_READERS_H

#include "licenseauthority.h"

struct lc_record;
struct readers;

/* n connections to the database of the authority in dir. */
enum lc_err readers_open(
    const char *dir, unsigned n, struct readers **, struct lc_detail *);
void readers_close(struct readers *); /* NULL is fine; all are returned */

/* Waits for a free one, which happens only while all threads read. */
struct lc_record *readers_take(struct readers *);
void readers_return(struct readers *, struct lc_record *);

#endif
