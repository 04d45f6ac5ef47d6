/* device.c - see device.h. */
#include "device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "license.h"
#include "log.h"

/* ---- Devices --------------------------------------------------------- */

static void
copy(char *to, size_t size, struct db_rows *rows, int column)
{
	(void)snprintf(to, size, "%s", db_text(rows, column));
}

/* The columns from this one on, in the order of the table. */
static void
row_read(struct lc_device_row *row, struct db_rows *rows, int from)
{
	copy(row->kid, sizeof row->kid, rows, from);
	copy(row->pinned, sizeof row->pinned, rows, from + 1);
	row->records = db_int(rows, from + 2);
	copy(row->history, sizeof row->history, rows, from + 3);
	row->seen = db_int(rows, from + 4);
	row->back_records = db_int(rows, from + 5);
	copy(row->back_history, sizeof row->back_history, rows, from + 6);
	row->back_seen = db_int(rows, from + 7);
}

enum lc_err
lc_known_device(
    struct lc_record *record, const char *udi, struct lc_device_row *row)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	memset(row, 0, sizeof *row);
	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT kid, pinned, records, history, seen, back_records,"
		" back_history, back_seen FROM device WHERE udi = $1",
		"s", udi),
	    &rows);
	if (err != LC_OK)
		return err == LC_ENOTFOUND ? LC_OK : err;
	row_read(row, rows, 0);
	db_stop(rows);
	return LC_OK;
}

enum lc_err
lc_known_device_put(struct lc_record *record, const char *udi,
    const struct lc_device_row *row)
{
	char records[LC_NUMBER_SIZE], seen[LC_NUMBER_SIZE],
	    back_records[LC_NUMBER_SIZE], back_seen[LC_NUMBER_SIZE];
	const char *const values[] = { udi, row->kid, row->pinned,
		lc_log_number(records, row->records), row->history,
		lc_log_number(seen, row->seen),
		lc_log_number(back_records, row->back_records),
		row->back_history, lc_log_number(back_seen, row->back_seen) };
	enum lc_err err;

	err = lc_record_done(record,
	    db_send(record->db,
		"INSERT INTO device (udi, kid, pinned, records, history, seen,"
		" back_records, back_history, back_seen)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
		" ON CONFLICT (udi) DO UPDATE SET kid = excluded.kid,"
		" pinned = excluded.pinned, records = excluded.records,"
		" history = excluded.history, seen = excluded.seen,"
		" back_records = excluded.back_records,"
		" back_history = excluded.back_history,"
		" back_seen = excluded.back_seen",
		"sssisiisi", udi, row->kid, row->pinned, row->records,
		row->history, row->seen, row->back_records, row->back_history,
		row->back_seen));
	return err == LC_OK ? lc_log_values(record, "device", udi, values)
			    : err;
}

/* Those after *last, which becomes the last one; LC_ENOTFOUND: no more. */
static enum lc_err
devices_page(struct lc_record *record, char last[LC_UDI_MAX + 1],
    lc_device_call *call, void *arg)
{
	struct lc_device_row row;
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT udi, kid, pinned, records, history, seen, back_records,"
		" back_history, back_seen FROM device WHERE udi > $1"
		" ORDER BY udi LIMIT 1000",
		"s", last),
	    &rows);
	if (err != LC_OK)
		return err;
	while (err == LC_OK) {
		copy(last, LC_UDI_MAX + 1, rows, 0);
		row_read(&row, rows, 1);
		if ((err = call(arg, last, &row)) == LC_OK)
			err = lc_record_done(record, db_next(rows));
	}
	db_stop(rows);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

enum lc_err
lc_known_devices(struct lc_record *record, lc_device_call *call, void *arg)
{
	char last[LC_UDI_MAX + 1] = "";
	enum lc_err err;

	while ((err = devices_page(record, last, call, arg)) == LC_OK)
		;
	return err == LC_ENOTFOUND ? LC_OK : err;
}

/* ---- Accounts -------------------------------------------------------- */

enum lc_err
lc_device_account(struct lc_record *record, const char *udi,
    char account[LC_ACCOUNT_MAX + 1])
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	account[0] = '\0';
	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT account FROM device_account WHERE udi = $1", "s", udi),
	    &rows);
	if (err != LC_OK)
		return err == LC_ENOTFOUND ? LC_OK : err;
	copy(account, LC_ACCOUNT_MAX + 1, rows, 0);
	db_stop(rows);
	return LC_OK;
}

enum lc_err
lc_device_account_put(
    struct lc_record *record, const char *udi, const char *account)
{
	enum lc_err err;

	err = lc_record_done(record,
	    db_send(record->db,
		"INSERT INTO device_account (udi, account) VALUES ($1, $2)"
		" ON CONFLICT (udi) DO UPDATE SET account = excluded.account",
		"ss", udi, account));
	return err != LC_OK
		   ? err
		   : lc_log_values(record, "device_account", udi,
			 (const char *const[]){ udi, account });
}

#define OVER_S (90 * (int64_t)86400) /* it may be extended, or renewed */

/*
 * The accounts of licenses that count on a device, or are over since $2; "" are
 * nobody's: of PAKs of no account, or of no PAK.  What extends a license is of
 * its PAK.  Evaluations and grace periods are anybody's.
 */
#define COUNTING(udi_) \
	"SELECT COALESCE((SELECT p.account FROM pak_line k JOIN pak p" \
	" ON p.code = k.pak WHERE k.n = l.unit)," \
	" (SELECT c.account FROM contract_sku s JOIN contract c" \
	" ON c.number = s.contract WHERE s.n = l.unit), '') AS account" \
	" FROM (SELECT o.n, o.id, o.ends, (SELECT max(x.pak_line)" \
	" FROM license x WHERE x.id = o.id) AS unit FROM license o" \
	" WHERE o.n IN" \
	" (SELECT n FROM license WHERE udi = " udi_ " AND udi <> ''" \
	" UNION ALL SELECT license FROM license_udi WHERE udi = " udi_ ")) l" \
	" WHERE (l.ends IS NULL OR l.ends > $2)" \
	" AND NOT EXISTS (SELECT 1 FROM ended e" \
	" WHERE e.udi = " udi_ " AND e.id = l.id)" \
	" AND NOT EXISTS (SELECT 1 FROM license s" \
	" WHERE s.id = l.id AND (s.n > l.n" \
	" OR s.source IN ('evaluation', 'grace')))"

static enum lc_err
standing_read(struct lc_record *record, const char *udi, const char *account,
    struct lc_device_standing *standing)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT count(*), COALESCE(sum(CASE WHEN account = $3"
		" THEN 1 ELSE 0 END), 0), COALESCE(sum(CASE WHEN account = ''"
		" THEN 1 ELSE 0 END), 0) FROM (" COUNTING("$1") ") x",
		"sis", udi, record->at - OVER_S, account),
	    &rows);
	if (err == LC_OK) {
		int64_t all = db_int(rows, 0), own = db_int(rows, 1);
		int64_t nobodys = db_int(rows, 2);

		standing->own = own > 0;
		standing->nobodys = nobodys > 0;
		standing->others = all > own + nobodys;
		db_stop(rows);
	}
	return err;
}

enum lc_err
lc_device_stands(struct lc_record *record, const char *udi,
    const char *account, struct lc_device_standing *out)
{
	struct lc_device_standing standing = { 0 };
	char shown[LC_ACCOUNT_MAX + 1];
	enum lc_err err = lc_device_account(record, udi, shown);

	if (err != LC_OK ||
	    (err = standing_read(record, udi, account, &standing)) != LC_OK)
		return err;
	standing.shows = strcmp(shown, account) == 0;
	standing.shows_other = !standing.shows && shown[0] != '\0';
	*out = standing;
	return LC_OK;
}

#define LINES_OF(udi) \
	"(SELECT pak_line FROM license WHERE n IN" \
	" (SELECT n FROM license WHERE udi = " udi " AND udi <> ''" \
	" UNION SELECT license FROM license_udi WHERE udi = " udi "))"
#define ACCOUNTS_OF(udi) \
	"SELECT p.account FROM pak_line l JOIN pak p ON p.code = l.pak" \
	" WHERE l.n IN " LINES_OF(udi) \
	" UNION SELECT c.account FROM contract_sku s JOIN contract c" \
	" ON c.number = s.contract WHERE s.n IN " LINES_OF(udi) \
	" UNION SELECT account FROM device_account WHERE udi = " udi

enum lc_err
lc_device_whose(struct lc_record *record, const char *udi,
    const char *account, bool *own, bool *others)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT count(*), COALESCE(sum(CASE WHEN account = $2"
		" THEN 1 ELSE 0 END), 0) FROM (" ACCOUNTS_OF("$1") ") x"
		" WHERE account <> ''",
		"ss", udi, account),
	    &rows);
	if (err == LC_OK) {
		*own = db_int(rows, 1) > 0;
		*others = db_int(rows, 0) > db_int(rows, 1);
		db_stop(rows);
	}
	return err;
}

/* Whose licenses count on a device; if nobody's do, who showed a token. */
#define GIVERS(udi) \
	"SELECT account FROM (" COUNTING(udi) ") y WHERE account <> ''" \
	" UNION SELECT d.account FROM device_account d WHERE d.udi = " udi \
	" AND NOT EXISTS (SELECT 1 FROM (" COUNTING(udi) ") z" \
	" WHERE z.account <> '')"

enum lc_err
lc_device_may_give(struct lc_record *record, const char *from, const char *to,
    const char *account, bool *may)
{
	struct db_rows *rows = NULL;
	int64_t others;
	enum lc_err err;

	err = lc_record_number(record,
	    db_query(record->db, &rows,
		"SELECT count(*) FROM (" COUNTING("$1")
		" UNION SELECT account FROM device_account WHERE udi = $1) x"
		" WHERE account <> '' AND account <> $3"
		" AND account NOT IN (" GIVERS("$4") ")",
		"siss", to, record->at - OVER_S, account, from),
	    &rows, &others);
	if (err == LC_OK)
		*may = others == 0;
	return err;
}

/* ---- Tickets --------------------------------------------------------- */

enum lc_err
lc_ticket_number(struct lc_record *record, uint32_t *seq)
{
	struct db_rows *rows = NULL;
	int64_t last;
	enum lc_err err;

	err = lc_record_number(record,
	    db_query(record->db, &rows, "SELECT max(seq) FROM ticket", ""),
	    &rows, &last);
	if (err != LC_OK)
		return err;
	if (last >= INT32_MAX)
		return lc_fail(record->detail, LC_EIO,
		    "database: no ticket numbers left");
	*seq = (uint32_t)last + 1;
	return LC_OK;
}

enum lc_err
lc_ticket_put(struct lc_record *record, uint32_t seq, const char *id,
    const char *udi, const char *text)
{
	enum lc_err err;

	err = lc_record_done(record,
	    db_run(record->db,
		"INSERT INTO ticket (seq, id, udi, text)"
		" VALUES ($1, $2, $3, $4)",
		"isss", (int64_t)seq, id, udi, text));
	return err == LC_OK ? lc_log_row_n(record, "ticket", seq) : err;
}

enum lc_err
lc_ticket_to_put(struct lc_record *record, const char *id, const char *udi)
{
	return lc_log_add(record, "permitted", id, udi);
}

enum lc_err
lc_ticket_find(
    struct lc_record *record, const char *id, struct lc_ticket_row *row)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	memset(row, 0, sizeof *row);
	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT seq, text, redeemed_for, (SELECT says FROM log"
		" WHERE kind = 'permitted' AND subject = $1"
		" AND subject <> '' ORDER BY log.n DESC LIMIT 1)"
		" FROM ticket WHERE id = $1",
		"s", id),
	    &rows);
	if (err == LC_ENOTFOUND)
		return lc_record_lacks(
		    record, LC_ETICKET, "permission ticket", id);
	if (err != LC_OK)
		return err;
	row->seq = (uint32_t)db_int(rows, 0);
	row->text = strdup(db_text(rows, 1));
	row->redeemed_for = strdup(db_text(rows, 2));
	row->to = strdup(db_text(rows, 3));
	db_stop(rows);
	return row->text != NULL && row->redeemed_for != NULL &&
		       row->to != NULL
		   ? LC_OK
		   : LC_ENOMEM;
}

void
lc_ticket_row_free(struct lc_ticket_row *row)
{
	free(row->text);
	free(row->redeemed_for);
	free(row->to);
	memset(row, 0, sizeof *row);
}

enum lc_err
lc_ticket_redeem(
    struct lc_record *record, uint32_t seq, const char *udi, int64_t at)
{
	enum lc_err err;

	err = lc_record_done(record,
	    db_run(record->db,
		"UPDATE ticket SET redeemed_for = $1, redeemed_at = $2"
		" WHERE seq = $3",
		"sii", udi, at, (int64_t)seq));
	return err == LC_OK ? lc_log_row_n(record, "ticket", seq) : err;
}

enum lc_err
lc_ticket_request(
    struct lc_record *record, const char *id, int64_t *n, bool *again)
{
	char *name = NULL;
	enum lc_err err;

	if (asprintf(&name, "ticket %s", id) < 0)
		return LC_ENOMEM;
	err = lc_request_put(record, name, "redeem", n, again);
	free(name);
	return err;
}
