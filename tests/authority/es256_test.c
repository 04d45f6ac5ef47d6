/*
 * es256_test.c - an ES256 signature has two forms, s and n - s, of which anyone
 * can make one from the other: whichever a file has, it is the same statement.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "format/file.h"
#include "format/jws.h"
#include "format/keyfile.h"
#include "format/statement.h"
#include "ticket.h"

struct moving {
	struct lc_authority *authority;
	struct device *d;
	char *line;		/* of license-1, as it was signed */
	char *ticket;		/* a file that takes it away */
};

/* Out of a bundle that is saved; the caller frees. */
static char *
saved(struct lc_bundle *bundle)
{
	const char *path = check_path(check_dir(), "file");

	REQUIRE(lc_bundle_save(bundle, path, false, NULL) == LC_OK);
	lc_bundle_free(bundle);
	return check_read(path, NULL);
}

/* A file with the license, whose line has the other signature. */
static char *
license_file(struct moving *m)
{
	struct lc_terms t = issuer_terms("license-1");
	struct lc_bundle *bundle = NULL;
	char *flipped;

	REQUIRE(lc_authority_issue(m->authority, &t, &m->line, NULL) == LC_OK);
	REQUIRE(lc_authority_keep(m->authority, (const char *const *)&m->line,
	    1, NULL, 0, NULL) == LC_OK);
	REQUIRE(lc_bundle_new(&bundle) == LC_OK);
	flipped = strdup(m->line);
	REQUIRE(flipped != NULL);
	issuer_flip(flipped, strlen(flipped));
	CHECK(strcmp(flipped, m->line) != 0);
	REQUIRE(lc_bundle_add_lines(bundle, &t, (const char *const *)&flipped,
	    1, NULL) == LC_OK);
	free(flipped);
	return saved(bundle);
}

static char *
ticket_made(const struct moving *m)
{
	static const char *const ids[] = { "license-1" };
	struct lc_bundle *bundle = NULL;

	REQUIRE(lc_authority_permit(m->authority, &(struct lc_permission){
	    .udi = ISSUER_UDI, .remove = ids, .nremove = 1,
	    .issued = 1700000001 }, &bundle, NULL) == LC_OK);
	return saved(bundle);
}

/* An authority, and a device that trusts it. */
static struct moving
moving_begin(void)
{
	struct moving m = { .d = device_new() };
	const char *dir = check_path(check_dir(), "authority");

	REQUIRE(lc_authority_create(dir, &(struct lc_authority_options){
	    .key = { .es256 = true }, .valid_from = LC_NO_TIME,
	    .valid_until = LC_NO_TIME }, NULL) == LC_OK);
	REQUIRE(lc_authority_open(dir, &m.authority, NULL) == LC_OK);
	m.d->options.key_dir = dir;
	return m;
}

/* Its license comes into the device, with the other signature. */
static void
moving_install(struct moving *m)
{
	struct lc_action *a;
	char *file;

	device_open(m->d);
	file = license_file(m);
	a = device_install_file(m->d, file, (struct lc_request){ 0 });
	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	lc_action_free(a);
	free(file);
	m->ticket = ticket_made(m);
}

static struct moving
moving_new(void)
{
	struct moving m = moving_begin();

	moving_install(&m);
	return m;
}

static void
moving_free(struct moving *m)
{
	lc_authority_close(m->authority);
	device_free(m->d);
	free(m->line);
	free(m->ticket);
}

/* The file once more, its ticket with the other signature; caller frees. */
static char *
ticket_flipped(const char *file)
{
	struct lc_file_writer writer = { 0 };
	struct lc_file *parsed = NULL;
	char *text = NULL;

	REQUIRE(lc_file_scan(file, strlen(file), &parsed, NULL) == LC_OK);
	REQUIRE(lc_file_statement(parsed, LC_PERMISSION_TICKET, &text, NULL) ==
	    LC_OK);
	issuer_flip(text, strlen(text));
	lc_file_writer_statement(&writer, LC_PERMISSION_TICKET, text);
	lc_file_free(parsed);
	free(text);
	return writer.text;
}

/* The caller frees; NULL if it failed. */
static char *
answer(struct device *d, const char *ticket)
{
	struct lc_action *a = ticket_run(d, LC_PROCESS_TICKET, ticket,
	    (struct lc_request){ 0 });
	const char *output;
	char *kept;
	size_t len;

	CHECK_ERR(lc_action_error(a), LC_OK, NULL);
	output = lc_action_output(a, &len);
	REQUIRE(output != NULL);
	kept = strdup(output);
	lc_action_free(a);
	return kept;
}

/*
 * Found: the device took such a ticket and gave its licenses up, and its answer
 * was refused, so that they were lost.
 */
static void
a_ticket_moves(void)
{
	struct moving m = moving_new();
	char *flipped = ticket_flipped(m.ticket), *rehost, *again;
	struct lc_redeemed result = { 0 };
	struct lc_bundle *bundle = NULL;
	struct lc_detail detail = { "" };

	CHECK(strcmp(flipped, m.ticket) != 0);
	rehost = answer(m.d, flipped);
	CHECK(device_license(m.d, "license-1") == NULL);
	CHECK_ERR(lc_authority_redeem(m.authority, rehost, strlen(rehost),
	    "TEST-1:SN2", 1700000002, true, &bundle, &result, &detail), LC_OK,
	    &detail);
	CHECK_UINT(result.issued, 1);
	lc_bundle_free(bundle);
	/* It is the same ticket either way: the same answer. */
	again = answer(m.d, m.ticket);
	CHECK_STR(again, rehost);
	free(again);
	free(rehost);
	free(flipped);
	moving_free(&m);
}

/* What is stored, and comes out in a backup, is the line that was signed. */
static void
a_line_is_stored_as_signed(void)
{
	struct moving m = moving_new();
	struct lc_action *a = ticket_run(m.d, LC_BACKUP, NULL,
	    (struct lc_request){ 0 });
	struct lc_file *file = NULL;
	const char *output;
	size_t len;

	CHECK_ERR(lc_action_error(a), LC_OK, NULL);
	output = lc_action_output(a, &len);
	REQUIRE(output != NULL);
	REQUIRE(lc_file_parse(output, len, &file, NULL) == LC_OK);
	CHECK_UINT(file->nlines, 1);
	CHECK_MEM(file->lines[0].text, file->lines[0].len, m.line,
	    strlen(m.line));
	lc_file_free(file);
	lc_action_free(a);
	moving_free(&m);
}

/* Also one that it was given to add to a ticket. */
static void
a_ticket_adds_as_signed(void)
{
	struct moving m = moving_new();
	struct lc_terms t = issuer_terms("license-2");
	struct lc_file_writer writer = { 0 };
	struct lc_bundle *bundle = NULL;
	struct lc_file *parsed = NULL;
	char *line = NULL, *high, *file, *text = NULL;
	struct lc_statement *s = NULL;

	REQUIRE(lc_authority_issue(m.authority, &t, &line, NULL) == LC_OK);
	high = strdup(line);
	REQUIRE(high != NULL);
	issuer_flip(high, strlen(high));
	lc_file_writer_lines(&writer, (const char *const *)&high, 1);
	REQUIRE(lc_authority_permit(m.authority, &(struct lc_permission){
	    .udi = ISSUER_UDI, .add = writer.text, .add_len = writer.len,
	    .issued = 1700000001 }, &bundle, NULL) == LC_OK);
	file = saved(bundle);
	REQUIRE(lc_file_scan(file, strlen(file), &parsed, NULL) == LC_OK);
	REQUIRE(lc_file_statement(parsed, LC_PERMISSION_TICKET, &text, NULL) ==
	    LC_OK);
	REQUIRE(lc_statement_peek(LC_PERMISSION_TICKET, text, &s, NULL) ==
	    LC_OK);
	REQUIRE(s->nlines == 1);
	CHECK_STR(s->lines[0], line);
	lc_statement_free(s);
	lc_file_free(parsed);
	lc_file_writer_free(&writer);
	free(text);
	free(file);
	free(high);
	free(line);
	moving_free(&m);
}

/* ---- A device with such a key ---------------------------------------- */

/* Before its first start. */
static void
provision(const struct device *d)
{
	const char *path = check_path(d->dir, "device.key");
	struct lc_key *key = NULL;
	struct lc_detail detail = { "" };

	REQUIRE(lc_key_generate(LC_ES256, &key) == LC_OK);
	CHECK_ERR(lc_keyfile_save(path, key, &detail), LC_OK, &detail);
	lc_key_free(key);
}

/* The other form of the statement in a file that a device made. */
static char *
output_flipped(const char *output, enum lc_statement_kind kind)
{
	struct lc_file_writer writer = { 0 };
	struct lc_file *file = NULL;
	char *text = NULL;

	REQUIRE(lc_file_scan(output, strlen(output), &file, NULL) == LC_OK);
	REQUIRE(lc_file_statement(file, kind, &text, NULL) == LC_OK);
	issuer_flip(text, strlen(text));
	lc_file_writer_statement(&writer, kind, text);
	lc_file_free(file);
	free(text);
	return writer.text;
}

static char *
credentials(struct device *d)
{
	struct lc_action *a =
	    ticket_run(d, LC_EXPORT_CREDENTIALS, NULL, (struct lc_request){ 0 });
	const char *output;
	char *kept;
	size_t len;

	CHECK_ERR(lc_action_error(a), LC_OK, NULL);
	output = lc_action_output(a, &len);
	REQUIRE(output != NULL);
	kept = strdup(output);
	lc_action_free(a);
	return kept;
}

static void
check_moved(const struct moving *m, const char *rehost, bool again)
{
	struct lc_redeemed result = { 0 };
	struct lc_bundle *bundle = NULL;
	struct lc_detail detail = { "" };

	CHECK_ERR(lc_authority_redeem(m->authority, rehost, strlen(rehost),
	    "TEST-1:SN2", 1700000002, false, &bundle, &result, &detail), LC_OK,
	    &detail);
	CHECK_UINT(result.issued, 1);
	CHECK_INT(result.again, again);
	CHECK(!result.key_is_new);
	lc_bundle_free(bundle);
}

/* Whichever form of its signatures comes, and after a restart. */
static void
a_device_on_p256(void)
{
	struct moving m = moving_begin();
	char *known, *flipped, *rehost, *other;
	struct lc_detail detail = { "" };

	provision(m.d);
	moving_install(&m);
	device_reopen(m.d);
	known = credentials(m.d);
	flipped = output_flipped(known, LC_CREDENTIALS);
	CHECK_ERR(lc_authority_know(m.authority, known, strlen(known),
	    ISSUER_UDI, NULL, &detail), LC_OK, &detail);
	CHECK_ERR(lc_authority_know(m.authority, flipped, strlen(flipped),
	    ISSUER_UDI, NULL, &detail), LC_OK, &detail);
	rehost = answer(m.d, m.ticket);
	other = output_flipped(rehost, LC_REHOST_TICKET);
	check_moved(&m, other, false);
	check_moved(&m, rehost, true);
	device_reopen(m.d);
	CHECK(device_license(m.d, "license-1") == NULL);
	CHECK_ERR(lc_check(m.d->lc, &detail), LC_OK, &detail);
	free(known);
	free(flipped);
	free(rehost);
	free(other);
	moving_free(&m);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "a ticket moves", a_ticket_moves },
		{ "a line is stored as signed", a_line_is_stored_as_signed },
		{ "a ticket adds as signed", a_ticket_adds_as_signed },
		{ "a device on P-256", a_device_on_p256 },
	};

	return check_main("es256", tests, CHECK_COUNT(tests), argc, argv);
}
