/* setting.c - see setting.h. */
#include "setting.h"

#include "log.h"

enum lc_err
lc_setting_get(struct lc_record *record, const char *name, int64_t usual,
    int64_t *value)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT value FROM setting WHERE name = $1", "s", name),
	    &rows);
	if (err != LC_OK && err != LC_ENOTFOUND)
		return err;
	*value = err == LC_OK ? db_int(rows, 0) : usual;
	db_stop(rows);
	return LC_OK;
}

enum lc_err
lc_setting_put(struct lc_record *record, const char *name, int64_t value)
{
	enum lc_err err;

	err = lc_record_done(record,
	    db_run(record->db,
		"INSERT INTO setting (name, value) VALUES ($1, $2)"
		" ON CONFLICT (name) DO UPDATE SET value = excluded.value",
		"si", name, value));
	return err == LC_OK ? lc_log_row(record, "setting", name) : err;
}
