/* use.c - features that are used, and the licenses that leases draw on. */
#include "use.h"

#include <stdlib.h>
#include <string.h>

#include "count.h"
#include "format/type.h"
#include "meter.h"

/* ---- Uses ------------------------------------------------------------ */

static int
use_order(uint32_t device, const char *feature, const char *version,
    const struct lc_use *use)
{
	int by = (device > use->device) - (device < use->device);

	if (by == 0)
		by = strcmp(feature, use->feature);
	return by != 0 ? by : strcmp(version, use->version);
}

/* Where it is in the list, or would have to be. */
static size_t
use_search(const struct lc_uses *uses, uint32_t device, const char *feature,
    const char *version, bool *found)
{
	size_t low = 0, high = uses->n;

	*found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int by = use_order(device, feature, version,
		    uses->list[middle]);

		if (by == 0) {
			*found = true;
			return middle;
		}
		if (by < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

struct lc_use *
lc_use_find(const struct lc_uses *uses, uint32_t device, const char *feature,
    const char *version)
{
	bool found;
	size_t at = use_search(uses, device, feature, version, &found);

	return found ? uses->list[at] : NULL;
}

static void
use_free(struct lc_use *use)
{
	free(use->feature);
	free(use->version);
	free(use);
}

static struct lc_use *
use_new(uint32_t device, const char *feature, const char *version)
{
	struct lc_use *use = calloc(1, sizeof *use);

	if (use == NULL)
		return NULL;
	use->device = device;
	use->complained = LC_NO_TIME;
	use->feature = strdup(feature);
	use->version = strdup(version);
	if (use->feature != NULL && use->version != NULL)
		return use;
	use_free(use);
	return NULL;
}

enum lc_err
lc_use_get(struct lc_uses *uses, uint32_t device, const char *feature,
    const char *version, struct lc_use **out)
{
	bool found;
	size_t at = use_search(uses, device, feature, version, &found);
	struct lc_use **more, *use;

	if (found) {
		*out = uses->list[at];
		return LC_OK;
	}
	more = reallocarray(uses->list, uses->n + 1, sizeof(struct lc_use *));
	if (more == NULL)
		return LC_ENOMEM;
	uses->list = more;
	if ((use = use_new(device, feature, version)) == NULL)
		return LC_ENOMEM;
	memmove(&more[at + 1], &more[at], (uses->n - at) * sizeof *more);
	more[at] = use;
	uses->n++;
	*out = use;
	return LC_OK;
}

void
lc_uses_free(struct lc_uses *uses)
{
	for (size_t i = 0; i < uses->n; i++)
		use_free(uses->list[i]);
	free(uses->list);
}

/* ---- Its licenses ---------------------------------------------------- */

struct lc_entry *
lc_use_entry(const struct lc_model *m, const struct lc_use *use, size_t i)
{
	return lc_entry_of(m->by_feature[use->first + i]);
}

bool
lc_use_served(const struct lc_model *m, const struct lc_use *use,
    struct lc_instant at)
{
	for (size_t i = 0; i < use->span; i++) {
		const struct lc_entry *e = lc_use_entry(m, use, i);

		if (e->serving && !lc_entry_is_expired(e, at))
			return true;
	}
	return false;
}

bool
lc_use_wanted(const struct lc_use *use)
{
	return use->nleases > 0 || use->always;
}

static uint64_t
demand(const struct lc_use *use)
{
	return use->demand + use->always;
}

uint64_t
lc_use_supply(const struct lc_model *m, const struct lc_use *use,
    struct lc_instant at, bool *served)
{
	uint64_t sum = 0;

	*served = false;
	for (size_t i = 0; i < use->span; i++) {
		const struct lc_entry *e = lc_use_entry(m, use, i);

		if (!e->serving || lc_entry_is_expired(e, at))
			continue;
		*served = true;
		if (!e->public.terms.counted)
			return UINT64_MAX;
		sum += e->public.terms.count;
	}
	return sum;
}

uint64_t
lc_use_room(const struct lc_model *m, const struct lc_use *use,
    struct lc_instant at, bool *served)
{
	uint64_t supply = lc_use_supply(m, use, at, served);

	if (supply == UINT64_MAX)
		return supply;
	return supply > demand(use) ? supply - demand(use) : 0;
}

/* ---- What licenses give ---------------------------------------------- */

/* What one license gives towards what is left of the demand. */
static void
entry_give(struct lc_entry *e, bool used, uint64_t *left)
{
	const struct lc_terms *t = &e->public.terms;

	e->in_use = 0;
	if (used && t->counted)
		e->in_use = *left < t->count ? (uint32_t)*left : t->count;
	e->held = used && (!t->counted || e->in_use > 0);
	*left = t->counted ? *left - e->in_use : used ? 0 : *left;
	e->public.count_left = t->counted ? t->count - e->in_use :
	    LC_UNCOUNTED;
}

bool
lc_use_outlasts(const struct lc_model *m, const struct lc_use *use,
    struct lc_instant at)
{
	for (size_t i = 0; i < use->span; i++) {
		const struct lc_entry *e = lc_use_entry(m, use, i);

		if (e->serving && lc_entry_is_expired(e, at))
			return true;
	}
	return false;
}

static enum lc_use_change
more(enum lc_use_change a, enum lc_use_change b)
{
	return a > b ? a : b;
}

static enum lc_use_change
entry_update(struct lc_entry *e, bool settled, struct lc_instant at)
{
	enum lc_use_change change = LC_USE_SAME;
	bool runs;

	if (!lc_entry_is_first(e))
		return change;
	runs = e->held && e->identity->meter.expired_at == LC_NO_TIME;
	if (lc_count_changed(e, settled))
		change = LC_USE_DUE;
	if (lc_meter_run(e->identity, runs, at))
		change = more(change, lc_type_metered(e->public.terms.type) ?
		    LC_USE_DUE : LC_USE_RUNS);
	return change;
}

enum lc_use_change
lc_use_update(struct lc_model *m, struct lc_use *use, struct lc_instant at)
{
	bool settled = at.boot_ms >= m->uses->settled_ms;
	enum lc_use_change change = LC_USE_SAME;
	uint64_t left = demand(use);
	size_t span = 0;

	for (size_t i = 0; i < use->span; i++) {
		struct lc_entry *e = lc_use_entry(m, use, i);

		entry_give(e, e->serving && lc_use_wanted(use), &left);
		if (e->serving || e->held)
			span = i + 1;
		change = more(change, entry_update(e, settled, at));
	}
	use->span = span;
	return change;
}
