/*
 * statement_test.c - payloads of tickets and credentials: every member, with
 * values that break its rule and those at its edges.
 */
#include "format/statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "issuer.h"

#define P (1u << LC_PERMISSION_TICKET)
#define R (1u << LC_REHOST_TICKET)
#define C (1u << LC_CREDENTIALS)
#define DIGEST "\"txbZuEAsZJjKRFL7mrObeYnQYaorzQGhkB8NDTQuhwk\""

static struct issuer *issuer;

/* A good payload is the rows of its kind. */
static const struct {
	const char *name, *json;
	unsigned in;
} good[] = {
	{ "id", "\"t1\"", P | R },
	{ "issuer", "\"Test\"", P },
	{ "issued", "1700000000", P | R | C },
	{ "udi", "\"TEST-1:SN1\"", P | R | C },
	{ "seq", "7", P | R },
	{ "remove", "[\"a\",\"b\"]", P },
	{ "removed", "[\"a\",\"b\"]", R },
	{ "used", "[0,1]", R },
	{ "permission", DIGEST, R },
	{ "stores", DIGEST, C },
	{ "records", "3", C },
	{ "head", DIGEST, C },
	{ "key", "{\"kty\":\"OKP\"}", R | C },
};

static char *
payload_with(unsigned kind, const char *name, const char *json)
{
	char *text = calloc(1, 65536);
	bool replaced = false;

	REQUIRE(text != NULL);
	for (size_t i = 0; i < CHECK_COUNT(good); i++) {
		const char *value = good[i].json;

		if ((good[i].in & kind) == 0)
			continue;
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

/* What a reader says of it; it is signed, but that is not looked at. */
static enum lc_err
read_with(unsigned kind, const char *name, const char *json,
    struct lc_detail *detail)
{
	static const char *const types[LC_NSTATEMENTS] = {
		[LC_PERMISSION_TICKET] = "licagent-permission-ticket",
		[LC_REHOST_TICKET] = "licagent-rehost-ticket",
		[LC_CREDENTIALS] = "licagent-credentials",
	};
	enum lc_statement_kind which = kind == P ? LC_PERMISSION_TICKET :
	    kind == R ? LC_REHOST_TICKET : LC_CREDENTIALS;
	char *payload = payload_with(kind, name, json);
	char *text = issuer_sign(issuer, types[which], payload);
	struct lc_statement *s = NULL;
	enum lc_err err;

	detail->text[0] = '\0';
	err = lc_statement_peek(which, text, &s, detail);
	CHECK_INT(s != NULL, err == LC_OK);
	lc_statement_free(s);
	free(text);
	free(payload);
	return err;
}

#define X16 "xxxxxxxxxxxxxxxx"
#define X64 X16 X16 X16 X16
#define X128 X64 X64

static void
members(void)
{
	/* clang-format off */
	static const struct {
		unsigned in;		/* the kinds it is tried in */
		const char *name, *json;	/* NULL: left out */
		bool taken;
		const char *says;
	} rows[] = {
		{ P | R | C, NULL, NULL, true, "" },
		{ P | R, "id", NULL, false, "\"id\" is missing" },
		{ P | R, "id", "\"\"", false, "member \"id\": " },
		{ P | R, "id", "\"" X64 "\"", true, "" },
		{ P | R, "id", "\"" X64 "x\"", false, "member \"id\": " },
		{ P | R, "id", "\"a b\"", false, "member \"id\": " },
		{ P | R, "id", "7", false, "member \"id\": " },
		{ P | R, "id", "\"\xff\"", false, "UTF-8" },
		{ P | R, "id", "\"\\u0000\"", false, "NUL" },
		{ C, "id", "\"t1\"", false, "unknown member \"id\"" },
		{ P, "issuer", NULL, false, "\"issuer\" is missing" },
		{ P, "issuer", "\"" X128 "\"", true, "" },
		{ P, "issuer", "\"" X128 "x\"", false, "member \"issuer\": " },
		{ P, "issuer", "\"a\\u001b[2J\"", false, "member \"issuer\": " },
		{ P | R | C, "issued", NULL, false, "\"issued\" is missing" },
		{ P | R | C, "issued", "0", true, "" },
		{ P | R | C, "issued", "-1", false, "member \"issued\": " },
		{ P | R | C, "issued", "4294967295", true, "" },
		{ P | R | C, "issued", "4294967296", false, "member \"issued\": " },
		{ P | R | C, "issued", "9223372036854775808", false, "number too big" },
		{ P | R | C, "issued", "1.5", false, "member \"issued\": " },
		{ P | R | C, "issued", "\"2026-01-01\"", false, "member \"issued\": " },
		{ P | R | C, "issued", "1,\"issued\":2", false, "duplicate member" },
		{ P | R | C, "udi", NULL, false, "\"udi\" is missing" },
		{ P | R | C, "udi", "\"A\"", false, "member \"udi\": " },
		{ P | R | C, "udi", "[\"A:B\"]", false, "member \"udi\": " },
		{ P | R | C, "udi", "\"A:" X128 "\"", false, "member \"udi\": " },
		{ P | R, "seq", NULL, false, "\"seq\" is missing" },
		{ P | R, "seq", "-1", false, "member \"seq\": " },
		{ P | R, "seq", "0", true, "" },
		{ P | R, "seq", "2147483648", true, "" },
		{ P | R, "seq", "4294967295", true, "" },
		{ P | R, "seq", "4294967296", false, "member \"seq\": " },
		{ P | R, "seq", "7.0", false, "member \"seq\": " },
		{ P | R, "seq", "null", false, "member \"seq\": " },
		{ P, "remove", NULL, false, "\"remove\" is missing" },
		{ P, "remove", "[]", true, "" },
		{ P, "remove", "\"a\"", false, "member \"remove\": " },
		{ P, "remove", "{}", false, "member \"remove\": " },
		{ P, "remove", "[1]", false, "member \"remove\": " },
		{ P, "remove", "[\"\"]", false, "member \"remove\": " },
		{ P, "remove", "[\"a\",\"a\"]", false, "member \"remove\": " },
		{ P, "remove", "[[\"a\"]]", false, "nested" },
		{ P, "add", "[]", true, "" },
		{ P, "add", "[\"x\"]", true, "" },	/* judged as a line, later */
		{ P, "add", "[\"x\",\"x\"]", false, "member \"add\": " },
		{ P, "add", "[null]", false, "member \"add\": " },
		{ P, "add", "\"x\"", false, "member \"add\": " },
		{ P, "device", DIGEST, true, "" },
		{ P, "device", "\"" X16 "\"", false, "member \"device\": " },
		{ P, "used", "[]", false, "unknown member \"used\"" },
		{ R, "removed", NULL, false, "\"removed\" is missing" },
		{ R, "removed", "[\"a\"]", false, "member \"used\": " },
		{ R, "used", NULL, false, "\"used\" is missing" },
		{ R, "used", "[0]", false, "member \"used\": " },
		{ R, "used", "[0,1,2]", false, "member \"used\": " },
		{ R, "used", "[0,4294967295]", true, "" },
		{ R, "used", "[0,4294967296]", false, "member \"used\": " },
		{ R, "used", "[0,-1]", false, "member \"used\": " },
		{ R, "used", "[0,\"1\"]", false, "member \"used\": " },
		{ R, "used", "7", false, "member \"used\": " },
		{ R, "permission", NULL, false, "\"permission\" is missing" },
		{ R, "permission", "\"\"", false, "member \"permission\": " },
		{ R | C, "key", NULL, false, "\"key\" is missing" },
		{ R | C, "key", "\"x\"", false, "member \"key\": " },
		{ R | C, "key", "{}", true, "" },	/* judged as a key, on opening */
		{ R | C, "key", "{\"a\":{\"b\":1}}", false, "nested" },
		{ C, "licenses", "[]", true, "" },
		{ C, "licenses", "[\"a\",\"a\"]", false, "member \"licenses\": " },
		{ C, "licenses", "[\"a b\"]", false, "member \"licenses\": " },
		{ C, "stores", NULL, false, "\"stores\" is missing" },
		{ C, "stores", "7", false, "member \"stores\": " },
		{ C, "nonce", "\"" X64 "\"", true, "" },
		{ C, "nonce", "\"" X64 "x\"", false, "member \"nonce\": " },
		{ C, "nonce", "\"a b\"", false, "member \"nonce\": " },
		{ C, "records", NULL, false, "\"records\" is missing" },
		{ C, "records", "4294967295", true, "" },
		{ C, "records", "4294967296", false, "member \"records\": " },
		{ C, "records", "-1", false, "member \"records\": " },
		{ C, "head", NULL, false, "\"head\" is missing" },
		{ P | R | C, "until", "1", false, "unknown member \"until\"" },
		{ P | R | C, "x-note", "\"1\"", true, "" },
	};
	/* clang-format on */

	for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
		for (unsigned kind = P; kind <= C; kind <<= 1) {
			struct lc_detail detail;

			if ((rows[i].in & kind) == 0)
				continue;
			check_context("kind %u, %s: %.60s", kind, rows[i].name,
			    rows[i].json != NULL ? rows[i].json : "(absent)");
			CHECK_ERR(read_with(kind, rows[i].name, rows[i].json,
			    &detail), rows[i].taken ? LC_OK : LC_ELINE,
			    &detail);
			CHECK_HAS(detail.text, rows[i].says);
		}
	}
}

/* As many as there may be, and one more. */
static void
sizes(void)
{
	static const struct {
		unsigned kind;
		const char *name;
		size_t max;
	} lists[] = {
		{ P, "remove", LC_TICKET_LICENSES },
		{ P, "add", LC_TICKET_LICENSES },
	};

	for (size_t i = 0; i < CHECK_COUNT(lists); i++) {
		for (size_t more = 0; more < 2; more++) {
			size_t n = lists[i].max + more;
			char *json = calloc(n + 1, 8), *at = json;
			struct lc_detail detail;

			REQUIRE(json != NULL);
			for (size_t j = 0; j < n; j++)
				at += sprintf(at, "%c\"%zx\"", j == 0 ? '[' :
				    ',', j);
			strcpy(at, "]");
			check_context("%zu in %s", n, lists[i].name);
			CHECK_ERR(read_with(lists[i].kind, lists[i].name, json,
			    &detail), more == 0 ? LC_OK : LC_ELINE, &detail);
			free(json);
		}
	}
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "members", members },
		{ "sizes", sizes },
	};
	int status;

	issuer = issuer_new(LC_ED25519);
	status = check_main("statement", tests, CHECK_COUNT(tests), argc, argv);
	issuer_free(issuer);
	return status;
}
