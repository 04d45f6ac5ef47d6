/* picture_test.c - where the bars of the pictures are. */
#include "portal/site/picture.h"

#include <stdio.h>
#include <string.h>

#include "check.h"

static json_t *
picture_of(const char *text)
{
	json_t *answer = json_loads(text, 0, NULL);
	json_t *picture;

	CHECK(answer != NULL);
	picture_calendar(answer);
	picture = json_incref(json_object_get(answer, "picture"));
	json_decref(answer);
	return picture;
}

static json_int_t
number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

static const char *
text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static void
weeks(void)
{
	json_t *p = picture_of("{\"from\": \"2026-11-30T10:00:00Z\","
			       " \"days\": 13, \"calendar\": ["
			       "{\"date\": \"2026-11-30T00:00:00Z\","
			       " \"feature\": \"a\", \"licenses\": 3},"
			       "{\"date\": \"2026-12-06T00:00:00Z\","
			       " \"feature\": \"<b>\", \"licenses\": 5},"
			       "{\"date\": \"2026-12-07T00:00:00Z\","
			       " \"feature\": \"a\", \"licenses\": 4}]}");
	const json_t *bars = json_object_get(p, "bars");
	const json_t *bar = json_array_get(bars, 0);
	const json_t *parts = json_object_get(bar, "parts");

	CHECK_STR(text(p, "step"), "week");
	CHECK_INT(number(p, "total"), 12);
	CHECK_INT(number(p, "most"), 8);
	CHECK_INT(json_array_size(bars), 2);
	CHECK_STR(text(bar, "x"), "5.00");
	CHECK_STR(text(bar, "width"), "40.00");
	CHECK_STR(text(bar, "from"), "2026-11-30");
	CHECK_INT(number(bar, "total"), 8);
	/* The feature with most licenses is at the bottom. */
	CHECK_INT(json_array_size(parts), 2);
	CHECK_STR(text(json_array_get(parts, 0), "feature"), "a");
	CHECK_INT(number(json_array_get(parts, 0), "height"), 60);
	CHECK_INT(number(json_array_get(parts, 0), "y"), 100);
	CHECK_STR(
	    text(json_array_get(parts, 1), "feature"), "<b>");
	CHECK_INT(number(json_array_get(parts, 1), "height"), 100);
	CHECK_INT(number(json_array_get(parts, 1), "y"), 0);
	bar = json_array_get(bars, 1);
	CHECK_INT(number(bar, "total"), 4);
	CHECK_STR(text(bar, "x"), "55.00");
	json_decref(p);
}

/* The last color is all features that have none of their own. */
static void
others(void)
{
	json_t *answer = json_pack("{s:s, s:i, s:o}", "from", "2026-01-15",
	    "days", 365, "calendar", json_array());
	json_t *rows = json_object_get(answer, "calendar");
	const json_t *legend, *bars;
	char feature[16];

	for (int i = 1; i <= 9; i++) {
		(void)snprintf(feature, sizeof feature, "f%d", i);
		(void)json_array_append_new(
		    rows, json_pack("{s:s, s:s, s:i}", "date", "2026-02-03",
			      "feature", feature, "licenses", i));
	}
	picture_calendar(answer);
	legend = json_object_get(json_object_get(answer, "picture"), "legend");
	bars = json_object_get(json_object_get(answer, "picture"), "bars");
	CHECK_INT(json_array_size(legend), PICTURE_COLORS);
	CHECK_STR(
	    text(json_array_get(legend, 0), "feature"), "f9");
	CHECK_STR(
	    text(json_array_get(legend, 5), "feature"), "others");
	CHECK_INT(
	    number(json_array_get(legend, 5), "licenses"), 4 + 3 + 2 + 1);
	/* January 2026 to January 2027; the first one from the 15th on. */
	CHECK_INT(json_array_size(bars), 13);
	CHECK_STR(
	    text(json_array_get(bars, 1), "from"), "2026-02-01");
	CHECK_INT(number(json_array_get(bars, 1), "total"), 45);
	json_decref(answer);
}

static void
nothing(void)
{
	static const char *const answers[] = {
		"{\"from\": \"2026-11-30\", \"days\": 182, \"calendar\": []}",
		"{\"from\": \"2026-11-30\", \"days\": 36500, \"calendar\": ["
		"{\"date\": \"x\", \"feature\": \"a\", \"licenses\": 1},"
		"{\"date\": 7, \"feature\": \"a\", \"licenses\": 1},"
		"{\"date\": \"2026-12-01\", \"feature\": 7, \"licenses\": 1},"
		"{\"date\": \"2026-12-01\", \"feature\": \"a\","
		" \"licenses\": -1}, 7]}",
		"{\"from\": \"2026-11-30\"}",
	};

	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		json_t *p = picture_of(answers[i]);

		CHECK(json_is_null(p));
		json_decref(p);
	}
	CHECK(picture_of("{\"from\": 7, \"days\": 1}") == NULL);
	CHECK(picture_of("{}") == NULL);
}

/* A hundred years are bars, too, and one license of a million is seen. */
static void
far(void)
{
	json_t *p = picture_of("{\"from\": \"2026-11-30\", \"days\": 36500,"
			       " \"calendar\": ["
			       "{\"date\": \"2100-01-01\", \"feature\": \"a\","
			       " \"licenses\": 1000000},"
			       "{\"date\": \"2100-01-01\", \"feature\": \"b\","
			       " \"licenses\": 1}]}");
	const json_t *bars = json_object_get(p, "bars");
	const json_t *parts =
	    json_object_get(json_array_get(bars, 2100 - 2026), "parts");

	CHECK_STR(text(p, "step"), "year");
	CHECK_INT(json_array_size(bars), 101);
	CHECK_INT(json_array_size(parts), 2);
	CHECK(number(json_array_get(parts, 1), "height") >= 1);
	CHECK(number(json_array_get(parts, 1), "y") >= 0);
	json_decref(p);
}

static void
shares(void)
{
	static const struct {
		int left, quantity;
		const char *share;
	} cases[] = {
		{ 3, 10, "30.00" },
		{ 0, 10, "0.00" },
		{ 1, 3, "33.33" },
		{ 5, 5, "100.00" },
		{ 9, 5, "100.00" },
		{ -1, 5, "0.00" },
		{ 1, 0, "0.00" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		json_t *rows = json_pack("[{s:i, s:i}]", "left", cases[i].left,
		    "quantity", cases[i].quantity);

		picture_shares(rows);
		CHECK_STR(
		    text(json_array_get(rows, 0), "share"), cases[i].share);
		json_decref(rows);
	}
	picture_shares(NULL);
}

static const struct check_test tests[] = {
	{ "weeks", weeks },
	{ "others", others },
	{ "nothing", nothing },
	{ "far", far },
	{ "shares", shares },
};

int
main(int argc, char **argv)
{
	return check_main("picture", tests, CHECK_COUNT(tests), argc, argv);
}
