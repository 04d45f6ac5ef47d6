/*
 * files_test.c - flash: names, and that nothing else can be reached.
 */
#include "jobs/files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"

static struct files_prefix prefixes[2];
static const struct files files = { prefixes, 2 };

static void
link_to(const char *target, const char *name)
{
	REQUIRE(symlink(target, check_path(prefixes[0].directory, name)) == 0);
}

/* A directory beside the one that is "flash:", with a file in it. */
static void
prepare(void)
{
	const char *top = check_dir();
	const char *flash = check_path(top, "flash");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	prefixes[0] = (struct files_prefix){ "flash:", flash };
	prefixes[1] =
	    (struct files_prefix){ "gone:", check_path(top, "absent") };
	REQUIRE(mkdir(flash, 0700) == 0);
	REQUIRE(mkdir(check_path(flash, "dir"), 0700) == 0);
	check_write(check_path(top, "outside"), "secret", 6);
	check_write(check_path(flash, "a.lic"), "content", 7);
	check_write(check_path(flash, "dir/b.lic"), "deep", 4);
	check_write(check_path(flash, "empty"), "", 0);
	REQUIRE(mkfifo(check_path(flash, "fifo"), 0600) == 0);
	link_to("dir/b.lic", "inside");
	link_to("../outside", "up");
	link_to(check_path(top, "outside"), "absolute");
	link_to("..", "parent");
	link_to("loop", "loop");
	link_to("/proc/self/root", "magic");
	check_write(check_path(flash, "huge"), "", 0);
	REQUIRE(truncate(check_path(flash, "huge"), FILES_MAX_SIZE + 1) == 0);
	check_write(check_path(flash, "full"), "", 0);
	REQUIRE(truncate(check_path(flash, "full"), FILES_MAX_SIZE) == 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", flash);
	REQUIRE(bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
	close(fd);
}

static void
names(void)
{
	static const struct {
		const char *name;
		const char *content; /* NULL: refused */
		const char *why;
	} cases[] = {
		{ "flash:a.lic", "content", NULL },
		{ "flash:/a.lic", "content", NULL },
		{ "flash:dir/b.lic", "deep", NULL },
		{ "flash:dir/../a.lic", "content", NULL },
		{ "flash:./a.lic", "content", NULL },
		{ "flash:inside", "deep", NULL },
		{ "flash:empty", "", NULL },
		{ "flash:../outside", NULL, "outside" },
		{ "flash:dir/../../outside", NULL, "outside" },
		{ "flash:../../../../../../etc/passwd", NULL, "outside" },
		{ "flash://etc/passwd", NULL, "outside" },
		{ "flash:up", NULL, "outside" },
		{ "flash:absolute", NULL, "outside" },
		{ "flash:parent/outside", NULL, "outside" },
		{ "flash:magic/etc/passwd", NULL, "outside" },
		{ "flash:loop", NULL, "Too many levels" },
		{ "flash:none", NULL, "No such file" },
		{ "flash:a.lic/b", NULL, "Not a directory" },
		{ "flash:", NULL, "No such file" },
		{ "flash:.", NULL, "not a regular file" },
		{ "flash:dir", NULL, "not a regular file" },
		{ "flash:dir/", NULL, "not a regular file" },
		{ "flash:fifo", NULL, "not a regular file" },
		{ "flash:socket", NULL, "No such device" },
		{ "flash:huge", NULL, "larger than 16 MiB" },
		{ "gone:a.lic", NULL, "No such file" },
		{ "FLASH:a.lic", NULL, "begin with flash:, gone:" },
		{ "a.lic", NULL, "begin with flash:, gone:" },
		{ "/etc/passwd", NULL, "begin with flash:, gone:" },
		{ "", NULL, "begin with flash:, gone:" },
	};

	prepare();
	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		char why[256] = "";
		uint8_t *data = NULL;
		size_t len = 0;
		enum files_result result = files_read(
		    &files, cases[i].name, &data, &len, why, sizeof why);

		check_context("%s", cases[i].name);
		CHECK((result == FILES_READ) == (cases[i].content != NULL));
		if (cases[i].content != NULL)
			CHECK_MEM(data, len, cases[i].content,
			    strlen(cases[i].content));
		else
			CHECK_HAS(why, cases[i].why);
		free(data);
	}
}

static void
largest(void)
{
	char why[256] = "";
	uint8_t *data = NULL;
	size_t len = 0;

	prepare();
	CHECK_INT(
	    files_read(&files, "flash:full", &data, &len, why, sizeof why),
	    FILES_READ);
	CHECK_UINT(len, FILES_MAX_SIZE);
	free(data);
	CHECK_INT(
	    files_read(&files, "flash:huge", &data, &len, why, sizeof why),
	    FILES_TOO_LARGE);
}

/* How many files the directory has that nobody asked for. */
static unsigned
leftovers(void)
{
	DIR *dir = opendir(prefixes[0].directory);
	struct dirent *entry;
	unsigned n = 0;

	REQUIRE(dir != NULL);
	while ((entry = readdir(dir)) != NULL)
		n += strncmp(entry->d_name, ".licagent", 9) == 0;
	closedir(dir);
	return n;
}

static void
check_file(const char *name, const char *content)
{
	char why[256] = "";
	uint8_t *data = NULL;
	size_t len = 0;

	CHECK_INT(
	    files_read(&files, name, &data, &len, why, sizeof why), FILES_READ);
	CHECK_MEM(data, len, content, strlen(content));
	free(data);
}

static void
writing(void)
{
	static const struct {
		const char *name, *why; /* NULL: it is written */
	} cases[] = {
		{ "flash:new", NULL },
		{ "flash:/new", NULL },
		{ "flash:dir/new", NULL },
		{ "flash:dir/../new", NULL },
		{ "flash:a.lic", NULL },
		{ "flash:huge", NULL },
		{ "flash:", "invalid file name" },
		{ "flash:dir/", "invalid file name" },
		{ "flash:.", "invalid file name" },
		{ "flash:dir/..", "invalid file name" },
		{ "flash:dir", "not a regular file" },
		{ "flash:fifo", "not a regular file" },
		{ "flash:inside", "not a regular file" },
		{ "flash:up", "not a regular file" },
		{ "flash:none/new", "No such file" },
		{ "flash:a.lic/new", "Not a directory" },
		{ "flash:../new", "outside" },
		{ "flash:parent/new", "outside" },
		{ "flash:magic/new", "outside" },
		{ "gone:new", "No such file" },
		{ "new", "begin with flash:, gone:" },
		{ "/tmp/new", "begin with flash:, gone:" },
	};

	prepare();
	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		struct file_target target;
		char why[256] = "";
		bool good = file_create(
		    &target, &files, cases[i].name, 100, why, sizeof why);

		check_context("%s", cases[i].name);
		CHECK(good == (cases[i].why == NULL));
		if (good) {
			CHECK(file_finish(
			    &target, "written", 7, why, sizeof why));
			check_file(cases[i].name, "written");
		} else
			CHECK_HAS(why, cases[i].why);
		CHECK_UINT(leftovers(), 0);
		file_abandon(&target); /* once more does nothing */
	}
}

/* Until it is finished what was there stays, and then nothing else. */
static void
given_up(void)
{
	struct file_target target;
	char why[256] = "";

	prepare();
	REQUIRE(
	    file_create(&target, &files, "flash:a.lic", 100, why, sizeof why));
	check_file("flash:a.lic", "content");
	file_abandon(&target);
	check_file("flash:a.lic", "content");
	CHECK_UINT(leftovers(), 0);
}

/* Room that is not there is found before it is needed. */
static void
no_room(void)
{
	struct file_target target;
	char why[256] = "";

	prepare();
	CHECK(!file_create(
	    &target, &files, "flash:a.lic", (size_t)1 << 60, why, sizeof why));
	CHECK(why[0] != '\0');
	check_file("flash:a.lic", "content");
	CHECK_UINT(leftovers(), 0);
}

static const struct check_test tests[] = {
	{ "names", names },
	{ "the largest file", largest },
	{ "writing", writing },
	{ "a file that is given up", given_up },
	{ "no room", no_room },
};

int
main(int argc, char **argv)
{
	return check_main("files", tests, CHECK_COUNT(tests), argc, argv);
}
