/* shown.c - see shown.h. */
#include "shown.h"

#include <string.h>

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

void
lc_shown_name(const char *udi, const char *end, char name[LC_SHOWN_NAME])
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	size_t n = 0, room = LC_SHOWN_NAME - 1 - strlen(end);

	if (udi == NULL || udi[0] == '\0')
		udi = "licenses";
	for (; udi[n] != '\0' && n < room; n++) {
		name[n] = udi[n] == ':' ? '_' : udi[n];
		if (strchr(good, name[n]) == NULL)
			name[n] = '-';
	}
	strcpy(name + n, end);
}
