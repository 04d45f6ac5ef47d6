/* sign.c - see sign.h. */
#include "portal/site/sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "ops/token.h"

/* ---- Sessions -------------------------------------------------------- */

static void
cookie_set(const struct visit *visit, const char *secret)
{
	char cookie[128];

	(void)snprintf(cookie, sizeof cookie,
	    SESSION_COOKIE "=%s; Path=/; Secure; HttpOnly; SameSite=Lax%s",
	    secret, secret[0] == '\0' ? "; Max-Age=0" : "");
	(void)web_header_add(visit->request, "Set-Cookie", cookie);
	OPENSSL_cleanse(cookie, sizeof cookie);
}

/* ---- Signing in ------------------------------------------------------ */

static void
sign_show(struct visit *visit, unsigned status, const char *wrong,
    const char *name, const char *next)
{
	visit_answer(visit, status, "sign-in.html", "Sign in",
	    json_pack("{s:s, s:s, s:s, s:b}", "wrong", wrong, "name", name,
		"next", visit_is_path(next) ? next : "/", "closed",
		visit->site->people == NULL));
}

void
sign_page(struct visit *visit)
{
	const char *next = web_query(visit->request, "next");

	if (visit->site->header != NULL && visit->signed_in) {
		visit_redirect(
		    visit, next != NULL && visit_is_path(next) ? next : "/");
		return;
	}
	sign_show(visit, 200, "", "", next != NULL ? next : "/");
}

unsigned
sign_status(enum people_err err)
{
	switch (err) {
	case PEOPLE_LOCKED:
		return 429;
	case PEOPLE_UNAVAILABLE:
		return 503;
	default:
		return 422;
	}
}

/* The one that the browser has, if any. */
static void
session_end(const struct visit *visit)
{
	char *secret = visit_cookie(visit->request, SESSION_COOKIE);
	struct people_words words;

	if (secret != NULL && visit->site->people != NULL)
		(void)people_session_end(visit->site->people, secret, &words);
	if (secret != NULL)
		OPENSSL_cleanse(secret, strlen(secret));
	free(secret);
}

static enum people_err
session_begin(struct visit *visit, const char *name,
    char secret[PEOPLE_SECRET_LEN + 1], struct people_words *words)
{
	enum people_err err;

	session_end(visit);
	err = people_session_new(visit->site->people, name, secret, words);
	if (err == PEOPLE_OK)
		cookie_set(visit, secret);
	return err;
}

enum people_err
sign_begin(struct visit *visit, const char *name, struct people_words *words)
{
	char secret[PEOPLE_SECRET_LEN + 1] = "";
	enum people_err err = session_begin(visit, name, secret, words);

	OPENSSL_cleanse(secret, sizeof secret);
	return err;
}

/* ---- Who it is ------------------------------------------------------- */

static bool
session_find(struct visit *visit, const char *secret)
{
	struct people_words words;

	return secret != NULL &&
	       people_session_find(visit->site->people, secret, &visit->session,
		   &words) == PEOPLE_OK;
}

/*
 * Whom the web server in front names, in small letters as names are; false:
 * nobody, or several.
 */
static bool
name_find(const struct visit *visit, char name[PERSON_NAME_MAX + 1])
{
	const char *said =
	    web_header_single(visit->request, visit->site->header);
	size_t len = said != NULL ? strlen(said) : 0;

	if (len == 0 || len > PERSON_NAME_MAX)
		return false;
	for (size_t i = 0; i <= len; i++)
		name[i] = said[i] >= 'A' && said[i] <= 'Z'
			      ? (char)(said[i] - 'A' + 'a')
			      : said[i];
	return true;
}

/*
 * With a header, a session is of whom the header names with each request; it
 * is made when somebody is named first, if there is such a person.
 */
static bool
named_find(struct visit *visit, const char *secret)
{
	char name[PERSON_NAME_MAX + 1], made[PEOPLE_SECRET_LEN + 1] = "";
	struct people_words words;
	bool found;

	if (!name_find(visit, name))
		return false;
	if (session_find(visit, secret) &&
	    strcmp(visit->session.person.name, name) == 0)
		return true;
	found = session_begin(visit, name, made, &words) == PEOPLE_OK &&
		session_find(visit, made);
	OPENSSL_cleanse(made, sizeof made);
	return found;
}

void
sign_find(struct visit *visit)
{
	char *secret = visit_cookie(visit->request, SESSION_COOKIE);
	const struct person *person = &visit->session.person;
	struct lc_token *token = &visit->token;

	if (visit->site->people != NULL &&
	    (visit->site->header != NULL ? named_find(visit, secret)
					 : session_find(visit, secret)) &&
	    lc_role_from_name(person->role, &token->role)) {
		visit->signed_in = true;
		(void)snprintf(
		    token->name, sizeof token->name, "@%s", person->name);
		(void)snprintf(token->account, sizeof token->account, "%s",
		    person->account);
	} else {
		memset(&visit->session, 0, sizeof visit->session);
	}
	if (secret != NULL)
		OPENSSL_cleanse(secret, strlen(secret));
	free(secret);
}

/* ---- Ways to sign in ------------------------------------------------- */

bool
sign_has(const struct visit *visit, bool has)
{
	if (!has)
		visit_problem(visit, 404, "Not here",
		    "The portal has no passwords of its own: whoever keeps "
		    "yours can help.");
	return has;
}

/* ---- Proving --------------------------------------------------------- */

void
sign_show_proof(const struct visit *visit, const char *name,
    const char *password, struct sign_proof *out)
{
	access_network(visit->request, out->from);
	out->proof = (struct people_proof){
		.name = name,
		.password = password,
		.code = web_form_text(visit->form, "_code"),
		.from = out->from,
		.form = web_form_text(visit->form, "_key"),
	};
}

void
sign_denied(const struct visit *visit, enum people_err err)
{
	if (err == PEOPLE_DENIED)
		access_denied(
		    visit->site->portal, visit->request, &visit->token);
}

enum people_err
sign_prove(struct visit *visit, const char *name, const char *password,
    struct people_words *words)
{
	struct sign_proof shown;
	struct person person;
	enum people_err err;

	if (visit->site->people == NULL)
		return PEOPLE_DENIED;
	sign_show_proof(visit, name, password, &shown);
	err = people_prove(visit->site->people, &shown.proof, &person, words);
	sign_denied(visit, err);
	return err;
}

void
sign_in(struct visit *visit)
{
	const char *next = web_form_text(visit->form, "next");
	const char *name = web_form_text(visit->form, "name");
	struct people_words words = { "" };
	enum people_err err;

	if (!sign_has(visit, visit->site->header == NULL) ||
	    !visit_show(visit, &(struct view){ .template = "problem.html",
				   .title = "Sign in" }) ||
	    !access_may_ask(visit->site->portal, visit->request, &visit->token))
		return;
	err = sign_prove(
	    visit, name, web_form_text(visit->form, "_password"), &words);
	if (err == PEOPLE_OK)
		err = sign_begin(visit, name, &words);
	if (err == PEOPLE_OK)
		visit_redirect(visit, visit_is_path(next) ? next : "/");
	else
		sign_show(visit, sign_status(err), words.text, name, next);
}

void
sign_out(struct visit *visit)
{
	session_end(visit);
	cookie_set(visit, "");
	visit_redirect(visit, "/");
}

/* ---- Choosing a password --------------------------------------------- */

static void
link_show(struct visit *visit, unsigned status, const char *wrong)
{
	visit_answer(visit, status, "link.html", "Choose a password",
	    json_pack("{s:s, s:s, s:i}", "wrong", wrong, "secret",
		visit->parts[0], "shortest", PASSWORD_MIN));
}

void
sign_link_page(struct visit *visit)
{
	struct people_words words = { "the portal has no database of people" };
	char name[PERSON_NAME_MAX + 1];
	enum people_err err = PEOPLE_UNAVAILABLE;

	if (!sign_has(visit, visit->site->has_passwords))
		return;
	if (visit->site->people != NULL)
		err = people_link_find(
		    visit->site->people, visit->parts[0], name, &words);
	if (err == PEOPLE_OK)
		link_show(visit, 200, "");
	else if (err == PEOPLE_NOT_FOUND)
		visit_problem(visit, 404, "This link is of no use", words.text);
	else
		visit_problem(visit, 503, "Not now", words.text);
}

void
sign_link(struct visit *visit)
{
	const char *password = web_form_text(visit->form, "_password");
	struct people_words words = { "" };
	char name[PERSON_NAME_MAX + 1], from[ACCESS_NETWORK_SIZE];
	struct person person;
	enum people_err err = PEOPLE_NOT_FOUND;

	if (!sign_has(visit, visit->site->has_passwords))
		return;
	if (strcmp(password, web_form_text(visit->form, "_again")) != 0) {
		link_show(visit, 422, "The two passwords are not the same.");
		return;
	}
	access_network(visit->request, from);
	if (visit->site->people != NULL)
		err = people_link_use(visit->site->people, visit->parts[0],
		    from, password, name, &words);
	if (err == PEOPLE_OK)
		err = people_find(visit->site->people, name, &person, &words);
	/* A link stands for a password, not for a second factor. */
	if (err == PEOPLE_OK && person.has_totp) {
		visit_redirect(visit, "/sign-in");
		return;
	}
	if (err == PEOPLE_OK)
		err = sign_begin(visit, name, &words);
	if (err == PEOPLE_OK)
		visit_redirect(visit, "/");
	else
		link_show(visit, sign_status(err), words.text);
}
