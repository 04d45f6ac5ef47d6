/*
 * rma.c - licissue rma and resend: licenses of a device that was replaced, or
 * whose files were lost.
 */
#include "flags.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "ops/rma.h"
#include "record/authority.h"
#include "record/rma.h"

struct job {
	const char *dir, *from, *to, *by, *reason, *output;
	bool force;
};

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

int
rma_command(int argc, char **argv)
{
	struct job job = { .by = NULL, .reason = NULL };
	const struct flag flags[] = {
		FLAG_DIR(&job.dir),
		{ .name = "from", .text = &job.from, .is_needed = true },
		{ .name = "to", .text = &job.to, .is_needed = true },
		{ .name = "approved-by", .text = &job.by },
		{ .name = "reason", .text = &job.reason },
		FLAG_OUTPUT(&job.output),
		FLAG_FORCE(&job.force),
		{ 0 },
	};
	int status = take_flags("rma", rma_usage, flags, argc, argv);
	struct lc_authority *authority;

	if (status >= 0)
		return status;
	if ((job.by == NULL) != (job.reason == NULL))
		return misuse("rma", "--approved-by and --reason go together");
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

static enum lc_err
list(const struct lc_authority *authority, void *arg)
{
	return lc_rma_each(authority->record, list_one, arg);
}

int
rma_list_command(int argc, char **argv)
{
	const char *dir;
	bool json = false;
	struct listing l = { .now = (int64_t)time(NULL) };
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		{ .name = "overdue", .truth = &l.overdue },
		FLAG_JSON(&json),
		{ 0 },
	};
	int status = take_flags("rma list", list_usage, flags, argc, argv);

	if (status >= 0)
		return status;
	l.array = json ? json_array() : NULL;
	status = with_authority(dir, list, &l);
	if (status == EXIT_DONE && json)
		return print_json(l.array);
	json_decref(l.array);
	if (status == EXIT_DONE && l.n == 0)
		puts(l.overdue ? "No device is overdue."
			       : "No device was replaced.");
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

static enum lc_err
returned(const struct lc_authority *authority, void *arg)
{
	const char *const *udi = arg;

	return lc_rma_returned(authority, *udi);
}

int
rma_returned_command(int argc, char **argv)
{
	const char *dir, *udi;
	const struct flag flags[] = { FLAG_DIR(&dir), FLAG_UDI(&udi), { 0 } };
	int status =
	    take_flags("rma returned", returned_usage, flags, argc, argv);

	if (status >= 0)
		return status;
	if ((status = change_authority(dir, returned, &udi)) == EXIT_DONE)
		printf("%s: returned\n", udi);
	return status;
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

#define LIMIT_MAX 1000000
#define AS_BEFORE UINT32_MAX

struct limiting {
	uint32_t replacements, licenses, days; /* or AS_BEFORE */
	struct lc_rma_limits limits;
};

static bool
limit_set(int64_t *limit, uint32_t number)
{
	if (number == AS_BEFORE)
		return false;
	*limit = number;
	return true;
}

static enum lc_err
limits_run(const struct lc_authority *authority, void *arg)
{
	struct limiting *l = arg;
	enum lc_err err = lc_rma_limits_get(authority->record, &l->limits);
	bool changes;

	if (err != LC_OK)
		return err;
	changes = limit_set(&l->limits.replacements, l->replacements);
	changes |= limit_set(&l->limits.licenses, l->licenses);
	changes |= limit_set(&l->limits.days, l->days);
	return changes ? lc_rma_limits_put(authority, &l->limits) : LC_OK;
}

int
rma_limits_command(int argc, char **argv)
{
	const char *dir;
	struct limiting l = { AS_BEFORE, AS_BEFORE, AS_BEFORE, { 0 } };
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		{ .name = "replacements",
		    .number = &l.replacements,
		    .most = LIMIT_MAX },
		{ .name = "licenses",
		    .number = &l.licenses,
		    .most = LIMIT_MAX },
		{ .name = "days", .number = &l.days, .most = LIMIT_MAX },
		{ 0 },
	};
	int status = take_flags("rma limits", limits_usage, flags, argc, argv);

	if (status >= 0)
		return status;
	if ((status = change_authority(dir, limits_run, &l)) == EXIT_DONE)
		printf("Replacements in a row:   %" PRId64 "\n"
		       "Licenses in 365 days:    %" PRId64 "\n"
		       "Days to return a device: %" PRId64 "\n",
		    l.limits.replacements, l.limits.licenses, l.limits.days);
	return status;
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

struct resending {
	const char *udi, *output;
	bool force;
	size_t n;
};

static enum lc_err
resend(const struct lc_authority *authority, void *arg)
{
	struct resending *r = arg;
	struct lc_bundle *bundle = NULL;
	struct lc_detail *detail = authority->record->detail;
	enum lc_err err = lc_resend(
	    authority, r->udi, (int64_t)time(NULL), &bundle, &r->n, detail);

	if (err == LC_OK)
		err = save_bundle(bundle, r->output, r->force, detail);
	lc_bundle_free(bundle);
	return err;
}

int
resend_command(int argc, char **argv)
{
	const char *dir;
	struct resending r = { .n = 0 };
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		FLAG_UDI(&r.udi),
		FLAG_OUTPUT(&r.output),
		FLAG_FORCE(&r.force),
		{ 0 },
	};
	int status = take_flags("resend", resend_usage, flags, argc, argv);

	if (status >= 0)
		return status;
	if ((status = with_authority(dir, resend, &r)) == EXIT_DONE)
		report(r.output, "%zu license%s for %s", r.n,
		    r.n == 1 ? "" : "s", r.udi);
	return status;
}
