/* eula.h - agreements: what was accepted, and what still has to be. */
#ifndef LC_EULA_H
#define LC_EULA_H

#include "lc.h"
#include "format/file.h"

/* At opening: the standing acceptance. */
void lc_eula_load(struct lc *);
/* With a standing acceptance, accepts what was loaded and still waits. */
enum lc_err lc_eula_catch_up(struct lc *);

/* Within a change: the acceptance of a license's agreement, noted and told. */
enum lc_err lc_eula_write(struct lc *, const struct lc_entry *,
    const char *by);

/*
 * Adds the text of an agreement to a file; "" is none.  LC_ENOTFOUND: no file
 * brought it.
 */
enum lc_err lc_eula_append(struct lc *, const char *digest,
    struct lc_file_writer *);

#endif
