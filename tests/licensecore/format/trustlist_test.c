/* trustlist_test.c - trust lists in a keys directory. */
#include "format/trustlist.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "format/jws.h"
#include "format/keydir.h"
#include "format/line.h"
#include "authority/ops/sign.h"
#include "issuer.h"
#include "root.h"

/* A keys directory with an issuer's key and a root key in it. */
struct place {
	struct issuer *issuer;
	struct root *root;
	const char *dir;
	struct lc_key *other; /* another issuer's, in no file */
};

static struct place
place_new(enum lc_alg alg)
{
	struct place p = { .issuer = issuer_new(LC_ED25519),
		.root = root_new(alg) };

	p.dir = p.issuer->dir;
	root_put(p.root, p.dir, "root.jwk");
	REQUIRE(lc_key_generate(LC_ES256, &p.other) == LC_OK);
	return p;
}

static void
place_free(struct place *p)
{
	lc_key_free(p->other);
	root_free(p->root);
	issuer_free(p->issuer);
}

/* Loads the directory; what the device took before may be NULL for nothing. */
static struct lc_trust *
load(const struct place *p, const struct lc_trust_taken *taken)
{
	const struct lc_trust_taken none = { .version = 0 };
	struct lc_detail detail = { "" };
	struct lc_trust *trust = NULL;
	const char *why = NULL;

	CHECK_ERR(lc_keydir_load(p->dir, true, &trust, &detail), LC_OK,
	    &detail);
	REQUIRE(trust != NULL);
	CHECK_ERR(
	    lc_trust_settle(trust, taken != NULL ? taken : &none, &why), LC_OK,
	    NULL);
	return trust;
}

/* The only thing that does not count, and why. */
static void
check_skipped(const struct lc_trust *trust, const char *says)
{
	size_t n;
	const char *const *skipped = lc_trust_skipped(trust, &n);

	CHECK_UINT(n, 1);
	CHECK_HAS(n > 0 ? skipped[0] : "", says);
}

static void
keys_of_a_list_count(void)
{
	for (int alg = LC_ED25519; alg <= LC_ES256; alg++) {
		struct place p = place_new((enum lc_alg)alg);
		struct lc_trust *trust;
		size_t n;

		strcpy(p.other->name, "Second");
		p.other->expires = 1900000000;
		root_list_put(p.root,
		    &(struct root_list){ .version = 7, .keys = { p.other } },
		    p.dir, "list.trust");
		trust = load(&p, NULL);
		(void)lc_trust_skipped(trust, &n);
		CHECK_UINT(n, 0);
		CHECK_UINT(lc_trust_nkeys(trust), 2);
		CHECK(lc_trust_find(trust, p.issuer->key->kid) != NULL);
		REQUIRE(lc_trust_find(trust, p.other->kid) != NULL);
		CHECK_STR(lc_trust_find(trust, p.other->kid)->name, "Second");
		CHECK_INT(lc_trust_find(trust, p.other->kid)->expires,
		    1900000000);
		REQUIRE(lc_trust_list(trust) != NULL);
		CHECK_UINT(lc_trust_list(trust)->version, 7);
		CHECK_INT(lc_trust_list(trust)->issued, 1700000000);
		CHECK_INT(lc_trust_list(trust)->expires, 4000000000);
		lc_trust_free(trust);
		place_free(&p);
	}
}

/* ---- Who signs what -------------------------------------------------- */

static void
a_root_key_signs_no_license(void)
{
	struct place p = place_new(LC_ED25519);
	struct lc_trust *trust = load(&p, NULL);
	struct lc_terms terms = issuer_terms("a");
	struct lc_detail detail = { "" };
	struct lc_line *line = NULL;
	char *text = NULL;

	REQUIRE(lc_line_sign(&terms, p.root->key, &text, NULL) == LC_OK);
	CHECK_ERR(lc_line_open(text, strlen(text), trust, &line, &detail),
	    LC_EKEY, &detail);
	CHECK_HAS(detail.text, "which is a root key");
	CHECK_UINT(lc_trust_nkeys(trust), 1);
	free(text);
	lc_trust_free(trust);
	place_free(&p);
}

/* A list, and why it does not count. */
static void
check_refused(struct place *p, const char *file, const char *says)
{
	const char *path = check_path(p->dir, "list.trust");
	struct lc_trust *trust;

	check_write(path, file, strlen(file));
	trust = load(p, NULL);
	check_skipped(trust, says);
	CHECK_HAS(lc_trust_skipped(trust, &(size_t){ 0 })[0], path);
	CHECK(lc_trust_list(trust) == NULL);
	CHECK(lc_trust_find(trust, p->other->kid) == NULL);
	CHECK_UINT(lc_trust_nkeys(trust), 1);
	lc_trust_free(trust);
}

static void
check_refused_list(
    struct place *p, const struct root *root, const char *says)
{
	const struct root_list list = { .version = 1, .keys = { p->other } };
	char *file = root_list(root, &list);

	check_refused(p, file, says);
	free(file);
}

static void
signed_by_another_key(void)
{
	struct place p = place_new(LC_ED25519);
	struct root *stranger = root_new(LC_ES256);
	struct root issuer = { p.issuer->key };

	check_refused_list(&p, stranger, "not in the keys directory");
	check_refused_list(&p, &issuer, "which is not a root key");
	root_free(stranger);
	place_free(&p);
}

static void
root_keys_that_do_not_count(void)
{
	struct place p = place_new(LC_ED25519);

	p.root->key->not_before = 1700000001;
	root_put(p.root, p.dir, "root.jwk");
	check_refused_list(&p, p.root, "before key");
	p.root->key->not_before = LC_NO_TIME;
	p.root->key->expires = 1700000000;
	root_put(p.root, p.dir, "root.jwk");
	check_refused_list(&p, p.root, "after key");
	p.root->key->expires = LC_NO_TIME;
	p.root->key->withdrawn = true;
	root_put(p.root, p.dir, "root.jwk");
	check_refused_list(&p, p.root, "which is withdrawn");
	place_free(&p);
}

/* ---- Lists that are none --------------------------------------------- */

#define DATES "\"issued\":1700000000,\"expires\":1800000000"

static void
payloads_that_are_refused(void)
{
	static const struct {
		const char *payload; /* $: the key, @: the root's */
		const char *says;
	} cases[] = {
		{ "{" DATES ",\"keys\":[\"$\"]}", "\"version\" is missing" },
		{ "{\"version\":0," DATES ",\"keys\":[\"$\"]}",
		    "\"version\": out of range" },
		{ "{\"version\":4294967296," DATES ",\"keys\":[\"$\"]}",
		    "\"version\": out of range" },
		{ "{\"version\":\"1\"," DATES ",\"keys\":[\"$\"]}",
		    "\"version\": not an integer" },
		{ "{\"version\":1,\"expires\":1800000000,\"keys\":[\"$\"]}",
		    "\"issued\" is missing" },
		{ "{\"version\":1,\"issued\":1700000000,\"keys\":[\"$\"]}",
		    "\"expires\" is missing" },
		{ "{\"version\":1,\"issued\":1800000000,"
		  "\"expires\":1800000000,\"keys\":[\"$\"]}",
		    "\"expires\": not after \"issued\"" },
		{ "{\"version\":1," DATES "}", "\"keys\" is missing" },
		{ "{\"version\":1," DATES ",\"keys\":[]}", "not an array" },
		{ "{\"version\":1," DATES ",\"keys\":\"$\"}",
		    "not an array" },
		{ "{\"version\":1," DATES ",\"keys\":[1]}", "not a string" },
		{ "{\"version\":1," DATES ",\"keys\":[{\"kty\":\"OKP\"}]}",
		    "nested too deep" },
		{ "{\"version\":1," DATES ",\"keys\":[\"$\",\"$\"]}",
		    "the same value twice" },
		{ "{\"version\":1," DATES ",\"keys\":[\"$\",\"$ \"]}",
		    "key 2: the same key twice" },
		{ "{\"version\":1," DATES ",\"keys\":[\"@\"]}",
		    "key 1: root key" },
		{ "{\"version\":1," DATES ",\"keys\":[\"rubbish\"]}",
		    "key 1: JWK: not JSON" },
		{ "{\"version\":1," DATES ",\"keys\":[\"$\",\"{}\"]}",
		    "key 2: \"kty\" and \"crv\"" },
		{ "{\"version\":1," DATES ",\"keys\":[\"$\"],\"region\":1}",
		    "unknown member \"region\"" },
		{ "{\"version\":1,\"version\":2," DATES ",\"keys\":[\"$\"]}",
		    "duplicate member" },
		{ "[]", "not a JSON object" },
	};
	struct place p = place_new(LC_ED25519);

	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		char *jwks[2] = { root_jwk(p.other), root_jwk(p.root->key) };
		char payload[4096] = "", *end = payload, *file;

		check_context("%s", cases[i].payload);
		for (const char *c = cases[i].payload; *c != '\0'; c++) {
			const char *jwk = *c == '$' ? jwks[0] : jwks[1];

			if (*c != '$' && *c != '@')
				*end++ = *c;
			else
				for (; *jwk != '\0'; jwk++) {
					if (*jwk == '"')
						*end++ = '\\';
					*end++ = *jwk;
				}
		}
		*end = '\0';
		file = root_sign(p.root->key, LC_TYP_TRUST_LIST, payload);
		check_refused(&p, file, cases[i].says);
		free(file);
		free(jwks[0]);
		free(jwks[1]);
	}
	place_free(&p);
}

static void
files_that_are_refused(void)
{
	struct place p = place_new(LC_ED25519);
	const struct root_list list = { .version = 1, .keys = { p.other } };
	char *file = root_list(p.root, &list), *big, *other, *at;

	check_refused(&p, "", "no row \"-----BEGIN TRUST LIST-----\"");
	check_refused(&p, "rubbish", "no row");
	other = strdup(file);
	REQUIRE(other != NULL);
	*strstr(other, "\n-----END") = '\0';
	check_refused(&p, other, "END");
	free(other);
	/* Forged: the signature is another one. */
	other = strdup(file);
	REQUIRE(other != NULL);
	at = other + strlen(other) - strlen("\n-----END TRUST LIST-----\n") - 9;
	*at = *at == 'A' ? 'B' : 'A';
	check_refused(&p, other, "altered after it was signed");
	free(other);
	other = root_sign(p.root->key, LC_TYP_LICENSE, "{\"version\":1}");
	check_refused(&p, other, "\"typ\" is not");
	free(other);
	/* Too large, although only with text for people. */
	REQUIRE((big = malloc(LC_TRUST_LIST_FILE_MAX + 1)) != NULL);
	memset(big, '\n', LC_TRUST_LIST_FILE_MAX);
	big[LC_TRUST_LIST_FILE_MAX] = '\0';
	memcpy(big, file, strlen(file));
	check_write(check_path(p.dir, "list.trust"), big,
	    LC_TRUST_LIST_FILE_MAX);
	lc_trust_free(load(&p, NULL));
	big[LC_TRUST_LIST_FILE_MAX - 1] = ' ';
	other = malloc(LC_TRUST_LIST_FILE_MAX + 2);
	REQUIRE(other != NULL);
	(void)snprintf(other, LC_TRUST_LIST_FILE_MAX + 2, "%s\n", big);
	check_refused(&p, other, "bytes");
	free(other);
	free(big);
	free(file);
	place_free(&p);
}

/* 1,024 keys are read; one more is not. */
static void
many_keys(void)
{
	struct place p = place_new(LC_ED25519);
	char *payload = malloc(1025 * 300), *end = payload, *file;
	struct lc_trust *trust;

	REQUIRE(payload != NULL);
	end += sprintf(end, "{\"version\":1," DATES ",\"keys\":[");
	for (int i = 0; i < 1024; i++) {
		struct lc_key *key = NULL;
		char *jwk;

		REQUIRE(lc_key_generate(LC_ED25519, &key) == LC_OK);
		jwk = root_jwk(key);
		*end++ = '"';
		for (const char *c = jwk; *c != '\0'; c++) {
			if (*c == '"')
				*end++ = '\\';
			*end++ = *c;
		}
		end += sprintf(end, "\",");
		free(jwk);
		lc_key_free(key);
	}
	strcpy(end - 1, "]}");
	file = root_sign(p.root->key, LC_TYP_TRUST_LIST, payload);
	check_write(check_path(p.dir, "list.trust"), file, strlen(file));
	trust = load(&p, NULL);
	CHECK_UINT(lc_trust_nkeys(trust), 1025);
	lc_trust_free(trust);
	free(file);
	strcpy(end - 1, ",\"{}\"]}");
	file = root_sign(p.root->key, LC_TYP_TRUST_LIST, payload);
	check_refused(&p, file, "not an array of 1 to 1024");
	free(file);
	free(payload);
	place_free(&p);
}

static void
many_lists(void)
{
	struct place p = place_new(LC_ED25519);
	struct lc_detail detail = { "" };
	struct lc_trust *trust = NULL;
	char name[32];
	size_t n;

	for (int i = 0; i <= 64; i++) {
		(void)snprintf(name, sizeof name, "%02d.trust", i);
		check_write(check_path(p.dir, name), "rubbish", 7);
		if (i < 63)
			continue;
		CHECK_ERR(lc_keydir_load(p.dir, true, &trust, &detail),
		    i == 63 ? LC_OK : LC_ETRUST, &detail);
		if (i == 63) {
			(void)lc_trust_skipped(trust, &n);
			CHECK_UINT(n, 64);
			lc_trust_free(trust);
			trust = NULL;
		}
	}
	CHECK_HAS(detail.text, "more than 64 trust lists");
	place_free(&p);
}

/* ---- Several --------------------------------------------------------- */

static void
the_highest_version_counts(void)
{
	struct place p = place_new(LC_ED25519);
	const struct root_list old = { .version = 9,
		.keys = { p.issuer->key } };
	const struct root_list new = { .version = 10, .keys = { p.other } };
	struct lc_trust *trust;

	for (int i = 0; i < 2; i++) {
		check_context("%d", i);
		root_list_put(p.root, &old, p.dir, i ? "a.trust" : "b.trust");
		root_list_put(p.root, &new, p.dir, i ? "b.trust" : "a.trust");
		trust = load(&p, NULL);
		check_skipped(trust, "version 9 of the trust list is not used, "
				     "but version 10 in ");
		REQUIRE(lc_trust_list(trust) != NULL);
		CHECK_UINT(lc_trust_list(trust)->version, 10);
		CHECK(lc_trust_find(trust, p.other->kid) != NULL);
		lc_trust_free(trust);
	}
	place_free(&p);
}

/* Whoever says it. */
static void
withdrawal_wins(void)
{
	for (int who = 0; who < 4; who++) {
		struct place p = place_new(LC_ED25519);
		struct lc_key *key = p.issuer->key;
		struct lc_trust *trust;
		char *jwk;

		check_context("%d", who);
		key->withdrawn = (who & 1) != 0;
		jwk = root_jwk(key);
		check_write(
		    check_path(p.dir, "issuer.jwk"), jwk, strlen(jwk));
		free(jwk);
		key->withdrawn = (who & 2) != 0;
		strcpy(key->name, "From the list");
		root_list_put(p.root,
		    &(struct root_list){ .version = 1, .keys = { key } },
		    p.dir, "list.trust");
		trust = load(&p, NULL);
		REQUIRE(lc_trust_find(trust, key->kid) != NULL);
		CHECK_INT(lc_trust_find(trust, key->kid)->withdrawn, who != 0);
		CHECK_UINT(lc_trust_nkeys(trust), who == 0);
		if (who == 0)
			CHECK_STR(lc_trust_find(trust, key->kid)->name,
			    "From the list");
		lc_trust_free(trust);
		place_free(&p);
	}
}

/* A root key that a list names as an issuer's stays a root key. */
static void
a_root_key_stays_one(void)
{
	struct place p = place_new(LC_ED25519);
	struct root *second = root_new(LC_ED25519);
	struct lc_trust *trust;

	root_put(second, p.dir, "second.jwk");
	second->key->is_root = false;
	root_list_put(p.root,
	    &(struct root_list){ .version = 1, .keys = { second->key } }, p.dir,
	    "list.trust");
	trust = load(&p, NULL);
	REQUIRE(lc_trust_find(trust, second->key->kid) != NULL);
	CHECK(lc_trust_find(trust, second->key->kid)->is_root);
	CHECK_UINT(lc_trust_nkeys(trust), 1);
	lc_trust_free(trust);
	root_free(second);
	place_free(&p);
}

/* ---- What the device remembers --------------------------------------- */

static void
what_was_taken(void)
{
	static const char wrong[] =
	    "0000000000000000000000000000000000000000000";
	struct place p = place_new(LC_ED25519);
	struct lc_trust *trust;
	char digest[LC_DIGEST_LEN + 1];
	struct {
		struct lc_trust_taken taken;
		const char *says; /* NULL: it counts */
	} cases[] = {
		{ { 0, NULL, NULL }, NULL },
		{ { 4, wrong, NULL }, NULL },
		{ { 5, NULL, NULL }, NULL },
		{ { 5, digest, p.issuer->key->kid }, NULL },
		{ { 5, wrong, NULL }, "another one of the same version 5" },
		{ { 6, digest, NULL }, "version 5 of the trust list is "
				       "refused, and its keys: version 6" },
		{ { 6, wrong, p.issuer->key->kid }, "version 6 was in use" },
	};

	root_list_put(p.root,
	    &(struct root_list){ .version = 5, .keys = { p.other } }, p.dir,
	    "list.trust");
	trust = load(&p, NULL);
	strcpy(digest, lc_trust_list(trust)->digest);
	lc_trust_free(trust);
	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		bool counts = cases[i].says == NULL;
		const struct lc_key *key;
		size_t n;

		check_context("%zu", i);
		trust = load(&p, &cases[i].taken);
		(void)lc_trust_skipped(trust, &n);
		CHECK_UINT(n, !counts);
		if (!counts)
			check_skipped(trust, cases[i].says);
		CHECK((lc_trust_list(trust) != NULL) == counts);
		CHECK((lc_trust_find(trust, p.other->kid) != NULL) == counts);
		key = lc_trust_find(trust, p.issuer->key->kid);
		REQUIRE(key != NULL);
		/* Its withdrawal stays, unless the list that counts differs. */
		CHECK_INT(key->withdrawn,
		    !counts && cases[i].taken.withdrawn != NULL);
		lc_trust_free(trust);
	}
	place_free(&p);
}

static void
a_list_is_missing(void)
{
	struct place p = place_new(LC_ED25519);
	char withdrawn[100];
	struct lc_trust_taken taken = { 3, NULL, withdrawn };
	const char *why = NULL;
	struct lc_trust *trust;
	size_t n;

	(void)snprintf(withdrawn, sizeof withdrawn, "%s %s", p.other->kid,
	    p.issuer->key->kid);
	trust = load(&p, &taken);
	check_skipped(trust, "no trust list: version 3 was in use");
	CHECK_HAS(lc_trust_skipped(trust, &n)[0], p.dir);
	CHECK_UINT(lc_trust_nkeys(trust), 0);
	CHECK(lc_trust_find(trust, p.root->key->kid) != NULL);
	CHECK(!lc_trust_find(trust, p.root->key->kid)->withdrawn);
	/* Judged again, it is said once. */
	CHECK_ERR(lc_trust_settle(trust, &taken, &why), LC_OK, NULL);
	CHECK_HAS(why, "no trust list");
	check_skipped(trust, "no trust list");
	lc_trust_free(trust);
	place_free(&p);
}

static void
what_is_remembered(void)
{
	struct place p = place_new(LC_ED25519);
	struct lc_trust *trust;
	char expected[100], *found = NULL;

	p.other->withdrawn = true;
	root_list_put(p.root,
	    &(struct root_list){
		.version = 1, .keys = { p.issuer->key, p.other } },
	    p.dir, "list.trust");
	trust = load(&p, NULL);
	CHECK_ERR(lc_trust_list_withdrawn(lc_trust_list(trust), &found), LC_OK,
	    NULL);
	CHECK_STR(found, p.other->kid);
	free(found);
	lc_trust_free(trust);
	p.issuer->key->withdrawn = true;
	root_list_put(p.root,
	    &(struct root_list){
		.version = 1, .keys = { p.issuer->key, p.other } },
	    p.dir, "list.trust");
	trust = load(&p, NULL);
	CHECK_ERR(lc_trust_list_withdrawn(lc_trust_list(trust), &found), LC_OK,
	    NULL);
	(void)snprintf(expected, sizeof expected, "%s %s", p.issuer->key->kid,
	    p.other->kid);
	CHECK_STR(found, expected);
	free(found);
	lc_trust_free(trust);
	place_free(&p);
}

/* ---- Later ----------------------------------------------------------- */

static void
a_list_that_came_since(void)
{
	static const struct timespec times[] = { { 1800000000, 0 },
		{ 1800000000, 0 } },
				     later[] = { { 1800000001, 0 },
					 { 1800000001, 0 } };
	struct place p = place_new(LC_ED25519);
	struct lc_key *third = NULL;
	struct lc_trust *trust;

	REQUIRE(lc_key_generate(LC_ED25519, &third) == LC_OK);
	root_list_put(p.root,
	    &(struct root_list){ .version = 2, .keys = { p.issuer->key } },
	    p.dir, "two.trust");
	trust = load(&p, NULL);
	root_list_put(p.root,
	    &(struct root_list){ .version = 3, .keys = { p.other } }, p.dir,
	    "three.trust");
	REQUIRE(utimensat(AT_FDCWD, p.dir, times, 0) == 0);
	CHECK(lc_trust_find(trust, p.other->kid) == NULL);
	CHECK(lc_trust_has_since(trust, p.other->kid));
	/* One that is older than that in use would not count. */
	REQUIRE(remove(check_path(p.dir, "two.trust")) == 0);
	REQUIRE(remove(check_path(p.dir, "three.trust")) == 0);
	root_list_put(p.root,
	    &(struct root_list){ .version = 1, .keys = { third } }, p.dir,
	    "one.trust");
	REQUIRE(utimensat(AT_FDCWD, p.dir, later, 0) == 0);
	CHECK(!lc_trust_has_since(trust, third->kid));
	CHECK(!lc_trust_has_since(trust, p.other->kid));
	lc_trust_free(trust);
	lc_key_free(third);
	place_free(&p);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "keys of a list count", keys_of_a_list_count },
		{ "a root key signs no license", a_root_key_signs_no_license },
		{ "signed by another key", signed_by_another_key },
		{ "root keys that do not count", root_keys_that_do_not_count },
		{ "payloads that are refused", payloads_that_are_refused },
		{ "files that are refused", files_that_are_refused },
		{ "many keys", many_keys },
		{ "many lists", many_lists },
		{ "the highest version counts", the_highest_version_counts },
		{ "withdrawal wins", withdrawal_wins },
		{ "a root key stays one", a_root_key_stays_one },
		{ "what was taken", what_was_taken },
		{ "a list is missing", a_list_is_missing },
		{ "what is remembered", what_is_remembered },
		{ "a list that came since", a_list_that_came_since },
	};

	(void)umask(022);
	return check_main("trustlist", tests, CHECK_COUNT(tests), argc, argv);
}
