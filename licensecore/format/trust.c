/*
 * trust.c - see trust.h.
 *
 * The keys of a list stand beside the others, so that it can be judged anew
 * when the device remembers more than before.
 */
#include "trust.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "key.h"

struct entry {
	struct lc_key *key;
	char *name; /* of its file */
};

struct lc_trust {
	struct entry *entries;
	size_t n, size;
	char **skipped; /* files, and why */
	size_t nskipped;
	struct lc_trust_list *list; /* NULL: none */
	bool list_counts;
	bool has_complaint; /* the last of skipped is about the list */
	struct lc_trust_source *source; /* NULL: none */
};

enum lc_err
lc_trust_new(struct lc_trust **out)
{
	struct lc_trust *trust = calloc(1, sizeof *trust);

	if (trust == NULL)
		return LC_ENOMEM;
	*out = trust;
	return LC_OK;
}

void
lc_trust_free(struct lc_trust *trust)
{
	if (trust == NULL)
		return;
	for (size_t i = 0; i < trust->n; i++) {
		lc_key_free(trust->entries[i].key);
		free(trust->entries[i].name);
	}
	for (size_t i = 0; i < trust->nskipped; i++)
		free(trust->skipped[i]);
	free(trust->skipped);
	free(trust->entries);
	lc_trust_list_free(trust->list);
	if (trust->source != NULL)
		trust->source->free(trust->source);
	free(trust);
}

static struct entry *
entry_find(const struct lc_trust *trust, const char *kid)
{
	for (size_t i = 0; i < trust->n; i++) {
		if (strcmp(trust->entries[i].key->kid, kid) == 0)
			return &trust->entries[i];
	}
	return NULL;
}

/* That of the list whose keys count. */
static const struct lc_key *
listed_find(const struct lc_trust *trust, const char *kid)
{
	const struct entry *entry =
	    trust->list_counts ? entry_find(trust->list->keys, kid) : NULL;

	return entry == NULL ? NULL : entry->key;
}

const struct lc_key *
lc_trust_find(const struct lc_trust *trust, const char *kid)
{
	const struct entry *entry = entry_find(trust, kid);
	const struct lc_key *listed = listed_find(trust, kid);

	if (entry == NULL)
		return listed;
	return listed == NULL || entry->key->is_root || entry->key->withdrawn
		   ? entry->key
		   : listed;
}

static bool
is_good(const struct lc_key *key)
{
	return !key->is_root && !key->withdrawn;
}

size_t
lc_trust_nkeys(const struct lc_trust *trust)
{
	const struct lc_trust *listed =
	    trust->list_counts ? trust->list->keys : NULL;
	size_t n = 0;

	for (size_t i = 0; i < trust->n; i++)
		n += is_good(lc_trust_find(trust, trust->entries[i].key->kid));
	for (size_t i = 0; listed != NULL && i < listed->n; i++) {
		const struct lc_key *key = listed->entries[i].key;

		n += is_good(key) && entry_find(trust, key->kid) == NULL;
	}
	return n;
}

static enum lc_err
make_room(struct lc_trust *trust)
{
	size_t size = trust->size == 0 ? 8 : 2 * trust->size;
	struct entry *entries;

	if (trust->n < trust->size)
		return LC_OK;
	entries = realloc(trust->entries, size * sizeof *entries);
	if (entries == NULL)
		return LC_ENOMEM;
	trust->entries = entries;
	trust->size = size;
	return LC_OK;
}

enum lc_err
lc_trust_add(struct lc_trust *trust, struct lc_key *key, const char *name,
    struct lc_detail *detail)
{
	const struct entry *twin = entry_find(trust, key->kid);
	char *kept;

	if (twin != NULL)
		return lc_fail(detail, LC_ETRUST, "%s: the same key as in %s",
		    name, twin->name);
	if (make_room(trust) != LC_OK || (kept = strdup(name)) == NULL)
		return LC_ENOMEM;
	trust->entries[trust->n++] = (struct entry){ key, kept };
	return LC_OK;
}

enum lc_err
lc_trust_merge(struct lc_trust *trust, struct lc_key *key, const char *name)
{
	struct entry *twin = entry_find(trust, key->kid);
	struct lc_key *other = key;
	enum lc_err err;

	if (twin == NULL) {
		err = lc_trust_add(trust, key, name, NULL);
		if (err != LC_OK)
			lc_key_free(key);
		return err;
	}
	if (twin->key->withdrawn || !key->withdrawn) {
		err = lc_trust_skip(
		    trust, "%s: the same key as in %s", name, twin->name);
	} else {
		err = lc_trust_skip(trust,
		    "%s: the same key as in %s, where it is withdrawn",
		    twin->name, name);
		other = twin->key;
		twin->key = key;
	}
	lc_key_free(other);
	return err;
}

/* ---- What does not count --------------------------------------------- */

enum lc_err
lc_trust_skip(struct lc_trust *trust, const char *format, ...)
{
	size_t size = (trust->nskipped + 1) * sizeof *trust->skipped;
	char **skipped = realloc(trust->skipped, size);
	va_list args;
	int len;

	if (skipped == NULL)
		return LC_ENOMEM;
	trust->skipped = skipped;
	va_start(args, format);
	len = vasprintf(&skipped[trust->nskipped], format, args);
	va_end(args);
	if (len < 0)
		return LC_ENOMEM;
	trust->nskipped++;
	return LC_OK;
}

const char *const *
lc_trust_skipped(const struct lc_trust *trust, size_t *n)
{
	*n = trust->nskipped;
	return (const char *const *)trust->skipped;
}

/* ---- The trust list -------------------------------------------------- */

void
lc_trust_list_free(struct lc_trust_list *list)
{
	if (list == NULL)
		return;
	lc_trust_free(list->keys);
	free(list->path);
	free(list);
}

enum lc_err
lc_trust_offer(struct lc_trust *trust, struct lc_trust_list *list)
{
	struct lc_trust_list *other = trust->list;
	enum lc_err err = LC_OK;

	if (other == NULL || other->version < list->version)
		trust->list = list;
	else
		other = list;
	if (other != NULL)
		err = lc_trust_skip(trust,
		    "%s: version %" PRIu32 " of the trust list is not used, "
		    "but version %" PRIu32 " in %s",
		    other->path, other->version, trust->list->version,
		    trust->list->path);
	lc_trust_list_free(other);
	return err;
}

/* Is it the one that was taken, or one that follows it? */
static enum lc_err
judge(struct lc_trust *trust, const struct lc_trust_taken *taken)
{
	const struct lc_trust_list *list = trust->list;

	if (list == NULL && taken->version == 0)
		return LC_OK;
	trust->has_complaint = true;
	if (list == NULL)
		return lc_trust_skip(trust,
		    "%s: no trust list: version %" PRIu32 " was in use and is "
		    "missing, with the keys that only it has",
		    trust->source == NULL ? "keys" : trust->source->name,
		    taken->version);
	if (list->version < taken->version)
		return lc_trust_skip(trust,
		    "%s: version %" PRIu32 " of the trust list is refused, "
		    "and its keys: version %" PRIu32 " was in use",
		    list->path, list->version, taken->version);
	if (list->version == taken->version && taken->digest != NULL &&
	    strcmp(list->digest, taken->digest) != 0)
		return lc_trust_skip(trust,
		    "%s: this trust list is refused, and its keys: another "
		    "one of the same version %" PRIu32 " was in use",
		    list->path, list->version);
	trust->has_complaint = false;
	trust->list_counts = true;
	return LC_OK;
}

/* Every key of this kid that is no root key. */
static void
withdraw(struct lc_trust *trust, const char *kids)
{
	char kid[LC_KID_LEN + 1];
	struct entry *entry;

	while (*kids != '\0') {
		size_t len = strcspn(kids, " ");

		if (len == LC_KID_LEN) {
			memcpy(kid, kids, len);
			kid[len] = '\0';
			entry = entry_find(trust, kid);
			if (entry != NULL && !entry->key->is_root)
				entry->key->withdrawn = true;
		}
		kids += len + (kids[len] == ' ');
	}
}

enum lc_err
lc_trust_settle(struct lc_trust *trust, const struct lc_trust_taken *taken,
    const char **why)
{
	enum lc_err err;

	if (trust->has_complaint)
		free(trust->skipped[--trust->nskipped]);
	trust->has_complaint = false;
	trust->list_counts = false;
	if ((err = judge(trust, taken)) != LC_OK) {
		trust->has_complaint = false;
		return err;
	}
	if (!trust->list_counts && taken->withdrawn != NULL)
		withdraw(trust, taken->withdrawn);
	*why = trust->has_complaint ? trust->skipped[trust->nskipped - 1]
				    : NULL;
	return LC_OK;
}

const struct lc_trust_list *
lc_trust_list(const struct lc_trust *trust)
{
	return trust->list_counts ? trust->list : NULL;
}

enum lc_err
lc_trust_list_withdrawn(const struct lc_trust_list *list, char **out)
{
	const struct lc_trust *keys = list->keys;
	char *text = calloc(keys->n + 1, LC_KID_LEN + 1);
	char *end = text;

	if (text == NULL)
		return LC_ENOMEM;
	for (size_t i = 0; i < keys->n; i++) {
		if (!keys->entries[i].key->withdrawn)
			continue;
		if (end != text)
			*end++ = ' ';
		end = stpcpy(end, keys->entries[i].key->kid);
	}
	*out = text;
	return LC_OK;
}

/* ---- Where it came from ---------------------------------------------- */

void
lc_trust_set_source(struct lc_trust *trust, struct lc_trust_source *source)
{
	trust->source = source;
}

bool
lc_trust_has_since(const struct lc_trust *trust, const char *kid)
{
	return trust->source != NULL &&
	       trust->source->has(trust->source, trust, kid);
}
