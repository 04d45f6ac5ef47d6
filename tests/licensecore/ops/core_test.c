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

/* ---- What a lease makes due -------------------------------------------- */

/* Nothing ends by it; but how long it is used is recorded. */
static void
a_permanent_one_is_recorded(void)
{
	struct lc_lease_request r = { .feature = "ipbasek9",
	    .version = "1.0" };
	struct device *d = device_new();
	struct lc_lease *lease = NULL;
	struct files before;
	int64_t wait;

	device_open(d);
	(void)device_add(d, issuer_terms("a"));
	(void)device_add(d, issuer_terms("b"));
	device_pass(d, 1);
	CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_OK, NULL);
	CHECK_ERR(lc_tick(d->lc, &wait), LC_OK, NULL);
	CHECK(wait > 0 && wait <= LC_FLUSH_S * 1000);
	device_pass(d, LC_FLUSH_S);
	lc_release(lease);
	before = files_read(d);
	CHECK_ERR(lc_tick(d->lc, &wait), LC_OK, NULL);
	CHECK(wait > 0 && wait <= LC_FLUSH_S * 1000);
	device_pass(d, LC_FLUSH_S);
	CHECK(!files_same(d, &before));
	device_free(d);
}

/* ---- An opening that is to end ----------------------------------------- */

static unsigned asked, stop_at;

static bool
stop(void *arg)
{
	(void)arg;
	return ++asked == stop_at;
}

/* Wherever it is then: it ends, and all is as it was. */
static void
opening_stops(void)
{
	struct device *d = device_new();
	struct files before;
	enum lc_err err = LC_ESTOPPED;

	device_open(d);
	for (char id[] = "a"; *id <= 'e'; ++*id)
		(void)device_add(d, issuer_terms(id));
	device_close(d);
	d->options.stop = stop;
	before = files_read(d);
	for (stop_at = 1; err == LC_ESTOPPED; stop_at++) {
		asked = 0;
		err = lc_open(&d->options, &d->lc, NULL);
		CHECK_UINT(asked, err == LC_OK ? stop_at - 1 : stop_at);
	}
	CHECK_ERR(err, LC_OK, NULL);
	CHECK(stop_at > 5 + 3);		/* lines, and tables with rows */
	CHECK_UINT(d->nnotices, 0);
	CHECK(device_license(d, "e") != NULL);
	device_close(d);
	CHECK(files_same(d, &before));
	device_free(d);
}

/* ---- Texts of the program --------------------------------------------- */

static void
texts_are_kept(void)
{
	static const char *const bad[] = { "", "A", "a b", "a.b",
		"abcdefghijklmnopqrstuvwxyzabcdefg" };
	struct device *d = device_new();
	char *long_text = malloc(LC_HOST_TEXT_MAX + 2);

	REQUIRE(long_text != NULL);
	memset(long_text, 'x', LC_HOST_TEXT_MAX + 1);
	long_text[LC_HOST_TEXT_MAX + 1] = '\0';
	device_open(d);
	CHECK(lc_host_text(d->lc, "a-b") == NULL);
	CHECK_ERR(lc_host_text_set(d->lc, "a-b", "{\"n\":1}"), LC_OK, NULL);
	CHECK_ERR(lc_host_text_set(d->lc, "c", long_text + 1), LC_OK, NULL);
	CHECK_ERR(lc_host_text_set(d->lc, "c", long_text), LC_EINVAL, NULL);
	CHECK_ERR(lc_host_text_set(d->lc, "c", "a\nb"), LC_EINVAL, NULL);
	for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
		check_context("\"%s\"", bad[i]);
		CHECK_ERR(lc_host_text_set(d->lc, bad[i], "x"), LC_EINVAL,
		    NULL);
		CHECK(lc_host_text(d->lc, bad[i]) == NULL);
	}
	device_close(d);
	device_open(d);
	CHECK_STR(lc_host_text(d->lc, "a-b"), "{\"n\":1}");
	CHECK_STR(lc_host_text(d->lc, "c"), long_text + 1);
	CHECK_ERR(lc_host_text_set(d->lc, "a-b", NULL), LC_OK, NULL);
	CHECK(lc_host_text(d->lc, "a-b") == NULL);
	device_close(d);
	device_open(d);
	CHECK(lc_host_text(d->lc, "a-b") == NULL);
	CHECK_UINT(d->nnotices, 0);
	device_free(d);
	free(long_text);
}

/* It is for openings alone. */
static void
an_open_one_goes_on(void)
{
	struct device *d = device_new();

	d->options.stop = stop;
	stop_at = 0;
	device_open(d);
	stop_at = asked + 1;
	(void)device_add(d, issuer_terms("a"));
	CHECK_ERR(lc_reconfigure(d->lc, &d->options, NULL), LC_OK, NULL);
	device_pass(d, 1);
	CHECK_UINT(asked, stop_at - 1);
	device_free(d);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "looking writes nothing", looking_writes_nothing },
		{ "closing records the time", closing_records_the_time },
		{ "a permanent one is recorded", a_permanent_one_is_recorded },
		{ "opening stops", opening_stops },
		{ "texts are kept", texts_are_kept },
		{ "an open one goes on", an_open_one_goes_on },
	};

	return check_main("core", tests, CHECK_COUNT(tests), argc, argv);
}
