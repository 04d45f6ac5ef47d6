/* lease_test.c - what is left for leases, and leases that others end. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "device.h"
#include "disk_calls.h"

#define DAY 86400

static struct lc_terms
counted(const char *id, uint32_t count)
{
	struct lc_terms t = issuer_terms(id);

	t.feature = "phones";
	t.counted = true;
	t.count = count;
	t.additive = true;
	return t;
}

static struct lc_lease *
take(struct device *d, uint32_t n, enum lc_err expected)
{
	struct lc_lease_request r = { .feature = "phones", .count = n };
	struct lc_lease *l = NULL;

	CHECK_ERR(lc_checkout(d->lc, &r, &l, NULL), expected, NULL);
	return l;
}

/* ---- Room ------------------------------------------------------------ */

static enum lc_err
room(struct device *d, const char *feature, struct lc_room *room)
{
	struct lc_lease_request r = { .feature = feature };
	struct lc_detail detail = { "" };

	*room = (struct lc_room){ 77, 77 };
	return lc_feature_room(d->lc, &r, room, &detail);
}

static void
room_of_a_count(void)
{
	struct device *d = device_new();
	struct lc_lease *lease;
	struct lc_room left;

	device_open(d);
	CHECK_ERR(room(d, "phones", &left), LC_ENOLICENSE, NULL);
	CHECK_UINT(left.allowed, 77);
	(void)device_add(d, counted("a", 10));
	(void)device_add(d, counted("b", 5));
	lease = take(d, 4, LC_OK);
	CHECK_ERR(room(d, "phones", &left), LC_OK, NULL);
	CHECK_UINT(left.allowed, 15);
	CHECK_UINT(left.left, 11);
	(void)take(d, 11, LC_OK);
	CHECK_ERR(room(d, "phones", &left), LC_OK, NULL);
	CHECK_UINT(left.left, 0);
	(void)take(d, 1, LC_EEXHAUSTED);
	lc_release(lease);
	CHECK_ERR(room(d, "phones", &left), LC_OK, NULL);
	CHECK_UINT(left.left, 4);
	device_free(d);
}

static void
room_without_end(void)
{
	struct device *d = device_new();
	struct lc_lease_request elsewhere = { .device = 9,
	    .feature = "phones" };
	struct lc_terms t = issuer_terms("a");
	struct lc_room left;

	d->features[1].mandatory = true;
	device_open(d);
	t.feature = "one";
	(void)device_add(d, t);
	CHECK_ERR(room(d, "one", &left), LC_OK, NULL);
	CHECK_UINT(left.allowed, UINT64_MAX);
	CHECK_UINT(left.left, UINT64_MAX);
	/* It always gets its lease. */
	CHECK_ERR(room(d, "phones", &left), LC_OK, NULL);
	CHECK_UINT(left.left, UINT64_MAX);
	(void)device_add(d, counted("c", 1));
	(void)take(d, 3, LC_OK);
	CHECK_ERR(room(d, "phones", &left), LC_OK, NULL);
	CHECK_UINT(left.left, UINT64_MAX);
	CHECK_ERR(room(d, "nothing", &left), LC_ENOLICENSE, NULL);
	CHECK_ERR(lc_feature_room(d->lc, &elsewhere, &left, NULL),
	    LC_EDEVICE, NULL);
	device_free(d);
}

static void
room_that_expired(void)
{
	struct device *d = device_new();
	struct lc_terms t = counted("s", 10);
	struct lc_room left;

	t.type = LC_PAID_SUBSCRIPTION;
	t.end = d->wall + DAY;
	device_open(d);
	(void)device_add(d, t);
	(void)take(d, 4, LC_OK);
	CHECK_ERR(room(d, "phones", &left), LC_OK, NULL);
	CHECK_UINT(left.left, 6);
	device_pass(d, DAY);
	CHECK_ERR(room(d, "phones", &left), LC_EEXPIRED, NULL);
	device_free(d);
}

/* ---- Leases that others end ------------------------------------------ */

static size_t
endings(struct device *d, char *body, size_t size)
{
	const struct lc_history *h = NULL;
	uint64_t last = 0;
	size_t n = 0;

	while (lc_history_next(d->lc, last, &h) == LC_OK) {
		last = h->seq;
		if (strcmp(h->what, "lease-end") != 0)
			continue;
		CHECK_STR(h->udi, ISSUER_UDI);
		snprintf(body, size, "%s", h->body);
		n++;
	}
	return n;
}

static void
ended(void)
{
	struct device *d = device_new();
	struct lc_lease_ending ending = { "root", "process 1, user 2", "why" };
	char body[512] = "", long_text[LC_COMMENT_MAX + 2];
	struct lc_lease *lease;
	struct lc_room left;

	device_open(d);
	(void)device_add(d, counted("a", 10));
	lease = take(d, 10, LC_OK);
	memset(long_text, 'x', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = '\0';
	ending.reason = long_text;
	CHECK_ERR(lc_lease_end(lease, &ending), LC_EINVAL, NULL);
	ending.reason = "two\nlines";
	CHECK_ERR(lc_lease_end(lease, &ending), LC_EINVAL, NULL);
	CHECK_UINT(endings(d, body, sizeof body), 0);
	(void)take(d, 1, LC_EEXHAUSTED);

	ending.reason = "why";
	CHECK_ERR(lc_lease_end(lease, &ending), LC_OK, NULL);
	CHECK_ERR(room(d, "phones", &left), LC_OK, NULL);
	CHECK_UINT(left.left, 10);
	device_reopen(d);
	CHECK_UINT(endings(d, body, sizeof body), 1);
	CHECK_STR(body, "{\"feature\":\"phones\",\"version\":\"1.0\",\"count\":"
	    "10,\"holder\":\"process 1, user 2\",\"by\":\"root\",\"reason\":"
	    "\"why\"}");
	device_free(d);
}

/* What cannot be recorded is not done. */
static void
ended_on_a_disk_that_fails(void)
{
	const struct lc_lease_ending ending = { "root", "process 1", "" };
	bool failed = true;
	size_t refused = 0;
	char body[512] = "";

	disk_end_at(0, DISK_FAILS);	/* from now on calls are counted */
	for (unsigned n = 1; failed; n++) {
		struct device *d = device_new();
		struct lc_lease *lease;
		struct lc_room left;
		enum lc_err err;

		check_context("call %u", n);
		device_open(d);
		(void)device_add(d, counted("a", 10));
		lease = take(d, 10, LC_OK);
		disk_end_at(n, DISK_FAILS);
		err = lc_lease_end(lease, &ending);
		failed = disk_ended();
		disk_end_at(0, DISK_FAILS);
		refused += err != LC_OK;
		CHECK(failed || err == LC_OK);
		CHECK_UINT(endings(d, body, sizeof body), err == LC_OK);
		CHECK_ERR(room(d, "phones", &left), LC_OK, NULL);
		CHECK_UINT(left.left, err == LC_OK ? 10 : 0);
		if (err != LC_OK)
			CHECK_UINT(lc_lease_count(lease), 10);
		device_free(d);
	}
	CHECK(refused > 0);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "room of a count", room_of_a_count },
		{ "room without end", room_without_end },
		{ "room that expired", room_that_expired },
		{ "a lease that is ended", ended },
		{ "ended on a disk that fails", ended_on_a_disk_that_fails },
	};

	return check_main("lease", tests, CHECK_COUNT(tests), argc, argv);
}
