/* type_test.c - the table of license types. */
#include "check.h"

#include <stdio.h>

#include "format/type.h"

/* clmgmtLicenseType, and what the head of the MIB says of each. */
static const struct {
	const char *name;
	int number;
	const char *features; /* U use, D date, L locked, E EULA, R RTU */
	enum lc_class class;
	enum lc_priority priority;
} rows[] = {
	{ "demo", 1, "UE", LC_CLASS_TRIAL, LC_PRIORITY_LOW },
	{ "extension", 2, "ULE", LC_CLASS_BRIDGE, LC_PRIORITY_MEDIUM },
	{ "gracePeriod", 3, "ULE", LC_CLASS_BRIDGE, LC_PRIORITY_MEDIUM },
	{ "permanent", 4, "L", LC_CLASS_BOUGHT, LC_PRIORITY_MEDIUM },
	{ "paidSubscription", 5, "DL", LC_CLASS_BOUGHT, LC_PRIORITY_MEDIUM },
	{ "evaluationSubscription", 6, "DLE", LC_CLASS_TRIAL,
	    LC_PRIORITY_LOW },
	{ "extensionSubscription", 7, "DLE", LC_CLASS_BRIDGE,
	    LC_PRIORITY_MEDIUM },
	{ "evalRightToUse", 8, "UER", LC_CLASS_TRIAL, LC_PRIORITY_LOW },
	{ "rightToUse", 9, "ER", LC_CLASS_BOUGHT, LC_PRIORITY_MEDIUM },
	{ "permanentRightToUse", 10, "ER", LC_CLASS_BOUGHT,
	    LC_PRIORITY_MEDIUM },
};
#define NROWS (sizeof rows / sizeof rows[0])

static void
each_type(void)
{
	for (size_t i = 0; i < NROWS; i++) {
		const struct lc_type_rules *rules;
		enum lc_type type = 0;
		char found[8];

		check_context("%s", rows[i].name);
		CHECK(lc_type_from_name(rows[i].name, &type));
		CHECK_INT((int)type, rows[i].number);
		CHECK_STR(lc_type_name(type), rows[i].name);
		rules = lc_type_rules(type);
		(void)snprintf(found, sizeof found, "%s%s%s%s%s",
		    lc_type_metered(type) ? "U" : "",
		    lc_type_subscription(type) ? "D" : "",
		    lc_type_node_locked(type) ? "L" : "",
		    lc_type_needs_eula(type) ? "E" : "",
		    rules->right_to_use ? "R" : "");
		CHECK_STR(found, rows[i].features);
		CHECK_INT(rules->class, rows[i].class);
		CHECK_INT(rules->priority, rows[i].priority);
		CHECK_INT(rules->once, rows[i].number == 6);
		CHECK_INT((int)rules->successor, rows[i].number == 8 ? 9 : 0);
		/* What was bought is followed by a grace period. */
		CHECK_INT((int)rules->grace,
		    rows[i].class == LC_CLASS_BOUGHT ? LC_GRACE_PERIOD : 0);
	}
}

static void
no_type(void)
{
	enum lc_type type = LC_DEMO;

	CHECK(lc_type_name(LC_NO_TYPE) == NULL);
	CHECK(lc_type_name((enum lc_type)(NROWS + 1)) == NULL);
	CHECK(!lc_type_metered((enum lc_type)(NROWS + 1)));
	CHECK(!lc_type_from_name("permanen", &type));
	CHECK_INT((int)type, LC_DEMO);
}

static void
over(void)
{
	struct lc_terms terms = { .end = LC_NO_TIME };

	CHECK_INT(lc_terms_over(&terms), INT64_MAX);
	terms.end = UINT32_MAX;
	terms.extension_days = 2;
	CHECK_INT(lc_terms_over(&terms), (int64_t)UINT32_MAX + 2 * 86400);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "what each type demands", each_type },
		{ "numbers and names that are no type", no_type },
		{ "when a subscription is over", over },
	};

	return check_main("type", tests, CHECK_COUNT(tests), argc, argv);
}
