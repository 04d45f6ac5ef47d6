/* outbox.c - events that wait for their delivery. */
#include "outbox.h"

#include <string.h>

#include "meta.h"
#include "twin.h"

#define DROPPED "outbox.dropped"

/* Delivered and dropped are always the oldest: no number is missing. */
int64_t
lc_outbox_length(struct lc_state *st)
{
	int64_t first = st->book.facts.first_event;
	int64_t next = lc_twin_head(st->twin)->next_event;

	/* The first one may be of a change that is paused. */
	return first != 0 && next > first ? next - first : 0;
}

int64_t
lc_outbox_dropped(const struct lc_state *st)
{
	return lc_meta_int(st, DROPPED, 0);
}

/* Events up to this one go. */
static enum lc_err
remove_to(struct lc_state *st, int64_t seq)
{
	struct lc_facts *facts = &st->book.facts;
	int64_t next = lc_twin_head(st->twin)->next_event;
	enum lc_err err = lc_book_keep(&st->book, facts, sizeof *facts);

	while (err == LC_OK && facts->first_event != 0 &&
	    facts->first_event <= seq) {
		err = lc_twin_delete(st->twin, LC_T_EVENT,
		    facts->first_event);
		if (++facts->first_event >= next)
			facts->first_event = 0;
	}
	return err;
}

static enum lc_err
bound(struct lc_state *st)
{
	enum lc_err err;

	if (lc_outbox_length(st) <= LC_QUEUE_MAX)
		return LC_OK;
	err = remove_to(st, st->book.facts.first_event);
	return err != LC_OK ? err : lc_meta_set_int(st, DROPPED,
	    lc_outbox_dropped(st) + 1);
}

enum lc_err
lc_outbox_add(struct lc_state *st, const char *body, uint64_t *seq)
{
	struct lc_head *head = lc_twin_head(st->twin);
	struct lc_facts *facts = &st->book.facts;
	const struct lc_value v = lc_value_text(body);
	int64_t next = head->next_event > 0 ? head->next_event : 1;
	enum lc_err err;

	if ((err = lc_twin_put(st->twin, LC_T_EVENT, next, &v)) != LC_OK ||
	    (err = lc_book_keep(&st->book, facts, sizeof *facts)) != LC_OK)
		return err;
	if (facts->first_event == 0)
		facts->first_event = next;
	head->next_event = next + 1;
	*seq = (uint64_t)next;
	return bound(st);
}

enum lc_err
lc_outbox_next(struct lc_state *st, uint64_t after, uint64_t *seq,
    char **body)
{
	int64_t key = after < INT64_MAX ? (int64_t)after + 1 : INT64_MAX;
	const struct lc_value *v;
	enum lc_err err = lc_twin_get(st->twin, LC_T_EVENT, &key, &v);

	if (err != LC_OK)
		return err;
	if (v[LC_EVENT_BODY].kind != LC_V_TEXT)
		return LC_EDAMAGED;
	*body = strndup(v[LC_EVENT_BODY].bytes, v[LC_EVENT_BODY].len);
	*seq = (uint64_t)key;
	return *body != NULL ? LC_OK : LC_ENOMEM;
}

enum lc_err
lc_outbox_done(struct lc_state *st, uint64_t seq)
{
	return remove_to(st, seq < INT64_MAX ? (int64_t)seq : INT64_MAX);
}
