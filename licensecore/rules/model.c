/* model.c - what there is, in memory; options checked on the way in. */
#include "model.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "format/line.h"
#include "format/trust.h"
#include "format/type.h"
#include "options.h"

/* ---- Making ---------------------------------------------------------- */

static struct lc_device *
device_new(struct lc_arena *arena, const struct lc_device_options *o)
{
	struct lc_device *d = lc_arena_alloc(arena, sizeof *d);
	char *udi = lc_arena_alloc(arena, strlen(o->pid) + strlen(o->sn) + 2);

	if (d == NULL || udi == NULL)
		return NULL;
	d->index = o->index;
	d->pid = lc_arena_text(arena, o->pid);
	d->sn = lc_arena_text(arena, o->sn);
	d->name = lc_arena_text(arena, o->name != NULL ? o->name : o->pid);
	(void)stpcpy(stpcpy(stpcpy(udi, o->pid), ":"), o->sn);
	d->udi = udi;
	return d->pid != NULL && d->sn != NULL && d->name != NULL ? d : NULL;
}

/* A store without a path of its own is kept in the state directory. */
static char *
store_path(struct lc_arena *arena, const char *state_dir,
    const struct lc_store_options *o)
{
	size_t size = strlen(state_dir) + 48;
	char *path;

	if (o->path != NULL)
		return lc_arena_text(arena, o->path);
	path = lc_arena_alloc(arena, size);
	if (path != NULL)
		(void)snprintf(path, size, "%s/store-%u-%u.db", state_dir,
		    o->device, o->index);
	return path;
}

static struct lc_store *
store_new(struct lc_model *m, const char *state_dir,
    const struct lc_store_options *o)
{
	struct lc_place *place = lc_arena_alloc(&m->arena, sizeof *place);
	const struct lc_device *device = lc_model_device(m, o->device);

	if (place == NULL)
		return NULL;
	place->public = (struct lc_store){
		.device = o->device,
		.index = o->index,
		.kind = o->kind,
		.name = lc_arena_text(&m->arena, o->name),
		.size = o->size,
		.size_left = o->size,
	};
	place->path = store_path(&m->arena, state_dir, o);
	place->device = device;
	place->udi = device->udi;
	place->is_default = o->is_default;
	return place->public.name != NULL && place->path != NULL ?
	    &place->public : NULL;
}

static struct lc_feature *
feature_new(struct lc_arena *arena, uint32_t device,
    const struct lc_feature_options *o)
{
	struct lc_feature *f = lc_arena_alloc(arena, sizeof *f);

	if (f == NULL)
		return NULL;
	f->device = device;
	f->index = o->index;
	f->name = lc_arena_text(arena, o->name);
	f->version = lc_arena_text(arena, o->version);
	f->what_is_counted = lc_arena_text(arena,
	    o->what_is_counted != NULL ? o->what_is_counted : "");
	f->mandatory = o->mandatory;
	f->always = o->always;
	f->advise = o->advise;
	return f->name != NULL && f->version != NULL &&
	    f->what_is_counted != NULL ? f : NULL;
}

static int
order(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int
device_order(const void *a, const void *b)
{
	const struct lc_device *const *x = a, *const *y = b;

	return order((*x)->index, (*y)->index);
}

static int
store_order(const void *a, const void *b)
{
	const struct lc_store *const *x = a, *const *y = b;
	int by = order((*x)->device, (*y)->device);

	return by != 0 ? by : order((*x)->index, (*y)->index);
}

static int
feature_order(const void *a, const void *b)
{
	const struct lc_feature *const *x = a, *const *y = b;
	int by = order((*x)->device, (*y)->device);

	return by != 0 ? by : order((*x)->index, (*y)->index);
}

static int
license_order(const void *a, const void *b)
{
	const struct lc_license *const *x = a, *const *y = b;
	int by = order((*x)->device, (*y)->device);

	if (by == 0)
		by = order((*x)->store, (*y)->store);
	return by != 0 ? by : order((*x)->index, (*y)->index);
}

static enum lc_err
devices_make(struct lc_model *m, const struct lc_options *o)
{
	m->devices = lc_arena_alloc(&m->arena,
	    o->ndevices * sizeof *m->devices);
	if (m->devices == NULL)
		return LC_ENOMEM;
	for (; m->ndevices < o->ndevices; m->ndevices++) {
		struct lc_device *d =
		    device_new(&m->arena, &o->devices[m->ndevices]);

		if (d == NULL)
			return LC_ENOMEM;
		m->devices[m->ndevices] = d;
	}
	m->master = o->devices[0].index;
	qsort(m->devices, m->ndevices, sizeof *m->devices, device_order);
	return LC_OK;
}

static enum lc_err
stores_make(struct lc_model *m, const struct lc_options *o)
{
	m->stores = lc_arena_alloc(&m->arena, o->nstores * sizeof *m->stores);
	if (m->stores == NULL)
		return LC_ENOMEM;
	for (size_t i = 0; i < o->nstores; i++) {
		struct lc_store *s;

		s = store_new(m, o->state_dir, &o->stores[i]);
		if (s == NULL)
			return LC_ENOMEM;
		m->stores[m->nstores++] = s;
	}
	qsort(m->stores, m->nstores, sizeof *m->stores, store_order);

	for (size_t i = 0; i < m->nstores; i++) {
		if (!lc_place_of(m->stores[i])->is_default)
			continue;
		for (size_t j = 0; j < m->ndevices; j++) {
			if (m->devices[j]->index == m->stores[i]->device)
				m->devices[j]->default_store =
				    m->stores[i]->index;
		}
	}
	return LC_OK;
}

static enum lc_err
features_make(struct lc_model *m, const struct lc_options *o)
{
	m->features = lc_arena_alloc(&m->arena,
	    o->ndevices * o->nfeatures * sizeof *m->features);
	if (m->features == NULL)
		return LC_ENOMEM;
	for (size_t i = 0; i < o->ndevices; i++) {
		for (size_t j = 0; j < o->nfeatures; j++) {
			struct lc_feature *f = feature_new(&m->arena,
			    o->devices[i].index, &o->features[j]);

			if (f == NULL)
				return LC_ENOMEM;
			m->features[m->nfeatures++] = f;
		}
	}
	qsort(m->features, m->nfeatures, sizeof *m->features, feature_order);
	return LC_OK;
}

enum lc_err
lc_model_new(const struct lc_options *o, struct lc_identities *identities,
    struct lc_uses *uses, struct lc_model **out, struct lc_detail *detail)
{
	struct lc_model *m = NULL;
	enum lc_err err = lc_options_judge(o, detail);

	if (err != LC_OK)
		return err;
	if ((m = calloc(1, sizeof *m)) == NULL)
		return LC_ENOMEM;
	m->identities = identities;
	m->uses = uses;
	if ((err = devices_make(m, o)) != LC_OK ||
	    (err = stores_make(m, o)) != LC_OK ||
	    (err = features_make(m, o)) != LC_OK)
		goto out;
	*out = m;
	m = NULL;
out:
	lc_model_free(m);
	return err;
}

void
lc_model_free(struct lc_model *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->nlicenses; i++)
		lc_entry_free(lc_entry_of(m->licenses[i]));
	free(m->licenses);
	free(m->by_feature);
	lc_trust_free(m->trust);
	lc_arena_free(&m->arena);
	free(m);
}

/* ---- Finding --------------------------------------------------------- */

const struct lc_device *
lc_model_device(const struct lc_model *m, uint32_t device)
{
	uint32_t index = device != 0 ? device : m->master;

	for (size_t i = 0; i < m->ndevices; i++) {
		if (m->devices[i]->index == index)
			return m->devices[i];
	}
	return NULL;
}

struct lc_place *
lc_model_store(const struct lc_model *m, uint32_t device, uint32_t store)
{
	for (size_t i = 0; i < m->nstores; i++) {
		if (m->stores[i]->device == device &&
		    m->stores[i]->index == store)
			return lc_place_of(m->stores[i]);
	}
	return NULL;
}

struct lc_entry *
lc_model_license(const struct lc_model *m, uint32_t device, uint32_t store,
    uint32_t index)
{
	const struct lc_license wanted = {
		.device = device, .store = store, .index = index,
	};
	const struct lc_license *key = &wanted;
	struct lc_license **found;

	if (m->nlicenses == 0)
		return NULL;
	found = bsearch(&key, m->licenses, m->nlicenses, sizeof *m->licenses,
	    license_order);
	return found != NULL ? lc_entry_of(*found) : NULL;
}

struct lc_entry *
lc_model_license_by_index(const struct lc_model *m, uint32_t device,
    uint32_t index)
{
	for (size_t i = 0; i < m->nstores; i++) {
		struct lc_entry *e;

		if (m->stores[i]->device == device &&
		    (e = lc_model_license(m, device, m->stores[i]->index,
		    index)) != NULL)
			return e;
	}
	return NULL;
}

const struct lc_feature *
lc_model_feature(const struct lc_model *m, uint32_t device, const char *name,
    const char *version)
{
	for (size_t i = 0; i < m->nfeatures; i++) {
		const struct lc_feature *f = m->features[i];

		if (f->device == device && strcmp(f->name, name) == 0 &&
		    (version == NULL || strcmp(f->version, version) == 0))
			return f;
	}
	return NULL;
}

/* ---- Licenses -------------------------------------------------------- */

/* Bytes of the texts that it has alone. */
static size_t
own_texts(const struct lc_pool *pool, const struct lc_terms *t)
{
	size_t n = *t->comment != '\0' ? strlen(t->comment) + 1 : 0;

	for (size_t i = 0; i < t->nudis; i++) {
		if (lc_pool_find(pool, t->udis[i]) == NULL)
			n += strlen(t->udis[i]) + 1;
	}
	return n;
}

static const char *
own_text(char **place, const char *text)
{
	char *copy = *place;

	*place = stpcpy(copy, text) + 1;
	return copy;
}

static void
texts_take(struct lc_entry *e, const struct lc_pool *pool,
    const struct lc_terms *t)
{
	char *place = (char *)(e->udis + t->nudis);

	e->public.terms.comment = *t->comment != '\0' ?
	    own_text(&place, t->comment) : "";
	for (size_t i = 0; i < t->nudis; i++) {
		e->udis[i] = lc_pool_find(pool, t->udis[i]);
		if (e->udis[i] == NULL)
			e->udis[i] = own_text(&place, t->udis[i]);
	}
	e->public.terms.udis = t->nudis > 0 ? e->udis : NULL;
}

static bool
common_take(struct lc_pool *pool, struct lc_terms *t)
{
	t->issuer = lc_pool_text(pool, t->issuer);
	t->feature = lc_pool_text(pool, t->feature);
	t->version = lc_pool_text(pool, t->version);
	t->eula = lc_pool_text(pool, t->eula);
	return t->issuer != NULL && t->feature != NULL &&
	       t->version != NULL && t->eula != NULL;
}

enum lc_err
lc_entry_new(struct lc_pool *pool, const struct lc_line *line,
    struct lc_entry **out)
{
	const struct lc_terms *t = &line->terms;
	struct lc_entry *e = calloc(1, sizeof *e +
	    t->nudis * sizeof *e->udis + own_texts(pool, t));

	if (e == NULL)
		return LC_ENOMEM;
	e->public.terms = *t;
	e->public.terms.id = strdup(t->id);
	e->own_id = true;
	if (e->public.terms.id == NULL ||
	    !common_take(pool, &e->public.terms)) {
		lc_entry_free(e);
		return LC_ENOMEM;
	}
	texts_take(e, pool, t);
	e->issued_type = (uint8_t)t->type;
	e->issued_period_s = t->period_s;
	e->public.comment = e->public.terms.comment;
	e->public.count_left = t->count;
	e->public.installed = LC_NO_TIME;
	*out = e;
	return LC_OK;
}

void
lc_entry_free(struct lc_entry *e)
{
	if (e == NULL)
		return;
	if (e->own_id)
		free((char *)(uintptr_t)e->public.terms.id);
	if (e->own_comment)
		free((char *)(uintptr_t)e->public.comment);
	free(e);
}

void
lc_entry_share_id(struct lc_entry *e)
{
	if (e->own_id)
		free((char *)(uintptr_t)e->public.terms.id);
	e->own_id = false;
	e->public.terms.id = e->identity->id;
}

void
lc_entry_comment(struct lc_entry *e, char *comment)
{
	if (e->own_comment)
		free((char *)(uintptr_t)e->public.comment);
	e->own_comment = true;
	e->public.comment = comment;
}

void
lc_entry_refresh(struct lc_entry *e)
{
	const struct lc_identity *identity = e->identity;
	struct lc_license *l = &e->public;

	l->eula_accepted = identity->accepted ||
	    !lc_terms_need_acceptance(&l->terms);
	if (identity->succeeded && l->terms.type == e->issued_type) {
		l->terms.type = lc_type_rules(l->terms.type)->successor;
		l->terms.period_s = 0;
	}
	l->priority = !l->eula_accepted ? LC_PRIORITY_NONE :
	    identity->wanted != LC_PRIORITY_NONE ? identity->wanted :
	    lc_type_rules(l->terms.type)->priority;
}

void
lc_copies_refresh(const struct lc_identity *identity)
{
	for (struct lc_entry *e = identity->first; e != NULL; e = e->next)
		lc_entry_refresh(e);
}

static bool
grow(struct lc_license ***array, size_t room)
{
	struct lc_license **more = reallocarray(*array, room, sizeof *more);

	if (more != NULL)
		*array = more;
	return more != NULL;
}

enum lc_err
lc_model_reserve(struct lc_model *m, size_t n)
{
	size_t room = m->room > 0 ? m->room : 16;

	while (room < m->nlicenses + n)
		room *= 2;
	if (room > m->room) {
		if (!grow(&m->licenses, room) || !grow(&m->by_feature, room))
			return LC_ENOMEM;
		m->room = room;
	}
	return LC_OK;
}

void
lc_model_add(struct lc_model *m, struct lc_entry *e)
{
	lc_entry_share_id(e);
	m->licenses[m->nlicenses] = &e->public;
	m->by_feature[m->nlicenses] = &e->public;
	m->nlicenses++;
}

void
lc_model_sort(struct lc_model *m)
{
	struct lc_license **list = m->licenses;

	/* Most often they are in order already. */
	for (size_t i = 1; i < m->nlicenses; i++) {
		if (license_order(&list[i - 1], &list[i]) > 0) {
			qsort(list, m->nlicenses, sizeof *list,
			    license_order);
			return;
		}
	}
}

static void
array_remove(struct lc_license **array, size_t n, const struct lc_license *l)
{
	size_t i = 0;

	while (array[i] != l)
		i++;
	memmove(&array[i], &array[i + 1], (n - i - 1) * sizeof *array);
}

void
lc_model_remove(struct lc_model *m, struct lc_entry *e)
{
	array_remove(m->licenses, m->nlicenses, &e->public);
	array_remove(m->by_feature, m->nlicenses, &e->public);
	m->nlicenses--;
}
