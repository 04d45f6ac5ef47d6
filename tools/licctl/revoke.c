/*
 * revoke.c - `license revoke`: shows what a permission ticket asks for, and
 * does it once it is confirmed.
 */
#include <stdio.h>

#include "agreement.h"
#include "commands.h"
#include "data.h"
#include "out.h"
#include "plan.h"
#include "prompt.h"
#include "row.h"
#include "write.h"

/*
 * A license that comes in place of another may need its agreement accepted;
 * without that the feature would be without a license.
 */
static int
confirm_plan(struct ctl *ctl, json_t *plan)
{
	int status;

	if (!ctl->yes) {
		if ((status = plan_complete(ctl, plan)) != EXIT_DONE)
			return status;
		plan_print(stderr, plan, "Revoked");
	}
	if (!ctl->yes && !has_terminal())
		return fail("nothing revoked; without a terminal, use --yes");
	if (!is(plan, "text", "") && !accept_text(ctl, text_of(plan, "text")))
		(void)fail_acceptance();
	else if (confirm(ctl,
		     "The revoked licenses are given up for good.  Are you "
		     "sure?"))
		return EXIT_DONE;
	return fail("nothing revoked");
}

int
license_revoke(struct ctl *ctl)
{
	json_t *plan, *result = NULL;
	int status = ask_to_write(ctl,
	    json_pack("{s:s, s:s, s:s, s:b}", "do", "revoke", "file",
		ctl->args[0], "output", ctl->args[1], "review", true),
	    &plan);

	if (status != EXIT_DONE)
		return status;
	if (ctl->dry_run)
		return plan_only(ctl, plan, "Revoked");
	status = confirm_plan(ctl, plan);
	if (status == EXIT_DONE)
		status = ask(ctl,
		    json_pack("{s:s, s:b}", "do", "confirm", "accept_eula",
			!is(plan, "text", "")),
		    &result);
	json_decref(plan);
	return finish_written(ctl, status, result);
}
