/*
 * item.h - licenses on their way into stores: what installing a file and
 * processing a ticket have in common.
 *
 *	lc_items_new; lc_items_verify until it is true;
 *	lc_items_begin; for each: lc_item_judge, lc_item_plan
 *	within a change: lc_item_write; after it: lc_item_written
 */
#ifndef LC_ITEM_H
#define LC_ITEM_H

#include "action.h"
#include "format/file.h"

struct lc_item {
	struct lc_file_line text;
	struct lc_entry *entry;		/* once its line was opened */
	struct lc_place *place;		/* once it was judged good */
	struct lc_result *result;
	bool accepts;			/* its agreement, as it is written */
};

struct lc_items {
	struct lc_item *list;
	size_t n, verified;
	uint64_t keys;			/* lc->keys that they verified with */
	bool eula_later;		/* they may wait for acceptance */
};

/* n of them; item i has the action's result first + i.  LC_ENOMEM. */
enum lc_err lc_items_new(struct lc_items *, struct lc_action *, size_t n,
    size_t first);
void lc_items_free(struct lc_items *);

/* Opens some lines; true when there are no more.  Failures are results. */
bool lc_items_verify(struct lc_action *, struct lc_items *);

/*
 * The device that a license is for: the one that was asked for, else the one
 * of its UDIs that lacks it, else the master.  NULL: none of these.
 */
const struct lc_device *lc_item_device(const struct lc_action *,
    const struct lc_terms *);

/*
 * Room for all of them in the model, and nothing planned, even if they were
 * judged before.  LC_ENOMEM.
 */
enum lc_err lc_items_begin(struct lc_action *, struct lc_items *);
/* Judges one for this store of its device, its UDI apart. */
enum lc_err lc_item_judge(struct lc_action *, struct lc_items *,
    struct lc_item *, struct lc_place *);
/* It was judged good: those after it find its identity and room taken. */
void lc_item_plan(struct lc_item *);

/*
 * Within a change, with its store attached: the license, its agreement out of
 * the file, and that this was accepted if the request says so.
 */
enum lc_err lc_item_write(struct lc_action *, const struct lc_file *,
    struct lc_item *);
/* Into memory, which cannot fail; sorting and selecting are the caller's. */
void lc_item_written(struct lc_action *, struct lc_item *);

#endif
