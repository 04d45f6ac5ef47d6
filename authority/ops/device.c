/*
 * device.c - devices that an authority knows: licenseauthority.h.
 *
 * A device has one key, and its history only grows.  Credentials with fewer
 * records than earlier ones, or as many with another last seal, come from a
 * state directory that was put back: it may hold licenses that the device gave
 * up since.
 */
#include "device.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/text.h"
#include "catalog/policy.h"
#include "format/key.h"
#include "format/line.h"
#include "format/statement.h"
#include "record/authority.h"
#include "record/device.h"
#include "record/license.h"
#include "record/log.h"
#include "record/rma.h"

/* ---- Credentials ----------------------------------------------------- */

static enum lc_err
udi_check(const char *udi, struct lc_detail *detail)
{
	if (lc_text_is_udi(udi, strlen(udi)))
		return LC_OK;
	return lc_fail(
	    detail, LC_EINVAL, "invalid UDI \"%.60s\" (not PID:SN)", udi);
}

static enum lc_err
credentials_open(struct lc_record *record, const void *data, size_t len,
    const char *udi, struct lc_statement **out)
{
	struct lc_statement *s;
	enum lc_err err = lc_statement_from_file(
	    LC_CREDENTIALS, data, len, &s, NULL, record->detail);

	if (err == LC_ESIGNATURE || err == LC_EKEY)
		return lc_refused(record, err, udi != NULL ? udi : "");
	if (err != LC_OK)
		return err;
	if (udi != NULL && strcmp(s->udi, udi) != 0) {
		err = lc_fail(record->detail, LC_EUDI,
		    "credentials of %s, not of %s", s->udi, udi);
		lc_statement_free(s);
		return err;
	}
	*out = s;
	return LC_OK;
}

static const char *
day_text(int64_t date, char text[32])
{
	time_t seconds = (time_t)date;
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL ||
	    strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		(void)snprintf(text, 32, "%" PRId64, date);
	return text;
}

/* Does the history in the credentials not continue the one on record? */
static bool
is_put_back(const struct lc_device_row *row, const struct lc_statement *s)
{
	return row->seen != 0 &&
	       (s->records < row->records ||
		   (s->records == row->records &&
		       strcmp(s->head, row->history) != 0));
}

/* A file that was kept has an earlier date, and shows nothing. */
static bool
is_old_file(const struct lc_device_row *row, const struct lc_statement *s)
{
	return s->issued < row->seen && s->records < row->records;
}

static void
put_back_note(struct lc_device_row *row, const struct lc_statement *s)
{
	row->back_records = s->records;
	(void)snprintf(
	    row->back_history, sizeof row->back_history, "%s", s->head);
	row->back_seen = s->issued;
}

static void
history_take(struct lc_device_row *row, const struct lc_statement *s)
{
	row->records = s->records;
	(void)snprintf(row->history, sizeof row->history, "%s", s->head);
	row->seen = s->issued > 0 ? s->issued : 1;
}

static void
put_back_tell(const struct lc_device_row *row, const char *udi,
    struct lc_detail *told)
{
	(void)lc_fail(told, LC_EREVOKED,
	    "a state directory of %s was put back: credentials had %" PRId64
	    " records, the last seal %.12s..., and later ones had %" PRId64
	    ", %.12s...",
	    udi, row->records, row->history, row->back_records,
	    row->back_history);
}

static enum lc_err
history_judge(struct lc_record *record, const struct lc_statement *s,
    struct lc_device_row *row, struct lc_detail *told)
{
	char date[32];

	if (is_old_file(row, s))
		return lc_fail(record->detail, LC_EINVAL,
		    "these credentials of %s are older than those of %s, which "
		    "are on record: save new ones, or write the request again",
		    s->udi, day_text(row->seen, date));
	if (!is_put_back(row, s)) {
		history_take(row, s);
		return LC_OK;
	}
	put_back_note(row, s);
	put_back_tell(row, s->udi, told);
	return lc_log_add(record, "put back", s->udi, told->text);
}

/* A device that was replaced ought to be silent. */
static enum lc_err
replaced_watch(
    struct lc_record *record, const char *udi, struct lc_detail *told)
{
	struct lc_rma_row rma;
	enum lc_err err = lc_rma_of(record, udi, &rma);

	if (err != LC_OK || rma.n == 0 || rma.returned != 0)
		return err;
	(void)lc_fail(told, LC_EREVOKED,
	    "%s was replaced by %s, and is in use again", udi, rma.new_udi);
	return lc_log_add(record, "watched", udi, told->text);
}

enum lc_err
lc_know_opened(struct lc_record *record, const struct lc_statement *s,
    struct lc_detail *told)
{
	struct lc_device_row row;
	enum lc_err err = lc_known_device(record, s->udi, &row);

	told->text[0] = '\0';
	if (err != LC_OK)
		return err;
	if (row.kid[0] != '\0' && strcmp(row.kid, s->kid) != 0) {
		err = lc_fail(record->detail, LC_EKEY,
		    "%s has key %s on record, but the credentials are signed "
		    "with key %s",
		    s->udi, row.kid, s->kid);
		return lc_refused_as(record, err, "other key", s->udi);
	}
	if (row.kid[0] == '\0')
		strcpy(row.pinned, "credentials");
	strcpy(row.kid, s->kid);
	if ((err = history_judge(record, s, &row, told)) != LC_OK ||
	    (err = lc_known_device_put(record, s->udi, &row)) != LC_OK)
		return err;
	return replaced_watch(record, s->udi, told);
}

enum lc_err
lc_know(const struct lc_authority *authority, const void *data, size_t len,
    const char *udi, struct lc_detail *told)
{
	struct lc_record *record = authority->record;
	struct lc_detail unheard;
	struct lc_statement *s;
	enum lc_err err;

	if (told == NULL)
		told = &unheard;
	if ((err = credentials_open(record, data, len, udi, &s)) != LC_OK)
		return err;
	err = lc_know_opened(record, s, told);
	lc_statement_free(s);
	return err;
}

struct knowing {
	const void *data;
	size_t len;
	const char *udi;
	struct lc_detail *told;
};

static enum lc_err
know_run(const struct lc_authority *authority, void *arg)
{
	const struct knowing *k = arg;

	return lc_know(authority, k->data, k->len, k->udi, k->told);
}

enum lc_err
lc_authority_know(const struct lc_authority *authority, const void *data,
    size_t len, const char *udi, struct lc_detail *told,
    struct lc_detail *detail)
{
	struct knowing k = { data, len, udi, told };

	return lc_authority_run(authority, know_run, &k, detail);
}

/* ---- Keys of the factory --------------------------------------------- */

enum lc_err
lc_device_kid(const void *jwk, size_t len, char kid[LC_DIGEST_LEN + 1],
    struct lc_detail *detail)
{
	struct lc_key *key = NULL;
	enum lc_err err = lc_key_from_jwk(jwk, len, &key, detail);

	if (err != LC_OK)
		return err;
	(void)snprintf(kid, LC_DIGEST_LEN + 1, "%s", key->kid);
	lc_key_free(key);
	return LC_OK;
}

static bool
is_kid(const char *kid)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_";

	return strlen(kid) == LC_KID_LEN && strspn(kid, digits) == LC_KID_LEN;
}

enum lc_err
lc_device_register(
    const struct lc_authority *authority, const char *udi, const char *kid)
{
	struct lc_record *record = authority->record;
	struct lc_device_row row;
	enum lc_err err;

	if ((err = udi_check(udi, record->detail)) != LC_OK)
		return err;
	if (!is_kid(kid))
		return lc_fail(record->detail, LC_EINVAL,
		    "invalid key id \"%s\" of %s (not an RFC 7638 thumbprint)",
		    kid, udi);
	if ((err = lc_known_device(record, udi, &row)) != LC_OK ||
	    strcmp(row.kid, kid) == 0)
		return err;
	if (row.kid[0] != '\0') {
		err = lc_fail(record->detail, LC_EKEY,
		    "%s has key %s on record, not %s", udi, row.kid, kid);
		return lc_refused(record, err, udi);
	}
	strcpy(row.kid, kid);
	strcpy(row.pinned, "factory");
	return lc_known_device_put(record, udi, &row);
}

/* ---- Approval -------------------------------------------------------- */

/* What is approved, into says. */
static enum lc_err
approved_take(struct lc_record *record, const struct lc_approval *a,
    struct lc_device_row *row, struct lc_detail *says)
{
	struct lc_statement *s;
	enum lc_err err =
	    credentials_open(record, a->credentials, a->len, a->udi, &s);

	if (err != LC_OK)
		return err;
	if (strcmp(row->kid, s->kid) != 0) {
		(void)lc_fail(says, LC_OK, "key %s instead of %s", s->kid,
		    row->kid[0] != '\0' ? row->kid : "none");
		strcpy(row->kid, s->kid);
		strcpy(row->pinned, "approved");
	} else {
		(void)lc_fail(says, LC_OK, "history of %u records", s->records);
	}
	history_take(row, s);
	lc_statement_free(s);
	return LC_OK;
}

static enum lc_err
put_back_take(struct lc_record *record, const char *udi,
    struct lc_device_row *row, struct lc_detail *says)
{
	if (row->back_seen == 0)
		return lc_fail(record->detail, LC_ENOTFOUND,
		    "%s: nothing waits for approval", udi);
	(void)lc_fail(says, LC_OK,
	    "history of %" PRId64 " records instead of %" PRId64,
	    row->back_records, row->records);
	row->records = row->back_records;
	memcpy(row->history, row->back_history, sizeof row->history);
	row->seen = row->back_seen;
	return LC_OK;
}

static enum lc_err
approval_log(struct lc_record *record, const struct lc_approval *a,
    const struct lc_detail *what)
{
	char *says = NULL;
	enum lc_err err;

	if (asprintf(&says, "%s, by %s: %s", what->text, a->by, a->reason) < 0)
		return LC_ENOMEM;
	err = lc_log_add(record, "approved", a->udi, says);
	free(says);
	return err;
}

enum lc_err
lc_device_approve(
    const struct lc_authority *authority, const struct lc_approval *a)
{
	struct lc_record *record = authority->record;
	struct lc_detail says = { "" };
	struct lc_device_row row;
	enum lc_err err;

	if ((err = udi_check(a->udi, record->detail)) != LC_OK ||
	    (err = lc_known_device(record, a->udi, &row)) != LC_OK)
		return err;
	err = a->credentials != NULL
		  ? approved_take(record, a, &row, &says)
		  : put_back_take(record, a->udi, &row, &says);
	if (err != LC_OK)
		return err;
	row.back_records = row.back_seen = 0;
	row.back_history[0] = '\0';
	if ((err = lc_known_device_put(record, a->udi, &row)) != LC_OK)
		return err;
	return approval_log(record, a, &says);
}

/* ---- Licenses -------------------------------------------------------- */

struct calling {
	lc_license_call *call;
	void *arg;
};

static enum lc_err
line_call(void *arg, struct lc_line *line, const char *text)
{
	const struct calling *c = arg;

	return c->call(c->arg, &line->terms, text);
}

enum lc_err
lc_device_licenses(struct lc_record *record, const char *udi,
    lc_license_call *call, void *arg)
{
	struct calling c = { call, arg };

	return lc_issued_current(record, udi, line_call, &c);
}

/* ---- What may move --------------------------------------------------- */

enum lc_err
lc_device_is_sound(struct lc_record *record, const char *udi)
{
	struct lc_device_row row;
	enum lc_err err = lc_known_device(record, udi, &row);

	if (err != LC_OK || row.back_seen == 0)
		return err;
	put_back_tell(&row, udi, record->detail);
	return LC_EREVOKED;
}

enum lc_err
lc_license_moves(struct lc_record *record, const char *id)
{
	struct lc_origin_row origin;
	bool movable = true;
	enum lc_err err = lc_issued_origin(record, id, &origin);

	if (err == LC_OK && origin.sku[0] != '\0')
		err = lc_sku_is_movable(record, origin.sku, &movable);
	if (err != LC_OK || movable)
		return err;
	return lc_fail(record->detail, LC_EREVOKED,
	    "license %s is of %s, whose licenses are not moved", id,
	    origin.sku);
}

enum lc_err
lc_license_may_go(struct lc_record *record, const char *id, const char *from,
    const char *to)
{
	struct lc_origin_row origin;
	enum lc_err err = lc_issued_origin(record, id, &origin);

	if (err != LC_OK || origin.sku[0] == '\0')
		return err;
	return lc_families_allow(record, from, to);
}
