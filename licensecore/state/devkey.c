/* devkey.c - see devkey.h. */
#include "devkey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>
#include <unistd.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>

#include "base/disk.h"
#include "base/error.h"
#include "format/key.h"
#include "format/keyfile.h"

struct lc_devkey {
	struct lc_key *key;
	bool kept, single;
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

bool
lc_devkey_is_kept(const struct lc_devkey *devkey)
{
	return devkey->kept;
}

enum lc_err
lc_devkey_new(struct lc_devkey **out)
{
	struct lc_devkey *devkey = calloc(1, sizeof *devkey);
	enum lc_err err = LC_ENOMEM;

	if (devkey != NULL)
		err = lc_key_generate(LC_ED25519, &devkey->key);
	if (err == LC_OK)
		*out = devkey;
	else
		lc_devkey_free(devkey);
	return err;
}

/* ---- The key and its twin -------------------------------------------- */

/* A file that holds no key; that others may read one is another matter. */
struct half {
	char *path;
	struct lc_key *key;
	enum lc_err err;
	struct lc_detail why;
};

/* The file is as it should be, but for what is in it. */
static enum lc_err
damage_judge(const struct half *h)
{
	struct stat st;

	if (h->err != LC_ETRUST && h->err != LC_EIO)
		return h->err;
	if (stat(h->path, &st) != 0)
		return h->err;
	if (!S_ISREG(st.st_mode))
		return LC_EDAMAGED;
	return (st.st_uid == 0 || st.st_uid == geteuid()) &&
	    (st.st_mode & (S_IRWXG | S_IRWXO)) == 0 &&
	    (h->err == LC_ETRUST || st.st_size > LC_JWK_MAX) ?
	    LC_EDAMAGED : h->err;
}

static char *
twin_path(const char *path)
{
	const char *point = strrchr(path, '.');
	size_t len = point != NULL ? (size_t)(point - path) : strlen(path);
	char *twin;

	return asprintf(&twin, "%.*s-twin%s", (int)len, path,
	    path + len) < 0 ? NULL : twin;
}

static void
half_free(struct half *h)
{
	lc_key_free(h->key);
	free(h->path);
}

/* Makes the file again; what is in it is kept for people to look at. */
static enum lc_err
half_make(struct half *h, const struct lc_key *key, const char *aside)
{
	enum lc_err err;
	char *to;

	if (asprintf(&to, "%s%s", h->path, aside) < 0)
		return LC_ENOMEM;
	err = lc_disk_set_aside(h->path, to, &h->why);
	free(to);
	return err != LC_OK ? err : lc_keyfile_save(h->path, key, &h->why);
}

/* Neither holds one: the device is new, or nobody knows it any more. */
static enum lc_err
halves_make(struct half h[2], const char *aside)
{
	enum lc_err err = lc_key_generate(LC_ED25519, &h[0].key);

	lc_unfail(&h[0].why);
	if (err == LC_OK && (err = half_make(&h[0], h[0].key, aside)) != LC_OK) {
		lc_key_free(h[0].key);
		h[0].key = NULL;
	}
	return err;
}

/* Whom to ask which of two keys is the device's. */
struct judge {
	bool (*fits)(void *arg, const struct lc_devkey *);
	void *arg;
};

static bool
is_fit(const struct half *h, const struct judge *judge)
{
	const struct lc_devkey devkey = { .key = h->key };

	return judge->fits != NULL && judge->fits(judge->arg, &devkey);
}

/* A bit of a key makes another one: only one of them is the device's. */
static void
halves_judge(struct half h[2], const struct judge *judge)
{
	struct half *wrong = &h[1];

	if (h[0].err != LC_OK || h[1].err != LC_OK ||
	    strcmp(h[0].key->kid, h[1].key->kid) == 0)
		return;
	if (!is_fit(&h[0], judge) && is_fit(&h[1], judge))
		wrong = &h[0];
	lc_key_free(wrong->key);
	wrong->key = NULL;
	wrong->err = lc_fail(&wrong->why, LC_EDAMAGED,
	    "private key %s: not the one of this state", wrong->path);
}

static void
halves_load(struct half h[2], const struct judge *judge,
    struct lc_detail *why)
{
	for (int i = 0; i < 2; i++) {
		h[i].err = lc_keyfile_load(h[i].path, &h[i].key, &h[i].why);
		h[i].err = damage_judge(&h[i]);
	}
	halves_judge(h, judge);
	for (int i = 0; i < 2; i++) {
		if (h[i].err == LC_EDAMAGED || h[i].err == LC_ETRUST)
			*why = h[i].why;
	}
}

static enum lc_err
halves_open(struct half h[2], const char *aside, const struct judge *judge,
    bool *made, struct lc_detail *why)
{
	enum lc_err err = LC_OK;
	int good;

	halves_load(h, judge, why);
	if (h[0].err == LC_ENOMEM || h[1].err == LC_ENOMEM)
		return LC_ENOMEM;
	/* It holds the same key, which somebody may know. */
	if (h[0].err == LC_ETRUST || h[1].err == LC_ETRUST)
		return LC_ETRUST;
	good = h[0].err == LC_OK ? 0 : 1;
	if (h[good].err != LC_OK) {
		for (int i = 0; i < 2; i++) {
			if (h[i].err == LC_EIO) {
				*why = h[i].why;
				return LC_EIO;
			}
		}
		*made = true;
		good = 0;
		if ((h[0].err = halves_make(h, aside)) != LC_OK) {
			*why = h[0].why;
			return h[0].err;
		}
	}
	/* Without the other one it goes as well. */
	if (h[1 - good].err == LC_EDAMAGED ||
	    (h[1 - good].err == LC_ENOTFOUND && good == 1))
		err = half_make(&h[1 - good], h[good].key, aside);
	return err == LC_ENOMEM ? err : LC_OK;
}

enum lc_err
lc_devkey_open(const char *path, const char *aside,
    bool (*fits)(void *arg, const struct lc_devkey *), void *arg,
    struct lc_devkey **out, bool *made, struct lc_detail *why)
{
	const struct judge judge = { fits, arg };
	struct lc_devkey *devkey = calloc(1, sizeof *devkey);
	struct half h[2] = { { .path = strdup(path) },
		{ .path = twin_path(path) } };
	struct lc_detail none = { "" };
	enum lc_err err = LC_ENOMEM;

	*made = false;
	if (devkey != NULL && h[0].path != NULL && h[1].path != NULL)
		err = halves_open(h, aside, &judge, made,
		    why != NULL ? why : &none);
	if (err == LC_OK) {
		struct half *from = &h[h[0].key != NULL ? 0 : 1];

		devkey->key = from->key;
		devkey->kept = true;
		devkey->single = h[1].err == LC_ENOTFOUND;
		from->key = NULL;
		*out = devkey;
		devkey = NULL; /* the caller's now */
	}
	half_free(&h[0]);
	half_free(&h[1]);
	lc_devkey_free(devkey);
	return err;
}

bool
lc_devkey_is_single(const struct lc_devkey *devkey)
{
	return devkey->single;
}

enum lc_err
lc_devkey_double(struct lc_devkey *devkey, const char *path)
{
	enum lc_err err = LC_ENOMEM;
	char *twin;

	if (!devkey->single)
		return LC_OK;
	if ((twin = twin_path(path)) != NULL) {
		(void)unlink(twin);	/* a link that leads nowhere */
		err = lc_keyfile_save(twin, devkey->key, NULL);
	}
	devkey->single = err != LC_OK;
	free(twin);
	return err;
}

/* ---- Keys derived from it -------------------------------------------- */

/* RFC 5869; the salt only sets these keys apart from others' derivations. */
static bool
hkdf(uint8_t secret[LC_KEY_SECRET_LEN], const char *label,
    uint8_t out[LC_MAC_KEY_LEN])
{
	char digest[] = "SHA256", salt[] = "licagent device key";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
		    OSSL_KDF_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_octet_string(
		    OSSL_KDF_PARAM_KEY, secret, LC_KEY_SECRET_LEN),
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
	uint8_t secret[LC_KEY_SECRET_LEN];
	enum lc_err err = lc_key_secret(devkey->key, secret);

	if (err == LC_OK && !hkdf(secret, label, out))
		err = LC_ENOMEM;
	OPENSSL_cleanse(secret, sizeof secret);
	return err;
}
