/* replace.c - see replace.h. */
#include "portal/site/replace.h"

#include "portal/api_read.h"

void
replace_look(const struct visit *visit, const json_t *fields, json_t *value)
{
	struct ahead ahead = read_ahead(visit->site->portal,
	    json_string_value(json_object_get(fields, "from")),
	    json_string_value(json_object_get(fields, "to")));

	if (ahead.due != 0)
		(void)json_object_set_new(
		    value, "due", json_integer(ahead.due));
	(void)json_object_set_new(
	    value, "is_again", json_boolean(ahead.is_again));
}
