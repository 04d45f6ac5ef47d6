/* sealed.c - see sealed.h. */
#include "sealed.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "base/error.h"
#include "format/key.h"

/* 16 MB and some tenths of a second for each guess. */
#define SCRYPT_N 16384
#define SCRYPT_R 8
#define SCRYPT_P 5

bool
lc_key_is_sealed(const char *pem)
{
	return strstr(pem, "-----BEGIN ENCRYPTED PRIVATE KEY-----") != NULL;
}

/* What PEM writes; NULL if memory is short. */
static X509_SIG *
seal(const struct lc_key *key, const char *passphrase)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key->pkey);
	X509_ALGOR *pbe = PKCS5_pbe2_set_scrypt(
	    EVP_aes_256_cbc(), NULL, 0, NULL, SCRYPT_N, SCRYPT_R, SCRYPT_P);
	X509_SIG *sealed = NULL;

	if (info != NULL && pbe != NULL)
		sealed = PKCS8_set0_pbe(
		    passphrase, (int)strlen(passphrase), info, pbe);
	if (sealed == NULL)
		X509_ALGOR_free(pbe);
	PKCS8_PRIV_KEY_INFO_free(info);
	return sealed;
}

enum lc_err
lc_key_seal(
    const struct lc_key *key, const char *passphrase, char **pem, size_t *len)
{
	X509_SIG *sealed = seal(key, passphrase);
	BIO *bio = BIO_new(BIO_s_mem());
	char *data = NULL, *copy = NULL;
	long size = 0;

	if (sealed != NULL && bio != NULL && PEM_write_bio_PKCS8(bio, sealed))
		size = BIO_get_mem_data(bio, &data);
	if (size > 0 && (copy = OPENSSL_malloc((size_t)size + 1)) != NULL) {
		memcpy(copy, data, (size_t)size);
		copy[size] = '\0';
		*pem = copy;
		*len = (size_t)size;
	}
	BIO_free(bio);
	X509_SIG_free(sealed);
	ERR_clear_error();
	return copy == NULL ? LC_ENOMEM : LC_OK;
}

enum lc_err
lc_key_unseal(const char *pem, size_t len, const char *passphrase,
    struct lc_key **out, struct lc_detail *detail)
{
	BIO *bio = BIO_new_mem_buf(pem, (int)len);
	X509_SIG *sealed =
	    bio == NULL ? NULL : PEM_read_bio_PKCS8(bio, NULL, NULL, NULL);
	PKCS8_PRIV_KEY_INFO *info =
	    sealed == NULL
		? NULL
		: PKCS8_decrypt(sealed, passphrase, (int)strlen(passphrase));
	EVP_PKEY *pkey = info == NULL ? NULL : EVP_PKCS82PKEY(info);
	bool is_pem = sealed != NULL;

	PKCS8_PRIV_KEY_INFO_free(info);
	X509_SIG_free(sealed);
	BIO_free(bio);
	ERR_clear_error();
	if (pkey != NULL)
		return lc_key_from_pkey(pkey, out, detail);
	if (bio == NULL)
		return LC_ENOMEM;
	return lc_fail(detail, LC_ETRUST,
	    is_pem ? "wrong passphrase" : "no private key in PEM");
}
