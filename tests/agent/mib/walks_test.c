/*
 * walks_test.c - the walks that stand as text in walks/, without a master.
 *
 * A device is put together by hand; what is read from it must be what the text
 * says: each variable by GET, by GETNEXT from the one before it, and by
 * GETNEXT from everywhere between them, where the text says what comes next.
 * tests/system/walks.py asks a real daemon the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fixture.h"

#define ENTRIES_MAX 1000
#define ENTRIES_MIN 500

/* ---- The text ---- */

static struct entry {
	struct oid name;
	char value[64]; /* as fixture_plain has it */
} entries[ENTRIES_MAX];
static size_t nentries;

static const char *
source(const char *name)
{
	const char *top = getenv("srcdir");
	char path[128];

	snprintf(path, sizeof path, "tests/agent/mib/walks/%s", name);
	return check_path(top != NULL ? top : ".", path);
}

/* "i4", "u5", "x61", "o.0.0"; "stext" is "x" of its bytes. */
static void
read_value(const char *text, char *value, size_t size)
{
	size_t len = 1;

	if (*text != 's') {
		snprintf(value, size, "%s", text);
		return;
	}
	value[0] = 'x';
	value[1] = '\0';
	while (*++text != '\0') {
		REQUIRE(len + 3 <= size);
		len += (size_t)sprintf(value + len, "%02x", (uint8_t)*text);
	}
}

/* A value behind a "~" is another one in a daemon, and the same here. */
static void
read_entry(char *line)
{
	struct entry *entry = &entries[nentries++];
	char *value = strchr(line, ' ');

	REQUIRE(nentries <= ENTRIES_MAX && value != NULL);
	*value++ = '\0';
	entry->name = fixture_name(line);
	read_value(value + (*value == '~'), entry->value, sizeof entry->value);
}

static int
by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return oid_compare(x->name.id, x->name.len, y->name.id, y->name.len);
}

static void
read_walk(const char *name)
{
	char *text = check_read(source(name), NULL), *rest = text, *line;

	while ((line = strsep(&rest, "\n")) != NULL)
		if (line[0] != '#' && line[0] != '\0')
			read_entry(line[0] == '@' ? line + 1 : line);
	free(text);
}

static void
read_walks(void)
{
	static const char *const names[] = { "entities", "actions", "results",
		"stores", "devices", "licenses", "features", "credentials",
		"switches", "levels", "level-map" };

	nentries = 0;
	for (size_t i = 0; i < CHECK_COUNT(names); i++)
		read_walk(names[i]);
	qsort(entries, nentries, sizeof *entries, by_name);
	CHECK(nentries >= ENTRIES_MIN);
}

/* ---- The device ---- */

#define DAY 86400
#define BIG 4294967295
#define SECOND 2147483647
#define Y2025 1735689600 /* 2025-01-01 */
#define Y2090 3786912000 /* 2090-01-01 */
#define Y2095 3944678400 /* 2095-01-01 */
#define Y2098 4055011199 /* 2098-06-30T23:59:59 */
#define Y2099 4102401600 /* 2099-12-31T12:00 */
#define NEVER LC_NO_TIME

struct given {
	uint32_t device, store, index;
	const char *feature;
	enum lc_type type;
	uint32_t count; /* 0: not counted */
	uint32_t count_left;
	int64_t start, end;
	bool accepted;
	struct fake_meter meter;
	uint32_t period_s;
};

#define PLAIN 0, 0, NEVER, NEVER, true

static const struct given given[] = {
	{ 1, 1, 6, "ipbasek9", LC_PERMANENT, PLAIN, { LC_NOT_IN_USE, 0, 0, 0 },
	    0 },
	{ 1, 1, 7, "securityk9", LC_DEMO, PLAIN,
	    { LC_INACTIVE, 30 * DAY, 0, 0 }, 30 * DAY },
	{ 1, 1, 8, "securityk9", LC_EXTENSION, PLAIN,
	    { LC_NOT_IN_USE, 60 * DAY, 0, 0 }, 60 * DAY },
	{ 1, 1, 9, "securityk9", LC_GRACE_PERIOD, PLAIN,
	    { LC_INACTIVE, 10 * DAY, 0, 0 }, 10 * DAY },
	{ 1, 1, 10, "datak9", LC_PAID_SUBSCRIPTION, 0, 0, Y2025, Y2099, true,
	    { LC_IN_USE, 0, 0, 0 }, 0 },
	{ 1, 1, 11, "datak9", LC_EVALUATION_SUBSCRIPTION, 0, 0, NEVER, Y2098,
	    true, { LC_INACTIVE, 0, 0, 0 }, 0 },
	{ 1, 1, 12, "datak9", LC_EXTENSION_SUBSCRIPTION, 0, 0, Y2090, Y2095,
	    true, { LC_INACTIVE, 0, 0, 0 }, 0 },
	{ 1, 1, 13, "uck9", LC_EVAL_RIGHT_TO_USE, PLAIN,
	    { LC_INACTIVE, 90 * DAY, 0, 0 }, 90 * DAY },
	{ 1, 1, 14, "uck9", LC_RIGHT_TO_USE, PLAIN, { LC_IN_USE, 0, 0, 0 }, 0 },
	{ 1, 1, 15, "cme-srst", LC_PERMANENT_RIGHT_TO_USE, 25, 25, NEVER, NEVER,
	    true, { LC_NOT_IN_USE, 0, 0, 0 }, 0 },
	{ 1, 1, 16, "sessions", LC_PERMANENT, 1, 0, NEVER, NEVER, true,
	    { LC_COUNT_CONSUMED, 0, 0, 0 }, 0 },
	{ 1, 2, 1, "ipbasek9", LC_EVAL_RIGHT_TO_USE, 0, 0, NEVER, NEVER, false,
	    { LC_INACTIVE, 60 * DAY, 0, 0 }, 60 * DAY },
	{ 1, 2, 2, "securityk9", LC_EVAL_RIGHT_TO_USE, 0, 0, NEVER, NEVER,
	    false, { LC_INACTIVE, 60 * DAY, 0, 0 }, 60 * DAY },
	{ 1, 2, 3, "datak9", LC_EVAL_RIGHT_TO_USE, 0, 0, NEVER, NEVER, false,
	    { LC_INACTIVE, 60 * DAY, 0, 0 }, 60 * DAY },
	{ 1, 2, 4, "uck9", LC_EVAL_RIGHT_TO_USE, 0, 0, NEVER, NEVER, false,
	    { LC_INACTIVE, 60 * DAY, 0, 0 }, 60 * DAY },
	{ 1, 2, 5, "cme-srst", LC_EVAL_RIGHT_TO_USE, 5000, 5000, NEVER, NEVER,
	    false, { LC_INACTIVE, 60 * DAY, 0, 0 }, 60 * DAY },
	/* What only time brings about, and the ends of the numbers. */
	{ SECOND, 7, 1, "ipbasek9", LC_DEMO, PLAIN,
	    { LC_EXPIRED_IN_USE, 0, 3600, 0 }, 7 * DAY },
	{ SECOND, 7, 2147483648, "uck9", LC_DEMO, PLAIN,
	    { LC_EXPIRED_NOT_IN_USE, 0, BIG, 0 }, 7 * DAY },
	{ SECOND, 7, BIG, "securityk9", LC_RIGHT_TO_USE, PLAIN,
	    { LC_NOT_IN_USE, 0, 0, BIG }, 0 },
};

static void
add_license(const struct given *g)
{
	struct lc *core = &fixture.core;
	struct lc_license *l =
	    fake_license(core, g->device, g->store, g->index, g->feature);

	core->meters[core->nlicenses - 1] = g->meter;
	l->terms.type = g->type;
	l->terms.counted = g->count != 0;
	l->terms.count = g->count != 0 ? g->count : LC_UNCOUNTED;
	l->count_left = g->count != 0 ? g->count_left : LC_UNCOUNTED;
	l->terms.start = g->start;
	l->terms.end = g->end;
	l->terms.period_s = g->period_s;
	l->eula_accepted = g->accepted;
	if (strcmp(g->feature, "sessions") == 0)
		l->terms.version = "2.1";
}

static void
add_features(uint32_t device)
{
	static const char *const names[] = { "ipbasek9", "securityk9", "datak9",
		"uck9", "cme-srst", "sessions" };
	struct lc *core = &fixture.core;

	for (uint32_t i = 0; i < CHECK_COUNT(names); i++) {
		bool last = i + 1 == CHECK_COUNT(names);
		struct lc_feature *f = fake_feature(
		    core, device, last ? (uint32_t)BIG : i + 1, names[i]);
		struct lc_feature_use *use = &core->uses[core->nfeatures - 1];

		*use = (struct lc_feature_use){ .start = NEVER, .end = NEVER };
		if (last) {
			f->version = "2.1";
			f->what_is_counted = "sessions";
		}
		if (strcmp(names[i], "cme-srst") == 0)
			f->what_is_counted = "phones";
		if (device == 1 && strcmp(names[i], "datak9") == 0)
			*use = (struct lc_feature_use){ .start = Y2025,
				.end = Y2099 };
		if (device == 1 && strcmp(names[i], "securityk9") == 0)
			use->left_s = 60 * DAY;
	}
}

static void
add_stores(void)
{
	static const struct {
		uint32_t device, index;
		const char *name;
		uint32_t size, left;
	} stores[] = {
		{ 1, 1, "flash:primary", 65536, 60138 },
		{ 1, 2, "builtin:evaluation", 3570, 0 },
		{ 1, BIG, "usb:", 4096, 4096 },
		{ SECOND, 7, "flash:second", 32768, 32768 },
	};

	for (size_t i = 0; i < CHECK_COUNT(stores); i++) {
		struct lc_store *s = fake_store(
		    &fixture.core, stores[i].device, stores[i].index);

		s->name = stores[i].name;
		s->size = stores[i].size;
		s->size_left = stores[i].left;
	}
}

static void
add_devices(void)
{
	struct lc_device *d = fake_device(&fixture.core, 1);

	d->pid = "LIC1921/K9";
	d->sn = "LAB00000001";
	d = fake_device(&fixture.core, SECOND);
	d->pid = d->name = "LIC1941/K9";
	d->sn = "LAB00000002";
	d->default_store = 7;
}

static void
add_modules(void)
{
	static const char *const image[] = { "ipbasek9", "datak9" };
	static const char *const ap[] = { "uck9" };
	struct lc *core = &fixture.core;

	fake_module(core, 1, "ap", ap, CHECK_COUNT(ap));
	fake_module(core, 1, "image", image, CHECK_COUNT(image));
	core->modules[1].running = 1;
	fake_module(core, SECOND, "ap", ap, CHECK_COUNT(ap));
	fake_module(core, SECOND, "image", image, CHECK_COUNT(image));
}

static void
write_flash(const char *name, const char *first)
{
	char text[256];

	snprintf(text, sizeof text, "%s%s", first,
	    "!exists\n!exists\n!exists\n!exists\n!exists\n!exists\n"
	    "!exists\n!exists\n!exists\n!exists\n!exists\n");
	check_write(
	    check_path(fixture.flash.directory, name), text, strlen(text));
}

/* The requests of walks/rows, which make the rows of both action tables. */
static void
add_rows(void)
{
	char *text = check_read(source("rows"), NULL), *rest = text, *line;
	size_t blame;

	write_flash("all.lic", "");
	write_flash("mixed.lic", "!udi\n");
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (line[0] == '#' || line[0] == '\0')
			continue;
		check_context("%s", line);
		CHECK_INT(fixture_set(line, &blame), SNMP_OK);
	}
	free(text);
	fixture_settle();
}

static void
open_device(void)
{
	fixture_open();
	add_devices();
	add_stores();
	add_features(1);
	add_features(SECOND);
	add_modules();
	for (size_t i = 0; i < CHECK_COUNT(given); i++)
		add_license(&given[i]);
	strcpy(fixture.core.comments[0], "order 4711");
	add_rows();
	read_walks();
}

/* ---- Questions ---- */

static const struct oid no_end;

/* The first entry behind a name, or at it; nentries: none. */
static size_t
entry_from(const struct oid *name, bool include)
{
	size_t low = 0, high = nentries;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct oid *at = &entries[middle].name;
		int order = oid_compare(at->id, at->len, name->id, name->len);

		if (order < 0 || (order == 0 && !include))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
check_next(const struct oid *start, bool include)
{
	size_t at = entry_from(start, include);
	char found[OID_TEXT_MAX], wanted[OID_TEXT_MAX], from[OID_TEXT_MAX];
	struct oid name = *start;
	struct value value;

	check_context(
	    "GETNEXT %s%s", oid_text(start, from), include ? ", included" : "");
	mib_next(&fixture.mib, &name, include, &no_end, &value);
	if (at == nentries) {
		CHECK_STR(fixture_plain(&value), "endOfMibView");
		return;
	}
	CHECK_STR(oid_text(&name, found), oid_text(&entries[at].name, wanted));
	CHECK_STR(fixture_plain(&value), entries[at].value);
}

/* Is it below a column that the text has an entry of? */
static bool
in_column(const struct oid *name)
{
	size_t at = entry_from(name, true);
	/* The column of an entry is where the index begins. */
	for (size_t i = at > 0 ? at - 1 : 0; i <= at && i < nentries; i++) {
		const struct table *t =
		    mib_table(&fixture.mib, &entries[i].name);

		if (t != NULL && name->len > t->entry_len &&
		    oid_starts(name, entries[i].name.id, t->entry_len + 1))
			return true;
	}
	return false;
}

static void
check_get(const struct oid *name)
{
	size_t at = entry_from(name, true);
	const char *wanted = "noSuchObject";
	char text[OID_TEXT_MAX];
	struct value value;

	check_context("GET %s", oid_text(name, text));
	if (at < nentries &&
	    oid_compare(entries[at].name.id, entries[at].name.len, name->id,
		name->len) == 0)
		wanted = entries[at].value;
	else if (in_column(name))
		wanted = "noSuchInstance";
	mib_get(&fixture.mib, name, &value);
	CHECK_STR(fixture_plain(&value), wanted);
}

static void
check_place(const struct oid *name)
{
	check_get(name);
	check_next(name, false);
	check_next(name, true);
}

/* The name's first len sub-identifiers, the last one changed, one more. */
static void
check_around(const struct oid *name, size_t len)
{
	static const uint32_t more[] = { 0, 1, 2147483647, 2147483648, BIG };
	struct oid place = *name;

	place.len = len;
	check_place(&place);
	if (place.id[len - 1]++ < BIG)
		check_place(&place);
	place.id[len - 1] = name->id[len - 1];
	if (place.id[len - 1]-- > 0)
		check_place(&place);
	place.id[len - 1] = name->id[len - 1];
	for (size_t i = 0; i < CHECK_COUNT(more); i++) {
		place.len = len;
		REQUIRE(oid_append(&place, &more[i], 1));
		check_place(&place);
	}
}

static void
each_entry(void)
{
	struct oid name = fixture_name(".0");

	open_device();
	for (size_t i = 0; i < nentries; i++) {
		check_get(&entries[i].name);
		check_next(&name, false);
		name = entries[i].name;
	}
	check_next(&name, false);
	printf("# %zu entries\n", nentries);
	fixture_close();
}

/* From every part of every name, and all around it. */
static void
between(void)
{
	open_device();
	for (size_t i = 0; i < nentries; i++)
		for (size_t len = 1; len <= entries[i].name.len; len++)
			check_around(&entries[i].name, len);
	fixture_close();
}

static const struct check_test tests[] = {
	{ "each entry of the walks", each_entry },
	{ "from everywhere between them", between },
};

int
main(int argc, char **argv)
{
	return check_main("walks", tests, CHECK_COUNT(tests), argc, argv);
}
