/* op_license.c - see op_license.h. */
#include "op_license.h"

#include "base/error.h"
#include "ops/bundle.h"
#include "ops/issue.h"
#include "ops/shown.h"

static enum lc_err
license_add(void *arg, const struct lc_terms *terms)
{
	return json_array_append_new(arg, lc_license_shown(terms)) == 0
		   ? LC_OK
		   : LC_ENOMEM;
}

enum lc_err
licenses_begin(struct lc_bundle **bundle, json_t **licenses)
{
	enum lc_err err;

	if ((*licenses = json_array()) == NULL)
		return LC_ENOMEM;
	if ((err = lc_bundle_new(bundle)) == LC_OK)
		lc_bundle_tell(*bundle, license_add, *licenses);
	return err;
}

enum lc_err
licenses_end(const struct lc_bundle *bundle, json_t *licenses,
    struct op_answer *answer, struct lc_detail *detail)
{
	const char *text;
	size_t len;
	enum lc_err err = lc_bundle_text(bundle, &text, &len, detail);

	if (err == LC_OK && answer->body == NULL)
		answer->body = json_object();
	if (err != LC_OK)
		return err;
	if (json_object_set(answer->body, "licenses", licenses) != 0 ||
	    json_object_set_new(
		answer->body, "file", json_stringn(text, len)) != 0 ||
	    json_object_set_new(
		answer->body, "again", json_boolean(answer->again)) != 0)
		return LC_ENOMEM;
	return LC_OK;
}

enum lc_err
licenses_add(const struct lc_authority *authority, struct op_answer *answer,
    struct lc_detail *detail)
{
	struct lc_bundle *bundle = NULL;
	json_t *licenses = NULL;
	enum lc_err err = licenses_begin(&bundle, &licenses);

	if (err == LC_OK)
		err = lc_bundle_add_request(
		    authority, bundle, answer->licenses_of, NULL);
	if (err == LC_OK)
		err = licenses_end(bundle, licenses, answer, detail);
	json_decref(licenses);
	lc_bundle_free(bundle);
	return err;
}
