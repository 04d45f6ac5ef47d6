/* core_test.c - opening and closing a core. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "device.h"

#define MINUTE 60

static const char *const names[] = { "state.db", "state-twin.db" };

/* The state files, all bytes of them. */
struct files {
	char *data[CHECK_COUNT(names)];
	size_t len[CHECK_COUNT(names)];
};

static struct files
files_read(const struct device *d)
{
	struct files f;

	for (size_t i = 0; i < CHECK_COUNT(names); i++)
		f.data[i] = check_read(check_path(d->dir, names[i]),
		    &f.len[i]);
	return f;
}

static void
files_free(struct files *f)
{
	for (size_t i = 0; i < CHECK_COUNT(names); i++)
		free(f->data[i]);
}

/* Are they still that?  Frees them. */
static bool
files_same(const struct device *d, struct files *f)
{
	struct files now = files_read(d);
	bool same = true;

	for (size_t i = 0; i < CHECK_COUNT(names); i++)
		same &= now.len[i] == f->len[i] &&
		    memcmp(now.data[i], f->data[i], f->len[i]) == 0;
	files_free(&now);
	files_free(f);
	return same;
}

static void
looking_writes_nothing(void)
{
	struct device *d = device_new();
	struct files before;

	device_open(d);
	(void)device_add(d, issuer_terms("a"));
	device_close(d);
	before = files_read(d);
	d->wall += MINUTE - 1;
	device_open(d);
	CHECK_ERR(lc_check(d->lc, NULL), LC_OK, NULL);
	device_close(d);
	CHECK(files_same(d, &before));
	device_free(d);
}

/* So that a clock that is set back later does not count. */
static void
closing_records_the_time(void)
{
	struct device *d = device_new();
	struct files before;
	int64_t last;

	device_open(d);
	(void)device_add(d, issuer_terms("a"));
	device_close(d);
	before = files_read(d);
	last = d->wall += MINUTE;
	device_reopen(d);
	device_close(d);
	CHECK(!files_same(d, &before));
	d->wall -= 86400;
	device_open(d);
	CHECK_INT(lc_clock_now_s(d->lc), last);
	device_free(d);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "looking writes nothing", looking_writes_nothing },
		{ "closing records the time", closing_records_the_time },
	};

	return check_main("core", tests, CHECK_COUNT(tests), argc, argv);
}
