/*
 * lines.h - license lines in store files, and in their mirrors.
 *
 * What a primary store holds, its mirror in the persistence file holds too,
 * changed by the same commits.  From the first loading on the mirror is what
 * counts: a store file that is gone, damaged, emptied or put back from an older
 * copy is made again from it.  Before that, with a new persistence file, the
 * store counts.
 */
#ifndef LC_LINES_H
#define LC_LINES_H

#include "format/file.h"
#include "rules/model.h"
#include "state.h"

/* ---- Of the attached store ------------------------------------------- */

struct lc_rows;
struct lc_stored_line {
	const char *id;
	const char *text;
	int64_t installed;
};
/*
 * Reads them in the order in which they were installed, as lc_db_query and
 * lc_db_next do; lc_db_stop ends it.
 */
enum lc_err lc_lines_query(struct lc_state *, struct lc_rows **);
enum lc_err lc_lines_next(struct lc_state *, struct lc_rows *,
    struct lc_stored_line *);

/* Within a change, with its mirror. */
enum lc_err lc_lines_put(struct lc_state *, const struct lc_place *,
    const struct lc_entry *, const struct lc_file_line *);
enum lc_err lc_lines_remove(struct lc_state *, const struct lc_place *,
    const struct lc_entry *);

/* ---- Mirrors --------------------------------------------------------- */

enum lc_err lc_mirror_is_known(struct lc_state *, const struct lc_place *,
    bool *known);
enum lc_err lc_mirror_is_same(struct lc_state *, const struct lc_place *,
    bool *same);
/* Within a change: the mirror takes what the store holds, and counts from now
   on; or the store takes what its mirror holds. */
enum lc_err lc_mirror_adopt(struct lc_state *, const struct lc_place *);
enum lc_err lc_mirror_fill(struct lc_state *, const struct lc_place *);

/* ---- Removable stores ------------------------------------------------ */

/* Was there ever a store at this place?  There is one now: within a change. */
enum lc_err lc_removable_is_known(struct lc_state *, const struct lc_place *,
    bool *known);
enum lc_err lc_removable_know(struct lc_state *, const struct lc_place *);

#endif
