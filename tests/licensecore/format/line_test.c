/* line_test.c - license lines: every rule, with a line that breaks it. */
#include "format/line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/b64.h"
#include "check.h"
#include "issuer.h"
#include "format/jws.h"
#include "authority/ops/sign.h"

static struct issuer *issuer;

static void
same_terms(const struct lc_terms *a, const struct lc_terms *b)
{
	CHECK_STR(a->id, b->id);
	CHECK_STR(a->issuer, b->issuer);
	CHECK_INT(a->issued, b->issued);
	CHECK_STR(a->feature, b->feature);
	CHECK_STR(a->version, b->version);
	CHECK_INT(a->type, b->type);
	CHECK_UINT(a->nudis, b->nudis);
	for (size_t i = 0; i < a->nudis && i < b->nudis; i++)
		CHECK_STR(a->udis[i], b->udis[i]);
	CHECK_INT(a->counted, b->counted);
	CHECK_UINT(a->count, b->count);
	CHECK_UINT(a->period_s, b->period_s);
	CHECK_INT(a->start, b->start);
	CHECK_INT(a->end, b->end);
	CHECK_UINT(a->extension_days, b->extension_days);
	CHECK_INT(a->additive, b->additive);
	CHECK_STR(a->eula, b->eula);
	CHECK_STR(a->comment, b->comment);
}

/* One that verified before is read in another way: it says the same. */
static void
opens_again_the_same(const char *text, enum lc_err err,
    const struct lc_line *line, const struct lc_detail *detail)
{
	struct lc_detail why = { "" };
	struct lc_line *again = NULL;
	enum lc_err other = lc_line_open_again(
	    text, strlen(text), issuer->trust, &again, &why);

	if (err == LC_OK && other == LC_OK) {
		same_terms(&again->terms, &line->terms);
		CHECK_STR(again->kid, line->kid);
	}
	/* It looks at no signature. */
	if (err != LC_ESIGNATURE &&
	    strncmp(detail->text, "signature:", 10) != 0) {
		CHECK_ERR(other, err, &why);
		CHECK_STR(why.text, detail->text);
	}
	if (other == LC_OK)
		lc_line_free(again);
}

static enum lc_err
open_text(const char *text, struct lc_line **line, struct lc_detail *detail)
{
	enum lc_err err;

	detail->text[0] = '\0';
	err = lc_line_open(text, strlen(text), issuer->trust, line, detail);
	opens_again_the_same(text, err, *line, detail);
	return err;
}

/* Opening and then checking, as an installation does. */
static enum lc_err
judge(const char *text, struct lc_detail *detail)
{
	struct lc_line *line = NULL;
	enum lc_err err = open_text(text, &line, detail);

	if (err == LC_OK)
		err = lc_terms_check(&line->terms, detail);
	lc_line_free(line);
	return err;
}

/* ---- Payloads -------------------------------------------------------- */

/* A good payload is these rows; a test replaces, adds or removes one. */
static const struct {
	const char *name, *json;
} good[] = {
	{ "id", "\"0123456789abcdef\"" },
	{ "issuer", "\"Test Authority\"" },
	{ "issued", "1700000000" },
	{ "feature", "\"ipbasek9\"" },
	{ "version", "\"1.0\"" },
	{ "type", "\"permanent\"" },
	{ "udi", "[\"LIC1921/K9:LAB00000001\"]" },
};

static char *
payload_with(const char *name, const char *json)
{
	char *text = calloc(1, 2 * LC_LINE_MAX);
	bool replaced = false;

	REQUIRE(text != NULL);
	for (size_t i = 0; i < CHECK_COUNT(good); i++) {
		const char *value = good[i].json;

		if (name != NULL && strcmp(good[i].name, name) == 0) {
			value = json;
			replaced = true;
		}
		if (value != NULL)
			(void)sprintf(text + strlen(text), "%c\"%s\":%s",
			    text[0] == '\0' ? '{' : ',', good[i].name, value);
	}
	if (name != NULL && !replaced)
		(void)sprintf(text + strlen(text), ",\"%s\":%s", name, json);
	strcat(text, "}");
	return text;
}

/* "" for others: members that replace those of the good payload, as rows. */
struct payload_row {
	const char *name, *json; /* NULL: left out */
	enum lc_err err;
	const char *says;
};

static void
check_payload(const struct payload_row *row)
{
	char *payload = payload_with(row->name, row->json);
	char *line = issuer_sign(issuer, LC_TYP_LICENSE, payload);
	struct lc_detail detail;

	check_context(
	    "%s: %.40s", row->name, row->json == NULL ? "(absent)" : row->json);
	CHECK_ERR(judge(line, &detail), row->err, &detail);
	CHECK_HAS(detail.text, row->says);
	free(line);
	free(payload);
}

#define X16 "xxxxxxxxxxxxxxxx"
#define X64 X16 X16 X16 X16
#define X128 X64 X64

static void
members(void)
{
	/* clang-format off */
	static const struct payload_row rows[] = {
		{ NULL, NULL, LC_OK, "" },
		{ "id", NULL, LC_ELINE, "\"id\" is missing" },
		{ "id", "\"\"", LC_ELINE, "\"id\": 0 bytes instead of 1 to 64" },
		{ "id", "\"" X64 "\"", LC_OK, "" },
		{ "id", "\"" X64 "x\"", LC_ELINE, "65 bytes" },
		{ "id", "\"a b\"", LC_ELINE, "letters, digits" },
		{ "id", "\"\\u00e9\"", LC_ELINE, "letters, digits" },
		{ "id", "17", LC_ELINE, "\"id\": not a string" },
		{ "id", "null", LC_ELINE, "\"id\": not a string" },
		{ "issuer", NULL, LC_ELINE, "\"issuer\" is missing" },
		{ "issuer", "\"\"", LC_ELINE, "0 bytes" },
		{ "issuer", "\"" X128 "\"", LC_OK, "" },
		{ "issuer", "\"" X128 "x\"", LC_ELINE, "129 bytes" },
		{ "issued", NULL, LC_ELINE, "\"issued\" is missing" },
		{ "issued", "\"2026-01-01\"", LC_ELINE, "not an integer" },
		{ "issued", "1.5", LC_ELINE, "not an integer" },
		{ "issued", "1e9", LC_ELINE, "not an integer" },
		{ "issued", "true", LC_ELINE, "not an integer" },
		{ "issued", "0", LC_OK, "" },
		{ "issued", "-1", LC_EPERIOD, "1970 to 2106" },
		{ "issued", "4294967295", LC_OK, "" },
		{ "issued", "4294967296", LC_EPERIOD, "1970 to 2106" },
		{ "issued", "-9223372036854775808", LC_EPERIOD, "1970 to 2106" },
		{ "issued", "9223372036854775807", LC_EPERIOD, "1970 to 2106" },
		{ "issued", "9223372036854775808", LC_ELINE, "number too big" },
		{ "feature", NULL, LC_ELINE, "\"feature\" is missing" },
		{ "feature", "\"\"", LC_ELINE, "0 bytes" },
		{ "feature", "\"" X128 "\"", LC_OK, "" },
		{ "feature", "\"" X128 "x\"", LC_ELINE, "129 bytes" },
		{ "feature", "\"\\u00fcbung\"", LC_OK, "" },
		{ "feature", "\"a\\u001b[2J\"", LC_ELINE, "control characters" },
		{ "feature", "\"a\\u009b2J\"", LC_ELINE, "control characters" },
		{ "feature", "\"a\\u007f\"", LC_ELINE, "control characters" },
		{ "feature", "\"a\\nb\"", LC_ELINE, "control characters" },
		{ "feature", "\"a\\u0000b\"", LC_ELINE, "NUL" },
		{ "feature", "\"\xff\"", LC_ELINE, "UTF-8" },
		{ "feature", "\"\xc0\xaf\"", LC_ELINE, "UTF-8" },
		{ "feature", "\"\xed\xa0\x80\"", LC_ELINE, "UTF-8" },
		{ "feature", "\"\\ud800\"", LC_ELINE, "not JSON" },
		{ "feature", "[\"a\"]", LC_ELINE, "not a string" },
		{ "feature", "[[\"a\"]]", LC_ELINE, "nested" },
		{ "version", NULL, LC_ELINE, "\"version\" is missing" },
		{ "version", "\"\"", LC_OK, "" },
		{ "version", "\"" X16 X16 "\"", LC_OK, "" },
		{ "version", "\"" X16 X16 "x\"", LC_ELINE, "33 bytes instead of 0 to 32" },
		{ "version", "1.0", LC_ELINE, "not a string" },
		{ "type", NULL, LC_ELINE, "\"type\" is missing" },
		{ "type", "\"Permanent\"", LC_ELINE, "license type" },
		{ "type", "\"\"", LC_ELINE, "license type" },
		{ "type", "4", LC_ELINE, "license type" },
		{ "udi", NULL, LC_ELINE, "is locked to devices" },
		{ "udi", "[]", LC_ELINE, "not an array of 1 to 64" },
		{ "udi", "\"A:B\"", LC_ELINE, "not an array of 1 to 64" },
		{ "udi", "[\"A:B\",\"A:C\"]", LC_OK, "" },
		{ "udi", "[\"A:B\",\"A:B\"]", LC_ELINE, "the same value twice" },
		{ "udi", "[\"A\"]", LC_ELINE, "PID:SN" },
		{ "udi", "[\"A:\"]", LC_ELINE, "PID:SN" },
		{ "udi", "[\":B\"]", LC_ELINE, "PID:SN" },
		{ "udi", "[\"A:B:C\"]", LC_ELINE, "PID:SN" },
		{ "udi", "[\"A :B\"]", LC_ELINE, "PID:SN" },
		{ "udi", "[\"\\u00c4:B\"]", LC_ELINE, "PID:SN" },
		{ "udi", "[7]", LC_ELINE, "not a string" },
		{ "udi", "[\"A:" X64 X16 X16 X16 "xxxxxxxxxxxxxx\"]", LC_OK, "" },
		{ "udi", "[\"A:" X64 X16 X16 X16 "xxxxxxxxxxxxxxx\"]", LC_ELINE, "PID:SN" },
		{ "count", "1", LC_OK, "" },
		{ "count", "0", LC_ECOUNT, "1 to 4294967294" },
		{ "count", "-1", LC_ECOUNT, "1 to 4294967294" },
		{ "count", "2147483647", LC_OK, "" },
		{ "count", "2147483648", LC_OK, "" },
		{ "count", "4294967294", LC_OK, "" },
		{ "count", "4294967295", LC_ECOUNT, "1 to 4294967294" },
		{ "count", "4294967296", LC_ECOUNT, "1 to 4294967294" },
		{ "count", "4294967297", LC_ECOUNT, "1 to 4294967294" },
		{ "count", "\"1\"", LC_ELINE, "not an integer" },
		{ "count", "1.0", LC_ELINE, "not an integer" },
		{ "count", "null", LC_ELINE, "not an integer" },
		{ "period", "60", LC_EPERIOD, "period not allowed for type permanent" },
		{ "period", "0", LC_EPERIOD, "period not allowed for type permanent" },
		{ "start", "1", LC_EPERIOD, "subscriptions only" },
		{ "end", "1", LC_EPERIOD, "subscriptions only" },
		{ "extensionDays", "1", LC_EPERIOD, "subscriptions only" },
		{ "extensionDays", "0", LC_EPERIOD, "subscriptions only" },
		{ "addition", "\"additive\"", LC_OK, "" },
		{ "addition", "\"exclusive\"", LC_OK, "" },
		{ "addition", "\"\"", LC_ELINE, "neither \"additive\" nor \"exclusive\"" },
		{ "addition", "true", LC_ELINE, "neither \"additive\" nor \"exclusive\"" },
		{ "eula", "\"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU\"", LC_OK, "" },
		{ "eula", "\"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuF\"", LC_ELINE, "42 bytes" },
		{ "eula", "\"\"", LC_ELINE, "0 bytes" },
		{ "eula", "\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\"", LC_ELINE, "letters, digits" },
		{ "comment", "\"\"", LC_OK, "" },
		{ "comment", "\"" X128 X64 X16 X16 X16 "xxxxxxxxxxxxxxx\"", LC_OK, "" },
		{ "comment", "\"" X128 X128 "\"", LC_ELINE, "256 bytes" },
		{ "Count", "1", LC_ELINE, "unknown member \"Count\"" },
		{ "region", "\"EU\"", LC_ELINE, "unknown member \"region\"" },
		{ "\\n", "1", LC_ELINE, "unknown member \"?\"" },
		{ "x-order", "\"4711\"", LC_OK, "" },
		{ "x-lines", "[1,2]", LC_OK, "" },
		{ "x-deep", "[[1]]", LC_ELINE, "nested" },
		{ "x-a\":1,\"x-a", "2", LC_ELINE, "duplicate member" },
	};
	/* clang-format on */

	for (size_t i = 0; i < CHECK_COUNT(rows); i++)
		check_payload(&rows[i]);
}

/* ---- The rules of the types ------------------------------------------ */

#define END 1800000000

static void
types(void)
{
	/* What each type gets with these members and nothing else. */
	/* clang-format off */
	static const struct {
		enum lc_type type;
		enum lc_err bare, no_udi, period, end;
	} rows[] = {
		{ LC_DEMO, LC_EPERIOD, LC_EPERIOD, LC_OK, LC_EPERIOD },
		{ LC_EXTENSION, LC_EPERIOD, LC_ELINE, LC_OK, LC_EPERIOD },
		{ LC_GRACE_PERIOD, LC_EPERIOD, LC_ELINE, LC_OK, LC_EPERIOD },
		{ LC_PERMANENT, LC_OK, LC_ELINE, LC_EPERIOD, LC_EPERIOD },
		{ LC_PAID_SUBSCRIPTION, LC_EPERIOD, LC_ELINE, LC_EPERIOD, LC_OK },
		{ LC_EVALUATION_SUBSCRIPTION, LC_EPERIOD, LC_ELINE, LC_EPERIOD, LC_OK },
		{ LC_EXTENSION_SUBSCRIPTION, LC_EPERIOD, LC_ELINE, LC_EPERIOD, LC_OK },
		{ LC_EVAL_RIGHT_TO_USE, LC_EPERIOD, LC_EPERIOD, LC_OK, LC_EPERIOD },
		{ LC_RIGHT_TO_USE, LC_OK, LC_OK, LC_EPERIOD, LC_EPERIOD },
		{ LC_PERMANENT_RIGHT_TO_USE, LC_OK, LC_OK, LC_EPERIOD, LC_EPERIOD },
	};
	/* clang-format on */
	struct lc_detail detail;

	for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
		struct lc_terms terms = issuer_terms("t");
		char *text = NULL;

		check_context("%s", lc_type_name(rows[i].type));
		terms.type = rows[i].type;
		CHECK_ERR(lc_line_sign(&terms, issuer->key, &text, &detail),
		    rows[i].bare, &detail);
		free(text);
		text = NULL;
		terms.period_s = 60;
		CHECK_ERR(lc_line_sign(&terms, issuer->key, &text, &detail),
		    rows[i].period, &detail);
		free(text);
		text = NULL;
		terms.period_s = 0;
		terms.end = END;
		CHECK_ERR(lc_line_sign(&terms, issuer->key, &text, &detail),
		    rows[i].end, &detail);
		free(text);
		text = NULL;
		terms.end = LC_NO_TIME;
		terms.nudis = 0;
		CHECK_ERR(lc_line_sign(&terms, issuer->key, &text, &detail),
		    rows[i].no_udi, &detail);
		free(text);
	}
}

static void
numbers(void)
{
	/* clang-format off */
	static const struct {
		const char *name;
		enum lc_type type;
		bool counted;
		uint32_t count, period, days;
		int64_t start, end;
		enum lc_err err;
	} rows[] = {
		{ "plain", LC_PERMANENT, false, LC_UNCOUNTED, 0, 0, LC_NO_TIME, LC_NO_TIME, LC_OK },
		{ "counted", LC_PERMANENT, true, 5, 0, 0, LC_NO_TIME, LC_NO_TIME, LC_OK },
		{ "count first", LC_PERMANENT, true, 0, 60, 0, LC_NO_TIME, LC_NO_TIME, LC_ECOUNT },
		{ "period 2^31 - 1", LC_DEMO, false, 0, INT32_MAX, 0, LC_NO_TIME, LC_NO_TIME, LC_OK },
		{ "period 2^31", LC_DEMO, false, 0, 1U << 31, 0, LC_NO_TIME, LC_NO_TIME, LC_OK },
		{ "period 2^32 - 2", LC_DEMO, false, 0, UINT32_MAX - 1, 0, LC_NO_TIME, LC_NO_TIME, LC_OK },
		{ "period 2^32 - 1", LC_DEMO, false, 0, UINT32_MAX, 0, LC_NO_TIME, LC_NO_TIME, LC_EPERIOD },
		{ "start before end", LC_PAID_SUBSCRIPTION, false, 0, 0, 0, END - 1, END, LC_OK },
		{ "start at end", LC_PAID_SUBSCRIPTION, false, 0, 0, 0, END, END, LC_EPERIOD },
		{ "start without end", LC_PAID_SUBSCRIPTION, false, 0, 0, 0, END, LC_NO_TIME, LC_EPERIOD },
		{ "end in 2106", LC_PAID_SUBSCRIPTION, false, 0, 0, 0, 0, UINT32_MAX, LC_OK },
		{ "end after 2106", LC_PAID_SUBSCRIPTION, false, 0, 0, 0, 0, (int64_t)UINT32_MAX + 1, LC_EPERIOD },
		{ "start before 1970", LC_PAID_SUBSCRIPTION, false, 0, 0, 0, -1, END, LC_EPERIOD },
		{ "extension", LC_PAID_SUBSCRIPTION, false, 0, 0, 30, LC_NO_TIME, END, LC_OK },
		{ "last extension", LC_PAID_SUBSCRIPTION, false, 0, 0, 1, LC_NO_TIME, UINT32_MAX - 86400, LC_OK },
		{ "extension too long", LC_PAID_SUBSCRIPTION, false, 0, 0, 2, LC_NO_TIME, UINT32_MAX - 86400, LC_EPERIOD },
		{ "extension of 2^32 - 1", LC_PAID_SUBSCRIPTION, false, 0, 0, UINT32_MAX, LC_NO_TIME, 0, LC_EPERIOD },
	};
	/* clang-format on */
	struct lc_detail detail;

	for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
		struct lc_terms terms = issuer_terms("t");
		char *text = NULL;

		check_context("%s", rows[i].name);
		terms.type = rows[i].type;
		terms.counted = rows[i].counted;
		terms.count = rows[i].count;
		terms.period_s = rows[i].period;
		terms.extension_days = rows[i].days;
		terms.start = rows[i].start;
		terms.end = rows[i].end;
		CHECK_ERR(
		    lc_terms_check(&terms, &detail), rows[i].err, &detail);
		/* Signing judges alike, by way of the payload. */
		CHECK_ERR(lc_line_sign(&terms, issuer->key, &text, &detail),
		    rows[i].err, &detail);
		free(text);
	}
}

/* ---- Lines ----------------------------------------------------------- */

static void
check_terms(const struct lc_terms *found, const struct lc_terms *expected)
{
	CHECK_STR(found->id, expected->id);
	CHECK_STR(found->issuer, expected->issuer);
	CHECK_STR(found->feature, expected->feature);
	CHECK_STR(found->version, expected->version);
	CHECK_INT(found->type, expected->type);
	CHECK_UINT(found->nudis, expected->nudis);
	for (size_t i = 0; i < found->nudis && i < expected->nudis; i++)
		CHECK_STR(found->udis[i], expected->udis[i]);
	CHECK_INT(found->counted, expected->counted);
	CHECK_INT(found->additive, expected->additive);
	CHECK_UINT(found->count, expected->count);
	CHECK_UINT(found->period_s, expected->period_s);
	CHECK_UINT(found->extension_days, expected->extension_days);
	CHECK_INT(found->issued, expected->issued);
	CHECK_INT(found->start, expected->start);
	CHECK_INT(found->end, expected->end);
	CHECK_STR(found->eula, expected->eula);
	CHECK_STR(found->comment, expected->comment);
}

/* Characters of one, two, three and four bytes, and those JSON escapes. */
static const char *
random_text(char *text, size_t min, size_t max)
{
	static const char *const pieces[] = { "a", "Z", "0", " ", "\"", "\\",
		"/", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x94\x91" };
	size_t wanted = min + check_random(max - min + 1), len = 0;

	while (len < wanted) {
		const char *piece = pieces[check_random(CHECK_COUNT(pieces))];

		if (len + strlen(piece) > max)
			piece = "x";
		strcpy(text + len, piece);
		len += strlen(piece);
	}
	text[len] = '\0';
	return text;
}

struct random_terms {
	struct lc_terms terms;
	char text[4][256];
	char id[LC_ID_MAX + 1];
	char udi[LC_NUDI_MAX][32];
	const char *udis[LC_NUDI_MAX];
};

static void
random_numbers(struct lc_terms *terms)
{
	if ((terms->counted = check_random(2) != 0))
		terms->count = 1 + (uint32_t)check_random(UINT32_MAX - 1);
	terms->additive = check_random(2) != 0;
	terms->issued = (int64_t)check_random(1ULL << 32);
	if (lc_type_metered(terms->type))
		terms->period_s = 1 + (uint32_t)check_random(UINT32_MAX - 1);
	if (!lc_type_subscription(terms->type))
		return;
	terms->end = 2 + (int64_t)check_random(UINT32_MAX - 1);
	if (check_random(2) != 0)
		terms->start = (int64_t)check_random((uint64_t)terms->end);
	terms->extension_days = (uint32_t)check_random(
	    1 + (UINT32_MAX - (uint64_t)terms->end) / 86400);
}

static void
randomize(struct random_terms *random)
{
	struct lc_terms *terms = &random->terms;

	*terms = issuer_terms("");
	(void)sprintf(random->id, "%016llx",
	    (unsigned long long)check_random(UINT64_MAX));
	terms->id = random->id;
	terms->issuer = random_text(random->text[0], 1, 128);
	terms->feature = random_text(random->text[1], 1, LC_FEATURE_MAX);
	terms->version = random_text(random->text[2], 0, LC_VERSION_MAX);
	terms->comment = random_text(random->text[3], 0, LC_COMMENT_MAX);
	terms->type = (enum lc_type)(1 + check_random(10));
	terms->nudis =
	    check_random(LC_NUDI_MAX) + lc_type_node_locked(terms->type);
	terms->udis = terms->nudis == 0 ? NULL : random->udis;
	for (size_t i = 0; i < terms->nudis; i++) {
		(void)sprintf(random->udi[i], "PID%zu/K9:%08x", i,
		    (unsigned)check_random(1U << 31));
		random->udis[i] = random->udi[i];
	}
	if (check_random(2) != 0)
		terms->eula = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
	random_numbers(terms);
}

static void
round_trip(void)
{
	struct random_terms random;
	struct lc_detail detail;

	for (int i = 0; i < 1000; i++) {
		struct lc_line *line = NULL;
		char *text;

		check_context("round %d", i);
		randomize(&random);
		text = issuer_line(issuer, &random.terms);
		CHECK(strlen(text) <= LC_LINE_MAX);
		CHECK_ERR(open_text(text, &line, &detail), LC_OK, &detail);
		REQUIRE(line != NULL);
		CHECK_ERR(
		    lc_terms_check(&line->terms, &detail), LC_OK, &detail);
		check_terms(&line->terms, &random.terms);
		CHECK_STR(line->kid, issuer->key->kid);
		lc_line_free(line);
		free(text);
	}
}

/* Whatever byte is changed to whatever: never a good line again. */
static void
every_changed_byte(void)
{
	struct lc_terms terms = issuer_terms("flip");
	char *text = issuer_line(issuer, &terms);
	size_t len = strlen(text);
	struct lc_detail detail;
	unsigned tried = 0;

	for (size_t i = 0; i < len; i++) {
		char was = text[i];

		for (int bit = 0; bit < 8; bit++) {
			struct lc_line *line = NULL;

			check_context("byte %zu, bit %d", i, bit);
			text[i] = (char)(was ^ 1 << bit);
			if (!CHECK(lc_line_open(text, len, issuer->trust, &line,
				       &detail) != LC_OK))
				lc_line_free(line);
			tried++;
		}
		text[i] = was;
	}
	CHECK_UINT(tried, 8 * len);
	CHECK_ERR(judge(text, &detail), LC_OK, &detail);
	free(text);
}

static void
every_length(void)
{
	struct lc_terms terms = issuer_terms("cut");
	char *text = issuer_line(issuer, &terms);
	struct lc_line *line = NULL;

	for (size_t len = 0; len < strlen(text); len++) {
		check_context("%zu bytes", len);
		CHECK(lc_line_open(text, len, issuer->trust, &line, NULL) !=
		      LC_OK);
	}
	free(text);
}

static void
errors_of_signatures(void)
{
	struct lc_terms terms = issuer_terms("sig");
	struct issuer *other = issuer_new(LC_ES256);
	char *text = issuer_line(issuer, &terms);
	char *payload = strchr(text, '.') + 1;
	struct lc_detail detail;

	payload[4] = payload[4] == 'A' ? 'B' : 'A';
	CHECK_ERR(judge(text, &detail), LC_ESIGNATURE, &detail);
	CHECK_HAS(detail.text, "altered");
	free(text);

	text = issuer_line(other, &terms);
	CHECK_ERR(judge(text, &detail), LC_EKEY, &detail);
	CHECK_HAS(detail.text, other->key->kid);
	free(text);

	text = issuer_sign(issuer, "licagent-permission", "{}");
	CHECK_ERR(judge(text, &detail), LC_ELINE, &detail);
	CHECK_HAS(detail.text, "\"typ\"");
	free(text);
	CHECK_ERR(judge("", &detail), LC_ELINE, &detail);
	CHECK_ERR(judge("hello", &detail), LC_ELINE, &detail);
	issuer_free(other);
}

/* The key's validity is measured by the line's own date. */
static void
keys_in_time(void)
{
	struct lc_key *key = (struct lc_key *)(uintptr_t)lc_trust_find(
	    issuer->trust, issuer->key->kid);
	struct lc_terms terms = issuer_terms("time");
	char *text = issuer_line(issuer, &terms);
	struct lc_detail detail;

	key->not_before = terms.issued;
	key->expires = terms.issued + 1;
	CHECK_ERR(judge(text, &detail), LC_OK, &detail);
	key->expires = terms.issued;
	CHECK_ERR(judge(text, &detail), LC_EKEY, &detail);
	CHECK_HAS(detail.text, "expired");
	key->expires = LC_NO_TIME;
	key->not_before = terms.issued + 1;
	CHECK_ERR(judge(text, &detail), LC_EKEY, &detail);
	CHECK_HAS(detail.text, "became valid");
	key->not_before = LC_NO_TIME;
	free(text);
}

static void
blanks_and_sizes(void)
{
	struct lc_terms terms = issuer_terms("blank");
	char *text = issuer_line(issuer, &terms);
	char padded[4096], *payload, *big;
	struct lc_detail detail;
	struct lc_line *line = NULL;

	(void)snprintf(padded, sizeof padded, " \t%s \r\n", text);
	CHECK_ERR(judge(padded, &detail), LC_OK, &detail);
	(void)snprintf(padded, sizeof padded, "%.20s\n%s", text, text + 20);
	CHECK_ERR(judge(padded, &detail), LC_ELINE, &detail);
	/* NUL is no blank. */
	CHECK_ERR(
	    lc_line_open(text, strlen(text) + 1, issuer->trust, &line, &detail),
	    LC_ELINE, &detail);
	free(text);

	big = calloc(1, LC_LINE_MAX);
	REQUIRE(big != NULL);
	(void)sprintf(big, "\"%0*d\"", LC_LINE_MAX * 3 / 4 - 500, 0);
	payload = payload_with("x-fill", big);
	text = issuer_sign(issuer, LC_TYP_LICENSE, payload);
	CHECK_ERR(judge(text, &detail), LC_OK, &detail);
	free(payload);
	free(text);
	(void)sprintf(big, "\"%0*d\"", LC_LINE_MAX * 3 / 4, 0);
	payload = payload_with("x-fill", big);
	text = issuer_sign(issuer, LC_TYP_LICENSE, payload);
	CHECK_ERR(judge(text, &detail), LC_ELINE, &detail);
	CHECK_HAS(detail.text, "at most 8192 allowed");
	free(payload);
	free(text);
	free(big);
}

static void
peeking_needs_no_key(void)
{
	struct issuer *other = issuer_new(LC_ES256);
	struct lc_terms terms = issuer_terms("peek");
	char *text = issuer_line(other, &terms);
	struct lc_line *line = NULL;
	struct lc_detail detail;

	CHECK_ERR(lc_line_open(text, strlen(text), NULL, &line, &detail),
	    LC_EINVAL, &detail);
	CHECK_ERR(
	    lc_line_peek(text, strlen(text), &line, &detail), LC_OK, &detail);
	REQUIRE(line != NULL);
	check_terms(&line->terms, &terms);
	CHECK_STR(line->kid, other->key->kid);
	lc_line_free(line);
	free(text);
	issuer_free(other);
}

static void
signing_refuses(void)
{
	struct lc_terms terms = issuer_terms("bad id");
	struct lc_detail detail;
	char *text = NULL;

	CHECK_ERR(lc_line_sign(&terms, issuer->key, &text, &detail), LC_ELINE,
	    &detail);
	CHECK_HAS(detail.text, "\"id\"");
	terms = issuer_terms("x");
	terms.comment = "\xff";
	CHECK_ERR(lc_line_sign(&terms, issuer->key, &text, &detail), LC_ELINE,
	    &detail);
	CHECK_HAS(detail.text, "UTF-8");
	CHECK(text == NULL);
}

/* Sixty-four devices, each as long as may be, do not fit into a line. */
static void
too_many_devices(void)
{
	struct lc_terms terms = issuer_terms("many");
	static char udi[LC_NUDI_MAX + 1][LC_UDI_MAX + 1];
	const char *udis[LC_NUDI_MAX + 1];
	struct lc_detail detail;
	char *text = NULL;

	for (unsigned i = 0; i <= LC_NUDI_MAX; i++) {
		(void)sprintf(udi[i], "%0100d:%02u", 0, i);
		udis[i] = udi[i];
	}
	terms.udis = udis;
	terms.nudis = LC_NUDI_MAX;
	CHECK_ERR(lc_line_sign(&terms, issuer->key, &text, &detail), LC_ELINE,
	    &detail);
	CHECK_HAS(detail.text, "8192");
	for (unsigned i = 0; i <= LC_NUDI_MAX; i++)
		(void)sprintf(udi[i], "%030d:%02u", 0, i);
	CHECK_ERR(
	    lc_line_sign(&terms, issuer->key, &text, &detail), LC_OK, &detail);
	free(text);
	text = NULL;
	terms.nudis = LC_NUDI_MAX + 1;
	CHECK_ERR(lc_line_sign(&terms, issuer->key, &text, &detail), LC_ELINE,
	    &detail);
	CHECK_HAS(detail.text, "1 to 64");
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "members", members },
		{ "types", types },
		{ "numbers", numbers },
		{ "round trip", round_trip },
		{ "every changed byte", every_changed_byte },
		{ "every length", every_length },
		{ "errors of signatures", errors_of_signatures },
		{ "keys in time", keys_in_time },
		{ "blanks and sizes", blanks_and_sizes },
		{ "peeking needs no key", peeking_needs_no_key },
		{ "signing refuses", signing_refuses },
		{ "too many devices", too_many_devices },
	};
	int status;

	issuer = issuer_new(LC_ED25519);
	status = check_main("line", tests, CHECK_COUNT(tests), argc, argv);
	issuer_free(issuer);
	return status;
}
