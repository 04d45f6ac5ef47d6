/* running_test.c - the record of meters that run. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "disk_calls.h"
#include "memory.h"
#include "state/mac.h"
#include "state/running.h"

static const uint8_t key[LC_MAC_LEN] = "a key of the tests";
static struct lc_running_meter meters[] = {
	{ 7, 123456789, true }, { 3, 5, false },
};
static const char *const names[] = { "running", "running-twin" };

static struct lc_running_record
record(int64_t number)
{
	return (struct lc_running_record){
		.number = number, .high = 1800000000 + number, .floor = 2,
		.ahead = 3, .boot_ms = 4, .boot_id = "a-boot",
		.meters = meters, .n = CHECK_COUNT(meters),
	};
}

static struct lc_running *
open_in(const char *dir)
{
	struct lc_running *r = NULL;

	disk_end_at(0, DISK_FAILS);	/* which makes it quick */
	REQUIRE(lc_running_new(dir, key, &r) == LC_OK);
	return r;
}

static void
check_record(const char *dir, int64_t number, bool is_damaged)
{
	struct lc_running *r = open_in(dir);
	struct lc_running_record found = { .n = 0 };
	bool damaged;

	REQUIRE(lc_running_read(r, ".aside", &found, &damaged) == LC_OK);
	CHECK_INT(found.number, number);
	CHECK_INT(found.high, 1800000000 + number);
	CHECK_INT(found.floor, 2);
	CHECK_INT(found.ahead, 3);
	CHECK_INT(found.boot_ms, 4);
	CHECK_STR(found.boot_id, "a-boot");
	REQUIRE(found.n == CHECK_COUNT(meters));
	CHECK_INT(found.meters[0].identity, 7);
	CHECK_INT(found.meters[0].used_ms, 123456789);
	CHECK(found.meters[0].runs);
	CHECK(!found.meters[1].runs);
	CHECK_INT(damaged, is_damaged);
	free(found.meters);
	lc_running_free(r);
}

static const char *
with_records(int64_t last)
{
	const char *dir = check_dir();
	struct lc_running *r = open_in(dir);
	struct lc_detail why = { "" };

	for (int64_t n = 1; n <= last; n++) {
		struct lc_running_record it = record(n);

		CHECK_ERR(lc_running_write(r, &it, &why), LC_OK, &why);
	}
	lc_running_free(r);
	return dir;
}

static void
the_last_one_counts(void)
{
	const char *dir = check_dir();
	struct lc_running *r = open_in(dir);
	struct lc_running_record found;
	struct stat st;
	bool damaged;

	CHECK_INT(lc_running_read(r, ".aside", &found, &damaged), LC_ENOTFOUND);
	CHECK(!damaged);
	CHECK(access(check_path(dir, "running"), F_OK) != 0);
	lc_running_free(r);
	dir = with_records(3);
	check_record(dir, 3, false);
	for (int i = 0; i < 2; i++) {
		REQUIRE(stat(check_path(dir, names[i]), &st) == 0);
		CHECK_INT(st.st_size, 4096);
		CHECK_INT(st.st_mode & 0777, 0600);
	}
}

/* Two writes and two syncs, and nothing else. */
static void
what_it_costs(void)
{
	const char *dir = with_records(1);
	struct lc_running *r = open_in(dir);
	struct lc_running_record it = record(2);

	CHECK_INT(lc_running_write(r, &it, NULL), LC_OK);
	it = record(3);
	disk_end_at(5, DISK_FAILS);
	CHECK_INT(lc_running_write(r, &it, NULL), LC_OK);
	CHECK(!disk_ended());
	lc_running_free(r);
	check_record(dir, 3, false);
}

/* The record is what one file says; the rest of the block says nothing. */
static void
every_byte(void)
{
	const char *dir = with_records(2);
	size_t len, used = 20 + 48 + 40 + 2 * 17 + 32;

	for (int i = 0; i < 2; i++) {
		const char *path = check_path(dir, names[i]);
		char *data = check_read(path, &len);

		for (size_t at = 0; at < len; at++) {
			check_context("%s, byte %zu", names[i], at);
			data[at] ^= (char)(1 << at % 8);
			check_write(path, data, len);
			data[at] ^= (char)(1 << at % 8);
			check_record(dir, 2, at < used);
		}
		check_write(path, data, len);
		free(data);
	}
}

static void
lost_files(void)
{
	for (int how = 0; how < 4; how++) {
		const char *dir = with_records(2);
		const char *path = check_path(dir, names[how % 2]);
		struct lc_running *r;
		struct lc_running_record it = record(9);

		check_context("case %d", how);
		CHECK_INT(unlink(path), 0);
		if (how > 1)
			CHECK_INT(mkdir(path, 0700), 0);
		check_record(dir, 2, how > 1);
		r = open_in(dir);
		CHECK_INT(lc_running_write(r, &it, NULL), LC_OK);
		/* While it is open, too. */
		CHECK_INT(unlink(path), 0);
		CHECK_INT(lc_running_write(r, &it, NULL), LC_OK);
		lc_running_free(r);
		CHECK_INT(unlink(check_path(dir, names[1 - how % 2])), 0);
		check_record(dir, 9, false);
	}
}

/* Of two that are whole the newer one. */
static void
one_is_older(void)
{
	const char *dir = with_records(2), *old = with_records(1);
	size_t len;
	char *data = check_read(check_path(old, "running"), &len);

	for (int i = 0; i < 2; i++) {
		size_t new_len;
		char *new = check_read(check_path(dir, names[i]), &new_len);

		check_write(check_path(dir, names[i]), data, len);
		check_record(dir, 2, false);
		check_write(check_path(dir, names[i]), new, new_len);
		free(new);
	}
	free(data);
}

static void
every_fault(void)
{
	bool goes_on = true;

	for (unsigned n = 1; goes_on; n++) {
		const char *dir = with_records(2);
		struct lc_running *r = open_in(dir);
		struct lc_running_record it = record(3);

		check_context("disk call %u", n);
		disk_end_at(n, DISK_FAILS);
		CHECK_INT(lc_running_write(r, &it, NULL), LC_OK);
		disk_end_at(0, DISK_FAILS);
		goes_on = disk_ended();
		lc_running_free(r);
		check_record(dir, 3, false);
	}
	goes_on = true;
	for (unsigned n = 1; goes_on; n++) {
		struct lc_running_record found = { .n = 0 };
		const char *dir = with_records(2);
		struct lc_running *r = NULL;
		bool damaged;
		enum lc_err err;

		check_context("allocation %u", n);
		memory_fail_at(n);
		err = lc_running_new(dir, key, &r);
		if (err == LC_OK)
			err = lc_running_read(r, ".aside", &found, &damaged);
		memory_fail_at(0);
		goes_on = memory_failed();
		CHECK_INT(err, goes_on ? LC_ENOMEM : LC_OK);
		if (err == LC_OK)
			free(found.meters);
		lc_running_free(r);
	}
}

static void
no_room(void)
{
	const char *dir = check_dir();
	struct lc_running *r = open_in(dir);
	struct lc_running_record it = record(1);
	struct lc_detail why = { "" };
	struct rlimit had, none;

	REQUIRE(getrlimit(RLIMIT_FSIZE, &had) == 0);
	none = had;
	none.rlim_cur = 100;
	(void)signal(SIGXFSZ, SIG_IGN);
	REQUIRE(setrlimit(RLIMIT_FSIZE, &none) == 0);
	CHECK_ERR(lc_running_write(r, &it, &why), LC_EIO, NULL);
	CHECK_HAS(why.text, "running-twin cannot be written");
	REQUIRE(setrlimit(RLIMIT_FSIZE, &had) == 0);
	CHECK_ERR(lc_running_write(r, &it, &why), LC_OK, &why);
	lc_running_free(r);
	check_record(dir, 1, false);
}

/* More than a block. */
static void
many_meters(void)
{
	static struct lc_running_meter many[1000];
	const char *dir = check_dir();
	struct lc_running *r = open_in(dir);
	struct lc_running_record it = record(1), found;
	bool damaged;

	for (int i = 0; i < 1000; i++)
		many[i] = (struct lc_running_meter){ i, i * 1000, i % 2 == 0 };
	it.meters = many;
	it.n = 1000;
	CHECK_INT(lc_running_write(r, &it, NULL), LC_OK);
	it.number = 2;
	it.n = 1;
	CHECK_INT(lc_running_write(r, &it, NULL), LC_OK);
	it.number = 3;
	it.n = 1000;
	CHECK_INT(lc_running_write(r, &it, NULL), LC_OK);
	REQUIRE(lc_running_read(r, ".aside", &found, &damaged) == LC_OK);
	CHECK_UINT(found.n, 1000);
	CHECK_INT(found.meters[999].used_ms, 999000);
	free(found.meters);
	lc_running_free(r);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "the last one counts", the_last_one_counts },
		{ "what it costs", what_it_costs },
		{ "every byte", every_byte },
		{ "lost files", lost_files },
		{ "one is older", one_is_older },
		{ "every fault", every_fault },
		{ "no room", no_room },
		{ "many meters", many_meters },
	};

	return check_main("running", tests, CHECK_COUNT(tests), argc, argv);
}
