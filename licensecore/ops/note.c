/* note.c - records of the history about a license. */
#include "note.h"

#include <stdlib.h>

enum lc_err
lc_note(struct lc *lc, const char *what, const struct lc_entry *e,
    const char *by)
{
	const struct lc_terms *t = &e->public.terms;
	json_t *json = json_pack("{s:I, s:s, s:s, s:s, s:s}",
	    "index", (json_int_t)e->public.index, "feature", t->feature,
	    "version", t->version, "type", lc_type_name(t->type), "by", by);
	char *body = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
	enum lc_err err = LC_ENOMEM;

	if (body != NULL)
		err = lc_history_add(&lc->state, &(struct lc_record){
			.what = what,
			.udi = e->identity->udi,
			.store = e->public.store, .id = t->id, .body = body,
		});
	free(body);
	json_decref(json);
	return err;
}
