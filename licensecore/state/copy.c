/*
 * copy.c - the persistence file and its copy: copy.h.
 *
 * Temporary triggers write to the copy what is written to the tables, so that
 * no one else has to think of it.  Which of the two has come further is told by
 * the serial number that every change raises (clock.c), under seal.
 */
#include "copy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db.h"
#include "base/error.h"
#include "history.h"
#include "sealed.h"
#include "usage.h"

/* Tables that are copied: name, columns, the same of a new row, its key. */
#define EACH_TABLE(X)							\
	X("meta", "name, value", "new.name, new.value",			\
	    "name = old.name")						\
	X("license", "udi, store, id, idx, comment, priority",		\
	    "new.udi, new.store, new.id, new.idx, new.comment,"		\
	    " new.priority",						\
	    "udi = old.udi AND store = old.store AND id = old.id")	\
	X("usage", "udi, id, used_ms, expired_at, mac",			\
	    "new.udi, new.id, new.used_ms, new.expired_at, new.mac",	\
	    "udi = old.udi AND id = old.id")				\
	X("acceptance", "udi, id, at, by, mac",				\
	    "new.udi, new.id, new.at, new.by, new.mac",			\
	    "udi = old.udi AND id = old.id")				\
	X("mark", "udi, about, kind, value",				\
	    "new.udi, new.about, new.kind, new.value",			\
	    "udi = old.udi AND about = old.about AND kind = old.kind")	\
	X("agreement", "digest, text", "new.digest, new.text",		\
	    "digest = old.digest")					\
	X("history", "seq, at, what, udi, store, id, body, mac",	\
	    "new.seq, new.at, new.what, new.udi, new.store, new.id,"	\
	    " new.body, new.mac", "seq = old.seq")			\
	X("sealed", "name, body, mac", "new.name, new.body, new.mac",	\
	    "name = old.name")

#define FILL_COPY(t, columns, values, key)				\
	"DELETE FROM copy.kept_" t ";"					\
	"INSERT INTO copy.kept_" t " (" columns ")"			\
	" SELECT " columns " FROM main." t ";"
#define FILL_MAIN(t, columns, values, key)				\
	"DELETE FROM main." t ";"					\
	"INSERT INTO main." t " (" columns ")"				\
	" SELECT " columns " FROM copy.kept_" t ";"
/*
 * In a trigger's body tables stand without their schema.  What happens in a
 * conflict is the word of the statement that sets it off: an upsert's is none.
 */
#define TRIGGERS(t, columns, values, key)				\
	"CREATE TEMP TRIGGER keep_" t "_insert AFTER INSERT ON main." t	\
	" BEGIN INSERT OR REPLACE INTO kept_" t " (" columns ")"	\
	" VALUES (" values "); END;"					\
	"CREATE TEMP TRIGGER keep_" t "_update AFTER UPDATE ON main." t	\
	" BEGIN DELETE FROM kept_" t " WHERE " key ";"			\
	" INSERT INTO kept_" t " (" columns ") VALUES (" values ");"	\
	" END;"								\
	"CREATE TEMP TRIGGER keep_" t "_delete AFTER DELETE ON main." t	\
	" BEGIN DELETE FROM kept_" t " WHERE " key "; END;"
#define DIFFERENT(t, columns, values, key)				\
	" OR EXISTS (SELECT " columns " FROM main." t			\
	" EXCEPT SELECT " columns " FROM copy.kept_" t ")"		\
	" OR EXISTS (SELECT " columns " FROM copy.kept_" t		\
	" EXCEPT SELECT " columns " FROM main." t ")"

/* ---- The files ------------------------------------------------------- */

struct pair {
	struct lc_state *st;
	char *path, *copy;
	struct lc_detail *detail;
};

static enum lc_err
names(struct pair *p)
{
	if (asprintf(&p->path, "%s/persistence.db", p->st->dir) < 0) {
		p->path = NULL;
		return LC_ENOMEM;
	}
	if (asprintf(&p->copy, "%s/persistence-copy.db",
	    p->st->dir) < 0) {
		p->copy = NULL;
		return LC_ENOMEM;
	}
	return LC_OK;
}

/* Out of the way, for people to look at. */
static enum lc_err
set_aside(const struct pair *p, const char *path)
{
	enum lc_err err = LC_OK;
	char *aside;

	if (asprintf(&aside, "%s.damaged-%lld", path,
	    (long long)lc_now(p->st)) < 0)
		return LC_ENOMEM;
	if (rename(path, aside) != 0)
		err = lc_fail(p->detail, LC_EIO, "%s: damaged, and cannot be"
		    " moved away: %s", path, strerror(errno));
	else
		lc_notice(p->st->host, LC_EDAMAGED, "%s: damaged, or not what was"
		    " last written there; moved to %s", path, aside);
	free(aside);
	return err;
}

static enum lc_err
copy_attach(struct pair *p)
{
	struct lc_db *db = p->st->db;
	enum lc_err err;

	err = lc_db_attach_copy(db, p->copy, p->detail);
	if (err != LC_EDAMAGED)
		return err;
	if ((err = set_aside(p, p->copy)) != LC_OK)
		return err;
	lc_unfail(p->detail);
	return lc_db_attach_copy(db, p->copy, p->detail);
}

/* One that is damaged is set aside, if there is a copy to make it from. */
static enum lc_err
main_open(struct pair *p)
{
	struct lc_state *st = p->st;
	enum lc_err err;

	err = lc_db_open(p->path, LC_DB_PERSISTENCE, &st->db, p->detail);
	if (err != LC_EDAMAGED || access(p->copy, F_OK) != 0)
		return err;
	if ((err = lc_db_try_copy(p->copy, p->detail)) != LC_OK)
		return err;
	if ((err = set_aside(p, p->path)) != LC_OK)
		return err;
	lc_unfail(p->detail);
	return lc_db_open(p->path, LC_DB_PERSISTENCE, &st->db, p->detail);
}

/* ---- Which one counts ------------------------------------------------ */

/* -1: none, or not one that this device wrote. */
static enum lc_err
serials_get(struct lc_state *st, int64_t *serial, int64_t *copied)
{
	int64_t numbers[4];
	enum lc_err err;

	*serial = *copied = -1;
	err = lc_sealed_get(st, LC_SEALED_CLOCK, numbers, 4);
	if (err == LC_OK)
		*serial = numbers[0];
	else if (err != LC_ENOTFOUND && err != LC_EDAMAGED)
		return err;
	err = lc_sealed_get_copied(st, LC_SEALED_CLOCK, numbers, 4);
	if (err == LC_OK)
		*copied = numbers[0];
	return err == LC_ENOTFOUND || err == LC_EDAMAGED ? LC_OK : err;
}

static enum lc_err
differ(struct lc_state *st, bool *different)
{
	int64_t yes = 0;
	enum lc_err err;

	err = lc_db_get_int(st->db, &yes, "SELECT 0" EACH_TABLE(DIFFERENT),
	    "");
	*different = yes != 0;
	return err;
}

static void
use_altered(void *arg, const char *udi, const char *id)
{
	(void)udi;
	(void)id;
	*(bool *)arg = true;
}

/* LC_EDAMAGED: a seal in the persistence file does not hold. */
static enum lc_err
main_judge(struct lc_state *st)
{
	bool altered = false;
	enum lc_err err;

	if ((err = lc_history_check(st, NULL)) != LC_OK ||
	    (err = lc_sealed_check(st, NULL)) != LC_OK ||
	    (err = lc_usage_check(st, use_altered, &altered)) != LC_OK)
		return err;
	return altered ? LC_EDAMAGED : LC_OK;
}

static enum lc_err
is_empty(struct lc_state *st, bool *empty)
{
	int64_t yes = 0;
	enum lc_err err;

	err = lc_db_get_int(st->db, &yes,
	    "SELECT NOT EXISTS (SELECT 1 FROM main.meta)"
	    " AND NOT EXISTS (SELECT 1 FROM main.history)", "");
	*empty = yes != 0;
	return err;
}

/* In a transaction: changed together from here on. */
static enum lc_err
pair_up(struct lc_state *st, const char *record)
{
	enum lc_err err = lc_db_exec(st->db, EACH_TABLE(TRIGGERS));

	return err != LC_OK || record == NULL ? err :
	    lc_history_add(st, &(struct lc_record){
		.what = "restore", .udi = "", .id = "", .body = record,
	    });
}

static enum lc_err
commit(struct lc_state *st, enum lc_err err)
{
	if (err == LC_OK)
		return lc_db_commit(st->db);
	lc_db_rollback(st->db);
	return err;
}

/* The copy counts.  What mirrors held is gone: the stores count for it. */
static enum lc_err
main_restore(struct pair *p)
{
	struct lc_state *st = p->st;
	enum lc_err err;
	bool empty;

	if ((err = is_empty(st, &empty)) != LC_OK)
		return err;
	if (!empty) {
		lc_db_close(st->db);
		st->db = NULL;
		if ((err = set_aside(p, p->path)) != LC_OK ||
		    (err = lc_db_open(p->path, LC_DB_PERSISTENCE, &st->db,
		    p->detail)) != LC_OK ||
		    (err = copy_attach(p)) != LC_OK)
			return err;
	}
	if ((err = lc_db_begin(st->db)) != LC_OK)
		return err;
	err = lc_db_exec(st->db, EACH_TABLE(FILL_MAIN)
	    "DELETE FROM copy.kept_meta WHERE name GLOB 'mirror *';"
	    "DELETE FROM main.meta WHERE name GLOB 'mirror *';");
	if (err == LC_OK)
		err = pair_up(st, "{\"file\":\"persistence.db\"}");
	if ((err = commit(st, err)) == LC_OK)
		lc_notice(st->host, LC_EDAMAGED, "%s was made again from %s",
		    p->path, p->copy);
	return err;
}

/* In a transaction. */
static enum lc_err
copy_fill(struct pair *p, bool old, bool had_copy)
{
	struct lc_detail why = { "" };
	enum lc_err err = LC_OK;

	if (old)
		err = lc_sealed_upgrade(p->st, &why);
	if (err == LC_EDAMAGED)
		lc_notice(p->st->host, err, "%s: %s; agreements have to be accepted"
		    " again", p->path, why.text);
	else if (err != LC_OK)
		return err;
	/* What was used stays used, whichever of the two was put back. */
	if ((err = lc_usage_catch_up(p->st)) != LC_OK ||
	    (err = lc_db_exec(p->st->db, EACH_TABLE(FILL_COPY))) != LC_OK)
		return err;
	return pair_up(p->st, had_copy ?
	    "{\"file\":\"persistence-copy.db\"}" : NULL);
}

/* The persistence file counts: the copy is made from it if it differs. */
static enum lc_err
main_keep(struct pair *p, bool same, bool had_copy)
{
	struct lc_state *st = p->st;
	enum lc_err err;
	bool old;

	if ((err = lc_sealed_is_old(st, &old)) != LC_OK)
		return err;
	if (same && !old)
		return pair_up(st, NULL);
	if ((err = lc_db_begin(st->db)) != LC_OK)
		return err;
	err = commit(st, copy_fill(p, old, had_copy));
	if (err == LC_OK && had_copy)
		lc_notice(st->host, LC_EDAMAGED, "%s was made again from %s",
		    p->copy, p->path);
	return err;
}

/*
 * They have come equally far: if they differ all the same, one was altered, and
 * the copy counts if it was the persistence file.
 */
static enum lc_err
same_keep(struct pair *p)
{
	enum lc_err err;
	bool different;

	if ((err = differ(p->st, &different)) != LC_OK)
		return err;
	if (!different)
		return main_keep(p, true, true);
	err = main_judge(p->st);
	return err == LC_EDAMAGED ? main_restore(p) :
	    err != LC_OK ? err : main_keep(p, false, true);
}

static enum lc_err
open_both(struct pair *p)
{
	int64_t serial, copied;
	enum lc_err err;

	if ((err = names(p)) != LC_OK || (err = main_open(p)) != LC_OK ||
	    (err = copy_attach(p)) != LC_OK ||
	    (err = serials_get(p->st, &serial, &copied)) != LC_OK)
		return err;
	if (copied > serial)
		return main_restore(p);
	if (copied == serial && serial >= 0)
		return same_keep(p);
	/* Of a new one, and of one of version 1, there was no copy yet. */
	return main_keep(p, false, serial >= 0);
}

enum lc_err
lc_copy_open(struct lc_state *st, struct lc_detail *detail)
{
	struct pair p = { .st = st, .detail = detail };
	enum lc_err err = open_both(&p);

	free(p.path);
	free(p.copy);
	return err;
}

/* ---- Checking -------------------------------------------------------- */

enum lc_err
lc_copy_check(struct lc_state *st, struct lc_detail *detail)
{
	enum lc_err err = lc_db_check_copy(st->db);
	bool different;

	if (err == LC_EDAMAGED)
		return lc_fail(detail, err, "the pages of the persistence"
		    " file's copy do not hold together");
	if (err != LC_OK || (err = differ(st, &different)) != LC_OK)
		return err;
	return !different ? LC_OK : lc_fail(detail, LC_EDAMAGED,
	    "the persistence file and its copy differ");
}
