/* ledger.c - what an authority knows: ledger.h. */
#include "ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authority.h"
#include "state/db.h"
#include "base/error.h"
#include "format/file.h"
#include "format/line.h"

#define LEDGER_FILE "ledger.db"

/* ---- Transactions ---------------------------------------------------- */

static enum lc_err
problem(struct lc_db *db, enum lc_err err, struct lc_detail *detail)
{
	if (err == LC_OK || err == LC_ENOMEM)
		return err;
	return lc_fail(detail, err, "the authority's %s: %s", LEDGER_FILE,
	    err == LC_ELOCKED ? "somebody else is writing into it" :
	    lc_db_words(db));
}

enum lc_err
lc_ledger_open(const struct lc_authority *authority, struct lc_db **out,
    struct lc_detail *detail)
{
	struct lc_db *db = NULL;
	char *path;
	enum lc_err err;

	if (asprintf(&path, "%s/%s", authority->dir, LEDGER_FILE) < 0)
		return LC_ENOMEM;
	err = lc_db_open(path, LC_DB_LEDGER, &db, detail);
	free(path);
	if (err != LC_OK)
		return err;
	if ((err = lc_db_begin(db)) != LC_OK) {
		err = problem(db, err, detail);
		lc_db_close(db);
		return err;
	}
	*out = db;
	return LC_OK;
}

enum lc_err
lc_ledger_commit(struct lc_db *db, struct lc_detail *detail)
{
	return problem(db, lc_db_commit(db), detail);
}

void
lc_ledger_close(struct lc_db *db)
{
	if (db != NULL)
		lc_db_rollback(db);
	lc_db_close(db);
}

/* ---- Licenses -------------------------------------------------------- */

enum lc_err
lc_ledger_put_line(struct lc_db *db, const char *text)
{
	struct lc_line *line;
	enum lc_err err = lc_line_peek(text, strlen(text), &line, NULL);

	if (err != LC_OK)
		return err;
	/* An identity that the issuer gave twice is the later one. */
	err = lc_db_run(db, "INSERT INTO issued (id, line) VALUES (?, ?)"
	    " ON CONFLICT (id) DO UPDATE SET line = excluded.line", "ss",
	    line->terms.id, text);
	lc_line_free(line);
	return err;
}

enum lc_err
lc_ledger_put_eula(struct lc_db *db, const char *text, size_t len)
{
	char digest[LC_EULA_DIGEST_LEN + 1];
	enum lc_err err = lc_eula_digest(text, len, digest);

	if (err != LC_OK)
		return err;
	return lc_db_run(db, "INSERT INTO agreement (digest, text)"
	    " VALUES (?, ?) ON CONFLICT (digest) DO NOTHING", "sx", digest,
	    text, len);
}

enum lc_err
lc_ledger_line(struct lc_db *db, const char *id, struct lc_line **out,
    struct lc_detail *detail)
{
	struct lc_rows *rows;
	const char *text;
	enum lc_err err;

	err = lc_db_query(db, &rows, "SELECT line FROM issued WHERE id = ?",
	    "s", id);
	if (err == LC_OK)
		err = lc_db_next(db, rows);
	if (err == LC_ENOTFOUND)
		return lc_fail(detail, err, "license %s is not in the"
		    " authority's %s: it did not issue it", id, LEDGER_FILE);
	if (err != LC_OK)
		return err;
	text = lc_db_text(rows, 0);
	err = lc_line_peek(text, strlen(text), out, detail);
	lc_db_stop(rows);
	return err;
}

/* The first column of the first row; the caller frees it. */
static enum lc_err
text_take(struct lc_db *db, struct lc_rows *rows, char **out)
{
	enum lc_err err = lc_db_next(db, rows);

	if (err != LC_OK)
		return err;
	*out = strdup(lc_db_text(rows, 0));
	lc_db_stop(rows);
	return *out != NULL ? LC_OK : LC_ENOMEM;
}

enum lc_err
lc_ledger_eula(struct lc_db *db, const char *digest, char **text)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(db, &rows,
	    "SELECT text FROM agreement WHERE digest = ?", "s", digest);
	return err == LC_OK ? text_take(db, rows, text) : err;
}

enum lc_err
lc_ledger_put_moved(struct lc_db *db, const char *udi, const char *id)
{
	return lc_db_run(db, "INSERT INTO moved (udi, id) VALUES (?, ?)",
	    "ss", udi, id);
}

enum lc_err
lc_ledger_not_moved(struct lc_db *db, const char *udi, const char *id,
    struct lc_detail *detail)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(db, &rows,
	    "SELECT 1 FROM moved WHERE udi = ? AND id = ?", "ss", udi, id);
	if (err != LC_OK || (err = lc_db_next(db, rows)) == LC_ENOTFOUND)
		return err == LC_ENOTFOUND ? LC_OK : err;
	lc_db_stop(rows);
	return err != LC_OK ? err : lc_fail(detail, LC_EREVOKED,
	    "license %s was moved away from %s before", id, udi);
}

enum lc_err
lc_authority_keep(const struct lc_authority *authority,
    const char *const *lines, size_t n, const char *eula, size_t eula_len,
    struct lc_detail *detail)
{
	struct lc_db *db;
	enum lc_err err = lc_ledger_open(authority, &db, detail);

	if (err != LC_OK)
		return err;
	if (eula != NULL)
		err = lc_ledger_put_eula(db, eula, eula_len);
	for (size_t i = 0; i < n && err == LC_OK; i++)
		err = lc_ledger_put_line(db, lines[i]);
	if (err == LC_OK)
		err = lc_ledger_commit(db, detail);
	else
		(void)problem(db, err, detail);
	lc_ledger_close(db);
	return err;
}

/* ---- Devices --------------------------------------------------------- */

enum lc_err
lc_ledger_device(struct lc_db *db, const char *udi,
    char kid[LC_DIGEST_LEN + 1])
{
	struct lc_rows *rows;
	enum lc_err err;

	kid[0] = '\0';
	err = lc_db_query(db, &rows, "SELECT kid FROM device WHERE udi = ?",
	    "s", udi);
	if (err != LC_OK || (err = lc_db_next(db, rows)) != LC_OK)
		return err == LC_ENOTFOUND ? LC_OK : err;
	(void)snprintf(kid, LC_DIGEST_LEN + 1, "%s", lc_db_text(rows, 0));
	lc_db_stop(rows);
	return LC_OK;
}

enum lc_err
lc_ledger_put_device(struct lc_db *db, const char *udi, const char *kid)
{
	return lc_db_run(db, "INSERT INTO device (udi, kid) VALUES (?, ?)"
	    " ON CONFLICT (udi) DO UPDATE SET kid = excluded.kid", "ss", udi,
	    kid);
}

/* ---- Tickets --------------------------------------------------------- */

enum lc_err
lc_ledger_new_ticket(struct lc_db *db, const char *id, const char *udi,
    uint32_t *seq)
{
	int64_t row;
	enum lc_err err;

	err = lc_db_run(db, "INSERT INTO permission (id, udi) VALUES (?, ?)",
	    "ss", id, udi);
	if (err != LC_OK)
		return err;
	row = lc_db_last_row(db);
	if (row > UINT32_MAX)
		return LC_EDAMAGED;
	*seq = (uint32_t)row;
	return LC_OK;
}

enum lc_err
lc_ledger_put_ticket(struct lc_db *db, const char *id, const char *ticket)
{
	return lc_db_run(db, "UPDATE permission SET ticket = ? WHERE id = ?",
	    "ss", ticket, id);
}

enum lc_err
lc_ledger_ticket(struct lc_db *db, const char *id,
    struct lc_ledger_ticket *out)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(db, &rows, "SELECT ticket, redeemed_for, lines"
	    " FROM permission WHERE id = ?", "s", id);
	if (err != LC_OK || (err = lc_db_next(db, rows)) != LC_OK)
		return err;
	out->ticket = strdup(lc_db_text(rows, 0));
	out->redeemed_for = strdup(lc_db_text(rows, 1));
	out->lines = strdup(lc_db_text(rows, 2));
	lc_db_stop(rows);
	return out->ticket != NULL && out->redeemed_for != NULL &&
	    out->lines != NULL ? LC_OK : LC_ENOMEM;
}

enum lc_err
lc_ledger_redeem(struct lc_db *db, const char *id, const char *udi,
    int64_t at, const char *lines)
{
	return lc_db_run(db, "UPDATE permission SET redeemed_for = ?,"
	    " redeemed_at = ?, lines = ? WHERE id = ?", "siss", udi, at,
	    lines, id);
}
