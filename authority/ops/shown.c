/* shown.c - see shown.h. */
#include "shown.h"

json_t *
lc_license_shown(const struct lc_terms *terms)
{
	json_t *license = json_pack("{s:s, s:s, s:s, s:s, s:s}", "id",
	    terms->id, "udi", terms->nudis > 0 ? terms->udis[0] : "", "feature",
	    terms->feature, "version", terms->version, "type",
	    lc_type_name(terms->type));

	if (license != NULL && terms->counted &&
	    json_object_set_new(license, "count", json_integer(terms->count)) !=
		0) {
		json_decref(license);
		return NULL;
	}
	return license;
}
