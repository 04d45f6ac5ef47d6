/*
 * memory_test.c - the formats with no memory: for every n, the nth allocation
 * fails, and the call says so, gives nothing out and leaks nothing (which the
 * address sanitizer sees).
 */
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "state/devkey.h"
#include "format/file.h"
#include "issuer.h"
#include "licenseissue.h"
#include "format/line.h"
#include "base/text.h"
#include "format/trust.h"

static struct issuer *issuer;
static char *line_text, *file_text;
static const char *authority_dir;

/* ---- What is tried: true if it succeeded, cleaning up after itself ---------
 */

static enum lc_err
try_sign(void)
{
	struct lc_terms terms = issuer_terms("memory");
	char *text = NULL;
	enum lc_err err = lc_line_sign(&terms, issuer->key, &text, NULL);

	CHECK_INT(text != NULL, err == LC_OK);
	free(text);
	return err;
}

static enum lc_err
try_open(void)
{
	struct lc_line *line = NULL;
	enum lc_err err = lc_line_open(
	    line_text, strlen(line_text), issuer->trust, &line, NULL);

	CHECK_INT(line != NULL, err == LC_OK);
	lc_line_free(line);
	return err;
}

static enum lc_err
try_parse(void)
{
	struct lc_file *file = NULL;
	enum lc_err err =
	    lc_file_parse(file_text, strlen(file_text), &file, NULL);

	CHECK_INT(file != NULL, err == LC_OK);
	lc_file_free(file);
	return err;
}

static enum lc_err
try_trust(void)
{
	struct lc_trust *trust = NULL;
	enum lc_err err = lc_trust_load(issuer->dir, true, &trust, NULL);

	CHECK_INT(trust != NULL, err == LC_OK);
	lc_trust_free(trust);
	return err;
}

static enum lc_err
try_devkey(void)
{
	static const char *path;
	struct lc_devkey *devkey = NULL;
	enum lc_err err;

	if (path == NULL)
		path = check_path(authority_dir, "device.key");
	err = lc_devkey_open(path, &devkey, NULL);
	CHECK_INT(devkey != NULL, err == LC_OK);
	lc_devkey_free(devkey);
	return err;
}

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
		path = check_path(authority_dir, "memory.lic");
	if ((err = lc_authority_open(authority_dir, &authority, NULL)) !=
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

/* ---- The loop ------------------------------------------------------------ */

static void exhaust(enum lc_err (*try)(void))
{
	bool reached = true;
	unsigned n;

	CHECK_ERR(try(), LC_OK, NULL);
	for (n = 1; reached; n++) {
		enum lc_err err;

		check_context("allocation %u", n);
		memory_fail_at(n);
		err = try();
		memory_fail_at(0);
		reached = memory_failed();
		CHECK_ERR(err, reached ? LC_ENOMEM : LC_OK, NULL);
		REQUIRE(n < 100000);
	}
	printf("# %u allocations failed, one at a time\n", n - 2);
	CHECK(n > 2);
	check_context(NULL);
	CHECK_ERR(try(), LC_OK, NULL);
}

static void
signing(void)
{
	exhaust(try_sign);
}

static void
opening(void)
{
	exhaust(try_open);
}

static void
parsing(void)
{
	exhaust(try_parse);
}

static void
trusting(void)
{
	exhaust(try_trust);
}

static void
device_keys(void)
{
	exhaust(try_devkey);
}

static void
inspecting(void)
{
	exhaust(try_inspect);
}

static void
issuing(void)
{
	exhaust(try_issue);
}

static void
set_up(void)
{
	struct lc_authority_options options = { "Memory", false, LC_NO_TIME,
		LC_NO_TIME };
	struct lc_terms terms = issuer_terms("memory");
	struct lc_file_writer writer = { 0 };

	issuer = issuer_new(LC_ED25519);
	line_text = issuer_line(issuer, &terms);
	lc_file_writer_lines(&writer, (const char *const *)&line_text, 1);
	REQUIRE(lc_file_writer_eula(&writer, "Take it.\n", 9, NULL) == LC_OK);
	file_text = writer.text;
	authority_dir = check_dir();
	REQUIRE(lc_authority_create(authority_dir, &options, NULL) == LC_OK);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "signing", signing },
		{ "opening", opening },
		{ "parsing", parsing },
		{ "trusting", trusting },
		{ "device keys", device_keys },
		{ "inspecting", inspecting },
		{ "issuing", issuing },
	};
	int status;

	set_up();
	status = check_main("memory", tests, CHECK_COUNT(tests), argc, argv);
	issuer_free(issuer);
	free(line_text);
	free(file_text);
	return status;
}
