/* change.c - a change and the events that tell of it, as one. */
#include "change.h"

#include <stdlib.h>

#include "clock_row.h"
#include "db.h"

enum lc_err
lc_change_begin(struct lc_state *st)
{
	st->pending.n = 0;
	return lc_db_begin(st->db);
}

/* Every change raises the serial number by which the copy is judged. */
enum lc_err
lc_change_end(struct lc_state *st, enum lc_err err)
{
	if (err == LC_OK)
		err = lc_clock_record(st, st->serial + 1);
	if (err == LC_OK)
		err = lc_db_commit(st->db);
	if (err == LC_OK) {
		st->serial++;
	} else {
		lc_db_rollback(st->db);
		st->pending.n = 0;
	}
	return err;
}

enum lc_err
lc_change_tell(struct lc_state *st, const struct lc_event *event)
{
	size_t room = st->pending.room > 0 ? st->pending.room * 2 : 16;
	struct lc_event *list;

	if (st->pending.n == st->pending.room) {
		list = reallocarray(st->pending.list, room, sizeof *list);
		if (list == NULL)
			return LC_ENOMEM;
		st->pending.list = list;
		st->pending.room = room;
	}
	st->pending.list[st->pending.n++] = *event;
	return LC_OK;
}

void
lc_change_publish(struct lc_state *st)
{
	for (size_t i = 0; i < st->pending.n; i++) {
		if (st->host->event != NULL)
			st->host->event(st->host->arg, &st->pending.list[i]);
	}
	st->pending.n = 0;
}
