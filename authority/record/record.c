/* record.c - see record.h. */
#include "record.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/b64.h"
#include "base/disk.h"
#include "base/error.h"
#include "format/jws.h"
#include "schema.h"

#define DATABASE_FILE "authority.db"
#define PLACE_MAX 1024

/* ---- Errors ---------------------------------------------------------- */

static enum lc_err
problem(enum db_err err, const char *words, struct lc_detail *detail)
{
	switch (err) {
	case DB_OK:
		return LC_OK;
	case DB_END:
		return LC_ENOTFOUND;
	case DB_NOMEM:
		return LC_ENOMEM;
	case DB_BUSY:
		return lc_fail(detail, LC_ELOCKED,
		    "database: locked by another process");
	case DB_NEWER:
		return lc_fail(detail, LC_ENEWER, "database: %s", words);
	case DB_MISSING:
		return lc_fail(detail, LC_ENOTFOUND, "database: %s", words);
	case DB_OLDER:
		return lc_fail(detail, LC_EDAMAGED,
		    "database: %s; \"licissue upgrade\" brings it up to date",
		    words);
	case DB_DAMAGED:
	case DB_FOREIGN:
	case DB_EXISTS:
		return lc_fail(detail, LC_EDAMAGED, "database: %s", words);
	default:
		return lc_fail(detail, LC_EIO, "database: %s", words);
	}
}

enum lc_err
lc_record_done(struct lc_record *record, enum db_err err)
{
	return problem(err, db_words(record->db), record->detail);
}

enum lc_err
lc_record_first(
    struct lc_record *record, enum db_err err, struct db_rows *const *rows)
{
	if (err == DB_OK)
		err = db_next(*rows);
	return lc_record_done(record, err);
}

enum lc_err
lc_record_number(struct lc_record *record, enum db_err started,
    struct db_rows *const *rows, int64_t *number)
{
	enum lc_err err = lc_record_first(record, started, rows);

	if (err == LC_OK) {
		*number = db_int(*rows, 0);
		db_stop(*rows);
	} else if (err == LC_ENOTFOUND) {
		*number = 0;
		err = LC_OK;
	}
	return err;
}

/* An empty database is rather one that was lost. */
enum lc_err
lc_record_lacks(struct lc_record *record, enum lc_err as, const char *what,
    const char *id)
{
	struct db_rows *rows = NULL;
	int64_t licenses;
	enum lc_err err;

	err = lc_record_number(record,
	    db_query(record->db, &rows,
		"SELECT n FROM license ORDER BY n LIMIT 1", ""),
	    &rows, &licenses);
	if (err != LC_OK)
		return err;
	if (licenses == 0)
		return lc_fail(record->detail, as,
		    "%s %s: the database has no license; if this authority "
		    "has issued any, restore the database from its backup",
		    what, id);
	return lc_fail(record->detail, as,
	    "%s %s is not in the database: this authority did not issue it; "
	    "if another one of yours did, use its directory",
	    what, id);
}

void
lc_record_tell(struct lc_record *record, struct lc_detail *detail)
{
	record->detail = detail;
}

enum lc_err
lc_record_as(struct lc_record *record, const char *who)
{
	char *copy;

	if (strcmp(record->who, who) == 0)
		return LC_OK;
	if ((copy = strdup(who)) == NULL)
		return LC_ENOMEM;
	free(record->who);
	record->who = copy;
	return LC_OK;
}

/* ---- Opening --------------------------------------------------------- */

/* A row of text, without its end. */
static enum lc_err
place_read(const char *path, char **where, struct lc_detail *detail)
{
	size_t len;
	enum lc_err err =
	    lc_disk_read(path, PLACE_MAX, where, &len, NULL, detail);

	if (err == LC_OK)
		(*where)[strcspn(*where, "\r\n")] = '\0';
	return err;
}

enum lc_err
lc_record_place(const char *dir, char **where, struct lc_detail *detail)
{
	char *path = NULL;
	enum lc_err err = LC_ENOMEM;

	if (asprintf(&path, "%s/%s", dir, LC_PLACE_FILE) < 0)
		return err;
	err = place_read(path, where, detail);
	free(path);
	if (err != LC_ENOTFOUND)
		return err;
	lc_unfail(detail);
	return asprintf(where, "%s/%s", dir, DATABASE_FILE) < 0 ? LC_ENOMEM
								: LC_OK;
}

enum lc_err
lc_record_upgrade(const char *where, struct lc_detail *detail)
{
	char words[DB_WORDS_SIZE];
	int32_t from;

	return problem(db_upgrade(where, &lc_record_schema, &from, words),
	    words, detail);
}

static int64_t
wall_clock(void)
{
	return (int64_t)time(NULL);
}

/* The user that the program runs as. */
static char *
user_name(void)
{
	const struct passwd *user = getpwuid(geteuid());
	char *name;

	if (user != NULL)
		return strdup(user->pw_name);
	return asprintf(&name, "uid %lu", (unsigned long)geteuid()) < 0
		   ? NULL
		   : name;
}

enum lc_err
lc_record_open(
    const char *where, struct lc_record **out, struct lc_detail *detail)
{
	struct lc_record *record = calloc(1, sizeof *record);
	char words[DB_WORDS_SIZE];
	enum lc_err err = LC_ENOMEM;

	if (record == NULL)
		return err;
	record->now = wall_clock;
	if ((record->who = user_name()) != NULL)
		err = problem(
		    db_open(where, &lc_record_schema, &record->db, words),
		    words, detail);
	if (err == LC_OK) {
		*out = record;
		return LC_OK;
	}
	lc_record_close(record);
	return err;
}

void
lc_record_close(struct lc_record *record)
{
	if (record == NULL)
		return;
	if (record->db != NULL)
		lc_record_rollback(record);
	db_close(record->db);
	lc_kept_free(&record->kept);
	free(record->who);
	free(record);
}

/* ---- Transactions ---------------------------------------------------- */

/* The row is there from the first begin on. */
static enum lc_err
head_make(struct lc_record *record)
{
	static const uint8_t zero[LC_LOG_DIGEST];

	return lc_record_done(record,
	    db_run(record->db,
		"INSERT INTO head (one, n, digest, checkpoint)"
		" VALUES (1, 0, $1, '') ON CONFLICT (one) DO NOTHING",
		"b", zero, sizeof zero));
}

/* Locks the head, so that in PostgreSQL, too, only one writes at a time. */
static enum lc_err
head_lock(struct lc_record *record)
{
	struct db_rows *rows = NULL;
	const void *digest;
	size_t len;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"UPDATE head SET n = n WHERE one = 1 RETURNING n, digest", ""),
	    &rows);
	if (err != LC_OK)
		return err;
	record->n = record->committed = db_int(rows, 0);
	digest = db_blob(rows, 1, &len);
	if (len == sizeof record->digest)
		memcpy(record->digest, digest, len);
	else
		err = lc_fail(record->detail, LC_EDAMAGED,
		    "database: the head of the log is damaged");
	db_stop(rows);
	return err;
}

enum lc_err
lc_record_begin(struct lc_record *record, struct lc_detail *detail)
{
	enum lc_err err;

	lc_record_tell(record, detail);
	if ((err = lc_record_done(record, db_begin(record->db))) != LC_OK)
		return err;
	record->writing = true;
	record->at = record->now();
	err = head_lock(record);
	if (err == LC_ENOTFOUND && (err = head_make(record)) == LC_OK)
		err = head_lock(record);
	if (err == LC_OK)
		lc_kept_begin(&record->kept, record->n);
	else
		lc_record_rollback(record);
	return err;
}

/* A checkpoint; the caller frees. */
static enum lc_err
head_sign(const struct lc_record *record, const struct lc_key *key, char **text)
{
	char digest[LC_B64_LEN(LC_LOG_DIGEST) + 1];
	json_t *payload;
	enum lc_err err;

	lc_b64_encode(record->digest, sizeof record->digest, digest);
	payload = json_pack("{s:I, s:I, s:s}", "n", (json_int_t)record->n,
	    "iat", (json_int_t)record->at, "digest", digest);
	if (payload == NULL)
		return LC_ENOMEM;
	err = lc_jws_sign(key, LC_TYP_CHECKPOINT, payload, text);
	json_decref(payload);
	return err;
}

static enum lc_err
head_write(struct lc_record *record, const struct lc_key *key)
{
	char *checkpoint = NULL;
	enum lc_err err = head_sign(record, key, &checkpoint);

	if (err == LC_OK)
		err = lc_record_done(record,
		    db_send_one(record->db,
			"UPDATE head SET n = $1, digest = $2, checkpoint = $3"
			" WHERE one = 1",
			"ibs", record->n, record->digest,
			sizeof record->digest, checkpoint));
	free(checkpoint);
	return err;
}

enum lc_err
lc_record_commit(struct lc_record *record, const struct lc_key *key)
{
	enum lc_err err = LC_OK;

	if (record->n != record->committed)
		err = head_write(record, key);
	if (err == LC_OK)
		err = lc_record_done(record, db_commit(record->db));
	if (err == LC_OK) {
		record->writing = false;
		lc_kept_end(&record->kept, record->n);
	} else {
		lc_record_rollback(record);
	}
	return err;
}

void
lc_record_rollback(struct lc_record *record)
{
	if (record->writing)
		db_rollback(record->db);
	record->writing = false;
	record->parts = 0;
	lc_kept_spoil(&record->kept);
}

void
lc_record_spoil(struct lc_record *record)
{
	lc_kept_spoil(&record->kept);
	db_ahead_end(record->db);
}

bool
lc_record_is_cut(const struct lc_record *record)
{
	return db_is_gone(record->db);
}

enum lc_err
lc_part_begin(struct lc_record *record, struct lc_part *part)
{
	enum lc_err err;

	part->n = record->n;
	memcpy(part->digest, record->digest, sizeof part->digest);
	if (record->parts == 0) {
		lc_kept_begin(&record->kept, record->kept.head);
		record->kept.is_changed = false;
	}
	if ((err = lc_record_done(record, db_savepoint(record->db))) == LC_OK)
		record->parts++;
	return err;
}

enum lc_err
lc_part_end(
    struct lc_record *record, const struct lc_part *part, enum lc_err err)
{
	bool is_inner = record->parts > 1;

	if (record->parts > 0)
		record->parts--;
	if (err == LC_OK)
		err = lc_record_done(record,
		    is_inner || !record->is_quick
			? db_release(record->db)
			: db_release_later(record->db));
	if (err == LC_OK)
		return err;
	if (record->n != part->n || record->kept.is_changed)
		lc_record_spoil(record);
	record->n = part->n;
	memcpy(record->digest, part->digest, sizeof part->digest);
	(void)db_undo(record->db); /* else the transaction cannot commit */
	return err;
}
