/* devkey.c - see devkey.h. */
#include "devkey.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>

#include "base/error.h"
#include "format/key.h"
#include "format/keyfile.h"

#define SECRET_LEN 32

struct lc_devkey {
	struct lc_key *key;
};

void
lc_devkey_free(struct lc_devkey *devkey)
{
	if (devkey == NULL)
		return;
	lc_key_free(devkey->key);
	free(devkey);
}

const struct lc_key *
lc_devkey_key(const struct lc_devkey *devkey)
{
	return devkey->key;
}

/* ---- The file -------------------------------------------------------- */

/* LC_ENOTFOUND: there is no such file. */
static enum lc_err
key_load(const char *path, struct lc_key **out, struct lc_detail *detail)
{
	struct lc_key *key = NULL;
	enum lc_err err = lc_keyfile_load(path, &key, detail);

	if (err == LC_OK && key->alg != LC_ED25519) {
		err = lc_fail(detail, LC_ETRUST,
		    "the device's key %s is not Ed25519", path);
		lc_key_free(key);
	}
	if (err == LC_OK)
		*out = key;
	return err;
}

static enum lc_err
key_make(const char *path, struct lc_key **out, struct lc_detail *detail)
{
	struct lc_key *key = NULL;
	enum lc_err err = lc_key_generate(LC_ED25519, &key);

	if (err == LC_OK)
		err = lc_keyfile_save(path, key, detail);
	if (err == LC_OK)
		*out = key;
	else
		lc_key_free(key);
	return err == LC_EEXISTS ? LC_EIO : err;
}

enum lc_err
lc_devkey_open(
    const char *path, struct lc_devkey **out, struct lc_detail *detail)
{
	struct lc_devkey *devkey = calloc(1, sizeof *devkey);
	enum lc_err err = LC_ENOMEM;

	if (devkey == NULL)
		return err;
	err = key_load(path, &devkey->key, detail);
	if (err == LC_ENOTFOUND)
		err = key_make(path, &devkey->key, detail);
	if (err == LC_OK) {
		*out = devkey;
		devkey = NULL; /* the caller's now */
	}
	lc_devkey_free(devkey);
	return err;
}

/* ---- Keys derived from it -------------------------------------------- */

/* RFC 5869; the salt only sets these keys apart from others' derivations. */
static bool
hkdf(uint8_t secret[SECRET_LEN], const char *label, uint8_t out[LC_MAC_KEY_LEN])
{
	char digest[] = "SHA256", salt[] = "licagent device key";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
		    OSSL_KDF_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_octet_string(
		    OSSL_KDF_PARAM_KEY, secret, SECRET_LEN),
		OSSL_PARAM_construct_octet_string(
		    OSSL_KDF_PARAM_SALT, salt, sizeof salt - 1),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO,
		    (void *)(uintptr_t)label, strlen(label)),
		OSSL_PARAM_construct_end(),
	};
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
	bool ok = ctx != NULL &&
		  EVP_KDF_derive(ctx, out, LC_MAC_KEY_LEN, params) == 1;

	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return ok;
}

enum lc_err
lc_devkey_mac_key(const struct lc_devkey *devkey, const char *label,
    uint8_t out[LC_MAC_KEY_LEN])
{
	uint8_t secret[SECRET_LEN];
	size_t len = sizeof secret;
	bool ok = EVP_PKEY_get_raw_private_key(
		      devkey->key->pkey, secret, &len) == 1 &&
		  hkdf(secret, label, out);

	OPENSSL_cleanse(secret, sizeof secret);
	return ok ? LC_OK : LC_ENOMEM;
}
