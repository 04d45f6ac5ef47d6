/* note.c - records of the history about a license. */
#include "note.h"

#include <stdlib.h>

#include "base/json.h"

enum lc_err
lc_note(struct lc *lc, const char *what, const struct lc_entry *e,
    const char *by)
{
	const struct lc_terms *t = &e->public.terms;
	struct lc_json_writer w = { 0 };
	enum lc_err err = LC_ENOMEM;
	char *body;

	lc_json_put_int(&w, "index", e->public.index);
	lc_json_put_text(&w, "feature", t->feature);
	lc_json_put_text(&w, "version", t->version);
	lc_json_put_text(&w, "type", lc_type_name(t->type));
	lc_json_put_text(&w, "by", by);
	if ((body = lc_json_end(&w)) != NULL)
		err = lc_history_add(&lc->state, &(struct lc_record){
			.what = what, .udi = e->identity->udi,
			.store = e->public.store, .id = t->id, .body = body,
		});
	free(body);
	return err;
}
