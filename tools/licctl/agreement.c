/* agreement.c - license agreements: shown, and accepted or not. */
#include "agreement.h"

#include <stdio.h>
#include <string.h>

#include "data.h"
#include "out.h"
#include "prompt.h"
#include "row.h"

/* Without a terminal nobody can have read it, so only an option accepts. */
bool
accept_text(const struct ctl *ctl, const char *text)
{
	if (ctl->accept_eula)
		return true;
	if (!ctl->yes) {
		fputc('\n', stderr);
		print_prose(stderr, text);
		if (text[0] != '\0' && text[strlen(text) - 1] != '\n')
			fputc('\n', stderr);
		fputc('\n', stderr);
	}
	return confirm(ctl, "ACCEPT?");
}

int
fail_acceptance(void)
{
	(void)fail("agreement not accepted");
	if (!has_terminal())
		fputs("Read it, then use --accept-eula.\n", stderr);
	return EXIT_FAILED;
}

/* Its text, or that there is none; the caller releases. */
static json_t *
ask_agreement(struct ctl *ctl, const json_t *license)
{
	json_t *result = NULL;

	if (ask(ctl,
		json_pack("{s:s, s:s}", "do", "agreement", "eula",
		    text_of(license, "eula")),
		&result) == EXIT_DONE)
		return result;
	return json_pack("{s:s}", "text", "(text not available)\n");
}

/* Does an earlier row have the same agreement? */
static bool
is_shown(const json_t *rows, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (is(json_array_get(rows, i), "eula",
			text_of(json_array_get(rows, at), "eula")))
			return true;
	return false;
}

static bool
is_pending(const json_t *license, const void *arg)
{
	(void)arg;
	return !is_true(license, "eula_accepted");
}

bool
accept_rows(struct ctl *ctl, json_t *licenses)
{
	json_t *row, *agreement;
	size_t i;
	bool accepted = true;

	keep_rows(licenses, is_pending, NULL);
	if (ctl->accept_eula)
		return true;
	json_array_foreach(licenses, i, row)
	{
		if (!accepted || is_shown(licenses, i))
			continue;
		agreement = ask_agreement(ctl, row);
		fprintf(stderr, "\t Feature Name:");
		print_text(stderr, text_of(row, "feature"));
		fprintf(stderr, "\n");
		accepted = accept_text(ctl, text_of(agreement, "text"));
		json_decref(agreement);
	}
	return accepted;
}

int
record_acceptance(struct ctl *ctl, const json_t *licenses)
{
	json_t *row, *result;
	size_t i;
	int status = EXIT_DONE;

	json_array_foreach(licenses, i, row)
	{
		result = NULL;
		if (status == EXIT_DONE)
			status = ask_license(ctl, row,
			    json_pack("{s:s}", "do", "accept"), &result);
		json_decref(result);
	}
	return status;
}

int
ask_acceptance(struct ctl *ctl, json_t *licenses)
{
	if (!accept_rows(ctl, licenses))
		return fail_acceptance();
	return record_acceptance(ctl, licenses);
}
