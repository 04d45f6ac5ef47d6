/*
 * grant.c - licissue evaluation, extension, subscription, right-to-use and
 * capacity: licenses that no PAK pays for.
 */
#include "flags.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ops/grant.h"
#include "record/authority.h"

#define DAY_S 86400
#define DAYS_MAX 49710 /* to 2106 */
#define USUAL_PERIOD_S (60 * DAY_S)

struct job;
typedef enum lc_err grant_call(
    const struct lc_authority *, const struct job *, struct lc_granted *);

struct job {
	const char *command, *dir, *output, *eula_path;
	const char *license, *by, *reason;
	struct lc_grant grant;
	uint32_t total;
	bool force;
	grant_call *call;
};

static grant_call evaluation_call, renew_call;

/* Options that several commands have; job is what they fill in. */
/* clang-format off */
#define F_DIR FLAG_DIR(&job.dir)
#define F_UDI { .name = "udi", .text = &job.grant.udi, .is_needed = true }
#define F_FEATURE \
	{ .name = "feature", .text = &job.grant.feature, .is_needed = true }, \
	{ .name = "version", .text = &job.grant.version }
#define F_COUNT \
	{ .name = "count", .number = &job.grant.count, COUNT_RANGE }, \
	{ .name = "additive", .truth = &job.grant.additive }
#define F_PERIOD { .name = "period", .period_s = &job.grant.period_s }
/* How long, in one way. */
#define F_SPAN \
	{ .name = "days", .number = &job.grant.days, DAYS_RANGE, \
	    .group = 's', .is_needed = true }, \
	{ .name = "end", .date = &job.grant.end, .group = 's' }
#define F_EULA { .name = "eula", .text = &job.eula_path }
#define F_COMMENT \
	{ .name = "comment", .text = &job.grant.comment, .may_be_empty = true }
#define F_LICENSE { .name = "license", .text = &job.license, .is_needed = true }
#define F_REQUEST { .name = "request-id", .text = &job.grant.request }
#define F_OUTPUT FLAG_OUTPUT(&job.output), FLAG_FORCE(&job.force)
#define COUNT_RANGE .least = 1, .most = LC_UNCOUNTED - 1
#define DAYS_RANGE .least = 1, .most = DAYS_MAX
/* clang-format on */

#define U_OUTPUT                                                               \
	"  --request-id ID      asked again with this id, it gives the same\n" \
	"                       license\n" U_FILE
#define U_FILE                                                \
	"\n"                                                  \
	"  -o, --output FILE    the license file to create\n" \
	"  --force              replace the file\n"           \
	"  -h, --help\n"
#define U_FEATURE                                       \
	"  --udi PID:SN         the device\n"           \
	"  --feature NAME       the licensed feature\n" \
	"  --version VERSION    version of the feature (default 1.0)\n"
#define U_COUNT                                                   \
	"  --count N            how many may be used at a time\n" \
	"  --additive           adds to other licenses for the feature\n"
#define U_TEXTS                                         \
	"  --eula FILE          the agreement's text\n" \
	"  --comment TEXT\n"

static struct job
job_of(const char *command, grant_call *call)
{
	return (struct job){
		.command = command,
		.grant = {
			.feature = "",
			.version = "1.0",
			.start = LC_NO_TIME,
			.end = LC_NO_TIME,
			.comment = "",
			.issued = (int64_t)time(NULL),
		},
		.call = call,
	};
}

/* ---- Doing it -------------------------------------------------------- */

struct granting {
	const struct job *job;
	struct lc_granted granted;
};

static enum lc_err
grant_run(const struct lc_authority *authority, void *arg)
{
	struct granting *g = arg;

	return g->job->call(authority, g->job, &g->granted);
}

/* Asked again, it gives the same license. */
static bool
is_repeatable(const struct job *job)
{
	return job->grant.request != NULL || job->call == evaluation_call ||
	       job->call == renew_call;
}

static int
grant(const struct job *job, const struct lc_authority *authority)
{
	struct granting g = { .job = job };
	struct lc_detail detail = { "" };
	enum lc_err err = lc_authority_run(authority, grant_run, &g, &detail);
	size_t n = 0;
	int status;

	if (err != LC_OK)
		return fail_license(err, &detail);
	status = save_request(authority, g.granted.request, job->output,
	    job->force, is_repeatable(job) ? SAME_COMMAND : RESEND, &n);
	if (status == EXIT_DONE)
		report(job->output, "%zu license%s%s", n, n == 1 ? "" : "s",
		    g.granted.again ? ", as before" : "");
	if (job->grant.end != LC_NO_TIME && job->grant.end <= job->grant.issued)
		(void)fail("warning: the end date has passed");
	return status;
}

static int
run(struct job *job)
{
	struct lc_authority *authority = open_authority(job->dir);
	char *eula = NULL;
	int status;

	if (authority == NULL)
		return EXIT_FAILED;
	status = check_output(job->output, job->force);
	if (status == EXIT_DONE && job->eula_path != NULL) {
		eula = read_agreement(job->eula_path, &job->grant.eula_len);
		status = eula != NULL ? EXIT_DONE : EXIT_FAILED;
		job->grant.eula = eula;
	}
	if (status == EXIT_DONE)
		status = grant(job, authority);
	lc_authority_close(authority);
	free(eula);
	return status;
}

static int
take_and_run(struct job *job, const char *usage, const struct flag *flags,
    int argc, char **argv)
{
	int status = take_flags(job->command, usage, flags, argc, argv);

	return status >= 0 ? status : run(job);
}

/* ---- Evaluations ----------------------------------------------------- */

static const char evaluation_usage[] =
    "usage: licissue evaluation create DIR --udi PID:SN --feature NAME\n"
    "           [OPTIONS] -o FILE\n"
    "\n"
    "A trial for a device, once for each feature and version; afterwards the\n"
    "same license is given again.\n"
    "\n" U_FEATURE
    "  --period N[d]        seconds, or days, of use (default 60d)\n" U_COUNT
	U_TEXTS U_OUTPUT;

static enum lc_err
evaluation_call(const struct lc_authority *authority, const struct job *job,
    struct lc_granted *granted)
{
	return lc_grant_evaluation(authority, &job->grant, granted);
}

int
evaluation_create_command(int argc, char **argv)
{
	struct job job = job_of("evaluation create", evaluation_call);
	const struct flag flags[] = { F_DIR, F_UDI, F_FEATURE, F_PERIOD,
		F_COUNT, F_EULA, F_COMMENT, F_REQUEST, F_OUTPUT, { 0 } };

	job.grant.type = LC_DEMO;
	job.grant.period_s = USUAL_PERIOD_S;
	return take_and_run(&job, evaluation_usage, flags, argc, argv);
}

/* ---- Extensions ------------------------------------------------------ */

static const char extension_usage[] =
    "usage: licissue extension create DIR --license ID\n"
    "           {--period N[d] | --days N | --end DATE}\n"
    "           --approved-by NAME --reason TEXT [OPTIONS] -o FILE\n"
    "\n"
    "More of an evaluation, or of a subscription from its end on.\n"
    "\n"
    "  --license ID         the license that ends\n"
    "  --udi PID:SN         the device, if the license is not for one alone\n"
    "  --period N[d]        for an evaluation: seconds, or days, of use\n"
    "  --days N             for a subscription: so many days\n"
    "  --end DATE           or until this date\n"
    "  --approved-by NAME\n"
    "  --reason TEXT\n"
    "  --eula FILE          the agreement's text\n" U_OUTPUT;

static enum lc_err
extension_call(const struct lc_authority *authority, const struct job *job,
    struct lc_granted *granted)
{
	const struct lc_grant *g = &job->grant;

	return lc_extend(authority,
	    &(struct lc_extension){
		.request = g->request,
		.license = job->license,
		.udi = g->udi,
		.period_s = g->period_s,
		.days = g->days,
		.end = g->end,
		.eula = g->eula,
		.eula_len = g->eula_len,
		.issued = g->issued,
		.by = job->by,
		.reason = job->reason,
	    },
	    granted);
}

int
extension_create_command(int argc, char **argv)
{
	struct job job = job_of("extension create", extension_call);
	const struct flag flags[] = {
		F_DIR,
		F_LICENSE,
		{ .name = "udi", .text = &job.grant.udi },
		{ .name = "period",
		    .period_s = &job.grant.period_s,
		    .group = 's' },
		F_SPAN,
		FLAGS_APPROVAL(&job.by, &job.reason),
		F_EULA,
		F_REQUEST,
		F_OUTPUT,
		{ 0 },
	};

	return take_and_run(&job, extension_usage, flags, argc, argv);
}

/* ---- Subscriptions --------------------------------------------------- */

static const char subscription_usage[] =
    "usage: licissue subscription create DIR --udi PID:SN --feature NAME\n"
    "           {--days N | --end DATE} [OPTIONS] -o FILE\n"
    "\n" U_FEATURE
    "  --kind KIND          paid (default), evaluation (once for each device,\n"
    "                       feature and version) or extension\n"
    "  --start DATE         start date (default: immediately)\n"
    "  --days N             so many days from the start date, or from now on\n"
    "  --end DATE           or until this date\n"
    "  --extension-days N   days of use after the end date\n" U_COUNT U_TEXTS
	U_OUTPUT;

static enum lc_err
subscription_call(const struct lc_authority *authority, const struct job *job,
    struct lc_granted *granted)
{
	return lc_grant_subscription(authority, &job->grant, granted);
}

static const char *
take_kind(void *arg, const char *value)
{
	static const struct {
		const char *name;
		enum lc_type type;
	} kinds[] = {
		{ "paid", LC_PAID_SUBSCRIPTION },
		{ "evaluation", LC_EVALUATION_SUBSCRIPTION },
		{ "extension", LC_EXTENSION_SUBSCRIPTION },
	};
	enum lc_type *type = arg;

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(value, kinds[i].name) == 0) {
			*type = kinds[i].type;
			return NULL;
		}
	}
	return "paid, evaluation or extension";
}

int
subscription_create_command(int argc, char **argv)
{
	struct job job = job_of("subscription create", subscription_call);
	const struct flag flags[] = {
		F_DIR,
		F_UDI,
		F_FEATURE,
		{ .name = "kind", .call = take_kind, .arg = &job.grant.type },
		{ .name = "start", .date = &job.grant.start },
		F_SPAN,
		{ .name = "extension-days",
		    .number = &job.grant.extension_days,
		    DAYS_RANGE },
		F_COUNT,
		F_EULA,
		F_COMMENT,
		F_REQUEST,
		F_OUTPUT,
		{ 0 },
	};

	job.grant.type = LC_PAID_SUBSCRIPTION;
	return take_and_run(&job, subscription_usage, flags, argc, argv);
}

static const char renew_usage[] =
    "usage: licissue subscription renew DIR --license ID\n"
    "           {--days N | --end DATE} -o FILE\n"
    "\n"
    "A paid subscription that continues another one at its end, or now if "
    "that\n"
    "is past.  Asked again it gives the same license, which is the one to be\n"
    "renewed next.\n"
    "\n"
    "  --license ID         the subscription\n"
    "  --days N             so many days\n"
    "  --end DATE           or until this date\n" U_FILE;

static enum lc_err
renew_call(const struct lc_authority *authority, const struct job *job,
    struct lc_granted *granted)
{
	return lc_renew(authority,
	    &(struct lc_renewal){
		.license = job->license,
		.days = job->grant.days,
		.end = job->grant.end,
		.issued = job->grant.issued,
	    },
	    granted);
}

int
subscription_renew_command(int argc, char **argv)
{
	struct job job = job_of("subscription renew", renew_call);
	const struct flag flags[] = { F_DIR, F_LICENSE, F_SPAN, F_OUTPUT,
		{ 0 } };

	return take_and_run(&job, renew_usage, flags, argc, argv);
}

/* ---- Rights to use --------------------------------------------------- */

static const char right_usage[] =
    "usage: licissue right-to-use create DIR {--udi PID:SN | --unlocked}\n"
    "           --feature NAME [OPTIONS] -o FILE\n"
    "\n" U_FEATURE "  --unlocked           for any device\n"
    "  --period N[d]        a trial of so much use, which becomes a right to "
    "use\n"
    "  --permanent          without a trial before\n" U_COUNT U_TEXTS U_OUTPUT;

static enum lc_err
right_call(const struct lc_authority *authority, const struct job *job,
    struct lc_granted *granted)
{
	return lc_grant_right_to_use(authority, &job->grant, granted);
}

int
right_to_use_create_command(int argc, char **argv)
{
	struct job job = job_of("right-to-use create", right_call);
	bool unlocked = false, permanent = false;
	const struct flag flags[] = {
		F_DIR,
		{ .name = "udi",
		    .text = &job.grant.udi,
		    .group = 'd',
		    .is_needed = true },
		{ .name = "unlocked", .truth = &unlocked, .group = 'd' },
		F_FEATURE,
		{ .name = "period",
		    .period_s = &job.grant.period_s,
		    .group = 'p' },
		{ .name = "permanent", .truth = &permanent, .group = 'p' },
		F_COUNT,
		F_EULA,
		F_COMMENT,
		F_REQUEST,
		F_OUTPUT,
		{ 0 },
	};
	int status = take_flags(job.command, right_usage, flags, argc, argv);

	if (status >= 0)
		return status;
	job.grant.type = permanent                 ? LC_PERMANENT_RIGHT_TO_USE
			 : job.grant.period_s != 0 ? LC_EVAL_RIGHT_TO_USE
						   : LC_RIGHT_TO_USE;
	return run(&job);
}

/* ---- Counts ---------------------------------------------------------- */

static const char capacity_usage[] =
    "usage: licissue capacity add DIR --udi PID:SN --feature NAME\n"
    "           {--count N | --to N} [OPTIONS] -o FILE\n"
    "\n"
    "More of a counted feature: a permanent license that adds to those that "
    "the\n"
    "device has.\n"
    "\n" U_FEATURE "  --count N            so many more\n"
    "  --to N               what is missing from so many\n" U_TEXTS U_OUTPUT;

static enum lc_err
capacity_call(const struct lc_authority *authority, const struct job *job,
    struct lc_granted *granted)
{
	return lc_grant_count(authority, &job->grant, job->total, granted);
}

int
capacity_add_command(int argc, char **argv)
{
	struct job job = job_of("capacity add", capacity_call);
	const struct flag flags[] = {
		F_DIR,
		F_UDI,
		F_FEATURE,
		{ .name = "count",
		    .number = &job.grant.count,
		    COUNT_RANGE,
		    .group = 'c',
		    .is_needed = true },
		{ .name = "to",
		    .number = &job.total,
		    COUNT_RANGE,
		    .group = 'c' },
		F_EULA,
		F_COMMENT,
		F_REQUEST,
		F_OUTPUT,
		{ 0 },
	};

	return take_and_run(&job, capacity_usage, flags, argc, argv);
}
