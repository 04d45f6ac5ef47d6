/* message.c - what the device and the portal say to each other. */
#include "message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "licensecore.h"

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

/* ---- What the device says ---- */

/* A rehost has an id and a time of its own. */
static bool
add_head(json_t *request, const json_t *row, const char *kind)
{
	const json_t *own =
	    strcmp(kind, "rehost") == 0 ? json_object_get(row, "rehost") : row;

	return json_object_set(request, "id", json_object_get(own, "id")) ==
		   0 &&
	       json_object_set_new(request, "kind", json_string(kind)) == 0 &&
	       json_object_set(request, "udi", json_object_get(row, "udi")) ==
		   0 &&
	       json_object_set(request, "at", json_object_get(own, "at")) == 0;
}

static bool
add_rest(json_t *request, const json_t *row, const char *kind)
{
	static const char *const keys[] = { "pak", "sku", "quantity", "to",
		"licenses" };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		json_t *value = json_object_get(row, keys[i]);

		if (value == NULL || (strcmp(keys[i], "licenses") == 0 &&
					 strcmp(kind, "permit") != 0))
			continue;
		if (json_object_set(request, keys[i], value) < 0)
			return false;
	}
	return true;
}

char *
message_request(const json_t *row, const char *kind, const char *ticket)
{
	json_t *request = json_object();
	char *text = NULL;

	if (add_head(request, row, kind) && add_rest(request, row, kind) &&
	    (ticket == NULL || json_object_set_new(request, "ticket",
				   json_string(ticket)) == 0))
		text = json_dumps(request, JSON_COMPACT);
	json_decref(request);
	return text;
}

char *
message_envelope(
    const char *request, const char *credentials, const char *nonce)
{
	json_t *envelope = json_pack("{s:i, s:s, s:s}", "version", 1, "request",
	    request, "credentials", credentials);
	char *text = NULL;

	if (envelope != NULL &&
	    (nonce[0] == '\0' || json_object_set_new(envelope, "nonce",
				     json_string(nonce)) == 0))
		text = json_dumps(envelope, JSON_COMPACT);
	json_decref(envelope);
	return text;
}

/* ---- What the portal says ---- */

void
message_words(const char *text, char *words, size_t size)
{
	size_t i = 0;

	for (; text[i] != '\0' && i + 1 < size; i++)
		words[i] = (unsigned char)text[i] < ' ' || text[i] == 0x7f
			       ? ' '
			       : text[i];
	words[i] = '\0';
	while (i > 0 && !lc_text_is_plain(words, i))
		words[--i] = '\0'; /* a character that was cut, or a C1 */
}

static json_t *
read_object(const void *body, size_t len)
{
	json_error_t error;
	json_t *object = json_loadb(body, len, JSON_REJECT_DUPLICATES, &error);

	if (json_is_object(object))
		return object;
	json_decref(object);
	return NULL;
}

static bool
is_nonce(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= MESSAGE_NONCE_MAX &&
	       strspn(text,
		   "abcdefghijklmnopqrstuvwxyz"
		   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:~=+/-") == len;
}

bool
message_nonce(const void *body, size_t len, char nonce[MESSAGE_NONCE_MAX + 1])
{
	json_t *object = read_object(body, len);
	const char *text = text_of(object, "nonce");
	bool good = is_nonce(text);

	if (good)
		strcpy(nonce, text);
	json_decref(object);
	return good;
}

static bool
agrees(const json_t *answer, const char *key, const char *wanted,
    char why[MESSAGE_WHY_MAX])
{
	if (wanted == NULL ? text_of(answer, key)[0] != '\0'
			   : strcmp(text_of(answer, key), wanted) == 0)
		return true;
	snprintf(why, MESSAGE_WHY_MAX,
	    "the answer is not one to this request (%s)", key);
	return false;
}

/* Every kind but these brings a file. */
static bool
has_file(const json_t *answer, char why[MESSAGE_WHY_MAX])
{
	const char *kind = text_of(answer, "kind");

	if (strcmp(kind, "report") == 0 ||
	    (strcmp(kind, "movable") == 0
		    ? json_is_array(json_object_get(answer, "licenses"))
		    : text_of(answer, "file")[0] != '\0'))
		return true;
	snprintf(why, MESSAGE_WHY_MAX, "the answer is incomplete");
	return false;
}

json_t *
message_answer(const void *body, size_t len, const char *id, const char *kind,
    const char *udi, char why[MESSAGE_WHY_MAX])
{
	json_t *answer = read_object(body, len);

	if (answer == NULL)
		snprintf(
		    why, MESSAGE_WHY_MAX, "the answer is not a JSON object");
	else if (json_integer_value(json_object_get(answer, "version")) != 1)
		snprintf(why, MESSAGE_WHY_MAX,
		    "the answer is not in version 1 of the protocol");
	else if (agrees(answer, "id", id, why) &&
		 agrees(answer, "kind", kind, why) &&
		 agrees(answer, "udi", udi, why) && has_file(answer, why))
		return answer;
	json_decref(answer);
	return NULL;
}

void
message_problem(
    const void *body, size_t len, uint32_t status, char why[MESSAGE_WHY_MAX])
{
	json_t *problem = read_object(body, len);
	const char *detail = text_of(problem, "detail");
	const char *title = text_of(problem, "title");

	message_words(detail[0] != '\0' ? detail : title, why, MESSAGE_WHY_MAX);
	if (why[0] == '\0')
		snprintf(why, MESSAGE_WHY_MAX, "server status %u", status);
	json_decref(problem);
}
