/*
 * shape.h - answers as templates want them: templates do not compare.
 */
#ifndef PORTAL_SHAPE_H
#define PORTAL_SHAPE_H

#include <jansson.h>

/* The SKU of this code; NULL: it is not in the catalog any more. */
const json_t *shape_sku(const json_t *skus, const char *code);

/* Rows of a report: "columns", {title, is_number}, without those that are empty
   in all rows; "lines", each with "cells", which have the same and "text". */
void report_prepare(json_t *value, const json_t *page);
/* Of each entry of a history "what" and "says", in words. */
void history_prepare(json_t *value, const json_t *page);
/* The answer itself as a text, "answer"; whether it has licenses, has_licenses;
   is_permit, is_rehost, or is_for_device; is_install: with pak and units. */
void answer_prepare(json_t *value, const json_t *page);
/* The PAK of the form, and the units that it asked for. */
void redeemed_prepare(json_t *value, const json_t *page);
/* is_trial: what the page got is an evaluation. */
void trial_prepare(json_t *value, const json_t *page);
/* State: is_known, is_unpinned, is_put_back, is_replaced; "pinned" in words;
   any_current: a license may be sent; of each license may_ask, for more time.
   Grace periods come with their ticket.  Of each extension that was asked for
   is_waiting, is_approved, is_declined, is_repeated; any_asked. */
void device_prepare(json_t *value, const json_t *page);
/* "movable": the licenses that may leave the device, is_chosen: all, or those
   of the form; any_move: there are. */
void move_prepare(json_t *value, const json_t *page);
/* "going": what leaves a device that is replaced; any_go: there is; may_go:
   or more on the next page, or it went there before. */
void replace_prepare(json_t *value, const json_t *page);
/* "features": those of all SKUs, {feature, is_chosen}, each once; any_feature;
   is_small: the device of the form has small letters. */
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
/* "made": how many licenses. */
void lot_prepare(json_t *value, const json_t *page);

#endif
