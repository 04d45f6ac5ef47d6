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

static enum lc_err
ids_list(const struct lc_model *m, uint32_t device, struct lc_statement *s)
{
	const char **ids = calloc(m->nlicenses + 1, sizeof *ids);

	if (ids == NULL)
		return LC_ENOMEM;
	s->ids = ids;
	for (size_t i = 0; i < m->nlicenses &&
	    s->nids < LC_CREDENTIALS_LICENSES; i++) {
		const struct lc_license *l = m->licenses[i];
		const struct lc_entry *e = lc_ids_find(&m->ids, device,
		    l->terms.id);

		/* One that is in two stores counts once. */
		if (transferable(m, l, device) && e != NULL && &e->public == l)
			ids[s->nids++] = l->terms.id;
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

static enum lc_err
sign(struct lc_action *a, const struct lc_device *d, struct lc_statement *s,
    char **text)
{
	const struct lc_key *key = lc_devkey_key(a->lc->state.devkey);
	char stores[LC_DIGEST_LEN + 1], head[LC_DIGEST_LEN + 1];
	char *jwk = NULL;
	enum lc_err err;

	if ((err = ids_list(a->lc->model, d->index, s)) != LC_OK ||
	    (err = stores_digest(a->lc->model, d->index, stores)) != LC_OK ||
	    (err = lc_history_head(&a->lc->state, &s->records, head)) != LC_OK ||
	    (err = lc_key_to_jwk(key, &jwk)) != LC_OK)
		return err;
	s->udi = d->udi;
	s->issued = lc_now(&a->lc->state);
	s->nonce = a->request.nonce;
	s->digest = stores;
	s->head = head;
	s->jwk = jwk;
	err = lc_statement_sign(s, key, text, &a->detail);
	free(jwk);
	return err;
}

static enum lc_err
output(struct lc_action *a, const struct lc_device *d, const char *text)
{
	struct lc_file_writer w = { 0 };

	lc_file_writer_text(&w, "Device credentials, signed by the device."
	    "  Only what stands between the BEGIN\nand END rows counts; the"
	    " rest is for people.\n\nDevice:    %s\nKey:       %s\n", d->udi,
	    lc_devkey_key(a->lc->state.devkey)->kid);
	lc_file_writer_statement(&w, LC_CREDENTIALS, text);
	return lc_action_output_take(a, &w);
}

static bool
step(struct lc_action *a)
{
	struct lc_statement s = { .kind = LC_CREDENTIALS };
	char *text = NULL;
	enum lc_err err;

	err = lc_request_check(a->lc, &a->request, &a->detail);
	if (err == LC_OK &&
	    (err = sign(a, lc_action_device(a), &s, &text)) == LC_OK)
		err = output(a, lc_action_device(a), text);
	if (err != LC_OK)
		lc_action_fail(a, err);
	free((void *)(uintptr_t)s.ids);
	free(text);
	return true;
}

static bool
complete(const struct lc_request *r)
{
	return r->nonce == NULL || (strlen(r->nonce) >= 1 &&
	    strlen(r->nonce) <= LC_NONCE_MAX && lc_text_is_id(r->nonce));
}

const struct lc_job lc_job_export_credentials = { complete, step, NULL };
