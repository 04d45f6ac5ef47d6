/*
 * wrappers.c - see wrappers.h.
 *
 * What counts as a rule here may be none there, never the other way round: in
 * doubt libwrap is asked.
 */
#include "wrappers.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "array.h"

#define LINE_SIZE 1024

/* One of the files. */
struct rules {
	const char *variable; /* of libwrap: its path */
	char **path;          /* NULL: there is no libwrap */
	struct stat read;     /* as it was before it was read */
	bool settled;         /* a change would show in that */
	bool some;            /* rules */
};

static struct rules tables[] = {
	{ .variable = "hosts_allow_table" },
	{ .variable = "hosts_deny_table" },
};

static int (*ask)(char *, char *, char *, char *); /* libwrap's */

void
wrappers_begin(void)
{
	*(void **)&ask = dlsym(RTLD_NEXT, "hosts_ctl");
	for (size_t i = 0; i < NITEMS(tables); i++)
		tables[i].path = dlsym(RTLD_DEFAULT, tables[i].variable);
}

/* What libwrap joins with the next line, or cuts, may be a rule. */
static bool
may_be_rule(const char *line)
{
	size_t len = strlen(line);

	if (len == 0 || line[len - 1] != '\n' ||
	    (len > 1 && line[len - 2] == '\\'))
		return true;
	return line[0] != '#' && line[strspn(line, " \t\r\n")] != '\0';
}

/* It may, too, if it cannot be read. */
static bool
may_have_rules(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[LINE_SIZE];
	bool found = false;

	if (file == NULL)
		return true;
	while (!found && fgets(line, sizeof line, file) != NULL)
		found = may_be_rule(line);
	found |= ferror(file) != 0;
	(void)fclose(file); /* it was only read */
	return found;
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	       a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* Two changes soon after each other may have the same time. */
static bool
has_rules(struct rules *rules)
{
	struct stat now;

	if (rules->path == NULL)
		return true;
	if (stat(*rules->path, &now) < 0)
		return errno != ENOENT;
	if (rules->settled && is_same(&now, &rules->read))
		return rules->some;
	rules->read = now;
	rules->settled = time(NULL) - now.st_ctim.tv_sec > 1;
	rules->some = may_have_rules(*rules->path);
	return rules->some;
}

int
hosts_ctl(char *daemon, char *name, char *address, char *user)
{
	if (!has_rules(&tables[0]) && !has_rules(&tables[1]))
		return 1;
	return ask != NULL && ask(daemon, name, address, user);
}
