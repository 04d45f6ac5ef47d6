/* half.c - one of the two state files: half.h. */
#include "half.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <openssl/crypto.h>

#include "base/disk.h"
#include "base/error.h"

char *
lc_half_beside(const struct lc_half *h, const char *suffix)
{
	char *path;

	return asprintf(&path, "%s%s", h->path, suffix) < 0 ? NULL : path;
}

void
lc_half_close(struct lc_half *h)
{
	lc_db_close(h->db);
	h->db = NULL;
}

void
lc_half_fail(struct lc_half *h, enum lc_err err)
{
	switch (err) {
	case LC_OK:
		return;
	case LC_ENOTFOUND:
		h->state = LC_HALF_MISSING;
		(void)lc_fail(&h->why, err, "%s: missing", h->path);
		break;
	case LC_EDAMAGED:
		h->state = LC_HALF_DAMAGED;
		if (*h->why.text == '\0')
			(void)lc_fail(&h->why, err, "%s: damaged, or not what"
			    " was last written there", h->path);
		break;
	case LC_ENEWER:
		h->state = LC_HALF_NEWER;
		break;
	default:
		h->state = LC_HALF_UNREADABLE;
		if (*h->why.text == '\0')
			(void)lc_fail(&h->why, err, "%s: %s", h->path,
			    lc_db_words(h->db, err));
		break;
	}
	lc_half_close(h);
}

/*
 * Rows are read once, in order, and written at the end: pages that are kept
 * serve nobody.  It also bounds what a commit has left to write.
 */
#define CACHE_KB "256"

/* ---- Opening --------------------------------------------------------- */

/* A transaction was cut off: SQLite restores what the journal holds. */
static bool
has_journal(const struct lc_half *h)
{
	char *path = lc_half_beside(h, "-journal");
	struct stat st;
	bool has = path != NULL && stat(path, &st) == 0 && st.st_size > 0;

	free(path);
	return has;
}

static enum lc_err
connect(struct lc_half *h, struct lc_sealer *s)
{
	enum lc_err err;

	/* It is there; but stores that are attached to it may have to be made. */
	if ((err = lc_db_connect(h->path, true, &h->db, &h->why)) != LC_OK)
		return err;
	err = lc_db_exec(h->db, "PRAGMA trusted_schema = OFF;"
	    "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY");
	if (err == LC_OK)
		err = lc_rows_schema(h->db);
	if (err == LC_OK)	/* which reads the file a first time */
		err = lc_db_exec(h->db, "PRAGMA synchronous = EXTRA;"
		    " PRAGMA cache_size = -" CACHE_KB);
	return err != LC_OK ? err : lc_rows_head_get(h->db, s, &h->head);
}

enum lc_err
lc_half_open(struct lc_half *h, struct lc_sealer *s)
{
	bool restores = has_journal(h);
	enum lc_err err;

	lc_half_close(h);
	*h->why.text = '\0';
	err = lc_rows_look(h->path, &h->why);
	if (err == LC_OK || (err == LC_EDAMAGED && restores)) {
		*h->why.text = '\0';
		err = connect(h, s);
	}
	if (err == LC_OK && restores)
		err = lc_rows_look(h->path, &h->why);
	if (err == LC_ENOMEM)
		return err;
	if (err == LC_OK)
		h->state = LC_HALF_GOOD;
	lc_half_fail(h, err);
	return LC_OK;
}

/* ---- Reading --------------------------------------------------------- */

static enum lc_err
row_read(struct lc_reading *r, struct lc_scan *scan)
{
	uint8_t seal[LC_ROW_SEAL_LEN];
	enum lc_err err;

	/* Pages that lead in a circle would never end. */
	if (!scan->has_seal || scan->key <= r->last ||
	    r->sum.nrows == r->half->head.nrows)
		return LC_EDAMAGED;
	r->last = scan->key;
	err = lc_row_seal(r->sealer, scan->table, scan->key, scan->values,
	    r->sum.chain, seal);
	if (err != LC_OK)
		return err;
	if (CRYPTO_memcmp(seal, scan->seal, sizeof seal) != 0)
		return LC_EDAMAGED;
	lc_head_add(&r->sum, scan->table, scan->key, seal);
	return r->loader == NULL ? LC_OK : r->loader->row(r->loader->arg,
	    scan->table, scan->key, scan->values);
}

/* Of one table; LC_ENOTFOUND: its end. */
static enum lc_err
table_read(struct lc_reading *r, size_t *n)
{
	struct lc_scan scan;
	enum lc_err err;

	err = lc_scan_begin(&scan, r->half->db, (enum lc_state_table)r->table,
	    r->last > 0 ? r->last + 1 : INT64_MIN);
	for (; err == LC_OK && *n > 0; --*n) {
		if ((err = lc_scan_next(&scan)) == LC_OK)
			err = row_read(r, &scan);
	}
	lc_scan_end(&scan);
	return err;
}

static bool
sum_holds(const struct lc_head *sum, const struct lc_head *head)
{
	return sum->nrows == head->nrows && sum->sum[0] == head->sum[0] &&
	       sum->sum[1] == head->sum[1] &&
	       sum->nrecords == head->nrecords &&
	       memcmp(sum->chain, head->chain, sizeof sum->chain) == 0;
}

enum lc_err
lc_half_read_on(struct lc_reading *r, size_t n)
{
	enum lc_err err = LC_OK;

	while (err == LC_OK && n > 0 && r->table < LC_NTABLES) {
		if ((err = table_read(r, &n)) != LC_ENOTFOUND)
			continue;
		err = LC_OK;
		r->table++;
		r->last = 0;
	}
	if (err != LC_OK || r->table < LC_NTABLES)
		return err;
	return sum_holds(&r->sum, &r->half->head) ? LC_ENOTFOUND :
	    LC_EDAMAGED;
}

bool
lc_reading_has(const struct lc_reading *r, enum lc_state_table table,
    int64_t key)
{
	return (int)table < r->table ||
	       ((int)table == r->table && key <= r->last);
}

enum lc_err
lc_half_read(const struct lc_half *h, struct lc_sealer *s,
    const struct lc_loader *loader)
{
	struct lc_reading r = { .half = h, .sealer = s, .loader = loader };
	enum lc_err err;

	if (loader != NULL)
		loader->reset(loader->arg);
	err = lc_half_read_on(&r, SIZE_MAX);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

/* ---- Making ---------------------------------------------------------- */

/* What a transaction of the file that stood there left would spoil the new. */
static enum lc_err
remains_remove(const struct lc_half *h)
{
	static const char *const suffixes[] = { "-journal", "-wal", "-shm" };

	for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
		char *path = lc_half_beside(h, suffixes[i]);

		if (path == NULL)
			return LC_ENOMEM;
		(void)unlink(path);	/* mostly there is none */
		free(path);
	}
	return LC_OK;
}

enum lc_err
lc_half_take(struct lc_half *h, const char *made, const char *aside,
    struct lc_sealer *s)
{
	struct stat st;
	enum lc_err err = LC_OK;

	lc_half_close(h);
	if (aside != NULL)
		err = lc_disk_set_aside(h->path, aside, &h->why);
	else if (stat(h->path, &st) == 0 && S_ISDIR(st.st_mode))
		(void)rmdir(h->path);	/* else the renaming fails */
	if (err != LC_OK || (err = remains_remove(h)) != LC_OK ||
	    (err = lc_disk_replace(made, h->path, &h->why)) != LC_OK)
		return err;
	if ((err = lc_half_open(h, s)) != LC_OK)
		return err;
	return h->state == LC_HALF_GOOD ? LC_OK : LC_EIO;
}

static enum lc_err
fill_empty(struct lc_half *h, const char *path, struct lc_sealer *s)
{
	const struct lc_head none = { .serial = 0 };
	struct lc_db *db;
	enum lc_err err = lc_db_connect(path, true, &db, &h->why);

	if (err != LC_OK)
		return err;
	if ((err = lc_db_exec(db, "PRAGMA page_size = 4096")) != LC_OK ||
	    (err = lc_rows_create(db)) != LC_OK ||
	    (err = lc_rows_head_put(db, s, &none)) != LC_OK)
		(void)lc_fail(&h->why, err, "%s cannot be written: %s",
		    h->path, lc_db_words(db, err));
	lc_db_close(db);
	return err;
}

/* So that it is not forgotten if the power fails before it is recorded. */
static enum lc_err
restored_set(struct lc_half *h, const char *path, int64_t restored,
    struct lc_sealer *s)
{
	struct lc_head head;
	struct lc_db *db;
	enum lc_err err = lc_db_connect(path, false, &db, &h->why);

	if (err != LC_OK)
		return err;
	if ((err = lc_rows_head_get(db, s, &head)) == LC_OK) {
		head.restored = restored;
		err = lc_rows_head_put(db, s, &head);
	}
	if (err != LC_OK)
		(void)lc_fail(&h->why, err, "%s cannot be written: %s",
		    h->path, lc_db_words(db, err));
	lc_db_close(db);
	return err;
}

static enum lc_err
fill_from(struct lc_half *h, const struct lc_half *from, const char *path)
{
	enum lc_err err = lc_db_run(from->db, "VACUUM INTO ?", "s", path);

	return err == LC_OK ? err : lc_fail(&h->why, err == LC_EDAMAGED ?
	    err : LC_EIO, "%s cannot be written: %s", h->path,
	    lc_db_words(from->db, err));
}

enum lc_err
lc_half_make(struct lc_half *h, const struct lc_half *from, int64_t restored,
    const char *aside, struct lc_sealer *s)
{
	char *made = lc_half_beside(h, ".new");
	char *journal = lc_half_beside(h, ".new-journal");
	enum lc_err err = LC_ENOMEM;

	if (made == NULL || journal == NULL)
		goto out;
	(void)unlink(made);		/* of one that was not completed */
	(void)unlink(journal);
	err = from != NULL ? fill_from(h, from, made) :
	    fill_empty(h, made, s);
	if (err == LC_OK && restored != 0)
		err = restored_set(h, made, restored, s);
	if (err == LC_OK)
		err = lc_half_take(h, made, aside, s);
	if (err != LC_OK)
		(void)unlink(made);
out:
	free(made);
	free(journal);
	return err;
}
