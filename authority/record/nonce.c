/* nonce.c - see nonce.h. */
#include "nonce.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "base/error.h"

enum lc_err
lc_nonce_secret(struct lc_record *record, uint8_t secret[LC_NONCE_SECRET])
{
	struct db_rows *rows = NULL;
	const void *bytes;
	size_t len = 0;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT secret FROM nonce_secret WHERE one = 1", ""),
	    &rows);
	if (err == LC_OK) {
		bytes = db_blob(rows, 0, &len);
		if (len == LC_NONCE_SECRET)
			memcpy(secret, bytes, len);
		db_stop(rows);
	}
	if (err == LC_ENOTFOUND || (err == LC_OK && len != LC_NONCE_SECRET))
		return lc_fail(record->detail, LC_EDAMAGED,
		    "database: the secret of nonces is missing; \"licissue "
		    "upgrade\" makes it");
	return err;
}

enum lc_err
lc_nonce_secret_make(struct lc_record *record)
{
	uint8_t secret[LC_NONCE_SECRET];
	enum lc_err err;

	if (RAND_bytes(secret, sizeof secret) != 1)
		return LC_EIO;
	err = lc_record_done(record,
	    db_run(record->db,
		"INSERT INTO nonce_secret (one, secret) VALUES (1, $1)"
		" ON CONFLICT (one) DO NOTHING",
		"b", secret, sizeof secret));
	OPENSSL_cleanse(secret, sizeof secret);
	return err;
}

enum lc_err
lc_nonce_use(struct lc_record *record, const char *nonce, int64_t expires)
{
	struct db_rows *rows = NULL;
	int64_t is_new;
	enum lc_err err;

	err = lc_record_done(record,
	    db_send(record->db, "DELETE FROM nonce WHERE expires < $1", "i",
		record->at));
	if (err == LC_OK)
		err = lc_record_number(record,
		    db_query(record->db, &rows,
			"INSERT INTO nonce (nonce, expires) VALUES ($1, $2)"
			" ON CONFLICT (nonce) DO NOTHING RETURNING 1",
			"si", nonce, expires),
		    &rows, &is_new);
	if (err != LC_OK)
		return err;
	return is_new == 1 ? LC_OK : LC_EEXISTS;
}
