/* identity.c - what a license is, whatever store it is in. */
#include "identity.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static struct lc_identity **
bucket_of(const struct lc_identities *all, const char *udi, const char *id)
{
	uint64_t hash = lc_text_hash(lc_text_hash(0, udi), id);

	return &all->buckets[hash & (all->nbuckets - 1)];
}

static void
chain_in(const struct lc_identities *all, struct lc_identity *identity)
{
	struct lc_identity **bucket =
	    bucket_of(all, identity->udi, identity->id);

	identity->chain = *bucket;
	*bucket = identity;
}

/* Room for one more. */
static bool
reserve(struct lc_identities *all)
{
	size_t room = all->room > 0 ? all->room * 2 : 16;
	struct lc_identity **list, **buckets;

	if (all->n < all->room)
		return true;
	list = reallocarray(all->list, room, sizeof(struct lc_identity *));
	if (list == NULL)
		return false;
	all->list = list;
	buckets = calloc(room, sizeof(struct lc_identity *));
	if (buckets == NULL)
		return false;
	free(all->buckets);
	all->buckets = buckets;
	all->nbuckets = all->room = room;
	for (size_t i = 0; i < all->n; i++)
		chain_in(all, all->list[i]);
	return true;
}

static void
identity_free(struct lc_identity *identity)
{
	free(identity->marks);
	free(identity);
}

static struct lc_identity *
identity_new(struct lc_identities *all, const char *udi, const char *id)
{
	size_t size = strlen(id) + 1;
	struct lc_identity *identity = calloc(1,
	    offsetof(struct lc_identity, id) + size);

	if (identity == NULL)
		return NULL;
	identity->meter.since_ms = -1;
	identity->meter.expired_at = LC_NO_TIME;
	memcpy(identity->id, id, size);
	identity->udi = lc_pool_text(&all->udis, udi);
	if (identity->udi != NULL)
		return identity;
	identity_free(identity);
	return NULL;
}

enum lc_err
lc_identity_marks(struct lc_identity *identity)
{
	struct lc_identity_marks *marks;

	if (identity->marks != NULL)
		return LC_OK;
	if ((marks = malloc(sizeof *marks)) == NULL)
		return LC_ENOMEM;
	for (size_t i = 0; i < LC_NTRACKS; i++)
		marks->last[i] = marks->reached[i] = LC_NOT_YET;
	identity->marks = marks;
	return LC_OK;
}

struct lc_identity *
lc_identity_find(const struct lc_identities *all, const char *udi,
    const char *id)
{
	struct lc_identity *found;

	if (all->nbuckets == 0)
		return NULL;
	found = *bucket_of(all, udi, id);
	while (found != NULL && (strcmp(found->id, id) != 0 ||
	    strcmp(found->udi, udi) != 0))
		found = found->chain;
	return found;
}

enum lc_err
lc_identity_get(struct lc_identities *all, const char *udi, const char *id,
    struct lc_identity **out)
{
	struct lc_identity *identity = lc_identity_find(all, udi, id);

	if (identity == NULL) {
		if (!reserve(all) ||
		    (identity = identity_new(all, udi, id)) == NULL)
			return LC_ENOMEM;
		all->list[all->n++] = identity;
		chain_in(all, identity);
	}
	*out = identity;
	return LC_OK;
}

void
lc_identities_free(struct lc_identities *all)
{
	for (size_t i = 0; i < all->n; i++)
		identity_free(all->list[i]);
	free(all->list);
	free(all->buckets);
	lc_pool_free(&all->udis);
}

bool
lc_identity_is_present(const struct lc_identities *all, const char *udi,
    const char *id)
{
	const struct lc_identity *found = lc_identity_find(all, udi, id);

	return found != NULL && found->first != NULL;
}

void
lc_identities_untake(struct lc_identities *all)
{
	all->untaken++;
	for (size_t i = 0; i < all->n; i++)
		all->list[i]->taken = false;
}
