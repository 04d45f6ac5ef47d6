/*
 * rma.c - licissue rma and resend: licenses of a device that was replaced, or
 * whose files were lost.
 */
#include "licissue.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "ops/rma.h"
#include "record/authority.h"
#include "record/rma.h"

struct job {
	const char *command, *dir, *udi, *from, *to, *by, *reason, *output;
	const char *replacements, *licenses, *days; /* numbers */
	bool force, json, overdue;
};

enum {
	OPT_UDI = 256,
	OPT_FROM,
	OPT_TO,
	OPT_BY,
	OPT_REASON,
	OPT_REPLACEMENTS,
	OPT_LICENSES,
	OPT_DAYS,
	OPT_FORCE,
	OPT_OVERDUE,
};

static bool
take_text(struct job *job, int c)
{
	const char **texts[] = {
		[OPT_UDI - OPT_UDI] = &job->udi,
		[OPT_FROM - OPT_UDI] = &job->from,
		[OPT_TO - OPT_UDI] = &job->to,
		[OPT_BY - OPT_UDI] = &job->by,
		[OPT_REASON - OPT_UDI] = &job->reason,
		[OPT_REPLACEMENTS - OPT_UDI] = &job->replacements,
		[OPT_LICENSES - OPT_UDI] = &job->licenses,
		[OPT_DAYS - OPT_UDI] = &job->days,
	};

	if (c == 'o')
		job->output = optarg;
	else if (c >= OPT_UDI && c <= OPT_DAYS)
		*texts[c - OPT_UDI] = optarg;
	else
		return false;
	return true;
}

/* -1: go on; else the exit status. */
static int
parse(struct job *job, const struct option *options, const char *usage,
    int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "ho:j", options, NULL)) != -1) {
		if (c == 'h') {
			fputs(usage, stdout);
			return EXIT_DONE;
		}
		if (c == OPT_FORCE)
			job->force = true;
		else if (c == OPT_OVERDUE)
			job->overdue = true;
		else if (c == 'j')
			job->json = true;
		else if (!take_text(job, c))
			return hint(job->command);
	}
	if (optind != argc - 1)
		return not_one(
		    job->command, "the authority's directory", argc, argv);
	job->dir = argv[optind];
	return -1;
}

/* ---- Replacing ------------------------------------------------------- */

static const char rma_usage[] =
    "usage: licissue rma DIR --from PID:SN --to PID:SN [OPTIONS] -o FILE\n"
    "\n"
    "Issues all licenses of a device that failed for the one that replaces "
    "it.\n"
    "The failed device has no license any more, and has to be returned.  "
    "Asked\n"
    "again for the same two devices, it gives the same licenses.\n"
    "\n"
    "  --from PID:SN        the device that failed\n"
    "  --to PID:SN          the device that replaces it\n"
    "  --approved-by NAME   who approved what is above the limits,\n"
    "  --reason TEXT        and why; see \"licissue rma limits\"\n"
    "\n"
    "  -o, --output FILE    the license file to create\n"
    "  --force              replace the file\n"
    "  -h, --help\n"
    "\n"
    "See also \"licissue rma list\", \"rma returned\" and \"rma limits\".\n";

static const struct option rma_options[] = {
	{ "from", required_argument, NULL, OPT_FROM },
	{ "to", required_argument, NULL, OPT_TO },
	{ "approved-by", required_argument, NULL, OPT_BY },
	{ "reason", required_argument, NULL, OPT_REASON },
	{ "output", required_argument, NULL, 'o' },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

struct replacing {
	struct lc_rma asked;
	struct lc_replaced result;
};

static enum lc_err
replace_run(const struct lc_authority *authority, void *arg)
{
	struct replacing *r = arg;

	return lc_rma(authority, &r->asked, &r->result);
}

static void
progress(void *arg, int64_t done, int64_t of)
{
	(void)arg;
	show_progress("licenses", done, of);
}

static int
replace(const struct job *job, const struct lc_authority *authority)
{
	struct replacing r = { .asked = { .from = job->from,
				   .to = job->to,
				   .issued = (int64_t)time(NULL),
				   .by = job->by,
				   .reason = job->reason,
				   .progress = progress } };
	struct lc_detail detail = { "" };
	char date[DATE_SIZE];
	size_t n;
	int status;
	enum lc_err err = lc_authority_run(authority, replace_run, &r, &detail);

	end_progress();
	if (err != LC_OK) {
		status = fail_core(err, &detail);
		if (err == LC_EEXHAUSTED)
			fputs("--approved-by and --reason allow it.\n", stderr);
		return status;
	}
	status = save_request(authority, r.result.request, job->output,
	    job->force, SAME_COMMAND, &n);
	if (status == EXIT_DONE)
		report(job->output,
		    "%zu license%s for %s%s; %s has to be returned by %s", n,
		    n == 1 ? "" : "s", job->to,
		    r.result.again ? ", as before" : "", job->from,
		    date_text(r.result.due, date));
	return status;
}

static const char *
rma_missing(const struct job *job)
{
	if (job->from == NULL)
		return "--from is missing";
	if (job->to == NULL)
		return "--to is missing";
	if (job->output == NULL)
		return "-o is missing";
	if ((job->by == NULL || job->by[0] == '\0') !=
	    (job->reason == NULL || job->reason[0] == '\0'))
		return "--approved-by and --reason go together";
	return NULL;
}

int
rma_command(int argc, char **argv)
{
	struct job job = { .command = "rma" };
	int status = parse(&job, rma_options, rma_usage, argc, argv);
	struct lc_authority *authority;
	const char *wrong;

	if (status >= 0)
		return status;
	if ((wrong = rma_missing(&job)) != NULL)
		return misuse("rma", "%s", wrong);
	if ((authority = open_authority(job.dir)) == NULL)
		return EXIT_FAILED;
	status = check_output(job.output, job.force);
	if (status == EXIT_DONE)
		status = replace(&job, authority);
	lc_authority_close(authority);
	return status;
}

/* ---- Which there were ------------------------------------------------ */

static const char list_usage[] =
    "usage: licissue rma list DIR [--overdue] [--json]\n"
    "\n"
    "The replacements so far, and until when the old devices have to be\n"
    "returned.\n"
    "\n"
    "  --overdue            only those that should have been returned\n"
    "  -j, --json           print JSON\n"
    "  -h, --help\n";

static const struct option list_options[] = {
	{ "overdue", no_argument, NULL, OPT_OVERDUE },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

struct listing {
	bool overdue;
	int64_t now;
	json_t *array; /* NULL: as text */
	size_t n;
};

static json_t *
row_json(const struct lc_rma_row *row, bool is_overdue)
{
	char at[DATE_SIZE], due[DATE_SIZE], returned[DATE_SIZE];

	return json_pack("{s:s, s:s, s:s, s:I, s:s, s:s?, s:b, s:s, s:s}",
	    "from", row->old_udi, "to", row->new_udi, "at",
	    date_text(row->at, at), "licenses", (json_int_t)row->licenses,
	    "due", date_text(row->due, due), "returned",
	    row->returned != 0 ? date_text(row->returned, returned) : NULL,
	    "overdue", is_overdue, "approvedBy", row->approved_by, "reason",
	    row->why);
}

static void
row_text(const struct lc_rma_row *row, bool is_overdue, bool first)
{
	char due[DATE_SIZE];

	if (first)
		printf("%-28s %-28s %8s  %s\n", "Device", "Replaced by",
		    "Licenses", "Return");
	printf("%-28s %-28s %8" PRId64 "  %s%s\n", row->old_udi, row->new_udi,
	    row->licenses,
	    row->returned != 0 ? "returned"
	    : is_overdue       ? "OVERDUE since "
			       : "by ",
	    row->returned != 0 ? "" : date_text(row->due, due));
}

static enum lc_err
list_one(void *arg, const struct lc_rma_row *row)
{
	struct listing *l = arg;
	bool is_overdue = row->returned == 0 && row->due < l->now;

	if (l->overdue && !is_overdue)
		return LC_OK;
	if (l->array == NULL)
		row_text(row, is_overdue, l->n == 0);
	else if (json_array_append_new(l->array, row_json(row, is_overdue)) !=
		 0)
		return LC_ENOMEM;
	l->n++;
	return LC_OK;
}

static int
list(const struct job *job, const struct lc_authority *authority)
{
	struct lc_detail detail = { "" };
	struct listing l = {
		.overdue = job->overdue,
		.now = (int64_t)time(NULL),
		.array = job->json ? json_array() : NULL,
	};
	enum lc_err err;

	lc_record_tell(authority->record, &detail);
	err = lc_rma_each(authority->record, list_one, &l);
	if (err == LC_OK && job->json)
		return print_json(l.array);
	json_decref(l.array);
	if (err != LC_OK)
		return fail_core(err, &detail);
	if (l.n == 0)
		puts(job->overdue ? "No device is overdue."
				  : "No device was replaced.");
	return EXIT_DONE;
}

int
rma_list_command(int argc, char **argv)
{
	struct job job = { .command = "rma list" };
	int status = parse(&job, list_options, list_usage, argc, argv);
	struct lc_authority *authority;

	if (status >= 0)
		return status;
	if ((authority = open_authority(job.dir)) == NULL)
		return EXIT_FAILED;
	status = list(&job, authority);
	lc_authority_close(authority);
	return status;
}

/* ---- Returning ------------------------------------------------------- */

static const char returned_usage[] =
    "usage: licissue rma returned DIR --udi PID:SN\n"
    "\n"
    "Records that a device that was replaced came back.  It is not watched "
    "any\n"
    "more, and may replace another one.\n"
    "\n"
    "  --udi PID:SN         the device\n"
    "  -h, --help\n";

static const struct option returned_options[] = {
	{ "udi", required_argument, NULL, OPT_UDI },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static enum lc_err
returned_run(const struct lc_authority *authority, void *arg)
{
	return lc_rma_returned(authority, arg);
}

int
rma_returned_command(int argc, char **argv)
{
	struct job job = { .command = "rma returned" };
	int status = parse(&job, returned_options, returned_usage, argc, argv);
	struct lc_detail detail = { "" };
	struct lc_authority *authority;
	enum lc_err err;

	if (status >= 0)
		return status;
	if (job.udi == NULL)
		return misuse("rma returned", "--udi is missing");
	if ((authority = open_authority(job.dir)) == NULL)
		return EXIT_FAILED;
	err = lc_authority_run(
	    authority, returned_run, (void *)(uintptr_t)job.udi, &detail);
	lc_authority_close(authority);
	if (err != LC_OK)
		return fail_core(err, &detail);
	printf("%s: returned\n", job.udi);
	return EXIT_DONE;
}

/* ---- Limits ---------------------------------------------------------- */

static const char limits_usage[] =
    "usage: licissue rma limits DIR [OPTIONS]\n"
    "\n"
    "Shows, and changes, how much may be replaced without approval.\n"
    "\n"
    "  --replacements N     replacements in a row, each of the device that "
    "came\n"
    "                       for the one before (default 3)\n"
    "  --licenses N         licenses in 365 days (default 1000)\n"
    "  --days N             days until a device has to be returned (default "
    "30)\n"
    "  -h, --help\n";

static const struct option limits_options[] = {
	{ "replacements", required_argument, NULL, OPT_REPLACEMENTS },
	{ "licenses", required_argument, NULL, OPT_LICENSES },
	{ "days", required_argument, NULL, OPT_DAYS },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static bool
limit_take(const char *text, int64_t *limit)
{
	uint32_t number;

	if (text == NULL)
		return true;
	if (!parse_number(text, 0, 1000000, &number))
		return false;
	*limit = number;
	return true;
}

struct limiting {
	const struct job *job;
	struct lc_rma_limits limits;
};

static enum lc_err
limits_run(const struct lc_authority *authority, void *arg)
{
	struct limiting *l = arg;
	enum lc_err err = lc_rma_limits_get(authority->record, &l->limits);

	if (err != LC_OK)
		return err;
	if (!limit_take(l->job->replacements, &l->limits.replacements) ||
	    !limit_take(l->job->licenses, &l->limits.licenses) ||
	    !limit_take(l->job->days, &l->limits.days))
		return LC_EINVAL;
	if (l->job->replacements == NULL && l->job->licenses == NULL &&
	    l->job->days == NULL)
		return LC_OK;
	return lc_rma_limits_put(authority, &l->limits);
}

int
rma_limits_command(int argc, char **argv)
{
	struct job job = { .command = "rma limits" };
	int status = parse(&job, limits_options, limits_usage, argc, argv);
	struct limiting l = { .job = &job };
	struct lc_detail detail = { "" };
	struct lc_authority *authority;
	enum lc_err err;

	if (status >= 0)
		return status;
	if ((authority = open_authority(job.dir)) == NULL)
		return EXIT_FAILED;
	err = lc_authority_run(authority, limits_run, &l, &detail);
	lc_authority_close(authority);
	if (err == LC_EINVAL)
		return misuse(
		    "rma limits", "a limit is a number from 0 to 1000000");
	if (err != LC_OK)
		return fail_core(err, &detail);
	printf("Replacements in a row:   %" PRId64 "\n"
	       "Licenses in 365 days:    %" PRId64 "\n"
	       "Days to return a device: %" PRId64 "\n",
	    l.limits.replacements, l.limits.licenses, l.limits.days);
	return EXIT_DONE;
}

/* ---- Sending again --------------------------------------------------- */

static const char resend_usage[] =
    "usage: licissue resend DIR --udi PID:SN -o FILE\n"
    "\n"
    "Writes all licenses that count on a device into one file, for example if\n"
    "the files were lost.\n"
    "\n"
    "  --udi PID:SN         the device\n"
    "  -o, --output FILE    the license file to create\n"
    "  --force              replace the file\n"
    "  -h, --help\n";

static const struct option resend_options[] = {
	{ "udi", required_argument, NULL, OPT_UDI },
	{ "output", required_argument, NULL, 'o' },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int
resend(const struct job *job, const struct lc_authority *authority)
{
	struct lc_bundle *bundle = NULL;
	struct lc_detail detail = { "" };
	size_t n = 0;
	enum lc_err err = lc_resend(
	    authority, job->udi, (int64_t)time(NULL), &bundle, &n, &detail);

	if (err == LC_OK)
		err = save_bundle(bundle, job->output, job->force, &detail);
	lc_bundle_free(bundle);
	if (err != LC_OK)
		return fail_core(err, &detail);
	report(job->output, "%zu license%s for %s", n, n == 1 ? "" : "s",
	    job->udi);
	return EXIT_DONE;
}

int
resend_command(int argc, char **argv)
{
	struct job job = { .command = "resend" };
	int status = parse(&job, resend_options, resend_usage, argc, argv);
	struct lc_authority *authority;

	if (status >= 0)
		return status;
	if (job.udi == NULL)
		return misuse("resend", "--udi is missing");
	if (job.output == NULL)
		return misuse("resend", "-o is missing");
	if ((authority = open_authority(job.dir)) == NULL)
		return EXIT_FAILED;
	status = resend(&job, authority);
	lc_authority_close(authority);
	return status;
}
