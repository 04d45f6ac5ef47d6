/* request.c - licissue request: what devices ask for that cannot call home. */
#include "licissue.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "flags.h"
#include "ops/callhome.h"
#include "record/authority.h"

static const char usage[] =
    "usage: licissue request answer DIR FILE -o ANSWER\n"
    "\n"
    "Answers what a device wrote that cannot call home, as the portal would.\n"
    "The same file again has the same answer.\n"
    "\n"
    "  -o, --output ANSWER  the file to create, for \"license call-home "
    "import\"\n"
    "  --force              replace the file\n"
    "  -h, --help\n";

struct answering {
	struct lc_envelope envelope;
	struct lc_call call;
};

static enum lc_err
answer_run(const struct lc_authority *authority, void *arg)
{
	struct answering *a = arg;

	return lc_call_home(authority, &a->call);
}

static int
answer_write(const struct answering *a, const char *output, bool force)
{
	const struct lc_call *call = &a->call;
	const char *notice =
	    json_string_value(json_object_get(call->answer, "notice"));
	char *text = json_dumps(call->answer, JSON_COMPACT);
	int status =
	    text != NULL ? write_text(output, text, force) : fail("no memory");

	free(text);
	if (status != EXIT_DONE)
		return status;
	if (notice != NULL)
		fprintf(stderr, "Warning: %s\n", notice);
	report(output, "%s for %s, %zu license%s%s",
	    lc_call_name(a->envelope.kind), a->envelope.udi, call->nlicenses,
	    call->nlicenses == 1 ? "" : "s", call->again ? ", as before" : "");
	return EXIT_DONE;
}

static int
answer(const struct lc_authority *authority, const char *path,
    const char *output, bool force)
{
	struct answering a = { .call = { .account = "" } };
	struct lc_detail detail = { "" };
	size_t len = 0;
	char *text = read_file(path, LC_ENVELOPE_MAX, &len);
	int status;
	enum lc_err err;

	if (text == NULL)
		return EXIT_FAILED;
	a.call.envelope = &a.envelope;
	err = lc_envelope_read(text, len, &a.envelope, &detail);
	free(text);
	if (err == LC_OK)
		err = lc_authority_run(authority, answer_run, &a, &detail);
	if (err == LC_OK)
		err = a.call.refused;
	status = err != LC_OK ? fail_core(err, &detail)
			      : answer_write(&a, output, force);
	json_decref(a.call.answer);
	lc_envelope_free(&a.envelope);
	return status;
}

int
request_answer_command(int argc, char **argv)
{
	const char *dir, *path, *output;
	bool force = false;
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		{ .argument = "the request", .text = &path },
		FLAG_OUTPUT(&output),
		FLAG_FORCE(&force),
		{ 0 },
	};
	int status = take_flags("request answer", usage, flags, argc, argv);
	struct lc_authority *authority;

	if (status >= 0)
		return status;
	if ((authority = open_authority(dir)) == NULL)
		return EXIT_FAILED;
	status = check_output(output, force);
	if (status == EXIT_DONE)
		status = answer(authority, path, output, force);
	lc_authority_close(authority);
	return status;
}
