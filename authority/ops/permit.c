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
#include "device.h"
#include "issue.h"
#include "move.h"
#include "record/authority.h"
#include "record/device.h"
#include "sign.h"

/* ---- Tickets --------------------------------------------------------- */

const char lc_grace_agreement[] =
    "Grace period license\n"
    "\n"
    "A license of this device was moved to another one.  For a limited time "
    "of\n"
    "use this license lets the feature go on here, so that the other device\n"
    "can take over.  It ends by itself and cannot be moved or renewed.\n";

/* A ticket on its way; lines are owned. */
struct lc_permit {
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
line_add(struct lc_permit *p, char *line)
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
grace_add(struct lc_permit *p, const struct lc_terms *t)
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
removal_judge(struct lc_permit *p, const struct lc_terms *t)
{
	struct lc_record *record = p->authority->record;
	const char *udi = p->asked->udi;
	enum lc_err err;

	if (t->nudis == 0)
		return lc_fail(p->detail, LC_EUDI,
		    "license %s is for any device: nothing to move", t->id);
	if (!lc_terms_fit(t, udi))
		return lc_fail(p->detail, LC_EUDI, "license %s is not for %s",
		    t->id, udi);
	if (t->type == LC_GRACE_PERIOD)
		return lc_fail(p->detail, LC_EREVOKED,
		    "license %s is a grace period, which ends on %s", t->id,
		    udi);
	if ((err = lc_issued_not_ended(record, udi, t->id)) != LC_OK)
		return err;
	err = lc_license_moves(record, t->id);
	if (err != LC_OK || p->asked->to == NULL)
		return err;
	return lc_license_may_go(record, t->id, udi, p->asked->to);
}

static enum lc_err
removal_add(struct lc_permit *p, const char *id)
{
	struct lc_line *line;
	enum lc_err err;

	if ((err = lc_issued_find(p->authority->record, id, &line)) != LC_OK)
		return err;
	if ((err = removal_judge(p, &line->terms)) == LC_OK)
		err = grace_add(p, &line->terms);
	lc_line_free(line);
	return err;
}

static enum lc_err
addition_add(struct lc_permit *p, const struct lc_file_line *text)
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
lines_add(struct lc_permit *p)
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
sign(struct lc_permit *p)
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
	if (err == LC_OK)
		err = lc_ticket_put(record, s.seq, s.id, s.udi, p->text);
	if (err == LC_OK && p->asked->to != NULL)
		err = lc_ticket_to_put(record, s.id, p->asked->to);
	return err;
}

static enum lc_err
check(const struct lc_permit *p)
{
	const struct lc_permission *asked = p->asked;

	if (!lc_text_is_udi(asked->udi, strlen(asked->udi)))
		return lc_fail(p->detail, LC_EINVAL,
		    "invalid UDI \"%.60s\" (not PID:SN)", asked->udi);
	if (asked->to != NULL && !lc_text_is_udi(asked->to, strlen(asked->to)))
		return lc_fail(p->detail, LC_EINVAL,
		    "invalid UDI \"%.60s\" (not PID:SN)", asked->to);
	if (asked->to != NULL && strcmp(asked->to, asked->udi) == 0)
		return lc_fail(p->detail, LC_EINVAL,
		    "%s cannot move licenses to itself", asked->to);
	if (asked->nremove > LC_TICKET_LICENSES)
		return lc_fail(p->detail, LC_EINVAL,
		    "too many licenses to remove: at most %d, not %zu",
		    LC_TICKET_LICENSES, asked->nremove);
	return lc_authority_key(p->authority, asked->issued, p->detail);
}

/* May licenses leave the device? */
static enum lc_err
device_judge(const struct lc_permit *p)
{
	struct lc_record *record = p->authority->record;
	const struct lc_permission *asked = p->asked;
	enum lc_err err;

	if (asked->nremove == 0)
		return LC_OK;
	err = lc_device_is_sound(record, asked->udi);
	return err == LC_OK ? err : lc_refused(record, err, asked->udi);
}

enum lc_err
lc_permit_put(struct lc_permit *p)
{
	const struct lc_permission *asked = p->asked;
	enum lc_err err;

	p->detail = p->authority->record->detail;
	if ((err = device_judge(p)) != LC_OK)
		return err;
	if (asked->eula != NULL)
		err = lc_agreement_put(
		    p->authority->record, asked->eula, asked->eula_len);
	if (err != LC_OK || (err = lines_add(p)) != LC_OK)
		return err;
	return sign(p);
}

enum lc_err
lc_permit_new(const struct lc_authority *authority,
    const struct lc_permission *asked, struct lc_permit **out,
    struct lc_detail *detail)
{
	struct lc_permit *p = calloc(1, sizeof *p);
	enum lc_err err;

	if (p == NULL)
		return LC_ENOMEM;
	p->authority = authority;
	p->asked = asked;
	p->detail = detail;
	if ((err = check(p)) == LC_OK && asked->add != NULL)
		err = lc_file_parse(
		    asked->add, asked->add_len, &p->file, detail);
	if (err == LC_OK && asked->eula != NULL)
		err = lc_eula_digest(asked->eula, asked->eula_len, p->eula);
	if (err == LC_OK)
		*out = p;
	else
		lc_permit_free(p);
	return err;
}

void
lc_permit_free(struct lc_permit *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->nlines; i++)
		free(p->lines[i]);
	free(p->lines);
	free(p->text);
	lc_file_free(p->file);
	free(p);
}

static enum lc_err
write_eulas(struct lc_permit *p, struct lc_bundle *bundle)
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

enum lc_err
lc_permit_file(struct lc_permit *p, struct lc_bundle **out)
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

static enum lc_err
put(const struct lc_authority *authority, void *arg)
{
	(void)authority; /* it has it */
	return lc_permit_put(arg);
}

enum lc_err
lc_authority_permit(const struct lc_authority *authority,
    const struct lc_permission *asked, struct lc_bundle **out,
    struct lc_detail *detail)
{
	struct lc_permit *p = NULL;
	enum lc_err err;

	if ((err = lc_permit_new(authority, asked, &p, detail)) == LC_OK &&
	    (err = lc_authority_run(authority, put, p, detail)) == LC_OK) {
		p->detail = detail;
		err = lc_permit_file(p, out);
	}
	lc_permit_free(p);
	return err;
}
