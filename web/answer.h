/* answer.h - JSON answers, and errors as problem details (RFC 9457). */
#ifndef WEB_ANSWER_H
#define WEB_ANSWER_H

#include <jansson.h>

#include "http.h"

/* Takes over the value; NULL is no memory, answered with 503. */
void web_answer_json(struct web_request *, unsigned status, json_t *);

/* The same with JSON as text, which is copied. */
void web_answer_text(
    struct web_request *, unsigned status, const char *json, size_t len);

/*
 * An answer of 200 with a strong ETag of its body (RFC 9110), or 304 if
 * If-None-Match has that; what web_set_show shows has no tag.  body was
 * allocated with malloc; NULL is no memory.
 */
void web_answer_tagged(
    struct web_request *, const char *type, char *body, size_t len);

/* The two halves of that, for a body whose tag is known already. */
#define WEB_TAG_SIZE 35 /* with its quotes */
bool web_tag_make(const char *body, size_t len, char tag[WEB_TAG_SIZE]);
void web_answer_as(struct web_request *, const char *type, char *body,
    size_t len, const char *tag);

/*
 * A problem: kind is the last part of its type, which names it for programs
 * ("pak-used-up"); detail is a sentence for people.
 */
void web_problem(struct web_request *, unsigned status, const char *kind,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same with more members, an object, or NULL; it stays the caller's. */
void web_problem_with(struct web_request *, const json_t *more, unsigned status,
    const char *kind, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* The phrase of a status: "Not Found". */
const char *web_phrase(unsigned status);

/*
 * The body as a JSON object, the caller's reference.  NULL: it was none, and
 * was answered with 400 or 415.  Its depth and duplicates are bounded as
 * jansson's flags allow: no more than 8 levels.
 */
json_t *web_body_json(struct web_request *);

#endif
