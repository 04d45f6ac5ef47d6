/* quota.c - what each user holds of a feature, and how much that may be. */
#include "quota.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a user holds of one feature.  Few: the core gave leases on it. */
struct share {
	struct share *next;
	uint32_t device;
	char *feature, *version;
	uint64_t count;
};

static struct share **
find(const struct client *client, const struct quota_request *r)
{
	struct share **at = &client->user->shares;

	while (*at != NULL && ((*at)->device != r->device ||
				  strcmp((*at)->feature, r->feature) != 0 ||
				  strcmp((*at)->version, r->version) != 0))
		at = &(*at)->next;
	return at;
}

static const struct control_quota *
quota_of(const struct client *client, const struct quota_request *r)
{
	const struct control_access *access = &client->control->access;

	for (size_t i = 0; i < access->nquotas; i++)
		if (strcmp(access->quotas[i].feature, r->feature) == 0 &&
		    strcmp(access->quotas[i].version, r->version) == 0)
			return &access->quotas[i];
	return NULL;
}

bool
quota_allows(const struct client *client, const struct quota_request *r,
    struct lc_detail *detail)
{
	const struct control_quota *quota = quota_of(client, r);
	const struct share *share = *find(client, r);
	uint64_t held = share != NULL ? share->count : 0;

	if (client->rights & CONTROL_ADMIN || quota == NULL ||
	    held + r->count <= quota->count)
		return true;
	snprintf(detail->text, sizeof detail->text,
	    "feature %.128s %.32s: %u requested, %llu left of the user's quota "
	    "of %u",
	    r->feature, r->version, r->count,
	    (unsigned long long)(held < quota->count ? quota->count - held : 0),
	    quota->count);
	return false;
}

static void
share_free(struct share *share)
{
	free(share->feature);
	free(share->version);
	free(share);
}

bool
quota_take(struct client *client, const struct quota_request *r)
{
	struct share **at = find(client, r), *share = *at;

	if (client->rights & CONTROL_ADMIN)
		return true;
	if (share == NULL) {
		if ((share = calloc(1, sizeof *share)) == NULL)
			return false;
		share->device = r->device;
		share->feature = strdup(r->feature);
		share->version = strdup(r->version);
		if (share->feature == NULL || share->version == NULL) {
			share_free(share);
			return false;
		}
		*at = share;
	}
	share->count += r->count;
	return true;
}

void
quota_give(struct client *client, const struct quota_request *r)
{
	struct share **at = find(client, r), *share = *at;

	if (share == NULL || (share->count -= r->count) != 0)
		return;
	*at = share->next;
	share_free(share);
}
