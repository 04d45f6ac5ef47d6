/* op_args_test.c - members of a body: types, ranges, dates, what is unknown. */
#include "portal/op_args.h"

#include <string.h>

#include "check.h"

struct body {
	const char *name, *file;
	uint32_t count;
	bool truth;
	int64_t date;
	const json_t *list, *texts, *object;
};

#define OF(field) .at = offsetof(struct body, field)
static const struct arg args[] = {
	{ "name", ARG_TEXT, OF(name), .required = true, .min = 2, .max = 4 },
	{ "file", ARG_FILE, OF(file), .min = 1 },
	{ "count", ARG_NUMBER, OF(count), .min = 3, .max = 5 },
	{ "truth", ARG_TRUTH, OF(truth) },
	{ "date", ARG_DATE, OF(date) },
	{ "list", ARG_LIST, OF(list), .min = 1, .max = 2 },
	{ "texts", ARG_TEXTS, OF(texts), .min = 1 },
	{ "object", ARG_OBJECT, OF(object) },
};
#undef OF

static enum lc_err
read_text(const char *text, struct body *body, struct lc_detail *detail)
{
	json_t *object = json_loads(text, JSON_ALLOW_NUL, NULL);
	enum lc_err err;

	REQUIRE(object != NULL);
	*body = (struct body){ .count = 7, .date = -1 };
	detail->text[0] = '\0';
	err = args_read(args, CHECK_COUNT(args), object, body, detail);
	json_decref(object);
	return err;
}

static void
what_fits(void)
{
	static const struct arg nothing[1];
	struct lc_detail detail;
	struct body body;

	/* What is not there, or null, keeps what its place had. */
	CHECK_ERR(read_text("{\"name\":\"ab\",\"count\":null}", &body, &detail),
	    LC_OK, &detail);
	CHECK_UINT(body.count, 7);
	CHECK_INT(body.date, -1);
	CHECK_ERR(
	    read_text("{\"name\":\"abcd\",\"file\":\"a\\tb\\n\",\"count\":5,"
		      "\"truth\":true,\"list\":[1,{}],\"texts\":[\"x\"],"
		      "\"object\":{}}",
		&body, &detail),
	    LC_OK, &detail);
	CHECK_UINT(body.count, 5);
	CHECK(body.truth);
	CHECK_INT(args_read(nothing, 0, NULL, NULL, &detail), LC_OK);
}

static void
what_does_not(void)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "{}", "\"name\" must be a text" },
		{ "{\"name\":null}", "\"name\" must be a text" },
		{ "{\"name\":\"a\"}", "(2 to 4 bytes)" },
		{ "{\"name\":\"abcde\"}", "(2 to 4 bytes)" },
		{ "{\"name\":\"\xc3\xa9\xc3\xa9\xc3\xa9\"}", "(2 to 4 bytes)" },
		{ "{\"name\":\"a\\nb\"}", "without control characters" },
		{ "{\"name\":\"a\\u0000b\"}", "without control characters" },
		{ "{\"name\":\"ab\",\"file\":\"a\\u0000\"}", "\"file\"" },
		{ "{\"name\":\"ab\",\"file\":\"a\\u0007\"}", "\"file\"" },
		{ "{\"name\":\"ab\",\"count\":2}", "whole number (3 to 5)" },
		{ "{\"name\":\"ab\",\"count\":6}", "\"count\"" },
		{ "{\"name\":\"ab\",\"count\":-4294967292}", "\"count\"" },
		{ "{\"name\":\"ab\",\"count\":4294967300}", "\"count\"" },
		{ "{\"name\":\"ab\",\"count\":4.0}", "\"count\"" },
		{ "{\"name\":\"ab\",\"truth\":1}", "true or false" },
		{ "{\"name\":\"ab\",\"list\":[]}", "(1 to 2 entries)" },
		{ "{\"name\":\"ab\",\"list\":[1,2,3]}", "\"list\"" },
		{ "{\"name\":\"ab\",\"texts\":[\"\"]}", "array of texts" },
		{ "{\"name\":\"ab\",\"texts\":[7]}", "array of texts" },
		{ "{\"name\":\"ab\",\"object\":[]}", "must be an object" },
		{ "{\"name\":\"ab\",\"nam\":1}", "no member \"nam\" here, but "
						 "\"name\", \"file\"" },
		{ "{\"name\":\"ab\",\"a\\nb\":1}", "no member \"?\"" },
	};
	struct lc_detail detail;
	struct body body;

	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		check_context("%s", cases[i].text);
		CHECK_INT(read_text(cases[i].text, &body, &detail), LC_EINVAL);
		CHECK_HAS(detail.text, cases[i].said);
	}
}

static void
dates(void)
{
	static const struct {
		const char *text;
		int64_t date; /* -1: refused */
	} cases[] = {
		{ "1970-01-01", 0 },
		{ "2027-01-31", 1801353600 },
		{ "2028-02-29", 1835395200 },
		{ "2027-01-31T12:34:56Z", 1801398896 },
		{ "2106-02-07T06:28:15Z", UINT32_MAX },
		{ "2106-02-07T06:28:16Z", -1 },
		{ "1969-12-31", -1 },
		{ "2027-02-29", -1 },
		{ "2027-13-01", -1 },
		{ "2027-00-01", -1 },
		{ "2027-01-00", -1 },
		{ "2027-01-31T24:00:00Z", -1 },
		{ "2027-01-31T12:60:00Z", -1 },
		{ "2027-01-31T12:34:56", -1 },
		{ "2027-01-31T12:34:56Zx", -1 },
		{ "2027-1-31", -1 },
		{ "+027-01-31", -1 },
		{ "", -1 },
	};
	char text[DATE_SIZE], json[64];
	struct lc_detail detail;
	struct body body;

	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		check_context("\"%s\"", cases[i].text);
		(void)snprintf(json, sizeof json,
		    "{\"name\":\"ab\",\"date\":\"%s\"}", cases[i].text);
		CHECK_INT(read_text(json, &body, &detail),
		    cases[i].date < 0 ? LC_EINVAL : LC_OK);
		CHECK_INT(body.date, cases[i].date);
		if (cases[i].date >= 0 && strlen(cases[i].text) > 10)
			CHECK_STR(
			    date_text(cases[i].date, text), cases[i].text);
	}
}

static void
nth(void)
{
	json_t *array =
	    json_loads("[{\"name\":\"ab\"},{\"name\":7},5]", 0, NULL);
	struct lc_detail detail = { "" };
	struct body body = { .name = NULL };
	size_t n = CHECK_COUNT(args);

	CHECK_INT(
	    args_read_nth(args, n, "lines", array, 0, &body, &detail), LC_OK);
	CHECK_STR(body.name, "ab");
	CHECK_INT(args_read_nth(args, n, "lines", array, 1, &body, &detail),
	    LC_EINVAL);
	CHECK_HAS(detail.text, "\"lines\", 2: \"name\" must be");
	CHECK_INT(args_read_nth(args, n, "lines", array, 2, &body, &detail),
	    LC_EINVAL);
	CHECK_HAS(detail.text, "\"lines\", 3: not an object");
	json_decref(array);
}

static const struct check_test tests[] = {
	{ "what fits", what_fits },
	{ "what does not", what_does_not },
	{ "dates", dates },
	{ "the nth of a list", nth },
};

int
main(int argc, char **argv)
{
	return check_main("op_args", tests, CHECK_COUNT(tests), argc, argv);
}
