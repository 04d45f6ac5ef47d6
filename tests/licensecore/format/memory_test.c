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
#include "root.h"
#include "format/line.h"
#include "base/text.h"
#include "format/keydir.h"
#include "authority/ops/sign.h"

static struct issuer *issuer;
static char *line_text, *file_text;
static const char *dir;

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

static void
put_list(void)
{
	struct root *root = root_new(LC_ES256);
	const struct root_list list = { .version = 1,
		.keys = { issuer->key } };

	root_put(root, issuer->dir, "root.jwk");
	root_list_put(root, &list, issuer->dir, "list.trust");
	root_free(root);
}

static enum lc_err
try_trust(void)
{
	struct lc_trust *trust = NULL;
	enum lc_err err = lc_keydir_load(issuer->dir, true, &trust, NULL);
	const struct lc_trust_taken none = { .version = 0 };
	char *withdrawn = NULL;
	const char *why;

	CHECK_INT(trust != NULL, err == LC_OK);
	if (err == LC_OK && (err = lc_trust_settle(trust, &none, &why)) == LC_OK)
		err = lc_trust_list_withdrawn(
		    lc_trust_list(trust), &withdrawn);
	free(withdrawn);
	lc_trust_free(trust);
	return err;
}

static enum lc_err
try_devkey(void)
{
	static const char *path;
	struct lc_devkey *devkey = NULL;
	bool made;
	enum lc_err err;

	if (path == NULL)
		path = check_path(dir, "device.key");
	err = lc_devkey_open(path, ".aside", NULL, NULL, &devkey, &made, NULL);
	CHECK_INT(devkey != NULL, err == LC_OK);
	lc_devkey_free(devkey);
	return err;
}

/* ---- Each of them with no memory ------------------------------------- */

static void
signing(void)
{
	memory_exhaust(try_sign);
}

static void
opening(void)
{
	memory_exhaust(try_open);
}

static void
parsing(void)
{
	memory_exhaust(try_parse);
}

static void
trusting(void)
{
	memory_exhaust(try_trust);
}

static void
device_keys(void)
{
	memory_exhaust(try_devkey);
}

static void
set_up(void)
{
	struct lc_terms terms = issuer_terms("memory");
	struct lc_file_writer writer = { 0 };

	issuer = issuer_new(LC_ED25519);
	put_list();
	line_text = issuer_line(issuer, &terms);
	lc_file_writer_lines(&writer, (const char *const *)&line_text, 1);
	REQUIRE(lc_file_writer_eula(&writer, "Take it.\n", 9, NULL) == LC_OK);
	file_text = writer.text;
	dir = check_dir();
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
	};
	int status;

	set_up();
	status = check_main("memory", tests, CHECK_COUNT(tests), argc, argv);
	issuer_free(issuer);
	free(line_text);
	free(file_text);
	return status;
}
