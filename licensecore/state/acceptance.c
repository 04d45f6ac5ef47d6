/* acceptance.c - which agreements were accepted, and their texts. */
#include "acceptance.h"

#include <stdlib.h>
#include <string.h>

#include "twin.h"

bool
lc_acceptance_is_there(const struct lc_state *st, const char *udi,
    const char *id)
{
	const struct lc_known *k = lc_book_known(&st->book, udi, id);

	return k != NULL && k->accepted_by != NULL;
}

enum lc_err
lc_acceptance_add(struct lc_state *st, const char *udi, const char *id,
    const char *by)
{
	struct lc_known *k = lc_book_known(&st->book, udi, id);
	enum lc_err err;

	if (k == NULL)
		return LC_EDAMAGED;	/* it is in a store, and so known */
	if ((err = lc_book_keep(&st->book, &k->facts,
	    sizeof k->facts)) != LC_OK ||
	    (err = lc_book_text(&st->book, &k->accepted_by, by)) != LC_OK)
		return err;
	k->facts.accepted_at = lc_now(st);
	return lc_known_write(st, k);
}

enum lc_err
lc_acceptance_remove(struct lc_state *st, const char *udi, const char *id)
{
	struct lc_known *k = lc_book_known(&st->book, udi, id);
	enum lc_err err;

	if (k == NULL)
		return LC_OK;
	err = lc_book_text(&st->book, &k->accepted_by, NULL);
	return err != LC_OK ? err : lc_known_write(st, k);
}

bool
lc_agreement_is_known(const struct lc_state *st, const char *digest)
{
	return lc_book_agreement(&st->book, digest) != 0;
}

enum lc_err
lc_agreement_add(struct lc_state *st, const struct lc_file_eula *eula)
{
	struct lc_value v[LC_AGREEMENT_NCOLUMNS];
	int64_t key;
	enum lc_err err;

	if (lc_agreement_is_known(st, eula->digest))
		return LC_OK;
	err = lc_book_add_agreement(&st->book, eula->digest, &key);
	if (err != LC_OK)
		return err;
	v[LC_AGREEMENT_DIGEST] = lc_value_text(eula->digest);
	v[LC_AGREEMENT_TEXT] = (struct lc_value){ .kind = LC_V_TEXT,
	    .bytes = eula->text, .len = eula->len };
	return lc_twin_put(st->twin, LC_T_AGREEMENT, key, v);
}

/* The text is what the digest names, or it is not handed out. */
static enum lc_err
text_judge(const struct lc_value *v, const char *digest, char **out)
{
	char found[LC_EULA_DIGEST_LEN + 1];
	enum lc_err err;

	if (v->kind != LC_V_TEXT)
		return LC_EDAMAGED;
	if ((err = lc_eula_digest(v->bytes, v->len, found)) != LC_OK)
		return err;
	if (strcmp(found, digest) != 0)
		return LC_EDAMAGED;
	*out = strndup(v->bytes, v->len);
	return *out != NULL ? LC_OK : LC_ENOMEM;
}

enum lc_err
lc_agreement_text(struct lc_state *st, const char *digest, char **out)
{
	int64_t key = lc_book_agreement(&st->book, digest), found = key;
	const struct lc_value *v;
	enum lc_err err;

	if (key == 0)
		return LC_ENOTFOUND;
	err = lc_twin_get(st->twin, LC_T_AGREEMENT, &found, &v);
	if (err == LC_OK && found != key)
		err = LC_ENOTFOUND;
	return err == LC_OK ?
	    text_judge(&v[LC_AGREEMENT_TEXT], digest, out) : err;
}
