/* licenses.c - what is kept about a license for good. */
#include "licenses.h"

#include <stdlib.h>
#include <string.h>

#include "format/jws.h"
#include "format/type.h"
#include "lines.h"
#include "mac.h"
#include "twin.h"

enum lc_err
lc_line_digest(const char *line, size_t len,
    uint8_t digest[LC_LINE_DIGEST_LEN])
{
	return lc_digest(line, len, digest);
}

/* ---- Asking ---------------------------------------------------------- */

bool
lc_license_is_verified(const struct lc_state *st, const char *udi,
    const char *id, const uint8_t digest[LC_LINE_DIGEST_LEN])
{
	const struct lc_known *k = lc_book_known(&st->book, udi, id);

	return k != NULL && k->facts.verified &&
	       memcmp(k->facts.digest, digest, LC_LINE_DIGEST_LEN) == 0;
}

enum lc_err
lc_license_load(const struct lc_state *st, const char *udi,
    struct lc_entry *e)
{
	const struct lc_copy *copy = lc_known_copy(lc_book_known(&st->book,
	    udi, e->public.terms.id), e->public.store);

	char *comment;

	e->public.index = copy != NULL ? copy->index : 0;
	if (copy == NULL || copy->comment == NULL)
		return LC_OK;
	if ((comment = strdup(copy->comment)) == NULL)
		return LC_ENOMEM;
	lc_entry_comment(e, comment);
	return LC_OK;
}

void
lc_license_load_priority(struct lc_identity *identity)
{
	const struct lc_known *k = lc_identity_known(identity);

	identity->wanted = k != NULL ? (enum lc_priority)k->facts.priority :
	    LC_PRIORITY_NONE;
}

bool
lc_license_is_revoked(const struct lc_state *st, const char *udi,
    const char *id)
{
	const struct lc_known *k = lc_book_known(&st->book, udi, id);

	return k != NULL && (k->facts.flags & LC_KNOWN_REVOKED) != 0;
}

const char *
lc_license_once(const struct lc_state *st, const char *udi,
    const struct lc_terms *t)
{
	const struct lc_book *b = &st->book;

	for (size_t i = 0; i < b->nknown; i++) {
		const struct lc_known *k = b->known[i];

		if (k != NULL && (k->facts.flags & LC_KNOWN_ONCE) != 0 &&
		    strcmp(lc_known_identity(k)->udi, udi) == 0 &&
		    strcmp(k->feature, t->feature) == 0 &&
		    strcmp(lc_known_identity(k)->id, t->id) != 0)
			return lc_known_identity(k)->id;
	}
	return NULL;
}

/* ---- Writing --------------------------------------------------------- */

/* In the book: the license, with what its line says. */
static enum lc_err
known_take(struct lc_state *st, const char *udi, const struct lc_terms *t,
    const uint8_t digest[LC_LINE_DIGEST_LEN], struct lc_known **out)
{
	struct lc_known *k;
	enum lc_err err;

	if ((err = lc_known_get(st, udi, t, &k)) != LC_OK ||
	    (err = lc_book_keep(&st->book, &k->facts,
	    sizeof k->facts)) != LC_OK)
		return err;
	memcpy(k->facts.digest, digest, sizeof k->facts.digest);
	k->facts.verified = true;
	if (lc_type_rules(t->type)->once)
		k->facts.flags |= LC_KNOWN_ONCE;
	*out = k;
	return LC_OK;
}

/* In the book: the license in this store, with a new index if it has none. */
static enum lc_err
copy_take(struct lc_state *st, struct lc_known *k, struct lc_entry *e,
    bool has_line, struct lc_copy **out)
{
	struct lc_book *b = &st->book;
	struct lc_copy *copy = lc_known_copy(k, e->public.store);
	uint32_t last = lc_book_device_of(b, k)->last_index;
	enum lc_err err = LC_OK;

	if (copy == NULL && last == UINT32_MAX)
		return LC_EDAMAGED;
	if (copy == NULL)
		err = lc_book_add_copy(b, k, e->public.store, last + 1,
		    &copy);
	if (err != LC_OK ||
	    (err = lc_book_keep(b, &copy->found, sizeof copy->found)) !=
	    LC_OK ||
	    (err = lc_book_keep(b, &copy->facts, sizeof copy->facts)) != LC_OK)
		return err;
	copy->found = true;
	copy->facts.held = true;
	copy->facts.missing = false;
	copy->facts.has_line = has_line;
	copy->facts.installed = e->public.installed;
	e->public.index = copy->index;
	*out = copy;
	return LC_OK;
}

static enum lc_err
put(struct lc_state *st, const struct lc_place *place, struct lc_entry *e,
    const struct lc_file_line *line)
{
	bool primary = place->public.kind == LC_STORE_PRIMARY;
	uint8_t digest[LC_LINE_DIGEST_LEN];
	struct lc_known *k;
	struct lc_copy *copy;
	enum lc_err err;

	if ((err = lc_line_digest(line->text, line->len, digest)) != LC_OK ||
	    (err = known_take(st, place->udi, &e->public.terms, digest,
	    &k)) != LC_OK ||
	    (err = copy_take(st, k, e, primary, &copy)) != LC_OK ||
	    (err = lc_known_write(st, k)) != LC_OK)
		return err;
	if (primary)
		return lc_copy_write(st, copy, line->text, line->len);
	err = lc_copy_write(st, copy, NULL, 0);
	return err == LC_OK ? lc_medium_put(st, place, e, line) : err;
}

/* One line has one form, so that its digest is one. */
enum lc_err
lc_license_put(struct lc_state *st, const struct lc_place *place,
    struct lc_entry *e, const struct lc_file_line *line)
{
	char *text = strndup(line->text, line->len);
	const struct lc_file_line kept = { .text = text, .len = line->len };
	enum lc_err err;

	if (text == NULL)
		return LC_ENOMEM;
	lc_jws_normalize(text, line->len);
	err = put(st, place, e, &kept);
	free(text);
	return err;
}

enum lc_err
lc_license_found(struct lc_state *st, const struct lc_place *place,
    struct lc_entry *e, const uint8_t digest[LC_LINE_DIGEST_LEN])
{
	struct lc_known *k;
	struct lc_copy *copy;
	enum lc_err err;

	if ((err = known_take(st, place->udi, &e->public.terms, digest,
	    &k)) != LC_OK ||
	    (err = copy_take(st, k, e, place->public.kind ==
	    LC_STORE_PRIMARY, &copy)) != LC_OK ||
	    (err = lc_known_write(st, k)) != LC_OK)
		return err;
	return lc_copy_write(st, copy, NULL, 0);
}

/* The one that is in the model. */
static struct lc_copy *
copy_of(const struct lc_state *st, const char *udi, const struct lc_entry *e)
{
	return lc_known_copy(lc_book_known(&st->book, udi,
	    e->public.terms.id), e->public.store);
}

static enum lc_err
priority_set(struct lc_state *st, struct lc_known *k, enum lc_priority wanted)
{
	enum lc_err err = lc_book_keep(&st->book, &k->facts, sizeof k->facts);

	if (err != LC_OK)
		return err;
	k->facts.priority = wanted;
	return lc_known_write(st, k);
}

enum lc_err
lc_license_remove(struct lc_state *st, const struct lc_place *place,
    const struct lc_entry *e, bool last)
{
	struct lc_copy *copy = copy_of(st, place->udi, e);
	struct lc_book *b = &st->book;
	enum lc_err err = LC_OK;

	if (place->public.kind != LC_STORE_PRIMARY)
		err = lc_medium_remove(st, place, e);
	if (err != LC_OK || copy == NULL)
		return err;
	if ((err = lc_book_text(b, &copy->comment, NULL)) != LC_OK ||
	    (err = lc_book_keep(b, &copy->facts,
	    sizeof copy->facts)) != LC_OK)
		return err;
	copy->facts = (struct lc_copy_facts){ .installed = LC_NO_TIME };
	if ((err = lc_copy_write(st, copy, NULL, 0)) != LC_OK || !last)
		return err;
	return priority_set(st, copy->known, LC_PRIORITY_NONE);
}

enum lc_err
lc_license_set_comment(struct lc_state *st, const char *udi,
    const struct lc_entry *e, const char *comment)
{
	struct lc_copy *copy = copy_of(st, udi, e);
	enum lc_err err;

	if (copy == NULL)
		return LC_EDAMAGED;
	err = lc_book_text(&st->book, &copy->comment, comment);
	return err != LC_OK ? err : lc_copy_write(st, copy, NULL, 0);
}

enum lc_err
lc_license_set_priority(struct lc_state *st,
    const struct lc_identity *identity, enum lc_priority priority)
{
	struct lc_known *k = lc_identity_known(identity);

	return k != NULL ? priority_set(st, k, priority) : LC_EDAMAGED;
}
