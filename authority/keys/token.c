/*
 * token.c - see token.h.
 *
 * OpenSSL 3 calls engines deprecated, but a provider for PKCS #11 came later
 * than many of the systems that we support.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "token.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "format/key.h"

#ifdef HAVE_PKCS11

#include <openssl/engine.h>
#include <openssl/err.h>

/* An attribute that we read, not the engine. */
#define MODULE "module-path="

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Undoes %XX, in place. */
static void
decode(char *text)
{
	char *out = text;

	while (*text != '\0') {
		int high = *text == '%' ? hex_digit(text[1]) : -1;
		int low = high >= 0 ? hex_digit(text[2]) : -1;

		if (low >= 0) {
			*out++ = (char)(high * 16 + low);
			text += 3;
		} else {
			*out++ = *text++;
		}
	}
	*out = '\0';
}

/* Takes the module's path out of the URI; NULL if it names none. */
static char *
module_take(char *uri)
{
	char *at = strstr(uri, MODULE), *end, *path;
	size_t len;

	if (at == NULL || (at[-1] != ':' && strchr(";?&", at[-1]) == NULL))
		return NULL;
	len = strcspn(at, ";?&");
	if ((path = strndup(at + strlen(MODULE), len - strlen(MODULE))) == NULL)
		return NULL;
	decode(path);
	end = at + len;
	/* With one of the separators around it. */
	if (*end == ';' || *end == '&')
		end++;
	else if (at[-1] != ':')
		at--;
	memmove(at, end, strlen(end) + 1);
	return path;
}

static enum lc_err
failed(const char *uri, const char *what, struct lc_detail *detail)
{
	const char *why = ERR_reason_error_string(ERR_peek_error());
	enum lc_err err = lc_fail(detail, LC_ETRUST, "%s: %s%s%s", uri, what,
	    why == NULL ? "" : ": ", why == NULL ? "" : why);

	ERR_clear_error();
	return err;
}

static bool
engine_set(ENGINE *engine, const char *name, const char *value)
{
	return ENGINE_ctrl_cmd_string(engine, name, value, 0) == 1;
}

/* The key keeps the engine for as long as it lives. */
static EVP_PKEY *
load(ENGINE *engine, const char *uri)
{
	EVP_PKEY *pkey = ENGINE_load_private_key(engine, uri, NULL, NULL);

	if (pkey != NULL && EVP_PKEY_set1_engine(pkey, engine) != 1) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	return pkey;
}

static enum lc_err
load_with(ENGINE *engine, const char *uri, const char *bare, const char *module,
    const char *pin, struct lc_key **out, struct lc_detail *detail)
{
	struct lc_detail why = { "" };
	EVP_PKEY *pkey;
	enum lc_err err;

	/* Else it writes to standard error. */
	(void)engine_set(engine, "QUIET", NULL);
	if ((module != NULL && !engine_set(engine, "MODULE_PATH", module)) ||
	    !engine_set(engine, "PIN", pin) || ENGINE_init(engine) != 1)
		return failed(uri, "cannot use the token", detail);
	pkey = load(engine, bare);
	err = pkey == NULL ? failed(uri, "cannot load the key", detail)
			   : lc_key_from_pkey(pkey, out, &why);
	(void)ENGINE_finish(engine);
	if (pkey != NULL && err == LC_ETRUST)
		return lc_fail(detail, err, "%s: %s", uri, why.text);
	return err;
}

enum lc_err
lc_token_load(const char *uri, const char *pin, struct lc_key **out,
    struct lc_detail *detail)
{
	char *bare, *module;
	ENGINE *engine;
	enum lc_err err;

	if (strstr(uri, "pin-value=") != NULL)
		return lc_fail(detail, LC_ETRUST,
		    "pkcs11: URI with pin-value: the PIN is asked for, and "
		    "must not be in it");
	ENGINE_load_dynamic();
	if ((engine = ENGINE_by_id("pkcs11")) == NULL)
		return failed(uri,
		    "cannot load OpenSSL's engine pkcs11 (Debian: "
		    "libengine-pkcs11-openssl)",
		    detail);
	if ((bare = strdup(uri)) == NULL) {
		(void)ENGINE_free(engine);
		return LC_ENOMEM;
	}
	module = module_take(bare);
	err = load_with(engine, uri, bare, module, pin, out, detail);
	free(module);
	free(bare);
	(void)ENGINE_free(engine);
	return err;
}

#else

enum lc_err
lc_token_load(const char *uri, const char *pin, struct lc_key **out,
    struct lc_detail *detail)
{
	(void)pin;
	(void)out;
	return lc_fail(detail, LC_ETRUST,
	    "%s: this program was built without support for PKCS #11", uri);
}

#endif
