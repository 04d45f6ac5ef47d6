/* options.c - the rules that options have to keep. */
#include "options.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

/* False, having said what is wrong with one of the items. */
static bool __attribute__((format(printf, 5, 6)))
wrong(struct lc_option_fault *f, enum lc_option kind, size_t at, size_t first,
    const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	f->kind = kind;
	f->at = at;
	f->first = first;
	(void)lc_fail(&f->detail, LC_EOPTIONS, "%s", text);
	return false;
}
#define WRONG(kind, at, ...) wrong(f, kind, at, LC_OPTION_NONE, __VA_ARGS__)

/* What stands in a UDI: printable ASCII without spaces and ':'. */
static bool
is_udi_part(const char *text)
{
	if (text == NULL || *text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text <= ' ' || *text > '~' || *text == ':')
			return false;
	}
	return true;
}

static bool
has_length(const char *text, size_t min, size_t max)
{
	return text != NULL && strlen(text) >= min && strlen(text) <= max;
}

/* ---- Devices --------------------------------------------------------- */

static bool
device_is_new(const struct lc_options *o, size_t i, struct lc_option_fault *f)
{
	const struct lc_device_options *d = &o->devices[i];

	for (size_t j = 0; j < i; j++) {
		const struct lc_device_options *other = &o->devices[j];

		if (other->index == d->index)
			return wrong(f, LC_OPTION_DEVICE, i, j,
			    "duplicate device index %u", d->index);
		if (strcmp(other->pid, d->pid) == 0 &&
		    strcmp(other->sn, d->sn) == 0)
			return wrong(f, LC_OPTION_DEVICE, i, j,
			    "duplicate device %s:%s", d->pid, d->sn);
	}
	return true;
}

static bool
device_is_good(const struct lc_options *o, size_t i, struct lc_option_fault *f)
{
	const struct lc_device_options *d = &o->devices[i];

	if (d->index == 0 || d->index > INT32_MAX)
		return WRONG(LC_OPTION_DEVICE, i,
		    "device index %u: allowed are 1 to 2147483647", d->index);
	if (!is_udi_part(d->pid) || !is_udi_part(d->sn))
		return WRONG(LC_OPTION_DEVICE, i, "device %u: product ID and"
		    " serial number must be printable ASCII without spaces"
		    " and ':'", d->index);
	if (strlen(d->pid) + 1 + strlen(d->sn) > LC_UDI_MAX)
		return WRONG(LC_OPTION_DEVICE, i, "device %u: product ID and"
		    " serial number together have more than %d bytes",
		    d->index, LC_UDI_MAX - 1);
	return device_is_new(o, i, f);
}

static bool
device_has_default(const struct lc_options *o, size_t i,
    struct lc_option_fault *f)
{
	uint32_t device = o->devices[i].index;
	size_t chosen = LC_OPTION_NONE;

	for (size_t j = 0; j < o->nstores; j++) {
		if (o->stores[j].device != device || !o->stores[j].is_default)
			continue;
		if (chosen != LC_OPTION_NONE)
			return wrong(f, LC_OPTION_STORE, j, chosen,
			    "second default store of device %u", device);
		chosen = j;
	}
	return chosen != LC_OPTION_NONE || WRONG(LC_OPTION_DEVICE, i,
	    "device %u has no default store: one of its stores must be the"
	    " default one", device);
}

/* ---- Stores ---------------------------------------------------------- */

static bool
has_device(const struct lc_options *o, uint32_t device)
{
	for (size_t i = 0; i < o->ndevices; i++) {
		if (o->devices[i].index == device)
			return true;
	}
	return false;
}

static bool
store_is_new(const struct lc_options *o, size_t i, struct lc_option_fault *f)
{
	const struct lc_store_options *s = &o->stores[i];

	for (size_t j = 0; j < i; j++) {
		const struct lc_store_options *other = &o->stores[j];

		if (other->device == s->device && other->index == s->index)
			return wrong(f, LC_OPTION_STORE, i, j,
			    "duplicate store index %u", s->index);
		if (s->kind != LC_STORE_BUILT_IN && s->path != NULL &&
		    other->path != NULL && strcmp(s->path, other->path) == 0)
			return wrong(f, LC_OPTION_STORE, i, j,
			    "duplicate store file %s", s->path);
	}
	return true;
}

static bool
store_is_good(const struct lc_options *o, size_t i, struct lc_option_fault *f)
{
	const struct lc_store_options *s = &o->stores[i];

	if (!has_device(o, s->device))
		return WRONG(LC_OPTION_STORE, i, "store %u is for device %u,"
		    " which does not exist", s->index, s->device);
	if (s->index == 0)
		return WRONG(LC_OPTION_STORE, i, "store index 0 of device %u:"
		    " allowed are 1 to 4294967295", s->device);
	if (!has_length(s->name, 1, 255))
		return WRONG(LC_OPTION_STORE, i, "store %u of device %u: its"
		    " name must have 1 to 255 bytes", s->index, s->device);
	if (s->kind == LC_STORE_BUILT_IN && s->path == NULL)
		return WRONG(LC_OPTION_STORE, i, "store %s: path is missing:"
		    " a built-in store needs a license file", s->name);
	if (s->kind == LC_STORE_BUILT_IN && s->is_default)
		return WRONG(LC_OPTION_STORE, i, "store %s: a built-in store"
		    " is read-only and cannot be the default", s->name);
	return store_is_new(o, i, f);
}

/* ---- Features -------------------------------------------------------- */

static bool
feature_is_new(const struct lc_options *o, size_t i, struct lc_option_fault *f)
{
	const struct lc_feature_options *feature = &o->features[i];

	for (size_t j = 0; j < i; j++) {
		const struct lc_feature_options *other = &o->features[j];

		if (other->index == feature->index)
			return wrong(f, LC_OPTION_FEATURE, i, j,
			    "duplicate feature index %u", feature->index);
		if (strcmp(other->name, feature->name) == 0 &&
		    strcmp(other->version, feature->version) == 0)
			return wrong(f, LC_OPTION_FEATURE, i, j, "duplicate"
			    " feature %s, version %s", feature->name,
			    feature->version);
	}
	return true;
}

static bool
feature_is_good(const struct lc_options *o, size_t i,
    struct lc_option_fault *f)
{
	const struct lc_feature_options *feature = &o->features[i];
	const char *counted = feature->what_is_counted;

	if (!has_length(feature->name, 1, LC_FEATURE_MAX) ||
	    !has_length(feature->version, 0, LC_VERSION_MAX))
		return WRONG(LC_OPTION_FEATURE, i, "feature %u: its name must"
		    " have 1 to %d bytes, its version at most %d",
		    feature->index, LC_FEATURE_MAX, LC_VERSION_MAX);
	if (counted != NULL && !has_length(counted, 0, LC_FEATURE_MAX))
		return WRONG(LC_OPTION_FEATURE, i, "feature %s: what it counts"
		    " has more than %d bytes", feature->name, LC_FEATURE_MAX);
	if (feature->index == 0)
		return WRONG(LC_OPTION_FEATURE, i, "feature %s: index 0:"
		    " allowed are 1 to 4294967295", feature->name);
	return feature_is_new(o, i, f);
}

/* ---- Modules --------------------------------------------------------- */

static bool
levels_are_good(const struct lc_options *o, size_t i,
    struct lc_option_fault *f)
{
	const struct lc_module_options *m = &o->modules[i];

	for (size_t j = 1; j < m->nlevels; j++) {
		for (size_t k = 0; k < j; k++) {
			if (strcmp(m->levels[j], m->levels[k]) != 0)
				continue;
			f->module = i;
			return wrong(f, LC_OPTION_LEVEL, j, k, "module %s:"
			    " duplicate level %s", m->name, m->levels[j]);
		}
	}
	return true;
}

static bool
module_is_good(const struct lc_options *o, size_t i, struct lc_option_fault *f)
{
	const struct lc_module_options *m = &o->modules[i];

	if (!has_length(m->name, 1, LC_MODULE_MAX))
		return WRONG(LC_OPTION_MODULE, i, "module %zu: its name must"
		    " have 1 to %d bytes", i + 1, LC_MODULE_MAX);
	if (m->nlevels == 0 || m->nlevels > LC_NLEVELS_MAX)
		return WRONG(LC_OPTION_MODULE, i, "module %s has %zu levels;"
		    " allowed are 1 to %d", m->name, m->nlevels,
		    LC_NLEVELS_MAX);
	for (size_t j = 0; j < i; j++) {
		if (strcmp(o->modules[j].name, m->name) == 0)
			return wrong(f, LC_OPTION_MODULE, i, j,
			    "duplicate module %s", m->name);
	}
	return levels_are_good(o, i, f);
}

/* ---- All of them ----------------------------------------------------- */

static bool
all_are_good(const struct lc_options *o, struct lc_option_fault *f)
{
	bool good = true;

	if (o->ndevices == 0)
		return WRONG(LC_OPTION_DEVICE, LC_OPTION_NONE,
		    "no devices: at least one is required");
	for (size_t i = 0; i < o->ndevices && good; i++)
		good = device_is_good(o, i, f);
	for (size_t i = 0; i < o->nstores && good; i++)
		good = store_is_good(o, i, f);
	for (size_t i = 0; i < o->ndevices && good; i++)
		good = device_has_default(o, i, f);
	for (size_t i = 0; i < o->nfeatures && good; i++)
		good = feature_is_good(o, i, f);
	for (size_t i = 0; i < o->nmodules && good; i++)
		good = module_is_good(o, i, f);
	return good;
}

enum lc_err
lc_options_check(const struct lc_options *o, struct lc_option_fault *fault)
{
	return all_are_good(o, fault) ? LC_OK : LC_EOPTIONS;
}

enum lc_err
lc_options_judge(const struct lc_options *o, struct lc_detail *detail)
{
	struct lc_option_fault fault;
	enum lc_err err = lc_options_check(o, &fault);

	return err == LC_OK ? err : lc_fail(detail, err, "%s",
	    fault.detail.text);
}
