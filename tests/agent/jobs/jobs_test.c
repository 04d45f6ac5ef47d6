/* jobs_test.c - what the log says of actions. */
#include "jobs/jobs.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fixture.h"
#include "log_lines.h"

static bool is_over;

static void
over(void *arg, struct job *job)
{
	(void)arg;
	(void)job;
	is_over = true;
}

/* An installation of these lines, each of them n times. */
static void
install(const char *const *lines, size_t nlines, unsigned n)
{
	struct job job = { .kind = JOB_INSTALL,
		.device = 1,
		.store = 1,
		.in = { .protocol = PROTOCOL_LOCAL },
		.input = "flash:a.lic",
		.by = "test",
		.number = 7,
		.over = over };
	char text[4096] = "";

	for (unsigned i = 0; i < n; i++)
		for (size_t j = 0; j < nlines; j++) {
			strcat(text, lines[j]);
			strcat(text, "\n");
		}
	check_write(check_path(fixture.flash.directory, "a.lic"), text,
	    strlen(text));
	is_over = false;
	log_lines_begin();
	jobs_add(fixture.jobs, &job);
	fixture_settle();
	CHECK(is_over);
	job_clear(&job);
}

static void
many_refused(void)
{
	static const char *const lines[] = { "!period", "!udi" };
	static const char *const same[] = { "!exists" };

	fixture_open();
	fixture_add_rows();
	install(lines, CHECK_COUNT(lines), 30);
	CHECK_UINT(log_lines_count(), 4);
	CHECK_HAS(log_lines_get(0),
	    "job: action 7, license 1 of 60: invalidLicensePeriod: ");
	CHECK_HAS(log_lines_get(1),
	    "job: action 7, license 2 of 60: licenseNotValidForDevice: ");
	CHECK_STR(log_lines_get(2),
	    "job: action 7: 60 of 60 licenses failed; the first of each cause "
	    "is logged");
	CHECK_HAS(log_lines_get(3), "job: action 7, install of flash:a.lic: ");
	install(same, 1, 50);
	CHECK_UINT(log_lines_count(), 3);
	CHECK_UINT(log_lines_with("license 1 of 50: licenseAlreadyExists"), 1);
	CHECK_UINT(log_lines_with("50 of 50 licenses failed"), 1);
	fixture_close();
}

static void
few_refused(void)
{
	static const char *const lines[] = { "!period", "uck9", "!udi" };

	fixture_open();
	fixture_add_rows();
	install(lines, CHECK_COUNT(lines), 1);
	CHECK_UINT(log_lines_count(), 2);
	CHECK_UINT(log_lines_with("license 1 of 3: "), 1);
	CHECK_UINT(log_lines_with("license 3 of 3: "), 1);
	fixture_close();
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "many refused", many_refused },
		{ "few refused", few_refused },
	};

	return check_main("jobs", tests, CHECK_COUNT(tests), argc, argv);
}
