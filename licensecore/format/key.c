/*
 * key.c - see key.h.
 *
 * Uses OpenSSL's one-shot calls, and adds the JOSE form of keys and of ECDSA
 * signatures, which are r and s instead of DER.
 */
#include "key.h"

#include <stdio.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

#define COORD_LEN 32
#define COORD_B64 LC_B64_LEN(COORD_LEN)
#define DER_MAX 72 /* an ECDSA-Sig-Value on P-256 */

/* The public half: x alone for Ed25519. */
struct coords {
	uint8_t xy[2 * COORD_LEN];
};

static const struct alg {
	const char *name, *kty, *crv;
	bool has_y;
} algs[] = {
	[LC_ED25519] = { "EdDSA", "OKP", "Ed25519", false },
	[LC_ES256] = { "ES256", "EC", "P-256", true },
};
#define NALGS (sizeof algs / sizeof algs[0])

const char *
lc_alg_name(enum lc_alg alg)
{
	return algs[alg].name;
}

bool
lc_alg_from_name(const char *name, enum lc_alg *alg)
{
	for (size_t i = 0; i < NALGS; i++) {
		if (strcmp(algs[i].name, name) == 0) {
			*alg = (enum lc_alg)i;
			return true;
		}
	}
	return false;
}

/* ---- OpenSSL's keys -------------------------------------------------- */

static bool
bn_coord(const EVP_PKEY *pkey, const char *param, uint8_t out[COORD_LEN])
{
	BIGNUM *bn = NULL;
	bool ok = EVP_PKEY_get_bn_param(pkey, param, &bn) == 1 &&
		  BN_bn2binpad(bn, out, COORD_LEN) == COORD_LEN;

	BN_free(bn);
	return ok;
}

/* The public half, by way of its DER: what a token holds gives only that. */
static EVP_PKEY *
public_half(const EVP_PKEY *pkey)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(pkey, &der);
	const unsigned char *at = der;
	EVP_PKEY *half = len > 0 ? d2i_PUBKEY(NULL, &at, len) : NULL;

	OPENSSL_free(der);
	return half;
}

static bool
coords_get(const struct lc_key *key, struct coords *out)
{
	size_t len = COORD_LEN;
	EVP_PKEY *half;
	bool ok;

	if (key->alg == LC_ED25519)
		return EVP_PKEY_get_raw_public_key(key->pkey, out->xy, &len) ==
		       1;
	half = public_half(key->pkey);
	ok = half != NULL && bn_coord(half, OSSL_PKEY_PARAM_EC_PUB_X, out->xy) &&
	     bn_coord(half, OSSL_PKEY_PARAM_EC_PUB_Y, out->xy + COORD_LEN);
	EVP_PKEY_free(half);
	return ok;
}

/* NULL: not a point of the curve. */
static EVP_PKEY *
ec_public(const struct coords *coords)
{
	uint8_t point[1 + sizeof coords->xy] = {
		POINT_CONVERSION_UNCOMPRESSED
	};
	char group[] = "P-256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
		    OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(
		    OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *pkey = NULL;

	memcpy(point + 1, coords->xy, sizeof coords->xy);
	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		ERR_clear_error();
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static EVP_PKEY *
public_from_coords(enum lc_alg alg, const struct coords *coords)
{
	if (alg == LC_ES256)
		return ec_public(coords);
	return EVP_PKEY_new_raw_public_key(
	    EVP_PKEY_ED25519, NULL, coords->xy, COORD_LEN);
}

/* The algorithm; false: not supported. */
static bool
alg_of(const EVP_PKEY *pkey, enum lc_alg *alg)
{
	char group[32];

	if (EVP_PKEY_is_a(pkey, "ED25519")) {
		*alg = LC_ED25519;
		return true;
	}
	*alg = LC_ES256;
	return EVP_PKEY_is_a(pkey, "EC") &&
	       EVP_PKEY_get_group_name(pkey, group, sizeof group, NULL) == 1 &&
	       strcmp(group, "prime256v1") == 0;
}

/* ---- Identity -------------------------------------------------------- */

/*
 * RFC 7638: the members that define the key, by name, without blanks.  With
 * tail, the members of a whole JWK follow.
 */
static int
jwk_text(char *text, size_t size, enum lc_alg alg, const struct coords *coords)
{
	char x[COORD_B64 + 1], y[COORD_B64 + 1];
	const struct alg *a = &algs[alg];

	lc_b64_encode(coords->xy, COORD_LEN, x);
	lc_b64_encode(coords->xy + COORD_LEN, COORD_LEN, y);
	if (!a->has_y)
		return snprintf(text, size,
		    "{\"crv\":\"%s\",\"kty\":\"%s\",\"x\":\"%s\"}", a->crv,
		    a->kty, x);
	return snprintf(text, size,
	    "{\"crv\":\"%s\",\"kty\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"}", a->crv,
	    a->kty, x, y);
}

static bool
kid_set(struct lc_key *key)
{
	uint8_t digest[32];
	struct coords coords;
	char text[256];
	int len;

	if (!coords_get(key, &coords))
		return false;
	len = jwk_text(text, sizeof text, key->alg, &coords);
	if (EVP_Digest(text, (size_t)len, digest, NULL, EVP_sha256(), NULL) !=
	    1)
		return false;
	lc_b64_encode(digest, sizeof digest, key->kid);
	return true;
}

/* Takes pkey over, also on failure. */
static enum lc_err
key_new(EVP_PKEY *pkey, enum lc_alg alg, struct lc_key **out)
{
	struct lc_key *key = calloc(1, sizeof *key);

	if (key == NULL || pkey == NULL)
		goto fail;
	*key = (struct lc_key){
		.alg = alg,
		.pkey = pkey,
		.not_before = LC_NO_TIME,
		.expires = LC_NO_TIME,
	};
	if (!kid_set(key))
		goto fail;
	*out = key;
	return LC_OK;
fail:
	ERR_clear_error();
	EVP_PKEY_free(pkey);
	free(key);
	return LC_ENOMEM;
}

enum lc_err
lc_key_from_pkey(
    EVP_PKEY *pkey, struct lc_key **out, struct lc_detail *detail)
{
	EVP_PKEY *half = public_half(pkey);
	enum lc_alg alg = LC_ED25519;
	bool is_known = half != NULL && alg_of(half, &alg);

	EVP_PKEY_free(half);
	if (is_known)
		return key_new(pkey, alg, out);
	ERR_clear_error();
	EVP_PKEY_free(pkey);
	return lc_fail(
	    detail, LC_ETRUST, "neither Ed25519 nor ECDSA on P-256");
}

enum lc_err
lc_key_generate(enum lc_alg alg, struct lc_key **out)
{
	EVP_PKEY *pkey = alg == LC_ED25519
			     ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")
			     : EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");

	return key_new(pkey, alg, out);
}

void
lc_key_free(struct lc_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

/* ---- JWK ------------------------------------------------------------- */

static enum lc_err
read_alg(const json_t *jwk, enum lc_alg *alg, struct lc_detail *detail)
{
	const char *kty = lc_json_text(jwk, "kty");
	const char *crv = lc_json_text(jwk, "crv");

	for (size_t i = 0; kty != NULL && crv != NULL && i < NALGS; i++) {
		if (strcmp(kty, algs[i].kty) == 0 &&
		    strcmp(crv, algs[i].crv) == 0) {
			*alg = (enum lc_alg)i;
			return LC_OK;
		}
	}
	return lc_fail(detail, LC_ETRUST,
	    "\"kty\" and \"crv\" are neither OKP with Ed25519 nor EC with "
	    "P-256");
}

static enum lc_err
read_coord(const json_t *jwk, const char *name, uint8_t out[COORD_LEN],
    struct lc_detail *detail)
{
	const char *text = lc_json_text(jwk, name);

	if (text == NULL || strlen(text) != COORD_B64 ||
	    !lc_b64_decode(text, COORD_B64, out))
		return lc_fail(detail, LC_ETRUST,
		    "\"%s\" is not %d bytes in base64url", name, COORD_LEN);
	return LC_OK;
}

/* A member that may be absent but, if it is there, says this. */
static enum lc_err
expect(const json_t *jwk, const char *name, const char *value,
    struct lc_detail *detail)
{
	const json_t *member = json_object_get(jwk, name);
	const char *text = json_string_value(member);

	if (member == NULL || (text != NULL && strcmp(text, value) == 0))
		return LC_OK;
	return lc_fail(
	    detail, LC_ETRUST, "\"%s\" is not \"%s\"", name, value);
}

static enum lc_err
read_time(
    const json_t *jwk, const char *name, int64_t *out, struct lc_detail *detail)
{
	const json_t *member = json_object_get(jwk, name);
	json_int_t value = json_integer_value(member);

	if (member == NULL)
		return LC_OK;
	if (!json_is_integer(member) || value < 0 || value > UINT32_MAX)
		return lc_fail(detail, LC_ETRUST,
		    "\"%s\" is not a date (seconds since 1970)", name);
	*out = value;
	return LC_OK;
}

static enum lc_err
read_name(const json_t *jwk, struct lc_key *key, struct lc_detail *detail)
{
	const json_t *member = json_object_get(jwk, "name");
	size_t len = json_string_length(member);

	if (member == NULL)
		return LC_OK;
	if (!json_is_string(member) || len > LC_KEY_NAME_MAX ||
	    !lc_text_is_plain(json_string_value(member), len))
		return lc_fail(detail, LC_ETRUST,
		    "\"name\" is not text of at most %d bytes",
		    LC_KEY_NAME_MAX);
	memcpy(key->name, json_string_value(member), len + 1);
	return LC_OK;
}

static enum lc_err
read_withdrawn(const json_t *jwk, struct lc_key *key, struct lc_detail *detail)
{
	const json_t *member = json_object_get(jwk, "withdrawn");

	if (member != NULL && !json_is_boolean(member))
		return lc_fail(detail, LC_ETRUST,
		    "\"withdrawn\" is neither true nor false");
	key->withdrawn = json_is_true(member);
	return LC_OK;
}

/*
 * A reader that does not know root keys refuses them for their "use", instead
 * of taking licenses from them.
 */
#define USE_ROOT "licagent-root"

static enum lc_err
read_use(const json_t *jwk, struct lc_key *key, struct lc_detail *detail)
{
	const char *use = lc_json_text(jwk, "use");

	if (json_object_get(jwk, "use") != NULL &&
	    (use == NULL ||
		(strcmp(use, "sig") != 0 && strcmp(use, USE_ROOT) != 0)))
		return lc_fail(detail, LC_ETRUST,
		    "\"use\" is neither \"sig\" nor \"" USE_ROOT "\"");
	key->is_root = use != NULL && strcmp(use, USE_ROOT) == 0;
	return LC_OK;
}

static enum lc_err
read_members(const json_t *jwk, struct lc_key *key, struct lc_detail *detail)
{
	enum lc_err err;

	if ((err = expect(jwk, "kid", key->kid, detail)) != LC_OK ||
	    (err = expect(jwk, "alg", lc_alg_name(key->alg), detail)) !=
		LC_OK ||
	    (err = read_use(jwk, key, detail)) != LC_OK ||
	    (err = read_name(jwk, key, detail)) != LC_OK ||
	    (err = read_time(jwk, "nbf", &key->not_before, detail)) != LC_OK ||
	    (err = read_time(jwk, "exp", &key->expires, detail)) != LC_OK)
		return err;
	return read_withdrawn(jwk, key, detail);
}

static enum lc_err
read_public(const json_t *jwk, struct lc_key **out, struct lc_detail *detail)
{
	struct coords coords = { { 0 } };
	enum lc_alg alg = LC_ED25519;
	EVP_PKEY *pkey;
	enum lc_err err;

	if (json_object_get(jwk, "d") != NULL)
		return lc_fail(detail, LC_ETRUST,
		    "private key (\"d\"): keep it with the issuer, use the "
		    "public key");
	if ((err = read_alg(jwk, &alg, detail)) != LC_OK ||
	    (err = read_coord(jwk, "x", coords.xy, detail)) != LC_OK)
		return err;
	if (algs[alg].has_y && (err = read_coord(jwk, "y",
				    coords.xy + COORD_LEN, detail)) != LC_OK)
		return err;
	pkey = public_from_coords(alg, &coords);
	if (pkey == NULL)
		return lc_fail(detail, LC_ETRUST,
		    "not a point of the curve");
	return key_new(pkey, alg, out);
}

enum lc_err
lc_key_from_jwk(
    const char *data, size_t len, struct lc_key **out, struct lc_detail *detail)
{
	struct lc_key *key = NULL;
	json_t *jwk = NULL;
	enum lc_err err;

	if ((err = lc_json_object(data, len, LC_ETRUST, "JWK", &jwk, detail)) !=
		LC_OK ||
	    (err = read_public(jwk, &key, detail)) != LC_OK ||
	    (err = read_members(jwk, key, detail)) != LC_OK)
		goto out;
	*out = key;
	key = NULL;
out:
	json_decref(jwk);
	lc_key_free(key);
	return err;
}

static int
set_new(json_t *object, const char *name, json_t *value)
{
	return json_object_set_new(object, name, value);
}

static enum lc_err
jwk_dump(const struct lc_key *key, size_t flags, char **text)
{
	char canonical[256];
	struct coords coords;
	json_t *jwk;
	int failed;

	if (!coords_get(key, &coords))
		return LC_ENOMEM;
	(void)jwk_text(canonical, sizeof canonical, key->alg, &coords);
	if ((jwk = json_loads(canonical, 0, NULL)) == NULL)
		return LC_ENOMEM;
	failed = set_new(jwk, "alg", json_string(lc_alg_name(key->alg))) |
		 set_new(jwk, "use", json_string(key->is_root ? USE_ROOT : "sig")) |
		 set_new(jwk, "kid", json_string(key->kid));
	if (key->name[0] != '\0')
		failed |= set_new(jwk, "name", json_string(key->name));
	if (key->not_before != LC_NO_TIME)
		failed |= set_new(jwk, "nbf", json_integer(key->not_before));
	if (key->expires != LC_NO_TIME)
		failed |= set_new(jwk, "exp", json_integer(key->expires));
	if (key->withdrawn)
		failed |= set_new(jwk, "withdrawn", json_true());
	*text = failed ? NULL : json_dumps(jwk, flags);
	json_decref(jwk);
	return *text == NULL ? LC_ENOMEM : LC_OK;
}

enum lc_err
lc_key_to_jwk(const struct lc_key *key, char **text)
{
	return jwk_dump(key, JSON_INDENT(2), text);
}

enum lc_err
lc_key_to_jwk_row(const struct lc_key *key, char **text)
{
	return jwk_dump(key, JSON_COMPACT, text);
}

/* ---- PEM ------------------------------------------------------------- */

/* Otherwise OpenSSL asks on the terminal. */
static int
no_passphrase(char *buf, int size, int writing, void *arg)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

/*
 * A file of a P-256 key has both halves.  One with damage in the private half
 * would have the id of the key, and nothing that it signs would verify.
 */
static bool
is_a_pair(EVP_PKEY *pkey, enum lc_alg alg)
{
	EVP_PKEY_CTX *ctx;
	bool is;

	if (alg != LC_ES256)
		return true;
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	is = ctx != NULL && EVP_PKEY_pairwise_check(ctx) == 1;
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return is;
}

/*
 * A key of Ed25519 as OpenSSL and lc_key_to_pem write it, or NULL: OpenSSL's
 * decoders take half a millisecond to find out which of all forms it is in.
 */
static EVP_PKEY *
plain_ed25519(const char *data, size_t len)
{
	static const char before[] = "-----BEGIN PRIVATE KEY-----\n",
			  after[] = "\n-----END PRIVATE KEY-----\n";
	/* RFC 8410, section 7: what stands before the secret. */
	static const uint8_t head[] = { 0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3,
		0x2b, 0x65, 0x70, 4, 0x22, 4, LC_KEY_SECRET_LEN };
	enum { HEAD = sizeof head, DER = HEAD + LC_KEY_SECRET_LEN };
	enum { BEFORE = sizeof before - 1, ROW = DER / 3 * 4 };
	const char *row = data + BEFORE;
	EVP_PKEY *pkey = NULL;
	uint8_t der[DER];

	if (len != BEFORE + ROW + sizeof after - 1 ||
	    memcmp(data, before, BEFORE) != 0 ||
	    memcmp(row + ROW, after, sizeof after - 1) != 0 ||
	    memchr(row, '=', ROW) != NULL)
		return NULL;
	if (EVP_DecodeBlock(der, (const unsigned char *)row, ROW) == DER &&
	    memcmp(der, head, HEAD) == 0)
		pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL,
		    der + HEAD, LC_KEY_SECRET_LEN);
	OPENSSL_cleanse(der, sizeof der);
	return pkey;
}

enum lc_err
lc_key_from_pem(
    const char *data, size_t len, struct lc_key **out, struct lc_detail *detail)
{
	EVP_PKEY *pkey = NULL;
	enum lc_alg alg;
	BIO *bio;

	if (len > LC_JWK_MAX)
		return lc_fail(detail, LC_ETRUST, "too big for a key");
	if ((pkey = plain_ed25519(data, len)) != NULL)
		return key_new(pkey, LC_ED25519, out);
	if ((bio = BIO_new_mem_buf(data, (int)len)) != NULL)
		pkey = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	ERR_clear_error();
	if (bio == NULL)
		return LC_ENOMEM;
	if (pkey == NULL)
		return lc_fail(detail, LC_ETRUST,
		    "no private key in PEM without a passphrase");
	if (!alg_of(pkey, &alg)) {
		EVP_PKEY_free(pkey);
		return lc_fail(detail, LC_ETRUST,
		    "neither Ed25519 nor ECDSA on P-256");
	}
	if (!is_a_pair(pkey, alg)) {
		EVP_PKEY_free(pkey);
		return lc_fail(detail, LC_ETRUST,
		    "its two halves do not belong together");
	}
	return key_new(pkey, alg, out);
}

enum lc_err
lc_key_secret(const struct lc_key *key, uint8_t secret[LC_KEY_SECRET_LEN])
{
	size_t len = LC_KEY_SECRET_LEN;
	BIGNUM *d = NULL;
	bool ok;

	if (key->alg == LC_ED25519)
		return EVP_PKEY_get_raw_private_key(key->pkey, secret, &len) ==
			       1
			   ? LC_OK
			   : LC_ENOMEM;
	ok = EVP_PKEY_get_bn_param(
		 key->pkey, OSSL_PKEY_PARAM_PRIV_KEY, &d) == 1 &&
	     BN_bn2binpad(d, secret, LC_KEY_SECRET_LEN) == LC_KEY_SECRET_LEN;
	BN_clear_free(d);
	return ok ? LC_OK : LC_ENOMEM;
}

enum lc_err
lc_key_to_pem(const struct lc_key *key, char **text, size_t *len)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	char *data = NULL;
	long size = 0;

	*text = NULL;
	if (bio != NULL && PEM_write_bio_PKCS8PrivateKey(
			       bio, key->pkey, NULL, NULL, 0, NULL, NULL) == 1)
		size = BIO_get_mem_data(bio, &data);
	if (size > 0 && (*text = OPENSSL_malloc((size_t)size + 1)) != NULL) {
		memcpy(*text, data, (size_t)size);
		(*text)[size] = '\0';
		*len = (size_t)size;
	}
	BIO_free(bio);
	return *text == NULL ? LC_ENOMEM : LC_OK;
}

/* ---- Signatures ------------------------------------------------------ */

static const EVP_MD *
md_of(const struct lc_key *key)
{
	return key->alg == LC_ES256 ? EVP_sha256() : NULL;
}

/* DER to r||s. */
static bool
raw_from_der(const uint8_t *der, size_t len, uint8_t raw[LC_SIGNATURE_LEN])
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)len);
	bool ok =
	    sig != NULL &&
	    BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, COORD_LEN) == COORD_LEN &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + COORD_LEN, COORD_LEN) ==
		COORD_LEN;

	ECDSA_SIG_free(sig);
	return ok;
}

/* r||s to DER; the length, or -1 out of memory. */
static int
der_from_raw(const uint8_t raw[LC_SIGNATURE_LEN], uint8_t der[DER_MAX])
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw, COORD_LEN, NULL);
	BIGNUM *s = BN_bin2bn(raw + COORD_LEN, COORD_LEN, NULL);
	int len = -1;

	if (sig != NULL && r != NULL && s != NULL &&
	    ECDSA_SIG_set0(sig, r, s) == 1) {
		r = s = NULL; /* the signature's now */
		len = i2d_ECDSA_SIG(sig, &der);
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(sig);
	return len;
}

bool
lc_es256_normalize(uint8_t signature[LC_SIGNATURE_LEN])
{
	/* The order of P-256, and half of it rounded down; FIPS 186-5. */
	static const uint8_t order[COORD_LEN] = { 0xff, 0xff, 0xff, 0xff, 0x00,
		0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3,
		0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51 };
	static const uint8_t half[COORD_LEN] = { 0x7f, 0xff, 0xff, 0xff, 0x80,
		0x00, 0x00, 0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b, 0xcf, 0x42, 0x79,
		0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8 };
	uint8_t *s = signature + COORD_LEN;
	unsigned borrow = 0;

	if (memcmp(s, half, COORD_LEN) <= 0 || memcmp(s, order, COORD_LEN) >= 0)
		return false;
	for (size_t i = COORD_LEN; i-- > 0;) {
		unsigned digit = order[i] - s[i] - borrow;

		s[i] = (uint8_t)digit;
		borrow = digit > 0xff;
	}
	return true;
}

enum lc_err
lc_key_sign(const struct lc_key *key, const void *data, size_t len,
    uint8_t signature[LC_SIGNATURE_LEN])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t made[DER_MAX];
	size_t made_len = sizeof made;
	bool ok =
	    ctx != NULL &&
	    EVP_DigestSignInit(ctx, NULL, md_of(key), NULL, key->pkey) == 1 &&
	    EVP_DigestSign(ctx, made, &made_len, data, len) == 1;

	if (ok && key->alg != LC_ES256)
		memcpy(signature, made, LC_SIGNATURE_LEN);
	else if (ok && (ok = raw_from_der(made, made_len, signature)))
		(void)lc_es256_normalize(signature);
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return ok ? LC_OK : LC_ENOMEM;
}

enum lc_err
lc_key_verify(const struct lc_key *key, const void *data, size_t len,
    const uint8_t signature[LC_SIGNATURE_LEN])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	enum lc_err err = LC_ENOMEM;
	uint8_t der[DER_MAX];
	int sig_len = LC_SIGNATURE_LEN;
	const uint8_t *sig = signature;

	if (key->alg == LC_ES256) {
		sig_len = der_from_raw(signature, der);
		sig = der;
	}
	if (ctx != NULL && sig_len > 0 &&
	    EVP_DigestVerifyInit(ctx, NULL, md_of(key), NULL, key->pkey) == 1)
		err =
		    EVP_DigestVerify(ctx, sig, (size_t)sig_len, data, len) == 1
			? LC_OK
			: LC_ESIGNATURE;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return err;
}
