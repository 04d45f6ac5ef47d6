/* issue.c - authorities and the license files they write: licenseauthority.h.
 */
#include "licenseauthority.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <openssl/rand.h>

#include "authority.h"
#include "base/disk.h"
#include "base/error.h"
#include "format/file.h"
#include "format/jws.h"
#include "format/keyfile.h"
#include "format/line.h"
#include "base/text.h"
#include "sign.h"

#define KEY_FILE "issuer.key"
#define JWK_FILE "issuer.jwk"

/* ---- Making an authority --------------------------------------------- */

static enum lc_err
check_options(
    const struct lc_authority_options *options, struct lc_detail *detail)
{
	const char *name = options->name == NULL ? "x" : options->name;
	int64_t from = options->valid_from, until = options->valid_until;
	size_t len = strlen(name);

	if (len < 1 || len > LC_KEY_NAME_MAX || !lc_text_is_plain(name, len))
		return lc_fail(detail, LC_EINVAL,
		    "invalid authority name: not 1 to %d bytes of text",
		    LC_KEY_NAME_MAX);
	if ((from != LC_NO_TIME && (from < 0 || from > LC_DATE_MAX)) ||
	    (until != LC_NO_TIME && (until < 0 || until > LC_DATE_MAX)) ||
	    (from != LC_NO_TIME && until != LC_NO_TIME && from >= until))
		return lc_fail(detail, LC_EINVAL,
		    "invalid validity of the key: not a span within 1970 to "
		    "2106");
	return LC_OK;
}

static enum lc_err
write_jwk(const char *path, const struct lc_key *key, struct lc_detail *detail)
{
	char *jwk = NULL, *text = NULL;
	enum lc_err err = lc_key_to_jwk(key, &jwk);

	if (err == LC_OK && asprintf(&text, "%s\n", jwk) < 0) {
		text = NULL;
		err = LC_ENOMEM;
	}
	/* One that lost its private half is of no use. */
	if (err == LC_OK)
		err =
		    lc_disk_write(path, text, strlen(text), 0644, true, detail);
	free(jwk);
	free(text);
	return err;
}

static enum lc_err
make_dir(const char *dir, struct lc_detail *detail)
{
	if (mkdir(dir, 0700) == 0 || errno == EEXIST)
		return LC_OK;
	return lc_fail(detail, LC_EIO, "%s: cannot create directory: %s", dir,
	    strerror(errno));
}

static enum lc_err
make_key(const struct lc_authority_options *options, struct lc_key **out)
{
	struct lc_key *key = NULL;
	enum lc_err err =
	    lc_key_generate(options->es256 ? LC_ES256 : LC_ED25519, &key);

	if (err != LC_OK)
		return err;
	key->not_before = options->valid_from;
	key->expires = options->valid_until;
	if (options->name != NULL)
		strcpy(key->name, options->name); /* its length is checked */
	else
		(void)snprintf(key->name, sizeof key->name,
		    "License authority %.8s", key->kid);
	*out = key;
	return LC_OK;
}

static enum lc_err
join(const char *dir, const char *name, char **out)
{
	return asprintf(out, "%s/%s", dir, name) < 0 ? LC_ENOMEM : LC_OK;
}

enum lc_err
lc_authority_create(const char *dir, const struct lc_authority_options *options,
    struct lc_detail *detail)
{
	char *key_path = NULL, *jwk_path = NULL;
	struct lc_key *key = NULL;
	enum lc_err err;

	if ((err = check_options(options, detail)) != LC_OK ||
	    (err = make_dir(dir, detail)) != LC_OK ||
	    (err = make_key(options, &key)) != LC_OK)
		return err;
	if ((err = join(dir, KEY_FILE, &key_path)) == LC_OK &&
	    (err = join(dir, JWK_FILE, &jwk_path)) == LC_OK &&
	    (err = lc_keyfile_save(key_path, key, detail)) == LC_OK)
		err = write_jwk(jwk_path, key, detail);
	lc_key_free(key);
	free(key_path);
	free(jwk_path);
	return err;
}

/* ---- Opening one ----------------------------------------------------- */

/* What the JWK says about the key: its name, and when it is valid. */
static enum lc_err
read_jwk(const char *path, struct lc_key *key, struct lc_detail *detail)
{
	struct lc_detail why = { "" };
	struct lc_key *public = NULL;
	char *jwk = NULL;
	size_t len = 0;
	enum lc_err err;

	if ((err = lc_disk_read(path, LC_JWK_MAX, &jwk, &len, NULL, detail)) !=
	    LC_OK)
		return err;
	err = lc_key_from_jwk(jwk, len, &public, &why);
	free(jwk);
	if (err != LC_OK)
		return lc_fail(detail, err, "%s: %s", path, why.text);
	if (strcmp(public->kid, key->kid) != 0)
		err = lc_fail(detail, LC_ETRUST,
		    "%s: not the public half of the private key beside it",
		    path);
	memcpy(key->name, public->name, sizeof key->name);
	key->not_before = public->not_before;
	key->expires = public->expires;
	key->withdrawn = public->withdrawn;
	lc_key_free(public);
	return err;
}

static enum lc_err
load(struct lc_authority *authority, const char *dir, struct lc_detail *detail)
{
	char *key_path = NULL, *jwk_path = NULL;
	enum lc_err err;

	if ((err = join(dir, KEY_FILE, &key_path)) == LC_OK &&
	    (err = join(dir, JWK_FILE, &jwk_path)) == LC_OK &&
	    (err = lc_keyfile_load(key_path, &authority->key, detail)) == LC_OK)
		err = read_jwk(jwk_path, authority->key, detail);
	free(key_path);
	free(jwk_path);
	return err;
}

enum lc_err
lc_authority_open(
    const char *dir, struct lc_authority **out, struct lc_detail *detail)
{
	struct lc_authority *authority = calloc(1, sizeof *authority);
	enum lc_err err = LC_ENOMEM;

	if (authority == NULL)
		return err;
	if ((authority->dir = strdup(dir)) != NULL)
		err = load(authority, dir, detail);
	if (err == LC_OK) {
		*out = authority;
		authority = NULL; /* the caller's now */
	}
	lc_authority_close(authority);
	return err;
}

void
lc_authority_close(struct lc_authority *authority)
{
	if (authority == NULL)
		return;
	lc_key_free(authority->key);
	free(authority->dir);
	free(authority);
}

const char *
lc_authority_name(const struct lc_authority *authority)
{
	return authority->key->name;
}

const char *
lc_authority_kid(const struct lc_authority *authority)
{
	return authority->key->kid;
}

/* ---- Issuing --------------------------------------------------------- */

enum lc_err
lc_new_id(char id[LC_NEW_ID_LEN + 1])
{
	unsigned char bytes[LC_NEW_ID_LEN / 2];

	if (RAND_bytes(bytes, sizeof bytes) != 1)
		return LC_EIO;
	for (size_t i = 0; i < sizeof bytes; i++)
		(void)snprintf(id + 2 * i, 3, "%02x", bytes[i]);
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

/* ---- License files --------------------------------------------------- */

struct lc_bundle {
	struct lc_file_writer writer;
	size_t nlines;
	char (*eulas)[LC_EULA_DIGEST_LEN + 1];
	size_t neulas;
};

enum lc_err
lc_bundle_new(struct lc_bundle **out)
{
	struct lc_bundle *bundle = calloc(1, sizeof *bundle);

	if (bundle == NULL)
		return LC_ENOMEM;
	*out = bundle;
	return LC_OK;
}

void
lc_bundle_free(struct lc_bundle *bundle)
{
	if (bundle == NULL)
		return;
	lc_file_writer_free(&bundle->writer);
	free(bundle->eulas);
	free(bundle);
}

static bool
has_eula(const struct lc_bundle *bundle, const char *digest)
{
	for (size_t i = 0; i < bundle->neulas; i++) {
		if (strcmp(bundle->eulas[i], digest) == 0)
			return true;
	}
	return false;
}

static enum lc_err
note_eula(struct lc_bundle *bundle, const char *digest)
{
	void *larger = realloc(
	    bundle->eulas, (bundle->neulas + 1) * sizeof *bundle->eulas);

	if (larger == NULL)
		return LC_ENOMEM;
	bundle->eulas = larger;
	strcpy(bundle->eulas[bundle->neulas++], digest);
	return LC_OK;
}

/* Takes over what a file holds, after looking whether it is one. */
static enum lc_err
fill(struct lc_bundle *bundle, const char *data, size_t len,
    struct lc_detail *detail)
{
	struct lc_file *file = NULL;
	enum lc_err err = lc_file_parse(data, len, &file, detail);

	if (err != LC_OK)
		return err;
	bundle->nlines = file->nlines;
	for (size_t i = 0; i < file->neulas && err == LC_OK; i++)
		err = note_eula(bundle, file->eulas[i].digest);
	lc_file_writer_text(
	    &bundle->writer, "%s%s", data, data[len - 1] == '\n' ? "" : "\n");
	lc_file_free(file);
	return err == LC_OK && bundle->writer.failed ? LC_ENOMEM : err;
}

enum lc_err
lc_bundle_load(
    const char *path, struct lc_bundle **out, struct lc_detail *detail)
{
	struct lc_detail why = { "" };
	struct lc_bundle *bundle = NULL;
	char *data = NULL;
	size_t len = 0;
	enum lc_err err;

	if ((err = lc_disk_read(
		 path, LC_FILE_MAX, &data, &len, NULL, detail)) != LC_OK)
		return err;
	if ((err = lc_bundle_new(&bundle)) == LC_OK)
		err = fill(bundle, data, len, &why);
	free(data);
	if (err == LC_OK) {
		*out = bundle;
		return LC_OK;
	}
	lc_bundle_free(bundle);
	return lc_fail(detail, err, "%s: %s", path,
	    why.text[0] != '\0' ? why.text : lc_strerror(err));
}

/* Once, at the top. */
static void
add_title(struct lc_file_writer *writer)
{
	if (writer->len == 0)
		lc_file_writer_text(writer,
		    "License file.  Only what stands between the BEGIN and "
		    "END rows counts;\nthe rest is for people.\n");
}

enum lc_err
lc_bundle_add_eula(struct lc_bundle *bundle, const char *text, size_t len,
    char digest[LC_EULA_DIGEST_LEN + 1], struct lc_detail *detail)
{
	enum lc_err err = lc_eula_digest(text, len, digest);

	if (err != LC_OK || has_eula(bundle, digest))
		return err;
	add_title(&bundle->writer);
	lc_file_writer_text(&bundle->writer, "\nAgreement: %s\n", digest);
	err = lc_file_writer_eula(&bundle->writer, text, len, detail);
	return err == LC_OK ? note_eula(bundle, digest) : err;
}

/* A word before every value: none can be taken for a delimiter. */
static void
add_heading(
    struct lc_file_writer *writer, const struct lc_terms *terms, size_t n)
{
	char date[32] = "?";
	time_t issued = (time_t)terms->issued;
	struct tm tm;

	if (gmtime_r(&issued, &tm) != NULL)
		(void)strftime(date, sizeof date, "%Y-%m-%d", &tm);
	lc_file_writer_text(writer, "\nLicense:   %s %s, %s", terms->feature,
	    terms->version, lc_type_name(terms->type));
	if (terms->counted)
		lc_file_writer_text(writer, ", for %u", terms->count);
	if (n > 1)
		lc_file_writer_text(writer, ", %zu times", n);
	lc_file_writer_text(writer, "\n");
	for (size_t i = 0; i < terms->nudis; i++)
		lc_file_writer_text(writer, "Device:    %s\n", terms->udis[i]);
	lc_file_writer_text(
	    writer, "Issued:    %s by %s\n", date, terms->issuer);
	if (terms->comment[0] != '\0')
		lc_file_writer_text(writer, "Comment:   %s\n", terms->comment);
}

enum lc_err
lc_bundle_add_lines(struct lc_bundle *bundle, const struct lc_terms *terms,
    const char *const *lines, size_t n, struct lc_detail *detail)
{
	if (n > LC_FILE_LINES_MAX - bundle->nlines)
		return lc_fail(detail, LC_EFILE,
		    "too many lines for a license file: at most %d, not %zu",
		    LC_FILE_LINES_MAX, bundle->nlines + n);
	add_title(&bundle->writer);
	add_heading(&bundle->writer, terms, n);
	lc_file_writer_lines(&bundle->writer, lines, n);
	bundle->nlines += n;
	return LC_OK;
}

struct lc_file_writer *
lc_bundle_writer(struct lc_bundle *bundle)
{
	return &bundle->writer;
}

enum lc_err
lc_bundle_text(const struct lc_bundle *bundle, const char **text, size_t *len,
    struct lc_detail *detail)
{
	const struct lc_file_writer *writer = &bundle->writer;
	enum lc_err err = lc_file_writer_end(writer);

	if (err == LC_EFILE)
		return lc_fail(detail, err,
		    "license file too big: at most %d bytes, not %zu",
		    LC_FILE_MAX, writer->len);
	if (err != LC_OK)
		return err;
	*text = writer->len > 0 ? writer->text : "";
	*len = writer->len;
	return LC_OK;
}

enum lc_err
lc_bundle_save(const struct lc_bundle *bundle, const char *path, bool replace,
    struct lc_detail *detail)
{
	const char *text;
	size_t len;
	enum lc_err err = lc_bundle_text(bundle, &text, &len, detail);

	if (err != LC_OK)
		return err;
	return lc_disk_write(path, text, len, 0666, replace, detail);
}
