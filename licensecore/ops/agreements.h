/*
 * agreements.h - the agreements that licenses on their way into stores need
 * accepted.
 */
#ifndef LC_AGREEMENTS_H
#define LC_AGREEMENTS_H

#include "item.h"

/*
 * The agreements of these licenses, by digest, become the action's output.  A
 * license whose agreement's text is not known has failed, except in a review.
 */
enum lc_err lc_agreements_output(struct lc_action *, const struct lc_file *,
    struct lc_item **needed, size_t n);

/*
 * Those that verified licenses of a file need before they can be used become
 * the output; nothing is installed.
 */
enum lc_err lc_agreements_generate(struct lc_action *, const struct lc_file *,
    struct lc_items *);

/*
 * For a review, when all are judged as if agreements were accepted: what is
 * planned for one (false: its line is bad), and the agreements to accept.
 */
bool lc_item_show(const struct lc_action *, const struct lc_item *,
    struct lc_plan *);
enum lc_err lc_items_agreements(struct lc_action *, const struct lc_file *,
    struct lc_items *);

#endif
