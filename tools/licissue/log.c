/* log.c - licissue log: the log of all that was done. */
#include "flags.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/authority.h"
#include "record/verify.h"

#define CHECKPOINT_MAX 4096

/* ---- Verifying ------------------------------------------------------- */

static const char verify_usage[] =
    "usage: licissue log verify DIR [--checkpoint FILE]\n"
    "\n"
    "Compares the database with the log of all that the authority did: every\n"
    "entry, license and other row, the units of each PAK, and the signature\n"
    "of the last entry.  The status is 0 if all is as it was written, and 1\n"
    "if not; each fault is a line.\n"
    "\n"
    "  --checkpoint FILE    the log must contain this checkpoint, too\n"
    "  -h, --help\n";

static void
found(void *arg, const char *what)
{
	(void)arg;
	printf("%s\n", what);
}

static void
progress(void *arg, int64_t entries, int64_t of)
{
	(void)arg;
	show_progress("verifying", entries, of);
}

static int
verify(const char *dir, const char *path, const char *earlier)
{
	struct lc_authority *authority = open_authority(dir);
	struct lc_verify v = { .found = found, .progress = progress };
	struct lc_detail detail = { "" };
	char date[DATE_SIZE];
	enum lc_err err;

	if (authority == NULL)
		return EXIT_FAILED;
	err = lc_record_verify(authority->record, earlier, &v, &detail);
	end_progress();
	(void)fflush(stdout); /* before what standard error says */
	lc_authority_close(authority);
	if (err == LC_ELINE || err == LC_EKEY || err == LC_ESIGNATURE)
		return fail("%s: not a checkpoint of this authority: %s", path,
		    detail.text);
	if (err != LC_OK)
		return fail_core(err, &detail);
	if (v.faults > 0)
		return fail("%" PRId64 " fault%s in %" PRId64
			    " entries of the log",
		    v.faults, v.faults == 1 ? "" : "s", v.entries);
	printf("%" PRId64 " entries, %" PRId64
	       " licenses, the last of %s: all as it was written\n",
	    v.entries, v.licenses, date_text(v.at, date));
	return EXIT_DONE;
}

static int
verify_with(const char *dir, const char *path)
{
	size_t len = 0;
	char *earlier;
	int status;

	if (path == NULL)
		return verify(dir, NULL, NULL);
	if ((earlier = read_file(path, CHECKPOINT_MAX, &len)) == NULL)
		return EXIT_FAILED;
	while (len > 0 && strchr("\r\n ", earlier[len - 1]) != NULL)
		len--;
	earlier[len] = '\0';
	status = verify(dir, path, earlier);
	free(earlier);
	return status;
}

int
log_verify_command(int argc, char **argv)
{
	const char *dir, *path = NULL;
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		{ .name = "checkpoint", .text = &path },
		{ 0 },
	};
	int status = take_flags("log verify", verify_usage, flags, argc, argv);

	return status >= 0 ? status : verify_with(dir, path);
}

/* ---- Checkpoints ----------------------------------------------------- */

static const char checkpoint_usage[] =
    "usage: licissue log checkpoint DIR -o FILE\n"
    "\n"
    "Writes the signed digest of the last entry of the log.  Kept where those\n"
    "who can write the database cannot, it shows later whether the log was\n"
    "written again or an older database put back; see \"log verify\".\n"
    "\n"
    "  -o, --output FILE    the file to create; -: standard output\n"
    "  --force              replace the file\n"
    "  -h, --help\n";

static enum lc_err
checkpoint(const struct lc_authority *authority, void *text)
{
	struct lc_record *record = authority->record;

	return lc_record_checkpoint(record, text, record->detail);
}

int
log_checkpoint_command(int argc, char **argv)
{
	const char *dir, *output;
	bool force = false;
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		FLAG_OUTPUT(&output),
		FLAG_FORCE(&force),
		{ 0 },
	};
	int status =
	    take_flags("log checkpoint", checkpoint_usage, flags, argc, argv);
	char *text = NULL;

	if (status >= 0 ||
	    (status = with_authority(dir, checkpoint, &text)) != EXIT_DONE)
		return status;
	status = write_text(output, text, force);
	free(text);
	return status;
}
