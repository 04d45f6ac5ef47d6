/* permission.c - licissue permission-ticket: a device gives up licenses. */
#include "licissue.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ops/move.h"

#define DAY_S 86400
#define GRACE_DAYS 60
#define GRACE_DAYS_MAX 3650

static const char usage[] =
    "usage: licissue permission-ticket DIR --udi PID:SN --remove ID ...\n"
    "           [OPTIONS] -o FILE\n"
    "\n"
    "Writes a permission ticket.  The device that processes it gives up the\n"
    "licenses for good and answers with a rehost ticket, which \"licissue\n"
    "rehost\" exchanges for the same licenses for another device.\n"
    "\n"
    "  --udi PID:SN         the device\n"
    "  --remove ID          a license that this authority issued for it;\n"
    "                       may be repeated\n"
    "  --add FILE           a license file whose licenses the ticket installs\n"
    "  --grace-days N       days of use of the grace period license that\n"
    "                       replaces each purchased license (default 60)\n"
    "  --no-grace           no grace period licenses\n"
    "  --eula FILE          the agreement of the grace period licenses\n"
    "                       (default: a short text)\n"
    "  --credentials FILE   the device's credentials: only its key may answer\n"
    "  --to PID:SN          the device that the licenses are for\n"
    "\n"
    "  -o, --output FILE    the ticket to create\n"
    "  --force              replace the file\n"
    "  -h, --help\n";

struct job {
	const char *dir, *output, *add, *eula, *credentials;
	const char *remove[LC_TICKET_LICENSES];
	struct lc_permission asked;
	uint32_t grace_days;
	bool force;
};

enum {
	OPT_UDI = 256,
	OPT_REMOVE,
	OPT_ADD,
	OPT_GRACE_DAYS,
	OPT_NO_GRACE,
	OPT_EULA,
	OPT_CREDENTIALS,
	OPT_TO,
	OPT_FORCE,
};

static const struct option options[] = {
	{ "udi", required_argument, NULL, OPT_UDI },
	{ "remove", required_argument, NULL, OPT_REMOVE },
	{ "add", required_argument, NULL, OPT_ADD },
	{ "grace-days", required_argument, NULL, OPT_GRACE_DAYS },
	{ "no-grace", no_argument, NULL, OPT_NO_GRACE },
	{ "eula", required_argument, NULL, OPT_EULA },
	{ "credentials", required_argument, NULL, OPT_CREDENTIALS },
	{ "to", required_argument, NULL, OPT_TO },
	{ "output", required_argument, NULL, 'o' },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* ---- Options --------------------------------------------------------- */

static bool
add_removal(struct job *job, const char *id)
{
	if (job->asked.nremove == LC_TICKET_LICENSES)
		return false;
	job->remove[job->asked.nremove++] = id;
	return true;
}

/* False: out of range. */
static bool
take_option(struct job *job, int c)
{
	switch (c) {
	case OPT_UDI:
		job->asked.udi = optarg;
		return true;
	case OPT_REMOVE:
		return add_removal(job, optarg);
	case OPT_ADD:
		job->add = optarg;
		return true;
	case OPT_GRACE_DAYS:
		return parse_number(
		    optarg, 1, GRACE_DAYS_MAX, &job->grace_days);
	case OPT_NO_GRACE:
		job->grace_days = 0;
		return true;
	case OPT_EULA:
		job->eula = optarg;
		return true;
	case OPT_CREDENTIALS:
		job->credentials = optarg;
		return true;
	case OPT_TO:
		job->asked.to = optarg;
		return true;
	case OPT_FORCE:
		job->force = true;
		return true;
	default:
		job->output = optarg;
		return true;
	}
}

static const char *
missing(const struct job *job)
{
	if (job->asked.udi == NULL)
		return "--udi is missing";
	if (job->asked.nremove == 0 && job->add == NULL)
		return "--remove is missing";
	if (job->output == NULL)
		return "-o is missing";
	return NULL;
}

/* ---- Doing it -------------------------------------------------------- */

static int
learn(const struct job *job, const struct lc_authority *authority)
{
	return job->credentials == NULL
		   ? EXIT_DONE
		   : learn_device(authority, job->credentials, job->asked.udi);
}

static int
save(const struct job *job, const struct lc_bundle *bundle)
{
	struct lc_detail detail = { "" };
	enum lc_err err = save_bundle(bundle, job->output, job->force, &detail);

	if (err != LC_OK)
		return fail_core(err, &detail);
	report(job->output, "permission ticket for %s, removes %zu license%s",
	    job->asked.udi, job->asked.nremove,
	    job->asked.nremove == 1 ? "" : "s");
	return EXIT_DONE;
}

static int
permit(struct job *job, const struct lc_authority *authority)
{
	struct lc_bundle *bundle = NULL;
	struct lc_detail detail = { "" };
	enum lc_err err;
	int status;

	job->asked.remove = job->remove;
	job->asked.grace_s = job->grace_days * DAY_S;
	job->asked.issued = (int64_t)time(NULL);
	err = lc_authority_permit(authority, &job->asked, &bundle, &detail);
	status = err == LC_OK ? save(job, bundle) : fail_core(err, &detail);
	lc_bundle_free(bundle);
	return status;
}

static int
read_inputs(struct job *job, char **add, char **eula)
{
	if (job->add != NULL &&
	    (*add = read_file(job->add, FILE_MAX, &job->asked.add_len)) == NULL)
		return EXIT_FAILED;
	if (job->eula != NULL &&
	    (*eula = read_agreement(job->eula, &job->asked.eula_len)) == NULL)
		return EXIT_FAILED;
	job->asked.add = *add;
	job->asked.eula = *eula;
	if (*eula == NULL && job->grace_days > 0) {
		job->asked.eula = lc_grace_agreement;
		job->asked.eula_len = strlen(lc_grace_agreement);
	}
	return EXIT_DONE;
}

static int
run(struct job *job)
{
	struct lc_authority *authority = open_authority(job->dir);
	char *add = NULL, *eula = NULL;
	int status;

	if (authority == NULL)
		return EXIT_FAILED;
	if ((status = check_output(job->output, job->force)) == EXIT_DONE &&
	    (status = read_inputs(job, &add, &eula)) == EXIT_DONE &&
	    (status = learn(job, authority)) == EXIT_DONE)
		status = permit(job, authority);
	lc_authority_close(authority);
	free(add);
	free(eula);
	return status;
}

int
permission_command(int argc, char **argv)
{
	struct job job = { .grace_days = GRACE_DAYS };
	const char *wrong;
	int c;

	while ((c = getopt_long(argc, argv, "ho:", options, NULL)) != -1) {
		if (c == 'h') {
			fputs(usage, stdout);
			return EXIT_DONE;
		}
		if (c == '?')
			return hint("permission-ticket");
		if (!take_option(&job, c))
			return misuse("permission-ticket",
			    c == OPT_REMOVE
				? "--remove: at most 256 licenses"
				: "--grace-days: not a number from 1 to 3650");
	}
	if (optind != argc - 1)
		return not_one("permission-ticket", "the authority's directory",
		    argc, argv);
	job.dir = argv[optind];
	if ((wrong = missing(&job)) != NULL)
		return misuse("permission-ticket", "%s", wrong);
	return run(&job);
}
