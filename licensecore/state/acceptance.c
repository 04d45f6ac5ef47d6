/* acceptance.c - which agreements were accepted, and their texts. */
#include "acceptance.h"

#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "seal.h"
#include "sealed.h"

static enum lc_err
acceptance_judge(const struct lc_state *st, const char *udi, const char *id,
    struct lc_rows *rows)
{
	struct lc_seal seal;
	const void *bytes;
	enum lc_err err;
	size_t len;

	err = lc_sealed_acceptance(st, udi, id, lc_db_int(rows, 0),
	    lc_db_text(rows, 1), &seal);
	bytes = lc_db_blob(rows, 2, &len);
	return err == LC_OK && !lc_seal_equal(&seal, bytes, len) ?
	    LC_EDAMAGED : err;
}

enum lc_err
lc_acceptance_load(struct lc_state *st, const char *udi, const char *id,
    bool *accepted)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(st->db, &rows, "SELECT at, by, mac FROM acceptance"
	    " WHERE udi = ? AND id = ?", "ss", udi, id);
	if (err == LC_OK && (err = lc_db_next(st->db, rows)) == LC_OK) {
		err = acceptance_judge(st, udi, id, rows);
		lc_db_stop(rows);
	}
	*accepted = err == LC_OK;
	if (err == LC_EDAMAGED)
		lc_notice(st->host, err, "license %s: the acceptance of its"
		    " agreement was altered, and does not count", id);
	return err == LC_ENOTFOUND || err == LC_EDAMAGED ? LC_OK : err;
}

enum lc_err
lc_acceptance_add(struct lc_state *st, const char *udi, const char *id,
    const char *by)
{
	int64_t at = lc_now(st);
	struct lc_seal seal;
	enum lc_err err = lc_sealed_acceptance(st, udi, id, at, by, &seal);

	/* One that does not count is replaced. */
	return err != LC_OK ? err : lc_db_run(st->db, "INSERT OR REPLACE INTO"
	    " acceptance (udi, id, at, by, mac) VALUES (?, ?, ?, ?, ?)",
	    "ssisb", udi, id, at, by, (const void *)seal.bytes,
	    sizeof seal.bytes);
}

enum lc_err
lc_acceptance_remove(struct lc_state *st, const char *udi, const char *id)
{
	return lc_db_run(st->db,
	    "DELETE FROM acceptance WHERE udi = ? AND id = ?", "ss", udi, id);
}

enum lc_err
lc_agreement_is_known(struct lc_state *st, const char *digest, bool *known)
{
	int64_t one;
	enum lc_err err = lc_db_get_int(st->db, &one, "SELECT 1 FROM agreement"
	    " WHERE digest = ?", "s", digest);

	*known = err == LC_OK;
	return err == LC_ENOTFOUND ? LC_OK : err;
}

enum lc_err
lc_agreement_add(struct lc_state *st, const struct lc_file_eula *eula)
{
	return lc_db_run(st->db, "INSERT INTO agreement (digest, text)"
	    " VALUES (?, ?) ON CONFLICT (digest) DO NOTHING", "sx",
	    eula->digest, eula->text, eula->len);
}

enum lc_err
lc_agreement_text(struct lc_state *st, const char *digest, char **out)
{
	char found[LC_EULA_DIGEST_LEN + 1], *text;
	enum lc_err err;

	err = lc_db_get_text(st->db, &text,
	    "SELECT text FROM agreement WHERE digest = ?", "s", digest);
	if (err != LC_OK)
		return err;
	err = lc_eula_digest(text, strlen(text), found);
	if (err == LC_OK && strcmp(found, digest) != 0)
		err = LC_EDAMAGED;
	if (err == LC_OK)
		*out = text;
	else
		free(text);
	return err;
}
