/* answer.c - see answer.h. */
#include "answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/evp.h>

#define DEPTH_MAX 8

static const struct phrase {
	unsigned status;
	const char *text;
} phrases[] = {
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 409, "Conflict" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 415, "Unsupported Media Type" },
	{ 422, "Unprocessable Content" },
	{ 429, "Too Many Requests" },
	{ 500, "Internal Server Error" },
	{ 503, "Service Unavailable" },
};

const char *
web_phrase(unsigned status)
{
	for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++) {
		if (phrases[i].status == status)
			return phrases[i].text;
	}
	return "Error";
}

static void
answer_text(struct web_request *request, unsigned status, const char *type,
    json_t *value)
{
	void *arg;
	web_show *show = web_get_show(request, &arg);
	char *text;

	if (show != NULL) {
		show(arg, request, status, value);
		return;
	}
	text = json_dumps(value, JSON_COMPACT);
	json_decref(value);
	web_answer(
	    request, status, type, text, text != NULL ? strlen(text) : 1);
}

void
web_answer_json(struct web_request *request, unsigned status, json_t *value)
{
	answer_text(request, status, "application/json", value);
}

void
web_answer_text(
    struct web_request *request, unsigned status, const char *json, size_t len)
{
	void *arg;
	char *copy;

	if (web_get_show(request, &arg) != NULL) {
		web_answer_json(
		    request, status, json_loadb(json, len, 0, NULL));
		return;
	}
	copy = malloc(len);
	if (copy != NULL)
		memcpy(copy, json, len);
	web_answer(request, status, "application/json", copy, len);
}

static void
problem(struct web_request *request, const json_t *more, unsigned status,
    const char *kind, const char *format, va_list args)
{
	char detail[1024];
	json_t *value;

	(void)vsnprintf(detail, sizeof detail, format, args);
	web_refused(request, kind);
	value = json_pack("{s:s+, s:s, s:i, s:s}", "type",
	    "urn:licagent:problem:", kind, "title", web_phrase(status),
	    "status", (int)status, "detail", detail);
	if (value != NULL && more != NULL)
		(void)json_object_update_missing(value, (json_t *)more);
	answer_text(request, status, "application/problem+json", value);
}

void
web_problem(struct web_request *request, unsigned status, const char *kind,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	problem(request, NULL, status, kind, format, args);
	va_end(args);
}

void
web_problem_with(struct web_request *request, const json_t *more,
    unsigned status, const char *kind, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	problem(request, more, status, kind, format, args);
	va_end(args);
}

/* ---- Tags ------------------------------------------------------------ */

#define TAG_BYTES 16

bool
web_tag_make(const char *body, size_t len, char tag[WEB_TAG_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char *at = tag;

	if (EVP_Digest(body, len, digest, NULL, EVP_sha256(), NULL) != 1)
		return false;
	*at++ = '"';
	for (int i = 0; i < TAG_BYTES; i++)
		at += sprintf(at, "%02x", digest[i]);
	strcpy(at, "\"");
	return true;
}

/* Tags are compared weakly: "W/" before one does not count. */
static bool
is_known(const struct web_request *request, const char *tag)
{
	const char *known = web_header(request, "If-None-Match");

	return known != NULL &&
	       (strcmp(known, "*") == 0 || strstr(known, tag) != NULL);
}

/* Does web_set_show show it? */
static bool
is_shown(const struct web_request *request, const char *type)
{
	void *arg;

	return web_get_show(request, &arg) != NULL &&
	       strcmp(type, "application/json") == 0;
}

void
web_answer_as(struct web_request *request, const char *type, char *body,
    size_t len, const char *tag)
{
	if (is_shown(request, type)) {
		web_answer_text(request, 200, body, len);
		free(body);
		return;
	}
	(void)web_header_add(request, "ETag", tag);
	(void)web_header_add(request, "Cache-Control", "private, no-cache");
	if (is_known(request, tag)) {
		free(body);
		web_answer(request, 304, NULL, NULL, 0);
	} else {
		web_answer(request, 200, type, body, len);
	}
}

void
web_answer_tagged(
    struct web_request *request, const char *type, char *body, size_t len)
{
	char tag[WEB_TAG_SIZE] = "";

	if (body != NULL &&
	    (is_shown(request, type) || web_tag_make(body, len, tag))) {
		web_answer_as(request, type, body, len, tag);
		return;
	}
	free(body);
	web_problem(request, 503, "unavailable", "no memory");
}

/* ---- Bodies ---------------------------------------------------------- */

/* jansson's parser recurses: deep bodies do not reach it. */
static bool
is_shallow(const char *text, size_t len)
{
	bool in_text = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (in_text && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			in_text = !in_text;
		else if (!in_text && (text[i] == '{' || text[i] == '['))
			depth++;
		else if (!in_text && (text[i] == '}' || text[i] == ']'))
			depth--;
		if (depth > DEPTH_MAX)
			return false;
	}
	return true;
}

static bool
is_json(const char *type)
{
	size_t len = sizeof "application/json" - 1;

	return type != NULL &&
	       strncasecmp(type, "application/json", len) == 0 &&
	       (type[len] == '\0' || type[len] == ';' || type[len] == ' ');
}

json_t *
web_body_json(struct web_request *request)
{
	size_t len;
	const char *text = web_body(request, &len);
	json_error_t error;
	json_t *body;

	if (!is_json(web_header(request, "Content-Type"))) {
		web_problem(request, 415, "not-json",
		    "the body must be application/json");
		return NULL;
	}
	if (!is_shallow(text, len)) {
		web_problem(request, 400, "too-deep",
		    "the body has more than %d levels", DEPTH_MAX);
		return NULL;
	}
	body = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (json_is_object(body))
		return body;
	if (body != NULL)
		web_problem(request, 400, "not-an-object",
		    "the body must be an object");
	else
		web_problem(request, 400, "bad-json", "line %d, column %d: %s",
		    error.line, error.column, error.text);
	json_decref(body);
	return NULL;
}
