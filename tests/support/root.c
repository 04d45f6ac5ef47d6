/* root.c - see root.h. */
#include "root.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "format/file.h"
#include "format/jws.h"
#include "format/statement.h"
#include "issuer.h"

#define ISSUED 1700000000
#define EXPIRES 4000000000

struct root *
root_new(enum lc_alg alg)
{
	struct root *root = calloc(1, sizeof *root);

	REQUIRE(root != NULL);
	REQUIRE(lc_key_generate(alg, &root->key) == LC_OK);
	root->key->is_root = true;
	return root;
}

void
root_free(struct root *root)
{
	lc_key_free(root->key);
	free(root);
}

char *
root_jwk(const struct lc_key *key)
{
	char *jwk = NULL;

	REQUIRE(lc_key_to_jwk_row(key, &jwk) == LC_OK);
	return jwk;
}

void
root_put(const struct root *root, const char *dir, const char *name)
{
	char *jwk = root_jwk(root->key);

	check_write(check_path(dir, name), jwk, strlen(jwk));
	free(jwk);
}

static char *
file_of(const char *text)
{
	struct lc_file_writer w = { 0 };

	lc_file_writer_text(&w, "Trust list.\n\n");
	lc_file_writer_statement(&w, LC_TRUST_LIST, text);
	REQUIRE(lc_file_writer_end(&w) == LC_OK);
	return w.text;
}

char *
root_sign(const struct lc_key *key, const char *typ, const char *payload)
{
	char header[256], *text, *file;

	(void)snprintf(header, sizeof header,
	    "{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"%s\"}",
	    lc_alg_name(key->alg), key->kid, typ);
	text = issuer_sign_raw(key, header, payload);
	file = file_of(text);
	free(text);
	return file;
}

char *
root_list(const struct root *root, const struct root_list *list)
{
	struct lc_statement s = { .kind = LC_TRUST_LIST,
		.version = list->version,
		.issued = list->issued != 0 ? list->issued : ISSUED,
		.expires = list->expires != 0 ? list->expires : EXPIRES };
	char *jwks[4] = { NULL }, *text = NULL, *file;
	struct lc_detail detail = { "" };

	while (s.nkeys < 4 && list->keys[s.nkeys] != NULL) {
		jwks[s.nkeys] = root_jwk(list->keys[s.nkeys]);
		s.nkeys++;
	}
	s.keys = (const char *const *)jwks;
	CHECK_ERR(
	    lc_statement_sign(&s, root->key, &text, &detail), LC_OK, &detail);
	REQUIRE(text != NULL);
	file = file_of(text);
	for (size_t i = 0; i < s.nkeys; i++)
		free(jwks[i]);
	free(text);
	return file;
}

void
root_list_put(const struct root *root, const struct root_list *list,
    const char *dir, const char *name)
{
	char *file = root_list(root, list);

	check_write(check_path(dir, name), file, strlen(file));
	free(file);
}
