/*
 * memory_test.c - an authority with no memory: for every n, the nth allocation
 * fails, and the call says so, gives nothing out and leaks nothing (which the
 * address sanitizer sees).
 */
#include "memory.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "format/file.h"
#include "issuer.h"
#include "licenseauthority.h"

static struct issuer *issuer;
static char *file_text;
static const char *dir;

static enum lc_err
try_inspect(void)
{
	struct lc_inspection *inspection = NULL;
	enum lc_err err = lc_inspect(
	    file_text, strlen(file_text), issuer->dir, &inspection, NULL);
	const struct lc_inspected *lines;
	size_t n;

	CHECK_INT(inspection != NULL, err == LC_OK);
	if (err != LC_OK)
		return err;
	lines = lc_inspection_lines(inspection, &n);
	for (size_t i = 0; i < n && err == LC_OK; i++)
		err = lines[i].err;
	lc_inspection_free(inspection);
	return err;
}

static enum lc_err
try_issue(void)
{
	struct lc_terms terms = issuer_terms("memory");
	struct lc_authority *authority = NULL;
	struct lc_bundle *bundle = NULL;
	char digest[LC_EULA_DIGEST_LEN + 1];
	static const char *path;
	char *line = NULL;
	enum lc_err err;

	if (path == NULL)
		path = check_path(dir, "memory.lic");
	if ((err = lc_authority_open(dir, &authority, NULL)) !=
		LC_OK ||
	    (err = lc_bundle_new(&bundle)) != LC_OK ||
	    (err = lc_bundle_add_eula(bundle, "x", 1, digest, NULL)) != LC_OK ||
	    (err = lc_authority_issue(authority, &terms, &line, NULL)) !=
		LC_OK ||
	    (err = lc_bundle_add_lines(bundle, &terms,
		 (const char *const *)&line, 1, NULL)) != LC_OK ||
	    (err = lc_bundle_save(bundle, path, true, NULL)) != LC_OK)
		goto out;
	lc_bundle_free(bundle);
	bundle = NULL;
	err = lc_bundle_load(path, &bundle, NULL);
out:
	lc_bundle_free(bundle);
	lc_authority_close(authority);
	free(line);
	return err;
}

static void
inspecting(void)
{
	memory_exhaust(try_inspect);
}

static void
issuing(void)
{
	memory_exhaust(try_issue);
}

static void
set_up(void)
{
	struct lc_authority_options options = { .name = "Memory",
		.valid_from = LC_NO_TIME, .valid_until = LC_NO_TIME };
	struct lc_terms terms = issuer_terms("memory");
	struct lc_file_writer writer = { 0 };
	char *line;

	issuer = issuer_new(LC_ED25519);
	line = issuer_line(issuer, &terms);
	lc_file_writer_lines(&writer, (const char *const *)&line, 1);
	REQUIRE(lc_file_writer_eula(&writer, "Take it.\n", 9, NULL) == LC_OK);
	file_text = writer.text;
	free(line);
	dir = check_dir();
	REQUIRE(lc_authority_create(dir, &options, NULL) == LC_OK);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "inspecting", inspecting },
		{ "issuing", issuing },
	};
	int status;

	set_up();
	status = check_main("memory", tests, CHECK_COUNT(tests), argc, argv);
	issuer_free(issuer);
	free(file_text);
	return status;
}
