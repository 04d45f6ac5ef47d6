/*
 * faults_test.c - tickets without memory: for every n, the nth allocation
 * fails.  What was asked for is done or not done, and asking again does it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "disk_calls.h"
#include "ops/lc.h"
#include "format/line.h"
#include "memory.h"
#include "ticket.h"

#define MANY 5000

static struct lc_terms
grace(const char *id)
{
	struct lc_terms t = issuer_terms(id);

	t.type = LC_GRACE_PERIOD;
	t.period_s = 1000;
	return t;
}

/* ---- A device -------------------------------------------------------- */

static struct device *
with_license(void)
{
	struct device *d = device_new();

	disk_end_at(0, DISK_FAILS);	/* which makes it quick */
	device_open(d);
	(void)device_add(d, issuer_terms("a"));
	return d;
}

/* Is it processed?  If not, nothing of it is. */
static bool
check_processed(struct device *d)
{
	bool done = device_license(d, "g") != NULL;
	struct lc_detail detail = { "" };

	CHECK((device_license(d, "a") == NULL) == done);
	CHECK_ERR(lc_check(d->lc, &detail), LC_OK, &detail);
	return done;
}

/* One action of each kind, with a file or none. */
static enum lc_err
run(struct device *d, enum lc_action_kind kind, const char *file)
{
	struct lc_request r = {
		.kind = kind, .data = file,
		.len = file != NULL ? strlen(file) : 0,
	};
	struct lc_action *a = NULL;
	enum lc_err err = lc_action_new(d->lc, &r, &a);

	if (err != LC_OK)
		return err;
	lc_action_run(a);
	err = lc_action_error(a);
	lc_action_free(a);
	return err;
}

static void
a_ticket_without_memory(void)
{
	struct ticket t = { .id = "t1", .seq = 1, .remove = { "a" }, .nadd = 1 };
	struct device *d = with_license();
	bool failed = true, done = false;
	unsigned n = 0;
	char *file;

	t.add[0] = grace("g");
	file = ticket_file(d->issuer, &t);
	while (failed && n < MANY) {
		enum lc_err err;

		check_context("allocation %u", ++n);
		memory_fail_at(n);
		err = run(d, LC_PROCESS_TICKET, file);
		memory_fail_at(0);
		failed = memory_failed();
		CHECK(err == LC_OK || err == LC_ENOMEM);
		done = check_processed(d);
		CHECK_INT(done, err == LC_OK);
		if (!done)
			continue;
		device_free(d);
		free(file);
		d = with_license();
		file = ticket_file(d->issuer, &t);
	}
	CHECK(done && n > 20);
	printf("    %u allocations failed\n", n - 1);
	free(file);
	device_free(d);
}

/* Those that change nothing. */
static void
exports_without_memory(void)
{
	static const struct {
		const char *name;
		enum lc_action_kind kind;
	} kinds[] = {
		{ "regenerate", LC_REGENERATE_TICKET },
		{ "backup", LC_BACKUP },
		{ "credentials", LC_EXPORT_CREDENTIALS },
		{ "agreements", LC_GENERATE_EULA },
	};
	struct ticket t = { .id = "t1", .seq = 1, .remove = { "b" } };
	struct device *d = with_license();
	struct lc_terms terms = grace("c");
	char *ticket = ticket_file(d->issuer, &t);
	char *license = device_file(d, &terms, 1);

	(void)device_add(d, issuer_terms("b"));
	CHECK_ERR(run(d, LC_PROCESS_TICKET, ticket), LC_OK, NULL);
	for (size_t i = 0; i < CHECK_COUNT(kinds); i++) {
		bool failed = true;
		unsigned n = 0;

		while (failed && n < MANY) {
			enum lc_err err;

			check_context("%s, allocation %u", kinds[i].name, ++n);
			memory_fail_at(n);
			err = run(d, kinds[i].kind,
			    kinds[i].kind == LC_GENERATE_EULA ? license : NULL);
			memory_fail_at(0);
			failed = memory_failed();
			CHECK_ERR(err, failed ? LC_ENOMEM : LC_OK, NULL);
		}
		CHECK(n > 5 && n < MANY);
	}
	free(license);
	free(ticket);
	device_free(d);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "a ticket without memory", a_ticket_without_memory },
		{ "exports without memory", exports_without_memory },
	};

	return check_main("faults", tests, CHECK_COUNT(tests), argc, argv);
}
