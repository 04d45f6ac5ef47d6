/* keys.c - see keys.h. */
#include "keys.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "format/keydir.h"
#include "state/change.h"
#include "state/meta.h"

/* In meta. */
#define VERSION "trust.version"
#define DIGEST "trust.digest"
#define WITHDRAWN "trust.withdrawn"

static struct lc_trust_taken
taken_get(const struct lc *lc)
{
	return (struct lc_trust_taken){
		.version = (uint32_t)lc_meta_int(&lc->state, VERSION, 0),
		.digest = lc_meta_text(&lc->state, DIGEST),
		.withdrawn = lc_meta_text(&lc->state, WITHDRAWN),
	};
}

enum lc_err
lc_keys_judge(struct lc *lc, struct lc_model *m)
{
	const struct lc_trust_taken taken = taken_get(lc);
	const char *why = NULL;
	enum lc_err err = lc_trust_settle(m->trust, &taken, &why);

	if (err == LC_OK && why != NULL)
		lc_notice(&lc->host, LC_ETRUST, "%s", why);
	return err;
}

enum lc_err
lc_keys_load(struct lc *lc, struct lc_model *m, const char *dir, bool own_keys,
    struct lc_detail *detail)
{
	const char *const *skipped;
	enum lc_err err;
	size_t n;

	if ((err = lc_keydir_load(dir, own_keys, &m->trust, detail)) != LC_OK)
		return err;
	skipped = lc_trust_skipped(m->trust, &n);
	for (size_t i = 0; i < n; i++)
		lc_notice(&lc->host, LC_ETRUST, "key file skipped: %s",
		    skipped[i]);
	return lc_keys_judge(lc, m);
}

/* ---- What is remembered ---------------------------------------------- */

static enum lc_err
record(struct lc *lc, const struct lc_trust_list *list)
{
	struct lc_state *st = &lc->state;
	char *withdrawn = NULL;
	enum lc_err err;

	if ((err = lc_trust_list_withdrawn(list, &withdrawn)) != LC_OK)
		return err;
	if ((err = lc_change_begin(st)) == LC_OK &&
	    (err = lc_meta_set_int(st, VERSION, list->version)) == LC_OK &&
	    (err = lc_meta_set_text(st, DIGEST, list->digest)) == LC_OK)
		err = lc_meta_set_text(st, WITHDRAWN, withdrawn);
	err = lc_change_end(st, err);
	free(withdrawn);
	return err;
}

enum lc_err
lc_keys_took(struct lc *lc)
{
	const struct lc_trust_list *list = lc_trust_list(lc->model->trust);
	const struct lc_trust_taken taken = taken_get(lc);
	enum lc_err err;

	lc->list_expires = list != NULL ? list->expires : INT64_MAX;
	lc_keys_tick(lc);
	if (list == NULL || (list->version == taken.version &&
	    taken.digest != NULL && strcmp(list->digest, taken.digest) == 0))
		return LC_OK;
	err = record(lc, list);
	return err == LC_ENOMEM ? err : LC_OK;
}

/* ---- Out of date ----------------------------------------------------- */

void
lc_keys_tick(struct lc *lc)
{
	const struct lc_trust_list *list;

	if (lc_now(&lc->state) < lc->list_expires)
		return;
	lc->list_expires = INT64_MAX;
	if ((list = lc_trust_list(lc->model->trust)) == NULL)
		return;
	lc_notice(&lc->host, LC_ETRUST, "%s: version %" PRIu32 " of the trust"
	    " list is out of date; its keys count until there is a newer one",
	    list->path, list->version);
}

/* ---- What is in force ------------------------------------------------ */

const char *const *
lc_keys_skipped(const struct lc *lc, size_t *n)
{
	return lc_trust_skipped(lc->model->trust, n);
}

void
lc_trust_status(const struct lc *lc, struct lc_trust_status *out)
{
	const struct lc_trust_list *list = lc_trust_list(lc->model->trust);
	uint32_t taken = taken_get(lc).version;

	*out = (struct lc_trust_status){
		.newest = taken, .issued = LC_NO_TIME, .expires = LC_NO_TIME,
		.path = "",
	};
	if (list == NULL)
		return;
	out->version = list->version;
	if (taken < list->version)
		out->newest = list->version;
	out->issued = list->issued;
	out->expires = list->expires;
	out->is_stale = lc_now(&lc->state) >= list->expires;
	out->path = list->path;
}
