/* kept.c - see kept.h. */
#include "kept.h"

#include <string.h>

#define ROWS_MAX 4096 /* an agreement is at most 64 KB */

struct lc_kept_row {
	struct lc_kept_row *next;
	const char *kind, *key;
	int64_t n;
	void *row;
};

/* FNV-1a. */
static size_t
bucket(const char *kind, const char *key, int64_t n)
{
	uint32_t hash = 2166136261u ^ (uint32_t)n;

	for (; *kind != '\0'; kind++)
		hash = (hash ^ (unsigned char)*kind) * 16777619u;
	for (; *key != '\0'; key++)
		hash = (hash ^ (unsigned char)*key) * 16777619u;
	return (hash ^ hash >> 16) % LC_KEPT_BUCKETS;
}

void *
lc_kept_find(
    const struct lc_kept *kept, const char *kind, const char *key, int64_t n)
{
	const struct lc_kept_row *r = NULL;

	if (kept->is_open)
		r = kept->buckets[bucket(kind, key, n)];
	while (r != NULL && (r->n != n || strcmp(r->kind, kind) != 0 ||
				strcmp(r->key, key) != 0))
		r = r->next;
	return r != NULL ? r->row : NULL;
}

struct lc_arena *
lc_kept_arena(struct lc_kept *kept, struct lc_arena *own)
{
	return kept->is_open ? &kept->arena : own;
}

void
lc_kept_put(struct lc_kept *kept, const char *kind, const char *key, int64_t n,
    void *row)
{
	struct lc_kept_row *r, **at = &kept->buckets[bucket(kind, key, n)];

	if (!kept->is_open ||
	    (r = lc_arena_alloc(&kept->arena, sizeof *r)) == NULL ||
	    (r->key = lc_arena_text(&kept->arena, key)) == NULL)
		return;
	r->kind = kind;
	r->n = n;
	r->row = row;
	r->next = *at;
	*at = r;
	kept->n++;
}

void
lc_kept_begin(struct lc_kept *kept, int64_t head)
{
	if (kept->is_spoilt || kept->head != head || kept->n > ROWS_MAX)
		lc_kept_free(kept);
	kept->head = head;
	kept->is_open = true;
}

void
lc_kept_end(struct lc_kept *kept, int64_t head)
{
	kept->head = head;
	kept->is_open = false;
}

void
lc_kept_spoil(struct lc_kept *kept)
{
	kept->is_spoilt = true;
	kept->is_open = false;
}

void
lc_kept_free(struct lc_kept *kept)
{
	lc_arena_free(&kept->arena);
	*kept = (struct lc_kept){ .n = 0 };
}

bool
lc_kept_lacks(const char *kind)
{
	static const char *const others[] = { "license", "request", "answer",
		"device", "device_account", "ended", "evaluation", "refused",
		"ticket" };

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		if (strcmp(others[i], kind) == 0)
			return true;
	}
	return false;
}
