/* refusal.c - refusals that matter, for the log: record.h. */
#include <stdio.h>

#include "log.h"

enum lc_err
lc_refused_as(struct lc_record *record, enum lc_err err, const char *kind,
    const char *subject)
{
	struct lc_refusal *refusal = &record->refusal;
	const char *says = record->detail != NULL ? record->detail->text : "";

	switch (err) {
	case LC_OK:
	case LC_ENOMEM:
	case LC_EIO:
	case LC_ELOCKED:
	case LC_EDAMAGED:
		return err;
	default:
		break;
	}
	refusal->is_pending = true;
	refusal->kind = kind;
	(void)snprintf(
	    refusal->subject, sizeof refusal->subject, "%s", subject);
	(void)snprintf(refusal->says.text, sizeof refusal->says.text, "%s",
	    says[0] != '\0' ? says : lc_strerror(err));
	return err;
}

enum lc_err
lc_refused(struct lc_record *record, enum lc_err err, const char *subject)
{
	return lc_refused_as(record, err, "refused", subject);
}

enum lc_err
lc_refusal_put(struct lc_record *record)
{
	struct lc_refusal *refusal = &record->refusal;

	if (!refusal->is_pending)
		return LC_OK;
	refusal->is_pending = false;
	return lc_log_add(
	    record, refusal->kind, refusal->subject, refusal->says.text);
}
