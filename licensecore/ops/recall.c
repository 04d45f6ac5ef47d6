/* recall.c - what the state knows of licenses and features. */
#include "recall.h"

#include "format/type.h"
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

/* What belongs to the license, whatever store it is in. */
static enum lc_err
identity_load(struct lc_state *st, const struct lc_entry *e)
{
	struct lc_identity *identity = e->identity;
	enum lc_err err;

	if (lc_terms_need_acceptance(&e->public.terms))
		identity->accepted = lc_acceptance_is_there(st, identity->udi,
		    identity->id);
	lc_license_load_priority(identity);
	lc_usage_load(st, e);
	err = lc_marks_load(identity);
	identity->loaded = err == LC_OK;
	return err;
}

enum lc_err
lc_recall(struct lc *lc, const struct lc_place *place, struct lc_entry *e)
{
	const struct lc_terms *t = &e->public.terms;
	enum lc_err err;

	if ((err = lc_license_load(&lc->state, place->udi, e)) != LC_OK ||
	    (err = lc_identity_get(&lc->state.book.identities, place->udi, t->id,
	    &e->identity)) != LC_OK ||
	    (err = lc_recall_use(lc, place->device, t->feature, t->version,
	    &e->use)) != LC_OK)
		return err;
	if (!e->identity->loaded &&
	    (err = identity_load(&lc->state, e)) != LC_OK)
		return err;
	lc_entry_refresh(e);
	return LC_OK;
}
