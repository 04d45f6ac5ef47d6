/* keys_test.c - a trust list comes into force, and is not taken back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "device.h"
#include "root.h"

/* A device with a root key, whose issuer's key is in no file of its own. */
struct place {
	struct device *d;
	struct root *root;
	struct lc_key *key; /* the issuer's */
	const char *list;
};

static struct place
place_new(void)
{
	struct place p = { .d = device_new(), .root = root_new(LC_ES256) };

	p.key = p.d->issuer->key;
	p.list = check_path(p.d->options.key_dir, "list.trust");
	root_put(p.root, p.d->options.key_dir, "root.jwk");
	REQUIRE(unlink(check_path(p.d->options.key_dir, "issuer.jwk")) == 0);
	return p;
}

static void
place_free(struct place *p)
{
	root_free(p->root);
	device_free(p->d);
}

static void
put_list(const struct place *p, uint32_t version, bool withdrawn)
{
	struct root_list list = { .version = version, .keys = { p->key } };

	p->key->withdrawn = withdrawn;
	root_list_put(p->root, &list, p->d->options.key_dir, "list.trust");
	p->key->withdrawn = false;
}

/* The issuer's key as somebody copied it by hand. */
static void
put_jwk(const struct place *p)
{
	char *jwk = root_jwk(p->key);

	check_write(check_path(p->d->options.key_dir, "issuer.jwk"), jwk,
	    strlen(jwk));
	free(jwk);
}

static void
check_status(const struct place *p, uint32_t version, uint32_t newest)
{
	struct lc_trust_status s;

	lc_trust_status(p->d->lc, &s);
	CHECK_UINT(s.version, version);
	CHECK_UINT(s.newest, newest);
	CHECK_STR(s.path, version != 0 ? p->list : "");
	CHECK_INT(s.issued, version != 0 ? 1700000000 : LC_NO_TIME);
	CHECK_INT(s.expires, version != 0 ? 4000000000 : LC_NO_TIME);
	CHECK(!s.is_stale);
}

static void
reload(struct place *p)
{
	struct lc_detail detail = { "" };

	CHECK_ERR(lc_reconfigure(p->d->lc, &p->d->options, &detail), LC_OK,
	    &detail);
}

/* Does a license of the issuer install? */
static enum lc_err
install(struct place *p, const char *id)
{
	struct lc_terms terms = issuer_terms(id);
	struct lc_action *a = device_install(
	    p->d, &terms, 1, (struct lc_request){ .by = "test" });
	size_t n;
	enum lc_err err = lc_action_results(a, &n)[0].err;

	lc_action_free(a);
	return err;
}

static void
a_list_comes_into_force(void)
{
	struct place p = place_new();

	device_open(p.d);
	check_status(&p, 0, 0);
	CHECK_INT(install(&p, "a"), LC_EKEY);
	put_list(&p, 3, false);
	CHECK_INT(install(&p, "a"), LC_EKEY); /* not before it is loaded */
	reload(&p);
	check_status(&p, 3, 3);
	CHECK_INT(install(&p, "a"), LC_OK);
	device_reopen(p.d);
	check_status(&p, 3, 3);
	CHECK(device_license(p.d, "a") != NULL);
	put_list(&p, 4, true);
	reload(&p);
	check_status(&p, 4, 4);
	CHECK(device_license(p.d, "a") == NULL);
	CHECK_INT(install(&p, "b"), LC_EKEY);
	place_free(&p);
}

/* With the key of the old list, and with one that was copied by hand. */
static void
an_older_list_is_refused(void)
{
	for (int by_hand = 0; by_hand < 2; by_hand++) {
		struct place p = place_new();
		struct device *d = p.d;

		check_context("by hand: %d", by_hand);
		if (by_hand)
			put_jwk(&p);
		put_list(&p, 3, false);
		device_open(d);
		CHECK_INT(install(&p, "a"), LC_OK);
		put_list(&p, 4, true);
		reload(&p);
		CHECK(device_license(d, "a") == NULL);
		put_list(&p, 3, false);
		for (int i = 0; i < 3; i++) {
			*d->told = '\0';
			if (i == 1)
				device_reopen(d);
			else
				reload(&p);
			check_status(&p, 0, 4);
			CHECK(device_license(d, "a") == NULL);
			CHECK_INT(install(&p, "b"), LC_EKEY);
			CHECK_HAS(d->told, "list.trust: version 3 of the trust"
			    " list is refused, and its keys: version 4 was in"
			    " use");
		}
		/* Nor does it help to take it away. */
		REQUIRE(unlink(p.list) == 0);
		*d->told = '\0';
		device_reopen(d);
		check_status(&p, 0, 4);
		CHECK_INT(install(&p, "b"), LC_EKEY);
		CHECK_HAS(d->told, "no trust list: version 4 was in use and is"
		    " missing");
		/* The next one brings the key back. */
		put_list(&p, 5, false);
		reload(&p);
		check_status(&p, 5, 5);
		CHECK(device_license(d, "a") != NULL);
		CHECK_INT(install(&p, "b"), LC_OK);
		place_free(&p);
	}
}

static void
another_list_of_the_same_version(void)
{
	struct place p = place_new();

	put_list(&p, 3, true);
	device_open(p.d);
	check_status(&p, 3, 3);
	device_reopen(p.d);
	check_status(&p, 3, 3);
	put_list(&p, 3, false);
	reload(&p);
	check_status(&p, 0, 3);
	CHECK_HAS(p.d->notice, "another one of the same version 3");
	place_free(&p);
}

/* It counts, is warned of when it happens, and at each opening. */
static void
out_of_date(void)
{
	struct place p = place_new();
	struct device *d = p.d;
	struct root_list list = { .version = 1, .expires = d->wall + 3600,
		.keys = { p.key } };
	struct lc_trust_status s;
	int64_t wait_ms = 0;

	root_list_put(p.root, &list, d->options.key_dir, "list.trust");
	device_open(d);
	CHECK_UINT(d->nnotices, 0);
	REQUIRE(lc_tick(d->lc, &wait_ms) == LC_OK);
	CHECK(wait_ms <= 3600 * 1000);
	device_pass(d, 3599);
	CHECK_UINT(d->nnotices, 0);
	device_pass(d, 1);
	CHECK_UINT(d->nnotices, 1);
	CHECK_HAS(d->notice, "list.trust: version 1 of the trust list is out"
	    " of date; its keys count until there is a newer one");
	device_pass(d, 3600);
	CHECK_UINT(d->nnotices, 1);
	CHECK_INT(install(&p, "a"), LC_OK);
	lc_trust_status(d->lc, &s);
	CHECK(s.is_stale);
	CHECK_UINT(s.version, 1);
	device_reopen(d);
	CHECK_UINT(d->nnotices, 2);
	CHECK_HAS(d->notice, "out of date");
	CHECK(device_license(d, "a") != NULL);
	put_list(&p, 2, false);
	reload(&p);
	CHECK_UINT(d->nnotices, 2);
	check_status(&p, 2, 2);
	place_free(&p);
}

/* It is remembered in both files, and gone with both. */
static void
one_state_file_is_lost(void)
{
	static const char *const files[] = { "state.db", "state-twin.db" };
	struct place p = place_new();
	struct device *d = p.d;

	put_list(&p, 4, true);
	device_open(d);
	put_list(&p, 3, false);
	for (int i = 0; i < 2; i++) {
		device_close(d);
		REQUIRE(unlink(check_path(d->dir, files[i])) == 0);
		device_open(d);
		check_status(&p, 0, 4);
	}
	device_close(d);
	for (int i = 0; i < 2; i++)
		REQUIRE(unlink(check_path(d->dir, files[i])) == 0);
	device_open(d);
	check_status(&p, 3, 3);
	place_free(&p);
}

/* Nothing can be recorded at first: what is remembered counts later. */
static void
the_state_comes_back(void)
{
	static const char *const files[] = { "state.db", "state-twin.db" };
	struct place p = place_new();
	struct device *d = p.d;
	char *away[2];

	put_list(&p, 4, true);
	device_open(d);
	device_close(d);
	put_list(&p, 3, false);
	for (int i = 0; i < 2; i++) {
		const char *path = check_path(d->dir, files[i]);

		REQUIRE(asprintf(&away[i], "%s.away", path) > 0);
		REQUIRE(rename(path, away[i]) == 0);
		REQUIRE(symlink("/dev/full/none", path) == 0);
	}
	device_open(d);
	REQUIRE(lc_recording(d->lc, NULL) != LC_OK);
	check_status(&p, 3, 3);
	for (int i = 0; i < 2; i++) {
		const char *path = check_path(d->dir, files[i]);

		REQUIRE(rename(away[i], path) == 0);
		free(away[i]);
	}
	device_pass(d, 120);
	CHECK_ERR(lc_recording(d->lc, NULL), LC_OK, NULL);
	check_status(&p, 0, 4);
	CHECK_INT(install(&p, "a"), LC_EKEY);
	place_free(&p);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "a list comes into force", a_list_comes_into_force },
		{ "an older list is refused", an_older_list_is_refused },
		{ "another list of the same version",
		    another_list_of_the_same_version },
		{ "out of date", out_of_date },
		{ "one state file is lost", one_state_file_is_lost },
		{ "the state comes back", the_state_comes_back },
	};

	return check_main("keys", tests, CHECK_COUNT(tests), argc, argv);
}
