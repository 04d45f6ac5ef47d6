/* recall.c - what the persistence file knows of licenses and features. */
#include "recall.h"

#include "state/acceptance.h"
#include "state/licenses.h"
#include "state/marks.h"
#include "state/usage.h"

enum lc_err
lc_recall_use(struct lc *lc, const struct lc_device *d, const char *feature,
    const char *version, struct lc_use **out)
{
	struct lc_use *use;
	enum lc_err err;

	err = lc_use_get(&lc->uses, d->index, feature, version, &use);
	if (err == LC_OK && !use->loaded)
		err = lc_marks_load_use(&lc->state, d->udi, use);
	if (err != LC_OK)
		return err;
	use->loaded = true;
	*out = use;
	return LC_OK;
}

enum lc_err
lc_recall(struct lc *lc, const struct lc_place *place, struct lc_entry *e)
{
	struct lc_state *st = &lc->state;
	enum lc_err err;
	bool accepted;

	if ((err = lc_license_load(st, place->udi, e)) != LC_OK ||
	    (err = lc_acceptance_load(st, place->udi, &e->public.terms,
	    &accepted)) != LC_OK ||
	    (err = lc_usage_load(st, place->udi, e)) != LC_OK ||
	    (err = lc_marks_load(st, place->udi, e)) != LC_OK ||
	    (err = lc_recall_use(lc, place->device, e->public.terms.feature,
	    e->public.terms.version, &e->use)) != LC_OK)
		return err;
	lc_entry_accepted(e, accepted);
	return LC_OK;
}
