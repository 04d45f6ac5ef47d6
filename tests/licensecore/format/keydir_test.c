/* keydir_test.c - the keys directory: who may write it decides. */
#include "format/keydir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "issuer.h"
#include "format/key.h"

#define NOBODY 65534

static enum lc_err
load(const char *dir, bool own_keys, struct lc_detail *detail)
{
	struct lc_trust *trust = NULL;
	enum lc_err err;

	detail->text[0] = '\0';
	err = lc_keydir_load(dir, own_keys, &trust, detail);
	lc_trust_free(trust);
	return err;
}

static void
check_refused(const char *dir, const char *says)
{
	struct lc_detail detail;

	CHECK_ERR(load(dir, true, &detail), LC_ETRUST, &detail);
	CHECK_HAS(detail.text, says);
	CHECK_ERR(load(dir, false, &detail), LC_ETRUST, &detail);
}

/* It loads, without a file, and this is why. */
static void
check_skipped(const char *dir, const char *says)
{
	struct lc_trust *trust = NULL;
	struct lc_detail detail = { "" };
	const char *const *skipped;
	size_t n = 0;

	CHECK_ERR(lc_keydir_load(dir, true, &trust, &detail), LC_OK, &detail);
	REQUIRE(trust != NULL);
	skipped = lc_trust_skipped(trust, &n);
	CHECK_UINT(n, 1);
	CHECK_HAS(n > 0 ? skipped[0] : "", says);
	lc_trust_free(trust);
}

/* Another key's JWK in dir/name. */
static void
put_key(const char *dir, const char *name, char kid[LC_KID_LEN + 1])
{
	struct lc_key *key = NULL;
	char *jwk = NULL;

	REQUIRE(lc_key_generate(LC_ES256, &key) == LC_OK);
	REQUIRE(lc_key_to_jwk(key, &jwk) == LC_OK);
	check_write(check_path(dir, name), jwk, strlen(jwk));
	strcpy(kid, key->kid);
	free(jwk);
	lc_key_free(key);
}

static void
keys_are_loaded(void)
{
	struct issuer *issuer = issuer_new(LC_ED25519);
	struct lc_detail detail = { "" };
	struct lc_trust *trust = NULL;
	char kid[LC_KID_LEN + 1];

	put_key(issuer->dir, "second.jwk", kid);
	check_write(check_path(issuer->dir, "README"), "words", 5);
	check_write(check_path(issuer->dir, ".hidden.jwk"), "words", 5);
	check_write(check_path(issuer->dir, "old.jwk~"), "words", 5);
	CHECK_ERR(
	    lc_keydir_load(issuer->dir, true, &trust, &detail), LC_OK, &detail);
	REQUIRE(trust != NULL);
	CHECK_UINT(lc_trust_nkeys(trust), 2);
	CHECK(lc_trust_find(trust, issuer->key->kid) != NULL);
	CHECK(lc_trust_find(trust, kid) != NULL);
	CHECK_INT(lc_trust_find(trust, kid)->alg, LC_ES256);
	CHECK(lc_trust_find(trust, "") == NULL);
	lc_trust_free(trust);
	lc_trust_free(NULL);
	issuer_free(issuer);
}

static void
no_keys(void)
{
	const char *dir = check_dir();
	struct lc_detail detail = { "" };
	struct lc_trust *trust = NULL;

	CHECK_ERR(lc_keydir_load(dir, true, &trust, &detail), LC_OK, &detail);
	REQUIRE(trust != NULL);
	CHECK_UINT(lc_trust_nkeys(trust), 0);
	lc_trust_free(trust);
	check_refused(check_path(dir, "missing"), "no such keys directory");
	check_write(check_path(dir, "file"), "", 0);
	check_refused(check_path(dir, "file"), "cannot read directory");
}

static void
withdrawn_keys_are_known(void)
{
	struct issuer *issuer = issuer_new(LC_ED25519);
	struct lc_trust *trust = NULL;
	char *jwk = NULL;

	issuer->key->withdrawn = true;
	REQUIRE(lc_key_to_jwk(issuer->key, &jwk) == LC_OK);
	check_write(check_path(issuer->dir, "issuer.jwk"), jwk, strlen(jwk));
	CHECK_ERR(lc_keydir_load(issuer->dir, true, &trust, NULL), LC_OK, NULL);
	REQUIRE(trust != NULL);
	CHECK_UINT(lc_trust_nkeys(trust), 0);
	REQUIRE(lc_trust_find(trust, issuer->key->kid) != NULL);
	CHECK(lc_trust_find(trust, issuer->key->kid)->withdrawn);
	lc_trust_free(trust);
	free(jwk);
	issuer_free(issuer);
}

static void
modes(void)
{
	static const struct {
		mode_t dir, file;
		const char *says; /* NULL: fine */
		bool skipped;	  /* the file alone */
	} rows[] = {
		{ 0700, 0600, NULL, false },
		{ 0755, 0644, NULL, false },
		{ 0755, 0444, NULL, false },
		{ 0775, 0644, "mode 0775", false },
		{ 0757, 0644, "mode 0757", false },
		{ 01777, 0644, NULL /* set below */, false },
		{ 0755, 0664, "issuer.jwk: mode 0664", true },
		{ 0755, 0646, "issuer.jwk: mode 0646", true },
	};
	struct issuer *issuer = issuer_new(LC_ED25519);
	const char *file = check_path(issuer->dir, "issuer.jwk");
	struct lc_detail detail;

	for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
		check_context(
		    "%o %o", (unsigned)rows[i].dir, (unsigned)rows[i].file);
		/* A sticky directory is fine only if it is root's. */
		if ((rows[i].dir & S_ISVTX) != 0 && geteuid() != 0)
			continue;
		REQUIRE(chmod(issuer->dir, rows[i].dir) == 0);
		REQUIRE(chmod(file, rows[i].file) == 0);
		if (rows[i].says == NULL)
			CHECK_ERR(
			    load(issuer->dir, true, &detail), LC_OK, &detail);
		else if (rows[i].skipped)
			check_skipped(issuer->dir, rows[i].says);
		else
			check_refused(issuer->dir, rows[i].says);
	}
	issuer_free(issuer);
}

static void
parents_are_judged(void)
{
	const char *top = check_dir();
	const char *middle = check_path(top, "middle");
	const char *dir = check_path(middle, "keys");
	struct lc_detail detail;
	char kid[LC_KID_LEN + 1];

	REQUIRE(mkdir(middle, 0755) == 0 && mkdir(dir, 0755) == 0);
	put_key(dir, "a.jwk", kid);
	CHECK_ERR(load(dir, true, &detail), LC_OK, &detail);
	REQUIRE(chmod(middle, 0777) == 0);
	check_refused(dir, "/middle: mode 0777");
	REQUIRE(chmod(middle, 0755) == 0);
	CHECK_ERR(load(dir, true, &detail), LC_OK, &detail);
}

/* A link is as good as the place it leads to. */
static void
links_are_resolved(void)
{
	const char *top = check_dir();
	const char *bad = check_path(top, "bad");
	const char *dir = check_path(top, "keys");
	const char *link = check_path(top, "link");
	struct lc_detail detail;
	char kid[LC_KID_LEN + 1];

	REQUIRE(mkdir(bad, 0755) == 0 && mkdir(dir, 0755) == 0);
	put_key(bad, "real.jwk", kid);
	REQUIRE(symlink("../bad/real.jwk", check_path(dir, "a.jwk")) == 0);
	REQUIRE(symlink("keys", link) == 0);
	CHECK_ERR(load(dir, true, &detail), LC_OK, &detail);
	CHECK_ERR(load(link, true, &detail), LC_OK, &detail);
	REQUIRE(chmod(bad, 0777) == 0);
	check_skipped(dir, "/bad: mode 0777");
	check_skipped(link, "/bad: mode 0777");
	REQUIRE(chmod(bad, 0755) == 0);
	REQUIRE(symlink("nowhere", check_path(dir, "b.jwk")) == 0);
	check_skipped(dir, "b.jwk: No such file");
}

static void
owners(void)
{
	struct issuer *issuer = issuer_new(LC_ED25519);
	const char *file = check_path(issuer->dir, "issuer.jwk");
	struct lc_detail detail;

	if (geteuid() != 0) {
		CHECK_ERR(
		    load(issuer->dir, false, &detail), LC_ETRUST, &detail);
		CHECK_HAS(detail.text, "who could put keys there");
		issuer_free(issuer);
		return;
	}
	CHECK_ERR(load(issuer->dir, false, &detail), LC_OK, &detail);
	REQUIRE(chown(file, NOBODY, NOBODY) == 0);
	check_skipped(issuer->dir, "issuer.jwk: owned by user 65534");
	REQUIRE(chown(file, 0, 0) == 0);
	REQUIRE(chown(issuer->dir, NOBODY, NOBODY) == 0);
	check_refused(issuer->dir, "owned by user 65534");
	/* The process's own user, if asked for. */
	REQUIRE(seteuid(NOBODY) == 0);
	CHECK_ERR(load(issuer->dir, true, &detail), LC_OK, &detail);
	CHECK_ERR(load(issuer->dir, false, &detail), LC_ETRUST, &detail);
	REQUIRE(seteuid(0) == 0);
	issuer_free(issuer);
}

/* A bad file costs itself: the issuer's key counts. */
static void
check_bad(const struct issuer *issuer, const char *says)
{
	struct lc_trust *trust = NULL;

	check_skipped(issuer->dir, says);
	REQUIRE(lc_keydir_load(issuer->dir, true, &trust, NULL) == LC_OK);
	CHECK_UINT(lc_trust_nkeys(trust), 1);
	CHECK(lc_trust_find(trust, issuer->key->kid) != NULL);
	lc_trust_free(trust);
}

static void
files_that_are_no_keys(void)
{
	static const struct {
		const char *data;
		const char *says;
	} rows[] = {
		{ "", "bad.jwk: not a public key: JWK: not JSON" },
		{ "rubbish", "bad.jwk: not a public key: JWK: not JSON" },
		{ "{}", "bad.jwk: not a public key: \"kty\"" },
		{ "{\"kty\":\"OKP\",\"d\":\"\"}", "private key" },
	};
	struct issuer *issuer = issuer_new(LC_ED25519);
	const char *bad = check_path(issuer->dir, "bad.jwk");
	char *big;

	for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
		check_context("row %zu", i);
		check_write(bad, rows[i].data, strlen(rows[i].data));
		check_bad(issuer, rows[i].says);
	}
	big = calloc(1, LC_JWK_MAX + 1);
	REQUIRE(big != NULL);
	memset(big, ' ', LC_JWK_MAX + 1);
	check_write(bad, big, LC_JWK_MAX + 1);
	check_bad(issuer, "4097 bytes, at most 4096");
	check_write(bad, big, LC_JWK_MAX);
	check_bad(issuer, "not JSON");
	free(big);
	REQUIRE(unlink(bad) == 0 && mkdir(bad, 0755) == 0);
	check_bad(issuer, "not a regular file");
	/* Nobody writes it: opening must not wait. */
	REQUIRE(rmdir(bad) == 0 && mkfifo(bad, 0644) == 0);
	check_bad(issuer, "not a regular file");
	issuer_free(issuer);
}

static void
one_key_in_two_files(void)
{
	struct issuer *issuer = issuer_new(LC_ED25519);
	size_t len = 0;
	char *jwk = check_read(check_path(issuer->dir, "issuer.jwk"), &len);

	check_write(check_path(issuer->dir, "later.jwk"), jwk, len);
	check_bad(issuer, "later.jwk: the same key as in ");
	free(jwk);
	issuer_free(issuer);
}

/* Whatever the files are called. */
static void
the_withdrawn_one_counts(void)
{
	static const char *const names[] = { "a.jwk", "z.jwk" };

	for (size_t i = 0; i < CHECK_COUNT(names); i++) {
		struct issuer *issuer = issuer_new(LC_ES256);
		struct lc_trust *trust = NULL;
		char *jwk = NULL;

		check_context("%s", names[i]);
		issuer->key->withdrawn = true;
		REQUIRE(lc_key_to_jwk(issuer->key, &jwk) == LC_OK);
		check_write(check_path(issuer->dir, names[i]), jwk,
		    strlen(jwk));
		check_skipped(issuer->dir, "issuer.jwk: the same key as in");
		REQUIRE(lc_keydir_load(issuer->dir, true, &trust, NULL) ==
		    LC_OK);
		CHECK_UINT(lc_trust_nkeys(trust), 0);
		REQUIRE(lc_trust_find(trust, issuer->key->kid) != NULL);
		CHECK(lc_trust_find(trust, issuer->key->kid)->withdrawn);
		lc_trust_free(trust);
		free(jwk);
		issuer_free(issuer);
	}
}

static void
too_many_files(void)
{
	struct issuer *issuer = issuer_new(LC_ED25519);

	for (unsigned i = 0; i < 1024; i++) {
		char name[16];

		(void)snprintf(name, sizeof name, "%u.jwk", i);
		check_write(check_path(issuer->dir, name), "", 0);
	}
	check_refused(issuer->dir, "more than 1024 key files");
	issuer_free(issuer);
}

/* That no more files may be open says nothing of the keys. */
static void
no_descriptors(void)
{
	struct issuer *issuer = issuer_new(LC_ED25519);
	struct lc_detail detail;
	struct rlimit had, few;
	int highest = dup(0);

	REQUIRE(highest >= 0 && getrlimit(RLIMIT_NOFILE, &had) == 0);
	(void)close(highest);
	few = had;
	/* Enough for the directory and one step to a file below it. */
	for (few.rlim_cur = (rlim_t)highest; few.rlim_cur < had.rlim_cur;
	     few.rlim_cur++) {
		enum lc_err err;

		REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
		err = load(issuer->dir, true, &detail);
		REQUIRE(setrlimit(RLIMIT_NOFILE, &had) == 0);
		if (err == LC_OK)
			break;
		CHECK_ERR(err, LC_ENOMEM, &detail);
	}
	CHECK(few.rlim_cur >= (rlim_t)highest + 3);
	issuer_free(issuer);
}

static void
a_key_that_came_since(void)
{
	static const struct timespec times[] = { { 1800000000, 0 },
		{ 1800000000, 0 } };
	struct issuer *issuer = issuer_new(LC_ED25519);
	char kid[LC_KID_LEN + 1], kid2[LC_KID_LEN + 1];
	struct lc_trust *trust = NULL;

	CHECK_ERR(lc_keydir_load(issuer->dir, true, &trust, NULL), LC_OK, NULL);
	REQUIRE(trust != NULL);
	CHECK(!lc_trust_has_since(trust, issuer->key->kid));
	put_key(issuer->dir, "another.jwk", kid);
	/* As if it had come later. */
	REQUIRE(utimensat(AT_FDCWD, issuer->dir, times, 0) == 0);
	CHECK(lc_trust_find(trust, kid) == NULL);
	CHECK(lc_trust_has_since(trust, kid));
	CHECK(!lc_trust_has_since(trust, "other"));
	/* What is not changed is not read again. */
	put_key(issuer->dir, "one-more.jwk", kid2);
	REQUIRE(utimensat(AT_FDCWD, issuer->dir, times, 0) == 0);
	CHECK(lc_trust_has_since(trust, kid));
	CHECK(!lc_trust_has_since(trust, kid2));
	lc_trust_free(trust);
	trust = NULL;
	REQUIRE(lc_trust_new(&trust) == LC_OK);
	CHECK(!lc_trust_has_since(trust, kid));
	lc_trust_free(trust);
	issuer_free(issuer);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "keys are loaded", keys_are_loaded },
		{ "no keys", no_keys },
		{ "withdrawn keys are known", withdrawn_keys_are_known },
		{ "modes", modes },
		{ "parents are judged", parents_are_judged },
		{ "links are resolved", links_are_resolved },
		{ "owners", owners },
		{ "files that are no keys", files_that_are_no_keys },
		{ "one key in two files", one_key_in_two_files },
		{ "the withdrawn one counts", the_withdrawn_one_counts },
		{ "too many files", too_many_files },
		{ "no descriptors", no_descriptors },
		{ "a key that came since", a_key_that_came_since },
	};

	(void)umask(022);
	return check_main("keydir", tests, CHECK_COUNT(tests), argc, argv);
}
