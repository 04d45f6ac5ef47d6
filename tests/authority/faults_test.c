/*
 * faults_test.c - an authority without memory or without disk: for every n,
 * the nth allocation or call fails.  What was asked for is done or not done,
 * and asking again does it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "disk_calls.h"
#include "memory.h"
#include "ticket.h"

#define MANY 5000

/* An authority that issued license-1, and a device that gave it up. */
struct moving {
	struct lc_authority *authority;
	struct device *d;
	char *rehost;		/* ticket */
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

static void
issue(const struct moving *m)
{
	struct lc_terms t = issuer_terms("license-1");
	struct lc_bundle *bundle = NULL;
	struct lc_action *a;
	char *line = NULL, *file;

	REQUIRE(lc_authority_issue(m->authority, &t, &line, NULL) == LC_OK);
	REQUIRE(lc_authority_keep(m->authority, (const char *const *)&line, 1,
	    NULL, 0, NULL) == LC_OK);
	REQUIRE(lc_bundle_new(&bundle) == LC_OK);
	REQUIRE(lc_bundle_add_lines(bundle, &t, (const char *const *)&line, 1,
	    NULL) == LC_OK);
	file = saved(bundle);
	a = device_install_file(m->d, file, (struct lc_request){ 0 });
	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	lc_action_free(a);
	free(file);
	free(line);
}

static enum lc_err
permit(const struct moving *m, char **file)
{
	static const char *const ids[] = { "license-1" };
	struct lc_bundle *bundle = NULL;
	enum lc_err err;

	err = lc_authority_permit(m->authority, &(struct lc_permission){
	    .udi = ISSUER_UDI, .remove = ids, .nremove = 1, .grace_s = 1000,
	    .eula = "A text.\n", .eula_len = 8, .issued = 1700000001,
	    }, &bundle, NULL);
	if (err == LC_OK && file != NULL)
		*file = saved(bundle);
	else
		lc_bundle_free(bundle);
	return err;
}

/* The license is in the device yet. */
static struct moving
moving_begin(void)
{
	struct moving m = { .d = device_new() };
	const char *dir = check_path(check_dir(), "authority");

	disk_end_at(0, DISK_FAILS);
	REQUIRE(lc_authority_create(dir, &(struct lc_authority_options){
	    .valid_from = LC_NO_TIME, .valid_until = LC_NO_TIME }, NULL) ==
	    LC_OK);
	REQUIRE(lc_authority_open(dir, &m.authority, NULL) == LC_OK);
	m.d->options.key_dir = dir;
	device_open(m.d);
	issue(&m);
	return m;
}

static struct moving
moving_new(void)
{
	struct moving m = moving_begin();
	struct lc_action *a;
	char *ticket = NULL;
	size_t len;

	REQUIRE(permit(&m, &ticket) == LC_OK);
	a = ticket_run(m.d, LC_PROCESS_TICKET, ticket,
	    (struct lc_request){ 0 });
	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	m.rehost = strdup(lc_action_output(a, &len));
	lc_action_free(a);
	free(ticket);
	return m;
}

static void
moving_free(struct moving *m)
{
	lc_authority_close(m->authority);
	device_free(m->d);
	free(m->rehost);
}

static enum lc_err
redeem(const struct moving *m, const char *udi, char **file)
{
	struct lc_bundle *bundle = NULL;
	struct lc_redeemed result;
	enum lc_err err;

	err = lc_authority_redeem(m->authority, m->rehost, strlen(m->rehost),
	    udi, 1700000002, true, &bundle, &result, NULL);
	if (err == LC_OK && file != NULL)
		*file = saved(bundle);
	else
		lc_bundle_free(bundle);
	return err;
}

static void
fail_at(bool memory, unsigned n)
{
	if (memory)
		memory_fail_at(n);
	else
		disk_end_at(n, DISK_FAILS);
}

static void
check_failure(bool memory, bool failed, enum lc_err err)
{
	if (!failed)
		CHECK_ERR(err, LC_OK, NULL);
	else
		CHECK(err == LC_OK || err == LC_EIO ||
		    (memory && err == LC_ENOMEM));
}

static void
permitting(bool memory)
{
	struct moving m = moving_begin();
	bool failed = true;
	unsigned n = 0;

	while (failed && n < MANY) {
		enum lc_err err;

		check_context("permit, %u", ++n);
		fail_at(memory, n);
		err = permit(&m, NULL);
		fail_at(memory, 0);
		failed = memory ? memory_failed() : disk_ended();
		check_failure(memory, failed, err);
	}
	CHECK(n > 10 && n < MANY);
	printf("    permit: %u\n", n - 1);
	moving_free(&m);
}

/* Whatever fails, the ticket is worth one set of licenses in one device. */
static void
redeeming(bool memory)
{
	struct moving m = moving_new();
	bool failed = true;
	unsigned n = 0;

	while (failed && n < MANY) {
		char *first = NULL, *again = NULL;
		enum lc_err err;

		check_context("redeem, %u", ++n);
		fail_at(memory, n);
		err = redeem(&m, "TEST-1:SN2", NULL);
		fail_at(memory, 0);
		failed = memory ? memory_failed() : disk_ended();
		check_failure(memory, failed, err);
		if (err != LC_OK && n % 7 != 0)
			continue;	/* not done: go on with it */
		CHECK_ERR(redeem(&m, "TEST-1:SN2", &first), LC_OK, NULL);
		CHECK_ERR(redeem(&m, "TEST-1:SN2", &again), LC_OK, NULL);
		CHECK_STR(again, first);
		CHECK_ERR(redeem(&m, "TEST-1:SN3", NULL), LC_EEXISTS, NULL);
		free(first);
		free(again);
		moving_free(&m);
		m = moving_new();
	}
	CHECK(n > 10 && n < MANY);
	printf("    redeem: %u\n", n - 1);
	moving_free(&m);
}

static void
an_authority_without_memory(void)
{
	permitting(true);
	redeeming(true);
}

static void
an_authority_without_disk(void)
{
	permitting(false);
	redeeming(false);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "an authority without memory", an_authority_without_memory },
		{ "an authority without disk", an_authority_without_disk },
	};

	return check_main("faults", tests, CHECK_COUNT(tests), argc, argv);
}
