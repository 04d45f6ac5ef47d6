/*
 * statement.c - see statement.h.
 *
 * The members of the three payloads are one table, read in one direction to
 * open a statement and in the other to sign one.  As in license lines, a
 * member that the table does not know makes a statement invalid, unless its
 * name starts with "x-".
 */
#include "statement.h"

#include <stdlib.h>
#include <string.h>
#include <openssl/evp.h>

#include "base/b64.h"
#include "base/error.h"
#include "file.h"
#include "jws.h"
#include "line.h"
#include "base/text.h"
#include "trust.h"

/* ---- Members --------------------------------------------------------- */

enum kind {
	ID,		/* const char *: few characters, at most max */
	TEXT,		/* const char *: at most max bytes */
	UDI,		/* const char * */
	DIGEST,		/* const char *: 43 characters */
	DATE,		/* int64_t */
	NUMBER,		/* uint32_t, from 0 */
	IDS,		/* ids, nids: at most max */
	LINES,		/* lines, nlines: at most max */
	NUMBERS,	/* used: one for each of ids */
	JWK,		/* const char *: an object in JSON */
};

#define P (1u << LC_PERMISSION_TICKET)
#define R (1u << LC_REHOST_TICKET)
#define C (1u << LC_CREDENTIALS)

static const struct member {
	const char *name;
	enum kind kind;
	unsigned in, required;	/* which statements have it, and have to */
	size_t offset;		/* in struct lc_statement */
	size_t max;
} members[] = {
#define AT(field) offsetof(struct lc_statement, field)
	{ "id", ID, P | R, P | R, AT(id), LC_ID_MAX },
	{ "issuer", TEXT, P, P, AT(issuer), LC_ISSUER_MAX },
	{ "issued", DATE, P | R | C, P | R | C, AT(issued), 0 },
	{ "udi", UDI, P | R | C, P | R | C, AT(udi), LC_UDI_MAX },
	{ "seq", NUMBER, P | R, P | R, AT(seq), 0 },
	{ "remove", IDS, P, P, AT(ids), LC_TICKET_LICENSES },
	{ "removed", IDS, R, R, AT(ids), LC_TICKET_LICENSES },
	{ "licenses", IDS, C, 0, AT(ids), LC_CREDENTIALS_LICENSES },
	{ "used", NUMBERS, R, R, AT(used), 0 },	/* after removed */
	{ "add", LINES, P, 0, AT(lines), LC_TICKET_LICENSES },
	{ "device", DIGEST, P, 0, AT(device), 0 },
	{ "permission", DIGEST, R, R, AT(digest), 0 },
	{ "stores", DIGEST, C, C, AT(digest), 0 },
	{ "key", JWK, R | C, R | C, AT(jwk), 0 },
	{ "nonce", ID, C, 0, AT(nonce), LC_NONCE_MAX },
	{ "records", NUMBER, C, C, AT(records), 0 },
	{ "head", DIGEST, C, C, AT(head), 0 },
#undef AT
};
#define NMEMBERS (sizeof members / sizeof members[0])

static const char *const typs[LC_NSTATEMENTS] = {
	[LC_PERMISSION_TICKET] = LC_TYP_PERMISSION,
	[LC_REHOST_TICKET] = LC_TYP_REHOST,
	[LC_CREDENTIALS] = LC_TYP_CREDENTIALS,
};

static void *
field_of(struct lc_statement *s, const struct member *m)
{
	return (char *)s + m->offset;
}

static const void *
field_in(const struct lc_statement *s, const struct member *m)
{
	return (const char *)s + m->offset;
}

/* ---- Reading --------------------------------------------------------- */

/* A statement and what it points to; its texts live in the payload. */
struct box {
	struct lc_statement shown;	/* first: freed as the statement */
	json_t *payload;
	char kid[LC_KID_LEN + 1];
	const char **ids, **lines;
	uint32_t *used;
	char *jwk;
};

static struct box *
box_of(struct lc_statement *s)
{
	return (struct box *)(void *)s;
}

void
lc_statement_free(struct lc_statement *s)
{
	struct box *box = box_of(s);

	if (box == NULL)
		return;
	json_decref(box->payload);
	free(box->ids);
	free(box->lines);
	free(box->used);
	free(box->jwk);
	free(box);
}

static bool
text_ok(const struct member *m, const json_t *value)
{
	const char *text = json_string_value(value);
	size_t len = json_string_length(value);

	if (text == NULL)
		return false;
	switch (m->kind) {
	case UDI:
		return lc_text_is_udi(text, len);
	case TEXT:
		return len >= 1 && len <= m->max &&
		       lc_text_is_plain(text, len);
	case DIGEST:
		return len == LC_DIGEST_LEN && lc_text_is_id(text);
	case LINES:
		return len <= LC_LINE_MAX && lc_text_is_plain(text, len);
	default:
		return len >= 1 && lc_text_is_id(text) &&
		       len <= (m->kind == ID ? m->max : LC_ID_MAX);
	}
}

static bool
number_ok(const json_t *value)
{
	return json_is_integer(value) && json_integer_value(value) >= 0 &&
	       json_integer_value(value) <= UINT32_MAX;
}

static int
text_order(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* Does an array name something twice?  LC_OK, LC_ELINE or LC_ENOMEM. */
static enum lc_err
repeats(const char *const *list, size_t n)
{
	const char **sorted = calloc(n + 1, sizeof *sorted);
	enum lc_err err = LC_OK;

	if (sorted == NULL)
		return LC_ENOMEM;
	memcpy(sorted, list, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, text_order);
	for (size_t i = 1; i < n && err == LC_OK; i++) {
		if (strcmp(sorted[i - 1], sorted[i]) == 0)
			err = LC_ELINE;
	}
	free(sorted);
	return err;
}

/* The texts of an array; one more than needed, as calloc(0) may be NULL. */
static enum lc_err
read_list(const struct member *m, const json_t *value, const char ***list,
    size_t *n)
{
	size_t size = json_array_size(value);

	if (!json_is_array(value) || size > m->max)
		return LC_ELINE;
	if ((*list = calloc(size + 1, sizeof **list)) == NULL)
		return LC_ENOMEM;
	for (size_t i = 0; i < size; i++) {
		const json_t *text = json_array_get(value, i);

		if (!text_ok(m, text))
			return LC_ELINE;
		(*list)[i] = json_string_value(text);
	}
	*n = size;
	return repeats(*list, size);
}

static enum lc_err
read_numbers(struct box *box, const json_t *value)
{
	size_t n = box->shown.nids;

	if (!json_is_array(value) || json_array_size(value) != n)
		return LC_ELINE;
	if ((box->used = calloc(n + 1, sizeof *box->used)) == NULL)
		return LC_ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const json_t *number = json_array_get(value, i);

		if (!number_ok(number))
			return LC_ELINE;
		box->used[i] = (uint32_t)json_integer_value(number);
	}
	box->shown.used = box->used;
	return LC_OK;
}

static enum lc_err
read_jwk(struct box *box, const json_t *value)
{
	if (!json_is_object(value))
		return LC_ELINE;
	box->jwk = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
	box->shown.jwk = box->jwk;
	return box->jwk != NULL ? LC_OK : LC_ENOMEM;
}

static enum lc_err
read_member(struct box *box, const struct member *m, const json_t *value)
{
	struct lc_statement *s = &box->shown;
	enum lc_err err;

	switch (m->kind) {
	case IDS:
		err = read_list(m, value, &box->ids, &s->nids);
		s->ids = box->ids;
		return err;
	case LINES:
		err = read_list(m, value, &box->lines, &s->nlines);
		s->lines = box->lines;
		return err;
	case NUMBERS:
		return read_numbers(box, value);
	case JWK:
		return read_jwk(box, value);
	case DATE:
	case NUMBER:
		if (!number_ok(value))
			return LC_ELINE;
		if (m->kind == DATE)
			*(int64_t *)field_of(s, m) = json_integer_value(value);
		else
			*(uint32_t *)field_of(s, m) =
			    (uint32_t)json_integer_value(value);
		return LC_OK;
	default:
		if (!text_ok(m, value))
			return LC_ELINE;
		*(const char **)field_of(s, m) = json_string_value(value);
		return LC_OK;
	}
}

static enum lc_err
check_names(const struct box *box, struct lc_detail *detail)
{
	const char *name;
	json_t *value;

	json_object_foreach(box->payload, name, value) {
		size_t i = 0;

		while (i < NMEMBERS && (strcmp(members[i].name, name) != 0 ||
		    (members[i].in & 1u << box->shown.kind) == 0))
			i++;
		if (i == NMEMBERS && strncmp(name, "x-", 2) != 0)
			return lc_fail(detail, LC_ELINE, "it has a member"
			    " \"%s\" that this version does not know",
			    strlen(name) <= 32 && lc_text_is_id(name) ? name : "?");
	}
	return LC_OK;
}

static enum lc_err
read_payload(struct box *box, struct lc_detail *detail)
{
	unsigned bit = 1u << box->shown.kind;
	enum lc_err err = check_names(box, detail);

	for (size_t i = 0; i < NMEMBERS && err == LC_OK; i++) {
		const struct member *m = &members[i];
		const json_t *value = (m->in & bit) == 0 ? NULL :
		    json_object_get(box->payload, m->name);

		if (value == NULL && (m->required & bit) != 0)
			return lc_fail(detail, LC_ELINE, "it has no \"%s\"",
			    m->name);
		if (value == NULL)
			continue;
		err = read_member(box, m, value);
		if (err == LC_ELINE)
			(void)lc_fail(detail, err, "its \"%s\" is not what it"
			    " has to be", m->name);
	}
	return err;
}

/* Takes the payload over. */
static enum lc_err
statement_from(enum lc_statement_kind kind, struct lc_jws *jws,
    struct lc_statement **out, struct lc_detail *detail)
{
	struct box *box = calloc(1, sizeof *box);
	enum lc_err err;

	if (box == NULL)
		return LC_ENOMEM;
	memcpy(box->kid, jws->kid, sizeof box->kid);
	box->payload = json_incref(jws->payload);
	box->shown = (struct lc_statement){
		.kind = kind, .kid = box->kid, .id = "", .issuer = "",
		.udi = "", .device = "", .digest = "", .jwk = "",
		.nonce = "", .head = "",
	};
	if ((err = read_payload(box, detail)) != LC_OK) {
		lc_statement_free(&box->shown);
		return err;
	}
	*out = &box->shown;
	return LC_OK;
}

enum lc_err
lc_statement_peek(enum lc_statement_kind kind, const char *text,
    struct lc_statement **out, struct lc_detail *detail)
{
	struct lc_jws jws = { 0 };
	enum lc_err err;

	err = lc_jws_peek(text, strlen(text), typs[kind], &jws, detail);
	if (err == LC_OK)
		err = statement_from(kind, &jws, out, detail);
	lc_jws_close(&jws);
	return err;
}

/* ---- Verifying ------------------------------------------------------- */

/* A trust of one: the key that the statement itself carries. */
static enum lc_err
own_trust(const struct lc_statement *s, struct lc_trust **out,
    struct lc_detail *detail)
{
	struct lc_trust *trust = NULL;
	struct lc_key *key = NULL;
	enum lc_err err;

	err = lc_key_from_jwk(s->jwk, strlen(s->jwk), &key, detail);
	if (err == LC_OK)
		err = lc_trust_new(&trust);
	if (err == LC_OK)
		err = lc_trust_add(trust, key, "its own key", detail);
	if (err != LC_OK) {
		lc_key_free(key);
		lc_trust_free(trust);
		return err == LC_ETRUST ? LC_ELINE : err;
	}
	*out = trust;
	return LC_OK;
}

static enum lc_err
verify_own(enum lc_statement_kind kind, const char *text,
    struct lc_statement **out, struct lc_detail *detail)
{
	struct lc_statement *s = NULL;
	struct lc_trust *trust = NULL;
	struct lc_jws jws = { 0 };
	enum lc_err err;

	if ((err = lc_statement_peek(kind, text, &s, detail)) != LC_OK ||
	    (err = own_trust(s, &trust, detail)) != LC_OK ||
	    (err = lc_jws_open(text, strlen(text), typs[kind], trust, &jws,
	    detail)) != LC_OK)
		goto out;
	*out = s;
	s = NULL;
out:
	lc_jws_close(&jws);
	lc_trust_free(trust);
	lc_statement_free(s);
	return err;
}

static enum lc_err
verify_issued(enum lc_statement_kind kind, const char *text,
    const struct lc_trust *trust, struct lc_statement **out,
    struct lc_detail *detail)
{
	struct lc_statement *s = NULL;
	struct lc_jws jws = { 0 };
	enum lc_err err;

	if ((err = lc_jws_open(text, strlen(text), typs[kind], trust, &jws,
	    detail)) != LC_OK ||
	    (err = statement_from(kind, &jws, &s, detail)) != LC_OK ||
	    (err = lc_jws_dated(&jws, s->issued, detail)) != LC_OK)
		goto out;
	*out = s;
	s = NULL;
out:
	lc_jws_close(&jws);
	lc_statement_free(s);
	return err;
}

enum lc_err
lc_statement_open(enum lc_statement_kind kind, const char *text,
    const struct lc_trust *trust, struct lc_statement **out,
    struct lc_detail *detail)
{
	return kind == LC_PERMISSION_TICKET ?
	    verify_issued(kind, text, trust, out, detail) :
	    verify_own(kind, text, out, detail);
}

enum lc_err
lc_statement_from_file(enum lc_statement_kind kind, const void *data,
    size_t len, struct lc_statement **out, const struct lc_trust *trust,
    struct lc_detail *detail)
{
	struct lc_file *file = NULL;
	char *text = NULL;
	enum lc_err err;

	if ((err = lc_file_scan(data, len, &file, detail)) == LC_OK)
		err = lc_file_statement(file, kind, &text, detail);
	if (err == LC_OK && kind == LC_PERMISSION_TICKET && trust == NULL)
		err = lc_statement_peek(kind, text, out, detail);
	else if (err == LC_OK)
		err = lc_statement_open(kind, text, trust, out, detail);
	lc_file_free(file);
	free(text);
	return err;
}

/* ---- Signing --------------------------------------------------------- */

static json_t *
write_list(const char *const *list, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++) {
		if (json_array_append_new(array, json_string(list[i])) != 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *
write_numbers(const uint32_t *list, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++) {
		if (json_array_append_new(array, json_integer(list[i])) != 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

/* NULL if memory is short or a text is not UTF-8. */
static json_t *
write_member(const struct lc_statement *s, const struct member *m)
{
	const void *field = field_in(s, m);

	switch (m->kind) {
	case DATE:
		return json_integer(*(const int64_t *)field);
	case NUMBER:
		return json_integer(*(const uint32_t *)field);
	case IDS:
		return write_list(s->ids, s->nids);
	case LINES:
		return write_list(s->lines, s->nlines);
	case NUMBERS:
		return write_numbers(s->used, s->nids);
	case JWK:
		return json_loads(*(const char *const *)field, 0, NULL);
	default:
		return json_string(*(const char *const *)field);
	}
}

static bool
is_absent(const struct lc_statement *s, const struct member *m)
{
	const char *text;

	if ((m->required & 1u << s->kind) != 0)
		return false;
	if (m->kind == IDS)
		return s->nids == 0;
	if (m->kind == LINES)
		return s->nlines == 0;
	text = *(const char *const *)field_in(s, m);
	return text == NULL || *text == '\0';
}

static json_t *
write_payload(const struct lc_statement *s)
{
	json_t *payload = json_object();

	for (size_t i = 0; i < NMEMBERS; i++) {
		const struct member *m = &members[i];

		if ((m->in & 1u << s->kind) == 0 || is_absent(s, m))
			continue;
		/* Fails for a NULL on either side. */
		if (json_object_set_new(payload, m->name,
		    write_member(s, m)) != 0) {
			json_decref(payload);
			return NULL;
		}
	}
	return payload;
}

/* What was just signed must open: the rules are all there. */
static enum lc_err
check_signed(enum lc_statement_kind kind, const char *text,
    struct lc_detail *detail)
{
	struct lc_statement *s = NULL;
	enum lc_err err;

	if (strlen(text) > LC_TICKET_MAX)
		return lc_fail(detail, LC_ELINE, "it would have %zu bytes; %d"
		    " are allowed", strlen(text), LC_TICKET_MAX);
	err = lc_statement_peek(kind, text, &s, detail);
	lc_statement_free(s);
	return err;
}

enum lc_err
lc_statement_sign(const struct lc_statement *s, const struct lc_key *key,
    char **out, struct lc_detail *detail)
{
	json_t *payload = write_payload(s);
	char *text = NULL;
	enum lc_err err;

	if (payload == NULL)
		return LC_ENOMEM;
	err = lc_jws_sign(key, typs[s->kind], payload, &text);
	json_decref(payload);
	if (err == LC_OK)
		err = check_signed(s->kind, text, detail);
	if (err != LC_OK) {
		free(text);
		return err;
	}
	*out = text;
	return LC_OK;
}

enum lc_err
lc_statement_digest(const char *text, char digest[LC_DIGEST_LEN + 1])
{
	uint8_t bytes[32];

	if (EVP_Digest(text, strlen(text), bytes, NULL, EVP_sha256(),
	    NULL) != 1)
		return LC_ENOMEM;
	lc_b64_encode(bytes, sizeof bytes, digest);
	return LC_OK;
}
