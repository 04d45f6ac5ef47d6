/*
 * table_test.c - GET and GETNEXT: every variable, and the places between.
 */
#include "snmp/table.h"

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "fixture.h"

#define ENTITY ".1.3.6.1.2.1.47.1.1.1.1" /* entPhysicalEntry */
#define IMAGE ".1.3.6.1.4.1.9.9.640.1"   /* ciscoImageLicenseMgmtMIBObjects */

/* ---- GET ---- */

static void
get(void)
{
	static const struct {
		const char *name, *value;
	} cases[] = {
		/* each kind of value */
		{ "2.3.1.3.1.1.1", "sipbasek9" },
		{ "2.3.1.5.1.1.1", "i4" },
		{ "2.3.1.6.1.1.1", "i2" },
		{ "2.3.1.7.1.1.1", "u0" },
		{ "2.3.1.10.1.1.1", "u4294967295" },
		{ "2.3.1.12.1.1.1", "i1" },
		{ "2.3.1.13.1.1.1", "s" },
		{ "2.3.1.14.1.1.1", "i2" },
		{ "2.3.1.15.1.1.1", "s" },
		{ "2.3.1.17.1.1.1", "u17" },
		{ "2.4.1.6.1.1", "d1970-1" },
		{ "2.4.1.7.1.1", "s" },
		{ "2.2.1.1.2147483647", "u1" },
		{ "2.1.1.3.1.4294967295", "u4000" },
		/* scalars */
		{ "1.1.0", "u1" },
		{ "3.1.0", "u1" },
		{ "4.1.0", "i1" },
		{ "4.3.0", "i1" },
		{ "1.1", "no instance" },
		{ "1.1.1", "no instance" },
		{ "1.1.0.0", "no instance" },
		{ "4.4.0", "no object" },
		/* sub-identifiers beyond 2^31 */
		{ "2.3.1.3.1.1.2147483648", "ssecurityk9" },
		{ "2.3.1.3.1.1.4294967295", "sdatak9" },
		/* rows that are not there */
		{ "2.3.1.3.1.1.2", "no instance" },
		{ "2.3.1.3.1.1", "no instance" },
		{ "2.3.1.3", "no instance" },
		{ "2.3.1.3.1.1.1.0", "no instance" },
		{ "2.3.1.3.0.0.0", "no instance" },
		{ "1.2.1.2.1", "no instance" },
		/* what is no object that can be read */
		{ "2.3.1.1.1.1.1", "no object" },
		{ "2.3.1.2.1.1.1", "no object" },
		{ "2.3.1.18.1.1.1", "no object" },
		{ "2.3.1", "no object" },
		{ "2.3.2.3.1.1.1", "no object" },
		{ "3.2.1.1.1", "no object" },
		{ "3.2.1.2.1", "no instance" },
		{ "", "no object" },
		{ ".1.3.6.1.2.1.1.1.0", "no object" },
		/* entPhysicalTable */
		{ ENTITY ".2.1", "schassis" },
		{ ENTITY ".3.1", "?" },
		{ ENTITY ".4.1", "i0" },
		{ ENTITY ".5.1", "i3" },
		{ ENTITY ".6.1", "i-1" },
		{ ENTITY ".7.2147483647", "schassis" },
		{ ENTITY ".10.1", "s" },
		{ ENTITY ".11.1", "sSN" },
		{ ENTITY ".13.1", "sPID" },
		{ ENTITY ".16.1", "i1" },
		{ ENTITY ".1.1", "no object" },
		{ ENTITY ".17.1", "no object" },
		{ ENTITY ".5.2", "no instance" },
	};
	struct value value;

	fixture_open();
	fixture_add_rows();
	for (size_t i = 0; i < NITEMS(cases); i++) {
		struct oid oid = fixture_name(cases[i].name);

		check_context("GET %s", cases[i].name);
		mib_get(&fixture.mib, &oid, &value);
		CHECK_STR(fixture_value(&value), cases[i].value);
	}
	fixture_close();
}

/* ---- GETNEXT ---- */

static void
next(void)
{
	static const struct {
		const char *start;
		bool include;
		const char *end;
		const char *found; /* NULL: nothing */
	} cases[] = {
		{ ".1.3", false, NULL, ENTITY ".2.1" },
		{ ENTITY ".2.1", false, NULL, ENTITY ".2.2147483647" },
		{ ENTITY ".16.2147483647", false, NULL, "1.1.0" },
		{ ENTITY ".16.2147483647", false, ".1.3.6.1.2.1.47.1.1.2",
		    NULL },
		{ "", false, NULL, "1.1.0" },
		{ "1.1.0", true, NULL, "1.1.0" },
		/* the action tables are empty */
		{ "1.1.0", false, NULL, "2.1.1.2.1.1" },
		{ "1.2.1.2.0", false, NULL, "2.1.1.2.1.1" },
		/* row to row, column to column, table to table */
		{ "2.1.1.2.1.1", false, NULL, "2.1.1.2.1.4294967295" },
		{ "2.1.1.2.1.4294967295", false, NULL, "2.1.1.3.1.1" },
		{ "2.1.1.4.1.4294967295", false, NULL, "2.2.1.1.1" },
		{ "2.2.1.1.2147483647", false, NULL, "2.3.1.3.1.1.1" },
		{ "2.4.1.8.1.7", false, NULL, "3.1.0" },
		{ "3.1.0", false, NULL, "4.1.0" },
		{ "4.1.0", false, NULL, "4.2.0" },
		{ "4.3.0", false, "2", NULL },
		{ "4.3.0", false, NULL, IMAGE ".3.0" },
		{ "9", false, NULL, IMAGE ".3.0" },
		{ IMAGE ".4.1.0", false, NULL, NULL },
		{ ".2", false, NULL, NULL },
		/* partial, longer and missing indexes */
		{ "2.3", false, NULL, "2.3.1.3.1.1.1" },
		{ "2.3.1", false, NULL, "2.3.1.3.1.1.1" },
		{ "2.3.1.1", false, NULL, "2.3.1.3.1.1.1" },
		{ "2.3.1.3", false, NULL, "2.3.1.3.1.1.1" },
		{ "2.3.1.3.1", false, NULL, "2.3.1.3.1.1.1" },
		{ "2.3.1.3.1.1", false, NULL, "2.3.1.3.1.1.1" },
		{ "2.3.1.3.1.1.0", false, NULL, "2.3.1.3.1.1.1" },
		{ "2.3.1.3.1.1.1", false, NULL, "2.3.1.3.1.1.2147483648" },
		{ "2.3.1.3.1.1.1.0", false, NULL, "2.3.1.3.1.1.2147483648" },
		{ "2.3.1.3.1.1.1.0", true, NULL, "2.3.1.3.1.1.2147483648" },
		{ "2.3.1.3.1.1.2", true, NULL, "2.3.1.3.1.1.2147483648" },
		{ "2.3.1.3.1.1.2147483648", false, NULL,
		    "2.3.1.3.1.1.4294967295" },
		{ "2.3.1.3.1.1.4294967295", false, NULL, "2.3.1.3.1.2.3" },
		{ "2.3.1.3.1.2.3", false, NULL, "2.3.1.4.1.1.1" },
		{ "2.3.1.3.1.2.3", true, NULL, "2.3.1.3.1.2.3" },
		{ "2.3.1.3.1.4294967295.4294967295", false, NULL,
		    "2.3.1.4.1.1.1" },
		{ "2.3.1.4294967295", false, NULL, "2.4.1.2.1.1" },
		{ "2.3.1.17.1.2.3", false, NULL, "2.4.1.2.1.1" },
		{ "2.3.2", false, NULL, "2.4.1.2.1.1" },
		/* the end of the range is not in it */
		{ "2.3.1.3.1.1.1", false, "2.3.1.3.1.1.2147483648", NULL },
		{ "2.3.1.3.1.1.1", false, "2.3.1.3.1.1.2147483649",
		    "2.3.1.3.1.1.2147483648" },
		{ "2.3.1.3.1.1.1", true, "2.3.1.3.1.1.1", NULL },
		{ "2.2.1.1.2147483647", false, "2.3", NULL },
	};
	static const struct oid no_end;
	struct value value;

	fixture_open();
	fixture_add_rows();
	for (size_t i = 0; i < NITEMS(cases); i++) {
		struct oid found = fixture_name(cases[i].start), expected;
		struct oid end =
		    cases[i].end != NULL ? fixture_name(cases[i].end) : no_end;
		char a[OID_TEXT_MAX], b[OID_TEXT_MAX];

		check_context("GETNEXT %s", cases[i].start);
		expected = cases[i].found != NULL ? fixture_name(cases[i].found)
						  : found;
		mib_next(&fixture.mib, &found, cases[i].include, &end, &value);
		CHECK_STR(oid_text(&found, a), oid_text(&expected, b));
		CHECK_INT(value.type == VALUE_END, cases[i].found == NULL);
	}
	fixture_close();
}

/* From each variable to the next one; GET agrees; then from everywhere at
 * random, so that no hint of an earlier search leads astray. */
static void
walk(void)
{
	static const struct oid no_end;
	static struct oid names[256];
	struct oid oid = fixture_name(".1.3");
	struct value value, again;
	size_t n = 0;

	fixture_open();
	fixture_add_rows();
	for (;; n++) {
		mib_next(&fixture.mib, &oid, false, &no_end, &value);
		if (value.type == VALUE_END)
			break;
		REQUIRE(n < NITEMS(names));
		names[n] = oid;
		if (n > 0)
			CHECK(oid_compare(names[n - 1].id, names[n - 1].len,
				  oid.id, oid.len) < 0);
		mib_get(&fixture.mib, &oid, &again);
		CHECK_INT(again.type, value.type);
	}
	/* entities, stores, devices, licenses, features, scalars */
	CHECK_UINT(n, 2 * 15 + 2 * 3 + 2 * 1 + 4 * 15 + 2 * 7 + 5 + 2);
	for (unsigned i = 0; i < 1000; i++) {
		size_t at = check_random(n - 1);

		oid = names[at];
		mib_next(&fixture.mib, &oid, false, &no_end, &value);
		CHECK(oid_compare(oid.id, oid.len, names[at + 1].id,
			  names[at + 1].len) == 0);
	}
	fixture_close();
}

static void
rows_may_vanish(void)
{
	struct oid oid = fixture_name("2.3.1.3.1.2.3");
	struct value value;

	fixture_open();
	fixture_add_rows();
	mib_get(&fixture.mib, &oid, &value);
	CHECK_STR(fixture_value(&value), "suck9");
	fixture.core.nlicenses = 1; /* the hint points past the end now */
	mib_get(&fixture.mib, &oid, &value);
	CHECK_STR(fixture_value(&value), "no instance");
	fixture.core.nlicenses = 0;
	mib_get(&fixture.mib, &oid, &value);
	CHECK_STR(fixture_value(&value), "no instance");
	fixture_close();
}

/* ---- Many rows ---- */

#define MANY 300

static uint32_t pairs[MANY][2];
static const void *pair_rows[MANY];

static struct rows
all_pairs(const struct agent *agent)
{
	(void)agent;
	return (struct rows){ pair_rows, MANY };
}

static void
pair_index(const void *row, uint32_t *index)
{
	memcpy(index, row, sizeof pairs[0]);
}

/* In runs without gaps, and with some; up to the last number there is. */
static void
make_pairs(void)
{
	uint32_t first = 1, second = 1;

	for (size_t i = 0; i < MANY; i++) {
		pairs[i][0] = first;
		pairs[i][1] = second;
		pair_rows[i] = pairs[i];
		second +=
		    1 + (uint32_t)(check_random(4) == 0 ? check_random(9) : 0);
		if (check_random(40) == 0) {
			first++;
			second = (uint32_t)check_random(3);
		}
	}
	pairs[MANY - 1][1] = UINT32_MAX;
}

static const void *
pair_find(const uint32_t *key)
{
	for (size_t i = 0; i < MANY; i++)
		if (memcmp(pairs[i], key, sizeof pairs[i]) == 0)
			return pairs[i];
	return NULL;
}

/* Each search begins where the last one ended. */
static void
many(void)
{
	static const struct table table = {
		.nindex = 2, .rows = all_pairs, .index = pair_index
	};
	size_t hint = 0;
	uint32_t key[2];

	make_pairs();
	for (unsigned i = 0; i < 100000; i++) {
		memcpy(key, pairs[check_random(MANY)], sizeof key);
		if (check_random(3) == 0)
			key[1] += (uint32_t)check_random(5) - 2;
		if (check_random(10) == 0)
			key[0] += (uint32_t)check_random(3) - 1;
		check_context("%u.%u", key[0], key[1]);
		CHECK(table_row(&table, NULL, key, 2, &hint) == pair_find(key));
	}
}

static const struct check_test tests[] = {
	{ "GET", get },
	{ "GETNEXT", next },
	{ "a walk", walk },
	{ "rows that vanish", rows_may_vanish },
	{ "many rows", many },
};

int
main(int argc, char **argv)
{
	return check_main("table", tests, CHECK_COUNT(tests), argc, argv);
}
