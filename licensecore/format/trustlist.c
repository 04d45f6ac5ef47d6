/* trustlist.c - see trustlist.h. */
#include "trustlist.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "file.h"
#include "key.h"
#include "statement.h"

/* One key, which is the trust's then. */
static enum lc_err
take_key(struct lc_trust *keys, const char *jwk, struct lc_detail *detail)
{
	struct lc_key *key = NULL;
	enum lc_err err = lc_key_from_jwk(jwk, strlen(jwk), &key, detail);

	if (err == LC_OK && key->is_root)
		err = lc_fail(detail, LC_ETRUST, "root key");
	if (err == LC_OK && lc_trust_find(keys, key->kid) != NULL)
		err = lc_fail(detail, LC_ETRUST, "the same key twice");
	if (err == LC_OK)
		err = lc_trust_add(keys, key, key->kid, detail);
	if (err != LC_OK)
		lc_key_free(key);
	return err;
}

enum lc_err
lc_trust_list_keys(const struct lc_statement *s, struct lc_trust **out,
    struct lc_detail *detail)
{
	struct lc_detail why = { "" };
	struct lc_trust *keys = NULL;
	enum lc_err err = lc_trust_new(&keys);

	for (size_t i = 0; i < s->nkeys && err == LC_OK; i++) {
		err = take_key(keys, s->keys[i], &why);
		if (err == LC_ETRUST)
			err = lc_fail(detail, LC_ELINE, "key %zu: %s", i + 1,
			    why.text);
	}
	if (err != LC_OK) {
		lc_trust_free(keys);
		return err;
	}
	*out = keys;
	return LC_OK;
}

static enum lc_err
list_from(const struct lc_statement *s, const char *text, const char *path,
    struct lc_trust_list **out, struct lc_detail *detail)
{
	struct lc_trust_list *list = calloc(1, sizeof *list);
	enum lc_err err = LC_ENOMEM;

	if (list == NULL || (list->path = strdup(path)) == NULL ||
	    (err = lc_trust_list_keys(s, &list->keys, detail)) != LC_OK ||
	    (err = lc_statement_digest(text, list->digest)) != LC_OK) {
		lc_trust_list_free(list);
		return err;
	}
	list->version = s->version;
	list->issued = s->issued;
	list->expires = s->expires;
	*out = list;
	return LC_OK;
}

enum lc_err
lc_trust_list_read(const void *data, size_t len, const char *path,
    const struct lc_trust *trust, struct lc_trust_list **out,
    struct lc_detail *detail)
{
	struct lc_detail why = { "" };
	struct lc_statement *s = NULL;
	struct lc_file *file = NULL;
	char *text = NULL;
	enum lc_err err;

	if ((err = lc_file_scan(data, len, &file, &why)) == LC_OK &&
	    (err = lc_file_statement(file, LC_TRUST_LIST, &text, &why)) ==
		LC_OK &&
	    (err = lc_statement_open(LC_TRUST_LIST, text, trust, &s, &why)) ==
		LC_OK)
		err = list_from(s, text, path, out, &why);
	if (err != LC_OK && err != LC_ENOMEM)
		(void)lc_fail(
		    detail, err, "%s: not a trust list: %s", path, why.text);
	lc_statement_free(s);
	lc_file_free(file);
	free(text);
	return err;
}
