/* permit.c - permission tickets: licenseauthority.h. */
#include <stdlib.h>
#include <string.h>

#include "bundle.h"
#include "base/error.h"
#include "base/text.h"
#include "format/file.h"
#include "format/jws.h"
#include "format/line.h"
#include "format/statement.h"
#include "format/type.h"
#include "issue.h"
#include "record/authority.h"
#include "record/device.h"
#include "sign.h"

/* ---- Tickets --------------------------------------------------------- */

/* A ticket on its way; lines are owned. */
struct permit {
	const struct lc_authority *authority;
	const struct lc_permission *asked;
	struct lc_detail *detail;
	struct lc_file *file; /* asked->add */
	char **lines;
	size_t nlines;
	char eula[LC_EULA_DIGEST_LEN + 1]; /* of grace licenses */
	char id[LC_NEW_ID_LEN + 1];
	uint32_t seq;
	char *text; /* signed */
};

static enum lc_err
line_add(struct permit *p, char *line)
{
	char **more = reallocarray(p->lines, p->nlines + 1, sizeof *more);

	if (more == NULL || line == NULL) {
		p->lines = more != NULL ? more : p->lines;
		free(line);
		return LC_ENOMEM;
	}
	p->lines = more;
	p->lines[p->nlines++] = line;
	return LC_OK;
}

static enum lc_err
grace_add(struct permit *p, const struct lc_terms *t)
{
	char id[LC_NEW_ID_LEN + 1], *line = NULL;
	struct lc_terms grace = {
		.id = id,
		.issuer = "",
		.feature = t->feature,
		.version = t->version,
		.type = lc_type_rules(t->type)->grace,
		.udis = &p->asked->udi,
		.nudis = 1,
		.counted = t->counted,
		.count = t->count,
		.additive = t->additive,
		.period_s = p->asked->grace_s,
		.issued = p->asked->issued,
		.start = LC_NO_TIME,
		.end = LC_NO_TIME,
		.eula = p->eula,
		.comment = "grace period of a license that was moved",
	};
	static const struct lc_origin origin = { .source = "grace" };
	enum lc_err err;

	if (p->asked->grace_s == 0 || grace.type == LC_NO_TYPE)
		return LC_OK;
	if ((err = lc_new_id(id)) != LC_OK ||
	    (err = lc_authority_issue(
		 p->authority, &grace, &line, p->detail)) != LC_OK ||
	    (err = line_add(p, line)) != LC_OK)
		return err;
	return lc_issued_put(p->authority->record, &grace, line, &origin);
}

static enum lc_err
removal_add(struct permit *p, const char *id)
{
	const char *udi = p->asked->udi;
	struct lc_line *line;
	enum lc_err err;

	if ((err = lc_issued_find(p->authority->record, id, &line)) != LC_OK)
		return err;
	if (line->terms.nudis == 0)
		err = lc_fail(p->detail, LC_EUDI,
		    "license %s is for any device:"
		    " nothing to move",
		    id);
	else if (!lc_terms_fit(&line->terms, udi))
		err = lc_fail(
		    p->detail, LC_EUDI, "license %s is not for %s", id, udi);
	if (err == LC_OK)
		err = lc_issued_not_ended(p->authority->record, udi, id);
	if (err == LC_OK)
		err = grace_add(p, &line->terms);
	lc_line_free(line);
	return err;
}

static enum lc_err
addition_add(struct permit *p, const struct lc_file_line *text)
{
	struct lc_line *line;
	char *kept;
	enum lc_err err;

	err = lc_line_peek(text->text, text->len, &line, p->detail);
	if (err != LC_OK)
		return lc_file_line_fail(text, err, p->detail);
	if (!lc_terms_fit(&line->terms, p->asked->udi))
		err = lc_fail(p->detail, LC_EUDI,
		    "license %s to be added is not for %s", line->terms.id,
		    p->asked->udi);
	lc_line_free(line);
	if (err != LC_OK)
		return err;
	if ((kept = strndup(text->text, text->len)) != NULL)
		lc_jws_normalize(kept, text->len);
	return line_add(p, kept);
}

static enum lc_err
lines_add(struct permit *p)
{
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < p->asked->nremove && err == LC_OK; i++)
		err = removal_add(p, p->asked->remove[i]);
	for (size_t i = 0;
	     p->file != NULL && i < p->file->nlines && err == LC_OK; i++)
		err = addition_add(p, &p->file->lines[i]);
	if (err == LC_OK && p->nlines > LC_TICKET_LICENSES)
		err = lc_fail(p->detail, LC_EINVAL,
		    "too many licenses to add: at most %d, not %zu",
		    LC_TICKET_LICENSES, p->nlines);
	return err;
}

static enum lc_err
sign(struct permit *p)
{
	struct lc_record *record = p->authority->record;
	struct lc_device_row device;
	struct lc_statement s = {
		.kind = LC_PERMISSION_TICKET,
		.id = p->id,
		.issuer = lc_authority_name(p->authority),
		.issued = p->asked->issued,
		.udi = p->asked->udi,
		.ids = p->asked->remove,
		.nids = p->asked->nremove,
		.lines = (const char *const *)p->lines,
		.nlines = p->nlines,
		.device = device.kid,
	};
	enum lc_err err;

	if ((err = lc_known_device(record, s.udi, &device)) != LC_OK ||
	    (err = lc_new_id(p->id)) != LC_OK ||
	    (err = lc_ticket_number(record, &s.seq)) != LC_OK)
		return err;
	p->seq = s.seq;
	err = lc_statement_sign(&s, p->authority->key, &p->text, p->detail);
	return err == LC_OK
		   ? lc_ticket_put(record, s.seq, s.id, s.udi, p->text)
		   : err;
}

static enum lc_err
check(const struct permit *p)
{
	const struct lc_permission *asked = p->asked;

	if (!lc_text_is_udi(asked->udi, strlen(asked->udi)))
		return lc_fail(p->detail, LC_EINVAL,
		    "invalid UDI \"%s\" (not PID:SN)", asked->udi);
	if (asked->nremove > LC_TICKET_LICENSES)
		return lc_fail(p->detail, LC_EINVAL,
		    "too many licenses to remove: at most %d, not %zu",
		    LC_TICKET_LICENSES, asked->nremove);
	return lc_authority_key(p->authority, asked->issued, p->detail);
}

static enum lc_err
ticket_make(struct permit *p)
{
	const struct lc_permission *asked = p->asked;
	enum lc_err err = LC_OK;

	if (asked->eula != NULL)
		err = lc_agreement_put(
		    p->authority->record, asked->eula, asked->eula_len);
	if (err != LC_OK || (err = lines_add(p)) != LC_OK)
		return err;
	return sign(p);
}

static enum lc_err
ticket_record(struct permit *p)
{
	const struct lc_permission *asked = p->asked;
	enum lc_err err;

	if ((err = check(p)) != LC_OK ||
	    (asked->add != NULL &&
		(err = lc_file_parse(asked->add, asked->add_len, &p->file,
		     p->detail)) != LC_OK) ||
	    (asked->eula != NULL && (err = lc_eula_digest(asked->eula,
					 asked->eula_len, p->eula)) != LC_OK) ||
	    (err = lc_authority_begin(p->authority, p->detail)) != LC_OK)
		return err;
	return lc_authority_end(p->authority, ticket_make(p));
}

static enum lc_err
write_eulas(struct permit *p, struct lc_bundle *bundle)
{
	char digest[LC_EULA_DIGEST_LEN + 1];
	enum lc_err err = LC_OK;

	if (p->asked->eula != NULL)
		err = lc_bundle_add_eula(bundle, p->asked->eula,
		    p->asked->eula_len, digest, p->detail);
	for (size_t i = 0;
	     p->file != NULL && i < p->file->neulas && err == LC_OK; i++)
		err = lc_bundle_add_eula(bundle, p->file->eulas[i].text,
		    p->file->eulas[i].len, digest, p->detail);
	return err;
}

static enum lc_err
write_file(struct permit *p, struct lc_bundle **out)
{
	struct lc_bundle *bundle = NULL;
	struct lc_file_writer *w;
	enum lc_err err;

	if ((err = lc_bundle_new(&bundle)) != LC_OK)
		return err;
	w = lc_bundle_writer(bundle);
	lc_file_writer_text(w,
	    "Permission ticket: the device has to give"
	    " licenses up.  Only what stands\nbetween the BEGIN and END rows"
	    " counts; the rest is for people.\n\n"
	    "Device:    %s\nTicket:    %s, number %u\n",
	    p->asked->udi, p->id, p->seq);
	for (size_t i = 0; i < p->asked->nremove; i++)
		lc_file_writer_text(w, "Remove:    %s\n", p->asked->remove[i]);
	if (p->nlines > 0)
		lc_file_writer_text(w, "Add:       %zu licenses\n", p->nlines);
	lc_file_writer_statement(w, LC_PERMISSION_TICKET, p->text);
	if ((err = write_eulas(p, bundle)) == LC_OK)
		*out = bundle;
	else
		lc_bundle_free(bundle);
	return err;
}

enum lc_err
lc_authority_permit(const struct lc_authority *authority,
    const struct lc_permission *asked, struct lc_bundle **out,
    struct lc_detail *detail)
{
	struct permit p = {
		.authority = authority,
		.asked = asked,
		.detail = detail,
	};
	enum lc_err err = ticket_record(&p);

	if (err == LC_OK)
		err = write_file(&p, out);
	for (size_t i = 0; i < p.nlines; i++)
		free(p.lines[i]);
	free(p.lines);
	free(p.text);
	lc_file_free(p.file);
	return err;
}
