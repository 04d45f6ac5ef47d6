/* arena.c - memory that is freed all at once. */
#include "arena.h"

#include <stdlib.h>
#include <string.h>

struct lc_chunk {
	struct lc_chunk *next;
	_Alignas(max_align_t) unsigned char bytes[];
};

void *
lc_arena_alloc(struct lc_arena *arena, size_t size)
{
	struct lc_chunk *chunk = calloc(1, sizeof *chunk + size);

	if (chunk == NULL)
		return NULL;
	chunk->next = arena->chunks;
	arena->chunks = chunk;
	return chunk->bytes;
}

char *
lc_arena_text(struct lc_arena *arena, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = lc_arena_alloc(arena, size);

	return copy != NULL ? memcpy(copy, text, size) : NULL;
}

void
lc_arena_free(struct lc_arena *arena)
{
	while (arena->chunks != NULL) {
		struct lc_chunk *chunk = arena->chunks;

		arena->chunks = chunk->next;
		free(chunk);
	}
}
