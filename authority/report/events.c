/* events.c - see events.h. */
#include "events.h"

#include <stdlib.h>
#include <string.h>

#include "record/log.h"
#include "rows.h"

const char *const lc_log_event_types[] = {
	"license.issued",
	"license.moved",
	"license.expiring",
	"device.replaced",
	"pak.stopped",
	"key.rotated",
	"",
};

struct telling {
	struct lc_record *record;
	lc_log_event_call *call;
	void *arg;
	int64_t told; /* of what ends before it */
};

/* ---- Licenses -------------------------------------------------------- */

#define LICENSE \
	"SELECT l.id, l.udi, l.feature, l.source, l.sku, p.code," \
	" COALESCE(p.account, c.account, ''), l.ends," \
	" (SELECT g.who FROM log g WHERE g.n = l.n) FROM license l" \
	" LEFT JOIN pak_line k ON k.n = l.pak_line" \
	" LEFT JOIN pak p ON p.code = k.pak" \
	" LEFT JOIN contract_sku s ON s.n = l.pak_line" \
	" LEFT JOIN contract c ON c.number = s.contract "

static json_t *
text_or_null(struct db_rows *rows, int column)
{
	const char *text = db_text(rows, column);

	return text[0] != '\0' ? json_string(text) : json_null();
}

static enum lc_err
license_tell(const struct telling *t, enum db_err started,
    struct db_rows *const *rows, struct lc_log_event *event)
{
	enum lc_err err = lc_record_first(t->record, started, rows);
	char ends[LC_ROWS_DATE];
	json_t *data;

	if (err != LC_OK)
		return err == LC_ENOTFOUND ? LC_OK : err;
	data = json_pack("{s:s, s:o, s:s, s:s, s:o, s:o}", "license",
	    db_text(*rows, 0), "udi", text_or_null(*rows, 1), "feature",
	    db_text(*rows, 2), "source", db_text(*rows, 3), "sku",
	    text_or_null(*rows, 4), "pak", text_or_null(*rows, 5));
	event->ends = db_int(*rows, 7); /* 0 for NULL */
	if (data != NULL && event->ends != 0)
		(void)json_object_set_new(data, "ends",
		    json_string(lc_rows_date(event->ends, ends)));
	event->account = db_text(*rows, 6);
	event->udi = db_text(*rows, 1);
	event->who = db_text(*rows, 8);
	event->data = data;
	err = data != NULL ? t->call(t->arg, event) : LC_ENOMEM;
	json_decref(data);
	db_stop(*rows);
	return err;
}

static enum lc_err
license_of(const struct telling *t, int64_t n, struct lc_log_event *event)
{
	struct db_rows *rows = NULL;

	return license_tell(t,
	    db_query(t->record->db, &rows, LICENSE "WHERE l.n = $1", "i", n),
	    &rows, event);
}

/* ---- Images of rows -------------------------------------------------- */

/* "" where there is nothing. */
static const char *
value(const json_t *image, size_t column)
{
	const char *text = json_string_value(json_array_get(image, column));

	return text != NULL ? text : "";
}

static enum lc_err
tell(const struct telling *t, struct lc_log_event *event, json_t *data)
{
	enum lc_err err = LC_ENOMEM;

	event->data = data;
	if (data != NULL)
		err = t->call(t->arg, event);
	json_decref(data);
	return err;
}

/* The license on its old device. */
static enum lc_err
tell_ended(const struct telling *t, const json_t *row, struct lc_log_event *event)
{
	struct db_rows *rows = NULL;

	if (strcmp(value(row, 3), "moved") != 0)
		return LC_OK;
	event->type = "license.moved";
	return license_tell(t,
	    db_query(t->record->db, &rows,
		LICENSE "WHERE l.n = (SELECT max(n) FROM license WHERE id = $1)",
		"s", value(row, 2)),
	    &rows, event);
}

static enum lc_err
tell_rma(const struct telling *t, const json_t *row, struct lc_log_event *event)
{
	if (strcmp(value(row, 8), "0") != 0) /* it was returned */
		return LC_OK;
	event->type = "device.replaced";
	event->account = "";
	event->udi = value(row, 1);
	return tell(t, event,
	    json_pack("{s:s, s:s, s:s}", "from", value(row, 1), "to",
		value(row, 2), "why", value(row, 4)));
}

static enum lc_err
tell_pak(const struct telling *t, const json_t *row, struct lc_log_event *event)
{
	if (value(row, 4)[0] == '\0')
		return LC_OK;
	event->type = "pak.stopped";
	event->account = value(row, 2);
	return tell(t, event,
	    json_pack("{s:s, s:s, s:s}", "pak", value(row, 0), "order",
		value(row, 1), "why", value(row, 4)));
}

static enum lc_err
tell_key(const struct telling *t, const json_t *row, struct lc_log_event *event)
{
	event->type = "key.rotated";
	event->account = NULL;
	return tell(t, event, json_pack("{s:s}", "kid", value(row, 0)));
}

static const struct {
	const char *kind;
	enum lc_err (*tell)(
	    const struct telling *, const json_t *row, struct lc_log_event *);
} tellers[] = {
	{ "ended", tell_ended },
	{ "pak", tell_pak },
	{ "rma", tell_rma },
	{ "signing_key", tell_key },
};

static enum lc_err
tell_image(const struct telling *t, const char *kind, const char *says,
    struct lc_log_event *event)
{
	json_t *row = json_loads(says, 0, NULL);
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < sizeof tellers / sizeof tellers[0]; i++) {
		if (strcmp(tellers[i].kind, kind) == 0 && json_is_array(row))
			err = tellers[i].tell(t, row, event);
	}
	json_decref(row);
	return err;
}

/* ---- Events ---------------------------------------------------------- */

/* One that does not count any more has nothing to tell. */
static enum lc_err
ending_tell(const struct telling *t, int64_t n, int64_t at)
{
	struct lc_log_event event = {
		.n = n,
		.at = at,
		.type = "license.expiring",
	};
	struct db_rows *rows = NULL;

	return license_tell(t,
	    db_query(t->record->db, &rows,
		LICENSE "WHERE l.n = $1 AND NOT EXISTS (SELECT 1 FROM ended e"
			" WHERE e.udi = l.udi AND e.id = l.id)"
			" AND NOT EXISTS (SELECT 1 FROM license x"
			" WHERE x.id = l.id AND x.n > l.n)",
		"i", n),
	    &rows, &event);
}

static enum lc_err
entry_tell(const struct telling *t, struct db_rows *rows)
{
	struct lc_log_event event = {
		.n = db_int(rows, 0),
		.at = db_int(rows, 1),
		.type = "license.issued",
		.account = "",
		.udi = "",
	};

	enum lc_err err;

	if (strcmp(db_text(rows, 2), "license") != 0)
		return tell_image(
		    t, db_text(rows, 2), db_text(rows, 3), &event);
	err = license_of(t, event.n, &event);
	if (err == LC_OK && event.ends != 0 && event.ends < t->told)
		err = ending_tell(t, event.n, event.at);
	return err;
}

enum lc_err
lc_log_events(struct lc_record *record, int64_t after, int64_t limit,
    int64_t told, lc_log_event_call *call, void *arg, int64_t *upto)
{
	const struct telling t = { record, call, arg, told };
	struct db_rows *rows = NULL;
	int64_t last = after, n = 0, head = after;
	enum lc_err err;

	if ((err = lc_log_head(record, &head)) == LC_OK)
		err = lc_record_first(record,
		    db_query(record->db, &rows,
			"SELECT n, at, kind, says FROM log WHERE n > $1"
			" AND n <= $2 AND kind IN ('license', 'ended', 'pak',"
			" 'rma', 'signing_key') ORDER BY n LIMIT $3",
			"iii", after, head, limit),
		    &rows);
	while (err == LC_OK) {
		last = db_int(rows, 0);
		n++;
		if ((err = entry_tell(&t, rows)) == LC_OK)
			err = lc_record_done(record, db_next(rows));
	}
	db_stop(rows);
	if (err == LC_ENOTFOUND)
		*upto = n < limit ? head : last;
	return err == LC_ENOTFOUND ? LC_OK : err;
}

enum lc_err
lc_log_events_expiring(struct lc_record *record, int64_t until, int64_t limit,
    lc_log_event_call *call, void *arg, int64_t *ends, int64_t *n)
{
	const struct telling t = { record, call, arg, 0 };
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT n, ends FROM license WHERE ends IS NOT NULL"
		" AND ends >= $1 AND (ends > $1 OR n > $2) AND ends <= $3"
		" ORDER BY ends, n LIMIT $4",
		"iiii", *ends, *n, until, limit),
	    &rows);
	while (err == LC_OK) {
		*n = db_int(rows, 0);
		*ends = db_int(rows, 1);
		if ((err = ending_tell(&t, *n, record->now())) == LC_OK)
			err = lc_record_done(record, db_next(rows));
	}
	db_stop(rows);
	return err == LC_ENOTFOUND ? LC_OK : err;
}
