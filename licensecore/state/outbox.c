/* outbox.c - events that wait for their delivery. */
#include "outbox.h"

#include <string.h>

#include "db.h"
#include "meta.h"

#define DROPPED "outbox.dropped"

/* Delivered and dropped are always the oldest: no number is missing. */
enum lc_err
lc_outbox_length(struct lc_state *st, int64_t *n)
{
	return lc_db_get_int(st->db, n, "SELECT"
	    " coalesce((SELECT max(seq) FROM outbox)"
	    " - (SELECT min(seq) FROM outbox) + 1, 0)", "");
}

enum lc_err
lc_outbox_dropped(struct lc_state *st, int64_t *n)
{
	*n = 0;
	return lc_meta_int(st, DROPPED, n);
}

static enum lc_err
bound(struct lc_state *st)
{
	int64_t n = 0, dropped;
	enum lc_err err = lc_outbox_length(st, &n);

	if (err != LC_OK || n <= LC_QUEUE_MAX)
		return err;
	if ((err = lc_outbox_dropped(st, &dropped)) != LC_OK ||
	    (err = lc_db_run(st->db, "DELETE FROM outbox WHERE seq ="
	    " (SELECT min(seq) FROM outbox)", "")) != LC_OK)
		return err;
	return lc_meta_set_int(st, DROPPED, dropped + 1);
}

enum lc_err
lc_outbox_add(struct lc_state *st, const char *body, uint64_t *seq)
{
	enum lc_err err = lc_db_run(st->db,
	    "INSERT INTO outbox (body) VALUES (?)", "s", body);

	if (err != LC_OK)
		return err;
	*seq = (uint64_t)lc_db_last_row(st->db);
	return bound(st);
}

enum lc_err
lc_outbox_next(struct lc_state *st, uint64_t after, uint64_t *seq, char **body)
{
	struct lc_rows *rows;
	enum lc_err err;
	char *copy;

	err = lc_db_query(st->db, &rows, "SELECT seq, body FROM outbox"
	    " WHERE seq > ? ORDER BY seq LIMIT 1", "i", (int64_t)after);
	if (err != LC_OK || (err = lc_db_next(st->db, rows)) != LC_OK)
		return err;
	if ((copy = strdup(lc_db_text(rows, 1))) != NULL) {
		*seq = (uint64_t)lc_db_int(rows, 0);
		*body = copy;
	}
	lc_db_stop(rows);
	return copy != NULL ? LC_OK : LC_ENOMEM;
}

enum lc_err
lc_outbox_done(struct lc_state *st, uint64_t seq)
{
	return lc_db_run(st->db, "DELETE FROM outbox WHERE seq <= ?", "i",
	    (int64_t)seq);
}
