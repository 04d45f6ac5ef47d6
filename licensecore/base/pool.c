/* pool.c - texts that many have in common. */
#include "pool.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

/* Its slot, or the free one where it belongs. */
static char **
slot_of(const struct lc_pool *p, const char *text)
{
	size_t i = lc_text_hash(0, text) & (p->nslots - 1);

	while (p->slots[i] != NULL && strcmp(p->slots[i], text) != 0)
		i = (i + 1) & (p->nslots - 1);
	return &p->slots[i];
}

/* Room for one more, a slot at least staying free. */
static char **
grow(struct lc_pool *p)
{
	struct lc_pool more = { .n = p->n,
		.nslots = p->nslots > 0 ? 2 * p->nslots : 16 };

	if (2 * (p->n + 1) <= p->nslots)
		return p->slots;
	if ((more.slots = calloc(more.nslots, sizeof *more.slots)) == NULL)
		return NULL;
	for (size_t i = 0; i < p->nslots; i++) {
		if (p->slots[i] != NULL)
			*slot_of(&more, p->slots[i]) = p->slots[i];
	}
	free(p->slots);
	*p = more;
	return p->slots;
}

const char *
lc_pool_find(const struct lc_pool *p, const char *text)
{
	return p->nslots > 0 ? *slot_of(p, text) : NULL;
}

const char *
lc_pool_text(struct lc_pool *p, const char *text)
{
	const char *found = lc_pool_find(p, text);
	char **slot;

	if (found != NULL)
		return found;
	if (grow(p) == NULL)
		return NULL;
	slot = slot_of(p, text);
	if ((*slot = strdup(text)) != NULL)
		p->n++;
	return *slot;
}

void
lc_pool_free(struct lc_pool *p)
{
	for (size_t i = 0; i < p->nslots; i++)
		free(p->slots[i]);
	free(p->slots);
	*p = (struct lc_pool){ 0 };
}
