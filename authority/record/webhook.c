/* webhook.c - see webhook.h. */
#include "webhook.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/b64.h"
#include "base/error.h"
#include "log.h"

#define COLUMNS \
	"SELECT id, account, url, events, secret, made, stopped, seen, ends," \
	" ends_n, failing, tries, due, says FROM webhook"

/* ---- Writing --------------------------------------------------------- */

static enum lc_err
draw(struct lc_webhook *hook)
{
	unsigned char id[16], secret[32];

	if (RAND_bytes(id, sizeof id) != 1 ||
	    RAND_bytes(secret, sizeof secret) != 1)
		return LC_EIO;
	lc_b64_encode(id, sizeof id, hook->id);
	(void)EVP_EncodeBlock(
	    (unsigned char *)hook->secret, secret, sizeof secret);
	return LC_OK;
}

static enum lc_err
count_check(struct lc_record *record, const char *account)
{
	struct db_rows *rows = NULL;
	int64_t n = 0;
	enum lc_err err;

	err = lc_record_number(record,
	    db_query(record->db, &rows,
		"SELECT count(*) FROM webhook WHERE account = $1", "s",
		account),
	    &rows, &n);
	if (err == LC_OK && n >= LC_WEBHOOKS_MAX)
		err = lc_fail(record->detail, LC_ECOUNT,
		    "there are %d webhooks already, which is the limit",
		    LC_WEBHOOKS_MAX);
	return err;
}

enum lc_err
lc_webhook_put(struct lc_record *record, struct lc_webhook *hook)
{
	enum lc_err err = count_check(record, hook->account);

	if (err != LC_OK || (err = draw(hook)) != LC_OK ||
	    (err = lc_log_add(record, "webhook", hook->id, "created")) != LC_OK)
		return err;
	hook->made = hook->ends = record->at;
	hook->seen = record->n;
	return lc_record_done(record,
	    db_run(record->db,
		"INSERT INTO webhook (id, account, url, events, secret, made,"
		" stopped, seen, ends, ends_n, failing, tries, due, says,"
		" leased, lessee) VALUES ($1, $2, $3, $4, $5, $6, '', $7, $6,"
		" 0, 0, 0, 0, '', 0, '')",
		"sssssii", hook->id, hook->account, hook->url, hook->events,
		hook->secret, hook->made, hook->seen));
}

enum lc_err
lc_webhook_remove(
    struct lc_record *record, const char *id, const char *account)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"DELETE FROM webhook WHERE id = $1"
		" AND (CAST($2 AS TEXT) IS NULL OR account = $2) RETURNING 1",
		"ss", id, account),
	    &rows);
	if (err == LC_ENOTFOUND)
		return lc_fail(record->detail, err, "there is no such webhook");
	if (err != LC_OK)
		return err;
	db_stop(rows);
	return lc_log_add(record, "webhook", id, "removed");
}

enum lc_err
lc_webhook_lease(struct lc_record *record, const char *id, const char *lessee,
    int64_t until)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"UPDATE webhook SET leased = $3, lessee = $2 WHERE id = $1"
		" AND stopped = '' AND leased <= $4 RETURNING 1",
		"ssii", id, lessee, until, record->at),
	    &rows);
	if (err == LC_OK)
		db_stop(rows);
	return err == LC_ENOTFOUND ? LC_ELOCKED : err;
}

enum lc_err
lc_webhook_return(struct lc_record *record, const struct lc_webhook *hook,
    const char *lessee)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"UPDATE webhook SET leased = 0, stopped = $3, seen = $4,"
		" ends = $5, ends_n = $6, failing = $7, tries = $8, due = $9,"
		" says = $10 WHERE id = $1 AND lessee = $2 RETURNING 1",
		"sssiiiiiis", hook->id, lessee, hook->stopped, hook->seen,
		hook->ends, hook->ends_n, hook->failing, hook->tries, hook->due,
		hook->says),
	    &rows);
	if (err == LC_OK)
		db_stop(rows);
	return err;
}

/* ---- Reading --------------------------------------------------------- */

#define TAKE(field, column) \
	(void)snprintf(hook->field, sizeof hook->field, "%s", \
	    db_text(rows, column))

static void
take(struct db_rows *rows, struct lc_webhook *hook)
{
	TAKE(id, 0);
	TAKE(account, 1);
	TAKE(url, 2);
	TAKE(events, 3);
	TAKE(secret, 4);
	hook->made = db_int(rows, 5);
	TAKE(stopped, 6);
	hook->seen = db_int(rows, 7);
	hook->ends = db_int(rows, 8);
	hook->ends_n = db_int(rows, 9);
	hook->failing = db_int(rows, 10);
	hook->tries = db_int(rows, 11);
	hook->due = db_int(rows, 12);
	TAKE(says, 13);
}

enum lc_err
lc_webhook_find(
    struct lc_record *record, const char *id, struct lc_webhook *hook)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows, COLUMNS " WHERE id = $1", "s", id),
	    &rows);
	if (err != LC_OK)
		return err;
	take(rows, hook);
	db_stop(rows);
	return LC_OK;
}

enum lc_err
lc_webhooks(struct lc_record *record, const char *account,
    lc_webhook_call *call, void *arg)
{
	struct db_rows *rows = NULL;
	struct lc_webhook hook;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		COLUMNS " WHERE CAST($1 AS TEXT) IS NULL OR account = $1"
			" ORDER BY made, id",
		"s", account),
	    &rows);
	while (err == LC_OK) {
		take(rows, &hook);
		if ((err = call(arg, &hook)) == LC_OK)
			err = lc_record_done(record, db_next(rows));
	}
	db_stop(rows);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

/* As words in a text: ids have no blanks. */
enum lc_err
lc_webhook_due(struct lc_record *record, int64_t now, const char *not,
    char id[LC_WEBHOOK_ID + 1])
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT w.id FROM webhook w WHERE w.stopped = ''"
		" AND w.due <= $1 AND w.leased <= $1"
		" AND NOT EXISTS (SELECT 1 FROM webhook o WHERE"
		" CAST($2 AS TEXT) LIKE '%' || o.id || '%' AND (o.id = w.id"
		" OR (o.account = w.account AND o.account <> '')))"
		" AND (w.seen < (SELECT n FROM head WHERE one = 1)"
		" OR EXISTS (SELECT 1 FROM license l WHERE l.ends IS NOT NULL"
		" AND l.ends >= w.ends AND (l.ends > w.ends OR l.n > w.ends_n)"
		" AND l.ends <= $3)) ORDER BY w.due, w.id LIMIT 1",
		"isi", now, not, now + LC_EXPIRING_S),
	    &rows);
	if (err != LC_OK)
		return err;
	(void)snprintf(id, LC_WEBHOOK_ID + 1, "%s", db_text(rows, 0));
	db_stop(rows);
	return LC_OK;
}
