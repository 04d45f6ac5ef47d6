/*
 * tries.h - how often somebody failed to prove to have a name, and when they
 * may try again; see people_prove in people.h.  Within a call of people_do.
 */
#ifndef WEB_TRIES_H
#define WEB_TRIES_H

#include "people_db.h"

/*
 * May this name be tried from this network now?  With codes: may a code be,
 * after the right password?  PEOPLE_LOCKED: not yet, words say when.
 */
enum people_err tries_check(struct people *, const char *name, const char *from,
    bool codes, struct people_words *);

/* One more failed; codes: the password was right, and the code was not. */
enum people_err tries_failed(struct people *, const char *name,
    const char *from, bool codes, struct people_words *);

/* One succeeded: the network is the name's from now on; with a code or not. */
enum people_err tries_succeeded(struct people *, const char *name,
    const char *from, bool codes, struct people_words *);

/* Every failure of the name is forgotten, from wherever it came. */
enum people_err tries_forget(
    struct people *, const char *name, struct people_words *);

#endif
