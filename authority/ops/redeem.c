/*
 * redeem.c - rehost tickets: the licenses that a device gave up, issued for
 * another one.
 *
 * The licenses are committed, with their device, before anyone sees them: from
 * then on the ticket is worth these lines and no others.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "format/line.h"
#include "format/statement.h"
#include "format/type.h"
#include "device.h"
#include "issue.h"
#include "move.h"
#include "record/authority.h"
#include "record/device.h"

struct redeem {
	const struct lc_authority *authority;
	const struct lc_redeem *asked;
	struct lc_detail *detail;
	struct lc_record *record;
	struct lc_statement *rehost;
	struct lc_ticket_row ticket; /* that it answers */
	int64_t request;	     /* that got the new licenses */
	struct lc_redeemed result;
};

/* ---- Checks --------------------------------------------------------- */

static bool
same_ids(const struct lc_statement *a, const struct lc_statement *b)
{
	if (a->nids != b->nids)
		return false;
	for (size_t i = 0; i < a->nids; i++) {
		if (strcmp(a->ids[i], b->ids[i]) != 0)
			return false;
	}
	return true;
}

/* Is the rehost ticket the answer to this very permission ticket? */
static enum lc_err
answers(const struct redeem *r)
{
	char digest[LC_DIGEST_LEN + 1];
	struct lc_statement *asked;
	bool good;
	enum lc_err err;

	if ((err = lc_statement_digest(r->ticket.text, digest)) != LC_OK ||
	    (err = lc_statement_peek(LC_PERMISSION_TICKET, r->ticket.text,
		 &asked, r->detail)) != LC_OK)
		return err;
	good = strcmp(digest, r->rehost->digest) == 0 &&
	       strcmp(asked->udi, r->rehost->udi) == 0 &&
	       asked->seq == r->rehost->seq && same_ids(asked, r->rehost);
	lc_statement_free(asked);
	return good ? LC_OK
		    : lc_fail(r->detail, LC_ETICKET,
			  "rehost ticket does not match permission ticket %s",
			  r->rehost->id);
}

static enum lc_err
ticket_judge(struct redeem *r)
{
	enum lc_err err =
	    lc_ticket_find(r->record, r->rehost->id, &r->ticket);

	return err == LC_OK ? answers(r) : err;
}

/* A key that was never seen may be anybody's who had the permission ticket. */
static enum lc_err
first_key_judge(struct redeem *r, struct lc_device_row *device)
{
	const char *udi = r->rehost->udi;

	r->result.key_is_new = true;
	if (!r->asked->first_sight)
		return lc_fail(r->detail, LC_EKEY,
		    "the key of %s is not known, so that anyone who had the "
		    "permission ticket may have made this answer",
		    udi);
	strcpy(device->kid, r->rehost->kid);
	strcpy(device->pinned, "first sight");
	return lc_known_device_put(r->record, udi, device);
}

static enum lc_err
key_judge(struct redeem *r)
{
	struct lc_device_row device;
	enum lc_err err = lc_known_device(r->record, r->rehost->udi, &device);

	if (err != LC_OK)
		return err;
	if (device.kid[0] == '\0')
		return first_key_judge(r, &device);
	if (strcmp(device.kid, r->rehost->kid) != 0)
		return lc_fail(r->detail, LC_EKEY,
		    "rehost ticket is signed with key %s, but %s has key %s",
		    r->rehost->kid, r->rehost->udi, device.kid);
	return LC_OK;
}

static enum lc_err
again_judge(struct redeem *r)
{
	const char *before = r->ticket.redeemed_for;

	r->result.again = *before != '\0';
	if (r->result.again && strcmp(before, r->asked->udi) != 0)
		return lc_fail(r->detail, LC_EEXISTS,
		    "rehost ticket was already redeemed for %s", before);
	return LC_OK;
}

/* The licenses were judged for the device that the permission names. */
static enum lc_err
to_judge(const struct redeem *r)
{
	const char *to = r->ticket.to;

	if (*to == '\0' || strcmp(to, r->asked->udi) == 0)
		return LC_OK;
	return lc_fail(r->detail, LC_ETICKET,
	    "permission ticket %s moves its licenses to %s, not to %s",
	    r->rehost->id, to, r->asked->udi);
}

/* ---- Issuing --------------------------------------------------------- */

/* Takes off what was used; false: nothing is left. */
static bool
take_off(struct lc_terms *t, uint32_t used)
{
	if (!lc_type_metered(t->type))
		return true;
	if (used < t->period_s) {
		t->period_s -= used;
		return true;
	}
	if (lc_type_rules(t->type)->successor == LC_NO_TYPE)
		return false;
	t->type = lc_type_rules(t->type)->successor; /* it had become that */
	t->period_s = 0;
	return true;
}

static enum lc_err
license_move(struct redeem *r, size_t i)
{
	const char *id = r->rehost->ids[i];
	struct lc_line *line;
	struct lc_terms t;
	enum lc_err err;

	if ((err = lc_issued_not_ended(r->record, r->rehost->udi, id)) !=
		LC_OK ||
	    (err = lc_license_moves(r->record, id)) != LC_OK ||
	    (err = lc_license_may_go(
		 r->record, id, r->rehost->udi, r->asked->udi)) != LC_OK ||
	    (err = lc_issued_end(r->record, r->rehost->udi, id, "moved",
		 r->rehost->id)) != LC_OK ||
	    (err = lc_issued_find(r->record, id, &line)) != LC_OK)
		return err;
	t = line->terms;
	if (!take_off(&t, r->rehost->used[i])) {
		r->result.spent++;
	} else {
		r->result.issued++;
		err = lc_reissue(r->authority, &t, r->asked->udi,
		    r->asked->issued, r->request);
	}
	lc_line_free(line);
	return err;
}

static enum lc_err
licenses_move(struct redeem *r)
{
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < r->rehost->nids && err == LC_OK; i++)
		err = license_move(r, i);
	if (err == LC_OK && r->result.issued == 0)
		return lc_fail(r->detail, LC_EEXPIRED,
		    "nothing left to move: the licenses are used up");
	return err;
}

static enum lc_err
redeem(struct redeem *r)
{
	bool again;
	enum lc_err err;

	if ((err = ticket_judge(r)) != LC_OK || (err = key_judge(r)) != LC_OK ||
	    (err = again_judge(r)) != LC_OK || (err = to_judge(r)) != LC_OK ||
	    (err = lc_ticket_request(
		 r->record, r->rehost->id, &r->request, &again)) != LC_OK)
		return err;
	if (r->result.again)
		return LC_OK;
	if ((err = lc_device_is_sound(r->record, r->rehost->udi)) != LC_OK ||
	    (err = licenses_move(r)) != LC_OK)
		return err;
	return lc_ticket_redeem(
	    r->record, r->ticket.seq, r->asked->udi, r->record->at);
}

enum lc_err
lc_redeem(const struct lc_authority *authority, const struct lc_redeem *asked,
    struct lc_redeemed *result, int64_t *request)
{
	struct redeem r = {
		.authority = authority,
		.asked = asked,
		.detail = authority->record->detail,
		.record = authority->record,
	};
	enum lc_err err;

	if (!lc_text_is_udi(asked->udi, strlen(asked->udi)))
		return lc_fail(r.detail, LC_EINVAL,
		    "invalid UDI \"%.60s\" (not PID:SN)", asked->udi);
	err = lc_statement_from_file(LC_REHOST_TICKET, asked->ticket,
	    asked->len, &r.rehost, NULL, r.detail);
	if (err == LC_EFILE || err == LC_ELINE)
		return err; /* anything at all: not worth a row of the log */
	if (err == LC_OK)
		err = redeem(&r);
	if (err == LC_OK) {
		*result = r.result;
		*request = r.request;
	} else {
		(void)lc_refused(r.record, err,
		    r.rehost != NULL ? r.rehost->id : "");
	}
	lc_ticket_row_free(&r.ticket);
	lc_statement_free(r.rehost);
	return err;
}

enum lc_err
lc_redeem_to(struct lc_record *record, const void *ticket, size_t len,
    char udi[LC_UDI_MAX + 1], struct lc_detail *detail)
{
	struct lc_ticket_row row = { 0 };
	struct lc_statement *rehost;
	enum lc_err err = lc_statement_from_file(
	    LC_REHOST_TICKET, ticket, len, &rehost, NULL, detail);

	if (err != LC_OK)
		return err;
	if ((err = lc_ticket_find(record, rehost->id, &row)) == LC_OK &&
	    *row.to == '\0')
		err = lc_fail(detail, LC_EINVAL,
		    "permission ticket %s names no device: say which one gets "
		    "the licenses",
		    rehost->id);
	if (err == LC_OK)
		(void)snprintf(udi, LC_UDI_MAX + 1, "%s", row.to);
	lc_ticket_row_free(&row);
	lc_statement_free(rehost);
	return err;
}

struct redeeming {
	const struct lc_redeem *asked;
	struct lc_redeemed result;
	int64_t request;
};

static enum lc_err
run(const struct lc_authority *authority, void *arg)
{
	struct redeeming *t = arg;

	return lc_redeem(authority, t->asked, &t->result, &t->request);
}

enum lc_err
lc_authority_redeem(const struct lc_authority *authority, const void *data,
    size_t len, const char *udi, int64_t issued, bool first_sight,
    struct lc_bundle **out, struct lc_redeemed *result,
    struct lc_detail *detail)
{
	const struct lc_redeem asked = { data, len, udi, issued, first_sight };
	struct redeeming t = { .asked = &asked };
	enum lc_err err;

	if ((err = lc_authority_run(authority, run, &t, detail)) == LC_OK &&
	    (err = lc_bundle_of_request(authority, t.request, out,
		 &t.result.issued)) == LC_OK)
		*result = t.result;
	return err;
}
