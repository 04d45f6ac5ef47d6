/* redeem.c - licissue pak redeem, contract redeem: units become licenses. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "flags.h"
#include "ops/fulfill.h"
#include "ops/wishes.h"
#include "record/authority.h"
#include "record/pak.h"

#define OPTIONS_USAGE                                                          \
	"\n"                                                                   \
	"  --udi PID:SN         a device; may be repeated\n"                   \
	"  --csv FILE           devices: PID:SN[,SKU[,QUANTITY]] a row\n"      \
	"  --xml FILE           devices: <devices><device udi=\"PID:SN\"\n"    \
	"                       sku=\"SKU\" quantity=\"N\"/>...</devices>\n"   \
	"  --sku SKU            of this SKU, if there are several\n"           \
	"  --quantity N         units for each device (default 1)\n"           \
	"  --partial            redeem what can be redeemed, and report the\n" \
	"                       rest; else it is all or nothing\n"             \
	"  --request-id ID      repeated with this id, the same request "      \
	"gets\n"                                                               \
	"                       the same licenses\n"                           \
	"\n"                                                                   \
	"  -o, --output FILE    the license file to create; -: standard "      \
	"output\n"                                                             \
	"  --force              replace the file\n"                            \
	"  -h, --help\n"

static const char pak_usage[] =
    "usage: licissue pak redeem DIR PAK (--udi PID:SN... | --csv FILE |\n"
    "           --xml FILE) [OPTIONS] -o FILE\n"
    "\n"
    "Turns units of a PAK into licenses for devices.\n" OPTIONS_USAGE;

static const char contract_usage[] =
    "usage: licissue contract redeem DIR CONTRACT (--udi PID:SN... |\n"
    "           --csv FILE | --xml FILE) [OPTIONS] -o FILE\n"
    "\n"
    "Issues licenses that a contract entitles devices to.\n" OPTIONS_USAGE;

struct job {
	const char *command, *dir;
	const char *sku, *csv, *xml, *request, *output;
	uint32_t quantity;
	bool partial, force;
	struct lc_wishes wishes;
	struct lc_fulfillment f;
};

/* ---- Options --------------------------------------------------------- */

static const char *
take_udi(void *arg, const char *value)
{
	struct job *job = arg;

	return job->wishes.n < LC_WISHES_MAX &&
		       lc_wishes_add(&job->wishes, value) == LC_OK
		   ? NULL
		   : "one of at most 20000";
}
_Static_assert(LC_WISHES_MAX == 20000, "as it is said");

/* ---- Doing it -------------------------------------------------------- */

static int
list_read(struct job *job)
{
	const char *path = job->csv != NULL ? job->csv : job->xml;
	struct lc_detail detail = { "" };
	size_t len = 0;
	char *text;
	enum lc_err err;

	job->wishes.sku = job->sku;
	job->wishes.quantity = job->quantity;
	for (size_t i = 0; i < job->wishes.n; i++) { /* of --udi */
		job->wishes.wishes[i].sku = job->sku;
		job->wishes.wishes[i].quantity = job->quantity;
	}
	if (path == NULL)
		return EXIT_DONE;
	if ((text = read_file(path, LC_WISHES_FILE_MAX, &len)) == NULL)
		return EXIT_FAILED;
	err = job->csv != NULL
		  ? lc_wishes_csv(&job->wishes, text, len, &detail)
		  : lc_wishes_xml(&job->wishes, text, len, &detail);
	free(text);
	if (err == LC_OK)
		return EXIT_DONE;
	return fail("%s: %s", path,
	    detail.text[0] != '\0' ? detail.text : lc_strerror(err));
}

static void
progress(void *arg, int64_t done, int64_t of)
{
	(void)arg;
	show_progress("devices", done, of);
}

/* Rows that were refused, on standard error. */
static void
refusals_show(const struct job *job)
{
	const char *path = job->csv != NULL ? job->csv : job->xml;

	for (size_t i = 0; i < job->f.nwishes; i++) {
		const struct lc_wish *wish = &job->f.wishes[i];

		if (wish->err == LC_OK)
			continue;
		if (path != NULL)
			fprintf(stderr, "%s:%u: ", path, wish->row);
		if (wish->udi[0] != '\0' &&
		    lc_text_is_plain(wish->udi, strlen(wish->udi)))
			fprintf(stderr, "%s: ", wish->udi);
		fprintf(stderr, "%s\n", wish->why.text);
	}
}

static int
save(const struct job *job, const struct lc_bundle *bundle)
{
	const struct lc_fulfillment *f = &job->f;
	size_t devices = f->nwishes - f->nrefused;
	struct lc_detail detail = { "" };
	enum lc_err err = save_bundle(bundle, job->output, job->force, &detail);

	if (err != LC_OK) {
		(void)fail_core(err, &detail);
		if (f->request[0] != '\0')
			fputs("The licenses are issued: the same command with "
			      "the same --request-id writes them.\n",
			    stderr);
		else
			fputs("The licenses are issued: \"licissue resend\" "
			      "writes them.\n",
			    stderr);
		return EXIT_FAILED;
	}
	report(job->output, "%zu license%s for %zu device%s%s", f->nlicenses,
	    f->nlicenses == 1 ? "" : "s", devices, devices == 1 ? "" : "s",
	    f->again ? ", as before" : "");
	if (f->nrefused == 0)
		return EXIT_DONE;
	refusals_show(job);
	(void)fail("%zu of %zu rows were refused", f->nrefused, f->nwishes);
	return EXIT_PARTIAL;
}

static int
redeem(struct job *job, const struct lc_authority *authority)
{
	struct lc_bundle *bundle = NULL;
	struct lc_detail detail = { "" };
	enum lc_err err;
	int status;

	if ((err = lc_bundle_new(&bundle)) == LC_OK &&
	    (err = lc_authority_begin(authority, &detail)) == LC_OK)
		err = lc_authority_end(
		    authority, lc_fulfill(authority, &job->f, bundle));
	end_progress();
	if (err == LC_OK) {
		status = save(job, bundle);
	} else {
		if (job->f.nwishes > 1 && job->f.nrefused > 0)
			refusals_show(job);
		status = fail_core(err, &detail);
	}
	lc_bundle_free(bundle);
	return status;
}

static int
run(struct job *job)
{
	struct lc_authority *authority = open_authority(job->dir);
	int status;

	if (authority == NULL)
		return EXIT_FAILED;
	if ((status = check_output(job->output, job->force)) == EXIT_DONE &&
	    (status = list_read(job)) == EXIT_DONE) {
		job->f.request = job->request != NULL ? job->request : "";
		job->f.wishes = job->wishes.wishes;
		job->f.nwishes = job->wishes.n;
		job->f.partial = job->partial;
		job->f.issued = (int64_t)time(NULL);
		job->f.progress = progress;
		status = redeem(job, authority);
	}
	lc_authority_close(authority);
	return status;
}

static int
command(struct job *job, const char *usage, const struct flag *what, int argc,
    char **argv)
{
	const struct flag flags[] = {
		FLAG_DIR(&job->dir),
		*what,
		{ .name = "udi",
		    .call = take_udi,
		    .arg = job,
		    .group = 'd',
		    .is_needed = true },
		{ .name = "csv", .text = &job->csv, .group = 'd' },
		{ .name = "xml", .text = &job->xml, .group = 'd' },
		{ .name = "sku", .text = &job->sku, .may_be_empty = true },
		{ .name = "quantity",
		    .number = &job->quantity,
		    .least = 1,
		    .most = LC_UNITS_MAX },
		{ .name = "partial", .truth = &job->partial },
		{ .name = "request-id", .text = &job->request },
		FLAG_OUTPUT(&job->output),
		FLAG_FORCE(&job->force),
		{ 0 },
	};
	int status;

	job->sku = "";
	job->quantity = 1;
	if ((status = take_flags(job->command, usage, flags, argc, argv)) < 0)
		status = run(job);
	lc_wishes_free(&job->wishes);
	return status;
}

int
pak_redeem_command(int argc, char **argv)
{
	struct job job = { .command = "pak redeem" };

	return command(&job, pak_usage,
	    &(struct flag){ .argument = "a PAK", .text = &job.f.pak }, argc,
	    argv);
}

int
contract_redeem_command(int argc, char **argv)
{
	struct job job = { .command = "contract redeem" };

	return command(&job, contract_usage,
	    &(struct flag){ .argument = "a contract", .text = &job.f.contract },
	    argc, argv);
}
