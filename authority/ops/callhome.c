/*
 * callhome.c - see callhome.h.
 *
 * What is learned stays, though the request may be refused: the nonce was used,
 * and the credentials showed a key and a history.  So the operation itself is a
 * part of the transaction, and fails alone.
 */
#include "callhome.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/b64.h"
#include "base/error.h"
#include "device.h"
#include "format/line.h"
#include "format/statement.h"
#include "fulfill.h"
#include "issue.h"
#include "move.h"
#include "nonce.h"
#include "record/authority.h"
#include "record/device.h"
#include "record/license.h"
#include "record/pak.h"
#include "rma.h"
#include "shown.h"

#define ANSWER_MAX (16 << 20)  /* bytes: what a device takes */
#define ANSWER_SURE (6 << 20)  /* a file that makes no such answer */
#define CREDENTIALS_IDS 10000  /* that credentials have at most */
#define GRACE_S (60 * 86400)   /* of what is moved away */

struct home {
	const struct lc_authority *authority;
	struct lc_record *record;
	struct lc_call *call;
	const struct lc_envelope *e;
	struct lc_statement *credentials;
	struct lc_detail told; /* what is suspicious about them */
	char *what;	       /* "install KEY DIGEST-OF-THE-REQUEST" */
	char *id;	       /* of the request in the database */
	int64_t number;	       /* of it */
	struct lc_bundle *bundle;
	json_t *licenses;
};

/* ---- Refusals -------------------------------------------------------- */

static enum lc_err
refuse(struct home *h, const char *kind, enum lc_err err)
{
	h->call->kind = kind;
	return lc_refused(h->record, err, h->e->udi);
}

/* An error of the machine: nothing is decided, and nothing stays. */
static bool
is_machine(enum lc_err err)
{
	return err == LC_ENOMEM || err == LC_EIO || err == LC_ELOCKED ||
	       err == LC_EDAMAGED;
}

/* ---- Credentials ----------------------------------------------------- */

static enum lc_err
digest_of(const char *a, const char *b, const char *c,
    char digest[LC_DIGEST_LEN + 1])
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	uint8_t bytes[32];
	bool good = md != NULL &&
		    EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1 &&
		    EVP_DigestUpdate(md, a, strlen(a)) == 1 &&
		    EVP_DigestUpdate(md, b, strlen(b)) == 1 &&
		    EVP_DigestUpdate(md, c, strlen(c)) == 1 &&
		    EVP_DigestFinal_ex(md, bytes, NULL) == 1;

	EVP_MD_CTX_free(md);
	if (!good)
		return LC_ENOMEM;
	lc_b64_encode(bytes, sizeof bytes, digest);
	return LC_OK;
}

static enum lc_err
credentials_open(struct home *h)
{
	enum lc_err err = lc_statement_from_file(LC_CREDENTIALS,
	    h->e->credentials, strlen(h->e->credentials), &h->credentials,
	    NULL, h->record->detail);

	if (err == LC_ESIGNATURE || err == LC_EKEY)
		return refuse(h, NULL, err);
	return err;
}

/* Were they made by this device, for this request and this nonce? */
static enum lc_err
credentials_judge(struct home *h)
{
	const struct lc_statement *s = h->credentials;
	char digest[LC_DIGEST_LEN + 1];
	enum lc_err err;

	if (strcmp(s->udi, h->e->udi) != 0) {
		err = lc_fail(h->record->detail, LC_EUDI,
		    "credentials of %s, not of %s, whose request this is",
		    s->udi, h->e->udi);
		return refuse(h, "another-device", err);
	}
	if ((err = digest_of(h->e->nonce, ".", h->e->request, digest)) !=
	    LC_OK)
		return err;
	if (s->nonce != NULL && strcmp(s->nonce, digest) == 0)
		return LC_OK;
	err = lc_fail(h->record->detail, LC_ESIGNATURE,
	    "the credentials of %s were made for another request or nonce",
	    s->udi);
	return refuse(h, "not-bound", err);
}

static enum lc_err
nonce_judge(struct home *h)
{
	enum lc_err err;

	if (h->e->nonce[0] != '\0') {
		err = lc_nonce_take(h->record, h->e->nonce, &h->call->kind);
		return err == LC_OK ? err
				    : lc_refused(h->record, err, h->e->udi);
	}
	if (h->e->kind != LC_CALL_REPORT)
		return LC_OK;
	h->call->kind = "nonce-missing";
	return lc_fail(h->record->detail, LC_EINVAL,
	    "a report needs a nonce: without one it may be of any time");
}

static enum lc_err
credentials_know(struct home *h)
{
	enum lc_err err =
	    lc_know_opened(h->record, h->credentials, &h->told);

	if (err == LC_EKEY)
		h->call->kind = "another-key";
	return err;
}

/* ---- Once ------------------------------------------------------------ */

/* What only reads is done anew each time. */
static bool
is_once(const struct home *h)
{
	return h->e->kind == LC_CALL_INSTALL || h->e->kind == LC_CALL_PERMIT ||
	       h->e->kind == LC_CALL_REHOST;
}

static enum lc_err
request_name(struct home *h)
{
	char digest[LC_DIGEST_LEN + 1];
	enum lc_err err = digest_of(h->e->request, "", "", digest);

	if (err != LC_OK)
		return err;
	if (asprintf(&h->id, "home %s", h->e->id) < 0) {
		h->id = NULL;
		return LC_ENOMEM;
	}
	if (asprintf(&h->what, "%s %s %s", lc_call_name(h->e->kind),
		h->credentials->kid, digest) < 0) {
		h->what = NULL;
		return LC_ENOMEM;
	}
	return LC_OK;
}

/* LC_ENOTFOUND: it is new. */
static enum lc_err
request_find(struct home *h)
{
	enum lc_err err =
	    lc_request_find(h->record, h->id, h->what, &h->number);

	if (err != LC_EINVAL)
		return err;
	err = lc_fail(h->record->detail, LC_EEXISTS,
	    "request id %s was already used for another request", h->e->id);
	return refuse(h, "request-id", err);
}

static enum lc_err
request_put(struct home *h)
{
	bool again;

	return lc_request_put(
	    h->record, h->id, h->what, &h->number, &again);
}

/* What cannot be made again from the licenses of the request. */
static enum lc_err
answer_keep(struct home *h, json_t *kept)
{
	char *text = kept != NULL ? json_dumps(kept, JSON_COMPACT) : NULL;
	enum lc_err err = LC_ENOMEM;

	if (text != NULL)
		err = lc_answer_put(h->record, h->number, text);
	json_decref(kept);
	free(text);
	return err;
}

static enum lc_err
answer_kept(struct home *h, json_t **kept)
{
	char *text = NULL;
	enum lc_err err = lc_answer_find(h->record, h->number, &text);

	if (err == LC_OK && (*kept = json_loads(text, 0, NULL)) == NULL)
		err = LC_ENOMEM;
	free(text);
	return err;
}

/* ---- Licenses of an answer ------------------------------------------- */

static enum lc_err
license_add(struct home *h, json_t *license)
{
	if (json_array_append_new(h->licenses, license) != 0)
		return LC_ENOMEM;
	h->call->nlicenses++;
	return LC_OK;
}

/* In the list, and in the file. */
static enum lc_err
line_add(struct home *h, const struct lc_terms *terms, const char *text)
{
	enum lc_err err = license_add(h, lc_license_shown(terms));

	if (err == LC_OK && h->bundle == NULL)
		err = lc_bundle_new(&h->bundle);
	return err == LC_OK ? lc_bundle_add_issued(
				  h->authority, h->bundle, terms, text)
			    : err;
}

static enum lc_err
issued_add(void *arg, struct lc_line *line, const char *text)
{
	return line_add(arg, &line->terms, text);
}

static enum lc_err
current_add(void *arg, const struct lc_terms *terms, const char *text)
{
	return line_add(arg, terms, text);
}

/* ---- Answers --------------------------------------------------------- */

/* Takes what is put over; members may be NULL, which is no memory. */
static enum lc_err
answer_put(struct home *h, const char *name, json_t *value)
{
	return json_object_set_new(h->call->answer, name, value) == 0
		   ? LC_OK
		   : LC_ENOMEM;
}

static enum lc_err
answer_begin(struct home *h)
{
	h->licenses = json_array();
	h->call->answer = json_pack("{s:i, s:s, s:s, s:s, s:O}", "version", 1,
	    "id", h->e->id, "kind", lc_call_name(h->e->kind), "udi", h->e->udi,
	    "licenses", h->licenses);
	if (h->call->answer == NULL)
		return LC_ENOMEM;
	if (h->told.text[0] == '\0')
		return LC_OK;
	return answer_put(h, "notice", json_string(h->told.text));
}

/* The file, and nothing that is more than a device takes. */
static enum lc_err
answer_file(struct home *h)
{
	const char *text;
	size_t len, whole = 0;
	enum lc_err err;

	if (h->bundle == NULL)
		return LC_OK;
	if ((err = lc_bundle_text(
		 h->bundle, &text, &len, h->record->detail)) == LC_OK)
		err = answer_put(h, "file", json_stringn(text, len));
	if (err == LC_OK && len > ANSWER_SURE)
		whole = json_dumpb(h->call->answer, NULL, 0, JSON_COMPACT);
	if (err == LC_OK && whole > ANSWER_MAX)
		err = lc_fail(h->record->detail, LC_EFILE,
		    "the answer has %zu licenses and %zu bytes, but a device "
		    "takes %d: get them as a license file",
		    h->call->nlicenses, whole, ANSWER_MAX);
	if (err == LC_EFILE)
		h->call->kind = "too-big";
	return err;
}

/* ---- Installing, and sending again ----------------------------------- */

static enum lc_err
refuse_device(struct home *h, const char *udi)
{
	return refuse(h, "another-account",
	    lc_fail(h->record->detail, LC_EINVAL, "%s is another account's",
		udi));
}

/*
 * Of a PAK of another account, nobody's token gets anything.  Without a token
 * the licenses are of the PAK's account, and do not go where others have some.
 */
static enum lc_err
owner_judge(struct home *h, const char *owner)
{
	const char *account = h->call->account;
	struct lc_device_standing is;
	enum lc_err err;

	if (owner[0] == '\0' || strcmp(owner, account) == 0)
		return LC_OK;
	if (account[0] == '\0') {
		err = lc_device_stands(h->record, h->e->udi, owner, &is);
		if (err != LC_OK || !(is.others || (is.shows_other && !is.own)))
			return err;
		return refuse_device(h, h->e->udi);
	}
	h->call->kind = "another-account";
	return lc_fail(
	    h->record->detail, LC_EINVAL, "this PAK is another account's");
}

static enum lc_err
pak_judge(struct home *h)
{
	struct lc_arena arena = { 0 };
	char code[LC_PAK_LEN + 1];
	struct lc_pak *pak;
	enum lc_err err;

	if ((err = lc_pak_read(h->e->pak, code, h->record->detail)) == LC_OK &&
	    (err = lc_pak_find(h->record, &arena, code, &pak)) == LC_OK)
		err = owner_judge(h, pak->account);
	lc_arena_free(&arena);
	return err;
}

static enum lc_err
install(struct home *h)
{
	struct lc_wish wish = {
		.udi = h->e->udi,
		.sku = h->e->sku,
		.quantity = h->e->quantity,
	};
	struct lc_fulfillment f = {
		.pak = h->e->pak,
		.request = "",
		.wishes = &wish,
		.nwishes = 1,
		.issued = h->record->at,
		.account = h->call->account,
		.number = h->number,
	};
	struct lc_bundle *unused = NULL; /* it is made from what is kept */
	enum lc_err err;

	if ((err = pak_judge(h)) == LC_OK &&
	    (err = lc_bundle_new(&unused)) == LC_OK)
		err = lc_fulfill(h->authority, &f, unused);
	lc_bundle_free(unused);
	if (err != LC_OK && wish.why.text[0] != '\0')
		(void)lc_fail(h->record->detail, err, "%s", wish.why.text);
	return err;
}

static enum lc_err
installed_add(struct home *h)
{
	return lc_issued_of_request(h->record, h->number, issued_add, h);
}

/* The licenses of the device that count. */
static enum lc_err
current_each(struct home *h, lc_license_call *call, void *arg)
{
	enum lc_err err = lc_resend_each(
	    h->record, h->e->udi, h->record->at, call, arg);

	if (err == LC_ENOTFOUND)
		h->call->kind = "no-license";
	return err;
}

static enum lc_err
resend(struct home *h)
{
	return current_each(h, current_add, h);
}

/* ---- What may move --------------------------------------------------- */

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct installed {
	struct home *h;
	const char **ids; /* sorted */
	size_t n;
};

static bool
is_installed(const struct installed *i, const char *id)
{
	/* Of more than this the credentials have only the first ones. */
	return i->n >= CREDENTIALS_IDS ||
	       bsearch(&id, i->ids, i->n, sizeof *i->ids, compare) != NULL;
}

/* LC_OK, or why it may not move, in words. */
static enum lc_err
movable_judge(const struct installed *i, const struct lc_terms *terms)
{
	struct lc_record *record = i->h->record;
	enum lc_err err;

	if (!is_installed(i, terms->id))
		return lc_fail(
		    record->detail, LC_ENOLICENSE, "not installed here");
	if (terms->type == LC_GRACE_PERIOD)
		return lc_fail(record->detail, LC_EREVOKED,
		    "a grace period, which ends here");
	if ((err = lc_license_moves(record, terms->id)) != LC_OK)
		return err;
	return lc_license_may_go(
	    record, terms->id, i->h->e->udi, i->h->e->to);
}

static enum lc_err
movable_add(void *arg, const struct lc_terms *terms, const char *text)
{
	const struct installed *i = arg;
	json_t *license = lc_license_shown(terms);
	struct lc_record *record = i->h->record;
	struct lc_detail *detail = record->detail, reason = { "" };
	enum lc_err err;

	(void)text;
	lc_record_tell(record, &reason);
	err = movable_judge(i, terms);
	lc_record_tell(record, detail);
	if (is_machine(err) || license == NULL) {
		json_decref(license);
		return err != LC_OK ? err : LC_ENOMEM;
	}
	if (json_object_set_new(license, "movable",
		json_boolean(err == LC_OK)) != 0 ||
	    (err != LC_OK && json_object_set_new(license, "reason",
				 json_string(reason.text)) != 0)) {
		json_decref(license);
		return LC_ENOMEM;
	}
	return license_add(i->h, license);
}

static enum lc_err
movable(struct home *h)
{
	const struct lc_statement *s = h->credentials;
	struct installed i = { .h = h, .n = s->nids };
	enum lc_err err = lc_device_is_sound(h->record, h->e->udi);

	if (err != LC_OK)
		return lc_refused(h->record, err, h->e->udi);
	if ((i.ids = calloc(i.n + 1, sizeof *i.ids)) == NULL)
		return LC_ENOMEM;
	if (i.n > 0)
		memcpy(i.ids, s->ids, i.n * sizeof *i.ids);
	qsort(i.ids, i.n, sizeof *i.ids, compare);
	err = current_each(h, movable_add, &i);
	free(i.ids);
	return err;
}

/* ---- Moving ---------------------------------------------------------- */

/*
 * A license makes its device the account's: not one of others.  Between ticket
 * and redemption it may have become one.
 */
static enum lc_err
target_judge(struct home *h)
{
	bool may = false;
	enum lc_err err = lc_device_may_give(
	    h->record, h->e->udi, h->e->to, h->call->account, &may);

	return err != LC_OK || may ? err : refuse_device(h, h->e->to);
}

static enum lc_err
permit(struct home *h)
{
	const struct lc_permission asked = {
		.udi = h->e->udi,
		.remove = h->e->licenses,
		.nremove = h->e->nlicenses,
		.grace_s = GRACE_S,
		.eula = lc_grace_agreement,
		.eula_len = strlen(lc_grace_agreement),
		.issued = h->record->at,
		.to = h->e->to,
	};
	struct lc_bundle *bundle = NULL;
	struct lc_permit *p = NULL;
	const char *text;
	size_t len;
	enum lc_err err;

	if ((err = target_judge(h)) == LC_OK &&
	    (err = lc_permit_new(h->authority, &asked, &p,
		 h->record->detail)) == LC_OK &&
	    (err = lc_permit_put(p)) == LC_OK &&
	    (err = lc_permit_file(p, &bundle)) == LC_OK &&
	    (err = lc_bundle_text(bundle, &text, &len, h->record->detail)) ==
		LC_OK)
		err = answer_keep(h, json_pack("{s:s%}", "file", text, len));
	lc_permit_free(p);
	lc_bundle_free(bundle);
	return err;
}

/* The licenses that the ticket is about, and the ticket. */
static enum lc_err
permitted_add(struct home *h)
{
	json_t *kept = NULL;
	struct lc_line *line;
	enum lc_err err = answer_kept(h, &kept);

	for (size_t i = 0; i < h->e->nlicenses && err == LC_OK; i++) {
		err = lc_issued_find(h->record, h->e->licenses[i], &line);
		if (err != LC_OK)
			break;
		err = license_add(h, lc_license_shown(&line->terms));
		lc_line_free(line);
	}
	if (err == LC_OK)
		err = answer_put(
		    h, "file", json_incref(json_object_get(kept, "file")));
	json_decref(kept);
	return err;
}

/* Each device brings its own tickets. */
static enum lc_err
ticket_judge(struct home *h)
{
	struct lc_statement *s;
	enum lc_err err = lc_statement_from_file(LC_REHOST_TICKET,
	    h->e->ticket, strlen(h->e->ticket), &s, NULL, h->record->detail);

	if (err != LC_OK)
		return err == LC_ESIGNATURE || err == LC_EKEY
			   ? refuse(h, NULL, err)
			   : err;
	if (strcmp(s->udi, h->e->udi) != 0) {
		err = lc_fail(h->record->detail, LC_EUDI,
		    "rehost ticket of %s, not of %s", s->udi, h->e->udi);
		(void)refuse(h, "another-device", err);
	}
	lc_statement_free(s);
	return err;
}

static enum lc_err
rehost(struct home *h)
{
	struct lc_redeemed result;
	int64_t request;
	enum lc_err err;

	if ((err = ticket_judge(h)) != LC_OK ||
	    (err = target_judge(h)) != LC_OK ||
	    (err = lc_redeem(h->authority,
		 &(struct lc_redeem){ .ticket = h->e->ticket,
		     .len = strlen(h->e->ticket),
		     .udi = h->e->to,
		     .issued = h->record->at },
		 &result, &request)) != LC_OK)
		return err;
	return answer_keep(h, json_pack("{s:I}", "licenses_of", request));
}

static enum lc_err
rehosted_add(struct home *h)
{
	json_t *kept = NULL;
	int64_t request = 0;
	enum lc_err err = answer_kept(h, &kept);

	if (err == LC_OK)
		request =
		    json_integer_value(json_object_get(kept, "licenses_of"));
	json_decref(kept);
	return err == LC_OK ? lc_issued_of_request(
				  h->record, request, issued_add, h)
			    : err;
}

static enum lc_err
nothing(struct home *h)
{
	(void)h;
	return LC_OK;
}

/* ---- All of them ----------------------------------------------------- */

static const struct {
	enum lc_err (*run)(struct home *);    /* once */
	enum lc_err (*answer)(struct home *); /* each time */
} kinds[LC_NCALLS] = {
	[LC_CALL_INSTALL] = { install, installed_add },
	[LC_CALL_RESEND] = { nothing, resend },
	[LC_CALL_MOVABLE] = { nothing, movable },
	[LC_CALL_PERMIT] = { permit, permitted_add },
	[LC_CALL_REHOST] = { rehost, rehosted_add },
	[LC_CALL_REPORT] = { nothing, nothing },
};

/* ---- Accounts -------------------------------------------------------- */

/* It becomes the token's, unless what counts there is another account's. */
static enum lc_err
account_judge(struct home *h)
{
	const char *account = h->call->account;
	struct lc_device_standing is;
	enum lc_err err;

	if (account[0] == '\0')
		return LC_OK;
	err = lc_device_stands(h->record, h->e->udi, account, &is);
	if (err != LC_OK || (is.shows && !is.others))
		return err;
	if (is.own || !is.others)
		return is.shows ? LC_OK
				: lc_device_account_put(
				      h->record, h->e->udi, account);
	return refuse_device(h, h->e->udi);
}

/* ---- Running --------------------------------------------------------- */

static enum lc_err
answer_make(struct home *h)
{
	enum lc_err err;

	if ((err = answer_begin(h)) != LC_OK ||
	    (err = kinds[h->e->kind].answer(h)) != LC_OK)
		return err;
	return answer_file(h);
}

static enum lc_err
operate(struct home *h)
{
	enum lc_err err = is_once(h) ? request_put(h) : LC_OK;

	if (err == LC_OK && (err = kinds[h->e->kind].run(h)) == LC_OK)
		err = answer_make(h);
	return err;
}

/* The operation alone is undone if it is refused. */
static enum lc_err
operate_part(struct home *h)
{
	struct lc_part part;
	enum lc_err err = lc_part_begin(h->record, &part);

	return err == LC_OK ? lc_part_end(h->record, &part, operate(h)) : err;
}

/*
 * A request that was done is answered before anything is judged that may have
 * changed since.
 */
static enum lc_err
carry_out(struct home *h)
{
	enum lc_err err = is_once(h) ? request_find(h) : LC_ENOTFOUND;

	h->call->again = err == LC_OK;
	if (err == LC_OK)
		return answer_make(h);
	if (err != LC_ENOTFOUND || (err = credentials_know(h)) != LC_OK ||
	    (err = account_judge(h)) != LC_OK)
		return err;
	return operate_part(h);
}

static enum lc_err
call_home(struct home *h)
{
	enum lc_err err;

	if ((err = credentials_open(h)) != LC_OK ||
	    (err = credentials_judge(h)) != LC_OK ||
	    (err = request_name(h)) != LC_OK ||
	    (err = nonce_judge(h)) != LC_OK)
		return err;
	err = carry_out(h);
	if (err == LC_OK || is_machine(err))
		return err;
	h->call->refused = err;
	return lc_refusal_put(h->record);
}

enum lc_err
lc_call_home(const struct lc_authority *authority, struct lc_call *call)
{
	struct home h = {
		.authority = authority,
		.record = authority->record,
		.call = call,
		.e = call->envelope,
	};
	enum lc_err err;

	call->answer = NULL;
	call->again = false;
	call->nlicenses = 0;
	call->refused = LC_OK;
	call->kind = NULL;
	err = call_home(&h);
	if (err != LC_OK || call->refused != LC_OK) {
		json_decref(call->answer);
		call->answer = NULL;
	}
	lc_statement_free(h.credentials);
	lc_bundle_free(h.bundle);
	json_decref(h.licenses);
	free(h.what);
	free(h.id);
	return err;
}
