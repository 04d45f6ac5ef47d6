/*
 * http.h - an HTTP server on a Unix socket, behind a proxy that does TLS, slow
 * clients and static files.
 *
 * The folder web/ has what programs with a web interface share: the server,
 * the router, answers.  It knows nothing of licenses.
 *
 * A handler runs in one of the server's threads and must not wait: it answers
 * at once, or keeps the request and has another thread answer it later.  Each
 * request is answered exactly once, and belongs to the server afterwards.
 */
#ifndef WEB_HTTP_H
#define WEB_HTTP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct web_server;
struct web_request;

typedef void web_handler(void *arg, struct web_request *);

struct web_options {
	int fd;               /* a listening socket; the caller closes it */
	unsigned threads;     /* 1 to 64 */
	unsigned connections; /* at most, 1 to 65,535; others wait */
	unsigned idle_s;      /* a connection without traffic is closed */
	size_t body_max;      /* bytes; a larger body is answered with 413 */
	web_handler *handler;
	void *arg;
	/* What went wrong in a connection, for the log; from any thread. */
	void (*complain)(const char *text);
	/* A problem of this kind was made (answer.h); from any thread, or NULL
	   if nobody counts them. */
	void (*refused)(void *arg, const char *kind);
};

/* NULL, with errno set, if it cannot start.  The options are copied. */
struct web_server *web_start(const struct web_options *);
/* Takes no more connections; what is under way goes on. */
void web_refuse(struct web_server *);
/* Waits until all that was kept is answered, and 5 s at most for the last
   answers to be sent. */
void web_stop(struct web_server *);

/* ---- Requests -------------------------------------------------------- */

/*
 * Texts live as long as the request.  The path is as it was sent: web_route
 * decodes its parts.
 */
const char *web_method(const struct web_request *);
const char *web_path(const struct web_request *);
/* NULL if there is none.  Names of headers in any case. */
const char *web_header(const struct web_request *, const char *name);
/* The same, but NULL if there are several. */
const char *web_header_single(const struct web_request *, const char *name);
/*
 * A value of the query, decoded; NULL if there is none, "" if it is malformed
 * or not UTF-8.
 */
const char *web_query(struct web_request *, const char *name);
/* What web_query answers if the query has no such value.  False: no memory. */
bool web_query_default(
    struct web_request *, const char *name, const char *value);
/* Followed by a NUL. */
const char *web_body(const struct web_request *, size_t *len);

/*
 * The fields of a form (application/x-www-form-urlencoded or multipart/form-
 * data), decoded, in pieces: call gets a further piece of the field before if
 * at is not 0.  file is the name of a file, or NULL.  False: it is no form, or
 * malformed, or call returned false.
 */
typedef bool web_field_call(void *arg, const char *name, const char *file,
    uint64_t at, const char *piece, size_t len);
bool web_fields(struct web_request *, web_field_call *, void *arg);

/*
 * Has the JSON of the answer shown in another form, by web_answer_json and
 * web_problem (answer.h): show takes over the value, and answers.  arg is
 * freed with free() at the end.
 */
struct json_t;
typedef void web_show(
    void *arg, struct web_request *, unsigned status, struct json_t *value);
void web_set_show(struct web_request *, web_show *, void *arg);
/* NULL: as JSON. */
web_show *web_get_show(const struct web_request *, void **arg);

/* ---- Answers --------------------------------------------------------- */

/*
 * Has the answer counted, by the first digit of its status; the counts live as
 * long as the server.
 */
#define WEB_CLASSES 6
void web_count(struct web_request *, atomic_ulong counts[WEB_CLASSES]);
/* Tells the server's "refused". */
void web_refused(const struct web_request *, const char *kind);

/* A header of the answer; false: no memory, or it holds control characters. */
bool web_header_add(struct web_request *, const char *name, const char *value);
/* Takes those of the name back. */
void web_header_drop(struct web_request *, const char *name);

/*
 * From any thread.  body was allocated with malloc and is freed by the server;
 * NULL is an empty one, or no memory if len is not 0 (answered with 503).
 */
void web_answer(struct web_request *, unsigned status, const char *type,
    char *body, size_t len);

/*
 * An answer of 200 that is made while it is sent, from the server's threads.
 * read fills at most size bytes and returns their number, 0 at the end,
 * WEB_AGAIN if there is nothing yet and others should have a turn, and -1 if it
 * fails: then the connection is closed, so that nobody takes a part for the
 * whole.  arg is given to free at the end, also if nothing was read.
 */
#define WEB_AGAIN (-2)
struct web_stream {
	ssize_t (*read)(void *arg, char *to, size_t size);
	void (*free)(void *arg);
	void *arg;
};
void web_answer_stream(
    struct web_request *, const char *type, const struct web_stream *);

#endif
