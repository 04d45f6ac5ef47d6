/* words.c - see words.h. */
#include "words.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "format/line.h"
#include "format/type.h"
#include "record/image.h"
#include "rows.h"

static void say(struct lc_words *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
say(struct lc_words *w, const char *format, ...)
{
	size_t len = strlen(w->text);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(w->text + len, sizeof w->text - len, format, args);
	va_end(args);
}

/* Is what this account has named? */
static bool
is_named(const struct lc_said *said, const char *account)
{
	return said->names_of == NULL || strcmp(said->names_of, account) == 0;
}

/* ---- Licenses -------------------------------------------------------- */

static void
say_terms(struct lc_words *w, const struct lc_terms *t)
{
	const char *type = lc_type_name(t->type);

	say(w, "%s %s, %s", t->feature, t->version,
	    type != NULL ? type : "invalid type");
	if (t->counted)
		say(w, ", count %" PRIu32, t->count);
}

/* The next word of LC_WORDS_LICENSE, without its first character. */
static const char *
word_take(char **at)
{
	char *word = *at, *end = strchr(word, ' ');

	if (end == NULL)
		return "";
	*end = '\0';
	*at = end + 1;
	return word + (word[0] == '.');
}

static void
say_parts(const struct lc_said *said, struct lc_words *w, char *at)
{
	const char *udi = word_take(&at), *source = word_take(&at);
	const char *sku = word_take(&at), *pak = word_take(&at);
	const char *account = word_take(&at), *text = word_take(&at);
	struct lc_line *line;

	(void)snprintf(w->about, sizeof w->about, "%s", at);
	if (lc_line_peek(text, strlen(text), &line, NULL) == LC_OK) {
		say_terms(w, &line->terms);
		lc_line_free(line);
	}
	say(w, "; %s", source);
	if (sku[0] != '\0')
		say(w, ", %s", sku);
	if (pak[0] != '\0')
		say(w, is_named(said, account) ? " of PAK %s"
					       : " of another's PAK",
		    pak);
	if (said->udi == NULL)
		say(w, "; for %s", udi[0] != '\0' ? udi : "any device");
}

static enum lc_err
say_license(const struct lc_said *said, struct lc_words *w)
{
	char *copy = strdup(said->license);

	if (copy == NULL)
		return LC_ENOMEM;
	if (copy[0] != '\0')
		say_parts(said, w, copy);
	free(copy);
	return LC_OK;
}

/* ---- Images of rows -------------------------------------------------- */

/* "" where there is nothing. */
static const char *
value(const json_t *image, size_t column)
{
	const char *text = json_string_value(json_array_get(image, column));

	return text != NULL ? text : "";
}

/* Each has the columns of its table in record/image.c. */

static void
say_device(struct lc_words *w, const json_t *row, const struct lc_said *said)
{
	(void)said;
	say(w, "key %s (%s)", value(row, 1), value(row, 2));
	if (strcmp(value(row, 5), "0") != 0)
		say(w, ", history of %s", value(row, 3));
}

static void
say_ended(struct lc_words *w, const json_t *row, const struct lc_said *said)
{
	(void)said;
	(void)snprintf(w->about, sizeof w->about, "%s", value(row, 2));
	say(w, "%s", value(row, 3));
	if (value(row, 4)[0] != '\0')
		say(w, " (%s)", value(row, 4));
}

static void
say_ticket(struct lc_words *w, const json_t *row, const struct lc_said *said)
{
	(void)said;
	say(w, "permission ticket %s for %s", value(row, 1), value(row, 2));
	if (value(row, 4)[0] != '\0')
		say(w, ", redeemed for %s", value(row, 4));
}

static void
say_evaluation(struct lc_words *w, const json_t *row, const struct lc_said *said)
{
	(void)said;
	(void)snprintf(w->about, sizeof w->about, "%s", value(row, 4));
	say(w, "%s %s", value(row, 2), value(row, 3));
}

static void
say_account(struct lc_words *w, const json_t *row, const struct lc_said *said)
{
	if (is_named(said, value(row, 1)))
		say(w, "of account %s, whose token it showed", value(row, 1));
	else
		say(w, "of another account, whose token it showed");
}

static void
say_rma(struct lc_words *w, const json_t *row, const struct lc_said *said)
{
	if (strcmp(value(row, 1), said->udi) == 0)
		say(w, "replaced by %s", value(row, 2));
	else
		say(w, "replaces %s", value(row, 1));
	if (value(row, 4)[0] != '\0')
		say(w, ": %s", value(row, 4));
}

static void
say_contract(struct lc_words *w, const json_t *row, const struct lc_said *said)
{
	(void)said;
	say(w, "contract %s is good for it", value(row, 1));
}

static void
say_request(struct lc_words *w, const json_t *row, const struct lc_said *said)
{
	size_t len = strcspn(value(row, 2), " ");

	(void)said;
	(void)snprintf(w->about, sizeof w->about, "%s", value(row, 1));
	/* The rest tells requests apart, and so does a digest. */
	if (len != LC_DIGEST_LEN)
		say(w, "%.*s", (int)len, value(row, 2));
}

static const struct {
	const char *kind;
	void (*say)(struct lc_words *, const json_t *row, const struct lc_said *said);
} sayers[] = {
	{ "contract_udi", say_contract },
	{ "device", say_device },
	{ "device_account", say_account },
	{ "ended", say_ended },
	{ "evaluation", say_evaluation },
	{ "request", say_request },
	{ "rma", say_rma },
	{ "ticket", say_ticket },
};

/* ---- Rows of any table ----------------------------------------------- */

static bool
is_among(const char *const *words, const char *word)
{
	for (; *words != NULL; words++) {
		if (strcmp(*words, word) == 0)
			return true;
	}
	return false;
}

/* Their sayers leave out the device, which is known. */
static bool
needs_udi(const char *kind)
{
	static const char *const kinds[] = { "contract_udi", "ended",
		"evaluation", "rma", NULL };

	return is_among(kinds, kind);
}

/* The name of a column, as people say it, and its value. */
static void
say_column(struct lc_words *w, const char *name, const char *text)
{
	static const char *const dates[] = { "at", "made", "begins", "ends",
		"expires", "seen", "back_seen", "due", "returned",
		"redeemed_at", NULL };
	/* Nobody reads these. */
	static const char *const unread[] = { "digest", "jwk", "text", "body",
		"history", "back_history", "agreement", NULL };
	/* Nothing, a date that there is not, and LC_UNCOUNTED. */
	static const char *const nothing[] = { "", "0", "-9223372036854775808",
		"4294967295", NULL };
	char date[LC_ROWS_DATE];

	if (is_among(nothing, text) || is_among(unread, name))
		return;
	if (is_among(dates, name))
		text = lc_rows_date(strtoll(text, NULL, 10), date);
	say(w, "%s", w->text[0] != '\0' ? ", " : "");
	for (; *name != '\0'; name++)
		say(w, "%c", *name == '_' ? ' ' : *name);
	say(w, " %s", text);
}

/* The columns but the key, if that is what the entry is about, or is its own
   number, which nobody needs. */
static void
say_image(struct lc_words *w, const struct lc_image_table *table,
    const json_t *row)
{
	const char *at = strchr(table->one, ' ') + 1;
	char name[32];

	if (table->key_is_number)
		w->about[0] = '\0';
	for (size_t i = 0; i < json_array_size(row); i++) {
		size_t len = strcspn(at, ", ");

		(void)snprintf(name, sizeof name, "%.*s", (int)len, at);
		if (i > 0 || (table->key_is_number && strcmp(name, "n") != 0))
			say_column(w, name, value(row, i));
		at += len + (at[len] == ',');
		at += *at == ' ';
	}
}

/* ---- Entries --------------------------------------------------------- */

/* What somebody asked for. */
static void
say_wish(struct lc_words *w, const json_t *wish)
{
	const char *reason =
	    json_string_value(json_object_get(wish, "reason"));

	say(w, "%" JSON_INTEGER_FORMAT " days%s",
	    json_integer_value(json_object_get(wish, "days")),
	    json_is_true(json_object_get(wish, "of_use")) ? " of use" : "");
	if (reason != NULL)
		say(w, ": %s", reason);
}

/* Others say what they say. */
static void
say_entry(struct lc_words *w, const struct lc_said *said)
{
	const struct lc_image_table *table = lc_image_table(said->kind);
	json_t *row = json_loads(said->says, 0, NULL);
	size_t i, n = sizeof sayers / sizeof sayers[0];

	for (i = 0; i < n && strcmp(sayers[i].kind, said->kind) != 0; i++)
		;
	if (i < n && json_is_array(row) &&
	    (said->udi != NULL || !needs_udi(said->kind)))
		sayers[i].say(w, row, said);
	else if (table != NULL && json_is_array(row))
		say_image(w, table, row);
	else if (strcmp(said->kind, "asked") == 0 && json_is_object(row))
		say_wish(w, row);
	else if (strcmp(said->kind, "declined") == 0 &&
		 strncmp(said->says, "asked,", 6) == 0)
		say(w, "more time%s", said->says + 5);
	else
		say(w, "%s", said->says);
	json_decref(row);
}

/* A character that was cut has no part of it left. */
static void
end_trim(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && !lc_text_is_utf8(text, len))
		text[--len] = '\0';
}

enum lc_err
lc_words_of(const struct lc_said *said, struct lc_words *out)
{
	struct lc_words w = { .text = "" };
	enum lc_err err = LC_OK;

	(void)snprintf(w.about, sizeof w.about, "%s", said->subject);
	if (strcmp(said->kind, "license") == 0)
		err = say_license(said, &w);
	else
		say_entry(&w, said);
	end_trim(w.about);
	end_trim(w.text);
	if (err == LC_OK)
		*out = w;
	return err;
}
