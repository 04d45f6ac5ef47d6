/* ledger.c - see ledger.h. */
#include "ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authority.h"
#include "base/error.h"
#include "db/db.h"
#include "format/file.h"
#include "format/line.h"

#define LEDGER_FILE "ledger.db"

struct lc_ledger {
	struct db *db;
	struct lc_detail *detail;
};

static const char *const steps[] = {
	/*
	 * issued: licenses; agreement: their texts, by digest.  device: keys
	 * of devices, as first seen or shown.  permission: tickets, and what
	 * each was redeemed for (lines, one on a row).  moved: licenses that
	 * left a device for good.
	 */
	"CREATE TABLE issued (id TEXT PRIMARY KEY, line TEXT NOT NULL)"
	" WITHOUT ROWID;"
	"CREATE TABLE moved (udi TEXT NOT NULL, id TEXT NOT NULL,"
	" PRIMARY KEY (udi, id)) WITHOUT ROWID;"
	"CREATE TABLE agreement (digest TEXT PRIMARY KEY, text TEXT NOT NULL);"
	"CREATE TABLE device (udi TEXT PRIMARY KEY, kid TEXT NOT NULL)"
	" WITHOUT ROWID;"
	"CREATE TABLE permission (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" id TEXT NOT NULL UNIQUE, udi TEXT NOT NULL, ticket TEXT,"
	" redeemed_for TEXT, redeemed_at INTEGER, lines TEXT);",
};

static const struct db_schema schema = {
	.kind = 0x4c436c67, /* "LClg" */
	.steps = steps,
	.nsteps = sizeof steps / sizeof steps[0],
};

/* ---- Transactions ---------------------------------------------------- */

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
		    "%s: locked by another process", LEDGER_FILE);
	case DB_NEWER:
		return lc_fail(detail, LC_ENEWER, "%s: %s", LEDGER_FILE, words);
	case DB_DAMAGED:
	case DB_FOREIGN:
	case DB_EXISTS:
		return lc_fail(
		    detail, LC_EDAMAGED, "%s: %s", LEDGER_FILE, words);
	case DB_FULL:
	case DB_MISSING:
	case DB_OLDER:
	case DB_GONE:
	case DB_FAILED:
		break;
	}
	return lc_fail(detail, LC_EIO, "%s: %s", LEDGER_FILE, words);
}

static enum lc_err
done(struct lc_ledger *ledger, enum db_err err)
{
	return problem(err, db_words(ledger->db), ledger->detail);
}

enum lc_err
lc_ledger_open(const struct lc_authority *authority, struct lc_ledger **out,
    struct lc_detail *detail)
{
	struct lc_ledger *ledger = calloc(1, sizeof *ledger);
	char words[DB_WORDS_SIZE], *path = NULL;
	int32_t from;
	enum lc_err err = LC_ENOMEM;

	if (ledger == NULL)
		return err;
	ledger->detail = detail;
	if (asprintf(&path, "%s/%s", authority->dir, LEDGER_FILE) < 0)
		path = NULL;
	else
		err = problem(
		    db_upgrade(path, &schema, &from, words), words, detail);
	if (err == LC_OK)
		err = problem(
		    db_open(path, &schema, &ledger->db, words), words, detail);
	if (err == LC_OK)
		err = done(ledger, db_begin(ledger->db));
	if (err == LC_OK) {
		*out = ledger;
		ledger = NULL; /* the caller's now */
	}
	lc_ledger_close(ledger);
	free(path);
	return err;
}

enum lc_err
lc_ledger_commit(struct lc_ledger *ledger)
{
	return done(ledger, db_commit(ledger->db));
}

void
lc_ledger_close(struct lc_ledger *ledger)
{
	if (ledger == NULL)
		return;
	if (ledger->db != NULL)
		db_rollback(ledger->db);
	db_close(ledger->db);
	free(ledger);
}

/*
 * The first row of a query that was just started, so that *rows is read after
 * it was set; LC_ENOTFOUND if there is none.
 */
static enum lc_err
first(struct lc_ledger *ledger, enum db_err err, struct db_rows *const *rows)
{
	if (err == DB_OK)
		err = db_next(*rows);
	return done(ledger, err);
}

/* The caller frees it. */
static char *
text_copy(struct db_rows *rows, int column)
{
	return strdup(db_text(rows, column));
}

/* ---- Licenses -------------------------------------------------------- */

enum lc_err
lc_ledger_put_line(struct lc_ledger *ledger, const char *text)
{
	struct lc_line *line;
	enum lc_err err =
	    lc_line_peek(text, strlen(text), &line, ledger->detail);

	if (err != LC_OK)
		return err;
	/* An identity that the issuer gave twice is the later one. */
	err = done(
	    ledger, db_run(ledger->db,
			"INSERT INTO issued (id, line) VALUES ($1, $2)"
			" ON CONFLICT (id) DO UPDATE SET line = excluded.line",
			"ss", line->terms.id, text));
	lc_line_free(line);
	return err;
}

enum lc_err
lc_ledger_put_eula(struct lc_ledger *ledger, const char *text, size_t len)
{
	char digest[LC_EULA_DIGEST_LEN + 1];
	enum lc_err err = lc_eula_digest(text, len, digest);

	if (err != LC_OK)
		return err;
	return done(
	    ledger, db_run(ledger->db,
			"INSERT INTO agreement (digest, text) VALUES ($1, $2)"
			" ON CONFLICT (digest) DO NOTHING",
			"sx", digest, text, len));
}

/* An empty ledger is rather one that was lost. */
static enum lc_err
not_there(
    struct lc_ledger *ledger, const char *what, const char *id, enum lc_err as)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = first(ledger,
	    db_query(ledger->db, &rows, "SELECT id FROM issued LIMIT 1", ""),
	    &rows);
	if (err == LC_ENOTFOUND)
		return lc_fail(ledger->detail, as,
		    "%s %s: the ledger (%s) has no license; if this authority "
		    "has issued any, restore the ledger from its backup",
		    what, id, LEDGER_FILE);
	if (err != LC_OK)
		return err;
	db_stop(rows);
	return lc_fail(ledger->detail, as,
	    "%s %s is not in the ledger: this authority did not issue it; if "
	    "another one of yours did, before a change of keys, use its "
	    "directory",
	    what, id);
}

enum lc_err
lc_ledger_line(struct lc_ledger *ledger, const char *id, struct lc_line **out)
{
	struct db_rows *rows = NULL;
	const char *text;
	enum lc_err err;

	err = first(ledger,
	    db_query(ledger->db, &rows, "SELECT line FROM issued WHERE id = $1",
		"s", id),
	    &rows);
	if (err == LC_ENOTFOUND)
		return not_there(ledger, "license", id, err);
	if (err != LC_OK)
		return err;
	text = db_text(rows, 0);
	err = lc_line_peek(text, strlen(text), out, ledger->detail);
	db_stop(rows);
	return err;
}

enum lc_err
lc_ledger_eula(struct lc_ledger *ledger, const char *digest, char **text)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = first(ledger,
	    db_query(ledger->db, &rows,
		"SELECT text FROM agreement WHERE digest = $1", "s", digest),
	    &rows);
	if (err != LC_OK)
		return err;
	*text = text_copy(rows, 0);
	db_stop(rows);
	return *text != NULL ? LC_OK : LC_ENOMEM;
}

enum lc_err
lc_ledger_put_moved(struct lc_ledger *ledger, const char *udi, const char *id)
{
	return done(ledger,
	    db_run(ledger->db, "INSERT INTO moved (udi, id) VALUES ($1, $2)",
		"ss", udi, id));
}

enum lc_err
lc_ledger_not_moved(struct lc_ledger *ledger, const char *udi, const char *id)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = first(ledger,
	    db_query(ledger->db, &rows,
		"SELECT 1 FROM moved WHERE udi = $1 AND id = $2", "ss", udi,
		id),
	    &rows);
	if (err != LC_OK)
		return err == LC_ENOTFOUND ? LC_OK : err;
	db_stop(rows);
	return lc_fail(ledger->detail, LC_EREVOKED,
	    "license %s was already moved from %s", id, udi);
}

enum lc_err
lc_authority_keep(const struct lc_authority *authority,
    const char *const *lines, size_t n, const char *eula, size_t eula_len,
    struct lc_detail *detail)
{
	struct lc_ledger *ledger = NULL;
	enum lc_err err = lc_ledger_open(authority, &ledger, detail);

	if (err == LC_OK && eula != NULL)
		err = lc_ledger_put_eula(ledger, eula, eula_len);
	for (size_t i = 0; i < n && err == LC_OK; i++)
		err = lc_ledger_put_line(ledger, lines[i]);
	if (err == LC_OK)
		err = lc_ledger_commit(ledger);
	lc_ledger_close(ledger);
	return err;
}

/* ---- Devices --------------------------------------------------------- */

enum lc_err
lc_ledger_device(
    struct lc_ledger *ledger, const char *udi, char kid[LC_DIGEST_LEN + 1])
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	kid[0] = '\0';
	err = first(ledger,
	    db_query(ledger->db, &rows, "SELECT kid FROM device WHERE udi = $1",
		"s", udi),
	    &rows);
	if (err != LC_OK)
		return err == LC_ENOTFOUND ? LC_OK : err;
	(void)snprintf(kid, LC_DIGEST_LEN + 1, "%s", db_text(rows, 0));
	db_stop(rows);
	return LC_OK;
}

enum lc_err
lc_ledger_put_device(struct lc_ledger *ledger, const char *udi, const char *kid)
{
	return done(
	    ledger, db_run(ledger->db,
			"INSERT INTO device (udi, kid) VALUES ($1, $2)"
			" ON CONFLICT (udi) DO UPDATE SET kid = excluded.kid",
			"ss", udi, kid));
}

/* ---- Tickets --------------------------------------------------------- */

enum lc_err
lc_ledger_new_ticket(
    struct lc_ledger *ledger, const char *id, const char *udi, uint32_t *seq)
{
	struct db_rows *rows = NULL;
	int64_t number;
	enum lc_err err;

	err = first(ledger,
	    db_query(ledger->db, &rows,
		"INSERT INTO permission (id, udi) VALUES ($1, $2) RETURNING "
		"seq",
		"ss", id, udi),
	    &rows);
	if (err != LC_OK)
		return err;
	number = db_int(rows, 0);
	db_stop(rows);
	if (number > UINT32_MAX)
		return lc_fail(ledger->detail, LC_EDAMAGED,
		    "%s: no ticket numbers left", LEDGER_FILE);
	*seq = (uint32_t)number;
	return LC_OK;
}

enum lc_err
lc_ledger_put_ticket(
    struct lc_ledger *ledger, const char *id, const char *ticket)
{
	return done(
	    ledger, db_run(ledger->db,
			"UPDATE permission SET ticket = $1 WHERE id = $2", "ss",
			ticket, id));
}

enum lc_err
lc_ledger_ticket(
    struct lc_ledger *ledger, const char *id, struct lc_ledger_ticket *out)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = first(ledger,
	    db_query(ledger->db, &rows,
		"SELECT ticket, redeemed_for, lines FROM permission WHERE id = "
		"$1",
		"s", id),
	    &rows);
	if (err == LC_ENOTFOUND)
		return not_there(ledger, "permission ticket", id, LC_ETICKET);
	if (err != LC_OK)
		return err;
	out->ticket = text_copy(rows, 0);
	out->redeemed_for = text_copy(rows, 1);
	out->lines = text_copy(rows, 2);
	db_stop(rows);
	return out->ticket != NULL && out->redeemed_for != NULL &&
		       out->lines != NULL
		   ? LC_OK
		   : LC_ENOMEM;
}

enum lc_err
lc_ledger_redeem(struct lc_ledger *ledger, const char *id, const char *udi,
    int64_t at, const char *lines)
{
	return done(ledger,
	    db_run(ledger->db,
		"UPDATE permission SET redeemed_for = $1, redeemed_at = $2,"
		" lines = $3 WHERE id = $4",
		"siss", udi, at, lines, id));
}
