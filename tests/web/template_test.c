/* template_test.c - pages and mails from JSON. */
#include "web/template.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

#define FFFD "\xef\xbf\xbd"

static const struct buffer empty = BUFFER_INIT(1 << 20);

/* The text of one template with the data, which the caller frees. */
static char *
page(const char *name, const char *text, const char *data)
{
	struct web_templates *templates = web_templates_new();
	json_t *json = json_loads(data, JSON_DECODE_ANY, NULL);
	struct buffer out = empty;
	char why[200] = "", *result;

	REQUIRE(templates != NULL && json != NULL);
	if (!web_templates_add(
		templates, name, text, strlen(text), why, sizeof why) ||
	    !web_templates_check(templates, why, sizeof why)) {
		check_context("%s", why);
		REQUIRE(false);
	}
	CHECK(web_template_render(templates, name, json, &out));
	buffer_append(&out, "", 1);
	result = strdup((const char *)out.data);
	buffer_free(&out);
	json_decref(json);
	web_templates_free(templates);
	return result;
}

static void
values(void)
{
	static const struct {
		const char *name, *text, *data, *page;
	} cases[] = {
		{ "p.html", "", "{}", "" },
		{ "p.html", "as it is: } {", "{}", "as it is: } {" },
		{ "p.html", "{{a}} and {{ a }}", "{\"a\":\"x\"}", "x and x" },
		{ "p.html", "{{a}}{{none}}", "{\"a\":null}", "" },
		{ "p.html", "{{n}} {{r}} {{t}} {{f}}",
		    "{\"n\":-12,\"r\":0.5,\"t\":true,\"f\":false}",
		    "-12 0.5 yes no" },
		{ "p.html", "{{a}}{{b}}", "{\"a\":[1],\"b\":{}}", "" },
		/* Markup and quotes. */
		{ "p.html", "<a title=\"{{a}}\">",
		    "{\"a\":\"\\\"><script>'&\"}",
		    "<a title=\"&quot;&gt;&lt;script&gt;&#39;&amp;\">" },
		{ "p.txt", "{{a}}", "{\"a\":\"<b> & 'c'\"}", "<b> & 'c'" },
		/* What is a tag in a value is none. */
		{ "p.html", "{{a}}", "{\"a\":\"{{b}}\",\"b\":1}", "{{b}}" },
		/* Control characters, and those of direction. */
		{ "p.txt", "{{a}}", "{\"a\":\"1\\u001b[2J\\u007f\\u0085\"}",
		    "1" FFFD "[2J" FFFD FFFD },
		{ "p.html", "{{a}}",
		    "{\"a\":\"\\u202e\\u2066\\u200f\\u061c\\u00e4\\u20ac\"}",
		    FFFD FFFD FFFD FFFD "\xc3\xa4\xe2\x82\xac" },
		{ "p.html", "{{a}}", "{\"a\":\"two\\nrows\\tand\"}",
		    "two\nrows\tand" },
		{ "p.txt", "{{a}}", "{\"a\":\"two\\nrows\\tand\"}",
		    "two rows and" },
		/* Filters. */
		{ "p.html", "/paks/{{a|url}}", "{\"a\":\"A:1/K9 \\u00e4\"}",
		    "/paks/A%3A1%2FK9%20%C3%A4" },
		{ "p.html", "{{at|date}} {{ at | time }}",
		    "{\"at\":1796036400}", "2026-11-30 2026-11-30 11:00 UTC" },
		{ "p.html", "{{at|date}}", "{\"at\":\"<soon>\"}",
		    "&lt;soon&gt;" },
		{ "p.html", "{{at|date}} {{ at | time }} {{at}}",
		    "{\"at\":\"2026-11-30T07:00:09Z\"}",
		    "2026-11-30 2026-11-30 07:00 UTC 2026-11-30T07:00:09Z" },
		{ "p.html", "{{at|date}}", "{\"at\":\"2026-11-30T07:00:0<Z\"}",
		    "2026-11-30T07:00:0&lt;Z" },
		{ "p.html", "{{at|date}}", "{\"at\":\"2026-11-30T\"}",
		    "2026-11-30T" },
	};

	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		char *text = page(cases[i].name, cases[i].text, cases[i].data);

		check_context("%s", cases[i].text);
		CHECK_STR(text, cases[i].page);
		free(text);
	}
}

static void
sections(void)
{
	static const struct {
		const char *text, *data, *page;
	} cases[] = {
		{ "{{#a}}x{{/a}}{{^a}}y{{/a}}", "{\"a\":true}", "x" },
		{ "{{#a}}x{{/a}}{{^a}}y{{/a}}", "{\"a\":false}", "y" },
		{ "{{#a}}x{{/a}}{{^a}}y{{/a}}", "{}", "y" },
		{ "{{#a}}x{{/a}}{{^a}}y{{/a}}", "{\"a\":null}", "y" },
		{ "{{#a}}x{{/a}}{{^a}}y{{/a}}", "{\"a\":\"\"}", "y" },
		{ "{{#a}}x{{/a}}{{^a}}y{{/a}}", "{\"a\":\"0\"}", "x" },
		{ "{{#a}}x{{/a}}{{^a}}y{{/a}}", "{\"a\":0}", "y" },
		{ "{{#a}}x{{/a}}{{^a}}y{{/a}}", "{\"a\":0.0}", "y" },
		{ "{{#a}}x{{/a}}{{^a}}y{{/a}}", "{\"a\":[]}", "y" },
		{ "{{#a}}x{{/a}}{{^a}}y{{/a}}", "{\"a\":{}}", "x" },
		{ "{{#a}}{{.}},{{/a}}", "{\"a\":[1,\"b\",true]}", "1,b,yes," },
		{ "{{#a}}{{b}}{{c}} {{/a}}",
		    "{\"a\":[{\"b\":1},{\"b\":2,\"c\":3}],\"c\":9}", "19 23 " },
		{ "{{#a}}{{#b}}{{c}}{{/b}}{{/a}}", "{\"a\":{\"b\":{\"c\":7}}}",
		    "7" },
		{ "{{#a}}{{#b}}{{.}}{{/b}};{{/a}}",
		    "{\"a\":[{\"b\":[1,2]},{\"b\":[3]}]}", "12;3;" },
		/* Lines that have nothing but a tag leave nothing. */
		{ "1\n{{#a}}\n2\n{{/a}}\n3\n", "{\"a\":[1,2]}",
		    "1\n2\n2\n3\n" },
		{ "1\n  {{! words }}  \r\n2", "{}", "1\n2" },
		{ "{{#a}}\nx\n{{/a}}", "{\"a\":1}", "x\n" },
		{ "a {{#a}}\nx{{/a}}\n", "{\"a\":1}", "a \nx\n" },
		{ "{{#a}}{{/a}}\n", "{\"a\":1}", "\n" },
		{ "{{a}}\n", "{\"a\":1}", "1\n" },
	};

	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		char *text = page("p.html", cases[i].text, cases[i].data);

		check_context("%s with %s", cases[i].text, cases[i].data);
		CHECK_STR(text, cases[i].page);
		free(text);
	}
}

static void
mistakes(void)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "a\n{{b", "p.html, line 2: the tag is not closed" },
		{ "\n\n{{}}", "p.html, line 3: \"\" is not a name" },
		{ "{{a b}}", "\"a b\" is not a name" },
		{ "{{{a}}}", "\"{a\" is not a name" },
		{ "{{&a}}", "\"&a\" is not a name" },
		{ "{{#a}}\n", "line 1: section \"a\" is not closed" },
		{ "{{#a}}{{/b}}", "section \"a\" is closed by \"b\"" },
		{ "{{/a}}", "no section is open here" },
		{ "{{a|raw}}", "there is no filter \"raw\"" },
		{ "{{> other.html}}", "there is no template \"other.html\"" },
		{ "{{> p.html}}", "more than 8 templates within each other" },
		{ "{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}"
		  "{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}",
		    "more than 16 sections within each other" },
	};

	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		struct web_templates *templates = web_templates_new();
		char why[200] = "";
		const char *text = cases[i].text;

		REQUIRE(templates != NULL);
		check_context("%s", text);
		CHECK(!web_templates_add(templates, "p.html", text,
			  strlen(text), why, sizeof why) ||
		      !web_templates_check(templates, why, sizeof why));
		CHECK_HAS(why, cases[i].why);
		web_templates_free(templates);
	}
}

/* What is too long ends, and says so. */
static void
too_long(void)
{
	static const char text[] = "{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}"
				   "{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}";
	struct web_templates *templates = web_templates_new();
	struct buffer out = empty, small = BUFFER_INIT(4);
	json_t *data = json_pack("{s:[iiiiiiiiii], s:s}", "a", 1, 2, 3, 4, 5, 6,
	    7, 8, 9, 10, "long", "12345");
	char why[200];

	REQUIRE(templates != NULL && data != NULL);
	CHECK(web_templates_add(
	    templates, "p.html", text, sizeof text - 1, why, sizeof why));
	CHECK(web_templates_add(
	    templates, "q.html", "{{long}}", 8, why, sizeof why));
	CHECK(!web_template_render(templates, "p.html", data, &out));
	CHECK(!web_template_render(templates, "q.html", data, &small));
	CHECK(!web_template_render(templates, "none.html", data, &out));
	CHECK(web_template_render(templates, "q.html", data, &out));
	buffer_free(&out);
	buffer_free(&small);
	json_decref(data);
	web_templates_free(templates);
}

static void
file_write(const char *dir, const char *name, const char *text)
{
	char path[200];
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	file = fopen(path, "w");
	REQUIRE(file != NULL);
	CHECK(fputs(text, file) >= 0);
	CHECK(fclose(file) == 0);
}

static void
folders(void)
{
	struct web_templates *templates = web_templates_new();
	json_t *data = json_pack("{s:s}", "who", "<you>");
	struct buffer out = empty;
	char dir[] = "/tmp/template-XXXXXX", command[64], why[200] = "";

	REQUIRE(templates != NULL && data != NULL && mkdtemp(dir) != NULL);
	file_write(dir, "page.html", "{{> head.html}}\nHi {{who}}\n");
	file_write(dir, "head.html", "<h1>{{who}}</h1>\n");
	file_write(dir, "mail.txt", "Hi {{who}}\n");
	file_write(dir, "page.html~", "{{broken");
	CHECK(web_templates_load(templates, dir, why, sizeof why));
	CHECK_STR(why, "");
	CHECK(web_template_render(templates, "page.html", data, &out));
	CHECK(web_template_render(templates, "mail.txt", data, &out));
	buffer_append(&out, "", 1);
	CHECK_STR((const char *)out.data,
	    "<h1>&lt;you&gt;</h1>\nHi &lt;you&gt;\nHi <you>\n");
	file_write(dir, "x.html", "one\n{{two\n");
	CHECK(!web_templates_load(templates, dir, why, sizeof why));
	CHECK_HAS(why, "x.html, line 2");
	CHECK(!web_templates_load(
	    templates, "/nowhere/templates", why, sizeof why));
	CHECK_HAS(why, "/nowhere/templates: No such file");
	(void)snprintf(command, sizeof command, "rm -r %s", dir);
	CHECK_INT(system(command), 0);
	buffer_free(&out);
	json_decref(data);
	web_templates_free(templates);
}

static const struct check_test tests[] = {
	{ "values", values },
	{ "sections", sections },
	{ "mistakes", mistakes },
	{ "too long", too_long },
	{ "folders", folders },
};

int
main(int argc, char **argv)
{
	return check_main("template", tests, CHECK_COUNT(tests), argc, argv);
}
