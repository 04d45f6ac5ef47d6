/* note.c - records of the history about a license. */
#include "note.h"

enum lc_err
lc_note(struct lc *lc, const char *what, const struct lc_entry *e,
    const char *by)
{
	const struct lc_terms *t = &e->public.terms;

	return lc_history_add_json(&lc->state, (struct lc_record){
		.what = what, .udi = e->identity->udi,
		.store = e->public.store, .id = t->id,
	}, json_pack("{s:I, s:s, s:s, s:s, s:s}", "index",
	    (json_int_t)e->public.index, "feature", t->feature, "version",
	    t->version, "type", lc_type_name(t->type), "by", by));
}
