/* tally.c - what is counted of each feature. */
#include "tally.h"

#include <stdlib.h>
#include <string.h>

struct tally *
tally_find(const struct control *control, uint32_t device, const char *feature,
    const char *version)
{
	struct tally *t = control->tallies;

	while (t != NULL &&
	       (t->device != device || strcmp(t->feature, feature) != 0 ||
		   strcmp(t->version, version) != 0))
		t = t->next;
	return t;
}

static void
tally_free(struct tally *t)
{
	if (t == NULL)
		return;
	free(t->feature);
	free(t->version);
	free(t);
}

void
tallies_free(struct control *control)
{
	while (control->tallies != NULL) {
		struct tally *t = control->tallies;

		control->tallies = t->next;
		tally_free(t);
	}
}

struct tally *
tally_get(struct control *control, uint32_t device, const char *feature,
    const char *version)
{
	struct tally *t = tally_find(control, device, feature, version);

	if (t != NULL)
		return t;
	if ((t = calloc(1, sizeof *t)) == NULL)
		return NULL;
	t->device = device;
	t->end = &t->first;
	t->feature = strdup(feature);
	t->version = strdup(version);
	if (t->feature == NULL || t->version == NULL) {
		tally_free(t);
		return NULL;
	}
	t->next = control->tallies;
	control->tallies = t;
	return t;
}
