/*
 * shape.h - answers as templates want them: templates do not compare.
 */
#ifndef PORTAL_SHAPE_H
#define PORTAL_SHAPE_H

#include <jansson.h>

/* Rows of a report: {"columns": [title], "lines": [[value]]}. */
void report_prepare(json_t *value, const json_t *page);
/* Of each entry of a history "what" and "says", in words. */
void history_prepare(json_t *value, const json_t *page);
/* The answer itself as a text, "answer", and whether it has licenses. */
void answer_prepare(json_t *value, const json_t *page);
/* State: is_put_back, is_replaced; any_current: a license may be; of each
   license may_ask, for more time; of each extension that was asked for
   is_waiting, is_approved, is_declined, is_repeated; any_asked. */
void device_prepare(json_t *value, const json_t *page);
/* "movable": the licenses that may leave the device; any_move: there are. */
void move_prepare(json_t *value, const json_t *page);
/* "features": those of all SKUs, {feature}, each once; any_feature. */
void evaluation_prepare(json_t *value, const json_t *page);
/* State of the verification: is_running, is_done, is_failed; may_verify.
   "kinds": of entries, {word}; is_oldest: the first entry comes first. */
void log_prepare(json_t *value, const json_t *page);
/* "features" as above; is_whole: families, accounts and contracts, too. */
void catalog_prepare(json_t *value, const json_t *page);
/* "accounts" to choose from, unless they are too many. */
void accounts_prepare(json_t *value, const json_t *page);
/*
 * Each of "approvals": is_extension, is_key, is_put_back, is_replacement;
 * goes_to, where its form goes; of an extension what was asked for, of a
 * replacement "with".  "waiting": how many.
 */
void approvals_prepare(json_t *value, const json_t *page);
/* Each of "proposals": is_own. */
void keys_prepare(json_t *value, const json_t *page);
/* The numbers of both. */
void staff_prepare(json_t *value, const json_t *page);
/* Pictures; see picture.h. */
void calendar_prepare(json_t *value, const json_t *page);
void paks_prepare(json_t *value, const json_t *page);
/* The line of a PAK that has one: is_only; of all: words, and what it gives. */
void redeem_prepare(json_t *value, const json_t *page);
/* "made": how many licenses. */
void lot_prepare(json_t *value, const json_t *page);

#endif
