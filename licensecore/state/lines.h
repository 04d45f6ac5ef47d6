/* lines.h - license lines in stores, and the files of removable ones. */
#ifndef LC_LINES_H
#define LC_LINES_H

#include "format/file.h"
#include "rules/model.h"
#include "rows.h"
#include "state.h"

struct lc_stored_line {
	const char *text;
	size_t len;
	int64_t installed;
	const char *id;		/* under which it stands there */
	const char *udi;	/* and in which store; of primary ones */
	uint32_t store;
};

/*
 * Reads those of a store, in the order in which they were installed; a
 * removable one is attached.  place NULL: those of all primary stores.  After
 * the last one: LC_ENOTFOUND.
 */
struct lc_lines {
	struct lc_state *st;
	const struct lc_place *place;
	struct lc_scan scan;		/* of primary stores */
	struct lc_rows *rows;		/* of a removable one */
	int64_t last;			/* the row that was read last */
	size_t left;
};
enum lc_err lc_lines_begin(struct lc_lines *, struct lc_state *,
    const struct lc_place *);
/*
 * A part of them: from the rows after this one, at most n.  left is above 0 at
 * the end if there are no more.
 */
enum lc_err lc_lines_begin_at(struct lc_lines *, struct lc_state *,
    const struct lc_place *, int64_t after, size_t n);
enum lc_err lc_lines_next(struct lc_lines *, struct lc_stored_line *);
void lc_lines_end(struct lc_lines *);

/* ---- Removable stores ------------------------------------------------ */

/*
 * Attaches the file, out of a change; with check its pages are read through,
 * and one that is missing is made.  What is not removable has no file.
 * LC_EDAMAGED, LC_ENEWER, LC_EIO, LC_ENOMEM.
 */
enum lc_err lc_medium_attach(struct lc_state *, const struct lc_place *,
    bool check, struct lc_detail *);
/* One more, in the next slot, which it is given. */
enum lc_err lc_medium_attach_more(struct lc_state *, struct lc_place *,
    struct lc_detail *);
void lc_medium_detach(struct lc_state *);	/* all */

/* Within a change, while it is attached. */
enum lc_err lc_medium_put(struct lc_state *, const struct lc_place *,
    const struct lc_entry *, const struct lc_file_line *);
enum lc_err lc_medium_remove(struct lc_state *, const struct lc_place *,
    const struct lc_entry *);

/* Was there ever a store at this place?  There is one now: within a change. */
enum lc_err lc_medium_is_known(const struct lc_state *,
    const struct lc_place *, bool *known);
enum lc_err lc_medium_know(struct lc_state *, const struct lc_place *);

#endif
