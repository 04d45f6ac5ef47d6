/*
 * files_test.c - flash: names, and that nothing else can be reached, both with
 * openat2(2) and where it is refused.
 */
#include "jobs/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"

static struct files_prefix prefixes[2];
static const struct files files = { prefixes, 2 };

#ifndef SYS_openat2
#define SYS_openat2 437
#endif

/* Where links and ".." need the system call that was refused. */
static const char needs[] = "needs Linux 5.6";

static bool
is_walked(void)
{
	return syscall(SYS_openat2, AT_FDCWD, "/", NULL, 0) < 0 &&
	       (errno == ENOSYS || errno == EPERM);
}

/* From now on, with this error; the last one that is set counts. */
static void
refuse_openat2(unsigned error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { CHECK_COUNT(code), code };

	REQUIRE(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		puts("NOT TESTED: openat2 with another error: no seccomp");
	REQUIRE(is_walked());
}

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
		const char *walked_why; /* NULL: as with openat2 */
	} cases[] = {
		{ "flash:a.lic", "content", NULL, NULL },
		{ "flash:/a.lic", "content", NULL, NULL },
		{ "flash:dir/b.lic", "deep", NULL, NULL },
		{ "flash:dir/../a.lic", "content", NULL, needs },
		{ "flash:./a.lic", "content", NULL, NULL },
		{ "flash:inside", "deep", NULL, needs },
		{ "flash:empty", "", NULL, NULL },
		{ "flash:../outside", NULL, "outside", needs },
		{ "flash:dir/../../outside", NULL, "outside", needs },
		{ "flash:../../../../../../etc/passwd", NULL, "outside",
		    needs },
		{ "flash://etc/passwd", NULL, "outside", NULL },
		{ "flash:up", NULL, "outside", needs },
		{ "flash:absolute", NULL, "outside", needs },
		{ "flash:parent/outside", NULL, "outside", needs },
		{ "flash:magic/etc/passwd", NULL, "outside", needs },
		{ "flash:loop", NULL, "Too many levels", needs },
		{ "flash:none", NULL, "No such file", NULL },
		{ "flash:a.lic/b", NULL, "Not a directory", NULL },
		{ "flash:", NULL, "No such file", NULL },
		{ "flash:.", NULL, "not a regular file", NULL },
		{ "flash:dir", NULL, "not a regular file", NULL },
		{ "flash:dir/", NULL, "not a regular file", NULL },
		{ "flash:dir//b.lic", "deep", NULL, NULL },
		{ "flash:dir/./b.lic", "deep", NULL, NULL },
		{ "flash:dir/b.lic/", NULL, "Not a directory", NULL },
		{ "flash:inside/", NULL, "Not a directory", needs },
		{ "flash:fifo", NULL, "not a regular file", NULL },
		{ "flash:socket", NULL, "No such device", NULL },
		{ "flash:huge", NULL, "larger than 16 MiB", NULL },
		{ "gone:a.lic", NULL, "No such file", NULL },
		{ "FLASH:a.lic", NULL, "begin with flash:, gone:", NULL },
		{ "a.lic", NULL, "begin with flash:, gone:", NULL },
		{ "/etc/passwd", NULL, "begin with flash:, gone:", NULL },
		{ "", NULL, "begin with flash:, gone:", NULL },
	};
	bool walked = is_walked();

	prepare();
	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		char why[256] = "";
		uint8_t *data = NULL;
		size_t len = 0;
		enum files_result result = files_read(
		    &files, cases[i].name, &data, &len, why, sizeof why);
		const char *wrong = walked && cases[i].walked_why != NULL
					? cases[i].walked_why
					: cases[i].why;

		check_context("%s", cases[i].name);
		CHECK((result == FILES_READ) == (wrong == NULL));
		if (wrong != NULL)
			CHECK_HAS(why, wrong);
		else
			CHECK_MEM(data, len, cases[i].content,
			    strlen(cases[i].content));
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
		const char *walked_why; /* NULL: as with openat2 */
	} cases[] = {
		{ "flash:new", NULL, NULL },
		{ "flash:/new", NULL, NULL },
		{ "flash:dir/new", NULL, NULL },
		{ "flash:dir/../new", NULL, needs },
		{ "flash:a.lic", NULL, NULL },
		{ "flash:huge", NULL, NULL },
		{ "flash:", "invalid file name", NULL },
		{ "flash:dir/", "invalid file name", NULL },
		{ "flash:.", "invalid file name", NULL },
		{ "flash:dir/..", "invalid file name", NULL },
		{ "flash:dir", "not a regular file", NULL },
		{ "flash:fifo", "not a regular file", NULL },
		{ "flash:inside", "not a regular file", NULL },
		{ "flash:up", "not a regular file", NULL },
		{ "flash:none/new", "No such file", NULL },
		{ "flash:a.lic/new", "Not a directory", NULL },
		{ "flash:../new", "outside", needs },
		{ "flash:parent/new", "outside", needs },
		{ "flash:magic/new", "outside", needs },
		{ "gone:new", "No such file", NULL },
		{ "new", "begin with flash:, gone:", NULL },
		{ "/tmp/new", "begin with flash:, gone:", NULL },
	};
	bool walked = is_walked();

	prepare();
	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		struct file_target target;
		char why[256] = "";
		bool good = file_create(
		    &target, &files, cases[i].name, 100, why, sizeof why);
		const char *wrong = walked && cases[i].walked_why != NULL
					? cases[i].walked_why
					: cases[i].why;

		check_context("%s", cases[i].name);
		CHECK(good == (wrong == NULL));
		if (good) {
			CHECK(file_finish(
			    &target, "written", 7, why, sizeof why));
			check_file(cases[i].name, "written");
		} else
			CHECK_HAS(why, wrong);
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
	struct rlimit before, least;
	struct file_target target;
	char why[256] = "";

	prepare();
	REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
	least = (struct rlimit){ 99, before.rlim_max };
	REQUIRE(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	REQUIRE(setrlimit(RLIMIT_FSIZE, &least) == 0);
	CHECK(
	    !file_create(&target, &files, "flash:a.lic", 100, why, sizeof why));
	REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
	CHECK_STR(why, "File too large");
	check_file("flash:a.lic", "content");
	CHECK_UINT(leftovers(), 0);
}

/* What is there, not what it leads to. */
static void
existing(void)
{
	static const struct {
		const char *name;
		bool exists;
	} cases[] = {
		{ "flash:a.lic", true },
		{ "flash:dir/b.lic", true },
		{ "flash:dir", true },
		{ "flash:up", true },
		{ "flash:none", false },
		{ "flash:parent/outside", false },
		{ "flash:../outside", false },
		{ "gone:a.lic", false },
		{ "a.lic", false },
	};

	prepare();
	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		check_context("%s", cases[i].name);
		CHECK(file_exists(&files, cases[i].name) == cases[i].exists);
	}
}

/* The names, sorted, with blanks between them. */
struct listed {
	char names[20][64];
	size_t n, most;
};

static bool
take_name(void *arg, const char *name)
{
	struct listed *listed = arg;

	REQUIRE(listed->n < CHECK_COUNT(listed->names));
	snprintf(listed->names[listed->n++], 64, "%s", name);
	return listed->n < listed->most;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static const char *
listed(const char *begin, char text[1024])
{
	struct listed listed = { .most = 20 };
	size_t used = 0;

	text[0] = '\0';
	files_list(&files, begin, take_name, &listed);
	qsort(listed.names, listed.n, sizeof listed.names[0], by_name);
	for (size_t i = 0; i < listed.n; i++)
		used += (size_t)snprintf(
		    text + used, 1024 - used, "%s ", listed.names[i]);
	return text;
}

/* What a name can become; nothing outside, no sockets, nothing hidden. */
static void
listing(void)
{
	static const struct {
		const char *begin, *names;
	} cases[] = {
		{ "", "flash: gone: " },
		{ "fl", "flash: " },
		{ "x", "" },
		{ "flash", "flash: " },
		{ "flash:",
		    "flash:a.lic flash:absolute flash:dir/ flash:empty "
		    "flash:full flash:huge flash:inside flash:loop "
		    "flash:magic flash:parent flash:up " },
		{ "flash:e", "flash:empty " },
		{ "flash:/e", "flash:/empty " },
		{ "flash:d", "flash:dir/ " },
		{ "flash:dir/", "flash:dir/b.lic " },
		{ "flash:dir/b", "flash:dir/b.lic " },
		{ "flash:dir/c", "" },
		{ "flash:.", "flash:.hidden " },
		{ "flash:..", "" },
		{ "flash:../", "" },
		{ "flash:parent/", "" },
		{ "flash:magic/", "" },
		{ "flash:a.lic/", "" },
		{ "flash:none/", "" },
		{ "gone:", "" },
	};
	struct listed two = { .most = 2 };
	char text[1024];

	prepare();
	check_write(
	    check_path(prefixes[0].directory, ".hidden"), "content", 7);
	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		check_context("%s", cases[i].begin);
		CHECK_STR(listed(cases[i].begin, text), cases[i].names);
	}
	files_list(&files, "flash:", take_name, &two);
	CHECK_UINT(two.n, 2);
}

/* As a kernel before 5.6 does, and as containers do. */
static void
without_openat2(void)
{
	static const unsigned errors[] = { ENOSYS, EPERM };

	for (size_t i = 0; i < CHECK_COUNT(errors); i++) {
		refuse_openat2(errors[i]);
		names();
		writing();
		existing();
		listing();
	}
}

static const struct check_test tests[] = {
	{ "names", names }, { "the largest file", largest },
	{ "writing", writing }, { "a file that is given up", given_up },
	{ "no room", no_room }, { "existing files", existing },
	{ "listing", listing },
	{ "without openat2", without_openat2 }, /* the last: for good */
};

int
main(int argc, char **argv)
{
	return check_main("files", tests, CHECK_COUNT(tests), argc, argv);
}
