/* edit.c - changes of one license: clear, comment, priority. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "out.h"
#include "pick.h"
#include "plan.h"
#include "prompt.h"
#include "row.h"

/* The plan of a removal; the caller releases it. */
static json_t *
clear_plan(json_t *license)
{
	json_t *row = json_copy(license);

	(void)json_object_set_new(row, "revoked", json_true());
	return json_pack("{s:i, s:[o]}", "planned", 1, "licenses", row);
}

static int
show_plan(struct ctl *ctl, json_t *license)
{
	json_t *plan = clear_plan(license);
	int status = plan_complete(ctl, plan);

	if (status == EXIT_DONE)
		plan_print(stderr, plan, "Cleared");
	json_decref(plan);
	return status;
}

int
license_clear(struct ctl *ctl)
{
	json_t *license;
	int status;

	ctl->slow = true;
	status = pick(ctl, INSTALLED, &license);
	if (status != EXIT_DONE)
		return status;
	if (ctl->dry_run) {
		status = plan_only(ctl, clear_plan(license), "Cleared");
		json_decref(license);
		return status;
	}
	if (!ctl->yes && (status = show_plan(ctl, license)) != EXIT_DONE) {
		json_decref(license);
		return status;
	}
	if (!confirm(ctl, "Are you sure you want to clear?")) {
		json_decref(license);
		return fail("nothing cleared%s",
		    has_terminal() ? "" : "; without a terminal, use --yes");
	}
	return change(
	    ctl, license, json_pack("{s:s}", "do", "clear"), "cleared");
}

static int
set_comment(struct ctl *ctl, const char *text)
{
	json_t *license;
	int status = pick(ctl, INSTALLED_IF_ANY, &license);

	if (status != EXIT_DONE)
		return status;
	return change(ctl, license,
	    json_pack("{s:s, s:s}", "do", "comment", "comment", text),
	    text[0] != '\0' ? "comment set" : "comment deleted");
}

int
license_comment_add(struct ctl *ctl)
{
	char *text = join_words(ctl->args + 1, ctl->nargs - 1);
	int status =
	    text != NULL ? set_comment(ctl, text) : fail("out of memory");

	free(text);
	return status;
}

int
license_comment_delete(struct ctl *ctl)
{
	return set_comment(ctl, "");
}

int
license_priority(struct ctl *ctl)
{
	json_t *license;
	int status = pick(ctl, ALL, &license);

	if (status != EXIT_DONE)
		return status;
	return change(ctl, license,
	    json_pack("{s:s, s:s}", "do", "priority", "priority", ctl->args[1]),
	    "priority set");
}
