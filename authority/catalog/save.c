/* save.c - a catalog as a file that load.c reads; see catalog.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libconfig.h>

#include "base/error.h"
#include "form.h"
#include "record/license.h"

/* A list of words becomes an array of texts. */
static bool
words_write(config_setting_t *setting, const char *words)
{
	char one[LC_UDI_MAX + 1];

	while (*words != '\0') {
		size_t len = strcspn(words, " ");

		(void)snprintf(one, sizeof one, "%.*s", (int)len, words);
		if (config_setting_set_string_elem(setting, -1, one) == NULL)
			return false;
		words += len + (words[len] == ' ');
	}
	return true;
}

static bool
number_write(config_setting_t *group, const char *name, uint32_t number)
{
	config_setting_t *setting = config_setting_add(group, name,
	    number <= INT32_MAX ? CONFIG_TYPE_INT : CONFIG_TYPE_INT64);

	if (setting == NULL)
		return false;
	return number <= INT32_MAX
		   ? config_setting_set_int(setting, (int)number)
		   : config_setting_set_int64(setting, number);
}

static bool
text_write(config_setting_t *group, const char *name, const char *text)
{
	config_setting_t *setting =
	    config_setting_add(group, name, CONFIG_TYPE_STRING);

	return setting != NULL && config_setting_set_string(setting, text);
}

static bool
period_write(config_setting_t *group, const char *name, uint32_t seconds)
{
	char days[24];

	if (seconds % 86400 != 0)
		return number_write(group, name, seconds);
	(void)snprintf(days, sizeof days, "%ud", seconds / 86400);
	return text_write(group, name, days);
}

static bool
date_write(config_setting_t *group, const char *name, int64_t date)
{
	time_t seconds = (time_t)date;
	struct tm tm;
	char text[16];

	return gmtime_r(&seconds, &tm) != NULL &&
	       strftime(text, sizeof text, "%Y-%m-%d", &tm) > 0 &&
	       text_write(group, name, text);
}

static bool group_write(
    config_setting_t *, const struct lc_form *, const void *item);

static bool
list_write(config_setting_t *group, const struct lc_field *field,
    const struct lc_part_of *part)
{
	config_setting_t *list =
	    config_setting_add(group, field->name, CONFIG_TYPE_LIST);
	config_setting_t *one;

	if (list == NULL)
		return false;
	for (; part != NULL; part = part->next) {
		one = config_setting_add(list, NULL, CONFIG_TYPE_GROUP);
		if (one == NULL || !group_write(one, field->of, part))
			return false;
	}
	return true;
}

/* Has the field a value other than the one it has without the key? */
static bool
is_given(const struct lc_field *field, const void *at)
{
	switch (field->kind) {
	case LC_FIELD_CODE:
	case LC_FIELD_TEXT:
	case LC_FIELD_WORDS:
		return strcmp(*(const char *const *)at,
			   field->text != NULL ? field->text : "") != 0;
	case LC_FIELD_NUMBER:
	case LC_FIELD_PERIOD:
	case LC_FIELD_TYPE:
		return *(const uint32_t *)at != field->fallback;
	case LC_FIELD_TRUTH:
		return *(const bool *)at != (field->fallback != 0);
	case LC_FIELD_DATE:
		return *(const int64_t *)at != LC_NO_TIME;
	case LC_FIELD_LIST:
		return *(void *const *)at != NULL;
	}
	return false;
}

static bool
field_write(config_setting_t *group, const struct lc_field *field,
    const void *at)
{
	config_setting_t *setting;

	switch (field->kind) {
	case LC_FIELD_CODE:
	case LC_FIELD_TEXT:
		return text_write(
		    group, field->name, *(const char *const *)at);
	case LC_FIELD_WORDS:
		setting =
		    config_setting_add(group, field->name, CONFIG_TYPE_ARRAY);
		return setting != NULL &&
		       words_write(setting, *(const char *const *)at);
	case LC_FIELD_NUMBER:
		return number_write(
		    group, field->name, *(const uint32_t *)at);
	case LC_FIELD_TRUTH:
		setting =
		    config_setting_add(group, field->name, CONFIG_TYPE_BOOL);
		return setting != NULL &&
		       config_setting_set_bool(setting, *(const bool *)at);
	case LC_FIELD_TYPE:
		return text_write(group, field->name,
		    lc_type_name(*(const uint32_t *)at));
	case LC_FIELD_PERIOD:
		return period_write(
		    group, field->name, *(const uint32_t *)at);
	case LC_FIELD_DATE:
		return date_write(group, field->name, *(const int64_t *)at);
	case LC_FIELD_LIST:
		return list_write(group, field, *(void *const *)at);
	}
	return false;
}

static bool
group_write(
    config_setting_t *group, const struct lc_form *form, const void *item)
{
	for (size_t i = 0; i < form->nfields; i++) {
		const struct lc_field *field = &form->fields[i];
		const void *at = (const char *)item + field->at;

		if (is_given(field, at) && !field_write(group, field, at))
			return false;
	}
	return true;
}

/* The agreements, which are in a table of their own. */
static enum lc_err
texts_read(struct lc_record *record, struct lc_catalog *catalog)
{
	enum lc_err err = LC_OK;
	char *text;

	for (struct lc_sku *sku = catalog->skus; sku != NULL;
	     sku = sku->part.next) {
		for (struct lc_item *item = sku->items; item != NULL;
		     item = item->part.next) {
			if (item->eula[0] == '\0')
				continue;
			if ((err = lc_agreement_find(
				 record, item->eula, &text)) != LC_OK)
				return err;
			item->eula_text = lc_arena_text(&catalog->arena, text);
			free(text);
			if (item->eula_text == NULL)
				return LC_ENOMEM;
		}
	}
	return LC_OK;
}

static enum lc_err
text_make(const struct lc_catalog *catalog, char **text)
{
	config_t config;
	size_t len = 0;
	FILE *file;
	bool ok;

	*text = NULL;
	if ((file = open_memstream(text, &len)) == NULL)
		return LC_ENOMEM;
	config_init(&config);
	config_set_tab_width(&config, 2);
	ok = group_write(
	    config_root_setting(&config), &lc_catalog_form, catalog);
	if (ok)
		config_write(&config, file);
	config_destroy(&config);
	ok = fclose(file) == 0 && ok;
	if (ok)
		return LC_OK;
	free(*text);
	return LC_ENOMEM;
}

enum lc_err
lc_catalog_text(
    struct lc_record *record, struct lc_catalog *catalog, char **text)
{
	enum lc_err err = texts_read(record, catalog);

	return err == LC_OK ? text_make(catalog, text) : err;
}
