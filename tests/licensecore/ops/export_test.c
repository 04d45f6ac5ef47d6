/* export_test.c - what leaves a device: backups and credentials. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "format/file.h"
#include "format/statement.h"
#include "ticket.h"

static const char agreement[] = "Use it for a while.\n";

/* ---- Backup ---------------------------------------------------------- */

/* "a" in the primary store, "b" (with an agreement) in a removable one. */
static struct device *
with_licenses(char digest[LC_EULA_DIGEST_LEN + 1])
{
	struct device *d = device_new();
	struct lc_terms b = issuer_terms("b");
	struct lc_file_writer w = { 0 };
	struct lc_action *a;
	char *line;

	REQUIRE(lc_eula_digest(agreement, strlen(agreement), digest) == LC_OK);
	b.type = LC_EXTENSION;
	b.period_s = 1000;
	b.eula = digest;
	d->stores[1] = (struct lc_store_options){
		.device = 1, .index = 2, .kind = LC_STORE_REMOVABLE,
		.name = "usb", .size = 65536,
	};
	d->options.nstores = 2;
	device_open(d);
	(void)device_add(d, issuer_terms("a"));
	line = issuer_line(d->issuer, &b);
	REQUIRE(lc_file_writer_eula(&w, agreement, strlen(agreement), NULL) ==
	    LC_OK);
	lc_file_writer_lines(&w, (const char *const *)&line, 1);
	free(line);
	a = device_install_file(d, w.text,
	    (struct lc_request){ .store = 2, .accept_eula = true });
	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	lc_action_free(a);
	lc_file_writer_free(&w);
	return d;
}

static char *
backup(struct device *d)
{
	struct lc_action *a = ticket_run(d, LC_BACKUP, NULL,
	    (struct lc_request){ 0 });
	const char *output;
	char *copy;
	size_t len;

	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	output = lc_action_output(a, &len);
	REQUIRE(output != NULL);
	CHECK_UINT(len, strlen(output));
	copy = strdup(output);
	lc_action_free(a);
	return copy;
}

static void
check_failure(struct lc_action *a, size_t i, enum lc_err err)
{
	const struct lc_result *r;
	size_t n;

	r = lc_action_results(a, &n);
	REQUIRE(i < n);
	CHECK_ERR(r[i].err, err, &r[i].detail);
}

static void
a_backup_installs_again(void)
{
	char digest[LC_EULA_DIGEST_LEN + 1];
	struct device *d = with_licenses(digest), *again;
	struct issuer *issuer;
	char *file = backup(d), *text = NULL;
	struct lc_action *a;

	/* On the device itself: each one is there. */
	a = device_install_file(d, file, (struct lc_request){ 0 });
	CHECK_ERR(lc_action_error(a), LC_EEXISTS, NULL);
	check_failure(a, 0, LC_EEXISTS);
	check_failure(a, 1, LC_EEXISTS);
	lc_action_free(a);

	/* On one with the same UDI that lost everything else. */
	again = device_new();
	issuer = again->issuer;
	again->issuer = d->issuer;
	again->options.key_dir = d->issuer->dir;
	device_open(again);
	a = device_install_file(again, file,
	    (struct lc_request){ .accept_eula = true });
	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	lc_action_free(a);
	CHECK(device_license(again, "a") != NULL);
	CHECK(device_license(again, "b") != NULL);
	CHECK_ERR(lc_eula_text(again->lc, digest, &text), LC_OK, NULL);
	CHECK_STR(text, agreement);
	free(text);
	again->issuer = issuer;
	device_free(again);
	free(file);
	device_free(d);
}

static void
a_backup_without_what_is_gone(void)
{
	char digest[LC_EULA_DIGEST_LEN + 1];
	struct device *d = with_licenses(digest);
	struct ticket t = { .id = "t1", .seq = 1, .remove = { "a" } };
	char *before = backup(d), *after;
	struct lc_action *a;
	size_t n;

	lc_action_free(ticket_process(d, &t, (struct lc_request){ 0 }));
	after = backup(d);
	a = device_install_file(d, after, (struct lc_request){ 0 });
	(void)lc_action_results(a, &n);
	CHECK_UINT(n, 1);
	lc_action_free(a);

	/* One that was made before does not bring it back. */
	a = device_install_file(d, before, (struct lc_request){ 0 });
	check_failure(a, 0, LC_EREVOKED);
	check_failure(a, 1, LC_EEXISTS);
	lc_action_free(a);
	CHECK(device_license(d, "a") == NULL);
	free(before);
	free(after);
	device_free(d);
}

static void
a_backup_of_nothing(void)
{
	struct device *d = device_new();
	struct lc_action *a;
	char *file;

	device_open(d);
	file = backup(d);
	CHECK_HAS(file, "backup of the 0 licenses");
	free(file);
	a = ticket_run(d, LC_BACKUP, NULL, (struct lc_request){ .device = 2 });
	CHECK_ERR(lc_action_error(a), LC_EDEVICE, NULL);
	lc_action_free(a);
	device_free(d);
}

/* ---- Credentials ----------------------------------------------------- */

static struct lc_statement *
credentials(struct device *d, const char *nonce)
{
	struct lc_action *a = ticket_run(d, LC_EXPORT_CREDENTIALS, NULL,
	    (struct lc_request){ .nonce = nonce });
	struct lc_statement *s;

	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	s = ticket_output(a, LC_CREDENTIALS);
	lc_action_free(a);
	return s;
}

static void
what_credentials_say(void)
{
	char digest[LC_EULA_DIGEST_LEN + 1];
	struct device *d = with_licenses(digest);
	struct lc_terms demo = issuer_terms("demo");
	struct lc_statement *s, *again;

	demo.type = LC_DEMO;
	demo.nudis = 0;
	demo.period_s = 100;
	(void)device_add(d, demo);
	s = credentials(d, "nonce-1");
	CHECK_STR(s->udi, ISSUER_UDI);
	CHECK_INT(s->issued, 1800000000);
	CHECK_STR(s->nonce, "nonce-1");
	CHECK_HAS(s->jwk, "\"crv\":\"Ed25519\"");
	REQUIRE(s->nids == 2);	/* what is locked to no device stays */
	CHECK_STR(s->ids[0], "a");
	CHECK_STR(s->ids[1], "b");

	/* The digests say whether anything changed. */
	again = credentials(d, NULL);
	CHECK_STR(again->nonce, "");
	CHECK_STR(again->digest, s->digest);
	CHECK_STR(again->head, s->head);
	CHECK_UINT(again->records, s->records);
	lc_statement_free(again);
	CHECK_ERR(device_clear(d, 1), LC_OK, NULL);
	again = credentials(d, NULL);
	CHECK(strcmp(again->digest, s->digest) != 0);
	CHECK(strcmp(again->head, s->head) != 0);
	CHECK_STR(again->jwk, s->jwk);
	CHECK_UINT(again->records, s->records + 1);
	lc_statement_free(again);
	lc_statement_free(s);
	device_free(d);
}

/* RFC 6234: SHA-256 of "abc", here in base64url. */
static void
a_nonce_of_bytes(void)
{
	struct device *d = device_new();
	struct lc_action *a = NULL;
	struct lc_statement *s;
	struct lc_request both = { .kind = LC_EXPORT_CREDENTIALS,
		.data = "abc", .len = 3, .nonce = "n" };

	device_open(d);
	a = ticket_run(d, LC_EXPORT_CREDENTIALS, "abc",
	    (struct lc_request){ 0 });
	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	s = ticket_output(a, LC_CREDENTIALS);
	CHECK_STR(s->nonce, "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
	lc_statement_free(s);
	lc_action_free(a);
	CHECK_ERR(lc_action_new(d->lc, &both, &a), LC_EINVAL, NULL);
	device_free(d);
}

static void
bad_requests(void)
{
	static const char *const nonces[] = { "", "a b", "\n", "ä" };
	struct device *d = device_new();
	char longest[66];
	struct lc_request r = { .kind = LC_EXPORT_CREDENTIALS };
	struct lc_action *a = NULL;

	device_open(d);
	memset(longest, 'x', 65);
	longest[65] = '\0';
	for (size_t i = 0; i <= CHECK_COUNT(nonces); i++) {
		r.nonce = i < CHECK_COUNT(nonces) ? nonces[i] : longest;
		check_context("\"%s\"", r.nonce);
		CHECK_ERR(lc_action_new(d->lc, &r, &a), LC_EINVAL, NULL);
	}
	a = ticket_run(d, LC_EXPORT_CREDENTIALS, NULL,
	    (struct lc_request){ .device = 2 });
	CHECK_ERR(lc_action_error(a), LC_EDEVICE, NULL);
	lc_action_free(a);
	device_free(d);
}

/* Signed with another key than the one they carry, they are nobody's. */
static void
forged_credentials(void)
{
	struct device *d = device_new();
	struct lc_statement *s, *found = NULL;
	struct lc_key *other = NULL;
	char *text = NULL;

	device_open(d);
	s = credentials(d, NULL);
	REQUIRE(lc_key_generate(LC_ED25519, &other) == LC_OK);
	REQUIRE(lc_statement_sign(s, other, &text, NULL) == LC_OK);
	CHECK_ERR(lc_statement_open(LC_CREDENTIALS, text, NULL, &found, NULL),
	    LC_EKEY, NULL);
	CHECK_ERR(lc_statement_peek(LC_REHOST_TICKET, text, &found, NULL),
	    LC_ELINE, NULL);
	lc_key_free(other);
	lc_statement_free(s);
	free(text);
	device_free(d);
}

/* More licenses than credentials list, or a backup holds: they say so. */
static void
too_many(void)
{
	enum { MANY = LC_FILE_LINES_MAX + 1, HALF = MANY / 2 };
	struct device *d = device_new();
	struct lc_terms *terms = calloc(MANY, sizeof *terms);
	char (*ids)[16] = calloc(MANY, sizeof *ids);
	struct lc_action *a;
	struct lc_statement *s;
	size_t len;

	REQUIRE(terms != NULL && ids != NULL);
	d->stores[0].size = 64 << 20;
	device_open(d);
	for (size_t i = 0; i < MANY; i++) {
		snprintf(ids[i], sizeof ids[i], "id%zu", i);
		terms[i] = issuer_terms(ids[i]);
		terms[i].additive = true;
		terms[i].counted = true;
		terms[i].count = 1;
	}
	for (size_t i = 0; i < MANY; i += i == 0 ? HALF : MANY) {
		a = device_install(d, terms + i, i == 0 ? HALF : MANY - HALF,
		    (struct lc_request){ 0 });
		CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
		lc_action_free(a);
	}
	a = ticket_run(d, LC_EXPORT_CREDENTIALS, NULL, (struct lc_request){ 0 });
	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	CHECK_HAS(lc_action_output(a, &len),
	    "Licenses:  the first 10000 of 20001\n");
	lc_action_free(a);
	CHECK_STR(d->notice,
	    "device 1: the credentials list the first 10000 of 20001 licenses");
	s = credentials(d, NULL);
	CHECK_UINT(s->nids, LC_CREDENTIALS_LICENSES);
	lc_statement_free(s);
	a = ticket_run(d, LC_BACKUP, NULL, (struct lc_request){ 0 });
	CHECK_ERR(lc_action_error(a), LC_EFILE, NULL);
	CHECK_STR(lc_action_detail(a), "device 1 has 20001 licenses, and a"
	    " license file has at most 20000");
	lc_action_free(a);
	CHECK_ERR(device_clear(d, device_license(d, "id0")->index), LC_OK,
	    NULL);
	a = ticket_run(d, LC_BACKUP, NULL, (struct lc_request){ 0 });
	CHECK_ERR(lc_action_error(a), LC_OK, NULL);
	lc_action_free(a);
	free(ids);
	free(terms);
	device_free(d);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "a backup installs again", a_backup_installs_again },
		{ "a backup without what is gone",
		    a_backup_without_what_is_gone },
		{ "a backup of nothing", a_backup_of_nothing },
		{ "what credentials say", what_credentials_say },
		{ "a nonce of bytes", a_nonce_of_bytes },
		{ "too many", too_many },
		{ "bad requests", bad_requests },
		{ "forged credentials", forged_credentials },
	};

	return check_main("export", tests, CHECK_COUNT(tests), argc, argv);
}
