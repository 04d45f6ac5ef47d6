/* files.c - commands that have the daemon write a file. */
#include <stdio.h>

#include "commands.h"
#include "data.h"
#include "out.h"
#include "prompt.h"
#include "row.h"
#include "url.h"

/*
 * The last argument is the file that is written.  One that exists is
 * overwritten only if the user says so.
 */
static int
save(struct ctl *ctl, json_t *request)
{
	const char *name = shown_file(ctl, ctl->nargs - 1);
	json_t *result = NULL;
	char question[512];
	int status;

	ctl->slow = true;
	(void)json_object_set_new(request, "overwrite", json_boolean(ctl->yes));
	status = ask_unless(ctl, "file-exists", json_incref(request), &result);
	if (status == EXIT_DONE && result == NULL) {
		snprintf(question, sizeof question,
		    "%.400s exists.  Overwrite it?", name);
		(void)json_object_set_new(request, "overwrite", json_true());
		if (confirm(ctl, question))
			status = ask(ctl, json_incref(request), &result);
		else
			status = fail("%s exists%s", name,
			    has_terminal() ? ""
					   : "; without a terminal, use "
					     "--yes to overwrite it");
	}
	json_decref(request);
	if (status == EXIT_DONE && !ctl->json) {
		print_text(stdout, name);
		puts(": written");
	}
	return finish(ctl, status, result);
}

int
license_save(struct ctl *ctl)
{
	return save(
	    ctl, json_pack("{s:s, s:s}", "do", "save", "output", ctl->args[0]));
}

int
license_save_agreements(struct ctl *ctl)
{
	return save(ctl, json_pack("{s:s, s:s, s:s}", "do", "agreements",
			     "file", ctl->args[0], "output", ctl->args[1]));
}

int
license_save_credential(struct ctl *ctl)
{
	json_t *result = NULL;
	int status;

	if (ctl->nargs > 0)
		return save(
		    ctl, json_pack("{s:s, s:s}", "do", "save_credentials",
			     "output", ctl->args[0]));
	status =
	    ask(ctl, json_pack("{s:s}", "do", "save_credentials"), &result);
	if (status == EXIT_DONE && !ctl->json)
		fputs(text_of(result, "text"), stdout);
	return finish(ctl, status, result);
}

int
license_revoke(struct ctl *ctl)
{
	if (!confirm(ctl, "The ticket's licenses are given up for good.  Are "
			  "you sure?"))
		return fail("nothing revoked%s",
		    has_terminal() ? "" : "; without a terminal, use --yes");
	return save(ctl, json_pack("{s:s, s:s, s:s, s:b}", "do", "revoke",
			     "file", ctl->args[0], "output", ctl->args[1],
			     "accept_eula", ctl->accept_eula));
}

/* "license revoke last OUT"; for a ticket that is at hand, "TICKET OUT". */
int
license_revoke_last(struct ctl *ctl)
{
	const char *ticket = ctl->nargs == 2 ? ctl->args[0] : NULL;

	return save(
	    ctl, json_pack("{s:s, s:s*, s:s}", "do", "revoke_last", "file",
		     ticket, "output", ctl->args[ctl->nargs - 1]));
}
