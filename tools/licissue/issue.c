/* issue.c - licissue issue: write license lines into a file. */
#include "flags.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DAYS_MAX 49710   /* to 2106 */
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

/* The end is the beginning of the day after it. */
static const char *
take_through(void *arg, const char *value)
{
	int64_t *end = arg, day;

	if (strlen(value) != sizeof "2037-12-31" - 1 ||
	    !parse_date(value, &day) || day > (int64_t)UINT32_MAX - 86400)
		return "a day (2037-12-31)";
	*end = day + 86400;
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

/* NULL if what the options say goes together. */
static const char *
conflict(const struct job *job)
{
	if (job->unlocked && lc_type_node_locked(job->terms.type))
		return "licenses of this type are locked to devices: use "
		       "--udi";
	if (job->append && is_stdout(job->output))
		return "--append needs a file: not -o -";
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
	fputs("Use --append to add to it, or --force to replace it.\n", stderr);
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

static int
take(struct job *job, int argc, char **argv)
{
	struct lc_terms *terms = &job->terms;
	const struct flag flags[] = {
		FLAG_DIR(&job->dir),
		{ .name = "udi",
		    .list = job->udis,
		    .n = &terms->nudis,
		    .most = LC_NUDI_MAX,
		    .group = 'd',
		    .is_needed = true },
		{ .name = "unlocked", .truth = &job->unlocked, .group = 'd' },
		{ .name = "feature",
		    .text = &terms->feature,
		    .is_needed = true },
		{ .name = "version", .text = &terms->version },
		{ .name = "type", .type = &terms->type, .is_needed = true },
		{ .name = "count",
		    .number = &terms->count,
		    .least = 1,
		    .most = LC_UNCOUNTED - 1 },
		{ .name = "period", .period_s = &terms->period_s },
		{ .name = "start", .date = &terms->start },
		{ .name = "end", .date = &terms->end },
		{ .name = "through", .call = take_through, .arg = &terms->end },
		{ .name = "extension-days",
		    .number = &terms->extension_days,
		    .least = 1,
		    .most = DAYS_MAX },
		{ .name = "additive", .truth = &terms->additive },
		{ .name = "eula", .text = &job->eula_path },
		{ .name = "comment",
		    .text = &terms->comment,
		    .may_be_empty = true },
		FLAG_OUTPUT(&job->output),
		{ .name = "append", .truth = &job->append, .group = 'f' },
		{ .name = "force", .truth = &job->force, .group = 'f' },
		{ .name = "past", .truth = &job->past },
		{ .name = "copies",
		    .number = &job->copies,
		    .least = 1,
		    .most = COPIES_MAX },
		{ .name = "id", .text = &terms->id },
		{ .name = "issued", .date = &terms->issued },
		{ 0 },
	};
	int status = take_flags("issue", NULL, flags, argc, argv);

	terms->udis = job->udis;
	terms->counted = terms->count != LC_UNCOUNTED;
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
	int status = take(&job, argc, argv);
	const char *wrong;

	if (status == FLAGS_HELP) {
		print_usage();
		return EXIT_DONE;
	}
	if (status >= 0)
		return status;
	if ((wrong = conflict(&job)) != NULL)
		return misuse("issue", "%s", wrong);
	return issue(&job);
}
