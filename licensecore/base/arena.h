/* arena.h - memory that is freed all at once. */
#ifndef LC_ARENA_H
#define LC_ARENA_H

#include <stddef.h>

struct lc_arena {		/* { 0 } is an empty one */
	struct lc_chunk *chunks;
};
void *lc_arena_alloc(struct lc_arena *, size_t size);	/* zeroed; or NULL */
char *lc_arena_text(struct lc_arena *, const char *text);
void lc_arena_free(struct lc_arena *);

#endif
