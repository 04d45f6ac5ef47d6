/* permission.c - licissue permission-ticket: a device gives up licenses. */
#include "flags.h"

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
	bool no_grace = false;
	const struct flag flags[] = {
		FLAG_DIR(&job.dir),
		FLAG_UDI(&job.asked.udi),
		{ .name = "remove",
		    .list = job.remove,
		    .n = &job.asked.nremove,
		    .most = LC_TICKET_LICENSES },
		{ .name = "add", .text = &job.add },
		{ .name = "grace-days",
		    .number = &job.grace_days,
		    .least = 1,
		    .most = GRACE_DAYS_MAX,
		    .group = 'g' },
		{ .name = "no-grace", .truth = &no_grace, .group = 'g' },
		{ .name = "eula", .text = &job.eula },
		{ .name = "credentials", .text = &job.credentials },
		{ .name = "to", .text = &job.asked.to },
		FLAG_OUTPUT(&job.output),
		FLAG_FORCE(&job.force),
		{ 0 },
	};
	int status = take_flags("permission-ticket", usage, flags, argc, argv);

	if (status >= 0)
		return status;
	if (job.asked.nremove == 0 && job.add == NULL)
		return misuse("permission-ticket", "--remove is missing");
	if (no_grace)
		job.grace_days = 0;
	return run(&job);
}
