/*
 * wrappers_test.c - what TCP wrappers allow is what libwrap allows, whatever is
 * written into its files, and when.
 */
#include "snmp/wrappers.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

/* So that net-snmp's agent is loaded, and with it libwrap. */
extern int allow_severity;
static const void *volatile loaded = &allow_severity;

static char allow[4096], deny[4096];
static char **allow_table, **deny_table;

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	REQUIRE(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static time_t ahead; /* of the clock */

time_t __real_time(time_t *);
time_t __wrap_time(time_t *);

time_t
__wrap_time(time_t *out)
{
	time_t now = __real_time(NULL) + ahead;

	if (out != NULL)
		*out = now;
	return now;
}

static void
begin(void)
{
	ahead = 0;
	snprintf(allow, sizeof allow, "%s", check_path(check_dir(), "allow"));
	snprintf(deny, sizeof deny, "%s", check_path(check_dir(), "deny"));
	*allow_table = allow;
	*deny_table = deny;
	(void)unlink(allow);
	(void)unlink(deny);
	wrappers_begin();
}

static bool
allows(const char *address)
{
	char name[] = "snmpd", unknown[] = "unknown", from[64];

	snprintf(from, sizeof from, "%s", address);
	return hosts_ctl(name, unknown, from, unknown) != 0;
}

static void
rules(void)
{
	static const struct {
		const char *allow, *deny;
		bool first, second; /* 192.0.2.1, 192.0.2.2 */
	} cases[] = {
		{ "", "", true, true },
		{ "# ALL: ALL\n\n \t\n", "#ALL: ALL\n", true, true },
		{ "", "ALL: ALL\n", false, false },
		{ "", "# none\nsnmpd: 192.0.2.1\n", false, true },
		{ "snmpd: 192.0.2.2\n", "ALL: ALL\n", false, true },
		{ "", " ALL: 192.0.2.2\n", true, false },
		{ "", "other: ALL\n", true, true },
		{ "", "# joined \\\nALL: ALL\n", true, true },
		{ "", "ALL: 192.0.2.1, \\\n192.0.2.2\n", false, false },
		{ "", "# the last line has an end\nALL: ALL\n#", false, false },
	};

	begin();
	CHECK(allows("192.0.2.1")); /* without the files */
	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		check_context("%s/%s", cases[i].allow, cases[i].deny);
		write_file(allow, cases[i].allow);
		write_file(deny, cases[i].deny);
		CHECK_INT(allows("192.0.2.1"), cases[i].first);
		CHECK_INT(allows("192.0.2.2"), cases[i].second);
		CHECK_INT(allows("192.0.2.1"), cases[i].first);
	}
	check_context("no deny");
	REQUIRE(unlink(deny) == 0);
	CHECK(allows("192.0.2.1"));
}

/* The same size and time of writing; only its inode tells. */
static void
rewrite(const char *text)
{
	const struct timespec old[2] = { { .tv_sec = 1000 },
		{ .tv_sec = 1000 } };
	struct stat before = { 0 }, after;

	(void)stat(deny, &before);
	do {
		write_file(deny, text);
		REQUIRE(utimensat(AT_FDCWD, deny, old, 0) == 0);
		REQUIRE(stat(deny, &after) == 0);
	} while (after.st_ctim.tv_sec == before.st_ctim.tv_sec &&
		 after.st_ctim.tv_nsec == before.st_ctim.tv_nsec);
}

/* Long after the file was changed it is not read again, until it changes. */
static void
changes(void)
{
	begin();
	ahead = 100;
	for (unsigned i = 0; i < 3; i++) {
		rewrite("#LL: ALL\n");
		CHECK(allows("192.0.2.1"));
		CHECK(allows("192.0.2.1"));
		rewrite("ALL: ALL\n");
		CHECK(!allows("192.0.2.1"));
		CHECK(!allows("192.0.2.1"));
	}
}

/* At once after a change its time may not tell of the next one. */
static void
quick_changes(void)
{
	begin();
	for (unsigned i = 0; i < 100; i++) {
		write_file(deny, "#LL: ALL\n");
		CHECK(allows("192.0.2.1"));
		write_file(deny, "ALL: ALL\n");
		CHECK(!allows("192.0.2.1"));
	}
}

static const struct check_test tests[] = {
	{ "rules", rules },
	{ "changes", changes },
	{ "quick changes", quick_changes },
};

int
main(int argc, char **argv)
{
	if (loaded == NULL)
		return 1;
	allow_table = dlsym(RTLD_DEFAULT, "hosts_allow_table");
	deny_table = dlsym(RTLD_DEFAULT, "hosts_deny_table");
	if (allow_table == NULL || deny_table == NULL) {
		puts("skipped: net-snmp has no TCP wrappers here");
		return 77;
	}
	return check_main("wrappers", tests, CHECK_COUNT(tests), argc, argv);
}
