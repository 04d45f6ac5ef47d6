/*
 * op_key.c - signing keys.  Four eyes: what one administrator proposes is done
 * when another one confirms it.
 */
#include "ops/key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "base/error.h"
#include "daemon/log.h"
#include "op_args.h"
#include "op_call.h"
#include "record/authority.h"
#include "record/proposal.h"

#define DAY_S 86400
#define OPEN_S (7 * DAY_S) /* a proposal is open for so long */
#define OVERLAP_S (365 * DAY_S)

/* ---- Proposals ------------------------------------------------------- */

struct proposing {
	const char *action, *key, *reason;
	bool is_es256;
	int64_t from;
	uint32_t overlap_s;
};

#define OF(field) .at = offsetof(struct proposing, field)
static const struct arg propose_args[] = {
	{ "action", ARG_TEXT, OF(action), .required = true, .min = 1,
	    .max = 16 },
	{ "key", ARG_TEXT, OF(key), .min = 8, .max = LC_DIGEST_LEN },
	{ "es256", ARG_TRUTH, OF(is_es256) },
	{ "from", ARG_DATE, OF(from) },
	{ "overlap", ARG_NUMBER, OF(overlap_s), .max = UINT32_MAX },
	{ "reason", ARG_TEXT, OF(reason), .required = true, .min = 1,
	    .max = LC_COMMENT_MAX },
};
#undef OF

static enum lc_err
proposing_read(
    const json_t *body, struct proposing *p, struct lc_detail *detail)
{
	enum lc_err err;

	*p = (struct proposing){ .from = LC_NO_TIME, .overlap_s = OVERLAP_S };
	err = args_read(propose_args, NITEMS(propose_args), body, p, detail);
	if (err != LC_OK)
		return err;
	if (strcmp(p->action, "withdraw") == 0)
		return p->key != NULL
			   ? LC_OK
			   : lc_fail(detail, LC_EINVAL,
				 "\"key\" must be the id of the key to "
				 "withdraw, or its first 8 characters or more");
	if (strcmp(p->action, "rotate") != 0)
		return lc_fail(
		    detail, LC_EINVAL, "\"action\" must be rotate or withdraw");
	if (p->key != NULL)
		return lc_fail(detail, LC_EINVAL,
		    "\"key\" is of withdraw alone: a new key is made here");
	return LC_OK;
}

struct finding {
	const char *kid;
	size_t n;
};

static void
key_count(void *arg, const struct lc_signing_key *key)
{
	struct finding *f = arg;

	f->n += strncmp(key->kid, f->kid, strlen(f->kid)) == 0;
}

/* Is there such a key?  What it is once it is confirmed is judged then. */
static enum lc_err
key_check(
    struct lc_authority *authority, const char *kid, struct lc_detail *detail)
{
	struct finding f = { kid, 0 };
	enum lc_err err = lc_authority_keys(authority, key_count, &f, detail);

	if (err == LC_OK && f.n != 1)
		err = lc_fail(detail, LC_ENOTFOUND,
		    f.n == 0 ? "no key begins with %s"
			     : "several keys begin with %s",
		    kid);
	return err;
}

/*
 * The portal proper has the issuing process's user: a key in a file of this
 * user needs a passphrase, or it could be read there.
 */
static enum lc_err
keys_makeable(const struct op_asked *asked, struct lc_detail *detail)
{
	if (!asked->settings->user_changed || asked->settings->has_passphrase)
		return LC_OK;
	return lc_fail(detail, LC_EINVAL,
	    "no key can be made here without a passphrase: set "
	    "passphrase_file in licportal.conf, or use \"licissue key "
	    "rotate\"");
}

enum lc_err
op_key_propose(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	struct proposing p;
	char id[LC_NEW_ID_LEN + 1], until[DATE_SIZE], *says;
	enum lc_err err = proposing_read(asked->body, &p, detail);

	if (err == LC_OK && p.key != NULL)
		err = key_check(authority, p.key, detail);
	if (err == LC_OK && p.key == NULL)
		err = keys_makeable(asked, detail);
	if (err != LC_OK)
		return err;
	says = json_dumps(asked->body, JSON_COMPACT | JSON_SORT_KEYS);
	if (says == NULL)
		return LC_ENOMEM;
	err = lc_proposal_put(authority->record, says, id);
	free(says);
	if (err != LC_OK)
		return err;
	answer->body = json_pack("{s:s, s:s}", "proposal", id, "until",
	    date_text(asked->at + OPEN_S, until));
	return answer->body != NULL ? LC_OK : LC_ENOMEM;
}

/* ---- Finding one ----------------------------------------------------- */

struct found {
	json_t *body; /* NULL: none */
	char who[LC_TOKEN_NAME_MAX + 16];
	int64_t at;
};

static enum lc_err
proposal_take(void *arg, const struct lc_proposal *proposal)
{
	struct found *found = arg;

	found->body = json_loads(proposal->says, 0, NULL);
	(void)snprintf(found->who, sizeof found->who, "%s", proposal->who);
	found->at = proposal->at;
	return found->body != NULL ? LC_OK : LC_ENOMEM;
}

/* The caller frees the body. */
static enum lc_err
proposal_find(struct lc_authority *authority, const struct op_asked *asked,
    struct found *found, struct lc_detail *detail)
{
	enum lc_err err;

	*found = (struct found){ .body = NULL };
	err =
	    lc_proposals(authority->record, asked->part, proposal_take, found);
	if (err == LC_OK && found->body == NULL)
		err = lc_fail(detail, LC_ENOTFOUND, "no proposal %s is open",
		    asked->part);
	return err;
}

/* ---- Confirming ------------------------------------------------------ */

static void
rotation_after(struct lc_authority *authority, void *arg, bool is_committed)
{
	struct lc_detail detail = { "" };

	(void)authority;
	if (lc_rotate_end(arg, is_committed, &detail) != LC_OK)
		log_error("key",
		    "cannot use the new key: %s; the one before "
		    "goes on signing",
		    detail.text);
}

static void
withdrawal_after(struct lc_authority *authority, void *arg, bool is_committed)
{
	struct lc_detail detail = { "" };

	(void)arg;
	(void)is_committed;
	if (lc_authority_take_key(authority, &detail) != LC_OK)
		log_error("key",
		    "cannot use the key that signs now: %s; the "
		    "one before goes on signing",
		    detail.text);
}

static enum lc_err
rotate(struct lc_authority *authority, const struct op_asked *asked,
    const struct proposing *p, struct op_answer *answer,
    struct lc_detail *detail)
{
	const struct lc_rotation rotation = {
		.key = {
			.es256 = p->is_es256,
			.passphrase = asked->settings->has_passphrase,
			.secret = authority->secret,
		},
		/* What was to begin before it was confirmed begins now. */
		.from = p->from > asked->at ? p->from : LC_NO_TIME,
		.overlap_s = p->overlap_s,
	};
	struct lc_rotating *r = NULL;
	enum lc_err err = keys_makeable(asked, detail);

	if (err != LC_OK ||
	    (err = lc_rotate_new(authority, &rotation, &r, detail)) != LC_OK)
		return err;
	answer->after = rotation_after;
	answer->arg = r;
	if ((err = lc_rotate_put(r)) != LC_OK)
		return err;
	answer->body = json_pack(
	    "{s:s, s:s}", "action", "rotate", "key", lc_rotate_kid(r));
	return answer->body != NULL ? LC_OK : LC_ENOMEM;
}

static enum lc_err
withdraw(struct lc_authority *authority, const struct proposing *p,
    struct op_answer *answer, struct lc_detail *detail)
{
	enum lc_err err;

	answer->after = withdrawal_after;
	if ((err = lc_withdraw_put(authority, p->key, detail)) != LC_OK)
		return err;
	answer->body =
	    json_pack("{s:s, s:s}", "action", "withdraw", "key", p->key);
	return answer->body != NULL ? LC_OK : LC_ENOMEM;
}

static enum lc_err
confirm(struct lc_authority *authority, const struct op_asked *asked,
    const struct found *found, struct op_answer *answer,
    struct lc_detail *detail)
{
	struct proposing p;
	enum lc_err err;

	if (strcmp(found->who, asked->who) == 0) {
		answer->status = 403;
		answer->kind = "four-eyes";
		return lc_fail(detail, LC_EINVAL,
		    "%s proposed this: another administrator has to confirm it",
		    found->who);
	}
	if (asked->at > found->at + OPEN_S)
		return lc_fail(detail, LC_EEXPIRED,
		    "nobody confirmed this proposal in 7 days: make it again");
	if ((err = proposing_read(found->body, &p, detail)) != LC_OK)
		return err;
	err = p.key != NULL ? withdraw(authority, &p, answer, detail)
			    : rotate(authority, asked, &p, answer, detail);
	return err != LC_OK ? err
			    : lc_proposal_end(authority->record, asked->part,
				  true, found->who);
}

enum lc_err
op_key_confirm(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	struct found found = { .body = NULL };
	enum lc_err err = args_read(NULL, 0, asked->body, NULL, detail);

	if (err == LC_OK)
		err = proposal_find(authority, asked, &found, detail);
	if (err == LC_OK)
		err = confirm(authority, asked, &found, answer, detail);
	json_decref(found.body);
	return err;
}

enum lc_err
op_key_drop(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	struct found found = { .body = NULL };
	enum lc_err err = args_read(NULL, 0, asked->body, NULL, detail);

	if (err == LC_OK)
		err = proposal_find(authority, asked, &found, detail);
	json_decref(found.body);
	if (err != LC_OK || (err = lc_proposal_end(authority->record,
				 asked->part, false, "")) != LC_OK)
		return err;
	answer->body = json_pack("{s:s}", "proposal", asked->part);
	return answer->body != NULL ? LC_OK : LC_ENOMEM;
}
