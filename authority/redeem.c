/*
 * redeem.c - rehost tickets: the licenses that a device gave up, issued for
 * another one.
 *
 * The licenses are committed to the ledger, with their device, before anyone
 * sees them: from then on the ticket is worth these lines and no others.
 */
#include <stdlib.h>
#include <string.h>

#include "authority.h"
#include "base/error.h"
#include "format/file.h"
#include "ledger.h"
#include "format/line.h"
#include "format/statement.h"
#include "format/type.h"
#include "base/text.h"

struct redeem {
	const struct lc_authority *authority;
	const char *udi; /* the device that gets them */
	int64_t issued;
	struct lc_detail *detail;
	struct lc_ledger *ledger;
	struct lc_statement *rehost;
	struct lc_ledger_ticket ticket; /* that it answers */
	struct lc_file_writer lines;    /* joined by line feeds */
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

	if ((err = lc_statement_digest(r->ticket.ticket, digest)) != LC_OK ||
	    (err = lc_statement_peek(LC_PERMISSION_TICKET, r->ticket.ticket,
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
	    lc_ledger_ticket(r->ledger, r->rehost->id, &r->ticket);

	return err == LC_OK ? answers(r) : err;
}

static enum lc_err
key_judge(struct redeem *r)
{
	char known[LC_DIGEST_LEN + 1];
	enum lc_err err = lc_ledger_device(r->ledger, r->rehost->udi, known);

	if (err != LC_OK)
		return err;
	r->result.key_is_new = known[0] == '\0';
	if (r->result.key_is_new)
		return lc_ledger_put_device(
		    r->ledger, r->rehost->udi, r->rehost->kid);
	if (strcmp(known, r->rehost->kid) != 0)
		return lc_fail(r->detail, LC_EKEY,
		    "rehost ticket is signed with key %s, but %s has key %s",
		    r->rehost->kid, r->rehost->udi, known);
	return LC_OK;
}

static enum lc_err
again_judge(struct redeem *r)
{
	const char *before = r->ticket.redeemed_for;

	r->result.again = *before != '\0';
	if (r->result.again && strcmp(before, r->udi) != 0)
		return lc_fail(r->detail, LC_EEXISTS,
		    "rehost ticket was already redeemed for %s", before);
	return LC_OK;
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
line_issue(struct redeem *r, struct lc_terms *t)
{
	char id[LC_NEW_ID_LEN + 1], *line = NULL;
	enum lc_err err;

	t->id = id;
	t->udis = &r->udi;
	t->nudis = 1;
	t->issued = r->issued;
	if ((err = lc_new_id(id)) != LC_OK ||
	    (err = lc_authority_issue(r->authority, t, &line, r->detail)) !=
		LC_OK)
		return err;
	lc_file_writer_text(
	    &r->lines, "%s%s", r->result.issued++ > 0 ? "\n" : "", line);
	err = lc_ledger_put_line(r->ledger, line);
	free(line);
	return err;
}

static enum lc_err
license_move(struct redeem *r, size_t i)
{
	const char *id = r->rehost->ids[i];
	struct lc_line *line;
	struct lc_terms t;
	enum lc_err err;

	if ((err = lc_ledger_not_moved(r->ledger, r->rehost->udi, id)) !=
		LC_OK ||
	    (err = lc_ledger_put_moved(r->ledger, r->rehost->udi, id)) !=
		LC_OK ||
	    (err = lc_ledger_line(r->ledger, id, &line)) != LC_OK)
		return err;
	t = line->terms;
	if (take_off(&t, r->rehost->used[i]))
		err = line_issue(r, &t);
	else
		r->result.spent++;
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
	if (err == LC_OK)
		err = lc_file_writer_end(&r->lines);
	return err;
}

/* The lines, to the ledger or from it. */
static enum lc_err
write_ledger(struct redeem *r)
{
	enum lc_err err;

	if ((err = ticket_judge(r)) != LC_OK || (err = key_judge(r)) != LC_OK ||
	    (err = again_judge(r)) != LC_OK)
		return err;
	if (r->result.again) {
		lc_file_writer_text(&r->lines, "%s", r->ticket.lines);
		return lc_file_writer_end(&r->lines);
	}
	if ((err = licenses_move(r)) != LC_OK ||
	    (err = lc_ledger_redeem(r->ledger, r->rehost->id, r->udi, r->issued,
		 r->lines.text)) != LC_OK)
		return err;
	return lc_ledger_commit(r->ledger);
}

/* ---- The license file ------------------------------------------------ */

static enum lc_err
bundle_eula(struct redeem *r, struct lc_bundle *bundle, const char *digest)
{
	char found[LC_EULA_DIGEST_LEN + 1], *text;
	enum lc_err err;

	if (*digest == '\0')
		return LC_OK;
	err = lc_ledger_eula(r->ledger, digest, &text);
	if (err != LC_OK) /* the device may have the text */
		return err == LC_ENOTFOUND ? LC_OK : err;
	err = lc_bundle_add_eula(bundle, text, strlen(text), found, r->detail);
	free(text);
	return err;
}

static enum lc_err
bundle_line(struct redeem *r, struct lc_bundle *bundle, const char *text)
{
	struct lc_line *line;
	enum lc_err err;

	err = lc_line_peek(text, strlen(text), &line, r->detail);
	if (err != LC_OK)
		return err;
	if ((err = bundle_eula(r, bundle, line->terms.eula)) == LC_OK)
		err = lc_bundle_add_lines(
		    bundle, &line->terms, &text, 1, r->detail);
	lc_line_free(line);
	return err;
}

/* Takes the lines apart. */
static enum lc_err
bundle_make(struct redeem *r, struct lc_bundle **out)
{
	struct lc_bundle *bundle = NULL;
	char *at = r->lines.text, *text;
	enum lc_err err = lc_bundle_new(&bundle);
	size_t n = 0;

	while (err == LC_OK && (text = strsep(&at, "\n")) != NULL) {
		err = bundle_line(r, bundle, text);
		n++;
	}
	if (err != LC_OK) {
		lc_bundle_free(bundle);
		return err;
	}
	r->result.issued = n;
	*out = bundle;
	return LC_OK;
}

enum lc_err
lc_authority_redeem(const struct lc_authority *authority, const void *data,
    size_t len, const char *udi, int64_t issued, struct lc_bundle **out,
    struct lc_redeemed *result, struct lc_detail *detail)
{
	struct redeem r = {
		.authority = authority,
		.udi = udi,
		.issued = issued,
		.detail = detail,
	};
	enum lc_err err;

	if (!lc_text_is_udi(udi, strlen(udi)))
		return lc_fail(
		    detail, LC_EINVAL, "invalid UDI \"%s\" (not PID:SN)", udi);
	if ((err = lc_statement_from_file(LC_REHOST_TICKET, data, len,
		 &r.rehost, NULL, detail)) == LC_OK &&
	    (err = lc_ledger_open(authority, &r.ledger, detail)) == LC_OK &&
	    (err = write_ledger(&r)) == LC_OK &&
	    (err = bundle_make(&r, out)) == LC_OK)
		*result = r.result;
	lc_file_writer_free(&r.lines);
	free(r.ticket.ticket);
	free(r.ticket.redeemed_for);
	free(r.ticket.lines);
	lc_statement_free(r.rehost);
	lc_ledger_close(r.ledger);
	return err;
}
