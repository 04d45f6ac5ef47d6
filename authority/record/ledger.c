/* ledger.c - see ledger.h. */
#include "ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/disk.h"
#include "base/error.h"
#include "device.h"
#include "format/line.h"
#include "license.h"
#include "log.h"

/* Its tables: issued, moved, agreement, device, permission. */
static const char *const steps[] = { "" };
static const struct db_schema schema = {
	.kind = 0x4c436c67, /* "LClg" */
	.steps = steps,
	.nsteps = sizeof steps / sizeof steps[0],
};

struct taking {
	struct lc_record *record;
	struct db *from;
	size_t taken;
};

static enum lc_err
failed(const struct taking *t, enum db_err err)
{
	if (err == DB_NOMEM)
		return LC_ENOMEM;
	return lc_fail(t->record->detail, LC_EDAMAGED, "%s: %s",
	    LC_LEDGER_FILE, db_words(t->from));
}

/* Calls for every row of a query. */
static enum lc_err
each(struct taking *t, enum db_err started, struct db_rows *const *rows,
    enum lc_err (*call)(struct taking *, struct db_rows *))
{
	enum db_err err = started;
	enum lc_err result = LC_OK;

	if (err == DB_OK)
		err = db_next(*rows);
	while (err == DB_OK && (result = call(t, *rows)) == LC_OK)
		err = db_next(*rows);
	if (started == DB_OK)
		db_stop(*rows);
	if (result != LC_OK || err == DB_END)
		return result;
	return failed(t, err);
}

/* ---- Tables ---------------------------------------------------------- */

static enum lc_err
put_line(struct taking *t, const char *text, const struct lc_origin *origin)
{
	struct lc_line *line;
	enum lc_err err =
	    lc_line_peek(text, strlen(text), &line, t->record->detail);

	if (err != LC_OK)
		return err;
	err = lc_issued_put(t->record, &line->terms, text, origin);
	lc_line_free(line);
	t->taken++;
	return err;
}

/*
 * One that a ticket was redeemed for is there already, unless another one was
 * issued with its id since.
 */
static enum lc_err
take_license(struct taking *t, struct db_rows *rows)
{
	static const struct lc_origin origin = { .source = "manual" };
	struct db_rows *found = NULL;
	int64_t is_there = 0;
	enum lc_err err;

	err = lc_record_number(t->record,
	    db_query(t->record->db, &found,
		"SELECT count(*) FROM license WHERE id = $1 AND line = $2",
		"ss", db_text(rows, 0), db_text(rows, 1)),
	    &found, &is_there);
	if (err != LC_OK || is_there > 0)
		return err;
	return put_line(t, db_text(rows, 1), &origin);
}

static enum lc_err
take_moved(struct taking *t, struct db_rows *rows)
{
	return lc_issued_end(
	    t->record, db_text(rows, 0), db_text(rows, 1), "moved", "");
}

static enum lc_err
take_agreement(struct taking *t, struct db_rows *rows)
{
	const char *text = db_text(rows, 0);

	return lc_agreement_put(t->record, text, strlen(text));
}

static enum lc_err
take_device(struct taking *t, struct db_rows *rows)
{
	struct lc_device_row row = { .pinned = "before" };

	(void)snprintf(row.kid, sizeof row.kid, "%s", db_text(rows, 1));
	return lc_known_device_put(t->record, db_text(rows, 0), &row);
}

/* Each on a row; a ticket that is redeemed again gives the same ones. */
static enum lc_err
put_lines(struct taking *t, const char *id, const char *rows)
{
	struct lc_origin origin = { .source = "rehost" };
	char *copy = strdup(rows), *at = copy, *line;
	bool again;
	enum lc_err err = LC_ENOMEM;

	if (copy != NULL)
		err = lc_ticket_request(t->record, id, &origin.request, &again);
	while (err == LC_OK && (line = strsep(&at, "\n")) != NULL)
		err = put_line(t, line, &origin);
	free(copy);
	return err;
}

static enum lc_err
take_ticket(struct taking *t, struct db_rows *rows)
{
	uint32_t seq = (uint32_t)db_int(rows, 0);
	const char *id = db_text(rows, 1), *redeemed_for = db_text(rows, 4);
	enum lc_err err;

	err = lc_ticket_put(
	    t->record, seq, id, db_text(rows, 2), db_text(rows, 3));
	if (err != LC_OK || redeemed_for[0] == '\0')
		return err;
	err = lc_ticket_redeem(t->record, seq, redeemed_for, db_int(rows, 5));
	return err == LC_OK ? put_lines(t, id, db_text(rows, 6)) : err;
}

static enum lc_err
take_all(struct taking *t)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	if ((err = each(t,
		 db_query(t->from, &rows,
		     "SELECT seq, id, udi, ticket, redeemed_for,"
		     " redeemed_at, lines FROM permission WHERE ticket IS NOT NULL ORDER BY seq",
		     ""),
		 &rows, take_ticket)) != LC_OK ||
	    (err = each(t,
		 db_query(t->from, &rows,
		     "SELECT id, line FROM issued ORDER BY id", ""),
		 &rows, take_license)) != LC_OK ||
	    (err = each(t,
		 db_query(t->from, &rows,
		     "SELECT udi, id FROM moved ORDER BY udi, id", ""),
		 &rows, take_moved)) != LC_OK ||
	    (err = each(t,
		 db_query(t->from, &rows,
		     "SELECT text FROM agreement ORDER BY digest", ""),
		 &rows, take_agreement)) != LC_OK)
		return err;
	return each(t,
	    db_query(t->from, &rows,
		"SELECT udi, kid FROM device ORDER BY udi", ""),
	    &rows, take_device);
}

/* ---- The file -------------------------------------------------------- */

enum lc_err
lc_ledger_take(struct lc_record *record, const char *path, size_t *taken)
{
	struct taking t = { .record = record };
	char words[DB_WORDS_SIZE];
	enum db_err opened;
	enum lc_err err;

	if (access(path, F_OK) != 0)
		return LC_OK;
	if ((opened = db_open(path, &schema, &t.from, words)) != DB_OK)
		return lc_fail(record->detail,
		    opened == DB_NOMEM ? LC_ENOMEM : LC_EDAMAGED, "%s: %s",
		    path, words);
	err = take_all(&t);
	db_close(t.from);
	*taken = t.taken;
	return err;
}

enum lc_err
lc_ledger_set_aside(const char *path, struct lc_detail *detail)
{
	char *to = NULL;
	enum lc_err err;

	if (access(path, F_OK) != 0)
		return LC_OK;
	if (asprintf(&to, "%s.old", path) < 0)
		return LC_ENOMEM;
	err = lc_disk_set_aside(path, to, detail);
	free(to);
	return err;
}
