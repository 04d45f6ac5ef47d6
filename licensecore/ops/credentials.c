/* credentials.c - who a device is and what it holds, signed by it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/evp.h>

#include "action.h"
#include "base/b64.h"
#include "base/text.h"
#include "format/file.h"
#include "format/statement.h"

/* What can be moved to another device: locked to this one, and not built in. */
static bool
transferable(const struct lc_model *m, const struct lc_license *l,
    uint32_t device)
{
	return l->device == device && l->terms.nudis > 0 &&
	       lc_model_store(m, l->device, l->store)->public.kind !=
	       LC_STORE_BUILT_IN;
}

/* As many as a statement holds; *all: how many there are. */
static enum lc_err
ids_list(const struct lc_model *m, uint32_t device, struct lc_statement *s,
    size_t *all)
{
	const char **ids = calloc(m->nlicenses + 1, sizeof *ids);

	if (ids == NULL)
		return LC_ENOMEM;
	s->ids = ids;
	*all = 0;
	for (size_t i = 0; i < m->nlicenses; i++) {
		const struct lc_license *l = m->licenses[i];

		/* One that is in two stores counts once. */
		if (!transferable(m, l, device) ||
		    !lc_entry_is_first(lc_entry_of(l)))
			continue;
		if (s->nids < LC_CREDENTIALS_LICENSES)
			ids[s->nids++] = l->terms.id;
		++*all;
	}
	return LC_OK;
}

/* FORMAT "Device credentials": store, identity and a line feed for each. */
static enum lc_err
stores_digest(const struct lc_model *m, uint32_t device,
    char digest[LC_DIGEST_LEN + 1])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t bytes[32];
	char text[LC_ID_MAX + 16];
	bool ok = ctx != NULL && EVP_DigestInit(ctx, EVP_sha256()) == 1;

	for (size_t i = 0; i < m->nlicenses && ok; i++) {
		const struct lc_license *l = m->licenses[i];
		int len = snprintf(text, sizeof text, "%u %s\n", l->store,
		    l->terms.id);

		if (l->device == device)
			ok = EVP_DigestUpdate(ctx, text, (size_t)len) == 1;
	}
	ok = ok && EVP_DigestFinal(ctx, bytes, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	if (!ok)
		return LC_ENOMEM;
	lc_b64_encode(bytes, sizeof bytes, digest);
	return LC_OK;
}

/* Binds the statement to what it comes with. */
static enum lc_err
nonce_of(const struct lc_request *r, char nonce[LC_DIGEST_LEN + 1])
{
	uint8_t bytes[32];

	if (r->data == NULL)
		return LC_OK;
	if (EVP_Digest(r->data, r->len, bytes, NULL, EVP_sha256(), NULL) != 1)
		return LC_ENOMEM;
	lc_b64_encode(bytes, sizeof bytes, nonce);
	return LC_OK;
}

static enum lc_err
sign(struct lc_action *a, const struct lc_device *d, struct lc_statement *s,
    size_t *all, char **text)
{
	const struct lc_key *key = lc_devkey_key(a->lc->state.devkey);
	char stores[LC_DIGEST_LEN + 1], head[LC_DIGEST_LEN + 1];
	char nonce[LC_DIGEST_LEN + 1];
	char *jwk = NULL;
	enum lc_err err;

	if (!lc_devkey_is_kept(a->lc->state.devkey))
		return lc_recording(a->lc, &a->detail);
	if ((err = ids_list(a->lc->model, d->index, s, all)) != LC_OK ||
	    (err = stores_digest(a->lc->model, d->index, stores)) != LC_OK ||
	    (err = nonce_of(&a->request, nonce)) != LC_OK ||
	    (err = lc_history_head(&a->lc->state, &s->records, head)) != LC_OK ||
	    (err = lc_key_to_jwk(key, &jwk)) != LC_OK)
		return err;
	s->udi = d->udi;
	s->issued = lc_now(&a->lc->state);
	s->nonce = a->request.data != NULL ? nonce : a->request.nonce;
	s->digest = stores;
	s->head = head;
	s->jwk = jwk;
	err = lc_statement_sign(s, key, text, &a->detail);
	free(jwk);
	return err;
}

static enum lc_err
output(struct lc_action *a, const struct lc_device *d, size_t all,
    const char *text)
{
	struct lc_file_writer w = { 0 };

	lc_file_writer_text(&w, "Device credentials, signed by the device."
	    "  Only what stands between the BEGIN\nand END rows counts; the"
	    " rest is for people.\n\nDevice:    %s\nKey:       %s\n", d->udi,
	    lc_devkey_key(a->lc->state.devkey)->kid);
	if (all > LC_CREDENTIALS_LICENSES) {
		lc_file_writer_text(&w, "Licenses:  the first %d of %zu\n",
		    LC_CREDENTIALS_LICENSES, all);
		lc_notice(&a->lc->host, LC_OK, "device %u: the credentials"
		    " list the first %d of %zu licenses", d->index,
		    LC_CREDENTIALS_LICENSES, all);
	}
	lc_file_writer_statement(&w, LC_CREDENTIALS, text);
	return lc_action_output_take(a, &w);
}

static bool
step(struct lc_action *a)
{
	struct lc_statement s = { .kind = LC_CREDENTIALS };
	size_t all = 0;
	char *text = NULL;
	enum lc_err err;

	err = lc_request_check(a->lc, &a->request, &a->detail);
	if (err == LC_OK &&
	    (err = sign(a, lc_action_device(a), &s, &all, &text)) == LC_OK)
		err = output(a, lc_action_device(a), all, text);
	if (err != LC_OK)
		lc_action_fail(a, err);
	free((void *)(uintptr_t)s.ids);
	free(text);
	return true;
}

static bool
complete(const struct lc_request *r)
{
	if (r->data != NULL)
		return r->nonce == NULL;
	return r->nonce == NULL || (strlen(r->nonce) >= 1 &&
	    strlen(r->nonce) <= LC_NONCE_MAX && lc_text_is_id(r->nonce));
}

const struct lc_job lc_job_export_credentials = { complete, step, NULL, NULL };
