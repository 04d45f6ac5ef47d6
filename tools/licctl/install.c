/* install.c - `license install`. */
#include <stdio.h>

#include "agreement.h"
#include "commands.h"
#include "data.h"
#include "install.h"
#include "out.h"
#include "plan.h"
#include "row.h"
#include "url.h"

static void
print_license(const json_t *license)
{
	printf("Installing...Feature:");
	print_text(stdout, text_of(license, "feature"));
	if (is(license, "state", "successful"))
		printf("...Successful:Supported\n\tLicense Index: %lld\n",
		    (long long)number_of(license, "license"));
	else if (is(license, "state", "existing"))
		puts("...Skipped:Duplicate");
	else if (is(license, "state", "notStarted"))
		puts("...Skipped:Not tried");
	else {
		printf("...Failed:");
		print_text(stdout, text_of(license, "text"));
		putchar('\n');
	}
}

static void
print_installation(const json_t *result)
{
	const json_t *list = json_object_get(result, "licenses"), *license;
	long long good = number_of(result, "successful");
	long long existing = number_of(result, "existing");
	long long bad =
	    number_of(result, "failed") + number_of(result, "not_tried");
	long long all = good + existing + bad;
	long long listed = (long long)json_array_size(list);
	size_t i;

	json_array_foreach(list, i, license)
	{
		print_license(license);
	}
	if (listed < all)
		printf("...and %lld more\n", all - listed);
	printf("%lld/%lld licenses were successfully installed\n"
	       "%lld/%lld licenses were existing licenses\n"
	       "%lld/%lld licenses were failed to install\n",
	    good, all, existing, all, bad, all);
}

/* A license that exists is no failure: it is as it should be. */
static int
installation_status(const json_t *result)
{
	if (number_of(result, "failed") + number_of(result, "not_tried") == 0)
		return EXIT_DONE;
	return number_of(result, "successful") > 0 ? EXIT_PARTLY : EXIT_FAILED;
}

static void
print_source(const struct ctl *ctl)
{
	printf("Installing licenses from \"");
	print_text(stdout, shown_file(ctl, 0));
	puts("\"");
	fflush(stdout);
}

static json_t *
install_request(const struct ctl *ctl, bool review)
{
	json_t *request = json_pack("{s:s, s:s, s:b, s:b, s:b}", "do",
	    "install", "file", ctl->args[0], "accept_eula", ctl->accept_eula,
	    "stop_on_failure", ctl->stop_on_failure, "review", review);

	if (ctl->store != 0) /* else the device's default */
		(void)json_object_set_new(
		    request, "store", json_integer(ctl->store));
	return request;
}

/* What was shown is what is installed: the daemon keeps the file. */
static int
install_reviewed(struct ctl *ctl, json_t *plan, json_t **result)
{
	bool accepted = false;

	if (!is(plan, "text", "")) {
		accepted = accept_text(ctl, text_of(plan, "text"));
		if (!accepted)
			(void)fail_acceptance();
	}
	json_decref(plan);
	return ask(ctl,
	    json_pack("{s:s, s:b}", "do", "confirm", "accept_eula", accepted),
	    result);
}

static int
report_installation(const struct ctl *ctl, json_t *result)
{
	int status = installation_status(result), printed = EXIT_DONE;

	if (ctl->json)
		printed = print_json(json_incref(result));
	else
		print_installation(result);
	if (status != EXIT_DONE)
		advise(text_of(result, "code"));
	json_decref(result);
	return printed != EXIT_DONE ? printed : status;
}

int
finish_installation(struct ctl *ctl, bool review, json_t *result)
{
	int status = EXIT_DONE;

	if (review)
		status = install_reviewed(ctl, result, &result);
	return status == EXIT_DONE ? report_installation(ctl, result) : status;
}

int
license_install(struct ctl *ctl)
{
	bool review = ctl->dry_run || !ctl->accept_eula;
	json_t *result;
	int status;

	ctl->slow = true;
	if (!ctl->json)
		print_source(ctl);
	status = ask(ctl, install_request(ctl, review), &result);
	if (status == EXIT_DONE && ctl->dry_run)
		return plan_only(ctl, result, "Removed");
	return status == EXIT_DONE ? finish_installation(ctl, review, result)
				   : status;
}
