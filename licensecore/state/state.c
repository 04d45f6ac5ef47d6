/* state.c - what is on disk: its time, and rows of the book. */
#include "state.h"

#include <stdlib.h>
#include <string.h>

#include "twin.h"

/* Boot time is read first: what passes in between is not a clock set back. */
struct lc_instant
lc_instant(const struct lc_state *st)
{
	int64_t boot_ms = lc_host_boot_ms(st->host);

	return lc_time_at(&st->time, lc_host_wall(st->host), boot_ms);
}

int64_t
lc_now(const struct lc_state *st)
{
	return lc_instant(st).now;
}

int64_t
lc_boot_ms(const struct lc_state *st)
{
	return lc_host_boot_ms(st->host);
}

enum lc_err
lc_state_db(struct lc_state *st, struct lc_db **out)
{
	enum lc_err err = LC_OK;

	/* If it cannot be made ready, it can be read from. */
	if (lc_twin_ready(st->twin, NULL) == LC_ENOMEM)
		return LC_ENOMEM;
	*out = lc_twin_db(st->twin);
	if (*out == NULL && st->spare == NULL)
		err = lc_db_connect(":memory:", true, &st->spare, NULL);
	if (*out == NULL)
		*out = st->spare;
	return err;
}

/* ---- Rows ------------------------------------------------------------ */

static struct lc_value
time_value(int64_t at)
{
	return at != LC_NO_TIME ? lc_value_int(at) : lc_value_null;
}

enum lc_err
lc_known_write(struct lc_state *st, const struct lc_known *k)
{
	const struct lc_known_facts *f = &k->facts;
	struct lc_value v[LC_IDENTITY_NCOLUMNS] = {
		[LC_IDENTITY_DEVICE] = lc_value_int(lc_book_device_of(&st->book, k)->key),
		[LC_IDENTITY_ID] = lc_value_text(lc_known_identity(k)->id),
		[LC_IDENTITY_FEATURE] = lc_value_text(k->feature),
		[LC_IDENTITY_VERSION] = lc_value_text(k->version),
		[LC_IDENTITY_DIGEST] = f->verified ?
		    lc_value_blob(f->digest, sizeof f->digest) :
		    lc_value_null,
		[LC_IDENTITY_USED_MS] = lc_value_int(f->used_ms),
		[LC_IDENTITY_EXPIRED_AT] = time_value(f->expired_at),
		[LC_IDENTITY_FLAGS] = lc_value_int(f->flags),
		[LC_IDENTITY_PRIORITY] = lc_value_int(f->priority),
		[LC_IDENTITY_ACCEPTED_AT] = k->accepted_by != NULL ?
		    lc_value_int(f->accepted_at) : lc_value_null,
		[LC_IDENTITY_ACCEPTED_BY] = lc_value_text(k->accepted_by),
	};

	for (int i = 0; i < LC_NMARKS; i++)
		v[LC_IDENTITY_MARKS + i] = k->marks != NULL &&
		    k->marks[i] != LC_NOT_YET ?
		    lc_value_int(k->marks[i]) : lc_value_null;
	return lc_twin_put(st->twin, LC_T_IDENTITY, k->key, v);
}

/* The line that stands in its row; the caller frees. */
static enum lc_err
line_get(struct lc_state *st, const struct lc_copy *copy, char **line)
{
	const struct lc_value *v;
	int64_t key = copy->key;
	enum lc_err err;

	err = lc_twin_get(st->twin, LC_T_COPY, &key, &v);
	if (err != LC_OK)
		return err == LC_ENOTFOUND ? LC_EDAMAGED : err;
	if (key != copy->key || v[LC_COPY_LINE].kind != LC_V_TEXT)
		return LC_EDAMAGED;
	*line = strndup(v[LC_COPY_LINE].bytes, v[LC_COPY_LINE].len);
	return *line != NULL ? LC_OK : LC_ENOMEM;
}

enum lc_err
lc_copy_write(struct lc_state *st, const struct lc_copy *copy,
    const char *line, size_t len)
{
	const struct lc_copy_facts *f = &copy->facts;
	char *kept = NULL;
	enum lc_err err = LC_OK;

	if (line == NULL && f->has_line) {
		if ((err = line_get(st, copy, &kept)) != LC_OK)
			return err;
		line = kept;
		len = strlen(kept);
	}
	err = lc_twin_put(st->twin, LC_T_COPY, copy->key,
	    (const struct lc_value[LC_COPY_NCOLUMNS]){
		[LC_COPY_IDENTITY] = lc_value_int(copy->known->key),
		[LC_COPY_STORE] = lc_value_int(copy->store),
		[LC_COPY_INDEX] = lc_value_int(copy->index),
		[LC_COPY_HELD] = lc_value_int(f->missing ?
		    LC_HELD_MISSING : f->held),
		[LC_COPY_INSTALLED] = time_value(f->installed),
		[LC_COPY_COMMENT] = lc_value_text(copy->comment),
		[LC_COPY_LINE] = { .kind = line != NULL ? LC_V_TEXT :
		    LC_V_NULL, .bytes = line, .len = len },
	});
	free(kept);
	return err;
}

static enum lc_err
device_get(struct lc_state *st, const char *udi, struct lc_book_device **out)
{
	struct lc_value v;
	enum lc_err err;

	if ((*out = lc_book_device(&st->book, udi)) != NULL)
		return LC_OK;
	if ((err = lc_book_add_device(&st->book, udi, out)) != LC_OK)
		return err;
	v = lc_value_text(udi);
	return lc_twin_put(st->twin, LC_T_DEVICE, (*out)->key, &v);
}

enum lc_err
lc_known_get(struct lc_state *st, const char *udi, const struct lc_terms *t,
    struct lc_known **out)
{
	struct lc_book_device *device;
	enum lc_err err;

	if ((*out = lc_book_known(&st->book, udi, t->id)) != NULL)
		return LC_OK;
	err = device_get(st, udi, &device);
	return err != LC_OK ? err : lc_book_add_known(&st->book, device,
	    t->id, t->feature, t->version, out);
}
