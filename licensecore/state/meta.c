/* meta.c - single values of the state, by name. */
#include "meta.h"

#include "twin.h"

int64_t
lc_meta_int(const struct lc_state *st, const char *name, int64_t none)
{
	const struct lc_setting *s = lc_book_setting(&st->book, name);

	return s != NULL && s->kind == LC_V_INT ? s->number : none;
}

const char *
lc_meta_text(const struct lc_state *st, const char *name)
{
	const struct lc_setting *s = lc_book_setting(&st->book, name);

	return s != NULL && s->kind == LC_V_TEXT ? s->text : NULL;
}

static enum lc_err
set(struct lc_state *st, const char *name, const struct lc_value *value)
{
	struct lc_book *b = &st->book;
	struct lc_setting *s = lc_book_setting(b, name);
	struct lc_value v[LC_SETTING_NCOLUMNS];
	enum lc_err err = LC_OK;

	if (s == NULL)
		err = lc_book_add_setting(b, name, &s);
	if (err != LC_OK ||
	    (err = lc_book_keep(b, &s->kind, sizeof s->kind)) != LC_OK ||
	    (err = lc_book_keep(b, &s->number, sizeof s->number)) != LC_OK ||
	    (err = lc_book_text(b, &s->text, value->bytes)) != LC_OK)
		return err;
	s->kind = value->kind;
	s->number = value->number;
	v[LC_SETTING_NAME] = lc_value_text(name);
	v[LC_SETTING_VALUE] = *value;
	return lc_twin_put(st->twin, LC_T_SETTING, s->key, v);
}

enum lc_err
lc_meta_set_int(struct lc_state *st, const char *name, int64_t value)
{
	const struct lc_value v = lc_value_int(value);

	return set(st, name, &v);
}

enum lc_err
lc_meta_set_text(struct lc_state *st, const char *name, const char *value)
{
	const struct lc_value v = lc_value_text(value);

	return set(st, name, &v);
}
