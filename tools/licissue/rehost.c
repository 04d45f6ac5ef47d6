/* rehost.c - licissue rehost: licenses that a device gave up, for another. */
#include "flags.h"

#include <stdlib.h>
#include <time.h>

static const char usage[] =
    "usage: licissue rehost DIR --ticket REHOST-TICKET --udi PID:SN\n"
    "           [OPTIONS] -o FILE\n"
    "\n"
    "Exchanges a rehost ticket, a device's answer to a permission ticket of\n"
    "the authority in DIR, for a license file: the licenses that the device\n"
    "gave up, less their use, for another device.  A ticket is good for one\n"
    "device; redeemed again for that device, it gives the same licenses.\n"
    "\n"
    "  --ticket FILE        the rehost ticket\n"
    "  --udi PID:SN         the device that gets the licenses\n"
    "  --credentials FILE   credentials of either device, whose key is\n"
    "                       recorded\n"
    "  --first-sight        accept the ticket's key if the device has none on\n"
    "                       record\n"
    "\n"
    "  -o, --output FILE    the license file to create\n"
    "  --force              replace the file\n"
    "  -h, --help\n";

struct job {
	const char *dir, *ticket, *udi, *credentials, *output;
	bool first_sight, force;
};

/* ---- Doing it -------------------------------------------------------- */

static void
report_moved(const struct job *job, const struct lc_redeemed *result)
{
	FILE *to = is_stdout(job->output) ? stderr : stdout;

	report(job->output, "%zu license%s for %s%s", result->issued,
	    result->issued == 1 ? "" : "s", job->udi,
	    result->again ? ", as before" : "");
	if (result->spent > 0)
		fprintf(to, "%zu more were used up and are not moved.\n",
		    result->spent);
	if (result->key_is_new)
		fputs("The device's key was unknown: the key of this ticket "
		      "is now on record.\n",
		    to);
}

static int
save(const struct job *job, const struct lc_bundle *bundle,
    const struct lc_redeemed *result)
{
	struct lc_detail detail = { "" };
	enum lc_err err = save_bundle(bundle, job->output, job->force, &detail);

	if (err != LC_OK)
		return fail_core(err, &detail);
	report_moved(job, result);
	return EXIT_DONE;
}

static int
redeem(const struct job *job, const struct lc_authority *authority)
{
	struct lc_redeemed result;
	struct lc_bundle *bundle = NULL;
	struct lc_detail detail = { "" };
	size_t len = 0;
	char *data = read_file(job->ticket, FILE_MAX, &len);
	enum lc_err err;
	int status;

	if (data == NULL)
		return EXIT_FAILED;
	err = lc_authority_redeem(authority, data, len, job->udi,
	    (int64_t)time(NULL), job->first_sight, &bundle, &result, &detail);
	free(data);
	if (err == LC_EFILE || err == LC_ELINE || err == LC_ESIGNATURE)
		status = fail(
		    "%s: not a rehost ticket: %s", job->ticket, detail.text);
	else
		status = err == LC_OK ? save(job, bundle, &result)
				      : fail_core(err, &detail);
	if (err == LC_EKEY && !job->first_sight)
		fputs("--credentials records the key of a device, and "
		      "--first-sight the one of the ticket.\n",
		    stderr);
	lc_bundle_free(bundle);
	return status;
}

static int
run(const struct job *job)
{
	struct lc_authority *authority = open_authority(job->dir);
	int status;

	if (authority == NULL)
		return EXIT_FAILED;
	status = check_output(job->output, job->force);
	if (status == EXIT_DONE && job->credentials != NULL)
		status = learn_device(authority, job->credentials, NULL);
	if (status == EXIT_DONE)
		status = redeem(job, authority);
	lc_authority_close(authority);
	return status;
}

int
rehost_command(int argc, char **argv)
{
	struct job job = { .dir = NULL };
	const struct flag flags[] = {
		FLAG_DIR(&job.dir),
		{ .name = "ticket", .text = &job.ticket, .is_needed = true },
		FLAG_UDI(&job.udi),
		{ .name = "credentials", .text = &job.credentials },
		{ .name = "first-sight", .truth = &job.first_sight },
		FLAG_OUTPUT(&job.output),
		FLAG_FORCE(&job.force),
		{ 0 },
	};
	int status = take_flags("rehost", usage, flags, argc, argv);

	return status >= 0 ? status : run(&job);
}
