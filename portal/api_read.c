/* api_read.c - see api_read.h. */
#include "api_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "base/arena.h"
#include "base/text.h"
#include "format/line.h"
#include "ops/issue.h"
#include "ops/nonce.h"
#include "ops/rma.h"
#include "fail.h"
#include "list.h"
#include "op.h"
#include "record/authority.h"
#include "record/pak.h"
#include "record/record.h"
#include "web/answer.h"

/* ---- PAKs ------------------------------------------------------------ */

static json_t *
pak_json(const struct lc_pak *pak)
{
	int64_t quantity = 0, used = 0;
	json_t *lines = json_array();

	for (const struct lc_pak_line *line = pak->lines; line != NULL;
	     line = line->next) {
		quantity += line->quantity;
		used += line->used;
		(void)json_array_append_new(
		    lines, json_pack("{s:s, s:I, s:I, s:I}", "sku", line->sku,
			       "quantity", (json_int_t)line->quantity, "used",
			       (json_int_t)line->used, "left",
			       (json_int_t)(line->quantity - line->used)));
	}
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:o}", "pak",
	    pak->code, "order", pak->order, "account", pak->account, "stopped",
	    pak->stopped, "quantity", (json_int_t)quantity, "used",
	    (json_int_t)used, "left", (json_int_t)(quantity - used), "lines",
	    lines);
}

void
read_pak(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *const *parts)
{
	struct lc_detail detail = { "" };
	struct lc_arena arena = { 0 };
	char code[LC_PAK_LEN + 1];
	struct lc_record *record;
	struct lc_pak *pak = NULL;
	enum lc_err err = lc_pak_read(parts[0], code, &detail);

	if (err == LC_OK) {
		record = readers_take(portal->readers);
		lc_record_tell(record, &detail);
		err = lc_pak_find(record, &arena, code, &pak);
		readers_return(portal->readers, record);
	}
	if (err == LC_ENOTFOUND || err == LC_EINVAL)
		access_missed(portal, request, token);
	if (err != LC_OK)
		read_fail(request, err, &detail);
	else if (token->role != LC_ROLE_NONE &&
		 !access_sees(token, pak->account))
		web_problem(request, 403, "another-account",
		    "this PAK is another account's");
	else
		web_answer_json(request, 200, pak_json(pak));
	lc_arena_free(&arena);
}

/* ---- Devices --------------------------------------------------------- */

struct filling {
	struct lc_authority authority;
	struct lc_bundle *bundle;
	size_t n;
};

static enum lc_err
bundle_add(void *arg, const struct lc_terms *terms, const char *text)
{
	struct filling *f = arg;

	f->n++;
	return lc_bundle_add_issued(&f->authority, f->bundle, terms, text);
}

/* What is sent again; LC_ENOTFOUND: nothing, and perhaps why. */
static enum lc_err
bundle_fill(struct portal *portal, const char *udi, struct filling *f,
    struct lc_detail *detail)
{
	enum lc_err err;

	f->authority.record = readers_take(portal->readers);
	lc_record_tell(f->authority.record, detail);
	err = lc_resend_each(
	    f->authority.record, udi, portal->now(), bundle_add, f);
	readers_return(portal->readers, f->authority.record);
	return err;
}

size_t
read_license_count(struct portal *portal, const char *udi)
{
	struct lc_detail detail = { "" };
	struct filling f = { .n = 0 };

	if (lc_bundle_new(&f.bundle) != LC_OK)
		return 0;
	if (bundle_fill(portal, udi, &f, &detail) != LC_OK)
		f.n = 0;
	lc_bundle_free(f.bundle);
	return f.n;
}

static void
bundle_answer(struct web_request *request, const struct lc_bundle *bundle)
{
	struct lc_detail detail = { "" };
	const char *text;
	size_t len;
	char *copy;
	enum lc_err err = lc_bundle_text(bundle, &text, &len, &detail);

	if (err != LC_OK) {
		read_fail(request, err, &detail);
		return;
	}
	copy = strndup(text, len);
	web_answer_tagged(request, "text/plain; charset=utf-8", copy, len);
}

void
read_licenses(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *const *parts)
{
	const char *udi = parts[0];
	struct lc_detail detail = { "" };
	struct filling f = { .n = 0 };
	enum lc_err err;

	if (!list_device_check(portal, request, token, udi))
		return;
	err = lc_bundle_new(&f.bundle);
	if (err == LC_OK)
		err = bundle_fill(portal, udi, &f, &detail);
	/* Who asks for a device of theirs does not guess. */
	if (err == LC_ENOTFOUND && !list_device_is_own(portal, token, udi))
		access_missed(portal, request, token);
	if (err == LC_OK)
		bundle_answer(request, f.bundle);
	else
		read_fail(request, err, &detail);
	lc_bundle_free(f.bundle);
}

/* ---- Call home ------------------------------------------------------- */

void
read_nonce(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *const *parts)
{
	struct lc_record *record = readers_take(portal->readers);
	struct lc_detail detail = { "" };
	char nonce[LC_NONCE_LEN + 1];
	int64_t expires;
	enum lc_err err;

	(void)token;
	(void)parts;
	lc_record_tell(record, &detail);
	err = lc_nonce_new(record, portal->now(), nonce, &expires);
	readers_return(portal->readers, record);
	if (err != LC_OK) {
		read_fail(request, err, &detail);
		return;
	}
	(void)web_header_add(request, "Cache-Control", "no-store");
	web_answer_json(request, 200,
	    json_pack(
		"{s:s, s:I}", "nonce", nonce, "expires", (json_int_t)expires));
}
