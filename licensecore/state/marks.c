/* marks.c - what was reported, on disk. */
#include "marks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "meta.h"
#include "rules/schedule.h"

/* ---- Licenses -------------------------------------------------------- */

/* Where the mark of a kind of event stands. */
static size_t
place_of(enum lc_event_kind kind)
{
	size_t i = 0;

	while (i < LC_NTRACKS && lc_track_kind(i) != kind)
		i++;
	return i;	/* the last one is the count's */
}

enum lc_err
lc_marks_write(struct lc_state *st, const struct lc_identity *identity,
    enum lc_event_kind kind, int64_t mark)
{
	struct lc_known *k = lc_identity_known(identity);
	enum lc_err err;

	if (k == NULL)
		return LC_EDAMAGED;	/* it is in a store, and so known */
	if ((err = lc_book_marks(&st->book, k)) != LC_OK)
		return err;
	k->marks[place_of(kind)] = mark;
	return lc_known_write(st, k);
}

enum lc_err
lc_marks_load(struct lc_identity *identity)
{
	const struct lc_known *k = lc_identity_known(identity);
	int64_t level;
	enum lc_err err;

	if (k == NULL || k->marks == NULL)
		return LC_OK;
	if ((err = lc_identity_marks(identity)) != LC_OK)
		return err;
	for (size_t i = 0; i < LC_NTRACKS; i++) {
		identity->marks->last[i] = k->marks[i];
		identity->level_loaded |= k->marks[i] != LC_NOT_YET;
	}
	level = k->marks[LC_NTRACKS];
	identity->level_loaded |= level != LC_NOT_YET;
	identity->level_reported = level >= 0 && level <= 2 ? (int)level : 0;
	return LC_OK;
}

/* ---- Features -------------------------------------------------------- */

/* In meta; a UDI has no blank in it. */
static enum lc_err
use_key(const char *udi, const struct lc_use *use, char **key)
{
	return asprintf(key, "feature %s %s %s", udi, use->feature,
	    use->version) < 0 ? LC_ENOMEM : LC_OK;
}

enum lc_err
lc_marks_load_use(const struct lc_state *st, const char *udi,
    struct lc_use *use)
{
	enum lc_err err;
	char *key;

	if ((err = use_key(udi, use, &key)) != LC_OK)
		return err;
	use->complained = lc_meta_int(st, key, LC_NO_TIME);
	free(key);
	return LC_OK;
}

enum lc_err
lc_marks_write_use(struct lc_state *st, const char *udi,
    const struct lc_use *use, int64_t at)
{
	enum lc_err err;
	char *key;

	if ((err = use_key(udi, use, &key)) != LC_OK)
		return err;
	err = lc_meta_set_int(st, key, at);
	free(key);
	return err;
}

/* ---- After the clock was taken back ---------------------------------- */

static enum lc_err
known_drop(struct lc_state *st, struct lc_known *k)
{
	bool any = false;
	enum lc_err err;

	for (size_t i = 0; i < LC_NTRACKS && k->marks != NULL; i++)
		any |= !lc_track_is_by_use(i) && k->marks[i] != LC_NOT_YET;
	if (!any)
		return LC_OK;
	if ((err = lc_book_marks(&st->book, k)) != LC_OK)
		return err;
	for (size_t i = 0; i < LC_NTRACKS; i++) {
		if (!lc_track_is_by_use(i))
			k->marks[i] = LC_NOT_YET;
	}
	return lc_known_write(st, k);
}

static enum lc_err
setting_drop(struct lc_state *st, const struct lc_setting *s)
{
	if (strncmp(s->name, "feature ", 8) != 0 || s->kind != LC_V_INT)
		return LC_OK;
	return lc_meta_set_text(st, s->name, NULL);
}

enum lc_err
lc_marks_drop_calendar(struct lc_state *st)
{
	struct lc_book *b = &st->book;
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < b->nknown && err == LC_OK; i++) {
		if (b->known[i] != NULL)
			err = known_drop(st, b->known[i]);
	}
	for (size_t i = 0; i < b->nsettings && err == LC_OK; i++)
		err = setting_drop(st, b->settings[i]);
	return err;
}

void
lc_marks_dropped(struct lc_identities *all, struct lc_uses *uses)
{
	for (size_t i = 0; i < all->n; i++) {
		struct lc_identity_marks *marks = all->list[i]->marks;

		for (size_t j = 0; j < LC_NTRACKS && marks != NULL; j++) {
			if (!lc_track_is_by_use(j))
				marks->last[j] = LC_NOT_YET;
		}
	}
	for (size_t i = 0; i < uses->n; i++)
		uses->list[i]->complained = LC_NO_TIME;
}
