/* template_fuzz.c - templates, and the JSON that they show. */
#include "fuzz.h"

#include <string.h>

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
	json_decref(json);
	web_templates_free(templates);
	free(text);
	return 0;
}
