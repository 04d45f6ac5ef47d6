/* template_render.c - pages from templates that were read. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "template.h"
#include "template_nodes.h"

#define STEPS_MAX 1000000 /* nodes of a page, repeated ones counted again */

struct scope {
	const struct scope *up;
	const json_t *value;
};

struct writer {
	const struct web_templates *templates;
	struct buffer *out;
	bool escapes;
	unsigned steps; /* left */
};

static const json_t *
member(const json_t *object, struct text name)
{
	char copy[NAME_SIZE];

	memcpy(copy, name.at, name.len);
	copy[name.len] = '\0';
	return json_object_get(object, copy);
}

static const json_t *
value_of(const struct scope *scope, struct text name)
{
	const json_t *value = NULL;

	if (text_is(name, "."))
		return scope->value;
	for (; scope != NULL && value == NULL; scope = scope->up)
		value = member(scope->value, name);
	return value;
}

static bool
is_true(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
	case JSON_TRUE:
		return true;
	case JSON_ARRAY:
		return json_array_size(value) > 0;
	case JSON_STRING:
		return json_string_length(value) > 0;
	case JSON_INTEGER:
		return json_integer_value(value) != 0;
	case JSON_REAL:
		return json_real_value(value) != 0;
	default:
		return false;
	}
}

/*
 * The bytes of a character that controls a terminal or the direction of text,
 * at the beginning of a text that ends with a NUL; 0: it is none.
 */
static size_t
control_len(const unsigned char *c)
{
	if ((c[0] < 0x20 && c[0] != '\t' && c[0] != '\n') || c[0] == 0x7f)
		return 1;
	if ((c[0] == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f) || /* C1 */
	    (c[0] == 0xd8 && c[1] == 0x9c))                   /* U+061C */
		return 2;
	if (c[0] == 0xe2 && c[1] == 0x80 &&
	    ((c[2] >= 0x8e && c[2] <= 0x8f) || (c[2] >= 0xa8 && c[2] <= 0xae)))
		return 3; /* marks, separators, embeddings, overrides */
	if (c[0] == 0xe2 && c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9)
		return 3; /* isolates */
	return 0;
}

static void
put(struct writer *w, const char *text)
{
	buffer_append(w->out, text, strlen(text));
}

static void
put_escaped(struct writer *w, const char *text)
{
	const unsigned char *c = (const unsigned char *)text;

	while (*c != '\0') {
		size_t control = control_len(c);

		if (control > 0) {
			put(w, "\xef\xbf\xbd");
			c += control;
			continue;
		}
		if (w->escapes && strchr("&<>\"'", *c) != NULL)
			put(w, *c == '&'   ? "&amp;"
			       : *c == '<' ? "&lt;"
			       : *c == '>' ? "&gt;"
			       : *c == '"' ? "&quot;"
					   : "&#39;");
		else if (!w->escapes && (*c == '\n' || *c == '\t'))
			put(w, " "); /* a value makes no line of its own */
		else
			buffer_append(w->out, c, 1);
		c++;
	}
}

/* RFC 3986: all but unreserved characters as %XX. */
static void
put_url(struct writer *w, const char *text)
{
	static const char unreserved[] = "abcdefghijklmnopqrstuvwxyz"
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "0123456789-._~";

	for (; *text != '\0'; text++) {
		char code[4];

		if (strchr(unreserved, *text) != NULL) {
			buffer_append(w->out, text, 1);
			continue;
		}
		(void)snprintf(code, sizeof code, "%%%02X",
		    (unsigned)(unsigned char)*text);
		put(w, code);
	}
}

static void
put_instant(struct writer *w, json_int_t seconds, bool with_time)
{
	time_t at = (time_t)seconds;
	char text[64];
	struct tm tm;

	if (gmtime_r(&at, &tm) != NULL &&
	    (with_time ? strftime(text, sizeof text, "%F %H:%M UTC", &tm)
		       : strftime(text, sizeof text, "%F", &tm)) > 0)
		put(w, text);
}

/* "2026-11-30T07:00:00Z", as JSON has instants. */
static bool
is_instant(const char *text)
{
	static const char form[] = "0000-00-00T00:00:00Z";
	size_t i;

	for (i = 0; form[i] != '\0'; i++) {
		if (form[i] == '0' ? strchr("0123456789", text[i]) == NULL ||
					 text[i] == '\0'
				   : text[i] != form[i])
			return false;
	}
	return text[i] == '\0';
}

static void
put_instant_text(struct writer *w, const char *text, bool with_time)
{
	buffer_append(w->out, text, 10);
	if (!with_time)
		return;
	put(w, " ");
	buffer_append(w->out, text + 11, 5);
	put(w, " UTC");
}

static void
put_value(struct writer *w, const json_t *value, struct text filter)
{
	char number[32] = "";
	const char *text = number;

	if (json_is_string(value))
		text = json_string_value(value);
	else if (json_is_integer(value))
		(void)snprintf(number, sizeof number, "%lld",
		    (long long)json_integer_value(value));
	else if (json_is_real(value))
		(void)snprintf(
		    number, sizeof number, "%g", json_real_value(value));
	else if (json_is_boolean(value))
		text = json_is_true(value) ? "yes" : "no";

	if (text_is(filter, "url"))
		put_url(w, text);
	else if (json_is_integer(value) && filter.len > 0)
		put_instant(
		    w, json_integer_value(value), text_is(filter, "time"));
	else if (filter.len > 0 && is_instant(text))
		put_instant_text(w, text, text_is(filter, "time"));
	else
		put_escaped(w, text);
}

static void render(struct writer *, const struct template *, size_t from,
    size_t to, const struct scope *);

static void
render_section(struct writer *w, const struct template *t, size_t at,
    const struct scope *scope)
{
	const struct node *node = &t->nodes[at];
	const json_t *value = value_of(scope, node->text);
	bool shown = value != NULL && is_true(value);
	struct scope inner = { scope, value };

	if (node->kind == INVERTED) {
		if (!shown)
			render(w, t, at + 1, node->end, scope);
	} else if (json_is_array(value)) {
		for (size_t i = 0; i < json_array_size(value); i++) {
			inner.value = json_array_get(value, i);
			render(w, t, at + 1, node->end, &inner);
		}
	} else if (shown) {
		render(w, t, at + 1, node->end,
		    json_is_object(value) ? &inner : scope);
	}
}

static void
render(struct writer *w, const struct template *t, size_t from, size_t to,
    const struct scope *scope)
{
	const struct template *partial;

	for (size_t i = from; i < to && !w->out->failed && w->steps > 0; i++) {
		w->steps--;
		const struct node *node = &t->nodes[i];

		switch (node->kind) {
		case TEXT:
			buffer_append(w->out, node->text.at, node->text.len);
			break;
		case VALUE:
			put_value(w, value_of(scope, node->text), node->filter);
			break;
		case PARTIAL:
			if ((partial = template_find(
				 w->templates, node->text)) != NULL)
				render(w, partial, 0, partial->nnodes, scope);
			break;
		default:
			render_section(w, t, i, scope);
			i = node->end - 1;
		}
	}
}

bool
web_template_render(const struct web_templates *templates, const char *name,
    const json_t *data, struct buffer *out)
{
	const struct template *t =
	    template_find(templates, (struct text){ name, strlen(name) });
	const struct scope scope = { NULL, data };
	struct writer w = {
		.templates = templates,
		.out = out,
		.escapes = t != NULL && t->escapes,
		.steps = STEPS_MAX,
	};

	if (t == NULL)
		return false;
	render(&w, t, 0, t->nnodes, &scope);
	return !out->failed && w.steps > 0;
}
