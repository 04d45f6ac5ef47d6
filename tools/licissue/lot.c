/* lot.c - licissue lot: licenses of a manufacturing lot. */
#include "flags.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "list.h"
#include "ops/grant.h"
#include "ops/issue.h"
#include "record/authority.h"

#define ITEMS_MAX 64
#define USUAL_PERIOD_S (60 * 86400)

static const char usage[] =
    "usage: licissue lot create DIR --name NAME {--unlocked | --csv FILE}\n"
    "           --feature NAME[=COUNT] ... [OPTIONS] {-o FILE | --each "
    "FOLDER}\n"
    "\n"
    "The licenses that the factory installs: for any device of a product "
    "line,\n"
    "as a built-in store has them, or for each of a list of devices.  A lot "
    "that\n"
    "was made before is given again.\n"
    "\n"
    "  --name NAME          the lot\n"
    "  --unlocked           for any device\n"
    "  --csv FILE           for these devices: a UDI on each row\n"
    "  --feature NAME[=N]   a licensed feature, and how many may be used at a\n"
    "                       time; may be repeated\n"
    "  --version VERSION    version of the features (default 1.0)\n"
    "  --type TYPE          of the licenses (default: permanent; "
    "evalRightToUse\n"
    "                       with --unlocked)\n"
    "  --period N[d]        seconds, or days, of use (default 60d where the "
    "type\n"
    "                       has a period)\n"
    "  --additive           they add to other licenses for the feature\n"
    "  --eula FILE          the agreement's text\n"
    "\n"
    "  -o, --output FILE    one license file to create\n"
    "  --each FOLDER        or a file for each device, FOLDER/PID_SN.lic\n"
    "  --force              replace files\n"
    "  -h, --help\n";

struct job {
	const char *dir, *name, *csv, *version, *eula_path, *output, *each;
	const char *features[ITEMS_MAX];
	size_t nfeatures;
	enum lc_type type; /* 0: not given */
	uint32_t period_s;
	bool unlocked, additive, force;
};

/* ---- Making it ------------------------------------------------------- */

/* What is to be made, with what it points to. */
struct lot {
	struct lc_lot lot;
	struct lc_grant items[ITEMS_MAX];
	char *names[ITEMS_MAX];
	const char **udis;
	struct list list;
	char *eula;
	size_t eula_len;
	struct lc_granted granted;
};

static void
lot_free(struct lot *l)
{
	for (size_t i = 0; i < ITEMS_MAX; i++)
		free(l->names[i]);
	free(l->udis);
	list_free(&l->list);
	free(l->eula);
}

/* "cme-srst=25" */
static int
item_take(const struct job *job, struct lot *l, size_t i)
{
	struct lc_grant *g = &l->items[i];
	char *count;

	if ((l->names[i] = strdup(job->features[i])) == NULL)
		return fail("%s", lc_strerror(LC_ENOMEM));
	*g = (struct lc_grant){
		.feature = l->names[i],
		.version = job->version,
		.type = job->type,
		.additive = job->additive,
		.start = LC_NO_TIME,
		.end = LC_NO_TIME,
		.eula = l->eula,
		.eula_len = l->eula_len,
		.comment = "",
		.issued = (int64_t)time(NULL),
	};
	if (g->type == 0)
		g->type = job->unlocked ? LC_EVAL_RIGHT_TO_USE : LC_PERMANENT;
	g->period_s = job->period_s;
	if (g->period_s == 0 && lc_type_metered(g->type))
		g->period_s = USUAL_PERIOD_S;
	if ((count = strchr(l->names[i], '=')) == NULL)
		return EXIT_DONE;
	*count++ = '\0';
	if (!parse_number(count, 1, LC_UNCOUNTED - 1, &g->count))
		return misuse("lot create",
		    "--feature: \"%s\" is not a number from 1 to 4294967294",
		    count);
	return EXIT_DONE;
}

static int
devices_take(const struct job *job, struct lot *l)
{
	int status;

	if (job->csv == NULL)
		return EXIT_DONE;
	if ((status = list_read(job->csv, 1, &l->list)) != EXIT_DONE)
		return status;
	if ((l->udis = calloc(l->list.n, sizeof *l->udis)) == NULL)
		return fail("%s", lc_strerror(LC_ENOMEM));
	for (size_t i = 0; i < l->list.n; i++)
		l->udis[i] = l->list.rows[i].fields[0];
	l->lot.udis = l->udis;
	l->lot.nudis = l->list.n;
	return EXIT_DONE;
}

static void
progress(void *arg, int64_t done, int64_t of)
{
	(void)arg;
	show_progress("devices", done, of);
}

static int
lot_take(const struct job *job, struct lot *l)
{
	int status;

	if (job->eula_path != NULL &&
	    (l->eula = read_agreement(job->eula_path, &l->eula_len)) == NULL)
		return EXIT_FAILED;
	status = devices_take(job, l);
	for (size_t i = 0; i < job->nfeatures && status == EXIT_DONE; i++)
		status = item_take(job, l, i);
	l->lot.name = job->name;
	l->lot.items = l->items;
	l->lot.nitems = job->nfeatures;
	l->lot.progress = progress;
	return status;
}

static enum lc_err
lot_run(const struct lc_authority *authority, void *arg)
{
	struct lot *l = arg;

	return lc_make_lot(authority, &l->lot, &l->granted);
}

/* ---- Files ----------------------------------------------------------- */

/* PID_SN.lic; no character of a UDI leads elsewhere. */
static char *
device_path(const char *folder, const char *udi)
{
	static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789.-_";
	size_t from = strlen(folder) + 1;
	char *path;

	if (asprintf(&path, "%s/%s.lic", folder, udi) < 0)
		return NULL;
	for (size_t i = from; i < from + strlen(udi); i++) {
		if (strchr(safe, path[i]) == NULL ||
		    (i == from && path[i] == '.'))
			path[i] = '_';
	}
	return path;
}

struct files {
	const struct job *job;
	size_t n;
	int64_t of;
	struct lc_detail *detail;
};

static enum lc_err
file_write(void *arg, const char *udi, const struct lc_bundle *bundle)
{
	struct files *f = arg;
	char *path = device_path(f->job->each, udi);
	enum lc_err err;

	if (path == NULL)
		return LC_ENOMEM;
	err = lc_bundle_save(bundle, path, f->job->force, f->detail);
	free(path);
	show_progress("files", (int64_t)++f->n, f->of);
	return err;
}

static int
files_save(const struct job *job, const struct lc_authority *authority,
    const struct lot *l)
{
	struct lc_detail detail = { "" };
	struct files f = {
		.job = job,
		.of = (int64_t)l->lot.nudis,
		.detail = &detail,
	};
	enum lc_err err;

	(void)mkdir(job->each, 0777); /* what is missing shows at a file */
	lc_record_tell(authority->record, &detail);
	err =
	    lc_bundle_of_devices(authority, l->granted.request, file_write, &f);
	end_progress();
	if (err != LC_OK)
		return fail_core(err, &detail);
	printf("%s: lot %s, %zu file%s%s\n", job->each, job->name, f.n,
	    f.n == 1 ? "" : "s", l->granted.again ? ", as before" : "");
	return EXIT_DONE;
}

static int
lot_save(const struct job *job, const struct lc_authority *authority,
    const struct lot *l)
{
	size_t n;
	int status;

	if (job->each != NULL)
		return files_save(job, authority, l);
	status = save_request(authority, l->granted.request, job->output,
	    job->force, SAME_COMMAND, &n);
	if (status == EXIT_DONE)
		report(job->output, "lot %s, %zu license%s%s", job->name, n,
		    n == 1 ? "" : "s", l->granted.again ? ", as before" : "");
	return status;
}

static int
make(const struct job *job, const struct lc_authority *authority)
{
	struct lc_detail detail = { "" };
	struct lot l = { 0 };
	int status = lot_take(job, &l);
	enum lc_err err;

	if (status == EXIT_DONE) {
		err = lc_authority_run(authority, lot_run, &l, &detail);
		end_progress();
		status = err == LC_OK ? lot_save(job, authority, &l)
				      : fail_license(err, &detail);
	}
	lot_free(&l);
	return status;
}

int
lot_create_command(int argc, char **argv)
{
	struct job job = { .version = "1.0" };
	const struct flag flags[] = {
		FLAG_DIR(&job.dir),
		{ .name = "name", .text = &job.name, .is_needed = true },
		{ .name = "unlocked",
		    .truth = &job.unlocked,
		    .group = 'd',
		    .is_needed = true },
		{ .name = "csv", .text = &job.csv, .group = 'd' },
		{ .name = "feature",
		    .list = job.features,
		    .n = &job.nfeatures,
		    .most = ITEMS_MAX,
		    .is_needed = true },
		{ .name = "version", .text = &job.version },
		{ .name = "type", .type = &job.type },
		{ .name = "period", .period_s = &job.period_s },
		{ .name = "additive", .truth = &job.additive },
		{ .name = "eula", .text = &job.eula_path },
		{ .name = "output",
		    .letter = 'o',
		    .text = &job.output,
		    .group = 'o',
		    .is_needed = true },
		{ .name = "each", .text = &job.each, .group = 'o' },
		FLAG_FORCE(&job.force),
		{ 0 },
	};
	int status = take_flags("lot create", usage, flags, argc, argv);
	struct lc_authority *authority;

	if (status >= 0)
		return status;
	if (job.each != NULL && job.unlocked)
		return misuse("lot create", "--each needs --csv");
	if ((authority = open_authority(job.dir)) == NULL)
		return EXIT_FAILED;
	status = job.output != NULL ? check_output(job.output, job.force)
				    : EXIT_DONE;
	if (status == EXIT_DONE)
		status = make(&job, authority);
	lc_authority_close(authority);
	return status;
}
