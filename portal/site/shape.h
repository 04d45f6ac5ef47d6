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
const char *pak_adapt(json_t *body);
const char *extension_adapt(json_t *body);
/* The body is a file, as the field "call" has it. */
const char *upload_adapt(json_t *body);

/* Rows of a report: {"columns": [title], "lines": [[value]]}. */
void report_prepare(json_t *value);
/* The answer itself as a text, "answer", and whether it has licenses. */
void answer_prepare(json_t *value);
/* State: is_put_back, is_replaced. */
void device_prepare(json_t *value);
/* State of the verification: is_running, is_done, is_failed; may_verify. */
void log_prepare(json_t *value);

#endif
