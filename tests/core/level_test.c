/* level_test.c - modules that run at one of several levels. */
#include "check.h"
#include "device.h"

static const char *const levels[] = { "base", "services", "advanced" };

static struct device *
new_device(void)
{
	static const struct lc_module_options module = {
		.name = "image", .version = "1.0", .levels = levels,
		.nlevels = CHECK_COUNT(levels),
	};
	struct device *d = device_new();

	d->options.modules = &module;
	d->options.nmodules = 1;
	return d;
}

static struct lc_terms
license(const char *id, const char *feature)
{
	struct lc_terms t = issuer_terms(id);

	t.feature = feature;
	return t;
}

static void
check_running(const struct device *d, const char *level)
{
	const struct lc_module *const *modules;
	size_t n;

	modules = lc_modules(d->lc, &n);
	REQUIRE(n == 1);
	CHECK_STR(modules[0]->levels[modules[0]->running], level);
}

static enum lc_err
take(struct device *d, const char *feature)
{
	struct lc_lease_request r = {
		.feature = feature, .version = "1.0", .count = 1,
	};
	struct lc_lease *lease = NULL;
	enum lc_err err = lc_checkout(d->lc, &r, &lease, NULL);

	if (err == LC_OK)
		CHECK_INT(lc_lease_state(lease), LC_LEASE_LICENSED);
	lc_release(lease);
	return err;
}

/* The highest that is licensed, from the next start on. */
static void
the_highest_licensed(void)
{
	struct device *d = new_device();

	device_open(d);
	check_running(d, "base");
	CHECK_ERR(take(d, "base"), LC_OK, NULL);
	CHECK_ERR(take(d, "services"), LC_ENOLICENSE, NULL);
	(void)device_add(d, license("s", "services"));
	check_running(d, "base");
	CHECK_INT(lc_license_status(d->lc, device_license(d, "s")),
	    LC_NOT_IN_USE);
	device_reopen(d);
	check_running(d, "services");
	CHECK_INT(lc_license_status(d->lc, device_license(d, "s")),
	    LC_IN_USE);

	/* A higher one includes those below. */
	(void)device_add(d, license("a", "advanced"));
	CHECK_ERR(lc_reconfigure(d->lc, &d->options, NULL), LC_OK, NULL);
	check_running(d, "services");
	device_reopen(d);
	check_running(d, "advanced");
	CHECK_INT(lc_license_status(d->lc, device_license(d, "s")),
	    LC_NOT_IN_USE);
	CHECK_ERR(device_clear(d, device_license(d, "s")->index), LC_OK,
	    NULL);
	CHECK_ERR(take(d, "services"), LC_OK, NULL);
	CHECK_ERR(device_clear(d, device_license(d, "a")->index), LC_EINUSE,
	    NULL);
	device_free(d);
}

static void
the_operator_chooses(void)
{
	struct device *d = new_device();

	device_open(d);
	(void)device_add(d, license("s", "services"));
	(void)device_add(d, license("a", "advanced"));
	CHECK_ERR(lc_boot_level_set(d->lc, 0, "image", "nothing"),
	    LC_ENOTFOUND, NULL);
	CHECK_ERR(lc_boot_level_set(d->lc, 0, "motor", "base"), LC_ENOTFOUND,
	    NULL);
	CHECK_ERR(lc_boot_level_set(d->lc, 9, "image", "base"), LC_EDEVICE,
	    NULL);
	CHECK_ERR(lc_boot_level_set(d->lc, 0, "image", "services"), LC_OK,
	    NULL);
	device_reopen(d);
	check_running(d, "services");
	CHECK_ERR(lc_boot_level_set(d->lc, 0, "image", "base"), LC_OK, NULL);
	device_reopen(d);
	check_running(d, "base");
	CHECK_ERR(lc_boot_level_set(d->lc, 0, "image", NULL), LC_OK, NULL);
	device_reopen(d);
	check_running(d, "advanced");

	/* Wanted, but not licensed any more: the next one below that is. */
	CHECK_ERR(lc_boot_level_set(d->lc, 0, "image", "services"), LC_OK,
	    NULL);
	device_reopen(d);
	CHECK_ERR(device_clear(d, device_license(d, "a")->index), LC_OK,
	    NULL);
	CHECK_ERR(lc_boot_level_set(d->lc, 0, "image", "advanced"), LC_OK,
	    NULL);
	device_reopen(d);
	check_running(d, "services");
	device_free(d);
}

static void
options_that_are_refused(void)
{
	static const char *const twice[] = { "base", "base" };
	struct lc_module_options m[2] = {
		{ "image", "1.0", levels, 3 }, { "image", "1.0", levels, 3 },
	};
	struct device *d = new_device();
	struct lc_detail detail;

	d->options.modules = m;
	d->options.nmodules = 2;
	CHECK_ERR(lc_open(&d->options, &d->lc, &detail), LC_EOPTIONS, NULL);
	CHECK_STR(detail.text, "module image is there twice");
	m[1].name = "other";
	m[1].nlevels = 0;
	CHECK_ERR(lc_open(&d->options, &d->lc, &detail), LC_EOPTIONS, NULL);
	CHECK_STR(detail.text,
	    "module other: it must have 1 to 16 levels, not 0");
	m[1].levels = twice;
	m[1].nlevels = 2;
	CHECK_ERR(lc_open(&d->options, &d->lc, &detail), LC_EOPTIONS, NULL);
	CHECK_STR(detail.text, "module other has level base twice");
	device_free(d);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "the highest licensed", the_highest_licensed },
		{ "the operator chooses", the_operator_chooses },
		{ "options that are refused", options_that_are_refused },
	};

	return check_main("level", tests, CHECK_COUNT(tests), argc, argv);
}
