/*
 * line.c - see line.h.
 *
 * The payload's members are a table, read in one direction to open a line and
 * in the other to sign one.  A member that the table does not know may be a
 * restriction that the issuer meant: it makes the line invalid, unless its
 * name starts with "x-".
 */
#include "line.h"

#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "jws.h"
#include "base/text.h"

#define DAY_S 86400

/* What numbers out of range become; lc_terms_check refuses them. */
#define WRONG_U32 UINT32_MAX
#define WRONG_DATE INT64_MAX

/* ---- Members --------------------------------------------------------- */

enum kind {
	TEXT, /* const char * */
	ID,   /* const char *, of few characters */
	TYPE, /* enum lc_type, by its label */
	UDIS,
	NUMBER, /* uint32_t, not 0; absent is 0 */
	COUNT,  /* uint32_t, not 0; absent is not counted */
	DATE,   /* int64_t; absent is LC_NO_TIME */
	ADDITION,
};

/* clang-format off */
static const struct member {
	const char *name;
	enum kind kind;
	bool required;
	size_t offset;		/* in struct lc_terms */
	size_t min, max;	/* bytes of a text */
} members[] = {
#define AT(field) offsetof(struct lc_terms, field)
	{ "id", ID, true, AT(id), 1, LC_ID_MAX },
	{ "issuer", TEXT, true, AT(issuer), 1, LC_ISSUER_MAX },
	{ "issued", DATE, true, AT(issued), 0, 0 },
	{ "feature", TEXT, true, AT(feature), 1, LC_FEATURE_MAX },
	{ "version", TEXT, true, AT(version), 0, LC_VERSION_MAX },
	{ "type", TYPE, true, AT(type), 0, 0 },
	{ "udi", UDIS, false, AT(udis), 0, 0 },
	{ "count", COUNT, false, AT(count), 0, 0 },
	{ "period", NUMBER, false, AT(period_s), 0, 0 },
	{ "start", DATE, false, AT(start), 0, 0 },
	{ "end", DATE, false, AT(end), 0, 0 },
	{ "extensionDays", NUMBER, false, AT(extension_days), 0, 0 },
	{ "addition", ADDITION, false, AT(additive), 0, 0 },
	{ "eula", ID, false, AT(eula), LC_EULA_DIGEST_LEN, LC_EULA_DIGEST_LEN },
	{ "comment", TEXT, false, AT(comment), 0, LC_COMMENT_MAX },
#undef AT
};
/* clang-format on */
#define NMEMBERS (sizeof members / sizeof members[0])

static const struct member *
member_find(const char *name)
{
	for (size_t i = 0; i < NMEMBERS; i++) {
		if (strcmp(members[i].name, name) == 0)
			return &members[i];
	}
	return NULL;
}

static void *
field_of(struct lc_terms *terms, const struct member *member)
{
	return (char *)terms + member->offset;
}

/* ---- Reading --------------------------------------------------------- */

/* A line and all it points to, in one piece of memory. */
struct box {
	struct lc_line line; /* first: the box is freed as the line */
	char kid[LC_KID_LEN + 1];
	const char *udis[]; /* and behind them the texts */
};

/* Where the next string goes. */
struct reader {
	struct box *box;
	char *next;
	struct lc_detail *detail;
};

/*
 * Room is never short: a string of the payload takes at least its bytes and
 * two quotes there, and its bytes and a NUL here.
 */
static const char *
keep(struct reader *reader, const json_t *string)
{
	size_t size = json_string_length(string) + 1;
	char *kept = memcpy(reader->next, json_string_value(string), size);

	reader->next += size;
	return kept;
}

static enum lc_err
malformed(const struct reader *reader, const char *name, const char *rule)
{
	return lc_fail(
	    reader->detail, LC_ELINE, "its \"%s\" is not %s", name, rule);
}

static enum lc_err
read_text(
    struct reader *reader, const struct member *member, const json_t *value)
{
	struct lc_terms *terms = &reader->box->line.terms;
	const char *text = json_string_value(value);
	size_t len = json_string_length(value);

	if (text == NULL)
		return malformed(reader, member->name, "a string");
	if (len < member->min || len > member->max)
		return lc_fail(reader->detail, LC_ELINE,
		    "its \"%s\" has %zu bytes instead of %zu to %zu",
		    member->name, len, member->min, member->max);
	if (member->kind == ID && !lc_text_is_id(text))
		return malformed(reader, member->name,
		    "made of letters, digits and . _ : - only");
	if (!lc_text_is_plain(text, len))
		return malformed(
		    reader, member->name, "free of control characters");
	*(const char **)field_of(terms, member) = keep(reader, value);
	return LC_OK;
}

static enum lc_err
read_type(
    struct reader *reader, const struct member *member, const json_t *value)
{
	const char *text = json_string_value(value);

	if (text == NULL ||
	    !lc_type_from_name(text, &reader->box->line.terms.type))
		return malformed(reader, member->name, "a license type");
	return LC_OK;
}

static enum lc_err
read_udi(
    struct reader *reader, const struct member *member, const json_t *value)
{
	struct lc_terms *terms = &reader->box->line.terms;
	const char *text = json_string_value(value);

	if (text == NULL || !lc_text_is_udi(text, json_string_length(value)))
		return malformed(reader, member->name,
		    "a list of PID:SN, in printable ASCII");
	for (size_t i = 0; i < terms->nudis; i++) {
		if (strcmp(reader->box->udis[i], text) == 0)
			return malformed(
			    reader, member->name, "free of repetitions");
	}
	reader->box->udis[terms->nudis++] = keep(reader, value);
	return LC_OK;
}

static enum lc_err
read_udis(
    struct reader *reader, const struct member *member, const json_t *value)
{
	size_t n = json_array_size(value);
	enum lc_err err;

	if (!json_is_array(value) || n < 1 || n > LC_NUDI_MAX)
		return malformed(
		    reader, member->name, "an array of 1 to 64 devices");
	for (size_t i = 0; i < n; i++) {
		if ((err = read_udi(
			 reader, member, json_array_get(value, i))) != LC_OK)
			return err;
	}
	reader->box->line.terms.udis = reader->box->udis;
	return LC_OK;
}

static enum lc_err
read_u32(
    struct reader *reader, const struct member *member, const json_t *value)
{
	struct lc_terms *terms = &reader->box->line.terms;
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value))
		return malformed(reader, member->name, "a whole number");
	if (number < 1 || number > UINT32_MAX)
		number = WRONG_U32;
	*(uint32_t *)field_of(terms, member) = (uint32_t)number;
	if (member->kind == COUNT)
		terms->counted = true;
	return LC_OK;
}

static enum lc_err
read_date(
    struct reader *reader, const struct member *member, const json_t *value)
{
	int64_t *date = field_of(&reader->box->line.terms, member);

	if (!json_is_integer(value))
		return malformed(reader, member->name,
		    "a whole number of seconds since 1970");
	*date = json_integer_value(value);
	if (*date < 0 || *date > LC_DATE_MAX)
		*date = WRONG_DATE;
	return LC_OK;
}

static enum lc_err
read_addition(
    struct reader *reader, const struct member *member, const json_t *value)
{
	const char *text = json_string_value(value);
	bool additive = text != NULL && strcmp(text, "additive") == 0;

	if (!additive && (text == NULL || strcmp(text, "exclusive") != 0))
		return malformed(
		    reader, member->name, "\"exclusive\" or \"additive\"");
	reader->box->line.terms.additive = additive;
	return LC_OK;
}

static enum lc_err
read_member(
    struct reader *reader, const struct member *member, const json_t *value)
{
	switch (member->kind) {
	case TEXT:
	case ID:
		return read_text(reader, member, value);
	case TYPE:
		return read_type(reader, member, value);
	case UDIS:
		return read_udis(reader, member, value);
	case NUMBER:
	case COUNT:
		return read_u32(reader, member, value);
	case DATE:
		return read_date(reader, member, value);
	case ADDITION:
		return read_addition(reader, member, value);
	}
	return LC_EINVAL;
}

static enum lc_err
check_names(const struct reader *reader, json_t *payload)
{
	const char *name;
	json_t *value;

	json_object_foreach(payload, name, value)
	{
		if (strncmp(name, "x-", 2) == 0 || member_find(name) != NULL)
			continue;
		if (strlen(name) > 32 || !lc_text_is_id(name))
			name = "?";
		return lc_fail(reader->detail, LC_ELINE,
		    "it has a member \"%s\" that this version does not know: "
		    "it may need a newer one",
		    name);
	}
	return LC_OK;
}

static enum lc_err
check_lock(const struct reader *reader)
{
	const struct lc_terms *terms = &reader->box->line.terms;

	if (terms->nudis == 0 && lc_type_node_locked(terms->type))
		return lc_fail(reader->detail, LC_ELINE,
		    "it names no device (\"udi\"), as a license of the type "
		    "%s has to",
		    lc_type_name(terms->type));
	return LC_OK;
}

static enum lc_err
read_payload(struct reader *reader, json_t *payload)
{
	enum lc_err err = check_names(reader, payload);

	for (size_t i = 0; i < NMEMBERS && err == LC_OK; i++) {
		json_t *value = json_object_get(payload, members[i].name);

		if (value != NULL)
			err = read_member(reader, &members[i], value);
		else if (members[i].required)
			err = lc_fail(reader->detail, LC_ELINE,
			    "it has no \"%s\"", members[i].name);
	}
	return err == LC_OK ? check_lock(reader) : err;
}

/* Room for nudis devices, and at *texts for the strings. */
static struct box *
box_new(const struct lc_jws *jws, size_t nudis, char **texts)
{
	size_t size = sizeof(struct box) + nudis * sizeof(char *);
	struct box *box = calloc(1, size + jws->payload_len);

	if (box == NULL)
		return NULL;
	*texts = (char *)box + size;
	box->line.terms = (struct lc_terms){
		.version = "",
		.count = LC_UNCOUNTED,
		.start = LC_NO_TIME,
		.end = LC_NO_TIME,
		.eula = "",
		.comment = "",
	};
	memcpy(box->kid, jws->kid, sizeof box->kid);
	box->line.kid = box->kid;
	return box;
}

/* The terms of a statement whose signature was, or will not be, looked at. */
static enum lc_err
line_from_jws(
    const struct lc_jws *jws, struct lc_line **out, struct lc_detail *detail)
{
	size_t nudis = json_array_size(json_object_get(jws->payload, "udi"));
	struct reader reader = { .detail = detail };
	enum lc_err err;

	if ((reader.box = box_new(jws, nudis, &reader.next)) == NULL)
		return LC_ENOMEM;
	err = read_payload(&reader, jws->payload);
	if (err == LC_OK && jws->key != NULL)
		err = lc_jws_dated(jws, reader.box->line.terms.issued, detail);
	if (err == LC_OK)
		*out = &reader.box->line;
	else
		free(reader.box);
	return err;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
trim(const char **text, size_t *len)
{
	while (*len > 0 && is_blank(**text)) {
		++*text;
		--*len;
	}
	while (*len > 0 && is_blank((*text)[*len - 1]))
		--*len;
}

/* Without a trust the signature is left alone: lc_line_peek only. */
static enum lc_err
line_open(const char *text, size_t len, const struct lc_trust *trust,
    struct lc_line **out, struct lc_detail *detail)
{
	struct lc_jws jws = { 0 };
	enum lc_err err;

	trim(&text, &len);
	if (len > LC_LINE_MAX)
		return lc_fail(detail, LC_ELINE,
		    "it has %zu bytes; %d are allowed", len, LC_LINE_MAX);
	if (trust != NULL)
		err =
		    lc_jws_open(text, len, LC_TYP_LICENSE, trust, &jws, detail);
	else
		err = lc_jws_peek(text, len, LC_TYP_LICENSE, &jws, detail);
	if (err == LC_OK)
		err = line_from_jws(&jws, out, detail);
	lc_jws_close(&jws);
	return err;
}

enum lc_err
lc_line_open(const char *text, size_t len, const struct lc_trust *trust,
    struct lc_line **out, struct lc_detail *detail)
{
	if (trust == NULL)
		return LC_EINVAL;
	return line_open(text, len, trust, out, detail);
}

enum lc_err
lc_line_peek(const char *text, size_t len, struct lc_line **out,
    struct lc_detail *detail)
{
	return line_open(text, len, NULL, out, detail);
}

void
lc_line_free(struct lc_line *line)
{
	free(line);
}

/* ---- The rules of numbers -------------------------------------------- */

static enum lc_err
check_count(const struct lc_terms *terms, struct lc_detail *detail)
{
	if (terms->counted &&
	    (terms->count == 0 || terms->count == LC_UNCOUNTED))
		return lc_fail(
		    detail, LC_ECOUNT, "its count is not 1 to 4294967294");
	return LC_OK;
}

static enum lc_err
check_period(const struct lc_terms *terms, struct lc_detail *detail)
{
	const char *name = lc_type_name(terms->type);

	if (!lc_type_metered(terms->type) && terms->period_s != 0)
		return lc_fail(detail, LC_EPERIOD,
		    "it has a period of use; the type %s has none", name);
	if (lc_type_metered(terms->type) && terms->period_s == 0)
		return lc_fail(detail, LC_EPERIOD,
		    "it has no period of use; the type %s needs one", name);
	if (terms->period_s == WRONG_U32)
		return lc_fail(detail, LC_EPERIOD,
		    "its period is not 1 to 4294967294 seconds");
	return LC_OK;
}

static bool
is_date(int64_t date)
{
	return date == LC_NO_TIME || (date >= 0 && date <= LC_DATE_MAX);
}

static enum lc_err
check_end(const struct lc_terms *terms, struct lc_detail *detail)
{
	if (terms->end == LC_NO_TIME)
		return lc_fail(detail, LC_EPERIOD,
		    "it has no end date; the type %s needs one",
		    lc_type_name(terms->type));
	if (terms->start != LC_NO_TIME && terms->start >= terms->end)
		return lc_fail(detail, LC_EPERIOD,
		    "its end date is not after its start date");
	if (terms->extension_days > (LC_DATE_MAX - terms->end) / DAY_S)
		return lc_fail(detail, LC_EPERIOD,
		    "its extension goes beyond the year 2106");
	return LC_OK;
}

static enum lc_err
check_dates(const struct lc_terms *terms, struct lc_detail *detail)
{
	if (!is_date(terms->issued) || !is_date(terms->start) ||
	    !is_date(terms->end))
		return lc_fail(detail, LC_EPERIOD,
		    "one of its dates is not in 1970 to 2106");
	if (lc_type_subscription(terms->type))
		return check_end(terms, detail);
	if (terms->start != LC_NO_TIME || terms->end != LC_NO_TIME ||
	    terms->extension_days != 0)
		return lc_fail(detail, LC_EPERIOD,
		    "it has dates or extension days; only subscriptions "
		    "have, and its type is %s",
		    lc_type_name(terms->type));
	return LC_OK;
}

enum lc_err
lc_terms_check(const struct lc_terms *terms, struct lc_detail *detail)
{
	enum lc_err err;

	if ((err = check_count(terms, detail)) != LC_OK ||
	    (err = check_period(terms, detail)) != LC_OK)
		return err;
	return check_dates(terms, detail);
}

/* ---- Signing --------------------------------------------------------- */

static json_t *
write_udis(const struct lc_terms *terms)
{
	json_t *array = json_array();

	for (size_t i = 0; i < terms->nudis; i++) {
		if (json_array_append_new(array, json_string(terms->udis[i])) !=
		    0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

/* Is the member left out? */
static bool
is_absent(const struct lc_terms *terms, const struct member *member,
    const void *field)
{
	switch (member->kind) {
	case TEXT:
	case ID:
		return !member->required &&
		       **(const char *const *)field == '\0';
	case UDIS:
		return terms->nudis == 0;
	case COUNT:
		return !terms->counted;
	case NUMBER:
		return *(const uint32_t *)field == 0;
	case DATE:
		return *(const int64_t *)field == LC_NO_TIME;
	case ADDITION:
		return !terms->additive;
	case TYPE:
		break;
	}
	return false;
}

/* NULL if memory is short or a text is not UTF-8. */
static json_t *
write_member(const struct lc_terms *terms, const struct member *member,
    const void *field)
{
	switch (member->kind) {
	case TEXT:
	case ID:
		return json_string(*(const char *const *)field);
	case TYPE:
		return json_string(lc_type_name(terms->type));
	case UDIS:
		return write_udis(terms);
	case NUMBER:
	case COUNT:
		return json_integer(*(const uint32_t *)field);
	case DATE:
		return json_integer(*(const int64_t *)field);
	case ADDITION:
		return json_string("additive");
	}
	return NULL;
}

static json_t *
write_payload(const struct lc_terms *terms)
{
	json_t *payload = json_object();

	for (size_t i = 0; i < NMEMBERS; i++) {
		const void *field = (const char *)terms + members[i].offset;

		if (is_absent(terms, &members[i], field))
			continue;
		/* Fails for a NULL on either side. */
		if (json_object_set_new(payload, members[i].name,
			write_member(terms, &members[i], field)) != 0) {
			json_decref(payload);
			return NULL;
		}
	}
	return payload;
}

/* What was just signed must open: the rules of texts are all there. */
static enum lc_err
check_signed(const char *text, struct lc_detail *detail)
{
	struct lc_line *line = NULL;
	enum lc_err err = lc_line_peek(text, strlen(text), &line, detail);

	if (err == LC_OK)
		err = lc_terms_check(&line->terms, detail);
	lc_line_free(line);
	return err;
}

enum lc_err
lc_line_sign(const struct lc_terms *terms, const struct lc_key *key, char **out,
    struct lc_detail *detail)
{
	json_t *payload = write_payload(terms);
	char *text = NULL;
	enum lc_err err;

	if (payload == NULL)
		return lc_fail(
		    detail, LC_ELINE, "a text of the license is not UTF-8");
	if ((err = lc_jws_sign(key, LC_TYP_LICENSE, payload, &text)) == LC_OK)
		err = check_signed(text, detail);
	json_decref(payload);
	if (err != LC_OK) {
		free(text);
		return err;
	}
	*out = text;
	return LC_OK;
}
