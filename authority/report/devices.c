/* devices.c - the report "devices". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reporting.h"

static const struct lc_report_column columns[] = {
	{ "udi", "UDI", LC_CELL_TEXT, false },
	{ "licenses", "Licenses", LC_CELL_NUMBER, false }, /* that count there */
	{ "ended", "Ended", LC_CELL_NUMBER, false },    /* that do not any more */
	{ "pinned", "Pinned", LC_CELL_TEXT, false },     /* how its key was learned */
	{ "seen", "Seen", LC_CELL_DATE, false },       /* its last credentials */
	{ "records", "Records", LC_CELL_NUMBER, true },   /* of its history, in them */
	{ "key", "Key", LC_CELL_TEXT, true },
};

/* As KNOWN has it; "" if there is nothing. */
struct known {
	int64_t seen, records;
	char key[LC_DIGEST_LEN + 1];
	const char *pinned;
};

static void
known_read(const char *text, struct known *known)
{
	char *at;
	size_t len;

	*known = (struct known){ .pinned = "" };
	known->seen = strtoll(text, &at, 10);
	known->records = strtoll(at, &at, 10);
	at += *at == ' ';
	len = strcspn(at, " ");
	(void)snprintf(known->key, sizeof known->key, "%.*s", (int)len, at);
	at += len;
	known->pinned = at + (*at == ' ');
}

static enum lc_err
each(struct lc_reporting *r, struct db_rows *rows)
{
	struct known known;

	known_read(db_text(rows, 3), &known);
	lc_report_key(r, db_text(rows, 0));
	lc_put_text(r, r->key);
	lc_put_number(r, db_int(rows, 1));
	lc_put_number(r, db_int(rows, 2));
	lc_put_text(r, known.pinned);
	if (known.seen != 0) {
		lc_put_number(r, known.seen);
		lc_put_number(r, known.records);
	} else {
		lc_put_none(r);
		lc_put_none(r);
	}
	lc_put_text(r, known.key);
	return lc_put_row(r);
}

/*
 * License l counts on device x: it is the latest of its id, and did not end.
 * As NOT EXISTS, or as a join, PostgreSQL would read the whole table.
 */
#define COUNTS \
	" AND (SELECT count(*) FROM ended e" \
	" WHERE e.udi = x.udi AND e.id = l.id) = 0" \
	" AND l.n = (SELECT max(s.n + 0) FROM license s WHERE s.id = l.id)"
/*
 * What is known of it, in one text: no key has a blank.
 */
#define KNOWN \
	"(SELECT seen || ' ' || records || ' ' || kid || ' ' || pinned" \
	" FROM device d WHERE d.udi = x.udi)"
/* Its own licenses, and those that it shares, for the devices of a page. */
#define DEVICES(page) \
	"SELECT x.udi, (SELECT count(*) FROM license l" \
	" WHERE l.udi = x.udi AND l.udi <> ''" COUNTS ")" \
	" + (SELECT count(*) FROM license_udi u" \
	" JOIN license l ON l.n = u.license" \
	" WHERE u.udi = x.udi AND l.udi <> x.udi" COUNTS ")," \
	" (SELECT count(*) FROM ended e WHERE e.udi = x.udi), " KNOWN \
	" FROM (" page ") x ORDER BY x.udi"

/*
 * Devices with a license, and those whose key is known.  Each list is limited
 * by itself, so that the indexes serve.
 */
#define NEXT(from, also, n) \
	"SELECT udi FROM (SELECT DISTINCT udi FROM " from \
	" WHERE udi > $1" also " ORDER BY udi LIMIT $" #n ") x_" from
#define ALL(n) \
	"SELECT udi FROM (" NEXT("device", "", n) " UNION " \
	NEXT("license", " AND udi <> ''", n) " UNION " \
	NEXT("license_udi", "", n) ") y ORDER BY udi LIMIT $" #n
#define OF_ACCOUNT \
	"SELECT udi FROM (SELECT udi FROM license" \
	" WHERE udi > $1 AND udi <> '' AND pak_line IN " LC_ACCOUNT_LINES(3) \
	" UNION SELECT u.udi FROM license_udi u" \
	" JOIN license l ON l.n = u.license" \
	" WHERE u.udi > $1 AND l.pak_line IN " LC_ACCOUNT_LINES(3) \
	" UNION SELECT udi FROM device_account" \
	" WHERE udi > $1 AND account = $3) y" \
	" WHERE " LC_HAS(4, "udi") " ORDER BY udi LIMIT $2"
#define ONE \
	"SELECT udi FROM (SELECT udi FROM device WHERE udi = $1" \
	" UNION SELECT udi FROM license WHERE udi = $1 AND udi <> ''" \
	" UNION SELECT udi FROM license_udi WHERE udi = $1) y"

/* Parts are looked for among so many devices at a time. */
#define WINDOW INT64_C(2500)
#define PARTS \
	"SELECT udi FROM (" ALL(3) ") z" \
	" WHERE " LC_HAS(4, "udi") " ORDER BY udi LIMIT $2"

/* The last device of the window, and how many there are. */
static enum lc_err
window_end(struct lc_reporting *r, char last[LC_UDI_MAX + 1], int64_t *n)
{
	struct db_rows *rows = NULL;
	enum lc_err err = lc_record_first(r->record,
	    db_query(r->record->db, &rows,
		"SELECT max(udi), count(*) FROM (" ALL(2) ") z", "si", r->key,
		WINDOW),
	    &rows);

	if (err != LC_OK)
		return err;
	(void)snprintf(last, LC_UDI_MAX + 1, "%s", db_text(rows, 0));
	*n = db_int(rows, 1);
	db_stop(rows);
	return LC_OK;
}

static enum lc_err
devices_find(struct lc_reporting *r, size_t *n)
{
	struct db_rows *rows = NULL;
	char last[LC_UDI_MAX + 1];
	int64_t nlooked;
	enum lc_err err = window_end(r, last, &nlooked);

	if (err != LC_OK)
		return err;
	err = lc_report_rows(r,
	    db_query(r->record->db, &rows, DEVICES(PARTS), "siis", r->key,
		r->limit, WINDOW, r->filter->udi),
	    &rows, each, n);
	if (err == LC_OK && *n < (size_t)r->limit && nlooked == WINDOW) {
		lc_report_key(r, last);
		*n = (size_t)r->limit; /* there may be more */
	}
	return err;
}

static enum lc_err
devices_page(struct lc_reporting *r, size_t *n)
{
	const struct lc_report_filter *f = r->filter;
	struct db *db = r->record->db;
	struct db_rows *rows = NULL;
	enum db_err err;

	if (LC_WHOLE(f, LC_LIMIT_UDI, udi) != NULL)
		err = db_query(db, &rows, DEVICES(ONE), "s", f->udi);
	else if (f->account != NULL)
		err = db_query(db, &rows, DEVICES(OF_ACCOUNT), "siss", r->key,
		    r->limit, f->account, f->udi);
	else if (f->udi != NULL)
		return devices_find(r, n);
	else
		err = db_query(
		    db, &rows, DEVICES(ALL(2)), "si", r->key, r->limit);
	return lc_report_rows(r, err, &rows, each, n);
}

const struct lc_report lc_report_devices = {
	.name = "devices",
	.columns = columns,
	.ncolumns = sizeof columns / sizeof columns[0],
	.limits = LC_LIMIT_UDI | LC_LIMIT_ACCOUNT | LC_LIMIT_PARTS,
	.page = devices_page,
};
