/* licenses.c - what is kept about a license in a store. */
#include "licenses.h"

#include "db.h"

#define OF_ONE " WHERE udi = ? AND store = ? AND id = ?"

enum lc_err
lc_license_load(struct lc_state *st, const char *udi, struct lc_entry *e)
{
	struct lc_rows *rows;
	enum lc_err err;

	e->public.index = 0;
	err = lc_db_query(st->db, &rows, "SELECT idx, comment IS NULL, comment"
	    " FROM license" OF_ONE, "sis", udi,
	    (int64_t)e->public.store, e->public.terms.id);
	if (err != LC_OK)
		return err;
	if ((err = lc_db_next(st->db, rows)) == LC_OK) {
		e->public.index = (uint32_t)lc_db_int(rows, 0);
		if (lc_db_int(rows, 1) == 0)
			err = lc_entry_comment(e, lc_db_text(rows, 2));
		lc_db_stop(rows);
	}
	return err == LC_ENOTFOUND ? LC_OK : err;
}

enum lc_err
lc_license_add(struct lc_state *st, const char *udi, struct lc_entry *e)
{
	int64_t index;
	enum lc_err err;

	err = lc_db_get_int(st->db, &index, "SELECT coalesce(max(idx), 0) + 1"
	    " FROM license WHERE udi = ?", "s", udi);
	if (err != LC_OK)
		return err;
	if (index > UINT32_MAX)
		return LC_EDAMAGED;
	e->public.index = (uint32_t)index;
	return lc_db_run(st->db, "INSERT INTO license (udi, store, id, idx)"
	    " VALUES (?, ?, ?, ?)", "sisi", udi, (int64_t)e->public.store,
	    e->public.terms.id, index);
}

enum lc_err
lc_license_set_comment(struct lc_state *st, const char *udi,
    const struct lc_entry *e, const char *comment)
{
	return lc_db_run(st->db, "UPDATE license SET comment = ?" OF_ONE,
	    "ssis", comment, udi, (int64_t)e->public.store,
	    e->public.terms.id);
}

enum lc_err
lc_license_load_priority(struct lc_state *st, struct lc_identity *identity)
{
	int64_t wanted = LC_PRIORITY_NONE;
	enum lc_err err;

	err = lc_db_get_int(st->db, &wanted, "SELECT priority FROM license"
	    " WHERE udi = ? AND id = ? AND priority IS NOT NULL"
	    " ORDER BY store LIMIT 1", "ss", identity->udi, identity->id);
	identity->wanted = (enum lc_priority)wanted;
	return err == LC_ENOTFOUND ? LC_OK : err;
}

enum lc_err
lc_license_set_priority(struct lc_state *st,
    const struct lc_identity *identity, enum lc_priority priority)
{
	return lc_db_run(st->db, "UPDATE license SET priority = ?"
	    " WHERE udi = ? AND id = ?", "iss", (int64_t)priority,
	    identity->udi, identity->id);
}

enum lc_err
lc_license_remove(struct lc_state *st, const char *udi,
    const struct lc_entry *e, bool last)
{
	enum lc_err err = lc_db_run(st->db, "UPDATE license SET comment = NULL"
	    OF_ONE, "sis", udi, (int64_t)e->public.store,
	    e->public.terms.id);

	return err != LC_OK || !last ? err : lc_db_run(st->db, "UPDATE license"
	    " SET priority = NULL WHERE udi = ? AND id = ?", "ss", udi,
	    e->public.terms.id);
}
