/* lines.c - license lines in store files, and in their mirrors. */
#include "lines.h"

#include <stdio.h>
#include <stdlib.h>

#include "db.h"
#include "meta.h"

static int64_t
index_of(const struct lc_place *place)
{
	return place->public.index;
}

/* ---- Of the attached store ------------------------------------------- */

enum lc_err
lc_lines_query(struct lc_state *st, struct lc_rows **rows)
{
	return lc_db_query(st->db, rows, "SELECT id, line, installed FROM"
	    " store.line ORDER BY rowid", "");
}

enum lc_err
lc_lines_next(struct lc_state *st, struct lc_rows *rows,
    struct lc_stored_line *line)
{
	enum lc_err err = lc_db_next(st->db, rows);

	if (err == LC_OK)
		*line = (struct lc_stored_line){
			lc_db_text(rows, 0), lc_db_text(rows, 1),
			lc_db_int(rows, 2),
		};
	return err;
}

enum lc_err
lc_lines_put(struct lc_state *st, const struct lc_place *place,
    const struct lc_entry *e, const struct lc_file_line *line)
{
	/* A line that is there, but did not load, is replaced. */
	static const char *const insert[] = LC_DB_EACH("INSERT OR REPLACE"
	    " INTO ", ".line (id, line, installed) VALUES (?, ?, ?)");
	enum lc_err err;

	err = lc_db_run(st->db, insert[place->slot], "sxi",
	    e->public.terms.id, line->text, line->len, e->public.installed);
	if (err != LC_OK || place->public.kind != LC_STORE_PRIMARY)
		return err;
	return lc_db_run(st->db, "INSERT OR REPLACE INTO mirror (udi, store,"
	    " id, line, installed) VALUES (?, ?, ?, ?, ?)", "sisxi",
	    place->udi, index_of(place), e->public.terms.id, line->text,
	    line->len, e->public.installed);
}

enum lc_err
lc_lines_remove(struct lc_state *st, const struct lc_place *place,
    const struct lc_entry *e)
{
	static const char *const delete[] = LC_DB_EACH("DELETE FROM ",
	    ".line WHERE id = ?");
	enum lc_err err;

	err = lc_db_run(st->db, delete[place->slot], "s",
	    e->public.terms.id);
	return err != LC_OK ? err : lc_db_run(st->db, "DELETE FROM mirror"
	    " WHERE udi = ? AND store = ? AND id = ?", "sis", place->udi,
	    index_of(place), e->public.terms.id);
}

/* ---- Of a store, by its place ---------------------------------------- */

/* A value in meta that says something of a store. */
static enum lc_err
fact_name(const char *fact, const struct lc_place *place, char **name)
{
	return asprintf(name, "%s %s %u", fact, place->udi,
	    place->public.index) < 0 ? LC_ENOMEM : LC_OK;
}

static enum lc_err
fact_get(struct lc_state *st, const char *fact, const struct lc_place *place,
    bool *known)
{
	int64_t value = 0;
	enum lc_err err;
	char *name;

	if ((err = fact_name(fact, place, &name)) != LC_OK)
		return err;
	err = lc_meta_int(st, name, &value);
	free(name);
	*known = value != 0;
	return err;
}

static enum lc_err
fact_set(struct lc_state *st, const char *fact, const struct lc_place *place)
{
	enum lc_err err;
	char *name;

	if ((err = fact_name(fact, place, &name)) != LC_OK)
		return err;
	err = lc_meta_set_int(st, name, 1);
	free(name);
	return err;
}

enum lc_err
lc_removable_is_known(struct lc_state *st, const struct lc_place *place,
    bool *known)
{
	return fact_get(st, "removable", place, known);
}

enum lc_err
lc_removable_know(struct lc_state *st, const struct lc_place *place)
{
	return fact_set(st, "removable", place);
}

enum lc_err
lc_mirror_is_known(struct lc_state *st, const struct lc_place *place,
    bool *known)
{
	return fact_get(st, "mirror", place, known);
}

/* ---- Mirrors --------------------------------------------------------- */

enum lc_err
lc_mirror_is_same(struct lc_state *st, const struct lc_place *place,
    bool *same)
{
	int64_t yes = 0;
	enum lc_err err;

	err = lc_db_get_int(st->db, &yes,
	    "SELECT NOT EXISTS (SELECT id, line FROM store.line EXCEPT"
	    " SELECT id, line FROM mirror WHERE udi = ?1 AND store = ?2)"
	    " AND NOT EXISTS (SELECT id, line FROM mirror WHERE udi = ?1 AND"
	    " store = ?2 EXCEPT SELECT id, line FROM store.line)",
	    "si", place->udi, index_of(place));
	*same = yes != 0;
	return err;
}

enum lc_err
lc_mirror_adopt(struct lc_state *st, const struct lc_place *place)
{
	enum lc_err err;

	if ((err = lc_db_run(st->db, "DELETE FROM mirror WHERE udi = ? AND"
	    " store = ?", "si", place->udi, index_of(place))) != LC_OK ||
	    (err = lc_db_run(st->db, "INSERT INTO mirror (udi, store, id,"
	    " line, installed) SELECT ?, ?, id, line, installed FROM"
	    " store.line ORDER BY rowid", "si", place->udi,
	    index_of(place))) != LC_OK)
		return err;
	return fact_set(st, "mirror", place);
}

enum lc_err
lc_mirror_fill(struct lc_state *st, const struct lc_place *place)
{
	enum lc_err err = lc_db_run(st->db, "DELETE FROM store.line", "");

	return err != LC_OK ? err : lc_db_run(st->db, "INSERT INTO store.line"
	    " (id, line, installed) SELECT id, line, installed FROM mirror"
	    " WHERE udi = ? AND store = ? ORDER BY rowid", "si", place->udi,
	    index_of(place));
}
