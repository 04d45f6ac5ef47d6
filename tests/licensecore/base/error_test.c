/* error_test.c - words for errors. */
#include "base/error.h"

#include <string.h>

#include "check.h"

static void
every_error_has_its_own_words(void)
{
	for (int i = LC_OK; i <= LC_EMIXED; i++) {
		check_context("error %d", i);
		CHECK(
		    strcmp(lc_strerror((enum lc_err)i), "unknown error") != 0);
		for (int j = LC_OK; j < i; j++)
			CHECK(strcmp(lc_strerror((enum lc_err)i),
				  lc_strerror((enum lc_err)j)) != 0);
	}
	CHECK_STR(lc_strerror((enum lc_err)(LC_EMIXED + 1)), "unknown error");
}

static void
fail_returns_its_error(void)
{
	struct lc_detail detail;

	CHECK_ERR(lc_fail(NULL, LC_EIO, "unheard"), LC_EIO, NULL);
	CHECK_ERR(
	    lc_fail(&detail, LC_EFULL, "%d of %s", 3, "4"), LC_EFULL, &detail);
	CHECK_STR(detail.text, "3 of 4");
}

static void
fail_cuts_between_characters(void)
{
	char text[300];
	struct lc_detail detail;

	memset(text, 'a', sizeof text);
	text[255] = '\0';
	(void)lc_fail(&detail, LC_EIO, "%s", text);
	CHECK_UINT(strlen(detail.text), 255);

	/* U+20AC, three bytes, where the room ends. */
	memcpy(text + 254, "\xe2\x82\xac", 4);
	(void)lc_fail(&detail, LC_EIO, "%s", text);
	CHECK_UINT(strlen(detail.text), 254);
	memcpy(text + 252, "\xe2\x82\xac", 4);
	(void)lc_fail(&detail, LC_EIO, "%s", text);
	CHECK_UINT(strlen(detail.text), 255);
}

static void
type_names_are_those_of_the_mib(void)
{
	static const struct {
		enum lc_type type;
		const char *name;
	} rows[] = {
		{ LC_DEMO, "demo" },
		{ LC_EXTENSION, "extension" },
		{ LC_GRACE_PERIOD, "gracePeriod" },
		{ LC_PERMANENT, "permanent" },
		{ LC_PAID_SUBSCRIPTION, "paidSubscription" },
		{ LC_EVALUATION_SUBSCRIPTION, "evaluationSubscription" },
		{ LC_EXTENSION_SUBSCRIPTION, "extensionSubscription" },
		{ LC_EVAL_RIGHT_TO_USE, "evalRightToUse" },
		{ LC_RIGHT_TO_USE, "rightToUse" },
		{ LC_PERMANENT_RIGHT_TO_USE, "permanentRightToUse" },
	};
	enum lc_type type;

	for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
		CHECK_INT(rows[i].type, i + 1);
		CHECK_STR(lc_type_name(rows[i].type), rows[i].name);
		CHECK(lc_type_from_name(rows[i].name, &type));
		CHECK_INT(type, rows[i].type);
	}
	CHECK_STR(lc_type_name((enum lc_type)0), NULL);
	CHECK_STR(lc_type_name((enum lc_type)11), NULL);
	CHECK(!lc_type_from_name("Permanent", &type));
	CHECK(!lc_type_from_name("", &type));
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "every error has its own words",
		    every_error_has_its_own_words },
		{ "fail returns its error", fail_returns_its_error },
		{ "fail cuts between characters",
		    fail_cuts_between_characters },
		{ "type names are those of the MIB",
		    type_names_are_those_of_the_mib },
	};

	return check_main("error", tests, CHECK_COUNT(tests), argc, argv);
}
