/* sign.c - see sign.h. */
#include "portal/site/sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "ops/token.h"
#include "portal/access.h"

#define PROVING_MAX 2 /* at once: each is work for a core */

/* ---- Sessions -------------------------------------------------------- */

void
sign_find(struct visit *visit)
{
	struct people_words words;
	char *secret = visit_cookie(visit->request, SESSION_COOKIE);
	const struct person *person = &visit->session.person;
	struct lc_token *token = &visit->token;

	if (secret != NULL && visit->site->people != NULL &&
	    people_session_find(visit->site->people, secret, &visit->session,
		&words) == PEOPLE_OK &&
	    lc_role_from_name(person->role, &token->role)) {
		visit->signed_in = true;
		(void)snprintf(
		    token->name, sizeof token->name, "@%s", person->name);
		(void)snprintf(token->account, sizeof token->account, "%s",
		    person->account);
	}
	if (secret != NULL)
		OPENSSL_cleanse(secret, strlen(secret));
	free(secret);
}

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

enum people_err
sign_begin(struct visit *visit, const char *name, struct people_words *words)
{
	char secret[PEOPLE_SECRET_LEN + 1];
	enum people_err err;

	session_end(visit);
	err = people_session_new(visit->site->people, name, secret, words);
	if (err == PEOPLE_OK)
		cookie_set(visit, secret);
	OPENSSL_cleanse(secret, sizeof secret);
	return err;
}

enum people_err
sign_prove(struct visit *visit, const char *name, const char *password,
    const char *code, struct people_words *words)
{
	struct site *site = visit->site;
	struct person person;
	enum people_err err = PEOPLE_UNAVAILABLE;

	if (site->people == NULL)
		return PEOPLE_DENIED;
	if (atomic_fetch_add(&site->proving, 1) >= PROVING_MAX)
		(void)strcpy(words->text, "too many people sign in just now; "
					  "try again");
	else
		err = people_prove(
		    site->people, name, password, code, &person, words);
	atomic_fetch_sub(&site->proving, 1);
	if (err == PEOPLE_DENIED)
		access_denied(site->portal, visit->request, &visit->token);
	return err;
}

void
sign_in(struct visit *visit)
{
	const char *next = web_form_text(visit->form, "next");
	const char *name = web_form_text(visit->form, "name");
	struct people_words words = { "" };
	enum people_err err;

	if (!visit_show(visit, &(struct view){ .template = "problem.html",
				   .title = "Sign in" }) ||
	    !access_may_ask(visit->site->portal, visit->request, &visit->token))
		return;
	err = sign_prove(visit, name, web_form_text(visit->form, "_password"),
	    web_form_text(visit->form, "_code"), &words);
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
	link_show(visit, 200, "");
}

void
sign_link(struct visit *visit)
{
	const char *password = web_form_text(visit->form, "_password");
	struct people_words words = { "" };
	char name[PERSON_NAME_MAX + 1];
	struct person person;
	enum people_err err = PEOPLE_NOT_FOUND;

	if (strcmp(password, web_form_text(visit->form, "_again")) != 0) {
		link_show(visit, 422, "The two passwords are not the same.");
		return;
	}
	if (visit->site->people != NULL)
		err = people_link_use(visit->site->people, visit->parts[0],
		    password, name, &words);
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
