/* accept.c - `license accept end user agreement`. */
#include "agreement.h"
#include "commands.h"
#include "data.h"
#include "out.h"

/* Are agreements of all licenses accepted, future ones too? */
static int
accept_all(struct ctl *ctl, bool on)
{
	return ask_quietly(
	    ctl, json_pack("{s:s, s:b}", "do", "accept_all", "on", on));
}

int
license_accept(struct ctl *ctl)
{
	const char *feature = ctl->nargs > 0 ? ctl->args[0] : NULL;
	json_t *rows;
	int status = ask_rows(ctl, "licenses", feature, &rows);

	if (status != EXIT_DONE)
		return status;
	if (feature != NULL && json_array_size(rows) == 0)
		status = fail("feature %s has no license", feature);
	else if (!accept_rows(ctl, rows))
		status = fail_acceptance();
	else
		status = feature != NULL ? record_acceptance(ctl, rows)
					 : accept_all(ctl, true);
	json_decref(rows);
	return status;
}

int
license_accept_not(struct ctl *ctl)
{
	return accept_all(ctl, false);
}
