/* issue.c - signing licenses, and what was issued: licenseauthority.h. */
#include "issue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "base/error.h"
#include "bundle.h"
#include "format/file.h"
#include "format/jws.h"
#include "format/line.h"
#include "record/authority.h"
#include "record/grant.h"
#include "sign.h"

/* ---- Issuing --------------------------------------------------------- */

enum lc_err
lc_new_id(char id[LC_NEW_ID_LEN + 1])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[LC_NEW_ID_LEN / 2];

	if (RAND_bytes(bytes, sizeof bytes) != 1)
		return LC_EIO;
	for (size_t i = 0; i < sizeof bytes; i++) {
		id[2 * i] = digits[bytes[i] >> 4];
		id[2 * i + 1] = digits[bytes[i] & 15];
	}
	id[LC_NEW_ID_LEN] = '\0';
	return LC_OK;
}

enum lc_err
lc_authority_key(const struct lc_authority *authority, int64_t issued,
    struct lc_detail *detail)
{
	const struct lc_key *key = authority->key;
	struct lc_jws jws = { .key = key };

	if (key->withdrawn)
		return lc_fail(detail, LC_EKEY,
		    "key %s of the authority is withdrawn", key->kid);
	return lc_jws_dated(&jws, issued, detail);
}

enum lc_err
lc_authority_issue(const struct lc_authority *authority,
    const struct lc_terms *given, char **line, struct lc_detail *detail)
{
	struct lc_terms terms = *given;
	enum lc_err err;

	if ((err = lc_authority_key(authority, terms.issued, detail)) != LC_OK)
		return err;
	if (terms.issuer[0] == '\0')
		terms.issuer = authority->key->name;
	return lc_line_sign(&terms, authority->key, line, detail);
}


/* ---- With the database ----------------------------------------------- */

static enum lc_err
add_agreement(const struct lc_authority *authority, struct lc_bundle *bundle,
    const char *digest)
{
	char found[LC_EULA_DIGEST_LEN + 1], *text = NULL;
	enum lc_err err;

	if (*digest == '\0' || lc_bundle_has_eula(bundle, digest))
		return LC_OK;
	err = lc_agreement_find(authority->record, digest, &text);
	if (err != LC_OK) /* the device may have the text */
		return err == LC_ENOTFOUND ? LC_OK : err;
	err = lc_bundle_add_eula(
	    bundle, text, strlen(text), found, authority->record->detail);
	free(text);
	return err;
}

enum lc_err
lc_bundle_add_issued(const struct lc_authority *authority,
    struct lc_bundle *bundle, const struct lc_terms *terms, const char *line)
{
	enum lc_err err = add_agreement(authority, bundle, terms->eula);

	if (err != LC_OK)
		return err;
	return lc_bundle_add_lines(
	    bundle, terms, &line, 1, authority->record->detail);
}

static enum lc_err
issue(const struct lc_authority *authority, const struct lc_terms *given,
    const struct lc_origin *origin, struct lc_bundle *bundle,
    char id[LC_NEW_ID_LEN + 1])
{
	struct lc_terms terms = *given;
	char *line = NULL;
	enum lc_err err;

	terms.id = id;
	if (terms.issuer[0] == '\0')
		terms.issuer = lc_authority_name(authority);
	if ((err = lc_new_id(id)) != LC_OK ||
	    (err = lc_authority_issue(authority, &terms, &line,
		 authority->record->detail)) != LC_OK)
		return err;
	err = lc_issued_put(authority->record, &terms, line, origin);
	if (err == LC_OK && bundle != NULL)
		err = lc_bundle_add_issued(authority, bundle, &terms, line);
	free(line);
	return err;
}

enum lc_err
lc_issue(const struct lc_authority *authority, const struct lc_terms *terms,
    const struct lc_origin *origin, struct lc_bundle *bundle)
{
	char id[LC_NEW_ID_LEN + 1];

	return issue(authority, terms, origin, bundle, id);
}

enum lc_err
lc_issue_as(const struct lc_authority *authority, const struct lc_terms *terms,
    const struct lc_origin *origin, char id[LC_NEW_ID_LEN + 1])
{
	return issue(authority, terms, origin, NULL, id);
}

struct adding {
	const struct lc_authority *authority;
	struct lc_bundle *bundle;
	size_t n;
};

static enum lc_err
add_one(void *arg, struct lc_line *line, const char *text)
{
	struct adding *a = arg;

	a->n++;
	return lc_bundle_add_issued(
	    a->authority, a->bundle, &line->terms, text);
}

enum lc_err
lc_bundle_add_request(const struct lc_authority *authority,
    struct lc_bundle *bundle, int64_t request, size_t *n)
{
	struct adding a = { .authority = authority, .bundle = bundle };
	enum lc_err err;

	err =
	    lc_issued_of_request(authority->record, request, add_one, &a);
	if (err == LC_OK && n != NULL)
		*n = a.n;
	return err;
}

enum lc_err
lc_bundle_of_request(const struct lc_authority *authority, int64_t request,
    struct lc_bundle **out, size_t *n)
{
	struct lc_bundle *bundle = NULL;
	enum lc_err err = lc_bundle_new(&bundle);

	if (err == LC_OK)
		err = lc_bundle_add_request(authority, bundle, request, n);
	if (err == LC_OK)
		*out = bundle;
	else
		lc_bundle_free(bundle);
	return err;
}

struct splitting {
	const struct lc_authority *authority;
	lc_device_bundle_call *call;
	void *arg;
	char udi[LC_UDI_MAX + 1];
	struct lc_bundle *bundle; /* of that device; NULL: none yet */
};

static enum lc_err
split_end(struct splitting *s)
{
	enum lc_err err = LC_OK;

	if (s->bundle != NULL)
		err = s->call(s->arg, s->udi, s->bundle);
	lc_bundle_free(s->bundle);
	s->bundle = NULL;
	return err;
}

static enum lc_err
split_one(void *arg, struct lc_line *line, const char *text)
{
	struct splitting *s = arg;
	const struct lc_terms *terms = &line->terms;
	const char *udi = terms->nudis > 0 ? terms->udis[0] : "";
	enum lc_err err;

	if (s->bundle == NULL || strcmp(s->udi, udi) != 0) {
		if ((err = split_end(s)) != LC_OK ||
		    (err = lc_bundle_new(&s->bundle)) != LC_OK)
			return err;
		(void)snprintf(s->udi, sizeof s->udi, "%s", udi);
	}
	return lc_bundle_add_issued(s->authority, s->bundle, terms, text);
}

enum lc_err
lc_bundle_of_devices(const struct lc_authority *authority, int64_t request,
    lc_device_bundle_call *call, void *arg)
{
	struct splitting s = {
		.authority = authority,
		.call = call,
		.arg = arg,
	};
	enum lc_err err = lc_issued_of_request(
	    authority->record, request, split_one, &s);

	if (err == LC_OK)
		return split_end(&s);
	lc_bundle_free(s.bundle);
	return err;
}

/* A device that got the trial of another one has had its own. */
static enum lc_err
evaluation_note(struct lc_record *record, const struct lc_terms *terms,
    const char *udi, const char *id)
{
	char before[LC_ID_MAX + 1];
	enum lc_err err = lc_evaluation_find(
	    record, udi, terms->feature, terms->version, before);

	if (err != LC_ENOTFOUND)
		return err;
	return lc_evaluation_put(
	    record, udi, terms->feature, terms->version, id);
}

/* The units of a PAK were used up by the first license. */
enum lc_err
lc_reissue(const struct lc_authority *authority, const struct lc_terms *old,
    const char *udi, int64_t issued, int64_t request)
{
	struct lc_terms terms = *old;
	char id[LC_NEW_ID_LEN + 1];
	struct lc_origin_row row;
	enum lc_err err =
	    lc_issued_origin(authority->record, old->id, &row);

	if (err != LC_OK)
		return err;
	terms.issuer = "";
	terms.udis = &udi;
	terms.nudis = 1;
	terms.issued = issued;
	err = lc_issue_as(authority, &terms,
	    &(struct lc_origin){ .source = row.source, .sku = row.sku,
		.pak_line = row.pak_line, .request = request },
	    id);
	if (err != LC_OK || strcmp(row.source, "evaluation") != 0)
		return err;
	return evaluation_note(authority->record, &terms, udi, id);
}

/* ---- Licenses that were signed elsewhere in the program -------------- */

static enum lc_err
keep_line(struct lc_record *record, const char *text)
{
	static const struct lc_origin origin = { .source = "manual" };
	struct lc_line *line;
	enum lc_err err =
	    lc_line_peek(text, strlen(text), &line, record->detail);

	if (err != LC_OK)
		return err;
	err = lc_issued_put(record, &line->terms, text, &origin);
	lc_line_free(line);
	return err;
}

enum lc_err
lc_authority_keep(const struct lc_authority *authority,
    const char *const *lines, size_t n, const char *eula, size_t eula_len,
    struct lc_detail *detail)
{
	enum lc_err err = lc_authority_begin(authority, detail);

	if (err != LC_OK)
		return err;
	if (eula != NULL)
		err = lc_agreement_put(authority->record, eula, eula_len);
	for (size_t i = 0; i < n && err == LC_OK; i++)
		err = keep_line(authority->record, lines[i]);
	return lc_authority_end(authority, err);
}
