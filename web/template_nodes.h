/*
 * template_nodes.h - templates as they were read, for template.c and
 * template_render.c alone.
 *
 * A template is a list of nodes.  A section knows where it ends, so that
 * rendering skips or repeats what is between.
 */
#ifndef WEB_TEMPLATE_NODES_H
#define WEB_TEMPLATE_NODES_H

#include <stdbool.h>
#include <stddef.h>

#define NAME_SIZE 64 /* bytes, with the NUL */

struct text {
	const char *at;
	size_t len;
};

struct node {
	enum { TEXT, VALUE, SECTION, INVERTED, PARTIAL } kind;
	struct text text; /* or the name */
	struct text filter;
	size_t end; /* of a section: the node behind it */
};

struct template
{
	struct template *next;
	char *name, *source;
	struct node *nodes;
	size_t nnodes;
	bool escapes;
};

struct web_templates {
	struct template *list;
};

/* The same bytes? */
bool text_is(struct text, const char *word);
/* NULL: there is none. */
const struct template *template_find(
    const struct web_templates *, struct text name);

#endif
