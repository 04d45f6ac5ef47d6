/* change.c - a change and the events that tell of it, as one. */
#include "change.h"

#include <stdlib.h>

#include "base/error.h"
#include "twin.h"

/* What it did to memory. */
static void
dropped(void *arg)
{
	struct lc_state *st = arg;

	lc_book_undo(&st->book);
	st->pending.n = st->pending.told;
}

static void
paused_drop(struct lc_state *st)
{
	if (st->twin != NULL && lc_change_resume(st))
		lc_change_drop(st);
}

void
lc_change_clear(struct lc_state *st)
{
	paused_drop(st);
	lc_change_publish(st);
}

enum lc_err
lc_change_begin(struct lc_state *st)
{
	lc_change_clear(st);
	return lc_change_begin_beside(st);
}

enum lc_err
lc_change_begin_beside(struct lc_state *st)
{
	paused_drop(st);
	*st->why.text = '\0';
	return lc_twin_begin(st->twin, &st->why);
}

/* Every change records the time. */
static void
time_write(struct lc_state *st)
{
	struct lc_head *head = lc_twin_head(st->twin);
	struct lc_instant at = lc_instant(st);

	head->high = at.now;
	head->floor = lc_time_floor(&st->time, at.boot_ms);
	head->ahead = st->time.ahead_ms / 1000;
}

enum lc_err
lc_change_end(struct lc_state *st, enum lc_err err)
{
	if (err == LC_OK) {
		time_write(st);
		err = lc_twin_commit(st->twin, &st->why);
	} else {
		if (*st->why.text == '\0')
			(void)lc_fail(&st->why, err, "%s",
			    lc_twin_words(st->twin, err));
		lc_twin_rollback(st->twin);
	}
	if (err != LC_OK) {
		dropped(st);
		return err;
	}
	lc_book_done(&st->book);
	st->pending.told = st->pending.n;
	return err;
}

void
lc_change_pause(struct lc_state *st)
{
	lc_twin_pause(st->twin, dropped, st);
}

bool
lc_change_resume(struct lc_state *st)
{
	return lc_twin_resume(st->twin);
}

void
lc_change_flush(struct lc_state *st)
{
	lc_change_pause(st);
	lc_twin_flush(st->twin);
}

bool
lc_change_is_flushing(const struct lc_state *st)
{
	return st->twin != NULL && lc_twin_is_flushing(st->twin);
}

void
lc_change_drop(struct lc_state *st)
{
	lc_twin_rollback(st->twin);
	dropped(st);
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
	(void)lc_change_publish_some(st, SIZE_MAX);
}

bool
lc_change_publish_some(struct lc_state *st, size_t n)
{
	while (st->pending.next < st->pending.told && n-- > 0) {
		const struct lc_event *e =
		    &st->pending.list[st->pending.next++];

		if (st->host->event != NULL)
			st->host->event(st->host->arg, e);
	}
	if (st->pending.next < st->pending.told)
		return false;
	if (st->pending.n == st->pending.told)
		st->pending.n = st->pending.told = st->pending.next = 0;
	return true;
}
