/* sealed.c - numbers that grant something, sealed: sealed.h. */
#include "sealed.h"

#include <stdlib.h>
#include <string.h>
#include <jansson.h>

#include "db.h"
#include "base/error.h"
#include "history.h"
#include "meta.h"
#include "seal.h"

/* ---- Seals ----------------------------------------------------------- */

/* Of a JSON array, which it takes over; NULL: there was no memory for it. */
static enum lc_err
seal_array(const struct lc_state *st, const char *what, json_t *array,
    struct lc_seal *seal)
{
	struct lc_seal kind = { { 0 } };
	char *text = array != NULL ? json_dumps(array, JSON_COMPACT) : NULL;
	enum lc_err err = LC_ENOMEM;

	memcpy(kind.bytes, what, strlen(what));
	if (text != NULL)
		err = lc_seal(st->mac_key, &kind, text, seal);
	free(text);
	json_decref(array);
	return err;
}

enum lc_err
lc_sealed_acceptance(const struct lc_state *st, const char *udi, const char *id,
    int64_t at, const char *by, struct lc_seal *seal)
{
	return seal_array(st, "acceptance", json_pack("[s, s, I, s]", udi, id,
	    (json_int_t)at, by), seal);
}

static enum lc_err
seal_numbers(const struct lc_state *st, const char *name, const char *body,
    struct lc_seal *seal)
{
	return seal_array(st, "sealed", json_pack("[s, s]", name, body), seal);
}

/* ---- Numbers --------------------------------------------------------- */

static enum lc_err
numbers_parse(const char *body, int64_t *numbers, size_t n)
{
	json_t *array = json_loads(body, 0, NULL);
	enum lc_err err = json_array_size(array) == n ? LC_OK : LC_EDAMAGED;

	for (size_t i = 0; i < n && err == LC_OK; i++) {
		const json_t *number = json_array_get(array, i);

		if (json_is_integer(number))
			numbers[i] = json_integer_value(number);
		else
			err = LC_EDAMAGED;
	}
	json_decref(array);
	return err;
}

static enum lc_err
row_check(const struct lc_state *st, const char *name, struct lc_rows *rows)
{
	struct lc_seal seal;
	const void *bytes;
	enum lc_err err;
	size_t len;

	err = seal_numbers(st, name, lc_db_text(rows, 0), &seal);
	bytes = lc_db_blob(rows, 1, &len);
	return err == LC_OK && !lc_seal_equal(&seal, bytes, len) ?
	    LC_EDAMAGED : err;
}

/* The query's only row, if there is one. */
static enum lc_err
row_read(struct lc_state *st, const char *name, struct lc_rows *rows,
    int64_t *numbers, size_t n)
{
	enum lc_err err = lc_db_next(st->db, rows);

	if (err != LC_OK)
		return err;
	if ((err = row_check(st, name, rows)) == LC_OK)
		err = numbers_parse(lc_db_text(rows, 0), numbers, n);
	lc_db_stop(rows);
	return err;
}

enum lc_err
lc_sealed_get(struct lc_state *st, const char *name, int64_t *numbers, size_t n)
{
	struct lc_rows *rows;
	enum lc_err err = lc_db_query(st->db, &rows,
	    "SELECT body, mac FROM main.sealed WHERE name = ?", "s", name);

	return err != LC_OK ? err : row_read(st, name, rows, numbers, n);
}

enum lc_err
lc_sealed_get_copied(struct lc_state *st, const char *name, int64_t *numbers,
    size_t n)
{
	struct lc_rows *rows;
	enum lc_err err = lc_db_query(st->db, &rows,
	    "SELECT body, mac FROM copy.kept_sealed WHERE name = ?", "s",
	    name);

	return err != LC_OK ? err : row_read(st, name, rows, numbers, n);
}

enum lc_err
lc_sealed_set(struct lc_state *st, const char *name, const int64_t *numbers,
    size_t n)
{
	json_t *array = json_array();
	struct lc_seal seal;
	char *body = NULL;
	enum lc_err err = LC_ENOMEM;

	for (size_t i = 0; i < n && array != NULL; i++)
		(void)json_array_append_new(array, json_integer(numbers[i]));
	if (json_array_size(array) == n)
		body = json_dumps(array, JSON_COMPACT);
	if (body != NULL)
		err = seal_numbers(st, name, body, &seal);
	if (err == LC_OK)
		err = lc_db_run(st->db, "INSERT INTO sealed (name, body, mac)"
		    " VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
		    " body = excluded.body, mac = excluded.mac", "ssb", name,
		    body, (const void *)seal.bytes, sizeof seal.bytes);
	free(body);
	json_decref(array);
	return err;
}

/* ---- Checking -------------------------------------------------------- */

static enum lc_err
numbers_check(struct lc_state *st, const char *name, size_t n,
    struct lc_detail *detail)
{
	int64_t numbers[4];
	enum lc_err err = lc_sealed_get(st, name, numbers, n);

	if (err == LC_ENOTFOUND)
		return LC_OK;
	return err != LC_EDAMAGED ? err : lc_fail(detail, err,
	    "the record \"%s\" was altered", name);
}

static enum lc_err
acceptance_check(struct lc_state *st, struct lc_rows *rows, struct lc_detail *detail)
{
	const char *udi = lc_db_text(rows, 0), *id = lc_db_text(rows, 1);
	struct lc_seal seal;
	const void *bytes;
	enum lc_err err;
	size_t len;

	err = lc_sealed_acceptance(st, udi, id, lc_db_int(rows, 2),
	    lc_db_text(rows, 3), &seal);
	bytes = lc_db_blob(rows, 4, &len);
	if (err == LC_OK && !lc_seal_equal(&seal, bytes, len))
		err = lc_fail(detail, LC_EDAMAGED, "license %s: the acceptance"
		    " of its agreement was altered", id);
	return err;
}

static enum lc_err
acceptances_check(struct lc_state *st, struct lc_detail *detail)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(st->db, &rows,
	    "SELECT udi, id, at, by, mac FROM acceptance", "");
	if (err != LC_OK)
		return err;
	while ((err = lc_db_next(st->db, rows)) == LC_OK) {
		if ((err = acceptance_check(st, rows, detail)) != LC_OK) {
			lc_db_stop(rows);
			return err;
		}
	}
	return err == LC_ENOTFOUND ? LC_OK : err;
}

enum lc_err
lc_sealed_check(struct lc_state *st, struct lc_detail *detail)
{
	enum lc_err err;

	if ((err = numbers_check(st, LC_SEALED_CLOCK, 4, detail)) != LC_OK ||
	    (err = numbers_check(st, LC_SEALED_EULA, 1, detail)) != LC_OK)
		return err;
	return acceptances_check(st, detail);
}

/* ---- From version 1 -------------------------------------------------- */

/* Of the row that was read last. */
static enum lc_err
acceptance_seal(struct lc_state *st, struct lc_rows *rows)
{
	const char *udi = lc_db_text(rows, 0), *id = lc_db_text(rows, 1);
	struct lc_seal seal;
	enum lc_err err;

	err = lc_sealed_acceptance(st, udi, id, lc_db_int(rows, 2),
	    lc_db_text(rows, 3), &seal);
	return err != LC_OK ? err : lc_db_run(st->db, "UPDATE acceptance"
	    " SET mac = ? WHERE udi = ? AND id = ?", "bss",
	    (const void *)seal.bytes, sizeof seal.bytes, udi, id);
}

static enum lc_err
acceptances_seal(struct lc_state *st)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(st->db, &rows, "SELECT udi, id, at, by FROM"
	    " acceptance WHERE mac IS NULL ORDER BY udi, id", "");
	if (err != LC_OK)
		return err;
	while ((err = lc_db_next(st->db, rows)) == LC_OK) {
		if ((err = acceptance_seal(st, rows)) != LC_OK)
			break;
	}
	lc_db_stop(rows);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

/* It did not write the time with each record. */
static enum lc_err
time_get(struct lc_state *st, int64_t *high)
{
	int64_t latest = 0;
	enum lc_err err;

	*high = 0;
	if ((err = lc_meta_int(st, "clock.high", high)) != LC_OK ||
	    ((err = lc_history_latest(st, &latest)) != LC_OK &&
	    err != LC_ENOTFOUND))
		return err;
	*high = latest > *high ? latest : *high;
	return LC_OK;
}

static enum lc_err
all_seal(struct lc_state *st)
{
	int64_t high, standing = 0;
	enum lc_err err;

	if ((err = acceptances_seal(st)) != LC_OK ||
	    (err = time_get(st, &high)) != LC_OK ||
	    (err = lc_meta_int(st, "eula.standing", &standing)) != LC_OK)
		return err;
	if ((err = lc_sealed_set(st, LC_SEALED_CLOCK,
	    (const int64_t[]){ 1, high, high, 0 }, 4)) != LC_OK)
		return err;
	return lc_sealed_set(st, LC_SEALED_EULA, &standing, 1);
}

enum lc_err
lc_sealed_is_old(struct lc_state *st, bool *old)
{
	int64_t unsealed = 0;
	enum lc_err err = lc_meta_int(st, "unsealed", &unsealed);

	if (err == LC_OK)
		*old = unsealed != 0;
	return err;
}

enum lc_err
lc_sealed_upgrade(struct lc_state *st, struct lc_detail *detail)
{
	enum lc_err done, err = lc_history_upgrade(st, detail);

	if (err == LC_OK)
		err = all_seal(st);
	if (err != LC_OK && err != LC_EDAMAGED)
		return err;
	/* Only once, proven or not. */
	done = lc_db_exec(st->db, "DELETE FROM main.meta WHERE name IN"
	    " ('unsealed', 'clock.high', 'eula.standing')");
	return done != LC_OK ? done : err;
}
