/* files.c - commands that have the daemon write a file. */
#include <stdio.h>

#include "commands.h"
#include "data.h"
#include "out.h"
#include "row.h"
#include "write.h"

static int
save(struct ctl *ctl, json_t *request)
{
	json_t *result = NULL;
	int status = ask_to_write(ctl, request, &result);

	return finish_written(ctl, status, result);
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

/* "license revoke last OUT"; for a ticket that is at hand, "TICKET OUT". */
int
license_revoke_last(struct ctl *ctl)
{
	const char *ticket = ctl->nargs == 2 ? ctl->args[0] : NULL;

	return save(
	    ctl, json_pack("{s:s, s:s*, s:s}", "do", "revoke_last", "file",
		     ticket, "output", ctl->args[ctl->nargs - 1]));
}
