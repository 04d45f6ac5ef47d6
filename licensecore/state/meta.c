/* meta.c - single values in the persistence file, by name. */
#include "meta.h"

#include "db.h"

#define SELECT "SELECT value FROM meta WHERE name = ?"
#define INSERT "INSERT INTO meta (name, value) VALUES (?, ?)"		\
	" ON CONFLICT (name) DO UPDATE SET value = excluded.value"

enum lc_err
lc_meta_int(struct lc_state *st, const char *name, int64_t *value)
{
	enum lc_err err = lc_db_get_int(st->db, value, SELECT, "s", name);

	return err == LC_ENOTFOUND ? LC_OK : err;
}

enum lc_err
lc_meta_text(struct lc_state *st, const char *name, char **value)
{
	enum lc_err err;

	*value = NULL;
	err = lc_db_get_text(st->db, value, SELECT, "s", name);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

enum lc_err
lc_meta_set_int(struct lc_state *st, const char *name, int64_t value)
{
	return lc_db_run(st->db, INSERT, "si", name, value);
}

enum lc_err
lc_meta_set_text(struct lc_state *st, const char *name, const char *value)
{
	return value != NULL ? lc_db_run(st->db, INSERT, "ss", name, value) :
	    lc_db_run(st->db, "DELETE FROM meta WHERE name = ?", "s", name);
}
