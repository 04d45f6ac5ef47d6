/* missing.c - licenses that a store should have, and has not: missing.h. */
#include "missing.h"

#include <string.h>
#include <jansson.h>

#include "base/error.h"
#include "event.h"
#include "state/change.h"

/* The row of the device in the configuration, or NULL. */
static const struct lc_device *
device_of(const struct lc *lc, const struct lc_known *k)
{
	const struct lc_model *m = lc->model;

	for (size_t i = 0; i < m->ndevices; i++) {
		if (strcmp(m->devices[i]->udi, lc_known_identity(k)->udi) == 0)
			return m->devices[i];
	}
	return NULL;
}

/* Should the store show what it has? */
static bool
is_judged(const struct lc_place *place)
{
	switch (place->public.kind) {
	case LC_STORE_PRIMARY:
		return place->public.present;
	case LC_STORE_REMOVABLE:
		return place->public.present || place->seen;
	case LC_STORE_BUILT_IN:
		return place->spoiled;
	}
	return false;
}

/* The store that it is missing from; NULL: it is not missing. */
static const struct lc_place *
missing_from(const struct lc *lc, const struct lc_copy *copy)
{
	const struct lc_device *device;
	const struct lc_place *place;

	if (!copy->facts.held || copy->found ||
	    (device = device_of(lc, copy->known)) == NULL)
		return NULL;
	place = lc_model_store(lc->model, device->index, copy->store);
	if (place == NULL || !is_judged(place) ||
	    lc_model_license(lc->model, device->index, copy->store,
	    copy->index) != NULL)
		return NULL;
	return place;
}

static void
describe(const struct lc_copy *copy, const struct lc_place *place,
    struct lc_detail *text)
{
	const struct lc_known *k = copy->known;

	(void)lc_fail(text, LC_EDAMAGED, "license %s of feature %s %s, index"
	    " %lu, is missing from store %s", lc_known_identity(k)->id, k->feature, k->version,
	    (unsigned long)copy->index, place->public.name);
}

void
lc_missing_each(const struct lc *lc, void (*found)(void *arg,
    const char *text), void *arg)
{
	const struct lc_book *b = &lc->state.book;

	for (size_t i = 0; i < b->nknown; i++) {
		const struct lc_copy *copy = b->known[i] != NULL ?
		    b->known[i]->copies : NULL;

		for (; copy != NULL; copy = copy->next) {
			const struct lc_place *place = missing_from(lc, copy);
			struct lc_detail text;

			if (place == NULL)
				continue;
			describe(copy, place, &text);
			found(arg, text.text);
		}
	}
}

/* ---- Recording ------------------------------------------------------- */

static enum lc_err
record(struct lc *lc, struct lc_copy *copy, const struct lc_place *place)
{
	const struct lc_known *k = copy->known;
	enum lc_err err;

	err = lc_history_add_json(&lc->state, (struct lc_record){
		.what = "missing", .udi = lc_known_identity(k)->udi,
		.store = copy->store, .id = lc_known_identity(k)->id,
	}, json_pack("{s:I, s:s, s:s}", "index", (json_int_t)copy->index,
	    "feature", k->feature, "version", k->version));
	return err != LC_OK ? err : lc_event_tell_missing(lc, copy, place);
}

/* Is one that was missing in its store again? */
static bool
is_back(const struct lc *lc, const struct lc_copy *copy)
{
	const struct lc_device *device = device_of(lc, copy->known);

	return device != NULL && lc_model_license(lc->model, device->index,
	    copy->store, copy->index) != NULL;
}

/* In the change, which begins with the first one.  place NULL: it is back. */
static enum lc_err
change(struct lc *lc, struct lc_copy *copy, const struct lc_place *place,
    bool *changing)
{
	enum lc_err err = LC_OK;

	if (!*changing)
		err = lc_change_begin(&lc->state);
	*changing = true;
	if (err == LC_OK && place != NULL)
		err = record(lc, copy, place);
	if (err == LC_OK)
		err = lc_book_keep(&lc->state.book, &copy->facts,
		    sizeof copy->facts);
	if (err != LC_OK)
		return err;
	copy->facts.missing = place != NULL;
	return lc_copy_write(&lc->state, copy, NULL, 0);
}

/* Tells of it; once something cannot be recorded, nothing more is. */
static enum lc_err
look(struct lc *lc, struct lc_copy *copy, bool *changing, enum lc_err err)
{
	const struct lc_place *place = missing_from(lc, copy);
	bool known = copy->facts.missing;
	struct lc_detail text;

	if (place != NULL) {
		describe(copy, place, &text);
		lc_notice(&lc->host, LC_EDAMAGED, "%s", text.text);
	}
	if (err != LC_OK || (place != NULL ? known :
	    !known || !is_back(lc, copy)))
		return err;
	return change(lc, copy, place, changing);
}

enum lc_err
lc_missing_look(struct lc *lc)
{
	const struct lc_book *b = &lc->state.book;
	enum lc_err err = LC_OK;
	bool changing = false;

	/* A change that is paused would take copies with it. */
	lc_change_clear(&lc->state);
	for (size_t i = 0; i < b->nknown; i++) {
		struct lc_copy *copy = b->known[i] != NULL ?
		    b->known[i]->copies : NULL;

		for (; copy != NULL; copy = copy->next)
			err = look(lc, copy, &changing, err);
	}
	if (!changing)
		return err;
	if ((err = lc_change_end(&lc->state, err)) == LC_OK)
		lc_change_publish(&lc->state);
	return err == LC_ENOMEM ? err : LC_OK;
}

/* ---- Clearing -------------------------------------------------------- */

struct lc_copy *
lc_missing_find(const struct lc *lc, uint32_t device, uint32_t store,
    uint32_t index)
{
	const struct lc_book *b = &lc->state.book;

	for (size_t i = 0; i < b->nknown; i++) {
		struct lc_copy *copy = b->known[i] != NULL ?
		    b->known[i]->copies : NULL;

		for (; copy != NULL; copy = copy->next) {
			const struct lc_place *place = copy->index == index &&
			    (store == 0 || store == copy->store) ?
			    missing_from(lc, copy) : NULL;

			if (place != NULL && place->public.device == device)
				return copy;
		}
	}
	return NULL;
}
