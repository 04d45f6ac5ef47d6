/*
 * form.h - forms that a browser sent, and what they mean as JSON.
 *
 * The name of a field says what it is as a member of a JSON object:
 *
 *   name         a text; "" is left out, and so are blanks around it, and rows
 *                end with LF
 *   name:number  an integer
 *   name:list    an array of texts: words with white space or commas between
 *   name:lines   an array of texts: lines that are not blank
 *   name:bool    true, whatever the value; a box that is not ticked sends none
 *   name:each    an array of texts, one for each field of that name
 *   _name        nothing: the page's own
 *
 * A file is the text that it holds; where a field of text and a file have the
 * same name, the one that is not empty counts.
 */
#ifndef WEB_FORM_H
#define WEB_FORM_H

#include <jansson.h>

#include "http.h"

#define WEB_FIELDS_MAX 1000

struct web_form;

/*
 * Reads the body.  NULL: it is no form, has more than WEB_FIELDS_MAX fields, or
 * one that is not UTF-8 without NUL; it was answered with 400 or 415.
 */
struct web_form *web_form_read(struct web_request *);
void web_form_free(struct web_form *); /* NULL is fine */

/* The first field of the name that is not empty; "" if there is none. */
const char *web_form_text(const struct web_form *, const char *name);

/*
 * As they came, but rows end with LF, and what is empty is left out: an array of
 * {name, value}.
 */
json_t *web_form_fields(const struct web_form *);

/*
 * The object, the caller's reference.  NULL: no memory, or a value is not what
 * its name says: why is a sentence then, and otherwise "".
 */
json_t *web_form_json(const struct web_form *, char *why, size_t size);

/* For tests: a form without a request, field by field.  False: no memory. */
struct web_form *web_form_new(void);
bool web_form_add(
    struct web_form *, const char *name, const char *value, size_t len);

#endif
