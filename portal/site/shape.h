/*
 * shape.h - JSON of forms that operations want otherwise, and of answers that
 * templates do: templates do not compare.
 */
#ifndef PORTAL_SHAPE_H
#define PORTAL_SHAPE_H

#include <jansson.h>

/*
 * Bodies of operations, from the fields of a form.  NULL, or a sentence why
 * they cannot be made.
 */
const char *catalog_adapt(json_t *body);
const char *pak_adapt(json_t *body);
const char *extension_adapt(json_t *body);
const char *lot_adapt(json_t *body);
/* Another key needs the credentials that it signed. */
const char *approve_adapt(json_t *body);
const char *permit_adapt(json_t *body);
/* What is to move: the devices, and that the credentials are the old one's. */
const char *move_check(json_t *fields);
/* Somebody has said that the old device is not in use any more. */
const char *replace_adapt(json_t *body);
/* The reason alone: the form approves, too. */
const char *decline_adapt(json_t *body);
/* The body is a file, as the field "call" has it. */
const char *upload_adapt(json_t *body);

/* Rows of a report: {"columns": [title], "lines": [[value]]}. */
void report_prepare(json_t *value, const json_t *page);
/* Of each entry of a history "what" and "says", in words. */
void history_prepare(json_t *value, const json_t *page);
/* The answer itself as a text, "answer", and whether it has licenses. */
void answer_prepare(json_t *value, const json_t *page);
/* State: is_put_back, is_replaced; any_current: a license may be; of each
   license may_ask, for more time. */
void device_prepare(json_t *value, const json_t *page);
/* "movable": the licenses that may leave the device; any_move: there are. */
void move_prepare(json_t *value, const json_t *page);
/* "features": those of all SKUs, {feature}, each once; any_feature. */
void evaluation_prepare(json_t *value, const json_t *page);
/*
 * State of the verification: is_running, is_done, is_failed; may_verify.  Of
 * each entry that vouches for a row of a table, its values as one text.
 */
void log_prepare(json_t *value, const json_t *page);
/*
 * Each of "approvals": is_extension, is_key, is_put_back, is_replacement; of an
 * extension what was asked for, of a replacement "with".  "waiting": how many.
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
