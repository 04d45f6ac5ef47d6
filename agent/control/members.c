/* members.c - see members.h. */
#include "members.h"

#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 18 /* a json_int_t has room for any of so many */

/* ---- The usual form ---- */

struct scan {
	char *at, *end;
};

static void
skip_spaces(struct scan *s)
{
	while (s->at < s->end && *s->at == ' ')
		s->at++;
}

static bool
take(struct scan *s, char byte)
{
	skip_spaces(s);
	if (s->at == s->end || *s->at != byte)
		return false;
	s->at++;
	return true;
}

static bool
is_plain(char byte)
{
	return byte >= ' ' && byte < 0x7f && byte != '"' && byte != '\\';
}

static bool
take_text(struct scan *s, const char **text, size_t *len)
{
	if (!take(s, '"'))
		return false;
	*text = s->at;
	while (s->at < s->end && is_plain(*s->at))
		s->at++;
	*len = (size_t)(s->at - *text);
	return s->at < s->end && *s->at++ == '"';
}

static bool
is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* What follows, as in 1.5, is no end of a member. */
static bool
take_number(struct scan *s, json_int_t *number)
{
	const char *begin = s->at;

	*number = 0;
	while (s->at < s->end && is_digit(*s->at) && s->at - begin < DIGITS_MAX)
		*number = 10 * *number + (*s->at++ - '0');
	return *begin != '0' || s->at == begin + 1;
}

static bool
take_word(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len) != 0)
		return false;
	s->at += len;
	return true;
}

static bool
take_value(struct scan *s, struct member *m)
{
	skip_spaces(s);
	if (s->at == s->end)
		return false;
	if (*s->at == '"') {
		m->kind = MEMBER_TEXT;
		return take_text(s, &m->text, &m->len);
	}
	if (is_digit(*s->at)) {
		m->kind = MEMBER_NUMBER;
		return take_number(s, &m->number);
	}
	m->kind = MEMBER_TRUTH;
	m->truth = *s->at == 't';
	return take_word(s, m->truth ? "true" : "false");
}

static bool
is_new(const struct members *members, const char *name, size_t len)
{
	for (size_t i = 0; i < members->n; i++)
		if (members->few[i].name_len == len &&
		    memcmp(members->few[i].name, name, len) == 0)
			return false;
	return true;
}

static bool
take_member(struct members *members, struct scan *s)
{
	struct member *m = &members->few[members->n];

	if (members->n == MEMBERS_FEW ||
	    !take_text(s, &m->name, &m->name_len) ||
	    !is_new(members, m->name, m->name_len) || !take(s, ':') ||
	    !take_value(s, m))
		return false;
	members->n++;
	return true;
}

static bool
take_object(struct members *members, struct scan *s)
{
	if (!take(s, '{'))
		return false;
	if (take(s, '}'))
		return true;
	do
		if (!take_member(members, s))
			return false;
	while (take(s, ','));
	return take(s, '}');
}

/* Where their closing quotes are. */
static void
end_texts(struct members *members, char *line)
{
	for (size_t i = 0; i < members->n; i++) {
		const struct member *m = &members->few[i];

		line[m->name + m->name_len - line] = '\0';
		if (m->kind == MEMBER_TEXT)
			line[m->text + m->len - line] = '\0';
	}
}

bool
members_read_usual(struct members *members, char *line, size_t len)
{
	struct scan s = { line, line + len };

	members->at = members->few;
	members->n = 0;
	members->json = NULL;
	if (!take_object(members, &s) || s.at != s.end)
		return false;
	end_texts(members, line);
	return true;
}

/* ---- Any form ---- */

void
member_of(struct member *m, const char *name, const json_t *value)
{
	*m = (struct member){ .name = name,
		.name_len = strlen(name),
		.kind = MEMBER_OTHER,
		.json = value };
	if (json_is_string(value)) {
		m->kind = MEMBER_TEXT;
		m->text = json_string_value(value);
		m->len = json_string_length(value);
	} else if (json_is_integer(value)) {
		m->kind = MEMBER_NUMBER;
		m->number = json_integer_value(value);
	} else if (json_is_boolean(value)) {
		m->kind = MEMBER_TRUTH;
		m->truth = json_is_true(value);
	}
}

bool
members_read_any(struct members *members, const char *line, size_t len)
{
	json_error_t error;
	json_t *json = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
	const char *name;
	json_t *value;

	members->at = members->few;
	members->n = 0;
	members->json = json;
	if (json_object_size(json) > MEMBERS_FEW)
		members->at =
		    calloc(json_object_size(json), sizeof *members->at);
	if (!json_is_object(json) || members->at == NULL) {
		members_free(members);
		return false;
	}
	json_object_foreach(json, name, value)
	{
		member_of(&members->at[members->n++], name, value);
	}
	return true;
}

bool
members_read(struct members *members, char *line, size_t len)
{
	return members_read_usual(members, line, len) ||
	       members_read_any(members, line, len);
}

void
members_free(struct members *members)
{
	if (members->at != members->few)
		free(members->at);
	json_decref(members->json);
}

const struct member *
members_find(const struct members *members, const char *name)
{
	for (size_t i = 0; i < members->n; i++)
		if (strcmp(members->at[i].name, name) == 0)
			return &members->at[i];
	return NULL;
}
