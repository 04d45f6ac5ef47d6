/* old_state.c - see old_state.h. */
#include "old_state.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sqlite3.h>

#include "check.h"
#include "ops/lc.h"
#include "state/seal.h"

static sqlite3 *
database(const char *path)
{
	sqlite3 *db = NULL;

	REQUIRE(sqlite3_open(path, &db) == SQLITE_OK);
	return db;
}

void
state_edit_at(const char *path, const char *sql)
{
	sqlite3 *db = database(path);
	char *words = NULL;

	CHECK_INT(sqlite3_exec(db, sql, NULL, NULL, &words), SQLITE_OK);
	CHECK_STR(words != NULL ? words : "", "");
	sqlite3_free(words);
	sqlite3_close(db);
}

void
state_edit(const struct device *d, const char *file, const char *sql)
{
	state_edit_at(check_path(d->dir, file), sql);
}

void
state_edit_both(const struct device *d, const char *sql)
{
	static const char *const tables[] = {
		"meta", "license", "usage", "acceptance", "mark", "agreement",
		"history", "sealed",
	};
	char text[4200];

	state_edit(d, "persistence.db", sql);
	for (size_t i = 0; i < CHECK_COUNT(tables); i++) {
		snprintf(text, sizeof text, "ATTACH '%s' AS copy;"
		    "DELETE FROM copy.kept_%s;"
		    "INSERT INTO copy.kept_%s SELECT * FROM main.%s",
		    check_path(d->dir, "persistence-copy.db"), tables[i],
		    tables[i], tables[i]);
		state_edit(d, "persistence.db", text);
	}
}

void
state_put_back(const struct device *d, const char *file, const char *table,
    const char *where)
{
	char text[4400];

	snprintf(text, sizeof text, "ATTACH '%s' AS old;"
	    "INSERT OR REPLACE INTO main.%s SELECT * FROM old.%s WHERE %s;"
	    "DETACH old", check_path(d->dir, file), table, table, where);
	state_edit(d, "persistence.db", text);
}

/* The seal of the last record, 32 zero bytes if there is none. */
static struct lc_seal
last_seal(const struct device *d)
{
	sqlite3 *db = database(check_path(d->dir, "persistence.db"));
	struct lc_seal seal = { { 0 } };
	sqlite3_stmt *s;

	REQUIRE(sqlite3_prepare_v2(db, "SELECT mac FROM history ORDER BY seq"
	    " DESC LIMIT 1", -1, &s, NULL) == SQLITE_OK);
	if (sqlite3_step(s) == SQLITE_ROW)
		memcpy(seal.bytes, sqlite3_column_blob(s, 0), LC_SEAL_LEN);
	sqlite3_finalize(s);
	sqlite3_close(db);
	return seal;
}

static const char old_schema[] =
    "INSERT INTO meta SELECT 'clock.high', json_extract(body, '$[1]')"
    " FROM sealed WHERE name = 'clock';"
    "INSERT INTO meta SELECT 'eula.standing', json_extract(body, '$[0]')"
    " FROM sealed WHERE name = 'eula';"
    "DROP TABLE sealed;"
    "ALTER TABLE acceptance DROP COLUMN mac;"
    "PRAGMA user_version = 1";

void
old_state(struct device *d)
{
	struct lc_seal last, head;
	char sql[160], hex[2 * LC_SEAL_LEN + 1];

	last = last_seal(d);
	REQUIRE(lc_seal(d->lc->state.mac_key, &last, "history.head", &head) == LC_OK);
	for (size_t i = 0; i < LC_SEAL_LEN; i++)
		sprintf(hex + 2 * i, "%02x", head.bytes[i]);
	snprintf(sql, sizeof sql, "UPDATE meta SET value = x'%s' WHERE name ="
	    " 'history.head'", hex);
	device_close(d);
	state_edit(d, "persistence.db", sql);
	state_edit(d, "persistence.db", old_schema);
	CHECK_INT(unlink(check_path(d->dir, "persistence-copy.db")), 0);
}
