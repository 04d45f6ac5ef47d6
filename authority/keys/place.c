/* place.c - see place.h. */
#include "place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/disk.h"
#include "base/error.h"
#include "format/keyfile.h"
#include "sealed.h"
#include "token.h"

static bool
is_uri(const char *text)
{
	return strncmp(text, "pkcs11:", 7) == 0;
}

/* A word, and the name of a file or a URI. */
#define WHAT_SIZE (LC_TOKEN_MAX + 64)

static bool
ask(const struct lc_secret *secret, const char *what, const char *of,
    bool is_new, char text[LC_SECRET_SIZE])
{
	char words[WHAT_SIZE];

	(void)snprintf(words, sizeof words, "%s of %s", what, of);
	return secret != NULL &&
	       secret->ask(secret->arg, words, is_new, text, LC_SECRET_SIZE);
}

static enum lc_err
unseal(const char *path, const char *pem, size_t len,
    const struct lc_secret *secret, struct lc_key **out,
    struct lc_detail *detail)
{
	struct lc_detail why = { "" };
	char text[LC_SECRET_SIZE];
	enum lc_err err;

	if (!ask(secret, "passphrase", path, false, text))
		return lc_fail(detail, LC_ETRUST,
		    "private key %s: it needs a passphrase, and none was given",
		    path);
	err = lc_key_unseal(pem, len, text, out, &why);
	OPENSSL_cleanse(text, sizeof text);
	if (err == LC_ETRUST)
		return lc_fail(
		    detail, err, "private key %s: %s", path, why.text);
	return err;
}

static enum lc_err
load_token(const char *uri, const struct lc_secret *secret, struct lc_key **out,
    struct lc_detail *detail)
{
	char pin[LC_SECRET_SIZE];
	enum lc_err err;

	if (!ask(secret, "PIN", uri, false, pin))
		return lc_fail(detail, LC_ETRUST,
		    "%s: it needs a PIN, and none was given", uri);
	err = lc_token_load(uri, pin, out, detail);
	OPENSSL_cleanse(pin, sizeof pin);
	return err;
}

enum lc_err
lc_place_load(const char *path, const struct lc_secret *secret,
    struct lc_key **out, struct lc_detail *detail)
{
	char *text = NULL;
	size_t len = 0;
	enum lc_err err = lc_keyfile_read(path, &text, &len, detail);

	if (err != LC_OK)
		return err;
	if (is_uri(text)) {
		text[strcspn(text, "\r\n")] = '\0';
		err = load_token(text, secret, out, detail);
	} else if (lc_key_is_sealed(text)) {
		err = unseal(path, text, len, secret, out, detail);
	} else {
		err = lc_keyfile_load(path, out, detail);
	}
	OPENSSL_cleanse(text, len);
	free(text);
	return err;
}

/* ---- Making ---------------------------------------------------------- */

static enum lc_err
save_sealed(const char *path, const struct lc_key *key,
    const struct lc_secret *secret, struct lc_detail *detail)
{
	char text[LC_SECRET_SIZE], *pem = NULL;
	size_t len = 0;
	enum lc_err err;

	if (!ask(secret, "passphrase", path, true, text) || text[0] == '\0')
		return lc_fail(detail, LC_EINVAL,
		    "private key %s: no passphrase was given", path);
	err = lc_key_seal(key, text, &pem, &len);
	OPENSSL_cleanse(text, sizeof text);
	if (err == LC_OK)
		err = lc_disk_write(path, pem, len, 0600, false, detail);
	OPENSSL_free(pem);
	return err;
}

static enum lc_err
make_file(const char *path, const struct lc_key_options *options,
    struct lc_key **out, struct lc_detail *detail)
{
	struct lc_key *key = NULL;
	enum lc_err err =
	    lc_key_generate(options->es256 ? LC_ES256 : LC_ED25519, &key);

	if (err == LC_OK)
		err = options->passphrase
			  ? save_sealed(path, key, options->secret, detail)
			  : lc_keyfile_save(path, key, detail);
	if (err == LC_OK)
		*out = key;
	else
		lc_key_free(key);
	return err;
}

static enum lc_err
make_token(const char *path, const struct lc_key_options *options,
    struct lc_key **out, struct lc_detail *detail)
{
	struct lc_key *key = NULL;
	char *text = NULL;
	enum lc_err err;

	if (!is_uri(options->token) ||
	    strpbrk(options->token, "\r\n") != NULL ||
	    strlen(options->token) >= LC_TOKEN_MAX)
		return lc_fail(detail, LC_EINVAL,
		    "\"%s\" is not a pkcs11: URI of at most %d bytes",
		    options->token, LC_TOKEN_MAX);
	if ((err = load_token(options->token, options->secret, &key, detail)) !=
	    LC_OK)
		return err;
	if (asprintf(&text, "%s\n", options->token) < 0)
		err = LC_ENOMEM;
	else
		err = lc_disk_write(
		    path, text, strlen(text), 0600, false, detail);
	free(text);
	if (err == LC_OK)
		*out = key;
	else
		lc_key_free(key);
	return err;
}

enum lc_err
lc_place_make(const char *path, const struct lc_key_options *options,
    struct lc_key **out, struct lc_detail *detail)
{
	/* Before anything is asked. */
	if (access(path, F_OK) == 0)
		return lc_fail(detail, LC_EEXISTS, "%s: already exists", path);
	return options->token != NULL ? make_token(path, options, out, detail)
				      : make_file(path, options, out, detail);
}

enum lc_err
lc_place_write_jwk(
    const char *path, const struct lc_key *key, struct lc_detail *detail)
{
	char *jwk = NULL, *text = NULL;
	enum lc_err err = lc_key_to_jwk(key, &jwk);

	if (err == LC_OK && asprintf(&text, "%s\n", jwk) < 0) {
		text = NULL;
		err = LC_ENOMEM;
	}
	if (err == LC_OK)
		err =
		    lc_disk_write(path, text, strlen(text), 0644, true, detail);
	free(jwk);
	free(text);
	return err;
}
