/* pak.c - see pak.h. */
#include "pak.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "base/error.h"
#include "log.h"

/* ---- Codes ----------------------------------------------------------- */

static const char alphabet[] = "23456789ACDEFGHJKMNPQRTVWXY";
#define NALPHABET (sizeof alphabet - 1)
#define MODULUS 29u

/* The sum of places times positions; 0 is right. */
static unsigned
check_sum(const char *code)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < LC_PAK_LEN; i++)
		sum += (i + 1) *
		       (unsigned)(strchr(alphabet, code[i]) - alphabet);
	return sum % MODULUS;
}

/* Ten random characters; bytes that would favor some are passed over. */
static bool
draw(char *code)
{
	unsigned char bytes[64];
	size_t n = 0;

	while (n < LC_PAK_LEN - 1) {
		if (RAND_bytes(bytes, sizeof bytes) != 1)
			return false;
		for (size_t i = 0; i < sizeof bytes && n < LC_PAK_LEN - 1; i++)
			if (bytes[i] < 256 / NALPHABET * NALPHABET)
				code[n++] = alphabet[bytes[i] % NALPHABET];
	}
	code[LC_PAK_LEN] = '\0';
	return true;
}

enum lc_err
lc_pak_code(char code[LC_PAK_LEN + 1])
{
	/* Two of the 29 sums have no character: then others are drawn. */
	while (draw(code)) {
		for (size_t i = 0; i < NALPHABET; i++) {
			code[LC_PAK_LEN - 1] = alphabet[i];
			if (check_sum(code) == 0)
				return LC_OK;
		}
	}
	return LC_EIO;
}

enum lc_err
lc_pak_read(
    const char *typed, char out[LC_PAK_LEN + 1], struct lc_detail *detail)
{
	char code[LC_PAK_LEN + 1] = "";
	size_t n = 0;

	for (const char *c = typed; *c != '\0'; c++) {
		char upper = (char)toupper((unsigned char)*c);

		if (*c == '-' || *c == ' ')
			continue;
		if (strchr(alphabet, upper) == NULL)
			return lc_fail(detail, LC_EINVAL,
			    "PAK \"%.40s\": typing error: PAKs have no \"%c\" "
			    "(only %s)",
			    typed, *c > ' ' && *c < 0x7f ? *c : '?', alphabet);
		if (n == LC_PAK_LEN)
			n++;
		if (n > LC_PAK_LEN)
			break;
		code[n++] = upper;
	}
	if (n != LC_PAK_LEN)
		return lc_fail(detail, LC_EINVAL,
		    "PAK \"%.40s\": typing error: a PAK has %d characters",
		    typed, LC_PAK_LEN);
	if (check_sum(code) != 0)
		return lc_fail(detail, LC_EINVAL,
		    "PAK \"%.40s\": typing error: the check character is wrong",
		    typed);
	memcpy(out, code, sizeof code);
	return LC_OK;
}

/* ---- Finding --------------------------------------------------------- */

static enum lc_err
unknown(struct lc_record *record, const char *code)
{
	return lc_fail(record->detail, LC_ENOTFOUND,
	    "PAK %s: this authority did not make it", code);
}

static enum lc_err
pak_read(struct lc_arena *arena, struct db_rows *rows, struct lc_pak *pak)
{
	pak->code = lc_arena_text(arena, db_text(rows, 0));
	pak->order = lc_arena_text(arena, db_text(rows, 1));
	pak->account = lc_arena_text(arena, db_text(rows, 2));
	pak->made = db_int(rows, 3);
	pak->stopped = lc_arena_text(arena, db_text(rows, 4));
	return pak->code != NULL && pak->order != NULL &&
		       pak->account != NULL && pak->stopped != NULL
		   ? LC_OK
		   : LC_ENOMEM;
}

/* Behind the columns of the PAK; *end becomes where the next one goes. */
static enum lc_err
line_read(struct lc_arena *arena, struct db_rows *rows,
    struct lc_pak_line ***end)
{
	struct lc_pak_line *line = lc_arena_alloc(arena, sizeof *line);

	if (line == NULL ||
	    (line->sku = lc_arena_text(arena, db_text(rows, 6))) == NULL)
		return LC_ENOMEM;
	line->n = db_int(rows, 5);
	line->revision = db_int(rows, 7);
	line->quantity = db_int(rows, 8);
	line->used = db_int(rows, 9);
	**end = line;
	*end = &line->next;
	return LC_OK;
}

/* A row for each line, in one query: one round trip to a server. */
static const char find_sql[] =
    "SELECT p.code, p.order_number, p.account, p.made, p.stopped,"
    " l.n, l.sku, l.revision, l.quantity, l.used"
    " FROM pak p JOIN pak_line l ON l.pak = p.code"
    " WHERE p.code = $1 ORDER BY l.n";

static enum lc_err
pak_look(struct lc_record *record, struct lc_arena *arena, const char *code,
    struct lc_pak **out)
{
	struct lc_pak *pak = lc_arena_alloc(arena, sizeof *pak);
	struct lc_pak_line **end;
	struct db_rows *rows = NULL;
	enum lc_err err;

	if (pak == NULL)
		return LC_ENOMEM;
	err = lc_record_first(
	    record, db_query(record->db, &rows, find_sql, "s", code), &rows);
	if (err == LC_ENOTFOUND)
		return unknown(record, code);
	if (err != LC_OK)
		return err;
	end = &pak->lines;
	err = pak_read(arena, rows, pak);
	while (err == LC_OK) {
		err = line_read(arena, rows, &end);
		if (err == LC_OK)
			err = lc_record_done(record, db_next(rows));
	}
	db_stop(rows);
	if (err != LC_ENOTFOUND)
		return err;
	*out = pak;
	return LC_OK;
}

enum lc_err
lc_pak_find(struct lc_record *record, struct lc_arena *arena, const char *code,
    struct lc_pak **out)
{
	struct lc_pak *pak = lc_kept_find(&record->kept, "pak", code, 0);
	enum lc_err err = LC_OK;

	if (pak == NULL) {
		err = pak_look(
		    record, lc_kept_arena(&record->kept, arena), code, &pak);
		if (err != LC_OK)
			return err;
		lc_kept_put(&record->kept, "pak", code, 0, pak);
		for (struct lc_pak_line *l = pak->lines; l != NULL; l = l->next)
			lc_kept_put(&record->kept, "pak_line", "", l->n, l);
	}
	*out = pak;
	return LC_OK;
}

enum lc_err
lc_pak_ahead(struct lc_record *record, const char *code)
{
	if (lc_kept_find(&record->kept, "pak", code, 0) != NULL)
		return LC_OK;
	return lc_record_done(
	    record, db_ahead(record->db, find_sql, "s", code));
}

/* ---- Writing --------------------------------------------------------- */

enum lc_err
lc_pak_put(struct lc_record *record, const char *code, const char *order,
    const char *account)
{
	struct db_rows *rows = NULL;
	int64_t is_new;
	enum lc_err err;

	err = lc_record_number(record,
	    db_query(record->db, &rows,
		"INSERT INTO pak (code, order_number, account, made, stopped)"
		" VALUES ($1, $2, $3, $4, '')"
		" ON CONFLICT (code) DO NOTHING RETURNING 1",
		"sssi", code, order, account, record->at),
	    &rows, &is_new);
	if (err == LC_OK && is_new == 0)
		return LC_EEXISTS;
	return err == LC_OK ? lc_log_row(record, "pak", code) : err;
}

enum lc_err
lc_pak_line_put(struct lc_record *record, const char *code, const char *sku,
    int64_t revision, int64_t quantity)
{
	int64_t n = record->n + 1;
	enum lc_err err;

	err = lc_record_done(record,
	    db_run(record->db,
		"INSERT INTO pak_line (n, pak, sku, revision, quantity, used)"
		" VALUES ($1, $2, $3, $4, $5, 0)",
		"issii", n, code, sku, revision, quantity));
	return err == LC_OK ? lc_log_row_n(record, "pak_line", n) : err;
}

enum lc_err
lc_pak_stop(struct lc_record *record, const char *code, const char *why)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"UPDATE pak SET stopped = $2 WHERE code = $1 RETURNING code",
		"ss", code, why),
	    &rows);
	if (err == LC_ENOTFOUND)
		return unknown(record, code);
	if (err != LC_OK)
		return err;
	db_stop(rows);
	return lc_log_row(record, "pak", code);
}

enum lc_err
lc_pak_account_put(
    struct lc_record *record, const char *code, const char *account)
{
	enum lc_err err;

	err = lc_record_done(record,
	    db_send_one(record->db,
		"UPDATE pak SET account = $2 WHERE code = $1 AND account = ''",
		"ss", code, account));
	return err == LC_OK ? lc_log_row(record, "pak", code) : err;
}

enum lc_err
lc_pak_line_use(struct lc_record *record, int64_t n, int64_t units)
{
	struct lc_pak_line *line = lc_kept_find(&record->kept, "pak_line", "", n);

	if (line != NULL) {
		line->used += units;
		record->kept.is_changed = true;
	}
	return lc_record_done(record,
	    db_send_one(record->db,
		"UPDATE pak_line SET used = used + $2 WHERE n = $1"
		" AND used + $2 <= quantity",
		"ii", n, units));
}

enum lc_err
lc_contract_sku_use(struct lc_record *record, int64_t n, int64_t units)
{
	return lc_record_done(record,
	    db_send_one(record->db,
		"UPDATE contract_sku SET used = used + $2 WHERE n = $1"
		" AND (quantity = 0 OR used + $2 <= quantity)",
		"ii", n, units));
}

/* ---- Lists ----------------------------------------------------------- */

#define PAGE 500

/* The SKUs of a PAK; the caller frees. */
static enum lc_err
skus_join(struct lc_record *record, const char *code, char **out)
{
	struct db_rows *rows = NULL;
	char *words = NULL;
	size_t size;
	FILE *file = open_memstream(&words, &size);
	const char *between = "";
	enum lc_err err;

	if (file == NULL)
		return LC_ENOMEM;
	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT sku FROM pak_line WHERE pak = $1 ORDER BY n", "s",
		code),
	    &rows);
	while (err == LC_OK) {
		fprintf(file, "%s%s", between, db_text(rows, 0));
		between = " ";
		err = lc_record_done(record, db_next(rows));
	}
	if (fclose(file) != 0)
		err = LC_ENOMEM;
	if (err != LC_ENOTFOUND) {
		free(words);
		return err;
	}
	*out = words;
	return LC_OK;
}

static enum lc_err
row_tell(struct lc_record *record, struct db_rows *rows, lc_pak_call *call,
    void *arg)
{
	char *skus = NULL;
	struct lc_pak_row row = {
		.code = db_text(rows, 0),
		.order = db_text(rows, 1),
		.account = db_text(rows, 2),
		.made = db_int(rows, 3),
		.stopped = db_text(rows, 4),
		.quantity = db_int(rows, 5),
		.used = db_int(rows, 6),
	};
	enum lc_err err = skus_join(record, row.code, &skus);

	row.skus = skus;
	if (err == LC_OK)
		err = call(arg, &row);
	free(skus);
	return err;
}

#define PAK_COLUMNS \
	"p.code, p.order_number, p.account, p.made, p.stopped," \
	" (SELECT sum(l.quantity) FROM pak_line l WHERE l.pak = p.code)," \
	" (SELECT sum(l.used) FROM pak_line l WHERE l.pak = p.code)"

/* The index of orders serves only where there is one. */
static enum db_err
page_query(struct lc_record *record, struct db_rows **rows, const char *order,
    const char *account, const char *last)
{
	if (order != NULL)
		return db_query(record->db, rows,
		    "SELECT " PAK_COLUMNS " FROM pak p WHERE p.code > $1"
		    " AND p.order_number = $2 AND p.order_number <> ''"
		    " AND (CAST($3 AS TEXT) IS NULL OR p.account = $3)"
		    " ORDER BY p.code LIMIT $4",
		    "sssi", last, order, account, (int64_t)PAGE);
	return db_query(record->db, rows,
	    "SELECT " PAK_COLUMNS " FROM pak p WHERE p.code > $1"
	    " AND (CAST($2 AS TEXT) IS NULL OR p.account = $2)"
	    " ORDER BY p.code LIMIT $3",
	    "ssi", last, account, (int64_t)PAGE);
}

/* A page of PAKs; last becomes the code where it ends. */
static enum lc_err
page_tell(struct lc_record *record, const char *order, const char *account,
    char last[LC_PAK_LEN + 1], lc_pak_call *call, void *arg)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    page_query(record, &rows, order, account, last), &rows);
	if (err != LC_OK)
		return err;
	while (err == LC_OK) {
		(void)snprintf(last, LC_PAK_LEN + 1, "%s", db_text(rows, 0));
		err = row_tell(record, rows, call, arg);
		if (err == LC_OK)
			err = lc_record_done(record, db_next(rows));
	}
	db_stop(rows);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

enum lc_err
lc_paks(struct lc_record *record, const char *order, const char *account,
    lc_pak_call *call, void *arg)
{
	char last[LC_PAK_LEN + 1] = "";
	enum lc_err err;

	while ((err = page_tell(record, order, account, last, call, arg)) ==
	       LC_OK)
		;
	return err == LC_ENOTFOUND ? LC_OK : err;
}

enum lc_err
lc_line_uses(
    struct lc_record *record, int64_t line, lc_use_call *call, void *arg)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT udi, sum(units), count(*) FROM license"
		" WHERE pak_line = $1 GROUP BY udi ORDER BY min(n)",
		"i", line),
	    &rows);
	while (err == LC_OK) {
		err = call(arg, db_text(rows, 0), db_int(rows, 1),
		    db_int(rows, 2));
		if (err == LC_OK)
			err = lc_record_done(record, db_next(rows));
		else
			db_stop(rows);
	}
	return err == LC_ENOTFOUND ? LC_OK : err;
}

enum lc_err
lc_request_gifts(
    struct lc_record *record, int64_t request, lc_gift_call *call, void *arg)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT DISTINCT udi, sku FROM license WHERE request = $1",
		"i", request),
	    &rows);
	while (err == LC_OK) {
		err = call(arg, db_text(rows, 0), db_text(rows, 1));
		if (err == LC_OK)
			err = lc_record_done(record, db_next(rows));
		else
			db_stop(rows);
	}
	return err == LC_ENOTFOUND ? LC_OK : err;
}
