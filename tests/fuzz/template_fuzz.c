/* template_fuzz.c - templates, the JSON that they show, and mails of both. */
#include "fuzz.h"

#include <string.h>

#include "web/mail.h"
#include "web/template.h"

#define OUT_MAX (1 << 20)

/* What a template has not itself comes from no value. */
static void
require_escaped(const char *text, const struct buffer *out, int c)
{
	if (strchr(text, c) == NULL && out->len > 0)
		require(memchr(out->data, c, out->len) == NULL);
}

static void
render(
    const struct web_templates *templates, const char *text, const json_t *json)
{
	struct buffer out = BUFFER_INIT(OUT_MAX);

	if (web_template_render(templates, "p.html", json, &out)) {
		require_escaped(text, &out, '<');
		require_escaped(text, &out, '"');
		require_escaped(text, &out, '\'');
		require_escaped(text, &out, 0x1b);
	}
	buffer_free(&out);
}

#define FIELDS 7 /* before Content-Type and its boundary */

/* Whatever is in it, a mail has our fields, and lines that SMTP takes. */
static void
mail_check(const struct buffer *out)
{
	const char *at = (const char *)out->data, *end = at + out->len;
	size_t fields = 0;
	bool in_head = true;

	require(memchr(at, '\0', out->len) == NULL);
	while (at < end) {
		const char *stop = memchr(at, '\r', (size_t)(end - at));

		require(stop != NULL && stop + 1 < end && stop[1] == '\n');
		require(memchr(at, '\n', (size_t)(stop - at)) == NULL);
		require(stop - at <= 998 && (at[0] != '.' || stop == at));
		in_head = in_head && stop > at;
		fields += in_head && at[0] != ' ';
		for (const char *c = at; c < stop; c++)
			require(*c == '\t' || (*c >= ' ' && *c < 127));
		at = stop + 2;
	}
	require(fields == FIELDS + 1);
}

static void
mail_make(const struct web_templates *templates, const json_t *json)
{
	const struct web_mail mail = {
		.from = "Portal <p@example.net>",
		.to = "a@example.net",
		.id = "id",
		.host = "example.net",
		.url = "https://example.net",
		.files = &(const struct web_mail_file){ "f.lic", "file\n", 5 },
		.nfiles = 1,
	};
	struct buffer out = BUFFER_INIT(OUT_MAX);

	if (web_mail_make(&mail, templates, "m", json, &out))
		mail_check(&out);
	buffer_free(&out);
}

/* The same template as a text, in a frame that is not its own. */
static void
mail_of(const char *template, const json_t *json)
{
	static const char frame[] =
	    "{{#paragraphs}}{{#lines}}<a href=\"{{link}}\">{{text}}</a>"
	    "{{/lines}}{{/paragraphs}}";
	struct web_templates *templates = web_templates_new();
	char why[256];

	require(templates != NULL);
	require(web_templates_add(templates, "mail.html", frame,
	    sizeof frame - 1, why, sizeof why));
	if (json_is_object(json) &&
	    web_templates_add(templates, "m.txt", template, strlen(template),
		why, sizeof why) &&
	    web_templates_check(templates, why, sizeof why))
		mail_make(templates, json);
	web_templates_free(templates);
}

/* A line of JSON, and a template. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = strndup((const char *)data, len), why[256] = "";
	struct web_templates *templates = web_templates_new();
	char *template, *line_end;
	json_t *json;

	require(text != NULL && templates != NULL);
	line_end = text + strcspn(text, "\n");
	template = line_end + (*line_end != '\0');
	*line_end = '\0';
	json = json_loads(text, 0, NULL);
	if (!web_templates_add(templates, "p.html", template, strlen(template),
		why, sizeof why) ||
	    !web_templates_check(templates, why, sizeof why))
		require(why[0] != '\0');
	else if (json != NULL)
		render(templates, template, json);
	if (json != NULL)
		mail_of(template, json);
	json_decref(json);
	web_templates_free(templates);
	free(text);
	return 0;
}
