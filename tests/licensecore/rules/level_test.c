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

static const struct lc_module *
the_module(const struct device *d)
{
	size_t n;

	return lc_modules(d->lc, &n)[0];
}

static const char *
license_of(const struct device *d, size_t level)
{
	const struct lc_license *l =
	    lc_module_license(d->lc, the_module(d), level);

	return l != NULL ? l->terms.id : "none";
}

/* What comes at the next start, and the licenses behind it. */
static void
the_next_start(void)
{
	struct device *d = new_device();

	device_open(d);
	CHECK_UINT(lc_module_next(d->lc, the_module(d)), 0);
	CHECK_STR(license_of(d, 0), "none");
	(void)device_add(d, license("s", "services"));
	CHECK_UINT(the_module(d)->running, 0);
	CHECK_UINT(lc_module_next(d->lc, the_module(d)), 1);
	CHECK_STR(license_of(d, 1), "s");
	CHECK_STR(license_of(d, 2), "none");
	CHECK_ERR(lc_boot_level_set(d->lc, 0, "image", "advanced"), LC_OK,
	    NULL);
	CHECK_UINT(lc_module_next(d->lc, the_module(d)), 1);
	CHECK_ERR(lc_boot_level_set(d->lc, 0, "image", "base"), LC_OK, NULL);
	CHECK_UINT(lc_module_next(d->lc, the_module(d)), 0);
	(void)device_add(d, license("b", "base"));
	CHECK_STR(license_of(d, 0), "b");
	device_free(d);
}

/* Told if it is another one, and queued if the switch is on. */
static void
a_change_is_told(void)
{
	struct device *d = new_device();
	const struct lc_event *e = NULL;

	device_open(d);
	CHECK(!lc_switch_get(d->lc, LC_SWITCH_LEVEL));
	CHECK_ERR(lc_boot_level_set(d->lc, 0, "image", "advanced"), LC_OK,
	    NULL);
	CHECK_ERR(lc_event_next(d->lc, 0, &e), LC_ENOTFOUND, NULL);
	CHECK_ERR(lc_switch_set(d->lc, LC_SWITCH_LEVEL, true), LC_OK, NULL);
	device_reopen(d);
	CHECK(lc_switch_get(d->lc, LC_SWITCH_LEVEL));
	CHECK_ERR(lc_boot_level_set(d->lc, 0, "image", "advanced"), LC_OK,
	    NULL);
	CHECK_ERR(lc_event_next(d->lc, 0, &e), LC_ENOTFOUND, NULL);
	CHECK_ERR(lc_boot_level_set(d->lc, 0, "image", "services"), LC_OK,
	    NULL);
	device_reopen(d);
	REQUIRE(lc_event_next(d->lc, 0, &e) == LC_OK);
	CHECK_INT(e->kind, LC_EVENT_BOOT_LEVEL);
	CHECK_STR(e->module, "image");
	CHECK_STR(e->level, "base");
	CHECK_STR(e->wanted, "services");
	CHECK_UINT(e->device, 1);
	CHECK_ERR(lc_event_done(d->lc, e->seq), LC_OK, NULL);
	CHECK_ERR(lc_boot_level_set(d->lc, 0, "image", NULL), LC_OK, NULL);
	REQUIRE(lc_event_next(d->lc, 0, &e) == LC_OK);
	CHECK_STR(e->wanted, "");
	device_free(d);
}

/* As object identifiers that have the name in them. */
static void
modules_in_order(void)
{
	static const struct lc_module_options m[] = {
		{ "wireless", "1.0", levels, 1 }, { "image", "1.0", levels, 3 },
		{ "audio", "1.0", levels, 2 }, { "z", "1.0", levels, 1 },
	};
	static const char *const names[] = { "z", "audio", "image",
		"wireless" };
	const struct lc_module *const *modules;
	const struct lc_level *const *all;
	struct device *d = new_device();
	size_t n;

	d->options.modules = m;
	d->options.nmodules = CHECK_COUNT(m);
	device_open(d);
	modules = lc_modules(d->lc, &n);
	CHECK_UINT(n, CHECK_COUNT(names));
	for (size_t i = 0; i < n; i++)
		CHECK_STR(modules[i]->name, names[i]);
	all = lc_levels(d->lc, &n);
	CHECK_UINT(n, 7);
	CHECK_STR(all[3]->module->name, "image");
	CHECK_UINT(all[3]->number, 1);
	CHECK_STR(all[3]->license, "");
	CHECK_STR(all[5]->name, "advanced");
	CHECK_STR(all[5]->license, "advanced");
	CHECK_UINT(all[5]->number, 3);
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
	CHECK_STR(detail.text, "duplicate module image");
	m[1].name = "a23456789b23456789c23456789d23456789e23456789f23456789"
	    "g23456789h2345";
	CHECK_ERR(lc_open(&d->options, &d->lc, &detail), LC_EOPTIONS, NULL);
	CHECK_STR(detail.text,
	    "module 2: its name must have 1 to 64 bytes");
	m[1].name = "other";
	m[1].nlevels = 0;
	CHECK_ERR(lc_open(&d->options, &d->lc, &detail), LC_EOPTIONS, NULL);
	CHECK_STR(detail.text,
	    "module other has 0 levels; allowed are 1 to 16");
	m[1].levels = twice;
	m[1].nlevels = 2;
	CHECK_ERR(lc_open(&d->options, &d->lc, &detail), LC_EOPTIONS, NULL);
	CHECK_STR(detail.text, "module other: duplicate level base");
	device_free(d);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "the highest licensed", the_highest_licensed },
		{ "the operator chooses", the_operator_chooses },
		{ "the next start", the_next_start },
		{ "a change is told", a_change_is_told },
		{ "modules in order", modules_in_order },
		{ "options that are refused", options_that_are_refused },
	};

	return check_main("level", tests, CHECK_COUNT(tests), argc, argv);
}
