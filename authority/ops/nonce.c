/* nonce.c - see nonce.h. */
#include "nonce.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/b64.h"
#include "base/error.h"
#include "record/nonce.h"
#include "record/record.h"

/* 8 bytes of time, the highest first, random bytes, and the HMAC. */
#define TIME 8
#define RANDOM 16
#define MAC 16
#define BYTES (TIME + RANDOM + MAC)
_Static_assert(LC_B64_LEN(BYTES) == LC_NONCE_LEN, "the length of a nonce");

/* Before what is signed: the secret makes nothing else. */
#define PURPOSE "call home nonce"

static enum lc_err
mac_make(struct lc_record *record, const uint8_t bytes[BYTES],
    uint8_t mac[MAC])
{
	uint8_t secret[LC_NONCE_SECRET], whole[EVP_MAX_MD_SIZE];
	uint8_t text[sizeof PURPOSE + TIME + RANDOM] = PURPOSE;
	bool good;
	enum lc_err err = lc_nonce_secret(record, secret);

	if (err != LC_OK)
		return err;
	memcpy(text + sizeof PURPOSE, bytes, TIME + RANDOM);
	good = HMAC(EVP_sha256(), secret, sizeof secret, text, sizeof text,
		   whole, NULL) != NULL;
	OPENSSL_cleanse(secret, sizeof secret);
	if (!good)
		return LC_ENOMEM;
	memcpy(mac, whole, MAC);
	return LC_OK;
}

enum lc_err
lc_nonce_new(struct lc_record *record, int64_t now,
    char nonce[LC_NONCE_LEN + 1], int64_t *expires)
{
	uint8_t bytes[BYTES];
	enum lc_err err;

	for (int i = 0; i < TIME; i++)
		bytes[i] = (uint8_t)((uint64_t)now >> (8 * (TIME - 1 - i)));
	if (RAND_bytes(bytes + TIME, RANDOM) != 1)
		return LC_EIO;
	if ((err = mac_make(record, bytes, bytes + TIME + RANDOM)) != LC_OK)
		return err;
	lc_b64_encode(bytes, sizeof bytes, nonce);
	*expires = now + LC_NONCE_S;
	return LC_OK;
}

static enum lc_err
foreign(struct lc_record *record, const char **kind)
{
	*kind = "nonce-foreign";
	return lc_fail(record->detail, LC_EINVAL,
	    "the nonce is not of this portal: ask for another one");
}

enum lc_err
lc_nonce_take(struct lc_record *record, const char *nonce, const char **kind)
{
	uint8_t bytes[BYTES], mac[MAC];
	uint64_t made = 0;
	int64_t expires;
	enum lc_err err;

	if (strlen(nonce) != LC_NONCE_LEN ||
	    !lc_b64_decode(nonce, LC_NONCE_LEN, bytes))
		return foreign(record, kind);
	if ((err = mac_make(record, bytes, mac)) != LC_OK)
		return err;
	if (CRYPTO_memcmp(mac, bytes + TIME + RANDOM, MAC) != 0)
		return foreign(record, kind);
	for (int i = 0; i < TIME; i++)
		made = made << 8 | bytes[i];
	expires = (int64_t)made + LC_NONCE_S;
	if (record->at > expires) {
		*kind = "nonce-over";
		return lc_fail(record->detail, LC_EINVAL,
		    "the nonce is over, it held %d seconds: ask for another "
		    "one",
		    LC_NONCE_S);
	}
	err = lc_nonce_use(record, nonce, expires);
	if (err != LC_EEXISTS)
		return err;
	*kind = "nonce-used";
	return lc_fail(record->detail, LC_EINVAL,
	    "the nonce was used before: ask for another one");
}
