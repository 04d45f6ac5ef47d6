/* envelope.c - see envelope.h. */
#include "envelope.h"

#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "record/pak.h"

/* ---- What each kind has ---------------------------------------------- */

/* Members that not all have. */
enum {
	HAS_PAK = 1 << 0,
	HAS_SKU = 1 << 1,
	HAS_QUANTITY = 1 << 2,
	HAS_TO = 1 << 3,
	HAS_LICENSES = 1 << 4,
	HAS_TICKET = 1 << 5,
};
static const char *const members[] = {
	"pak", "sku", "quantity", "to", "licenses", "ticket",
};
#define NMEMBERS (sizeof members / sizeof members[0])

static const struct {
	const char *name;
	unsigned needs, may; /* have */
} kinds[LC_NCALLS] = {
	[LC_CALL_INSTALL] = { "install", HAS_PAK,
	    HAS_PAK | HAS_SKU | HAS_QUANTITY },
	[LC_CALL_RESEND] = { "resend", 0, 0 },
	[LC_CALL_MOVABLE] = { "movable", HAS_TO, HAS_TO },
	[LC_CALL_PERMIT] = { "permit", HAS_TO | HAS_LICENSES,
	    HAS_TO | HAS_LICENSES },
	[LC_CALL_REHOST] = { "rehost", HAS_TO | HAS_TICKET,
	    HAS_TO | HAS_TICKET },
	[LC_CALL_REPORT] = { "report", 0, 0 },
};

const char *
lc_call_name(enum lc_call_kind kind)
{
	return kinds[kind].name;
}

static enum lc_err
kind_find(const char *name, struct lc_envelope *e, struct lc_detail *detail)
{
	for (int i = 0; i < LC_NCALLS; i++) {
		if (strcmp(kinds[i].name, name) == 0) {
			e->kind = (enum lc_call_kind)i;
			return LC_OK;
		}
	}
	return lc_fail(detail, LC_EINVAL,
	    "request: \"kind\" is not one that is known here");
}

static enum lc_err
members_judge(const struct lc_envelope *e, struct lc_detail *detail)
{
	const char *kind = kinds[e->kind].name;

	for (unsigned i = 0; i < NMEMBERS; i++) {
		bool has = json_object_get(e->inner, members[i]) != NULL;

		if (has && (kinds[e->kind].may & 1U << i) == 0)
			return lc_fail(detail, LC_EINVAL,
			    "request: \"%s\" is not for %s", members[i], kind);
		if (!has && (kinds[e->kind].needs & 1U << i) != 0)
			return lc_fail(detail, LC_EINVAL,
			    "request: \"%s\" is missing for %s", members[i],
			    kind);
	}
	return LC_OK;
}

/* ---- What each member says ------------------------------------------- */

static bool
is_call_id(const char *id)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_";

	return strlen(id) == LC_CALL_ID_LEN &&
	       strspn(id, digits) == LC_CALL_ID_LEN;
}

static bool
is_word(const char *text)
{
	size_t len = strlen(text);

	return len <= LC_CODE_MAX && lc_text_is_plain(text, len);
}

static enum lc_err
wrong(const char *member, const char *what, struct lc_detail *detail)
{
	return lc_fail(
	    detail, LC_EINVAL, "request: \"%s\" is not %s", member, what);
}

static enum lc_err
texts_judge(const struct lc_envelope *e, struct lc_detail *detail)
{
	if (!is_call_id(e->id))
		return wrong("id", "16 bytes in base64url", detail);
	if (!lc_text_is_udi(e->udi, strlen(e->udi)))
		return wrong("udi", "a device id (PID:SN)", detail);
	if (e->to[0] != '\0' && !lc_text_is_udi(e->to, strlen(e->to)))
		return wrong("to", "a device id (PID:SN)", detail);
	if (strcmp(e->to, e->udi) == 0)
		return wrong("to", "another device", detail);
	if (e->at < 0)
		return wrong("at", "a time since 1970", detail);
	if (!is_word(e->pak))
		return wrong("pak", "a PAK", detail);
	if (!is_word(e->sku))
		return wrong("sku", "a SKU", detail);
	return LC_OK;
}

static bool
is_named(const struct lc_envelope *e, const char *id)
{
	for (size_t i = 0; i < e->nlicenses; i++) {
		if (strcmp(e->licenses[i], id) == 0)
			return true;
	}
	return false;
}

static enum lc_err
licenses_take(
    const json_t *array, struct lc_envelope *e, struct lc_detail *detail)
{
	static const char what[] = "an array of 1 to 256 license ids";
	size_t n = json_array_size(array);

	_Static_assert(LC_TICKET_LICENSES == 256, "what the words say");
	if (!json_is_array(array) || n < 1 || n > LC_TICKET_LICENSES)
		return wrong("licenses", what, detail);
	for (size_t i = 0; i < n; i++) {
		const char *id = json_string_value(json_array_get(array, i));

		if (id == NULL || strlen(id) > LC_ID_MAX || !lc_text_is_id(id))
			return wrong("licenses", what, detail);
		if (is_named(e, id))
			return lc_fail(detail, LC_EINVAL,
			    "request: license %s is named twice", id);
		e->licenses[e->nlicenses++] = id;
	}
	return LC_OK;
}

/* ---- Objects --------------------------------------------------------- */

/* What jansson says has the names of members, which may be anything. */
static enum lc_err
misfit(const char *what, const json_error_t *error, struct lc_detail *detail)
{
	return lc_fail(detail, LC_EINVAL, "%s: %s", what,
	    lc_text_is_plain(error->text, strlen(error->text))
		? error->text
		: "a member that is not known here");
}

static enum lc_err
request_take(struct lc_envelope *e, struct lc_detail *detail)
{
	json_int_t at = 0, quantity = 1;
	json_t *licenses = NULL;
	const char *kind = "";
	json_error_t error;
	enum lc_err err;

	e->pak = e->sku = e->to = e->ticket = "";
	if (json_unpack_ex(e->inner, &error, JSON_STRICT,
		"{s:s, s:s, s:s, s:I, s?s, s?s, s?I, s?s, s?o, s?s}", "id",
		&e->id, "kind", &kind, "udi", &e->udi, "at", &at, "pak",
		&e->pak, "sku", &e->sku, "quantity", &quantity, "to", &e->to,
		"licenses", &licenses, "ticket", &e->ticket) != 0)
		return misfit("request", &error, detail);
	e->at = at;
	if ((err = kind_find(kind, e, detail)) != LC_OK ||
	    (err = members_judge(e, detail)) != LC_OK ||
	    (err = texts_judge(e, detail)) != LC_OK)
		return err;
	if (quantity < 1 || quantity > LC_UNITS_MAX)
		return wrong("quantity", "from 1 to 5000", detail);
	_Static_assert(LC_UNITS_MAX == 5000, "what the words say");
	e->quantity = (uint32_t)quantity;
	return licenses != NULL ? licenses_take(licenses, e, detail) : LC_OK;
}

static enum lc_err
whole_take(struct lc_envelope *e, struct lc_detail *detail)
{
	json_error_t error;
	int version = 0;
	enum lc_err err;

	e->nonce = "";
	if (json_unpack_ex(e->whole, &error, JSON_STRICT,
		"{s:i, s:s, s:s, s?s}", "version", &version, "request",
		&e->request, "credentials", &e->credentials, "nonce",
		&e->nonce) != 0)
		return misfit("envelope", &error, detail);
	if (version != 1)
		return lc_fail(detail, LC_EINVAL,
		    "envelope: version %d is not known here", version);
	if (strlen(e->request) + strlen(e->credentials) > LC_ENVELOPE_MAX)
		return lc_fail(detail, LC_EINVAL,
		    "envelope: more than %d bytes", LC_ENVELOPE_MAX);
	err = lc_json_object(e->request, strlen(e->request), LC_EINVAL,
	    "request", &e->inner, detail);
	return err == LC_OK ? request_take(e, detail) : err;
}

enum lc_err
lc_envelope_take(
    json_t *object, struct lc_envelope *e, struct lc_detail *detail)
{
	enum lc_err err;

	memset(e, 0, sizeof *e);
	e->whole = json_incref(object);
	if ((err = whole_take(e, detail)) != LC_OK)
		lc_envelope_free(e);
	return err;
}

enum lc_err
lc_envelope_read(const char *text, size_t len, struct lc_envelope *e,
    struct lc_detail *detail)
{
	json_t *whole = NULL;
	enum lc_err err;

	if (len > LC_ENVELOPE_MAX)
		return lc_fail(detail, LC_EINVAL,
		    "envelope: more than %d bytes", LC_ENVELOPE_MAX);
	if ((err = lc_json_object(
		 text, len, LC_EINVAL, "envelope", &whole, detail)) != LC_OK)
		return err;
	err = lc_envelope_take(whole, e, detail);
	json_decref(whole);
	return err;
}

void
lc_envelope_free(struct lc_envelope *e)
{
	json_decref(e->inner);
	json_decref(e->whole);
	memset(e, 0, sizeof *e);
}
