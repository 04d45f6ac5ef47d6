/* write.c - requests that have the daemon write a file. */
#include "write.h"

#include <stdio.h>

#include "data.h"
#include "out.h"
#include "prompt.h"
#include "url.h"

static const char *
output_of(const struct ctl *ctl)
{
	return shown_file(ctl, ctl->nargs - 1);
}

static bool
confirm_overwrite(const struct ctl *ctl)
{
	char question[512];

	snprintf(question, sizeof question, "%.400s exists.  Overwrite it?",
	    output_of(ctl));
	if (confirm(ctl, question))
		return true;
	(void)fail("%s exists%s", output_of(ctl),
	    has_terminal() ? ""
			   : "; without a terminal, use --yes to overwrite it");
	return false;
}

int
ask_to_write(struct ctl *ctl, json_t *request, json_t **result)
{
	int status;

	ctl->slow = true;
	(void)json_object_set_new(request, "overwrite", json_boolean(ctl->yes));
	status = ask_unless(ctl, "file-exists", json_incref(request), result);
	if (status == EXIT_DONE && *result == NULL) {
		(void)json_object_set_new(request, "overwrite", json_true());
		status = confirm_overwrite(ctl)
			     ? ask(ctl, json_incref(request), result)
			     : EXIT_FAILED;
	}
	json_decref(request);
	return status;
}

int
finish_written(const struct ctl *ctl, int status, json_t *result)
{
	if (status == EXIT_DONE && !ctl->json) {
		print_text(stdout, output_of(ctl));
		puts(": written");
	}
	return finish(ctl, status, result);
}
