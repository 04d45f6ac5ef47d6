/* compose.c - a mail that waits, as a message; see post.h. */
#include "portal/mail/post.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>
#include <openssl/crypto.h>

#include "daemon/log.h"
#include "format/line.h"
#include "ops/issue.h"
#include "ops/rma.h"
#include "ops/shown.h"
#include "ops/token.h"
#include "record/authority.h"
#include "record/license.h"
#include "record/record.h"
#include "web/mail.h"

#define FILES_MAX (8 << 20)   /* bytes of license files that are attached */
#define REQUEST_WAIT_S 120    /* for a request to be done */
#define PASSWORD_VALID_S 3600 /* of a link by mail */
#define WELCOME_VALID_S 86400

struct composing {
	struct post *post;
	const struct outbox_mail *mail;
	json_t *about, *data; /* the data is what the template gets */
	char to[PERSON_MAIL_MAX + 1];
	struct lc_authority authority; /* to read */
	struct web_mail_file *files;   /* owned, with their names and texts */
	size_t nfiles, bytes;
	json_t *licenses;
	int64_t nlicenses;
};

static const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

static enum people_err
fail(struct people_words *words, const char *what)
{
	(void)snprintf(words->text, sizeof words->text, "%s", what);
	return PEOPLE_UNAVAILABLE;
}

/* ---- Licenses -------------------------------------------------------- */

static enum lc_err
license_add(void *arg, const struct lc_terms *terms, const char *text)
{
	struct composing *c = arg;

	(void)text;
	if (c->nlicenses++ < MAIL_ROWS)
		(void)json_array_append_new(
		    c->licenses, lc_license_shown(terms));
	return LC_OK;
}

static enum lc_err
line_add(void *arg, struct lc_line *line, const char *text)
{
	return license_add(arg, &line->terms, text);
}

/* A device takes a file whose licenses are all its own. */
static enum lc_err
file_add(void *arg, const char *udi, const struct lc_bundle *bundle)
{
	struct composing *c = arg;
	struct web_mail_file *more =
	    reallocarray(c->files, c->nfiles + 1, sizeof *more);
	char name[LC_SHOWN_NAME];
	const char *text;
	size_t len;
	enum lc_err err;

	if (more == NULL)
		return LC_ENOMEM;
	c->files = more;
	if ((err = lc_bundle_text(bundle, &text, &len, NULL)) != LC_OK)
		return err;
	lc_shown_name(udi, ".lic", name);
	more[c->nfiles++] = (struct web_mail_file){
		.name = strdup(name),
		.text = strndup(text, len),
		.len = len,
	};
	c->bytes += len;
	return more[c->nfiles - 1].name != NULL &&
		       more[c->nfiles - 1].text != NULL
		   ? LC_OK
		   : LC_ENOMEM;
}

static void
files_free(struct composing *c)
{
	for (size_t i = 0; i < c->nfiles; i++) {
		free((char *)c->files[i].name);
		free((char *)c->files[i].text);
	}
	free(c->files);
	c->files = NULL;
	c->nfiles = 0;
}

/* The request whose licenses another one was answered with, or that itself. */
static enum lc_err
request_follow(struct lc_record *record, int64_t *n)
{
	char *text = NULL;
	json_t *answer;
	enum lc_err err = lc_answer_find(record, *n, &text);

	if (err == LC_ENOTFOUND)
		return LC_OK;
	if (err != LC_OK)
		return err;
	answer = json_loads(text, 0, NULL);
	*n = json_integer_value(json_object_get(answer, "licenses_of"));
	json_decref(answer);
	free(text);
	return LC_OK;
}

static enum lc_err
device_read(struct composing *c, const char *udi)
{
	int64_t now = (int64_t)time(NULL);
	struct lc_bundle *bundle = NULL;
	size_t n;
	enum lc_err err =
	    lc_resend_each(c->post->record, udi, now, license_add, c);

	if (err == LC_OK)
		err = lc_resend(&c->authority, udi, now, &bundle, &n, NULL);
	if (err == LC_OK)
		err = file_add(c, udi, bundle);
	lc_bundle_free(bundle);
	return err;
}

static enum lc_err
licenses_read(struct composing *c)
{
	struct lc_record *record = c->post->record;
	const char *udi = text_of(c->about, "udi");
	const char *request = text_of(c->about, "request");
	int64_t n = json_integer_value(json_object_get(c->about, "n"));
	enum lc_err err = LC_OK;

	if (udi[0] != '\0')
		return device_read(c, udi);
	if (request[0] != '\0')
		err = lc_request_number(record, request, &n);
	if (err == LC_OK)
		err = request_follow(record, &n);
	if (err == LC_OK)
		err = lc_issued_of_request(record, n, line_add, c);
	return err == LC_OK
		   ? lc_bundle_of_devices(&c->authority, n, file_add, c)
		   : err;
}

static enum people_err
licenses_data(struct composing *c, struct people_words *words)
{
	enum lc_err err;

	c->authority.record = c->post->record;
	c->licenses = json_array();
	err = licenses_read(c);
	/* Its form was sent, and is not answered yet; or was refused. */
	if (err == LC_ENOTFOUND)
		return (int64_t)time(NULL) < c->mail->made + REQUEST_WAIT_S
			   ? PEOPLE_LOCKED
			   : PEOPLE_NOT_FOUND;
	if (err == LC_OK && c->nlicenses == 0)
		return PEOPLE_NOT_FOUND;
	if (err != LC_OK)
		return fail(words, "the licenses cannot be read");
	if (c->bytes > FILES_MAX)
		files_free(c);
	c->data = json_pack("{s:I, s:b, s:O, s:I, s:b, s:b, s:s?}", "total",
	    (json_int_t)c->nlicenses, "several", c->nlicenses > 1, "licenses",
	    c->licenses, "more",
	    (json_int_t)(c->nlicenses > MAIL_ROWS ? c->nlicenses - MAIL_ROWS
						  : 0),
	    "attached", c->nfiles > 0, "several_files", c->nfiles > 1, "file",
	    c->nfiles > 0 ? c->files[0].name : NULL);
	return PEOPLE_OK;
}

/* ---- Links ----------------------------------------------------------- */

/*
 * The link is made only now, so that the database never has it.  One that an
 * earlier attempt sent goes on being good: the receiver may keep that mail and
 * drop this one.
 */
static enum people_err
link_data(struct composing *c, int64_t valid_s, struct people_words *words)
{
	const char *name = text_of(c->about, "name");
	char secret[PEOPLE_SECRET_LEN + 1] = "";
	struct person person;
	enum people_err err =
	    people_find(c->post->people, name, &person, words);

	/* Administrators of the staff get theirs from "licportald setup". */
	if (err == PEOPLE_OK &&
	    (person.is_stopped || person.mail[0] == '\0' ||
		strcmp(person.role, lc_role_name(LC_ROLE_ADMIN)) == 0))
		return PEOPLE_NOT_FOUND;
	if (err == PEOPLE_OK)
		err = people_link_also(
		    c->post->people, name, valid_s, secret, words);
	if (err != PEOPLE_OK)
		return err;
	log_info("people", "a link for %s goes by mail", name);
	(void)snprintf(c->to, sizeof c->to, "%s", person.mail);
	c->data = json_pack("{s:s, s:s, s:b}", "name", name, "secret", secret,
	    "has_totp", person.has_totp);
	OPENSSL_cleanse(secret, sizeof secret);
	return PEOPLE_OK;
}

/* ---- Composing ------------------------------------------------------- */

static enum people_err
data_make(struct composing *c, struct people_words *words)
{
	const char *kind = c->mail->kind;

	(void)snprintf(c->to, sizeof c->to, "%s", c->mail->address);
	if (strcmp(kind, MAIL_LICENSES) == 0)
		return licenses_data(c, words);
	if (strcmp(kind, MAIL_PASSWORD) == 0)
		return link_data(c, PASSWORD_VALID_S, words);
	if (strcmp(kind, MAIL_WELCOME) == 0)
		return link_data(c, WELCOME_VALID_S, words);
	c->data = json_incref(c->about);
	return PEOPLE_OK;
}

static enum people_err
message_make(
    struct composing *c, struct buffer *out, struct people_words *words)
{
	const struct web_mail mail = {
		.from = c->post->from,
		.to = c->to,
		.id = c->mail->id,
		.host = c->post->host,
		.url = c->post->url,
		.date = (int64_t)time(NULL),
		.files = c->files,
		.nfiles = c->nfiles,
	};
	char name[OUTBOX_KIND_MAX + 8];

	(void)snprintf(name, sizeof name, "mail-%s", c->mail->kind);
	if (json_object_set_new(c->data, "url", json_string(c->post->url)) ==
		0 &&
	    web_mail_make(&mail, c->post->templates, name, c->data, out))
		return PEOPLE_OK;
	return fail(words, "the mail cannot be made: an invalid address, or "
			   "no template");
}

enum people_err
post_compose(struct post *post, const struct outbox_mail *mail,
    char to[PERSON_MAIL_MAX + 1], struct buffer *out,
    struct people_words *words)
{
	struct composing c = { .post = post, .mail = mail };
	enum people_err err;

	words->text[0] = '\0';
	c.about = json_loads(mail->about, 0, NULL);
	err = c.about != NULL ? data_make(&c, words) : PEOPLE_NOT_FOUND;
	if (err == PEOPLE_OK)
		err = message_make(&c, out, words);
	if (err == PEOPLE_OK)
		strcpy(to, c.to);
	json_decref(c.about);
	json_decref(c.data);
	json_decref(c.licenses);
	files_free(&c);
	return err;
}
