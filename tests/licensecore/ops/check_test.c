/*
 * check_test.c - a check in slices: how much is in one, what may happen between
 * two, and what it finds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "device.h"
#include "format/line.h"
#include "old_state.h"

#define COUNT 2000
#define LINES_MAX 16	/* whose signature is verified in a slice */
#define ROOM (16 * 1024 * 1024)

/* Signatures that were verified. */
static size_t nverified;

enum lc_err __real_lc_line_open(const char *, size_t, const struct lc_trust *,
    struct lc_line **, struct lc_detail *);
enum lc_err __wrap_lc_line_open(const char *, size_t, const struct lc_trust *,
    struct lc_line **, struct lc_detail *);

enum lc_err
__wrap_lc_line_open(const char *text, size_t len, const struct lc_trust *trust,
    struct lc_line **line, struct lc_detail *detail)
{
	nverified++;
	return __real_lc_line_open(text, len, trust, line, detail);
}

/* ---- A device with many licenses -------------------------------------- */

static char *
file_of(const struct device *d, const char *prefix, size_t n)
{
	struct lc_terms *terms = calloc(n, sizeof *terms);
	char (*ids)[32] = calloc(n, sizeof *ids), *text;

	REQUIRE(terms != NULL && ids != NULL);
	for (size_t i = 0; i < n; i++) {
		snprintf(ids[i], sizeof ids[i], "%s%zu", prefix, i + 1);
		terms[i] = issuer_terms(ids[i]);
	}
	text = device_file(d, terms, n);
	free(terms);
	free(ids);
	return text;
}

static void
install(struct device *d, const char *prefix, size_t n, uint32_t store)
{
	char *text = file_of(d, prefix, n);
	struct lc_action *a = device_install_file(d, text,
	    (struct lc_request){ .store = store });

	CHECK_ERR(lc_action_error(a), LC_OK, NULL);
	lc_action_free(a);
	free(text);
}

static struct device *
device_with(size_t n)
{
	struct device *d = device_new();

	d->stores[0].size = ROOM;
	device_open(d);
	install(d, "a", n, 0);
	nverified = 0;
	return d;
}

/* A removable store and a built-in one, with licenses. */
static struct device *
device_with_stores(size_t n)
{
	struct device *d = device_with(n);
	char *text = file_of(d, "built-in", n);

	check_write(check_path(d->issuer->dir, "built-in.lic"), text,
	    strlen(text));
	free(text);
	d->stores[1] = (struct lc_store_options){
		.device = 1, .index = 2, .kind = LC_STORE_REMOVABLE,
		.name = "usb:store", .size = ROOM,
		.path = check_path(check_dir(), "store.db"),
	};
	d->stores[2] = (struct lc_store_options){
		.device = 1, .index = 3, .kind = LC_STORE_BUILT_IN,
		.name = "built-in",
		.path = check_path(d->issuer->dir, "built-in.lic"),
	};
	d->options.nstores = 3;
	CHECK_ERR(lc_reconfigure(d->lc, &d->options, NULL), LC_OK, NULL);
	install(d, "usb", n, 2);
	nverified = 0;
	d->nnotices = 0;
	return d;
}

static struct lc_check *
check_new(const struct device *d)
{
	struct lc_check *c = NULL;

	CHECK_ERR(lc_check_new(d->lc, &c), LC_OK, NULL);
	REQUIRE(c != NULL);
	return c;
}

/* To its end, which is freed. */
static void
finish(struct lc_check *c, enum lc_err expected, const char *finding)
{
	struct lc_detail detail = { "" };

	while (!lc_check_step(c))
		continue;
	CHECK(lc_check_step(c));	/* it stays over */
	CHECK_ERR(lc_check_result(c, &detail), expected, &detail);
	CHECK_HAS(detail.text, finding);
	lc_check_free(c);
}

/* ---- The tests --------------------------------------------------------- */

/* Each signature is verified once, and a slice has no more than some. */
static void
slices(void)
{
	struct device *d = device_with(COUNT);
	struct lc_check *c = check_new(d);
	size_t most = 0, steps = 0;
	bool over;

	do {
		size_t before = nverified;

		over = lc_check_step(c);
		steps++;
		if (nverified - before > most)
			most = nverified - before;
	} while (!over);
	CHECK_UINT(nverified, COUNT);
	CHECK_UINT(most, LINES_MAX);
	CHECK(steps > COUNT / LINES_MAX);
	finish(c, LC_OK, "");
	CHECK_UINT(d->nnotices, 0);
	/* The same at once. */
	nverified = 0;
	CHECK_ERR(lc_check(d->lc, NULL), LC_OK, NULL);
	CHECK_UINT(nverified, COUNT);
	device_free(d);
}

/* Lines that were cleared take no time that is not bounded. */
static void
slices_of_cleared_ones(void)
{
	struct device *d = device_with(200);
	struct lc_check *c = check_new(d);
	size_t most = 0, before;

	for (uint32_t i = 1; i <= 199; i++)
		CHECK_INT(device_clear(d, i), LC_OK);
	do {
		before = nverified;
		most += lc_check_step(c);
	} while (nverified == before && most == 0);
	CHECK_UINT(nverified, 1);
	finish(c, LC_OK, "");
	device_free(d);
}

/* Whatever else is asked for between two slices is done. */
static void
others_between(void)
{
	struct lc_lease_request r = { .feature = "ipbasek9",
	    .version = "1.0" };
	struct device *d = device_with(COUNT);
	struct lc_check *c = check_new(d);
	const struct lc_history *h;
	uint64_t seq = 0;

	for (uint32_t i = 1; !lc_check_step(c); i++) {
		struct lc_lease *lease = NULL;
		char id[32];

		check_context("slice %u", (unsigned)i);
		CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_OK, NULL);
		device_pass(d, 1);
		lc_release(lease);
		CHECK_ERR(lc_history_next(d->lc, seq, &h), LC_OK, NULL);
		seq = h->seq;
		snprintf(id, sizeof id, "new%u", (unsigned)i);
		CHECK(device_add(d, issuer_terms(id)) > COUNT);
		/* Where the check has been, and where it has not. */
		CHECK_INT(device_clear(d, i), LC_OK);
		CHECK_INT(device_clear(d, COUNT - i), LC_OK);
	}
	check_context(NULL);
	finish(c, LC_OK, "");
	CHECK_UINT(d->nnotices, 0);
	CHECK_ERR(lc_check(d->lc, NULL), LC_OK, NULL);
	device_free(d);
}

/* Several are under way, each with its own result; one is given up. */
static void
two_at_once(void)
{
	struct device *d = device_with(200);
	struct lc_check *first = check_new(d), *second, *third = check_new(d);

	for (int i = 0; i < 3; i++)
		CHECK(!lc_check_step(first) && !lc_check_step(third));
	lc_check_free(third);
	nverified = 0;
	state_edit(d, "state-twin.db", "DELETE FROM copy WHERE n = 2");
	/* The first one has read that file by now; the second one has not. */
	second = check_new(d);
	while (!lc_check_step(first) && !lc_check_step(second))
		continue;
	finish(first, LC_OK, "");
	finish(second, LC_EDAMAGED, "state-twin.db: not what was last");
	device_pass(d, 1);
	CHECK_HAS(d->told, "state-twin.db was made again from");
	CHECK_ERR(lc_check(d->lc, NULL), LC_OK, NULL);
	lc_check_free(NULL);
	device_free(d);
}

/* The state is opened again under it: what it found stays found. */
static void
opened_again(void)
{
	struct device *d = device_with(200);
	struct lc_check *c;

	CHECK_ERR(lc_check(d->lc, NULL), LC_OK, NULL);
	state_edit(d, "state.db", "DELETE FROM copy WHERE n = 150");
	state_edit(d, "state-twin.db", "DELETE FROM copy WHERE n = 2");
	c = check_new(d);
	while (d->nnotices == 0)
		CHECK(!lc_check_step(c));
	CHECK(lc_recording(d->lc, NULL) != LC_OK);
	device_pass(d, 1);
	CHECK_ERR(lc_recording(d->lc, NULL), LC_OK, NULL);
	finish(c, LC_EDAMAGED, "state.db: not what was last written");
	/* Of rows that were whole in one of them nothing is lost. */
	CHECK(device_license(d, "a2") != NULL);
	CHECK(device_license(d, "a150") != NULL);
	device_free(d);
}

/* Stores of all kinds, which come and go. */
static void
stores(void)
{
	struct device *d = device_with_stores(100);
	struct lc_check *c = check_new(d);
	size_t most = 0;

	for (bool over = false; !over; ) {
		size_t before = nverified;

		over = lc_check_step(c);
		if (nverified - before > most)
			most = nverified - before;
	}
	finish(c, LC_OK, "");
	CHECK_UINT(nverified, 300);
	CHECK_UINT(most, LINES_MAX);

	/* Taken out in the middle of it. */
	c = check_new(d);
	nverified = 0;
	while (nverified < 100 + LINES_MAX)
		CHECK(!lc_check_step(c));
	CHECK_INT(unlink(d->stores[1].path), 0);
	device_pass(d, 60);
	CHECK(device_license(d, "usb1") == NULL);
	finish(c, LC_OK, "");
	CHECK_UINT(nverified, 100 + LINES_MAX + 100);
	CHECK_INT(access(d->stores[1].path, F_OK), -1);

	/* No store is left but the first one. */
	c = check_new(d);
	nverified = 0;
	while (nverified < 200)
		CHECK(!lc_check_step(c));
	d->options.nstores = 1;
	CHECK_ERR(lc_reconfigure(d->lc, &d->options, NULL), LC_OK, NULL);
	finish(c, LC_OK, "");
	device_free(d);
}

/* A store that is damaged is named, and the others are checked. */
static void
damaged_stores(void)
{
	struct device *d = device_with_stores(100);
	char *data, *dot;
	size_t len;

	state_edit_at(d->stores[1].path, "UPDATE line SET line ="
	    " replace(line, '.', 'A.') WHERE rowid = 50");
	data = check_read(d->stores[2].path, &len);
	dot = strchr(data + len / 2, '.');
	REQUIRE(dot != NULL);
	dot[5] = dot[5] == 'A' ? 'B' : 'A';
	check_write(d->stores[2].path, data, len);
	free(data);
	finish(check_new(d), LC_EDAMAGED, "store usb:store: license usb50:");
	CHECK_UINT(d->nnotices, 2);
	CHECK_HAS(d->told, "store built-in: license of the file:");
	CHECK_UINT(nverified, 300);

	nverified = 0;
	check_write(d->stores[1].path, "no database", 11);
	CHECK_INT(unlink(d->stores[2].path), 0);
	finish(check_new(d), LC_EDAMAGED, "");
	CHECK_HAS(d->told, "store.db: damaged, or not a license database");
	CHECK_HAS(d->told, "store built-in: ");
	CHECK_UINT(nverified, 100);
	device_free(d);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "slices", slices },
		{ "slices of cleared ones", slices_of_cleared_ones },
		{ "others between", others_between },
		{ "two at once", two_at_once },
		{ "opened again", opened_again },
		{ "stores", stores },
		{ "damaged stores", damaged_stores },
	};

	return check_main("check", tests, CHECK_COUNT(tests), argc, argv);
}
