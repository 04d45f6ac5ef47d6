/* old_state.c - see old_state.h. */
#include "old_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <sqlite3.h>

#include "check.h"

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
	state_edit(d, "state.db", sql);
	state_edit(d, "state-twin.db", sql);
}

void
state_put_back(const struct device *d, const char *file, const char *table,
    const char *where)
{
	char text[4400];

	snprintf(text, sizeof text, "ATTACH '%s' AS old;"
	    "INSERT OR REPLACE INTO main.%s SELECT * FROM old.%s WHERE %s;"
	    "DETACH old", check_path(d->dir, file), table, table, where);
	state_edit_both(d, text);
}

/* ---- The layout before ----------------------------------------------- */

static char *
source_read(const char *name, size_t *len)
{
	const char *source = getenv("srcdir");
	char path[1024];

	snprintf(path, sizeof path, "%s/tests/licensecore/state/before/%s",
	    source != NULL ? source : ".", name);
	return check_read(path, len);
}

static void
file_make(const struct device *d, const char *name, const char *source)
{
	const char *path = check_path(d->dir, name);
	size_t len;
	char *sql = source_read(source, &len);
	char *text = malloc(len + 1);

	REQUIRE(text != NULL);
	memcpy(text, sql, len);
	text[len] = '\0';
	(void)unlink(path);
	state_edit_at(path, text);
	free(text);
	free(sql);
}

void
old_state(struct device *d)
{
	static const char *const now[] = {
		"state.db", "state-twin.db", "running", "running-twin",
		"device.key", "device-twin.key",
	};
	static char keys[4200];
	size_t len;
	char *data;

	device_close(d);
	for (size_t i = 0; i < CHECK_COUNT(now); i++)
		(void)unlink(check_path(d->dir, now[i]));
	data = source_read("device.key", &len);
	check_write(check_path(d->dir, "device.key"), data, len);
	REQUIRE(chmod(check_path(d->dir, "device.key"), 0600) == 0);
	free(data);
	snprintf(keys, sizeof keys, "%s", check_dir());
	data = source_read("issuer.jwk", &len);
	check_write(check_path(keys, "issuer.jwk"), data, len);
	free(data);
	d->options.key_dir = keys;
	file_make(d, "persistence.db", "persistence.sql");
	file_make(d, "persistence-copy.db", "persistence-copy.sql");
	file_make(d, "store-1-1.db", "store.sql");
	d->wall = OLD_STATE_WALL;
}
