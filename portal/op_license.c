/* op_license.c - see op_license.h. */
#include "op_license.h"

#include "base/error.h"
#include "format/line.h"
#include "ops/issue.h"
#include "ops/shown.h"
#include "record/authority.h"
#include "record/license.h"

struct adding {
	const struct lc_authority *authority;
	struct lc_bundle *bundle; /* to add them to; NULL: they are in it */
	json_t *licenses;
};

static enum lc_err
license_add(void *arg, struct lc_line *line, const char *text)
{
	const struct adding *a = arg;
	json_t *license = lc_license_shown(&line->terms);

	if (json_array_append_new(a->licenses, license) != 0)
		return LC_ENOMEM;
	return a->bundle == NULL ? LC_OK
				 : lc_bundle_add_issued(a->authority, a->bundle,
				       &line->terms, text);
}

static enum lc_err
members_add(json_t *body, json_t *licenses, const struct lc_bundle *bundle,
    bool again, struct lc_detail *detail)
{
	const char *text;
	size_t len;
	enum lc_err err = lc_bundle_text(bundle, &text, &len, detail);

	if (err != LC_OK)
		return err;
	if (json_object_set(body, "licenses", licenses) != 0 ||
	    json_object_set_new(body, "file", json_stringn(text, len)) != 0 ||
	    json_object_set_new(body, "again", json_boolean(again)) != 0)
		return LC_ENOMEM;
	return LC_OK;
}

enum lc_err
licenses_add(const struct lc_authority *authority, struct lc_bundle *made,
    struct op_answer *answer, struct lc_detail *detail)
{
	struct adding a = { authority, NULL, json_array() };
	struct lc_bundle *own = NULL;
	enum lc_err err = LC_OK;

	if (answer->body == NULL)
		answer->body = json_object();
	if (a.licenses == NULL || answer->body == NULL)
		err = LC_ENOMEM;
	else if (made == NULL && (err = lc_bundle_new(&own)) == LC_OK)
		a.bundle = own;
	if (err == LC_OK)
		err = lc_issued_of_request(
		    authority->record, answer->licenses_of, license_add, &a);
	if (err == LC_OK)
		err = members_add(answer->body, a.licenses,
		    made != NULL ? made : own, answer->again, detail);
	json_decref(a.licenses);
	lc_bundle_free(own);
	return err;
}
