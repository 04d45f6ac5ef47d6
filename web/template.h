/*
 * template.h - pages and mails: templates over JSON.
 *
 * The language is a part of mustache(5):
 *
 *   {{name}}  {{.}}              a value; "." is the innermost one
 *   {{name|date}}                a value through a filter: date and time of
 *                                seconds since 1970, or of a text such as
 *                                "2026-11-30T07:00:00Z", in UTC; url for a
 *                                part of a URL
 *   {{#name}}...{{/name}}        for each element of an array; once with an
 *                                object, or if the value is true, a number
 *                                but 0, or a text but ""
 *   {{^name}}...{{/name}}        in all other cases
 *   {{> file}}                   another template
 *   {{! words }}                 nothing
 *
 * A name is looked up from the innermost object outward; what is not there is
 * empty.  A line that has nothing but one tag that is no value leaves no line
 * behind.  Values are always escaped in a template whose name ends in ".html",
 * and there is no way around that.  In all templates characters that control a
 * terminal or the direction of text become U+FFFD.  In a template of another
 * name, which is text, the line breaks of a value become blanks, so that it
 * stays on its line.
 */
#ifndef WEB_TEMPLATE_H
#define WEB_TEMPLATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "daemon/buffer.h"

struct web_templates;

struct web_templates *web_templates_new(void);   /* NULL: no memory */
void web_templates_free(struct web_templates *); /* NULL is fine */

/*
 * Adds one; the name is that of its file.  False: why is a sentence that names
 * the line.
 */
bool web_templates_add(struct web_templates *, const char *name,
    const char *text, size_t len, char *why, size_t size);

/*
 * Adds all files of a folder whose names end in ".html" or ".txt", and checks
 * that the templates that they name are there and none is within itself.
 */
bool web_templates_load(
    struct web_templates *, const char *dir, char *why, size_t size);
bool web_templates_check(const struct web_templates *, char *why, size_t size);

bool web_templates_have(const struct web_templates *, const char *name);

/*
 * Appends the template with the data.  The templates were checked.  False: no
 * template has that name, it is too long, or the buffer failed.
 */
bool web_template_render(const struct web_templates *, const char *name,
    const json_t *data, struct buffer *);

#endif
