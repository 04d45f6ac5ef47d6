/* format_test.c - FORMAT's worked example is true, to the byte. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/b64.h"
#include "check.h"
#include "format/file.h"
#include "format/key.h"
#include "format/line.h"
#include "format/statement.h"
#include "format/trust.h"

static const char *
source(const char *name)
{
	const char *srcdir = getenv("srcdir");

	return check_path(srcdir == NULL ? "." : srcdir, name);
}

/* Without blanks and line ends, so that what is wrapped can be found. */
static void
squeeze(char *text)
{
	char *to = text;

	for (; *text != '\0'; text++) {
		if (strchr(" \t\n", *text) == NULL)
			*to++ = *text;
	}
	*to = '\0';
}

static struct lc_trust *
example_trust(void)
{
	char *jwk = check_read(source("tests/licensecore/format/examples/example.jwk"), NULL);
	struct lc_key *key = NULL;
	struct lc_trust *trust = NULL;

	REQUIRE(lc_key_from_jwk(jwk, strlen(jwk), &key, NULL) == LC_OK);
	REQUIRE(lc_trust_new(&trust) == LC_OK);
	REQUIRE(lc_trust_add(trust, key, "example.jwk", NULL) == LC_OK);
	free(jwk);
	return trust;
}

static void
the_example_verifies(void)
{
	size_t len = 0;
	char *data = check_read(source("tests/licensecore/format/examples/example.lic"), &len);
	struct lc_trust *trust = example_trust();
	struct lc_detail detail = { "" };
	struct lc_file *file = NULL;
	struct lc_line *line = NULL;

	CHECK_ERR(lc_file_parse(data, len, &file, &detail), LC_OK, &detail);
	REQUIRE(file != NULL && file->nlines == 1 && file->neulas == 1);
	CHECK_ERR(lc_line_open(file->lines[0].text, file->lines[0].len, trust,
		      &line, &detail),
	    LC_OK, &detail);
	REQUIRE(line != NULL);
	CHECK_ERR(lc_terms_check(&line->terms, &detail), LC_OK, &detail);
	CHECK_STR(line->terms.id, "0f1e2d3c4b5a69788796a5b4c3d2e1f0");
	CHECK_STR(line->terms.issuer, "Example Networks");
	CHECK_INT(line->terms.issued, 1795262400);
	CHECK_STR(line->terms.feature, "cme-srst");
	CHECK_INT(line->terms.type, LC_PAID_SUBSCRIPTION);
	CHECK_UINT(line->terms.count, 25);
	CHECK_INT(line->terms.start, 1796083200);
	CHECK_INT(line->terms.end, 1827619200);
	CHECK_UINT(line->terms.extension_days, 30);
	CHECK(line->terms.additive);
	CHECK(lc_file_find_eula(file, line->terms.eula) == &file->eulas[0]);
	CHECK_UINT(file->eulas[0].len, 40);
	lc_line_free(line);
	lc_file_free(file);
	lc_trust_free(trust);
	free(data);
}

/* FORMAT shows this very key, file, line, header and payload. */
static void
format_shows_it(void)
{
	char *format = check_read(source("licensecore/FORMAT"), NULL);
	char *jwk = check_read(source("tests/licensecore/format/examples/example.jwk"), NULL);
	char *lic = check_read(source("tests/licensecore/format/examples/example.lic"), NULL);
	char *line = strstr(lic, "eyJ");
	char *row, decoded[2048];
	size_t part = 0;

	REQUIRE(line != NULL);
	squeeze(format);
	squeeze(jwk);
	CHECK(strstr(format, jwk) != NULL);
	line = strndup(line, strcspn(line, "\n"));
	REQUIRE(line != NULL);
	CHECK(strstr(format, line) != NULL);
	for (row = strtok(line, "."); row != NULL && part < 2;
	     row = strtok(NULL, "."), part++) {
		memset(decoded, 0, sizeof decoded);
		REQUIRE(lc_b64_decode(row, strlen(row), decoded));
		squeeze(decoded);
		CHECK_HAS(format, decoded);
	}
	for (row = strtok(lic, "\n"); row != NULL; row = strtok(NULL, "\n")) {
		squeeze(row);
		CHECK(
		    strncmp(row, "eyJ", 3) == 0 || strstr(format, row) != NULL);
	}
	free(line);
	free(lic);
	free(jwk);
	free(format);
}

static const struct statement {
	const char *path;
	enum lc_statement_kind kind;
} statements[] = {
	{ "tests/licensecore/format/examples/example.permission", LC_PERMISSION_TICKET },
	{ "tests/licensecore/format/examples/example.rehost", LC_REHOST_TICKET },
	{ "tests/licensecore/format/examples/example.credentials", LC_CREDENTIALS },
};

/* The signed text of an example; the caller frees it. */
static char *
statement_text(const struct statement *example)
{
	size_t len = 0;
	char *data = check_read(source(example->path), &len);
	struct lc_detail detail = { "" };
	struct lc_file *file = NULL;
	char *text = NULL;

	CHECK_ERR(lc_file_scan(data, len, &file, &detail), LC_OK, &detail);
	CHECK_ERR(lc_file_statement(file, example->kind, &text, &detail), LC_OK,
	    &detail);
	REQUIRE(text != NULL);
	lc_file_free(file);
	free(data);
	return text;
}

static void
statements_verify(void)
{
	struct lc_trust *trust = example_trust();
	struct lc_statement *found[CHECK_COUNT(statements)] = { NULL };
	char digest[LC_DIGEST_LEN + 1], *ticket = NULL;

	for (size_t i = 0; i < CHECK_COUNT(statements); i++) {
		struct lc_detail detail = { "" };
		char *text = statement_text(&statements[i]);

		check_context("%s", statements[i].path);
		CHECK_ERR(lc_statement_open(statements[i].kind, text, trust,
			      &found[i], &detail),
		    LC_OK, &detail);
		REQUIRE(found[i] != NULL);
		CHECK_STR(found[i]->udi, "LIC1921/K9:LAB00000001");
		free(text);
	}
	check_context(NULL);

	/* What FORMAT says of how they hang together. */
	ticket = statement_text(&statements[0]);
	REQUIRE(lc_statement_digest(ticket, digest) == LC_OK);
	CHECK_STR(found[1]->digest, digest);
	CHECK_STR(found[1]->kid, found[2]->kid);
	CHECK_STR(found[0]->device, found[2]->kid);
	REQUIRE(lc_statement_digest(
		    "1 0f1e2d3c4b5a69788796a5b4c3d2e1f0\n", digest) == LC_OK);
	CHECK_STR(found[2]->digest, digest);
	for (size_t i = 0; i < CHECK_COUNT(statements); i++)
		lc_statement_free(found[i]);
	lc_trust_free(trust);
	free(ticket);
}

static void
format_shows_statements(void)
{
	char *format = check_read(source("licensecore/FORMAT"), NULL);

	squeeze(format);
	for (size_t i = 0; i < CHECK_COUNT(statements); i++) {
		char *text = statement_text(&statements[i]);
		char decoded[2048], *part, *rest = text;

		check_context("%s", statements[i].path);
		CHECK(strstr(format, text) != NULL);
		for (int n = 0; n < 2; n++) {
			part = strsep(&rest, ".");
			memset(decoded, 0, sizeof decoded);
			REQUIRE(strlen(part) < sizeof decoded);
			REQUIRE(lc_b64_decode(part, strlen(part), decoded));
			squeeze(decoded);
			CHECK_HAS(format, decoded);
		}
		free(text);
	}
	free(format);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "the example verifies", the_example_verifies },
		{ "FORMAT shows it", format_shows_it },
		{ "tickets and credentials verify", statements_verify },
		{ "FORMAT shows them", format_shows_statements },
	};

	return check_main("format", tests, CHECK_COUNT(tests), argc, argv);
}
