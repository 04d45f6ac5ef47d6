/*
 * load.c - a catalog's file to structs; see catalog.h.
 *
 * All mistakes are told in one run, so that nothing stops at the first one: a
 * value that is wrong is left as if it were not there.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>
#include <libconfig.h>

#include "base/disk.h"
#include "base/error.h"
#include "base/text.h"
#include "form.h"
#include "format/file.h"
#include "format/line.h"
#include "mistake.h"

#define EULA_MAX (1 << 20) /* bytes of an agreement */

struct loading {
	struct lc_catalog_file *file;
	struct lc_arena *arena;
	bool no_memory;
};

/* ---- Mistakes -------------------------------------------------------- */

static void vwrong(struct lc_catalog_file *, unsigned line, const char *format,
    va_list) __attribute__((format(printf, 3, 0)));

static void
vwrong(struct lc_catalog_file *file, unsigned line, const char *format,
    va_list args)
{
	char what[400], text[1024];

	if (++file->nwrong > LC_MISTAKES_MAX)
		return;
	(void)vsnprintf(what, sizeof what, format, args);
	(void)snprintf(text, sizeof text, "%s:%u: %s", file->name,
	    line > 0 ? line : 1, what);
	file->wrong(file->arg, text);
}

void
lc_catalog_wrong(
    struct lc_catalog_file *file, unsigned line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vwrong(file, line, format, args);
	va_end(args);
}

static void wrong(struct loading *, const config_setting_t *,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

static void
wrong(struct loading *l, const config_setting_t *at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vwrong(l->file, config_setting_source_line(at), format, args);
	va_end(args);
}

static const char *
keep(struct loading *l, const char *text)
{
	char *copy = lc_arena_text(l->arena, text);

	if (copy == NULL)
		l->no_memory = true;
	return copy != NULL ? copy : "";
}

/* ---- Values ---------------------------------------------------------- */

static bool
is_code(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text <= ' ' || *text >= 0x7f ||
		    strchr("\"'\\,;<>&%", *text) != NULL)
			return false;
	}
	return true;
}

/* A text within the field's limits; NULL: it is told. */
static const char *
text_of(struct loading *l, const config_setting_t *setting,
    const struct lc_field *field, uint32_t max, bool code)
{
	const char *text = config_setting_get_string(setting);
	size_t len = text != NULL ? strlen(text) : 0;

	if (text == NULL)
		wrong(l, setting, "%s: expected a text in double quotes",
		    field->name);
	else if (len > max || (len < 1 && field->min > 0))
		wrong(l, setting, "%s: %zu bytes long; allowed are %d to %u",
		    field->name, len, field->min > 0, max);
	else if (code && !is_code(text))
		wrong(l, setting,
		    "%s: \"%s\" has blanks, quotes or other characters that "
		    "codes must not have",
		    field->name, text);
	else if (!(max > 1024 ? lc_text_is_rows(text, len)
			      : lc_text_is_plain(text, len)))
		wrong(l, setting, "%s: not a text in UTF-8", field->name);
	else
		return text;
	return NULL;
}

static void
read_text(struct loading *l, const config_setting_t *setting,
    const struct lc_field *field, void *to)
{
	const char *text = text_of(
	    l, setting, field, field->max, field->kind == LC_FIELD_CODE);

	if (text != NULL)
		*(const char **)to = keep(l, text);
}

static void
read_words(struct loading *l, const config_setting_t *setting,
    const struct lc_field *field, void *to)
{
	size_t n = (size_t)config_setting_length(setting), len = 0;
	char *words;

	if (!config_setting_is_array(setting) &&
	    !config_setting_is_list(setting)) {
		wrong(l, setting, "%s: expected [ \"...\", \"...\" ]",
		    field->name);
		return;
	}
	if (n < field->min || n > field->max) {
		wrong(l, setting, "%s: %zu texts; allowed are %u to %u",
		    field->name, n, field->min, field->max);
		return;
	}
	if ((words = lc_arena_alloc(l->arena, n * (LC_UDI_MAX + 1) + 1)) ==
	    NULL) {
		l->no_memory = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const config_setting_t *one =
		    config_setting_get_elem(setting, (unsigned)i);
		const char *word = text_of(l, one, field, LC_UDI_MAX, true);

		if (word != NULL && word[0] == '\0')
			wrong(l, one, "%s: empty text", field->name);
		else if (word != NULL)
			len += (size_t)sprintf(
			    words + len, "%s%s", len > 0 ? " " : "", word);
	}
	*(const char **)to = words;
}

static bool
number_of(struct loading *l, const config_setting_t *setting,
    const struct lc_field *field, uint32_t *number)
{
	int type = config_setting_type(setting);
	long long value = config_setting_get_int64(setting);

	if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64)
		wrong(l, setting, "%s: expected a number from %u to %u",
		    field->name, field->min, field->max);
	else if (value < field->min || value > field->max)
		wrong(l, setting, "%s: %lld is not from %u to %u", field->name,
		    value, field->min, field->max);
	else {
		*number = (uint32_t)value;
		return true;
	}
	return false;
}

static void
read_period(struct loading *l, const config_setting_t *setting,
    const struct lc_field *field, void *to)
{
	const char *text = config_setting_get_string(setting);
	unsigned long days;
	char *end;

	if (text == NULL) {
		(void)number_of(l, setting, field, to);
		return;
	}
	days = strtoul(text, &end, 10);
	if (text[0] < '1' || text[0] > '9' || strcmp(end, "d") != 0 ||
	    days > field->max / 86400)
		wrong(l, setting,
		    "%s: \"%s\" is not seconds (3600) or days (\"60d\")",
		    field->name, text);
	else
		*(uint32_t *)to = (uint32_t)days * 86400;
}

static void
read_date(struct loading *l, const config_setting_t *setting,
    const struct lc_field *field, void *to)
{
	const char *text = config_setting_get_string(setting), *end = NULL;
	struct tm tm = { 0 };
	int64_t at = -1;
	char again[16] = "";

	if (text != NULL && strlen(text) == 10)
		end = strptime(text, "%Y-%m-%d", &tm);
	if (end != NULL && *end == '\0') {
		at = (int64_t)timegm(&tm);
		(void)strftime(again, sizeof again, "%Y-%m-%d", &tm);
	}
	/* timegm turns February 30 into a day of March. */
	if (at < 0 || at > LC_DATE_MAX || strcmp(again, text) != 0)
		wrong(l, setting, "%s: expected a day such as \"2037-12-31\"",
		    field->name);
	else
		*(int64_t *)to = at;
}

static void
read_type(struct loading *l, const config_setting_t *setting,
    const struct lc_field *field, void *to)
{
	const char *text = config_setting_get_string(setting);
	enum lc_type type;

	if (text == NULL || !lc_type_from_name(text, &type))
		wrong(l, setting, "%s: \"%s\" is not a license type",
		    field->name, text != NULL ? text : "");
	else
		*(uint32_t *)to = type;
}

/* ---- Groups ---------------------------------------------------------- */

static void read_group(struct loading *, const config_setting_t *,
    const struct lc_form *, void *item);

/* A code stands once in its list. */
static void
check_twice(struct loading *l, json_t *seen, const config_setting_t *at,
    const struct lc_form *form, const void *item)
{
	const struct lc_field *first = &form->fields[0];
	const char *code = *(const char *const *)((const char *)item +
						  first->at);
	json_t *before;

	if (first->kind != LC_FIELD_CODE || code[0] == '\0')
		return;
	if ((before = json_object_get(seen, code)) != NULL)
		wrong(l, at, "%s: %s is in line %d already", first->name, code,
		    (int)json_integer_value(before));
	else if (json_object_set_new(seen, code,
		     json_integer(config_setting_source_line(at))) != 0)
		l->no_memory = true;
}

static void
read_list(struct loading *l, const config_setting_t *setting,
    const struct lc_field *field, void *to)
{
	size_t n = (size_t)config_setting_length(setting);
	json_t *seen = json_object();
	struct lc_part_of **link = to;

	if (!config_setting_is_list(setting) || n < field->min ||
	    n > field->max) {
		wrong(l, setting, "%s: expected a list of %u to %u groups",
		    field->name, field->min, field->max);
		n = 0;
	}
	for (size_t i = 0; i < n && !l->no_memory; i++) {
		const config_setting_t *one =
		    config_setting_get_elem(setting, (unsigned)i);
		struct lc_part_of *part =
		    lc_arena_alloc(l->arena, field->of->size);

		if ((l->no_memory = part == NULL || seen == NULL))
			break;
		part->line = config_setting_source_line(one);
		read_group(l, one, field->of, part);
		check_twice(l, seen, one, field->of, part);
		*link = part;
		link = (struct lc_part_of **)&part->next;
	}
	json_decref(seen);
}

static void
fall_back(const struct lc_field *field, void *to)
{
	switch (field->kind) {
	case LC_FIELD_CODE:
	case LC_FIELD_TEXT:
	case LC_FIELD_WORDS:
		*(const char **)to = field->text != NULL ? field->text : "";
		break;
	case LC_FIELD_NUMBER:
	case LC_FIELD_PERIOD:
	case LC_FIELD_TYPE:
		*(uint32_t *)to = field->fallback;
		break;
	case LC_FIELD_TRUTH:
		*(bool *)to = field->fallback != 0;
		break;
	case LC_FIELD_DATE:
		*(int64_t *)to = LC_NO_TIME;
		break;
	case LC_FIELD_LIST:
		*(void **)to = NULL;
		break;
	}
}

static void
read_field(struct loading *l, const config_setting_t *setting,
    const struct lc_field *field, void *to)
{
	switch (field->kind) {
	case LC_FIELD_CODE:
	case LC_FIELD_TEXT:
		read_text(l, setting, field, to);
		break;
	case LC_FIELD_WORDS:
		read_words(l, setting, field, to);
		break;
	case LC_FIELD_NUMBER:
		(void)number_of(l, setting, field, to);
		break;
	case LC_FIELD_TRUTH:
		if (config_setting_type(setting) != CONFIG_TYPE_BOOL)
			wrong(l, setting, "%s: expected true or false",
			    field->name);
		else
			*(bool *)to = config_setting_get_bool(setting);
		break;
	case LC_FIELD_TYPE:
		read_type(l, setting, field, to);
		break;
	case LC_FIELD_PERIOD:
		read_period(l, setting, field, to);
		break;
	case LC_FIELD_DATE:
		read_date(l, setting, field, to);
		break;
	case LC_FIELD_LIST:
		read_list(l, setting, field, to);
		break;
	}
}

static const struct lc_field *
field_find(const struct lc_form *form, const char *name)
{
	for (size_t i = 0; i < form->nfields; i++) {
		if (strcmp(form->fields[i].name, name) == 0)
			return &form->fields[i];
	}
	return NULL;
}

static void
read_group(struct loading *l, const config_setting_t *group,
    const struct lc_form *form, void *item)
{
	for (size_t i = 0; i < form->nfields; i++)
		fall_back(&form->fields[i], (char *)item + form->fields[i].at);
	if (!config_setting_is_group(group)) {
		wrong(l, group, "expected a group { ... }");
		return;
	}
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *one =
		    config_setting_get_elem(group, (unsigned)i);
		const char *name = config_setting_name(one);
		const struct lc_field *field = field_find(form, name);

		if (field == NULL)
			wrong(l, one, "unknown key \"%s\"", name);
		else
			read_field(l, one, field, (char *)item + field->at);
	}
	for (size_t i = 0; i < form->nfields; i++) {
		const struct lc_field *field = &form->fields[i];

		if (field->required &&
		    config_setting_get_member(group, field->name) == NULL)
			wrong(l, group, "%s is missing", field->name);
	}
}

/* ---- Items ----------------------------------------------------------- */

/* From the folder of the catalog, unless the path is absolute. */
static char *
eula_path(const struct loading *l, const char *path)
{
	const char *slash = strrchr(l->file->name, '/');
	int len = slash == NULL ? 0 : (int)(slash - l->file->name) + 1;
	char *joined;

	if (asprintf(&joined, "%.*s%s", path[0] == '/' ? 0 : len,
		l->file->name, path) < 0)
		return NULL;
	return joined;
}

static enum lc_err
eula_read(struct loading *l, struct lc_item *item)
{
	struct lc_detail why = { "" };
	char *path = eula_path(l, item->eula_path), *text = NULL;
	size_t len;
	enum lc_err err = LC_ENOMEM;

	if (path != NULL)
		err = lc_disk_read(path, EULA_MAX, &text, &len, NULL, &why);
	if (err == LC_OK && (len == 0 || memchr(text, '\0', len) != NULL))
		lc_catalog_wrong(l->file, item->part.line,
		    "agreement: %s is not a text", path);
	else if (err == LC_OK)
		item->eula_text = keep(l, text);
	else if (err != LC_ENOMEM)
		lc_catalog_wrong(l->file, item->part.line, "agreement: %s",
		    why.text[0] != '\0' ? why.text : lc_strerror(err));
	free(text);
	free(path);
	return err == LC_ENOMEM ? err : LC_OK;
}

static enum lc_err
eula_check(struct loading *l, struct lc_item *item)
{
	char *digest;
	enum lc_err err = LC_OK;

	item->eula = "";
	if (item->eula_path[0] != '\0' && item->eula_text[0] != '\0') {
		lc_catalog_wrong(l->file, item->part.line,
		    "agreement and agreement-text exclude each other");
		return LC_OK;
	}
	if (item->eula_path[0] != '\0' && l->file->no_files)
		lc_catalog_wrong(l->file, item->part.line,
		    "agreement: no file can be read here, use agreement-text");
	else if (item->eula_path[0] != '\0')
		err = eula_read(l, item);
	if (err != LC_OK || item->eula_text[0] == '\0')
		return err;
	digest = lc_arena_alloc(l->arena, LC_EULA_DIGEST_LEN + 1);
	if (digest == NULL)
		return LC_ENOMEM;
	if (!lc_text_is_rows(item->eula_text, strlen(item->eula_text)))
		lc_catalog_wrong(l->file, item->part.line,
		    "agreement: not a text in UTF-8");
	item->eula = digest;
	return lc_eula_digest(
	    item->eula_text, strlen(item->eula_text), digest);
}

/* What a license of it could not be. */
static void
item_check(struct loading *l, const struct lc_item *item)
{
	struct lc_terms terms = {
		.type = (enum lc_type)item->type,
		.counted = item->count != LC_UNCOUNTED,
		.additive = item->additive,
		.count = item->count,
		.period_s = item->period_s,
		.extension_days = item->extension_days,
		.issued = 0,
		.start = LC_NO_TIME,
		.end = item->days > 0 ? (int64_t)item->days * 86400
				      : LC_NO_TIME,
	};
	struct lc_detail why = { "" };
	bool metered = lc_type_metered(terms.type);
	bool subscription = lc_type_subscription(terms.type);

	if (item->type == 0)
		return; /* told already */
	if (metered != (item->period_s > 0))
		lc_catalog_wrong(l->file, item->part.line,
		    metered ? "period is missing: the type is %s"
			    : "a license of the type %s has no period",
		    lc_type_name(terms.type));
	else if (subscription != (item->days > 0))
		lc_catalog_wrong(l->file, item->part.line,
		    subscription ? "days is missing: the type is %s"
				 : "a license of the type %s has no days",
		    lc_type_name(terms.type));
	else if (lc_terms_check(&terms, &why) != LC_OK)
		lc_catalog_wrong(l->file, item->part.line, "%s", why.text);
}

static enum lc_err
items_check(struct loading *l, const struct lc_catalog *catalog)
{
	enum lc_err err = LC_OK;

	for (struct lc_sku *sku = catalog->skus; sku != NULL && err == LC_OK;
	     sku = sku->part.next) {
		for (struct lc_item *item = sku->items;
		     item != NULL && err == LC_OK; item = item->part.next) {
			item_check(l, item);
			err = eula_check(l, item);
		}
	}
	return err;
}

static void
udis_check(struct loading *l, const struct lc_contract *contract)
{
	const char *udi = contract->udis;

	while (*udi != '\0') {
		size_t len = strcspn(udi, " ");

		if (!lc_text_is_udi(udi, len))
			lc_catalog_wrong(l->file, contract->part.line,
			    "udis: \"%.*s\" is not PID:SN", (int)len, udi);
		udi += len + (udi[len] == ' ');
	}
}

static void
contracts_check(struct loading *l, const struct lc_catalog *catalog)
{
	for (const struct lc_contract *contract = catalog->contracts;
	     contract != NULL; contract = contract->part.next) {
		if (contract->account[0] == '\0' && contract->udis[0] == '\0')
			lc_catalog_wrong(l->file, contract->part.line,
			    "a contract needs an account, or udis");
		if (contract->begins != LC_NO_TIME &&
		    contract->ends != LC_NO_TIME &&
		    contract->begins >= contract->ends)
			lc_catalog_wrong(l->file, contract->part.line,
			    "the contract ends before it begins");
		udis_check(l, contract);
	}
}

/* ---- The file -------------------------------------------------------- */

/*
 * The text without what would make libconfig read other files.  False: it is
 * told.
 */
static bool
text_check(struct lc_catalog_file *file)
{
	unsigned line = 1;

	if (memchr(file->text, '\0', file->len) != NULL) {
		lc_catalog_wrong(file, 1, "not a text: it has a NUL");
		return false;
	}
	for (const char *at = file->text; at != NULL; line++) {
		const char *row = at + strspn(at, " \t\r\f\v");

		if (strncmp(row, "@include", 8) == 0)
			lc_catalog_wrong(
			    file, line, "@include is not supported");
		if ((at = strchr(at, '\n')) != NULL)
			at++;
	}
	return file->nwrong == 0;
}

static enum lc_err
config_take(struct loading *l, const config_t *config,
    struct lc_catalog *catalog)
{
	enum lc_err err;

	read_group(l, config_root_setting(config), &lc_catalog_form, catalog);
	if (l->no_memory)
		return LC_ENOMEM;
	if ((err = items_check(l, catalog)) != LC_OK)
		return err;
	contracts_check(l, catalog);
	return l->no_memory ? LC_ENOMEM : LC_OK;
}

enum lc_err
lc_catalog_parse(struct lc_catalog_file *file, struct lc_catalog *catalog,
    struct lc_detail *detail)
{
	struct loading l = { .file = file, .arena = &catalog->arena };
	config_t config;
	enum lc_err err = LC_OK;

	file->nwrong = 0;
	config_init(&config);
	if (text_check(file)) {
		if (config_read_string(&config, file->text) == CONFIG_TRUE)
			err = config_take(&l, &config, catalog);
		else
			lc_catalog_wrong(file,
			    (unsigned)config_error_line(&config), "%s",
			    config_error_text(&config));
	}
	config_destroy(&config);
	if (err == LC_OK && file->nwrong > 0)
		err = lc_catalog_wrong_sum(file, detail);
	return err;
}

enum lc_err
lc_catalog_wrong_sum(
    const struct lc_catalog_file *file, struct lc_detail *detail)
{
	return lc_fail(detail, LC_EFILE,
	    "%s: %zu mistake%s; nothing is changed", file->name, file->nwrong,
	    file->nwrong == 1 ? "" : "s");
}

void
lc_catalog_free(struct lc_catalog *catalog)
{
	lc_arena_free(&catalog->arena);
}
