/* report.c - licissue report: what the authority has done, as lists. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "flags.h"
#include "record/authority.h"
#include "report_print.h"
#include "rows.h"

#define DAYS_MAX 36500

static const struct {
	const char *report, *what;
} explained[] = {
	{ "licenses", "Lists the licenses that were issued." },
	{ "expiring", "Lists the subscriptions that end within some days and "
		      "still count." },
	{ "paks", "Lists product authorization keys, a row for each SKU of "
		  "one." },
	{ "skus", "Lists the catalog, with what was sold and issued of it." },
	{ "devices", "Lists the devices that have licenses or whose key is "
		     "known." },
	{ "history", "Lists all entries of the log that have to do with a "
		     "device." },
};

/* The usage of limits; the order is that of the bits. */
static const char *const limits[] = {
	"  --udi PID:SN         only of this device",
	"  --feature NAME       only of this feature",
	"  --pak PAK            only of this PAK",
	"  --sku SKU            only of this SKU",
	"  --days N             how many days ahead (default 30)",
};
#define NLIMITS (sizeof limits / sizeof limits[0])

struct job {
	const struct lc_report *report;
	char name[32]; /* of the command */
	const char *dir;
	struct lc_report_filter filter;
	bool csv, json;
};

static void
print_usage(const struct job *job)
{
	bool needs = job->report->needs == LC_LIMIT_UDI;

	printf("usage: licissue %s DIR %s[OPTIONS]\n\n", job->name,
	    needs ? "--udi PID:SN " : "");
	for (size_t i = 0; i < sizeof explained / sizeof explained[0]; i++)
		if (strcmp(explained[i].report, job->report->name) == 0)
			printf("%s\n", explained[i].what);
	puts("A table leaves out some columns that --csv and --json have.\n");
	for (size_t i = 0; i < NLIMITS; i++)
		if ((job->report->limits & 1U << i) != 0)
			puts(limits[i]);
	puts("  --csv                comma-separated values, as in RFC 4180\n"
	     "  --json               an array of objects\n"
	     "  -h, --help");
}

/* ---- Options --------------------------------------------------------- */

static int
take(struct job *job, int argc, char **argv)
{
	struct lc_report_filter *f = &job->filter;
	const struct flag limited[NLIMITS] = {
		{ .name = "udi",
		    .text = &f->udi,
		    .is_needed = (job->report->needs & LC_LIMIT_UDI) != 0 },
		{ .name = "feature", .text = &f->feature },
		{ .name = "pak", .text = &f->pak },
		{ .name = "sku", .text = &f->sku },
		{ .name = "days",
		    .number = &f->days,
		    .least = 1,
		    .most = DAYS_MAX },
	};
	struct flag flags[NLIMITS + 4] = { FLAG_DIR(&job->dir),
		FLAGS_ROWS(job) };
	size_t n = 3;

	for (size_t i = 0; i < NLIMITS; i++)
		if ((job->report->limits & 1U << i) != 0)
			flags[n++] = limited[i];
	return take_flags(job->name, NULL, flags, argc, argv);
}

/* ---- Doing it -------------------------------------------------------- */

static int
print_report(const struct job *job, struct lc_authority *authority)
{
	struct report_printer *printer =
	    report_printer_new(job->report, job->csv    ? REPORT_CSV
					    : job->json ? REPORT_JSON
							: REPORT_TABLE);
	struct lc_detail detail = { "" };
	enum lc_err err;

	if (printer == NULL)
		return fail("%s", lc_strerror(LC_ENOMEM));
	err = lc_report_run(authority->record, job->report, &job->filter,
	    report_print_row, printer, &detail);
	end_progress();
	if (err == LC_OK)
		report_print_end(printer);
	report_printer_free(printer);
	if (ferror(stdout) || fflush(stdout) != 0)
		return fail("standard output: %s", strerror(errno));
	return err == LC_OK ? EXIT_DONE : fail_core(err, &detail);
}

int
report_command(int argc, char **argv)
{
	static char program[] = "licissue"; /* as getopt names it */
	struct job job = {
		.filter = { .days = 30, .now = (int64_t)time(NULL) },
	};
	struct lc_authority *authority;
	int status;

	for (size_t i = 0; i < lc_nreports; i++)
		if (strcmp(lc_reports[i]->name, argv[0]) == 0)
			job.report = lc_reports[i];
	(void)snprintf(job.name, sizeof job.name, "report %s", argv[0]);
	argv[0] = program;
	if ((status = take(&job, argc, argv)) == FLAGS_HELP) {
		print_usage(&job);
		return EXIT_DONE;
	}
	if (status >= 0)
		return status;
	if ((authority = open_authority(job.dir)) == NULL)
		return EXIT_FAILED;
	status = print_report(&job, authority);
	lc_authority_close(authority);
	return status;
}
