/*
 * conf_read.c - groups of a configuration file, read by tables of their keys.
 */
#include "conf_read.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Errors ---- */

bool
conf_wrong_at(
    const struct reader *r, const struct where *where, const char *format, ...)
{
	va_list args;
	int used = snprintf(
	    r->error, CONF_ERROR_MAX, "%s:%u: ", where->file, where->line);

	va_start(args, format);
	if (used >= 0 && used < CONF_ERROR_MAX)
		(void)vsnprintf(r->error + used, CONF_ERROR_MAX - (size_t)used,
		    format, args);
	va_end(args);
	return false;
}

static struct where
where_of(const struct reader *r, const config_setting_t *setting)
{
	const char *file = config_setting_source_file(setting);
	unsigned line = config_setting_source_line(setting);

	/* The whole file, which has no line of its own, begins in its first. */
	return (struct where){ file != NULL ? file : r->path,
		line != 0 ? line : 1 };
}

/* "devices[0].stores[1].size" */
static void
name_setting(const config_setting_t *setting, char *text, size_t size)
{
	const config_setting_t *parent = config_setting_parent(setting);
	size_t used;

	text[0] = '\0';
	if (parent == NULL)
		return;
	name_setting(parent, text, size);
	used = strlen(text);
	if (config_setting_name(setting) != NULL)
		snprintf(text + used, size - used, "%s%s", used ? "." : "",
		    config_setting_name(setting));
	else
		snprintf(text + used, size - used, "[%d]",
		    config_setting_index(setting));
}

bool
conf_wrong(const struct reader *r, const config_setting_t *setting,
    const char *format, ...)
{
	struct where where = where_of(r, setting);
	char name[128], text[CONF_ERROR_MAX];
	va_list args;

	name_setting(setting, name, sizeof name);
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return conf_wrong_at(
	    r, &where, "%s%s%s", name, name[0] != '\0' ? ": " : "", text);
}

/* libconfig's own words for what it cannot parse. */
bool
conf_read_file(const struct reader *r, config_t *config)
{
	struct where where = { r->path, 0 };

	errno = 0;
	if (config_read_file(config, r->path))
		return true;
	if (config_error_type(config) == CONFIG_ERR_FILE_IO) {
		(void)snprintf(r->error, CONF_ERROR_MAX,
		    "%s: cannot read file: %s", r->path,
		    errno != 0 ? strerror(errno) : "not a file");
		return false;
	}
	if (config_error_file(config) != NULL)
		where.file = config_error_file(config);
	where.line = (unsigned)config_error_line(config);
	return conf_wrong_at(r, &where, "%s", config_error_text(config));
}

/* ---- Reading by the tables ---- */

static void *
member(void *item, const struct key *key)
{
	return (uint8_t *)item + key->at;
}

static bool
read_text(const struct reader *r, const config_setting_t *setting,
    const struct key *key, void *item)
{
	const char *text = config_setting_get_string(setting);
	size_t len;

	if (text == NULL)
		return conf_wrong(
		    r, setting, "not a string; expected one in double quotes");
	len = strlen(text);
	if (len < key->min || len > key->max)
		return conf_wrong(r, setting,
		    "%zu bytes long; allowed are %u to %u", len, key->min,
		    key->max);
	if (!r->is_text(text, len))
		return conf_wrong(r, setting, "not UTF-8");
	if (key->check != NULL && !key->check(text))
		return conf_wrong(r, setting,
		    "invalid value \"%s\"; expected %s", text, key->allowed);
	if ((*(char **)member(item, key) = strdup(text)) == NULL)
		return conf_wrong(r, setting, "out of memory");
	return true;
}

static bool
read_number(const struct reader *r, const config_setting_t *setting,
    const struct key *key, void *item)
{
	int type = config_setting_type(setting);
	long long number = config_setting_get_int64(setting);

	if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64)
		return conf_wrong(r, setting, "not a number; expected %u to %u",
		    key->min, key->max);
	if (number < key->min || number > key->max)
		return conf_wrong(r, setting,
		    "%lld is out of range; expected %u to %u", number, key->min,
		    key->max);
	*(uint32_t *)member(item, key) = (uint32_t)number;
	return true;
}

static bool
read_truth(const struct reader *r, const config_setting_t *setting,
    const struct key *key, void *item)
{
	if (config_setting_type(setting) != CONFIG_TYPE_BOOL)
		return conf_wrong(r, setting, "expected true or false");
	*(bool *)member(item, key) = config_setting_get_bool(setting);
	return true;
}

static bool
read_choice(const struct reader *r, const config_setting_t *setting,
    const struct key *key, void *item)
{
	const char *text = config_setting_get_string(setting);
	char allowed[128] = "";

	for (const struct choice *c = key->choices; c->name != NULL; c++) {
		size_t used = strlen(allowed);

		if (text != NULL && strcmp(text, c->name) == 0) {
			*(int *)member(item, key) = c->value;
			return true;
		}
		snprintf(allowed + used, sizeof allowed - used, "%s\"%s\"",
		    used ? ", " : "", c->name);
	}
	return conf_wrong(r, setting, "expected one of %s", allowed);
}

static bool
read_list(const struct reader *r, const config_setting_t *setting,
    const struct key *key, void *item)
{
	struct list *list = member(item, key);
	int n = config_setting_length(setting);

	if (config_setting_type(setting) != CONFIG_TYPE_LIST)
		return conf_wrong(r, setting,
		    "expected a list of groups, ( { ... }, { ... } )");
	list->items = calloc((size_t)n + 1, key->of->size);
	if (list->items == NULL)
		return conf_wrong(r, setting, "out of memory");
	list->n = (size_t)n;
	for (int i = 0; i < n; i++)
		if (!conf_read_group(r,
			config_setting_get_elem(setting, (unsigned)i), key->of,
			(uint8_t *)list->items + (size_t)i * key->of->size))
			return false;
	return true;
}

static bool
read_key(const struct reader *r, const config_setting_t *setting,
    const struct key *key, void *item)
{
	switch (key->kind) {
	case KEY_TEXT:
		return read_text(r, setting, key, item);
	case KEY_NUMBER:
		return read_number(r, setting, key, item);
	case KEY_TRUTH:
		return read_truth(r, setting, key, item);
	case KEY_CHOICE:
		return read_choice(r, setting, key, item);
	case KEY_LIST:
		return read_list(r, setting, key, item);
	case KEY_GROUP:
		return conf_read_group(r, setting, key->of, member(item, key));
	}
	return false;
}

static const struct key *
find_key(const struct section *section, const char *name)
{
	for (size_t i = 0; i < section->nkeys; i++)
		if (strcmp(section->keys[i].name, name) == 0)
			return &section->keys[i];
	return NULL;
}

static bool
unknown_key(const struct reader *r, const config_setting_t *setting,
    const struct section *section)
{
	char allowed[256] = "";

	for (size_t i = 0; i < section->nkeys; i++) {
		size_t used = strlen(allowed);

		snprintf(allowed + used, sizeof allowed - used, "%s%s",
		    used ? ", " : "", section->keys[i].name);
	}
	return conf_wrong(
	    r, setting, "unknown key; allowed here are %s", allowed);
}

/* A group that is not there. */
static void
fill_group(const struct section *section, void *item)
{
	for (size_t i = 0; i < section->nkeys; i++) {
		const struct key *key = &section->keys[i];

		if (key->kind == KEY_NUMBER)
			*(uint32_t *)member(item, key) = key->fallback;
	}
}

/* What is not in the group. */
static bool
fill_in(const struct reader *r, const config_setting_t *group,
    const struct section *section, void *item)
{
	for (size_t i = 0; i < section->nkeys; i++) {
		const struct key *key = &section->keys[i];

		if (config_setting_get_member(group, key->name) != NULL)
			continue;
		if (key->required)
			return conf_wrong(r, group, "%s is missing", key->name);
		if (key->kind == KEY_NUMBER)
			*(uint32_t *)member(item, key) = key->fallback;
		if (key->kind == KEY_GROUP)
			fill_group(key->of, member(item, key));
	}
	return true;
}

bool
conf_read_group(const struct reader *r, const config_setting_t *group,
    const struct section *section, void *item)
{
	if (!config_setting_is_group(group))
		return conf_wrong(r, group, "expected a group, { ... }");
	*(struct where *)item = where_of(r, group);
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *setting =
		    config_setting_get_elem(group, (unsigned)i);
		const struct key *key =
		    find_key(section, config_setting_name(setting));

		if (key == NULL)
			return unknown_key(r, setting, section);
		if (!read_key(r, setting, key, item))
			return false;
	}
	return fill_in(r, group, section, item);
}

void
conf_free_group(const struct section *section, void *item)
{
	for (size_t i = 0; i < section->nkeys; i++) {
		const struct key *key = &section->keys[i];
		struct list *list = member(item, key);

		if (key->kind == KEY_TEXT)
			free(*(char **)member(item, key));
		if (key->kind == KEY_GROUP)
			conf_free_group(key->of, member(item, key));
		if (key->kind != KEY_LIST)
			continue;
		for (size_t j = 0; j < list->n; j++)
			conf_free_group(key->of,
			    (uint8_t *)list->items + j * key->of->size);
		free(list->items);
	}
}
