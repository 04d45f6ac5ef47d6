/*
 * shape.h - JSON of forms that operations want otherwise, and of answers that
 * templates do: templates do not compare.
 */
#ifndef PORTAL_SHAPE_H
#define PORTAL_SHAPE_H

#include "portal/site/visit.h"

/* Bodies of operations, from the fields of a form. */
void pak_adapt(const struct visit *, json_t *body);
void extension_adapt(const struct visit *, json_t *body);

/* Rows of a report: {"columns": [title], "lines": [[value]]}. */
void report_prepare(json_t *value);
/* State: is_put_back, is_replaced. */
void device_prepare(json_t *value);
/* State of the verification: is_running, is_done, is_failed; may_verify. */
void log_prepare(json_t *value);

#endif
