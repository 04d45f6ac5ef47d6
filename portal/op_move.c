/* op_move.c - licenses that go from one device to another. */
#include "ops/move.h"

#include <string.h>

#include "array.h"
#include "base/error.h"
#include "op_args.h"
#include "op_call.h"
#include "op_device.h"
#include "ops/device.h"
#include "ops/import.h"
#include "ops/rma.h"
#include "record/authority.h"
#include "record/record.h"
#include "record/rma.h"

#define FILE_MAX (16 << 20)
#define DAY_S 86400
#define GRACE_DAYS 60
#define GRACE_DAYS_MAX 3650

/* ---- Permission tickets ---------------------------------------------- */

struct permitting {
	const char *credentials, *to, *agreement;
	const json_t *licenses;
	uint32_t grace_days;
	const char *remove[LC_TICKET_LICENSES];
	struct lc_permission asked;
};

#define OF(field) .at = offsetof(struct permitting, field)
static const struct arg permit_args[] = {
	{ "credentials", ARG_FILE, OF(credentials), .required = true, .min = 1,
	    .max = FILE_MAX },
	{ "to", ARG_TEXT, OF(to), .required = true, .min = 3,
	    .max = LC_UDI_MAX },
	{ "licenses", ARG_TEXTS, OF(licenses), .required = true, .min = 1,
	    .max = LC_TICKET_LICENSES },
	{ "grace_days", ARG_NUMBER, OF(grace_days), .max = GRACE_DAYS_MAX },
	{ "agreement", ARG_FILE, OF(agreement), .min = 1, .max = 1 << 20 },
};
#undef OF

static void
permission_take(
    const struct op_asked *asked, const char *udi, struct permitting *p)
{
	const char *eula =
	    p->agreement != NULL ? p->agreement : lc_grace_agreement;

	p->asked = (struct lc_permission){
		.udi = udi,
		.remove = p->remove,
		.nremove = json_array_size(p->licenses),
		.grace_s = p->grace_days * DAY_S,
		.eula = p->grace_days > 0 ? eula : NULL,
		.eula_len = p->grace_days > 0 ? strlen(eula) : 0,
		.issued = asked->at,
		.to = p->to,
	};
	for (size_t i = 0; i < p->asked.nremove; i++)
		p->remove[i] =
		    json_string_value(json_array_get(p->licenses, i));
}

/* The ticket, as the answer. */
static enum lc_err
ticket_make(struct lc_authority *authority, const struct permitting *p,
    struct op_answer *answer, struct lc_detail *detail)
{
	struct lc_bundle *bundle = NULL;
	struct lc_permit *permit = NULL;
	const char *text;
	size_t len;
	enum lc_err err;

	if ((err = lc_permit_new(authority, &p->asked, &permit, detail)) ==
		LC_OK &&
	    (err = lc_permit_put(permit)) == LC_OK &&
	    (err = lc_permit_file(permit, &bundle)) == LC_OK &&
	    (err = lc_bundle_text(bundle, &text, &len, detail)) == LC_OK) {
		answer->body = json_pack("{s:s, s:s, s:s%}", "udi",
		    p->asked.udi, "to", p->to, "ticket", text, len);
		err = answer->body != NULL ? LC_OK : LC_ENOMEM;
	}
	lc_permit_free(permit);
	lc_bundle_free(bundle);
	return err;
}

enum lc_err
op_permit(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	struct permitting p = { .grace_days = GRACE_DAYS };
	char udi[LC_UDI_MAX + 1];
	enum lc_err err = args_read(
	    permit_args, NITEMS(permit_args), asked->body, &p, detail);

	if (err != LC_OK ||
	    (err = credentials_udi(p.credentials, udi, detail)) != LC_OK ||
	    (err = device_check(authority, asked, udi, DEVICE_NO_OTHERS, answer,
		 detail)) != LC_OK ||
	    (err = device_check(authority, asked, p.to, DEVICE_NO_OTHERS,
		 answer, detail)) != LC_OK ||
	    (err = lc_know(authority, p.credentials, strlen(p.credentials),
		 NULL, NULL)) != LC_OK)
		return err;
	/* What the credentials showed stays on record, though it is refused. */
	if ((err = lc_device_is_sound(authority->record, udi)) == LC_EREVOKED) {
		answer->refused = lc_refused(authority->record, err, udi);
		return LC_OK;
	}
	if (err != LC_OK)
		return err;
	permission_take(asked, udi, &p);
	return ticket_make(authority, &p, answer, detail);
}

/* ---- Rehost tickets -------------------------------------------------- */

struct moving {
	const char *ticket, *to;
};

#define OF(field) .at = offsetof(struct moving, field)
static const struct arg rehost_args[] = {
	{ "ticket", ARG_FILE, OF(ticket), .required = true, .min = 1,
	    .max = FILE_MAX },
	{ "to", ARG_TEXT, OF(to), .min = 3, .max = LC_UDI_MAX },
};
#undef OF

enum lc_err
op_rehost(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	struct moving m = { NULL, NULL };
	struct lc_redeemed result;
	char to[LC_UDI_MAX + 1];
	enum lc_err err = args_read(
	    rehost_args, NITEMS(rehost_args), asked->body, &m, detail);

	if (err == LC_OK && m.to == NULL) {
		err = lc_redeem_to(
		    authority->record, m.ticket, strlen(m.ticket), to, detail);
		m.to = to;
	}
	if (err != LC_OK || (err = device_check(authority, asked, m.to,
				 DEVICE_NO_OTHERS, answer, detail)) != LC_OK)
		return err;
	err = lc_redeem(authority,
	    &(struct lc_redeem){
		.ticket = m.ticket,
		.len = strlen(m.ticket),
		.udi = m.to,
		.issued = asked->at,
	    },
	    &result, &answer->licenses_of);
	if (err != LC_OK)
		return err;
	answer->again = result.again;
	answer->body = json_pack("{s:I}", "spent", (json_int_t)result.spent);
	return answer->body != NULL ? LC_OK : LC_ENOMEM;
}

/* ---- Replacements ---------------------------------------------------- */

struct replacing {
	const char *from, *to, *reason;
};

#define OF(field) .at = offsetof(struct replacing, field)
static const struct arg rma_args[] = {
	{ "from", ARG_TEXT, OF(from), .required = true, .min = 3,
	    .max = LC_UDI_MAX },
	{ "to", ARG_TEXT, OF(to), .required = true, .min = 3,
	    .max = LC_UDI_MAX },
	{ "reason", ARG_TEXT, OF(reason), .min = 1, .max = LC_COMMENT_MAX },
};
#undef OF

/* All of a device is the account's; asked again, something of the new one. */
static enum lc_err
from_check(struct lc_authority *authority, const struct op_asked *asked,
    const struct replacing *r, struct op_answer *answer,
    struct lc_detail *detail)
{
	struct lc_rma_row row;
	enum lc_err err = lc_rma_of(authority->record, r->from, &row);
	bool again =
	    err == LC_OK && row.n != 0 && strcmp(row.new_udi, r->to) == 0;

	if (err != LC_OK)
		return err;
	return again ? device_check(
			   authority, asked, r->to, DEVICE_SOME, answer, detail)
		     : device_check(authority, asked, r->from, DEVICE_OWN,
			   answer, detail);
}

enum lc_err
op_rma(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	struct replacing r = { NULL, NULL, NULL };
	struct lc_replaced result;
	char due[DATE_SIZE];
	enum lc_err err =
	    args_read(rma_args, NITEMS(rma_args), asked->body, &r, detail);

	if (err != LC_OK ||
	    (err = from_check(authority, asked, &r, answer, detail)) != LC_OK ||
	    (err = device_check(authority, asked, r.to, DEVICE_NO_OTHERS,
		 answer, detail)) != LC_OK)
		return err;
	/* Only the staff approves what is above the limits. */
	if (r.reason != NULL && !lc_role_is_staff(asked->role))
		return lc_fail(detail, LC_EINVAL,
		    "\"reason\" approves what is above the limits, which only "
		    "the staff may");
	err = lc_rma(authority,
	    &(struct lc_rma){
		.from = r.from,
		.to = r.to,
		.issued = asked->at,
		.by = r.reason != NULL ? asked->who : NULL,
		.reason = r.reason,
	    },
	    &result);
	if (err != LC_OK)
		return err;
	answer->licenses_of = result.request;
	answer->again = result.again;
	answer->body = json_pack("{s:s}", "due", date_text(result.due, due));
	return answer->body != NULL ? LC_OK : LC_ENOMEM;
}

enum lc_err
op_rma_returned(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	enum lc_err err = args_read(NULL, 0, asked->body, NULL, detail);

	if (err != LC_OK ||
	    (err = lc_rma_returned(authority, asked->part)) != LC_OK)
		return err;
	answer->body = json_pack("{s:s}", "udi", asked->part);
	return answer->body != NULL ? LC_OK : LC_ENOMEM;
}

/* ---- Licenses of others ---------------------------------------------- */

struct importing {
	const char *file;
};

#define OF(field) .at = offsetof(struct importing, field)
static const struct arg import_args[] = {
	{ "file", ARG_FILE, OF(file), .required = true, .min = 1,
	    .max = FILE_MAX },
};
#undef OF

enum lc_err
op_import(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	struct importing i = { NULL };
	struct lc_imported result = { 0 };
	enum lc_err err = args_read(
	    import_args, NITEMS(import_args), asked->body, &i, detail);

	if (err != LC_OK)
		return err;
	if (asked->settings->foreign_keys == NULL)
		return lc_fail(detail, LC_ENOTFOUND,
		    "no other authority's licenses are taken in here");
	err = lc_import(authority, i.file, strlen(i.file),
	    asked->settings->foreign_keys, &result);
	if (err != LC_OK)
		return err;
	answer->body = json_pack("{s:I, s:I}", "taken",
	    (json_int_t)result.taken, "known", (json_int_t)result.known);
	return answer->body != NULL ? LC_OK : LC_ENOMEM;
}
