/* device.c - devices that an authority knows: licenseauthority.h. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "format/statement.h"
#include "record/authority.h"
#include "record/device.h"

/* ---- Devices --------------------------------------------------------- */

/*
 * What credentials say about a device, to the database; its key must be the one
 * on record, unless there is none or it may be replaced.
 */
static enum lc_err
know(const struct lc_authority *authority, const struct lc_statement *s,
    bool replace)
{
	struct lc_record *record = authority->record;
	struct lc_device_row row;
	enum lc_err err = lc_known_device(record, s->udi, &row);

	if (err != LC_OK)
		return err;
	if (!replace && row.kid[0] != '\0' && strcmp(row.kid, s->kid) != 0)
		return lc_fail(record->detail, LC_EKEY,
		    "%s has key %s on record, but the credentials are signed "
		    "with key %s",
		    s->udi, row.kid, s->kid);
	if (strcmp(row.kid, s->kid) != 0)
		strcpy(row.pinned, row.kid[0] == '\0' ? "credentials"
						      : "approved");
	strcpy(row.kid, s->kid);
	row.records = s->records;
	(void)snprintf(row.history, sizeof row.history, "%s", s->head);
	row.seen = s->issued;
	return lc_known_device_put(record, s->udi, &row);
}

enum lc_err
lc_authority_know(const struct lc_authority *authority, const void *data,
    size_t len, const char *udi, bool replace, struct lc_detail *detail)
{
	struct lc_statement *s;
	enum lc_err err;

	err =
	    lc_statement_from_file(LC_CREDENTIALS, data, len, &s, NULL, detail);
	if (err != LC_OK)
		return err;
	if (udi != NULL && strcmp(s->udi, udi) != 0)
		err = lc_fail(detail, LC_EUDI, "credentials of %s, not of %s",
		    s->udi, udi);
	if (err == LC_OK &&
	    (err = lc_authority_begin(authority, detail)) == LC_OK)
		err = lc_authority_end(authority, know(authority, s, replace));
	lc_statement_free(s);
	return err;
}

