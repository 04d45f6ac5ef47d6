/* statement.c - tickets, credentials and trust lists, as text and as JSON. */
#include "statement.h"

#include <inttypes.h>

#include "licissue.h"

static const struct {
	const char *title, *name;
	const char *licenses; /* what it says of those it lists */
} kinds[] = {
	[LC_PERMISSION_TICKET] = { "permission ticket", "permissionTicket",
	    "Remove" },
	[LC_REHOST_TICKET] = { "rehost ticket", "rehostTicket", "Removed" },
	[LC_CREDENTIALS] = { "device credentials", "credentials", "Licenses" },
	[LC_TRUST_LIST] = { "trust list", "trustList", "Keys" },
};

const char *
statement_kind(enum lc_statement_kind kind)
{
	return kinds[kind].name;
}

static const char *
why(const struct lc_inspected_statement *found)
{
	return found->detail.text[0] != '\0' ? found->detail.text
					     : lc_strerror(found->err);
}

/* ---- As text --------------------------------------------------------- */

#define LABEL "  %-11s "

static void
show_text(const char *label, const char *text)
{
	if (text[0] != '\0')
		printf(LABEL "%s\n", label, text);
}

static void
show_signature(const struct lc_inspected_statement *found)
{
	const struct lc_statement *s = found->says;

	if (found->err != LC_OK)
		printf(LABEL "NO: %s\n", "Valid", why(found));
	else if (!found->verified)
		printf(LABEL "not checked (use --keys), key %s\n", "Signature",
		    s->kid);
	else if (found->kind == LC_PERMISSION_TICKET ||
		 found->kind == LC_TRUST_LIST)
		printf(LABEL "good, %s %s%s%s%s\n", "Signature",
		    found->kind == LC_TRUST_LIST ? "root key" : "key", s->kid,
		    found->key_name[0] == '\0' ? "" : " (", found->key_name,
		    found->key_name[0] == '\0' ? "" : ")");
	else
		printf(LABEL "good, device key %s\n", "Signature", s->kid);
}

static void
show_licenses(const struct lc_statement *s)
{
	char used[PERIOD_SIZE];

	for (size_t i = 0; i < s->nids; i++) {
		printf(LABEL "%s", i == 0 ? kinds[s->kind].licenses : "",
		    s->ids[i]);
		if (s->used != NULL && s->used[i] > 0)
			printf(", used for %s", period_text(s->used[i], used));
		printf("\n");
	}
	if (s->nlines > 0)
		printf(LABEL "%zu license%s, below\n", "Add", s->nlines,
		    s->nlines == 1 ? "" : "s");
}

/* A key of a trust list; what cannot be read stands as it is. */
static void
show_key(const char *label, const char *text)
{
	json_t *jwk = json_loads(text, 0, NULL);
	const char *kid = json_string_value(json_object_get(jwk, "kid"));
	const char *name = json_string_value(json_object_get(jwk, "name"));
	const json_t *until = json_object_get(jwk, "exp");
	char date[DATE_SIZE];

	printf(LABEL "%s%s%s", label, kid != NULL ? kid : text,
	    name != NULL ? ", " : "", name != NULL ? name : "");
	if (json_is_integer(until))
		printf(
		    ", until %s", date_text(json_integer_value(until), date));
	printf("%s\n", json_is_true(json_object_get(jwk, "withdrawn"))
			   ? ", WITHDRAWN"
			   : "");
	json_decref(jwk);
}

static void
show_list(const struct lc_statement *s)
{
	char date[DATE_SIZE];

	printf(LABEL "%" PRIu32 ", until %s\n", "Version", s->version,
	    date_text(s->expires, date));
	for (size_t i = 0; i < s->nkeys; i++)
		show_key(i == 0 ? "Keys" : "", s->keys[i]);
}

void
statement_show(const char *path, const struct lc_inspected_statement *found)
{
	const struct lc_statement *s = found->says;
	char date[DATE_SIZE];

	printf("%s: %s%s\n", path, kinds[found->kind].title,
	    found->err != LC_OK ? ", NOT VALID" : "");
	show_signature(found);
	if (s == NULL)
		return;
	show_text("Device", s->udi);
	printf(LABEL "%s%s%s\n", "Issued", date_text(s->issued, date),
	    s->issuer[0] == '\0' ? "" : " by ", s->issuer);
	if (s->kind == LC_TRUST_LIST) {
		show_list(s);
		return;
	}
	if (s->kind != LC_CREDENTIALS)
		printf(LABEL "%s, number %u\n", "Ticket", s->id, s->seq);
	show_text("Device key", s->device);
	show_text("Nonce", s->nonce);
	if (s->kind == LC_CREDENTIALS)
		printf(LABEL "%u record%s, last seal %s\n", "History",
		    s->records, s->records == 1 ? "" : "s", s->head);
	show_text(s->kind == LC_CREDENTIALS ? "Stores" : "Answers", s->digest);
	show_licenses(s);
}

/* ---- As JSON --------------------------------------------------------- */

static json_t *
text_json(const char *text)
{
	return text[0] == '\0' ? json_null() : json_string(text);
}

static json_t *
license_json(const struct lc_statement *s, size_t i)
{
	return json_pack("{s:s, s:o}", "id", s->ids[i], "used",
	    s->used != NULL ? json_integer(s->used[i]) : json_null());
}

static json_t *
list_json(const struct lc_statement *s)
{
	json_t *keys = json_array();
	char issued[DATE_SIZE], expires[DATE_SIZE];

	for (size_t i = 0; i < s->nkeys; i++)
		(void)json_array_append_new(
		    keys, json_loads(s->keys[i], 0, NULL));
	return json_pack("{s:s, s:s, s:I, s:o}", "issued",
	    date_text(s->issued, issued), "expires",
	    date_text(s->expires, expires), "version", (json_int_t)s->version,
	    "keys", keys);
}

static json_t *
says_json(const struct lc_statement *s)
{
	json_t *licenses = json_array();
	char date[DATE_SIZE];

	for (size_t i = 0; i < s->nids; i++)
		(void)json_array_append_new(licenses, license_json(s, i));
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
	    "udi", s->udi, "issued", date_text(s->issued, date), "issuer",
	    text_json(s->issuer), "ticket", text_json(s->id), "number",
	    s->seq > 0 ? json_integer(s->seq) : json_null(), "deviceKey",
	    text_json(s->kind == LC_PERMISSION_TICKET ? s->device : s->kid),
	    "nonce", text_json(s->nonce), "digest", text_json(s->digest),
	    "head", text_json(s->head), "licenses", licenses);
}

json_t *
statement_json(const struct lc_inspected_statement *found)
{
	json_t *valid = found->err != LC_OK ? json_false()
			: found->verified   ? json_true()
					    : json_null();
	json_t *says = found->says == NULL            ? json_null()
		       : found->kind == LC_TRUST_LIST ? list_json(found->says)
						      : says_json(found->says);

	return json_pack("{s:o, s:s?, s:o, s:o}", "valid", valid, "error",
	    found->err == LC_OK ? NULL : why(found), "key",
	    found->says == NULL ? json_null() : json_string(found->says->kid),
	    "says", says);
}
