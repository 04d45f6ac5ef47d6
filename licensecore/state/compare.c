/* compare.c - the two state files side by side: compare.h. */
#include "compare.h"

#include <string.h>
#include <openssl/crypto.h>

/* One row, which stands in both files. */
static enum lc_err
row_judge(struct lc_compare *c, struct lc_sealer *s, const struct lc_scan *row)
{
	uint8_t seal[LC_ROW_SEAL_LEN];
	enum lc_err err;

	if (!row->has_seal || row->key <= c->last)
		return LC_EDAMAGED;
	err = lc_row_seal(s, row->table, row->key, row->values, c->chain,
	    seal);
	if (err != LC_OK)
		return err;
	if (CRYPTO_memcmp(seal, row->seal, sizeof seal) != 0)
		return LC_EDAMAGED;
	c->last = row->key;
	if (row->table == LC_T_HISTORY)
		memcpy(c->chain, seal, sizeof seal);
	return LC_OK;
}

/* The next row of each; both seals hold if they are one. */
static enum lc_err
rows_judge(struct lc_compare *c, struct lc_sealer *s, struct lc_scan *scans)
{
	const struct lc_compare before = *c;
	enum lc_err err = lc_scan_next(&scans[0]);
	enum lc_err other = lc_scan_next(&scans[1]);

	if (err != other)
		return err == LC_OK || err == LC_ENOTFOUND ? other == LC_OK ||
		    other == LC_ENOTFOUND ? LC_EDAMAGED : other : err;
	if (err != LC_OK)
		return err;
	if ((err = row_judge(c, s, &scans[0])) != LC_OK)
		return err;
	*c = before;
	if ((err = row_judge(c, s, &scans[1])) != LC_OK)
		return err;
	return scans[0].key == scans[1].key && memcmp(scans[0].seal,
	    scans[1].seal, LC_ROW_SEAL_LEN) == 0 ? LC_OK : LC_EDAMAGED;
}

/* Of one table; LC_ENOTFOUND: its end. */
static enum lc_err
table_compare(struct lc_compare *c, const struct lc_half *halves,
    struct lc_sealer *s, size_t *n)
{
	struct lc_scan scans[2] = { { .rows = NULL }, { .rows = NULL } };
	enum lc_err err = LC_OK;

	for (int i = 0; i < 2 && err == LC_OK; i++)
		err = lc_scan_begin(&scans[i], halves[i].db,
		    (enum lc_state_table)c->table, c->last + 1);
	while (err == LC_OK && *n > 0) {
		err = rows_judge(c, s, scans);
		--*n;
	}
	for (int i = 0; i < 2; i++)
		lc_scan_end(&scans[i]);
	return err;
}

enum lc_err
lc_compare(struct lc_compare *c, const struct lc_half *halves,
    struct lc_sealer *s, size_t n)
{
	static const struct lc_compare beginning = { .table = 0 };
	enum lc_err err = LC_OK;

	/* What counts stands on the disk, not in memory. */
	for (int i = 0; i < 2 && err == LC_OK; i++)
		err = lc_db_exec(halves[i].db, "PRAGMA shrink_memory");
	while (err == LC_OK && n > 0 && c->table < LC_NTABLES) {
		err = table_compare(c, halves, s, &n);
		if (err != LC_ENOTFOUND)
			continue;
		err = LC_OK;
		c->table++;
		c->last = 0;
	}
	if (err == LC_OK && c->table == LC_NTABLES)
		err = LC_ENOTFOUND;
	if (err == LC_ENOTFOUND || err == LC_EDAMAGED)
		*c = beginning;
	return err;
}
