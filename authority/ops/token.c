/* token.c - see token.h. */
#include "token.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/text.h"
#include "record/authority.h"
#include "record/log.h"

#define PREFIX "lt_"
#define SECRET 32 /* bytes */

/* ---- Roles ----------------------------------------------------------- */

static const char *const role_names[LC_NROLES] = {
	[LC_ROLE_NONE] = "none",
	[LC_ROLE_VIEWER] = "viewer",
	[LC_ROLE_MEMBER] = "member",
	[LC_ROLE_ACCOUNT_ADMIN] = "account-admin",
	[LC_ROLE_CATALOG] = "catalog",
	[LC_ROLE_PAK_DESK] = "pak-desk",
	[LC_ROLE_SUPPORT] = "support",
	[LC_ROLE_FACTORY] = "factory",
	[LC_ROLE_AUDITOR] = "auditor",
	[LC_ROLE_ADMIN] = "admin",
};

const char *
lc_role_name(enum lc_role role)
{
	return role_names[role];
}

bool
lc_role_from_name(const char *name, enum lc_role *role)
{
	for (int i = LC_ROLE_VIEWER; i < LC_NROLES; i++) {
		if (strcmp(role_names[i], name) == 0) {
			*role = (enum lc_role)i;
			return true;
		}
	}
	return false;
}

bool
lc_role_is_staff(enum lc_role role)
{
	return role >= LC_ROLE_CATALOG;
}

/* ---- Secrets --------------------------------------------------------- */

static enum lc_err
token_make(char token[LC_TOKEN_LEN + 1])
{
	uint8_t secret[SECRET];

	if (RAND_bytes(secret, sizeof secret) != 1)
		return LC_EIO;
	memcpy(token, PREFIX, sizeof PREFIX - 1);
	lc_b64_encode(secret, sizeof secret, token + sizeof PREFIX - 1);
	OPENSSL_cleanse(secret, sizeof secret);
	return LC_OK;
}

/* SHA-256 in base64url: of 256 random bits, so that it needs no salt. */
static enum lc_err
digest_of(const char *token, char digest[LC_DIGEST_LEN + 1])
{
	uint8_t bytes[32];

	if (EVP_Digest(token, strlen(token), bytes, NULL, EVP_sha256(), NULL) !=
	    1)
		return LC_ENOMEM;
	lc_b64_encode(bytes, sizeof bytes, digest);
	return LC_OK;
}

/* ---- Changing -------------------------------------------------------- */

static enum lc_err
token_check(struct lc_record *record, const struct lc_token *token)
{
	struct db_rows *rows = NULL;
	size_t len = strlen(token->name);
	int64_t found;
	enum lc_err err;

	if (len == 0 || !lc_text_is_id(token->name))
		return lc_fail(record->detail, LC_EINVAL,
		    "invalid name of a token \"%s\" (letters, digits and . _ "
		    ": -)",
		    token->name);
	if (lc_role_is_staff(token->role))
		return token->account[0] == '\0'
			   ? LC_OK
			   : lc_fail(record->detail, LC_EINVAL,
				 "the role %s is of the staff, not of an "
				 "account",
				 lc_role_name(token->role));
	if (token->account[0] == '\0')
		return lc_fail(record->detail, LC_EINVAL,
		    "the role %s needs an account",
		    lc_role_name(token->role));
	err = lc_record_number(record,
	    db_query(record->db, &rows,
		"SELECT count(*) FROM account WHERE name = $1", "s",
		token->account),
	    &rows, &found);
	if (err == LC_OK && found == 0)
		return lc_fail(record->detail, LC_ENOTFOUND,
		    "no account \"%s\"", token->account);
	return err;
}

static enum lc_err
row_put(struct lc_record *record, const struct lc_token *token,
    const char *digest)
{
	struct db_rows *rows = NULL;
	char expires[24];
	int64_t is_new;
	enum lc_err err;

	(void)snprintf(
	    expires, sizeof expires, "%lld", (long long)token->expires);
	err = lc_record_number(record,
	    db_query(record->db, &rows,
		"INSERT INTO token (name, digest, account, role, made, expires,"
		" stopped) VALUES ($1, $2, $3, $4, $5, $6, 0)"
		" ON CONFLICT (name) DO NOTHING RETURNING 1",
		"ssssis", token->name, digest, token->account,
		lc_role_name(token->role), record->at,
		token->expires != LC_NO_TIME ? expires : NULL),
	    &rows, &is_new);
	if (err != LC_OK)
		return err;
	if (is_new == 0)
		return lc_fail(record->detail, LC_EEXISTS,
		    "there is already a token \"%s\"", token->name);
	return lc_log_row(record, "token", token->name);
}

enum lc_err
lc_token_put(const struct lc_authority *authority,
    const struct lc_token *token, char text[LC_TOKEN_LEN + 1])
{
	char digest[LC_DIGEST_LEN + 1];
	enum lc_err err;

	if ((err = token_check(authority->record, token)) != LC_OK ||
	    (err = token_make(text)) != LC_OK ||
	    (err = digest_of(text, digest)) != LC_OK)
		return err;
	return row_put(authority->record, token, digest);
}

enum lc_err
lc_token_create(const struct lc_authority *authority,
    const struct lc_token *token, char text[LC_TOKEN_LEN + 1],
    struct lc_detail *detail)
{
	enum lc_err err = lc_authority_begin(authority, detail);

	if (err != LC_OK)
		return err;
	return lc_authority_end(
	    authority, lc_token_put(authority, token, text));
}

enum lc_err
lc_token_end(const struct lc_authority *authority, const char *name,
    const char *account)
{
	struct lc_record *record = authority->record;
	struct db_rows *rows = NULL;
	int64_t found;
	enum lc_err err;

	err = lc_record_number(record,
	    db_query(record->db, &rows,
		"UPDATE token SET stopped = 1 WHERE name = $1"
		" AND (CAST($2 AS TEXT) IS NULL OR account = $2) RETURNING 1",
		"ss", name, account),
	    &rows, &found);
	if (err == LC_OK && found == 0)
		return lc_fail(
		    record->detail, LC_ENOTFOUND, "no token \"%s\"", name);
	return err == LC_OK ? lc_log_row(record, "token", name) : err;
}

enum lc_err
lc_token_stop(const struct lc_authority *authority, const char *name,
    struct lc_detail *detail)
{
	enum lc_err err = lc_authority_begin(authority, detail);

	if (err != LC_OK)
		return err;
	return lc_authority_end(
	    authority, lc_token_end(authority, name, NULL));
}

/* ---- Reading --------------------------------------------------------- */

/* name, account, role, expires, stopped */
static void
token_read(struct db_rows *rows, struct lc_token *token)
{
	memset(token, 0, sizeof *token);
	(void)snprintf(
	    token->name, sizeof token->name, "%s", db_text(rows, 0));
	(void)snprintf(
	    token->account, sizeof token->account, "%s", db_text(rows, 1));
	if (!lc_role_from_name(db_text(rows, 2), &token->role))
		token->role = LC_ROLE_NONE;
	token->expires =
	    db_is_null(rows, 3) ? LC_NO_TIME : db_int(rows, 3);
	token->stopped = db_int(rows, 4) != 0;
}

enum lc_err
lc_tokens(const struct lc_authority *authority,
    void (*call)(void *arg, const struct lc_token *), void *arg,
    struct lc_detail *detail)
{
	struct lc_record *record = authority->record;
	struct db_rows *rows = NULL;
	struct lc_token token;
	enum lc_err err;

	lc_record_tell(record, detail);
	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT name, account, role, expires, stopped FROM token"
		" ORDER BY name",
		""),
	    &rows);
	while (err == LC_OK) {
		token_read(rows, &token);
		call(arg, &token);
		err = lc_record_done(record, db_next(rows));
	}
	return err == LC_ENOTFOUND ? LC_OK : err;
}

enum lc_err
lc_token_find(struct lc_record *record, const char *text, int64_t now,
    struct lc_token *token, struct lc_detail *detail)
{
	char digest[LC_DIGEST_LEN + 1];
	struct db_rows *rows = NULL;
	enum lc_err err;

	lc_record_tell(record, detail);
	if ((err = digest_of(text, digest)) != LC_OK)
		return err;
	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT name, account, role, expires, stopped FROM token"
		" WHERE digest = $1",
		"s", digest),
	    &rows);
	if (err != LC_OK)
		return err == LC_ENOTFOUND
			   ? lc_fail(detail, err, "unknown token")
			   : err;
	token_read(rows, token);
	db_stop(rows);
	if (token->stopped)
		return lc_fail(detail, LC_EREVOKED, "token %s was stopped",
		    token->name);
	if (token->expires != LC_NO_TIME && now >= token->expires)
		return lc_fail(detail, LC_EEXPIRED, "token %s has expired",
		    token->name);
	return LC_OK;
}
