/* report.c - licissue report: what the authority has done, as lists. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "licissue.h"
#include "record/authority.h"
#include "report_print.h"

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

/* Limits, and how they are called; the order is that of the bits. */
static const struct {
	const char *option, *usage;
} limits[] = {
	{ "udi", "  --udi PID:SN         only of this device" },
	{ "feature", "  --feature NAME       only of this feature" },
	{ "pak", "  --pak PAK            only of this PAK" },
	{ "sku", "  --sku SKU            only of this SKU" },
	{ "days", "  --days N             how many days ahead (default 30)" },
};
#define NLIMITS (sizeof limits / sizeof limits[0])

struct job {
	const struct lc_report *report;
	char name[32]; /* of the command */
	const char *dir;
	struct lc_report_filter filter;
	enum report_form form;
	unsigned limited; /* bits of lc_report_limit */
};

enum { OPT_CSV = 256, OPT_JSON, OPT_LIMIT };

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
			puts(limits[i].usage);
	puts("  --csv                comma-separated values, as in RFC 4180\n"
	     "  --json               an array of objects\n"
	     "  -h, --help");
}

/* ---- Options --------------------------------------------------------- */

static void
options_fill(const struct job *job, struct option options[NLIMITS + 4])
{
	size_t n = 0;

	options[n++] = (struct option){ "csv", no_argument, NULL, OPT_CSV };
	options[n++] = (struct option){ "json", no_argument, NULL, OPT_JSON };
	options[n++] = (struct option){ "help", no_argument, NULL, 'h' };
	for (size_t i = 0; i < NLIMITS; i++)
		if ((job->report->limits & 1U << i) != 0)
			options[n++] = (struct option){ limits[i].option,
				required_argument, NULL, OPT_LIMIT + (int)i };
	options[n] = (struct option){ 0 };
}

/* False: it is not what it should be. */
static bool
limit_set(struct job *job, size_t i, const char *arg)
{
	struct lc_report_filter *f = &job->filter;
	const char **texts[] = { &f->udi, &f->feature, &f->pak, &f->sku };

	job->limited |= 1U << i;
	if (1U << i == LC_LIMIT_DAYS)
		return parse_number(arg, 1, DAYS_MAX, &f->days);
	*texts[i] = arg;
	return arg[0] != '\0';
}

/* -1: go on; else the exit status. */
static int
parse_options(struct job *job, int argc, char **argv)
{
	struct option options[NLIMITS + 4];
	int c;

	options_fill(job, options);
	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h') {
			print_usage(job);
			return EXIT_DONE;
		}
		if (c == '?')
			return hint(job->name);
		if (c == OPT_CSV || c == OPT_JSON)
			job->form = c == OPT_CSV ? REPORT_CSV : REPORT_JSON;
		else if (!limit_set(job, (size_t)(c - OPT_LIMIT), optarg))
			return misuse(job->name, "--%s: \"%s\" is not valid",
			    limits[c - OPT_LIMIT].option, optarg);
	}
	if (optind != argc - 1)
		return not_one(
		    job->name, "the authority's directory", argc, argv);
	job->dir = argv[optind];
	if ((job->report->needs & ~job->limited) != 0)
		return misuse(job->name, "--udi is missing");
	return -1;
}

/* ---- Doing it -------------------------------------------------------- */

static int
print_report(const struct job *job, struct lc_authority *authority)
{
	struct report_printer *printer =
	    report_printer_new(job->report, job->form);
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
	if ((status = parse_options(&job, argc, argv)) >= 0)
		return status;
	if ((authority = open_authority(job.dir)) == NULL)
		return EXIT_FAILED;
	status = print_report(&job, authority);
	lc_authority_close(authority);
	return status;
}
