/*
 * http.c - see http.h.
 *
 * libmicrohttpd calls on_request once when the headers are there, then for each
 * piece of the body, then once at its end.  A request that is kept is suspended
 * and resumed by web_answer; a resumed connection calls on_request again, which
 * hands over the answer.
 */
#include "http.h"

#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "decode.h"

#define CONNECTION_MEMORY 32768 /* for the headers of a request */
#define FORM_MEMORY 4096        /* for names in a form */
#define STOP_MS 5000            /* for the last answers to be sent */
#define LOOK_MS 5               /* between looks whether they are */

struct web_server {
	struct MHD_Daemon *mhd;
	atomic_uint answering; /* requests that were handled, and not sent */
	struct web_options options;
};

struct header {
	struct header *next;
	char *name, *value;
};

enum phase {
	READING,
	HANDLED,   /* the handler was called and has not answered */
	SUSPENDED, /* nor had it when it returned */
	ANSWERED,
};

struct web_request {
	struct web_server *server;
	struct MHD_Connection *connection;
	const char *method;
	char *path;
	char *body;
	size_t len, size;
	bool too_large, no_memory;
	web_show *show;
	void *show_arg;
	/* The answer; phase is shared between threads. */
	pthread_mutex_t lock;
	enum phase phase;
	atomic_ulong *counts; /* NULL: it is not counted */
	unsigned status;
	const char *type;
	char *answer;
	size_t answer_len;
	struct web_stream stream; /* read NULL: the answer is all */
	struct header *headers;
	struct header *query;    /* values that were asked for, decoded */
	struct header *defaults; /* values that count if the query has none */
};

/* ---- A request ------------------------------------------------------- */

static void
headers_free(struct header *header)
{
	struct header *next;

	for (; header != NULL; header = next) {
		next = header->next;
		free(header->name);
		free(header->value);
		free(header);
	}
}

/* Copies of both; NULL: no memory. */
static struct header *
list_add(struct header **list, const char *name, const char *value)
{
	struct header *header = calloc(1, sizeof *header);

	if (header == NULL)
		return NULL;
	header->name = strdup(name);
	header->value = strdup(value);
	if (header->name == NULL || header->value == NULL) {
		headers_free(header);
		return NULL;
	}
	header->next = *list;
	*list = header;
	return header;
}

static void
request_free(struct web_request *request)
{
	if (request == NULL)
		return;
	if (request->phase != READING)
		request->server->answering--;
	(void)pthread_mutex_destroy(&request->lock);
	headers_free(request->headers);
	headers_free(request->query);
	headers_free(request->defaults);
	if (request->stream.read != NULL)
		request->stream.free(request->stream.arg);
	free(request->answer);
	free(request->body);
	free(request->path);
	free(request->show_arg);
	free(request);
}

static struct web_request *
request_new(struct web_server *server, struct MHD_Connection *connection,
    const char *path, const char *method)
{
	struct web_request *request = calloc(1, sizeof *request);

	if (request == NULL)
		return NULL;
	request->server = server;
	request->connection = connection;
	request->method = method;
	request->path = strdup(path);
	if (request->path != NULL &&
	    pthread_mutex_init(&request->lock, NULL) == 0)
		return request;
	free(request->path);
	free(request);
	return NULL;
}

/* What is too much is read and dropped, so that the answer gets through. */
static void
body_add(struct web_request *request, const char *data, size_t len)
{
	size_t need = request->len + len + 1;
	char *larger;

	if (request->too_large || request->no_memory)
		return;
	if (need - 1 > request->server->options.body_max) {
		request->too_large = true;
		return;
	}
	if (need > request->size) {
		size_t size = need < 1024 ? 1024 : need + need / 2;

		if ((larger = realloc(request->body, size)) == NULL) {
			request->no_memory = true;
			return;
		}
		request->body = larger;
		request->size = size;
	}
	memcpy(request->body + request->len, data, len);
	request->len += len;
	request->body[request->len] = '\0';
}

const char *
web_method(const struct web_request *request)
{
	return request->method;
}

const char *
web_path(const struct web_request *request)
{
	return request->path;
}

const char *
web_header(const struct web_request *request, const char *name)
{
	return MHD_lookup_connection_value(
	    request->connection, MHD_HEADER_KIND, name);
}

struct counting {
	const char *name;
	unsigned n;
};

static enum MHD_Result
header_count(
    void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct counting *c = arg;

	(void)kind;
	(void)value;
	c->n += strcasecmp(name, c->name) == 0;
	return MHD_YES;
}

const char *
web_header_single(const struct web_request *request, const char *name)
{
	struct counting c = { name, 0 };

	(void)MHD_get_connection_values(
	    request->connection, MHD_HEADER_KIND, header_count, &c);
	return c.n == 1 ? web_header(request, name) : NULL;
}

const char *
web_query(struct web_request *request, const char *name)
{
	const char *value = MHD_lookup_connection_value(
	    request->connection, MHD_GET_ARGUMENT_KIND, name);
	struct header *decoded = request->defaults;

	if (value == NULL) {
		while (decoded != NULL && strcmp(decoded->name, name) != 0)
			decoded = decoded->next;
		return decoded != NULL ? decoded->value : NULL;
	}
	if ((decoded = list_add(&request->query, name, value)) == NULL ||
	    !web_decode(decoded->value) || !web_is_utf8(decoded->value))
		return "";
	return decoded->value;
}

bool
web_query_default(
    struct web_request *request, const char *name, const char *value)
{
	return list_add(&request->defaults, name, value) != NULL;
}

const char *
web_body(const struct web_request *request, size_t *len)
{
	*len = request->len;
	return request->body != NULL ? request->body : "";
}

struct fields {
	web_field_call *call;
	void *arg;
};

static enum MHD_Result
field_take(void *arg, enum MHD_ValueKind kind, const char *name,
    const char *file, const char *type, const char *encoding, const char *piece,
    uint64_t at, size_t len)
{
	const struct fields *fields = arg;

	(void)kind;
	(void)type;
	(void)encoding;
	return fields->call(fields->arg, name, file, at, piece, len) ? MHD_YES
								     : MHD_NO;
}

bool
web_fields(struct web_request *request, web_field_call *call, void *arg)
{
	struct fields fields = { call, arg };
	struct MHD_PostProcessor *processor = MHD_create_post_processor(
	    request->connection, FORM_MEMORY, field_take, &fields);
	bool good;

	if (processor == NULL)
		return false;
	good = request->len == 0 || MHD_post_process(processor, request->body,
					request->len) == MHD_YES;
	return MHD_destroy_post_processor(processor) == MHD_YES && good;
}

void
web_set_show(struct web_request *request, web_show *show, void *arg)
{
	free(request->show_arg);
	request->show = show;
	request->show_arg = arg;
}

web_show *
web_get_show(const struct web_request *request, void **arg)
{
	*arg = request->show_arg;
	return request->show;
}

/* ---- Answers --------------------------------------------------------- */

static bool
is_header_text(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ' || *text == 127)
			return false;
	}
	return true;
}

bool
web_header_add(struct web_request *request, const char *name, const char *value)
{
	return is_header_text(value) &&
	       list_add(&request->headers, name, value) != NULL;
}

void
web_count(struct web_request *request, atomic_ulong counts[WEB_CLASSES])
{
	request->counts = counts;
}

void
web_refused(const struct web_request *request, const char *kind)
{
	const struct web_options *options = &request->server->options;

	if (options->refused != NULL)
		options->refused(options->arg, kind);
}

void
web_header_drop(struct web_request *request, const char *name)
{
	struct header **at = &request->headers;

	while (*at != NULL) {
		struct header *header = *at;

		if (strcmp(header->name, name) != 0) {
			at = &header->next;
			continue;
		}
		*at = header->next;
		header->next = NULL;
		headers_free(header);
	}
}

void
web_answer(struct web_request *request, unsigned status, const char *type,
    char *body, size_t len)
{
	struct MHD_Connection *connection = request->connection;
	bool suspended;

	if (body == NULL && len > 0) {
		status = MHD_HTTP_SERVICE_UNAVAILABLE;
		len = 0;
	}
	if (request->counts != NULL)
		request->counts[status / 100 % WEB_CLASSES]++;
	(void)pthread_mutex_lock(&request->lock);
	request->status = status;
	request->type = type;
	request->answer = body;
	request->answer_len = len;
	suspended = request->phase == SUSPENDED;
	request->phase = ANSWERED;
	(void)pthread_mutex_unlock(&request->lock);
	/* From here on the request may be gone. */
	if (suspended)
		MHD_resume_connection(connection);
}

void
web_answer_stream(struct web_request *request, const char *type,
    const struct web_stream *stream)
{
	request->stream = *stream;
	web_answer(request, MHD_HTTP_OK, type, NULL, 0);
}

#define STREAM_BLOCK 65536

static ssize_t
stream_read(void *arg, uint64_t at, char *to, size_t size)
{
	const struct web_stream *stream = arg;
	ssize_t n = stream->read(stream->arg, to, size);

	(void)at;
	return n > 0            ? n
	       : n == WEB_AGAIN ? 0
	       : n == 0         ? (ssize_t)MHD_CONTENT_READER_END_OF_STREAM
				: (ssize_t)MHD_CONTENT_READER_END_WITH_ERROR;
}

static void
stream_free(void *arg)
{
	struct web_stream *stream = arg;

	stream->free(stream->arg);
	free(stream);
}

static struct MHD_Response *
stream_make(struct web_request *request)
{
	struct web_stream *copy = malloc(sizeof *copy);
	struct MHD_Response *response;

	if (copy == NULL)
		return NULL;
	*copy = request->stream;
	response = MHD_create_response_from_callback(
	    MHD_SIZE_UNKNOWN, STREAM_BLOCK, stream_read, copy, stream_free);
	if (response != NULL)
		request->stream.read = NULL; /* the response's now */
	else
		free(copy);
	return response;
}

static struct MHD_Response *
buffer_make(struct web_request *request)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
	    request->answer_len, request->answer, MHD_RESPMEM_MUST_FREE);

	if (response != NULL)
		request->answer = NULL; /* the response's now */
	return response;
}

static struct MHD_Response *
response_make(struct web_request *request)
{
	static const char *const always[][2] = {
		{ "X-Content-Type-Options", "nosniff" },
		{ "Referrer-Policy", "same-origin" },
	};
	struct MHD_Response *response = request->stream.read != NULL
					    ? stream_make(request)
					    : buffer_make(request);

	if (response == NULL)
		return NULL;
	if (request->type != NULL)
		(void)MHD_add_response_header(
		    response, MHD_HTTP_HEADER_CONTENT_TYPE, request->type);
	for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
		(void)MHD_add_response_header(
		    response, always[i][0], always[i][1]);
	for (struct header *h = request->headers; h != NULL; h = h->next)
		(void)MHD_add_response_header(response, h->name, h->value);
	return response;
}

static enum MHD_Result
answer_send(struct web_request *request)
{
	struct MHD_Response *response = response_make(request);
	enum MHD_Result result;

	if (response == NULL)
		return MHD_NO;
	result =
	    MHD_queue_response(request->connection, request->status, response);
	MHD_destroy_response(response);
	return result;
}

/* ---- libmicrohttpd's calls ------------------------------------------- */

static void
text_answer(struct web_request *request, unsigned status, const char *text)
{
	char *copy = strdup(text);

	web_answer(request, status, "text/plain; charset=utf-8", copy,
	    copy != NULL ? strlen(copy) : 1);
}

/* The whole request is there. */
static enum MHD_Result
request_run(struct web_request *request)
{
	const struct web_options *options = &request->server->options;
	bool keep;

	request->phase = HANDLED;
	request->server->answering++;
	if (request->too_large)
		text_answer(request, MHD_HTTP_CONTENT_TOO_LARGE,
		    "The request is too large.\n");
	else if (request->no_memory)
		text_answer(
		    request, MHD_HTTP_SERVICE_UNAVAILABLE, "No memory.\n");
	else
		options->handler(options->arg, request);
	(void)pthread_mutex_lock(&request->lock);
	keep = request->phase == HANDLED;
	if (keep) {
		request->phase = SUSPENDED;
		MHD_suspend_connection(request->connection);
	}
	(void)pthread_mutex_unlock(&request->lock);
	return keep ? MHD_YES : answer_send(request);
}

static enum MHD_Result
on_request(void *arg, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *data, size_t *len,
    void **memory)
{
	struct web_request *request = *memory;

	(void)version;
	if (request == NULL) {
		*memory = request_new(arg, connection, url, method);
		return *memory != NULL ? MHD_YES : MHD_NO;
	}
	if (*len > 0) {
		body_add(request, data, *len);
		*len = 0;
		return MHD_YES;
	}
	return request->phase == READING ? request_run(request)
					 : answer_send(request);
}

static void
on_end(void *arg, struct MHD_Connection *connection, void **memory,
    enum MHD_RequestTerminationCode why)
{
	(void)arg;
	(void)connection;
	(void)why;
	request_free(*memory);
	*memory = NULL;
}

/*
 * The router decodes paths, part by part: "%2F" does not divide.  web_query
 * decodes values.
 */
static size_t
leave_escaped(void *arg, struct MHD_Connection *connection, char *text)
{
	(void)arg;
	(void)connection;
	return strlen(text);
}

static void complain(void *arg, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void
complain(void *arg, const char *format, va_list args)
{
	struct web_server *server = arg;
	char text[512];

	(void)vsnprintf(text, sizeof text, format, args);
	text[strcspn(text, "\n")] = '\0';
	if (server->options.complain != NULL)
		server->options.complain(text);
}

struct web_server *
web_start(const struct web_options *options)
{
	struct web_server *server = calloc(1, sizeof *server);

	if (server == NULL)
		return NULL;
	server->options = *options;
	errno = 0;
	server->mhd =
	    MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD |
				 MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG,
		0, NULL, NULL, on_request, server, MHD_OPTION_EXTERNAL_LOGGER,
		complain, server, MHD_OPTION_LISTEN_SOCKET, options->fd,
		MHD_OPTION_THREAD_POOL_SIZE, options->threads,
		MHD_OPTION_CONNECTION_LIMIT, options->connections,
		MHD_OPTION_CONNECTION_TIMEOUT, options->idle_s,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
		MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_END);
	if (server->mhd != NULL)
		return server;
	free(server);
	if (errno == 0)
		errno = EINVAL;
	return NULL;
}

void
web_refuse(struct web_server *server)
{
	(void)MHD_quiesce_daemon(server->mhd); /* the caller's socket */
}

void
web_stop(struct web_server *server)
{
	const struct timespec look = { .tv_nsec = LOOK_MS * 1000000 };

	if (server == NULL)
		return;
	/* libmicrohttpd closes connections that have an answer to send. */
	for (int ms = 0; server->answering > 0 && ms < STOP_MS; ms += LOOK_MS)
		(void)nanosleep(&look, NULL);
	MHD_stop_daemon(server->mhd);
	free(server);
}
