/* keyfile.c - see keyfile.h. */
#include "keyfile.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/disk.h"
#include "base/error.h"

static enum lc_err
judge(const char *path, const struct stat *st, struct lc_detail *detail)
{
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return lc_fail(detail, LC_ETRUST,
		    "private key %s: owned by user %ld, not by user %ld",
		    path, (long)st->st_uid, (long)geteuid());
	if ((st->st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return lc_fail(detail, LC_ETRUST,
		    "private key %s: mode %04o lets others read it (chmod "
		    "600, or replace the key)",
		    path, (unsigned)st->st_mode & 07777);
	return LC_OK;
}

static enum lc_err
parse(const char *path, const char *pem, size_t len, struct lc_key **out,
    struct lc_detail *detail)
{
	struct lc_detail why = { "" };
	enum lc_err err = lc_key_from_pem(pem, len, out, &why);

	if (err == LC_ETRUST)
		return lc_fail(
		    detail, err, "private key %s: %s", path, why.text);
	return err;
}

enum lc_err
lc_keyfile_read(
    const char *path, char **out, size_t *len, struct lc_detail *detail)
{
	char *pem = NULL;
	struct stat st;
	enum lc_err err;

	if ((err = lc_disk_read(path, LC_JWK_MAX, &pem, len, &st, detail)) !=
	    LC_OK)
		return err;
	if ((err = judge(path, &st, detail)) != LC_OK) {
		OPENSSL_cleanse(pem, *len);
		free(pem);
		return err;
	}
	*out = pem;
	return LC_OK;
}

enum lc_err
lc_keyfile_load(const char *path, struct lc_key **out, struct lc_detail *detail)
{
	char *pem = NULL;
	size_t len = 0;
	enum lc_err err = lc_keyfile_read(path, &pem, &len, detail);

	if (err != LC_OK)
		return err;
	err = parse(path, pem, len, out, detail);
	OPENSSL_cleanse(pem, len);
	free(pem);
	return err;
}

enum lc_err
lc_keyfile_save(
    const char *path, const struct lc_key *key, struct lc_detail *detail)
{
	char *pem = NULL;
	size_t len = 0;
	enum lc_err err = lc_key_to_pem(key, &pem, &len);

	if (err == LC_OK)
		err = lc_disk_write(path, pem, len, 0600, false, detail);
	OPENSSL_clear_free(pem, len);
	return err;
}
