/* disk_test.c - files that are made, and what a killed process leaves. */
#include "base/disk.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

static void
left(void)
{
	static const char *const removed[] = { "device.key.00c0ffee.new",
		"state.db.new", "state.db.new-journal" };
	static const char *const kept[] = { "device.key", "state.db",
		"state.db-journal", "new", ".new", "a.newer", "a.new.db" };
	const char *dir = check_dir();

	for (size_t i = 0; i < CHECK_COUNT(removed); i++)
		check_write(check_path(dir, removed[i]), "x", 1);
	for (size_t i = 0; i < CHECK_COUNT(kept); i++)
		check_write(check_path(dir, kept[i]), "x", 1);
	REQUIRE(mkdir(check_path(dir, "folder.new"), 0700) == 0);
	REQUIRE(symlink("device.key", check_path(dir, "link.new")) == 0);
	lc_disk_clean(dir);
	for (size_t i = 0; i < CHECK_COUNT(removed); i++) {
		check_context("%s", removed[i]);
		CHECK(access(check_path(dir, removed[i]), F_OK) != 0);
	}
	for (size_t i = 0; i < CHECK_COUNT(kept); i++) {
		check_context("%s", kept[i]);
		CHECK(access(check_path(dir, kept[i]), F_OK) == 0);
	}
	CHECK(access(check_path(dir, "folder.new"), F_OK) == 0);
	CHECK(access(check_path(dir, "link.new"), F_OK) != 0);
	lc_disk_clean(check_path(dir, "absent"));
}

static const struct check_test tests[] = {
	{ "what a killed process has left", left },
};

int
main(int argc, char **argv)
{
	return check_main("disk", tests, CHECK_COUNT(tests), argc, argv);
}
