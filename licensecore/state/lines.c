/* lines.c - license lines in stores, and the files of removable ones. */
#include "lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "meta.h"
#include "twin.h"

/* ---- Reading --------------------------------------------------------- */

static bool
is_primary(const struct lc_place *place)
{
	return place == NULL || place->public.kind == LC_STORE_PRIMARY;
}

enum lc_err
lc_lines_begin_at(struct lc_lines *l, struct lc_state *st,
    const struct lc_place *place, int64_t after, size_t n)
{
	struct lc_db *db;
	enum lc_err err;

	*l = (struct lc_lines){ .st = st, .place = place, .last = after,
	    .left = n };
	if (!is_primary(place))
		return (err = lc_state_db(st, &db)) != LC_OK ? err :
		    lc_db_query(db, &l->rows, "SELECT rowid, id, line,"
		    " installed FROM store.line WHERE rowid > ? ORDER BY"
		    " rowid", "i", after);
	db = lc_twin_db(st->twin);
	return db == NULL ? LC_OK : lc_scan_begin(&l->scan, db, LC_T_COPY,
	    after + 1);
}

enum lc_err
lc_lines_begin(struct lc_lines *l, struct lc_state *st,
    const struct lc_place *place)
{
	return lc_lines_begin_at(l, st, place, 0, SIZE_MAX);
}

static enum lc_err
medium_next(struct lc_lines *l, struct lc_stored_line *line)
{
	struct lc_value text;
	struct lc_db *db = lc_twin_db(l->st->twin);
	enum lc_err err;

	if (l->left == 0)
		return LC_ENOTFOUND;
	if ((err = lc_db_next(db, l->rows)) != LC_OK) {
		l->rows = NULL;		/* it was stopped */
		return err;
	}
	l->left--;
	l->last = lc_db_int(l->rows, 0);
	lc_db_value(l->rows, 2, &text);
	*line = (struct lc_stored_line){
		.id = lc_db_text(l->rows, 1),
		.text = text.len > 0 ? text.bytes : "", .len = text.len,
		.installed = lc_db_int(l->rows, 3),
	};
	return LC_OK;
}

/* The license of a row of LC_T_COPY, if its line is wanted. */
static const struct lc_known *
known_here(const struct lc_lines *l)
{
	const struct lc_book *b = &l->st->book;
	const struct lc_value *v = l->scan.values;
	int64_t key = v[LC_COPY_IDENTITY].number;
	const struct lc_known *k;

	if (key < 1 || key > (int64_t)b->nknown ||
	    v[LC_COPY_LINE].kind != LC_V_TEXT)
		return NULL;
	k = b->known[key - 1];
	if (k == NULL || l->place == NULL)
		return k;
	return v[LC_COPY_STORE].number == l->place->public.index &&
	       strcmp(lc_known_identity(k)->udi, l->place->udi) == 0 ? k : NULL;
}

enum lc_err
lc_lines_next(struct lc_lines *l, struct lc_stored_line *line)
{
	const struct lc_value *v = l->scan.values;
	const struct lc_known *k = NULL;
	enum lc_err err;

	if (!is_primary(l->place))
		return medium_next(l, line);
	while (k == NULL && l->scan.rows != NULL && l->left > 0) {
		if ((err = lc_scan_next(&l->scan)) != LC_OK)
			return err;
		l->last = l->scan.key;
		l->left--;
		k = known_here(l);
	}
	if (k == NULL)
		return LC_ENOTFOUND;
	*line = (struct lc_stored_line){
		.id = lc_known_identity(k)->id, .udi = lc_known_identity(k)->udi,
		.store = (uint32_t)v[LC_COPY_STORE].number,
		.text = v[LC_COPY_LINE].bytes, .len = v[LC_COPY_LINE].len,
		.installed = v[LC_COPY_INSTALLED].kind == LC_V_INT ?
		    v[LC_COPY_INSTALLED].number : LC_NO_TIME,
	};
	return LC_OK;
}

void
lc_lines_end(struct lc_lines *l)
{
	lc_scan_end(&l->scan);
	lc_db_stop(l->rows);
	l->rows = NULL;
}

/* ---- Removable stores ------------------------------------------------ */

enum lc_err
lc_medium_attach(struct lc_state *st, const struct lc_place *place,
    bool check, struct lc_detail *detail)
{
	struct lc_db *db;
	enum lc_err err;

	if (place->public.kind != LC_STORE_REMOVABLE)
		return LC_OK;
	err = lc_state_db(st, &db);
	return err != LC_OK ? err : lc_db_attach(db, place->path, check,
	    detail);
}

enum lc_err
lc_medium_attach_more(struct lc_state *st, struct lc_place *place,
    struct lc_detail *detail)
{
	struct lc_db *db;
	enum lc_err err;

	if (place->public.kind != LC_STORE_REMOVABLE)
		return LC_OK;
	err = lc_state_db(st, &db);
	return err != LC_OK ? err : lc_db_attach_more(db, place->path,
	    &place->slot, detail);
}

void
lc_medium_detach(struct lc_state *st)
{
	if (lc_twin_db(st->twin) != NULL)
		lc_db_detach(lc_twin_db(st->twin));
	if (st->spare != NULL)
		lc_db_detach(st->spare);
}

enum lc_err
lc_medium_put(struct lc_state *st, const struct lc_place *place,
    const struct lc_entry *e, const struct lc_file_line *line)
{
	/* A line that is there, but did not load, is replaced. */
	static const char *const insert[] = LC_DB_EACH("INSERT OR REPLACE"
	    " INTO ", ".line (id, line, installed) VALUES (?, ?, ?)");

	return lc_db_run(lc_twin_db(st->twin), insert[place->slot], "sxi",
	    e->public.terms.id, line->text, line->len, e->public.installed);
}

enum lc_err
lc_medium_remove(struct lc_state *st, const struct lc_place *place,
    const struct lc_entry *e)
{
	static const char *const delete[] = LC_DB_EACH("DELETE FROM ",
	    ".line WHERE id = ?");

	return lc_db_run(lc_twin_db(st->twin), delete[place->slot], "s",
	    e->public.terms.id);
}

/* A value in meta. */
static enum lc_err
fact_name(const struct lc_place *place, char **name)
{
	return asprintf(name, "removable %s %u", place->udi,
	    place->public.index) < 0 ? LC_ENOMEM : LC_OK;
}

enum lc_err
lc_medium_is_known(const struct lc_state *st, const struct lc_place *place,
    bool *known)
{
	char *name;
	enum lc_err err = fact_name(place, &name);

	if (err != LC_OK)
		return err;
	*known = lc_meta_int(st, name, 0) != 0;
	free(name);
	return LC_OK;
}

enum lc_err
lc_medium_know(struct lc_state *st, const struct lc_place *place)
{
	char *name;
	enum lc_err err = fact_name(place, &name);

	if (err != LC_OK)
		return err;
	err = lc_meta_set_int(st, name, 1);
	free(name);
	return err;
}
