/* issue.c - licissue issue: write license lines into a file. */
#include "licissue.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define COPIES_MAX 20000 /* lines of a license file */

static const char usage[] =
    "usage: licissue issue DIR (--udi PID:SN ... | --unlocked)\n"
    "           --feature NAME --type TYPE [OPTIONS] -o FILE\n"
    "\n"
    "Signs a license with the authority in DIR and writes it to FILE.\n"
    "\n"
    "  --udi PID:SN         a device that it is for; may be repeated\n"
    "  --unlocked           for any device\n"
    "  --feature NAME       the licensed feature\n"
    "  --version VERSION    version of the feature (default 1.0)\n"
    "  --type TYPE          one of those below\n"
    "  --count N            how many may be used at a time\n"
    "  --period N[d]        seconds, or days, of use\n"
    "  --start DATE         subscriptions: start date\n"
    "  --end DATE           subscriptions: end date\n"
    "  --through DAY        subscriptions: the last day, in UTC\n"
    "  --past               no warning of an end date that has passed\n"
    "  --extension-days N   subscriptions: days of use after the end date\n"
    "  --additive           adds to other licenses for the feature\n"
    "  --eula FILE          the agreement's text, to include in the file\n"
    "  --comment TEXT\n"
    "\n"
    "  -o, --output FILE    the license file to create; -: standard "
    "output\n"
    "  --append             add to the file, or create it\n"
    "  --force              replace the file\n"
    "  --copies N           N licenses that differ only in their ids\n"
    "  --id ID              the license's id (default: 128 random bits)\n"
    "  --issued DATE        the date of issue (default: now)\n"
    "  -h, --help\n"
    "\n"
    "Types, and the options that each needs:\n";

/* What the command line asks for. */
struct job {
	const char *dir, *output, *eula_path;
	char *eula; /* its text */
	size_t eula_len;
	struct lc_terms terms;
	const char *udis[LC_NUDI_MAX];
	bool unlocked, append, force, past;
	uint32_t copies;
};

/* ---- Options --------------------------------------------------------- */

/* Each sets one thing, or says no. */

static bool
set_udi(struct job *job, const char *arg)
{
	if (job->terms.nudis == LC_NUDI_MAX)
		return false;
	job->udis[job->terms.nudis++] = arg;
	job->terms.udis = job->udis;
	return true;
}

static bool
set_unlocked(struct job *job, const char *arg)
{
	(void)arg;
	job->unlocked = true;
	return true;
}

static bool
set_feature(struct job *job, const char *arg)
{
	job->terms.feature = arg;
	return arg[0] != '\0';
}

static bool
set_version(struct job *job, const char *arg)
{
	job->terms.version = arg;
	return true;
}

static bool
set_type(struct job *job, const char *arg)
{
	return lc_type_from_name(arg, &job->terms.type);
}

static bool
set_count(struct job *job, const char *arg)
{
	job->terms.counted = true;
	return parse_number(arg, 1, LC_UNCOUNTED - 1, &job->terms.count);
}

static bool
set_period(struct job *job, const char *arg)
{
	return parse_period(arg, &job->terms.period_s);
}

static bool
set_start(struct job *job, const char *arg)
{
	return parse_date(arg, &job->terms.start);
}

static bool
set_end(struct job *job, const char *arg)
{
	return parse_date(arg, &job->terms.end);
}

/* The end is the beginning of the day after it. */
static bool
set_through(struct job *job, const char *arg)
{
	int64_t day;

	if (strlen(arg) != sizeof "2037-12-31" - 1 || !parse_date(arg, &day) ||
	    day > (int64_t)UINT32_MAX - 86400)
		return false;
	job->terms.end = day + 86400;
	return true;
}

static bool
set_issued(struct job *job, const char *arg)
{
	return parse_date(arg, &job->terms.issued);
}

static bool
set_extension(struct job *job, const char *arg)
{
	return parse_number(arg, 1, 49710, &job->terms.extension_days);
}

static bool
set_additive(struct job *job, const char *arg)
{
	(void)arg;
	job->terms.additive = true;
	return true;
}

static bool
set_eula(struct job *job, const char *arg)
{
	job->eula_path = arg;
	return true;
}

static bool
set_comment(struct job *job, const char *arg)
{
	job->terms.comment = arg;
	return true;
}

static bool
set_output(struct job *job, const char *arg)
{
	job->output = arg;
	return arg[0] != '\0';
}

static bool
set_append(struct job *job, const char *arg)
{
	(void)arg;
	job->append = true;
	return true;
}

static bool
set_force(struct job *job, const char *arg)
{
	(void)arg;
	job->force = true;
	return true;
}

static bool
set_past(struct job *job, const char *arg)
{
	(void)arg;
	job->past = true;
	return true;
}

static bool
set_copies(struct job *job, const char *arg)
{
	return parse_number(arg, 1, COPIES_MAX, &job->copies);
}

static bool
set_id(struct job *job, const char *arg)
{
	job->terms.id = arg;
	return arg[0] != '\0';
}

#define A_DATE "a date between 1970 and 2106 such as 2026-12-31"

/* clang-format off */
static const struct setting {
	const char *name;
	bool (*set)(struct job *, const char *arg);
	const char *wants;	/* NULL: it takes no argument */
} settings[] = {
	{ "udi", set_udi, "one of at most 64 devices" },
	{ "unlocked", set_unlocked, NULL },
	{ "feature", set_feature, "a name" },
	{ "version", set_version, "a version" },
	{ "type", set_type, "a license type (--help lists them)" },
	{ "count", set_count, "a number from 1 to 4294967294" },
	{ "period", set_period, "seconds (3600) or days (60d) of use" },
	{ "start", set_start, A_DATE },
	{ "end", set_end, A_DATE },
	{ "through", set_through, "a day (2037-12-31)" },
	{ "extension-days", set_extension, "a number from 1 to 49710" },
	{ "additive", set_additive, NULL },
	{ "eula", set_eula, "a file" },
	{ "comment", set_comment, "a text" },
	{ "output", set_output, "a file" },
	{ "append", set_append, NULL },
	{ "force", set_force, NULL },
	{ "past", set_past, NULL },
	{ "copies", set_copies, "a number from 1 to 20000" },
	{ "id", set_id, "an identity" },
	{ "issued", set_issued, A_DATE },
};
/* clang-format on */
#define NSETTINGS (sizeof settings / sizeof settings[0])
#define OPT_FIRST 256 /* the value of settings[0] among getopt's */

static void
options_fill(struct option options[NSETTINGS + 2])
{
	for (size_t i = 0; i < NSETTINGS; i++)
		options[i] = (struct option){
			.name = settings[i].name,
			.has_arg = settings[i].wants == NULL
				       ? no_argument
				       : required_argument,
			.val = OPT_FIRST + (int)i,
		};
	options[NSETTINGS] = (struct option){ "help", no_argument, NULL, 'h' };
	options[NSETTINGS + 1] = (struct option){ 0 };
}

static const struct setting *
setting_of(int c)
{
	if (c >= OPT_FIRST)
		return &settings[c - OPT_FIRST];
	for (size_t i = 0; c == 'o' && i < NSETTINGS; i++) {
		if (strcmp(settings[i].name, "output") == 0)
			return &settings[i];
	}
	return NULL;
}

static void
print_usage(void)
{
	enum lc_type type = LC_DEMO;

	fputs(usage, stdout);
	for (; lc_type_name(type) != NULL; type++)
		printf("  %-23s %s%s\n", lc_type_name(type),
		    lc_type_node_locked(type) ? "--udi" : "--udi or --unlocked",
		    lc_type_metered(type)        ? ", --period"
		    : lc_type_subscription(type) ? ", --end"
						 : "");
}

/* -1: go on; else the exit status. */
static int
parse_options(struct job *job, int argc, char **argv)
{
	struct option options[NSETTINGS + 2];
	const struct setting *setting;
	int c;

	options_fill(options);
	while ((c = getopt_long(argc, argv, "ho:", options, NULL)) != -1) {
		if (c == 'h') {
			print_usage();
			return EXIT_DONE;
		}
		if ((setting = setting_of(c)) == NULL)
			return hint("issue");
		if (!setting->set(job, optarg))
			return misuse("issue", "--%s: \"%s\" is not %s",
			    setting->name, optarg, setting->wants);
	}
	if (optind != argc - 1)
		return not_one(
		    "issue", "the authority's directory", argc, argv);
	job->dir = argv[optind];
	return -1;
}

/* NULL if the options go together. */
static const char *
conflict(const struct job *job)
{
	if (job->terms.feature[0] == '\0')
		return "--feature is missing";
	if (job->terms.type == 0)
		return "--type is missing";
	if (job->output == NULL)
		return "-o is missing";
	if (job->unlocked && job->terms.nudis > 0)
		return "--udi and --unlocked exclude each other";
	if (!job->unlocked && job->terms.nudis == 0)
		return "--udi or --unlocked is missing";
	if (job->unlocked && lc_type_node_locked(job->terms.type))
		return "licenses of this type are locked to devices: use "
		       "--udi";
	if (job->append && is_stdout(job->output))
		return "--append needs a file: not -o -";
	if (job->append && job->force)
		return "--append and --force exclude each other";
	if (job->copies > 1 && job->terms.id[0] != '\0')
		return "--id and --copies exclude each other";
	return NULL;
}

/* ---- Doing it -------------------------------------------------------- */

static enum lc_err
bundle_open(
    const struct job *job, struct lc_bundle **bundle, struct lc_detail *detail)
{
	enum lc_err err = LC_ENOTFOUND;

	if (job->append)
		err = lc_bundle_load(job->output, bundle, detail);
	return err == LC_ENOTFOUND ? lc_bundle_new(bundle) : err;
}

static int
add_eula(struct job *job, struct lc_bundle *bundle, char *digest)
{
	struct lc_detail detail = { "" };
	enum lc_err err;

	if (job->eula_path == NULL)
		return EXIT_DONE;
	job->eula = read_agreement(job->eula_path, &job->eula_len);
	if (job->eula == NULL)
		return EXIT_FAILED;
	err = lc_bundle_add_eula(
	    bundle, job->eula, job->eula_len, digest, &detail);
	if (err != LC_OK)
		return fail("%s: %s", job->eula_path, detail.text);
	job->terms.eula = digest;
	return EXIT_DONE;
}

static enum lc_err
sign_one(const struct job *job, const struct lc_authority *authority,
    char id[LC_ID_MAX + 1], char **line, struct lc_detail *detail)
{
	struct lc_terms terms = job->terms;
	enum lc_err err;

	if (terms.id[0] == '\0') {
		if ((err = lc_new_id(id)) != LC_OK)
			return err;
		terms.id = id;
	}
	return lc_authority_issue(authority, &terms, line, detail);
}

static enum lc_err
sign_all(const struct job *job, const struct lc_authority *authority,
    char **lines, char id[LC_ID_MAX + 1], struct lc_detail *detail)
{
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < job->copies && err == LC_OK; i++)
		err = sign_one(job, authority, id, &lines[i], detail);
	return err;
}

static void
report_issued(const struct job *job, const char *id)
{
	if (job->copies > 1)
		report(job->output, "issued %u licenses for %s %s, %s",
		    job->copies, job->terms.feature, job->terms.version,
		    lc_type_name(job->terms.type));
	else
		report(job->output, "issued a license for %s %s, %s, id %s",
		    job->terms.feature, job->terms.version,
		    lc_type_name(job->terms.type),
		    job->terms.id[0] != '\0' ? job->terms.id : id);
}

/* The lines are made, and in the database, before the file is touched. */
static int
write_lines(const struct job *job, const struct lc_authority *authority,
    struct lc_bundle *bundle, char **lines)
{
	char id[LC_ID_MAX + 1] = "";
	struct lc_detail detail = { "" };
	struct lc_terms terms = job->terms;
	enum lc_err err = sign_all(job, authority, lines, id, &detail);

	if (err != LC_OK)
		return fail_license(err, &detail);
	terms.issuer = lc_authority_name(authority);
	if ((err = lc_bundle_add_lines(bundle, &terms,
		 (const char *const *)lines, job->copies, &detail)) != LC_OK ||
	    (err = lc_authority_keep(authority, (const char *const *)lines,
		 job->copies, job->eula, job->eula_len, &detail)) != LC_OK ||
	    (err = save_bundle(bundle, job->output, job->append || job->force,
		 &detail)) != LC_OK)
		return fail_core(err, &detail);
	report_issued(job, id);
	if (!job->past && job->terms.end != LC_NO_TIME &&
	    job->terms.end <= time(NULL))
		(void)fail("warning: the end date has passed (--past: no "
			   "warning)");
	return EXIT_DONE;
}

static int
issue_into(struct job *job, const struct lc_authority *authority,
    struct lc_bundle *bundle)
{
	char digest[LC_EULA_DIGEST_LEN + 1];
	char **lines = calloc(job->copies, sizeof *lines);
	int status;

	if (lines == NULL)
		return fail("%s", lc_strerror(LC_ENOMEM));
	if ((status = add_eula(job, bundle, digest)) == EXIT_DONE)
		status = write_lines(job, authority, bundle, lines);
	for (size_t i = 0; i < job->copies; i++)
		free(lines[i]);
	free(lines);
	free(job->eula);
	return status;
}

/* Before the database changes. */
static int
check_file(const struct job *job)
{
	if (job->append || job->force || is_stdout(job->output) ||
	    access(job->output, F_OK) != 0)
		return check_output(job->output, true);
	(void)fail("%s: already exists", job->output);
	fputs("Use --append to add to it, or --force to replace it.\n",
	    stderr);
	return EXIT_FAILED;
}

static int
issue(struct job *job)
{
	struct lc_authority *authority = open_authority(job->dir);
	struct lc_bundle *bundle = NULL;
	struct lc_detail detail = { "" };
	enum lc_err err;
	int status;

	if (authority == NULL)
		return EXIT_FAILED;
	if ((status = check_file(job)) == EXIT_DONE) {
		if ((err = bundle_open(job, &bundle, &detail)) == LC_OK)
			status = issue_into(job, authority, bundle);
		else
			status = fail_core(err, &detail);
	}
	lc_bundle_free(bundle);
	lc_authority_close(authority);
	return status;
}

int
issue_command(int argc, char **argv)
{
	struct job job = {
		.terms = {
			.id = "",
			.issuer = "",
			.feature = "",
			.version = "1.0",
			.count = LC_UNCOUNTED,
			.issued = (int64_t)time(NULL),
			.start = LC_NO_TIME,
			.end = LC_NO_TIME,
			.eula = "",
			.comment = "",
		},
		.copies = 1,
	};
	int status = parse_options(&job, argc, argv);
	const char *wrong;

	if (status >= 0)
		return status;
	if ((wrong = conflict(&job)) != NULL)
		return misuse("issue", "%s", wrong);
	return issue(&job);
}
