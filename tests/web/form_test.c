/* form_test.c - what a form means as JSON; browsers' forms are in tests/portal.
 */
#include "web/form.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

/* Fields as "name=value" with "&" between, as they are. */
static struct web_form *
form_of(const char *text)
{
	struct web_form *form = web_form_new();

	REQUIRE(form != NULL);
	while (*text != '\0') {
		size_t len = strcspn(text, "&"), name_len = strcspn(text, "=");
		char *name = strndup(text, name_len);

		REQUIRE(web_form_add(
		    form, name, text + name_len + 1, len - name_len - 1));
		free(name);
		text += len;
		text += *text == '&';
	}
	return form;
}

static void
members(void)
{
	static const struct {
		const char *form, *json;
	} cases[] = {
		{ "", "{}" },
		{ "a=b", "{\"a\":\"b\"}" },
		{ "a= b \r\n", "{\"a\":\"b\"}" },
		{ "a=b\r\n\r\nc\rd\n\re", "{\"a\":\"b\\n\\nc\\rd\\n\\re\"}" },
		{ "a=", "{}" },
		{ "a=  ", "{}" },
		{ "a=&a=file", "{\"a\":\"file\"}" },
		{ "a=text&a=", "{\"a\":\"text\"}" },
		{ "_form=secret&a=b", "{\"a\":\"b\"}" },
		{ "n:number=12", "{\"n\":12}" },
		{ "n:number= -12 ", "{\"n\":-12}" },
		{ "n:number=", "{}" },
		{ "l:list=A:1, B:2\r\nC:3,,",
		    "{\"l\":[\"A:1\",\"B:2\",\"C:3\"]}" },
		{ "l:list= , ", "{\"l\":[]}" },
		{ "l:lines=one word\r\n\r\n two, words \n",
		    "{\"l\":[\"one word\",\"two, words\"]}" },
		{ "b:bool=on", "{\"b\":true}" },
		{ "b:bool=", "{}" },
		{ "e:each=1&x=y&e:each=2",
		    "{\"e\":[\"1\",\"2\"],\"x\":\"y\"}" },
		{ "a:kind=1", "{}" },
		{ "a\"b=c\"d", "{\"a\\\"b\":\"c\\\"d\"}" },
	};

	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		struct web_form *form = form_of(cases[i].form);
		char why[100];
		json_t *json = web_form_json(form, why, sizeof why);
		char *text;

		check_context("%s", cases[i].form);
		REQUIRE(json != NULL);
		CHECK_STR(why, "");
		text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
		CHECK_STR(text, cases[i].json);
		free(text);
		json_decref(json);
		web_form_free(form);
	}
}

static void
refusals(void)
{
	static const char *const values[] = { "many", "1x", "1 2", "0x10",
		"1.5", "99999999999999999999", "--1" };

	for (size_t i = 0; i < CHECK_COUNT(values); i++) {
		struct web_form *form = web_form_new();
		char why[100], expected[100];

		REQUIRE(form != NULL && web_form_add(form, "quantity:number",
					    values[i], strlen(values[i])));
		(void)snprintf(expected, sizeof expected,
		    "quantity: \"%s\" is not a number", values[i]);
		check_context("%s", values[i]);
		CHECK(web_form_json(form, why, sizeof why) == NULL);
		CHECK_STR(why, expected);
		web_form_free(form);
	}
}

static void
texts(void)
{
	struct web_form *form = form_of("a=&a=1&b=2&a=3");

	CHECK_STR(web_form_text(form, "a"), "1");
	CHECK_STR(web_form_text(form, "b"), "2");
	CHECK_STR(web_form_text(form, "c"), "");
	web_form_free(form);
}

/* For the same form, to be sent again. */
static void
fields(void)
{
	struct web_form *form = form_of("_k=1&l:each=A\r\nB&e=&l:each=\tC");
	json_t *list = web_form_fields(form);
	char *text = json_dumps(list, JSON_COMPACT);

	CHECK_STR(text, "[{\"name\":\"_k\",\"value\":\"1\"},"
			"{\"name\":\"l:each\",\"value\":\"A\\nB\"},"
			"{\"name\":\"l:each\",\"value\":\"\\tC\"}]");
	free(text);
	json_decref(list);
	web_form_free(form);
}

static const struct check_test tests[] = {
	{ "members", members },
	{ "refusals", refusals },
	{ "texts", texts },
	{ "fields", fields },
};

int
main(int argc, char **argv)
{
	return check_main("form", tests, CHECK_COUNT(tests), argc, argv);
}
