/* op_catalog.c - what is sold, as the file that people write. */
#include <string.h>

#include "array.h"
#include "base/error.h"
#include "catalog/catalog.h"
#include "op_args.h"
#include "op_call.h"
#include "record/authority.h"

struct loading {
	bool retire;
	const char *text;
};

#define OF(field) .at = offsetof(struct loading, field)
static const struct arg file_args[] = {
	{ "retire", ARG_TRUTH, OF(retire) },
};

static const struct arg args[] = {
	{ "retire", ARG_TRUTH, OF(retire) },
	{ "catalog", ARG_FILE, OF(text), .required = true,
	    .max = LC_CATALOG_MAX },
};
#undef OF

/* "catalog:12: what" is {"line": 12, "detail": "what"}. */
static void
mistake_add(void *arg, const char *what)
{
	const char *at = strchr(what, ':');
	int line = 0;

	for (at += at != NULL; at != NULL && *at >= '0' && *at <= '9'; at++)
		line = line * 10 + (*at - '0');
	(void)json_array_append_new(
	    arg, json_pack("{s:i, s:s}", "line", line, "detail",
		     at != NULL && strncmp(at, ": ", 2) == 0 ? at + 2 : what));
}

static enum lc_err
load(struct lc_authority *authority, const struct loading *l,
    struct lc_catalog_file *file, struct lc_catalog_changes *changes,
    struct lc_detail *detail)
{
	struct lc_catalog catalog = { { 0 }, NULL, NULL, NULL, NULL };
	enum lc_err err = lc_catalog_parse(file, &catalog, detail);

	if (err == LC_OK)
		err = lc_catalog_put(
		    authority->record, file, &catalog, l->retire, changes);
	lc_catalog_free(&catalog);
	return err;
}

enum lc_err
op_catalog(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	bool is_file = asked->type[0] != '\0';
	struct loading l = { false, asked->text };
	struct lc_catalog_changes changes = { 0 };
	json_t *mistakes = json_array();
	struct lc_catalog_file file = {
		.name = "catalog",
		.no_files = true,
		.wrong = mistake_add,
		.arg = mistakes,
	};
	enum lc_err err = args_read(is_file ? file_args : args,
	    is_file ? NITEMS(file_args) : NITEMS(args), asked->body, &l,
	    detail);

	file.text = l.text;
	file.len = l.text != NULL ? strlen(l.text) : 0;
	if (err == LC_OK)
		err = load(authority, &l, &file, &changes, detail);
	if (err == LC_OK)
		answer->body = json_pack("{s:I, s:I, s:I, s:I}", "added",
		    (json_int_t)changes.added, "changed",
		    (json_int_t)changes.changed, "same",
		    (json_int_t)changes.same, "retired",
		    (json_int_t)changes.retired);
	else if (json_array_size(mistakes) > 0)
		answer->body = json_pack("{s:O}", "mistakes", mistakes);
	json_decref(mistakes);
	return err == LC_OK && answer->body == NULL ? LC_ENOMEM : err;
}
