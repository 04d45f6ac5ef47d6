/*
 * kept.c - what call home keeps in the core's state.
 *
 * A change is made to a copy, which takes the place of the document once the
 * core has it on disk.
 */
#include "kept.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define NAME "call-home"

/* ---- The document ---- */

static json_t *
empty(void)
{
	return json_pack("{s:[]}", "pending");
}

static json_t *
pending_of(const json_t *doc)
{
	return json_object_get(doc, "pending");
}

enum lc_err
kept_open(struct kept *k, struct lc *core)
{
	const char *text = lc_host_text(core, NAME);
	json_error_t error;

	k->core = core;
	k->doc = text != NULL ? json_loads(text, 0, &error) : NULL;
	if (!json_is_array(pending_of(k->doc))) {
		json_decref(k->doc);
		k->doc = empty();
	}
	return k->doc != NULL ? LC_OK : LC_ENOMEM;
}

void
kept_close(struct kept *k)
{
	json_decref(k->doc);
	k->doc = NULL;
}

/* Takes the copy, whatever comes of it. */
static enum lc_err
save(struct kept *k, json_t *copy)
{
	char *text = copy != NULL
			 ? json_dumps(copy, JSON_COMPACT | JSON_ENSURE_ASCII)
			 : NULL;
	enum lc_err err =
	    text != NULL ? lc_host_text_set(k->core, NAME, text) : LC_ENOMEM;

	free(text);
	if (err == LC_OK) {
		json_decref(k->doc);
		k->doc = json_incref(copy);
	}
	json_decref(copy);
	return err == LC_EINVAL ? LC_EFULL : err;
}

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

/* ---- The URL, and the last contact ---- */

const char *
kept_url(const struct kept *k)
{
	return json_string_value(json_object_get(k->doc, "url"));
}

enum lc_err
kept_set_url(struct kept *k, const char *url)
{
	json_t *copy = json_deep_copy(k->doc);

	if (copy == NULL)
		return LC_ENOMEM;
	if (url == NULL)
		(void)json_object_del(copy, "url"); /* there may be none */
	else if (json_object_set_new(copy, "url", json_string(url)) < 0) {
		json_decref(copy);
		return LC_ENOMEM;
	}
	return save(k, copy);
}

const json_t *
kept_pending(const struct kept *k)
{
	return pending_of(k->doc);
}

const json_t *
kept_last(const struct kept *k)
{
	return json_object_get(k->doc, "last");
}

enum lc_err
kept_set_last(struct kept *k, json_t *last)
{
	json_t *copy = json_deep_copy(k->doc);

	if (copy == NULL || json_object_set_new(copy, "last", last) < 0) {
		json_decref(copy);
		return LC_ENOMEM;
	}
	return save(k, copy);
}

/* ---- Pending requests ---- */

static bool
is_same(const json_t *row, const json_t *asked)
{
	static const char *const keys[] = { "kind", "udi", "pak", "sku",
		"quantity", "to" };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (!json_equal(json_object_get(row, keys[i]),
			json_object_get(asked, keys[i])) &&
		    (json_object_get(row, keys[i]) != NULL ||
			json_object_get(asked, keys[i]) != NULL))
			return false;
	return true;
}

const json_t *
kept_find(const struct kept *k, const json_t *asked)
{
	const json_t *row;
	size_t i;

	json_array_foreach(pending_of(k->doc), i, row)
	{
		if (is_same(row, asked))
			return row;
	}
	return NULL;
}

static bool
has_id(const json_t *row, const char *id)
{
	const json_t *rehost = json_object_get(row, "rehost");

	/* An answer to no request of ours has no id here. */
	return id[0] != '\0' && (strcmp(text_of(row, "id"), id) == 0 ||
				    strcmp(text_of(rehost, "id"), id) == 0);
}

const json_t *
kept_find_id(const struct kept *k, const char *id)
{
	const json_t *row;
	size_t i;

	json_array_foreach(pending_of(k->doc), i, row)
	{
		if (has_id(row, id))
			return row;
	}
	return NULL;
}

void
kept_make_id(char id[KEPT_ID_LEN + 1])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789-_";
	uint8_t bytes[17] = { 0 }; /* the last one fills the last letter up */
	unsigned bits = 0, n = 0;
	size_t at = 0;

	/* So few bytes come at once, or the system has no randomness at all. */
	if (getrandom(bytes, 16, 0) != 16)
		abort();
	for (size_t i = 0; i < KEPT_ID_LEN; i++) {
		if (n < 6) {
			bits = bits << 8 | bytes[at++];
			n += 8;
		}
		n -= 6;
		id[i] = letters[bits >> n & 63];
	}
	id[KEPT_ID_LEN] = '\0';
}

static json_t *
named(struct lc *core)
{
	char id[KEPT_ID_LEN + 1];

	kept_make_id(id);
	return json_pack(
	    "{s:s, s:I}", "id", id, "at", (json_int_t)lc_clock_now_s(core));
}

enum lc_err
kept_add(struct kept *k, const json_t *asked, json_t **pending)
{
	json_t *copy = json_deep_copy(k->doc), *row = json_deep_copy(asked);
	json_t *name = named(k->core);
	enum lc_err err = LC_ENOMEM;

	if (json_array_size(pending_of(k->doc)) >= KEPT_PENDING_MAX)
		err = LC_EFULL;
	else if (copy != NULL && row != NULL && name != NULL &&
		 json_object_update(row, name) == 0 &&
		 json_array_append(pending_of(copy), row) == 0)
		err = save(k, json_incref(copy));
	json_decref(copy);
	json_decref(name);
	if (err == LC_OK)
		*pending = row;
	else
		json_decref(row);
	return err;
}

static size_t
place_of(const json_t *doc, const char *id)
{
	const json_t *rows = pending_of(doc);
	size_t i = 0;

	while (
	    i < json_array_size(rows) && !has_id(json_array_get(rows, i), id))
		i++;
	return i;
}

enum lc_err
kept_add_rehost(struct kept *k, const char *id)
{
	json_t *copy = json_deep_copy(k->doc);
	json_t *row = json_array_get(pending_of(copy), place_of(copy, id));

	if (json_object_set_new(row, "rehost", named(k->core)) < 0) {
		json_decref(copy);
		return LC_ENOMEM;
	}
	return save(k, copy);
}

enum lc_err
kept_remove(struct kept *k, const char *id)
{
	json_t *copy;

	if (kept_find_id(k, id) == NULL)
		return LC_OK;
	if ((copy = json_deep_copy(k->doc)) == NULL)
		return LC_ENOMEM;
	(void)json_array_remove(pending_of(copy), place_of(copy, id));
	return save(k, copy);
}
