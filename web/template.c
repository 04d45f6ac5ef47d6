/*
 * template.c - see template.h.
 *
 * This file reads templates; template_render.c writes pages.
 */
#include "template.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "template_nodes.h"

#define NESTING_MAX 16     /* sections within each other */
#define PARTIALS_MAX 8     /* templates within each other */
#define FILE_MAX (1 << 20) /* bytes */

bool
text_is(struct text text, const char *word)
{
	return text.len == strlen(word) && memcmp(text.at, word, text.len) == 0;
}

const struct template *
template_find(const struct web_templates *templates, struct text name)
{
	const struct template *t = templates->list;

	while (t != NULL && !text_is(name, t->name))
		t = t->next;
	return t;
}

bool
web_templates_have(const struct web_templates *templates, const char *name)
{
	return template_find(templates, (struct text){ name, strlen(name) }) !=
	       NULL;
}

static bool
ends_in(const char *name, const char *suffix)
{
	size_t len = strlen(name), tail = strlen(suffix);

	return len > tail && strcmp(name + len - tail, suffix) == 0;
}

/* ---- Reading --------------------------------------------------------- */

struct reader {
	struct template *template;
	const char *at, *end;
	size_t open[NESTING_MAX]; /* sections that are not closed */
	size_t depth;
	char *why;
	size_t size;
};

static bool __attribute__((format(printf, 3, 4)))
refuse(struct reader *r, const char *at, const char *format, ...)
{
	unsigned line = 1;
	va_list args;
	int n;

	for (const char *c = r->template->source; c < at; c++)
		line += *c == '\n';
	n = snprintf(r->why, r->size, "%s, line %u: ", r->template->name, line);
	va_start(args, format);
	if (n >= 0 && (size_t)n < r->size)
		(void)vsnprintf(r->why + n, r->size - (size_t)n, format, args);
	va_end(args);
	return false;
}

static bool
node_add(struct reader *r, const struct node *node)
{
	struct template *t = r->template;
	struct node *more;

	if ((t->nnodes & (t->nnodes - 1)) == 0) { /* a power of two: full */
		size_t room = t->nnodes == 0 ? 1 : t->nnodes * 2;

		if ((more = realloc(t->nodes, room * sizeof *more)) == NULL)
			return refuse(r, r->at, "no memory");
		t->nodes = more;
	}
	t->nodes[t->nnodes++] = *node;
	return true;
}

static struct text
trimmed(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	return (struct text){ at, (size_t)(end - at) };
}

static bool
is_name(struct text name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-.";
	size_t n = strspn(name.at, allowed);

	return n >= name.len && name.len > 0 && name.len < NAME_SIZE;
}

static bool
section_close(struct reader *r, struct text name)
{
	struct node *open;

	if (r->depth == 0)
		return refuse(r, name.at, "no section is open here");
	open = &r->template->nodes[r->open[--r->depth]];
	if (open->text.len != name.len ||
	    memcmp(open->text.at, name.at, name.len) != 0)
		return refuse(r, name.at,
		    "section \"%.*s\" is closed by \"%.*s\"",
		    (int)open->text.len, open->text.at, (int)name.len, name.at);
	open->end = r->template->nnodes;
	return true;
}

static bool
value_read(struct reader *r, struct node *node)
{
	static const char *const filters[] = { "date", "time", "url" };
	const char *bar = memchr(node->text.at, '|', node->text.len);

	if (bar == NULL)
		return true;
	node->filter = trimmed(bar + 1, node->text.at + node->text.len);
	node->text = trimmed(node->text.at, bar);
	for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
		if (text_is(node->filter, filters[i]))
			return true;
	}
	return refuse(r, bar, "there is no filter \"%.*s\"",
	    (int)node->filter.len, node->filter.at);
}

/* What is between the braces. */
static bool
tag_read(struct reader *r, struct text tag)
{
	struct node node = { .kind = VALUE, .text = tag };

	if (tag.len > 0 && tag.at[0] == '!')
		return true;
	if (tag.len > 0 && strchr("#^/>", tag.at[0]) != NULL) {
		node.text = trimmed(tag.at + 1, tag.at + tag.len);
		node.kind = tag.at[0] == '#'   ? SECTION
			    : tag.at[0] == '^' ? INVERTED
					       : PARTIAL;
	} else if (!value_read(r, &node)) {
		return false;
	}
	if (!is_name(node.text))
		return refuse(r, tag.at, "\"%.*s\" is not a name",
		    (int)node.text.len, node.text.at);
	if (tag.at[0] == '/')
		return section_close(r, node.text);
	if (node.kind == SECTION || node.kind == INVERTED) {
		if (r->depth == NESTING_MAX)
			return refuse(r, tag.at,
			    "more than %d sections within each other",
			    NESTING_MAX);
		r->open[r->depth++] = r->template->nnodes;
	}
	return node_add(r, &node);
}

/*
 * Where the text before a tag ends and the one behind it begins: without the
 * line, if that has nothing but the tag.
 */
static void
line_trim(const struct reader *r, const char **before, const char **behind)
{
	const char *from = *before, *to = *behind;

	while (
	    from > r->template->source && (from[-1] == ' ' || from[-1] == '\t'))
		from--;
	while (to < r->end && (*to == ' ' || *to == '\t' || *to == '\r'))
		to++;
	if ((from > r->template->source && from[-1] != '\n') ||
	    (to < r->end && *to != '\n'))
		return;
	/* The text before began at r->at at the earliest. */
	*before = from > r->at ? from : r->at;
	*behind = to < r->end ? to + 1 : to;
}

static bool
next_read(struct reader *r)
{
	const char *tag = memmem(r->at, (size_t)(r->end - r->at), "{{", 2);
	const char *before = tag != NULL ? tag : r->end;
	const char *close = NULL, *behind;
	struct node text = { .kind = TEXT };
	struct text inner = { NULL, 0 };

	if (tag != NULL &&
	    (close = memmem(tag, (size_t)(r->end - tag), "}}", 2)) == NULL)
		return refuse(r, tag, "the tag is not closed by \"}}\"");
	behind = close != NULL ? close + 2 : r->end;
	if (tag != NULL) {
		inner = trimmed(tag + 2, close);
		if (inner.len > 0 && strchr("#^/>!", inner.at[0]) != NULL)
			line_trim(r, &before, &behind);
	}
	text.text = (struct text){ r->at, (size_t)(before - r->at) };
	if (text.text.len > 0 && !node_add(r, &text))
		return false;
	r->at = behind;
	return tag == NULL || tag_read(r, inner);
}

static void
template_free(struct template *template)
{
	if (template == NULL)
		return;
	free(template->nodes);
	free(template->source);
	free(template->name);
	free(template);
}

bool
web_templates_add(struct web_templates *templates, const char *name,
    const char *text, size_t len, char *why, size_t size)
{
	struct template *template = calloc(1, sizeof *template);
	struct reader r = { .template = template, .why = why, .size = size };
	bool good;

	if (template == NULL || (template->name = strdup(name)) == NULL ||
	    (template->source = malloc(len + 1)) == NULL) {
		template_free(template);
		(void)snprintf(why, size, "no memory");
		return false;
	}
	memcpy(template->source, text, len);
	template->source[len] = '\0';
	template->escapes = ends_in(name, ".html");
	r.at = template->source;
	r.end = r.at + len;
	do
		good = next_read(&r);
	while (good && r.at < r.end);
	if (good && r.depth > 0) {
		const struct node *open = &template->nodes[r.open[r.depth - 1]];

		good =
		    refuse(&r, open->text.at, "section \"%.*s\" is not closed",
			(int)open->text.len, open->text.at);
	}
	if (!good) {
		template_free(template);
		return false;
	}
	template->next = templates->list;
	templates->list = template;
	return true;
}

/* ---- Folders --------------------------------------------------------- */

static bool
file_add(struct web_templates *templates, int dir, const char *name, char *why,
    size_t size)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st = { .st_size = 0 };
	char *text = NULL;
	ssize_t n = -1;
	bool good;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size <= FILE_MAX &&
	    (text = malloc((size_t)st.st_size + 1)) != NULL)
		n = read(fd, text, (size_t)st.st_size);
	good = n >= 0 && n == (ssize_t)st.st_size;
	if (!good)
		(void)snprintf(why, size, "%s: cannot read it", name);
	else
		good = web_templates_add(
		    templates, name, text, (size_t)n, why, size);
	free(text);
	if (fd >= 0)
		(void)close(fd);
	return good;
}

bool
web_templates_load(
    struct web_templates *templates, const char *path, char *why, size_t size)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	bool good = true;

	if (dir == NULL) {
		(void)snprintf(why, size, "%s: %s", path, strerror(errno));
		return false;
	}
	while (good && (entry = readdir(dir)) != NULL) {
		if (ends_in(entry->d_name, ".html") ||
		    ends_in(entry->d_name, ".txt"))
			good = file_add(
			    templates, dirfd(dir), entry->d_name, why, size);
	}
	(void)closedir(dir);
	return good && web_templates_check(templates, why, size);
}

static bool
partials_check(const struct web_templates *templates,
    const struct template *template, unsigned depth, char *why, size_t size)
{
	for (size_t i = 0; i < template->nnodes; i++) {
		const struct node *node = &template->nodes[i];
		const struct template *partial;

		if (node->kind != PARTIAL)
			continue;
		if ((partial = template_find(templates, node->text)) == NULL) {
			(void)snprintf(why, size,
			    "%s: there is no template \"%.*s\"", template->name,
			    (int)node->text.len, node->text.at);
			return false;
		}
		if (depth == PARTIALS_MAX) {
			(void)snprintf(why, size,
			    "%s: more than %d templates within each other",
			    template->name, PARTIALS_MAX);
			return false;
		}
		if (!partials_check(templates, partial, depth + 1, why, size))
			return false;
	}
	return true;
}

bool
web_templates_check(
    const struct web_templates *templates, char *why, size_t size)
{
	for (const struct template *t = templates->list; t != NULL; t = t->next)
		if (!partials_check(templates, t, 1, why, size))
			return false;
	return true;
}

struct web_templates *
web_templates_new(void)
{
	return calloc(1, sizeof(struct web_templates));
}

void
web_templates_free(struct web_templates *templates)
{
	struct template *next;

	if (templates == NULL)
		return;
	for (struct template *t = templates->list; t != NULL; t = next) {
		next = t->next;
		template_free(t);
	}
	free(templates);
}
