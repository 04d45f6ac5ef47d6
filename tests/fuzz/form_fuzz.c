/* form_fuzz.c - fields of forms, and what they mean as JSON. */
#include "fuzz.h"

#include <string.h>

#include "web/form.h"

/* Fields as "name=value" with "&" between, as they are. */
static struct web_form *
form_of(const char *text)
{
	struct web_form *form = web_form_new();

	require(form != NULL);
	while (*text != '\0') {
		size_t len = strcspn(text, "&"), name_len = strcspn(text, "=&");
		char *name = strndup(text, name_len);
		size_t skipped = name_len < len ? name_len + 1 : len;

		require(name != NULL);
		require(web_form_add(form, name, text + skipped, len - skipped));
		free(name);
		text += len;
		text += *text == '&';
	}
	return form;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = strndup((const char *)data, len), why[64] = "";
	struct web_form *form;
	json_t *json, *value;
	const char *name;
	char *copy;

	require(text != NULL);
	form = form_of(text);
	json = web_form_json(form, why, sizeof why);
	require(memchr(why, '\0', sizeof why) != NULL);
	if (json != NULL) {
		json_object_foreach(json, name, value) {
			require(name[0] != '_' && strchr(name, ':') == NULL);
			require(!json_is_string(value) ||
				json_string_length(value) > 0);
		}
		copy = json_dumps(json, 0);
		require(copy != NULL);
		free(copy);
	}
	require(web_form_text(form, "name") != NULL);
	json_decref(json);
	web_form_free(form);
	free(text);
	return 0;
}
