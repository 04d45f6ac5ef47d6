/*
 * grant.c - licissue evaluation, extension, subscription, right-to-use and
 * capacity: licenses that no PAK pays for.
 */
#include "licissue.h"

#include <getopt.h>
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
	const char *license, *by, *reason, *kind;
	struct lc_grant grant;
	uint32_t total;
	bool unlocked, permanent, force;
	grant_call *call;
};

static grant_call evaluation_call, renew_call;

enum {
	OPT_UDI = 256,
	OPT_UNLOCKED,
	OPT_FEATURE,
	OPT_VERSION,
	OPT_TYPE,
	OPT_KIND,
	OPT_PERMANENT,
	OPT_COUNT,
	OPT_TO,
	OPT_ADDITIVE,
	OPT_PERIOD,
	OPT_DAYS,
	OPT_START,
	OPT_END,
	OPT_EXTENSION_DAYS,
	OPT_EULA,
	OPT_COMMENT,
	OPT_LICENSE,
	OPT_BY,
	OPT_REASON,
	OPT_REQUEST,
	OPT_FORCE,
};

/* clang-format off */
#define O_UDI { "udi", required_argument, NULL, OPT_UDI }
#define O_FEATURE { "feature", required_argument, NULL, OPT_FEATURE }
#define O_VERSION { "version", required_argument, NULL, OPT_VERSION }
#define O_COUNT { "count", required_argument, NULL, OPT_COUNT }
#define O_ADDITIVE { "additive", no_argument, NULL, OPT_ADDITIVE }
#define O_PERIOD { "period", required_argument, NULL, OPT_PERIOD }
#define O_DAYS { "days", required_argument, NULL, OPT_DAYS }
#define O_START { "start", required_argument, NULL, OPT_START }
#define O_END { "end", required_argument, NULL, OPT_END }
#define O_EULA { "eula", required_argument, NULL, OPT_EULA }
#define O_COMMENT { "comment", required_argument, NULL, OPT_COMMENT }
#define O_LICENSE { "license", required_argument, NULL, OPT_LICENSE }
#define O_REQUEST { "request-id", required_argument, NULL, OPT_REQUEST }
#define O_OUTPUT \
	{ "output", required_argument, NULL, 'o' }, \
	{ "force", no_argument, NULL, OPT_FORCE }, \
	{ "help", no_argument, NULL, 'h' }, \
	{ NULL, 0, NULL, 0 }
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

/* ---- Options --------------------------------------------------------- */

/* NULL: it was taken; else what is wanted. */
static const char *
take_number(struct job *job, int c)
{
	struct lc_grant *g = &job->grant;

	switch (c) {
	case OPT_COUNT:
		return parse_number(optarg, 1, LC_UNCOUNTED - 1, &g->count)
			   ? NULL
			   : "a number from 1 to 4294967294";
	case OPT_TO:
		return parse_number(optarg, 1, LC_UNCOUNTED - 1, &job->total)
			   ? NULL
			   : "a number from 1 to 4294967294";
	case OPT_PERIOD:
		return parse_period(optarg, &g->period_s)
			   ? NULL
			   : "seconds (3600) or days (60d) of use";
	case OPT_DAYS:
		return parse_number(optarg, 1, DAYS_MAX, &g->days)
			   ? NULL
			   : "a number from 1 to 49710";
	case OPT_EXTENSION_DAYS:
		return parse_number(optarg, 1, DAYS_MAX, &g->extension_days)
			   ? NULL
			   : "a number from 1 to 49710";
	default:
		return parse_date(optarg, c == OPT_START ? &g->start : &g->end)
			   ? NULL
			   : "a date between 1970 and 2106 such as 2026-12-31";
	}
}

static const char *
take_text(struct job *job, int c)
{
	const char **to = c == OPT_UDI       ? &job->grant.udi
			  : c == OPT_FEATURE ? &job->grant.feature
			  : c == OPT_VERSION ? &job->grant.version
			  : c == OPT_COMMENT ? &job->grant.comment
			  : c == OPT_REQUEST ? &job->grant.request
			  : c == OPT_KIND    ? &job->kind
			  : c == OPT_EULA    ? &job->eula_path
			  : c == OPT_LICENSE ? &job->license
			  : c == OPT_BY      ? &job->by
			  : c == OPT_REASON  ? &job->reason
					     : &job->output;

	*to = optarg;
	return optarg[0] != '\0' || c == OPT_COMMENT ? NULL : "a text";
}

static const char *
take_option(struct job *job, int c)
{
	switch (c) {
	case OPT_UNLOCKED:
		job->unlocked = true;
		return NULL;
	case OPT_PERMANENT:
		job->permanent = true;
		return NULL;
	case OPT_ADDITIVE:
		job->grant.additive = true;
		return NULL;
	case OPT_FORCE:
		job->force = true;
		return NULL;
	case OPT_TYPE:
		return lc_type_from_name(optarg, &job->grant.type)
			   ? NULL
			   : "a license type";
	case OPT_COUNT:
	case OPT_TO:
	case OPT_PERIOD:
	case OPT_DAYS:
	case OPT_START:
	case OPT_END:
	case OPT_EXTENSION_DAYS:
		return take_number(job, c);
	default:
		return take_text(job, c);
	}
}

static const char *
option_name(const struct option *options, int c)
{
	for (; options->name != NULL; options++) {
		if (options->val == c)
			return options->name;
	}
	return "output";
}

/* -1: go on; else the exit status. */
static int
parse(struct job *job, const struct option *options, const char *usage,
    int argc, char **argv)
{
	const char *wants;
	int c;

	while ((c = getopt_long(argc, argv, "ho:", options, NULL)) != -1) {
		if (c == 'h') {
			fputs(usage, stdout);
			return EXIT_DONE;
		}
		if (c == '?')
			return hint(job->command);
		if ((wants = take_option(job, c)) != NULL)
			return misuse(job->command, "--%s: \"%s\" is not %s",
			    option_name(options, c), optarg, wants);
	}
	if (optind != argc - 1)
		return not_one(
		    job->command, "the authority's directory", argc, argv);
	job->dir = argv[optind];
	if (job->output == NULL)
		return misuse(job->command, "-o is missing");
	return -1;
}

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

static const char *
feature_missing(const struct job *job)
{
	if (job->grant.udi == NULL && !job->unlocked)
		return "--udi is missing";
	if (job->grant.udi != NULL && job->unlocked)
		return "--udi and --unlocked exclude each other";
	if (job->grant.feature[0] == '\0')
		return "--feature is missing";
	return NULL;
}

static int
run_if(struct job *job, const char *wrong)
{
	return wrong != NULL ? misuse(job->command, "%s", wrong) : run(job);
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

static const struct option evaluation_options[] = {
	O_UDI,
	O_FEATURE,
	O_VERSION,
	O_PERIOD,
	O_COUNT,
	O_ADDITIVE,
	O_EULA,
	O_COMMENT,
	O_REQUEST,
	O_OUTPUT,
};

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
	int status;

	job.grant.type = LC_DEMO;
	job.grant.period_s = USUAL_PERIOD_S;
	status = parse(&job, evaluation_options, evaluation_usage, argc, argv);
	return status >= 0 ? status : run_if(&job, feature_missing(&job));
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

static const struct option extension_options[] = {
	O_LICENSE,
	O_UDI,
	O_PERIOD,
	O_DAYS,
	O_END,
	{ "approved-by", required_argument, NULL, OPT_BY },
	{ "reason", required_argument, NULL, OPT_REASON },
	O_EULA,
	O_REQUEST,
	O_OUTPUT,
};

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

/* How long, in one way. */
static const char *
span_missing(const struct job *job, bool period)
{
	int n = (job->grant.days != 0) + (job->grant.end != LC_NO_TIME) +
		(period && job->grant.period_s != 0);

	if (n == 1)
		return NULL;
	return period ? "needs one of --period, --days and --end"
		      : "needs one of --days and --end";
}

int
extension_create_command(int argc, char **argv)
{
	struct job job = job_of("extension create", extension_call);
	int status =
	    parse(&job, extension_options, extension_usage, argc, argv);

	if (status >= 0)
		return status;
	return run_if(&job, job.license == NULL  ? "--license is missing"
			    : job.by == NULL     ? "--approved-by is missing"
			    : job.reason == NULL ? "--reason is missing"
						 : span_missing(&job, true));
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

static const struct option subscription_options[] = {
	O_UDI,
	O_FEATURE,
	O_VERSION,
	{ "kind", required_argument, NULL, OPT_KIND },
	O_START,
	O_DAYS,
	O_END,
	{ "extension-days", required_argument, NULL, OPT_EXTENSION_DAYS },
	O_COUNT,
	O_ADDITIVE,
	O_EULA,
	O_COMMENT,
	O_REQUEST,
	O_OUTPUT,
};

static enum lc_err
subscription_call(const struct lc_authority *authority, const struct job *job,
    struct lc_granted *granted)
{
	return lc_grant_subscription(authority, &job->grant, granted);
}

static bool
kind_take(struct job *job)
{
	static const struct {
		const char *name;
		enum lc_type type;
	} kinds[] = {
		{ "paid", LC_PAID_SUBSCRIPTION },
		{ "evaluation", LC_EVALUATION_SUBSCRIPTION },
		{ "extension", LC_EXTENSION_SUBSCRIPTION },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(job->kind, kinds[i].name) == 0) {
			job->grant.type = kinds[i].type;
			return true;
		}
	}
	return false;
}

int
subscription_create_command(int argc, char **argv)
{
	struct job job = job_of("subscription create", subscription_call);
	const char *wrong;
	int status;

	job.kind = "paid";
	status =
	    parse(&job, subscription_options, subscription_usage, argc, argv);
	if (status >= 0)
		return status;
	if (!kind_take(&job))
		return misuse(job.command,
		    "--kind: \"%s\" is not paid, evaluation or extension",
		    job.kind);
	wrong = feature_missing(&job);
	return run_if(&job, wrong != NULL ? wrong : span_missing(&job, false));
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

static const struct option renew_options[] = {
	O_LICENSE,
	O_DAYS,
	O_END,
	O_OUTPUT,
};

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
	int status = parse(&job, renew_options, renew_usage, argc, argv);

	if (status >= 0)
		return status;
	return run_if(&job, job.license == NULL ? "--license is missing"
						: span_missing(&job, false));
}

/* ---- Rights to use --------------------------------------------------- */

static const char right_usage[] =
    "usage: licissue right-to-use create DIR {--udi PID:SN | --unlocked}\n"
    "           --feature NAME [OPTIONS] -o FILE\n"
    "\n" U_FEATURE "  --unlocked           for any device\n"
    "  --period N[d]        a trial of so much use, which becomes a right to "
    "use\n"
    "  --permanent          without a trial before\n" U_COUNT U_TEXTS U_OUTPUT;

static const struct option right_options[] = {
	O_UDI,
	{ "unlocked", no_argument, NULL, OPT_UNLOCKED },
	O_FEATURE,
	O_VERSION,
	O_PERIOD,
	{ "permanent", no_argument, NULL, OPT_PERMANENT },
	O_COUNT,
	O_ADDITIVE,
	O_EULA,
	O_COMMENT,
	O_REQUEST,
	O_OUTPUT,
};

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
	int status = parse(&job, right_options, right_usage, argc, argv);
	const char *wrong;

	if (status >= 0)
		return status;
	job.grant.type = job.permanent             ? LC_PERMANENT_RIGHT_TO_USE
			 : job.grant.period_s != 0 ? LC_EVAL_RIGHT_TO_USE
						   : LC_RIGHT_TO_USE;
	wrong = feature_missing(&job);
	if (wrong == NULL && job.permanent && job.grant.period_s != 0)
		wrong = "--permanent and --period exclude each other";
	return run_if(&job, wrong);
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

static const struct option capacity_options[] = {
	O_UDI,
	O_FEATURE,
	O_VERSION,
	O_COUNT,
	{ "to", required_argument, NULL, OPT_TO },
	O_EULA,
	O_COMMENT,
	O_REQUEST,
	O_OUTPUT,
};

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
	int status = parse(&job, capacity_options, capacity_usage, argc, argv);
	const char *wrong;

	if (status >= 0)
		return status;
	wrong = feature_missing(&job);
	if (wrong == NULL && (job.grant.count != 0) == (job.total != 0))
		wrong = "needs one of --count and --to";
	return run_if(&job, wrong);
}
