/*
 * me.c - see me.h.
 *
 * Whoever finds a browser open may use its session, but not take the name
 * over: the password is asked for again before it or the second factor changes.
 */
#include "portal/site/me.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "daemon/log.h"
#include "portal/site/qr.h"
#include "portal/site/sign.h"

#define ISSUER "Licensing%%20Portal" /* within a format */

static void
me_show(const struct visit *visit, unsigned status, const char *wrong)
{
	const struct person *person = &visit->session.person;

	visit_answer(visit, status, "me.html", "Your account",
	    json_pack("{s:s, s:s, s:s, s:s, s:b, s:i, s:s}", "who",
		person->name, "role", person->role, "account", person->account,
		"mail", person->mail, "has_totp", person->has_totp, "shortest",
		PASSWORD_MIN, "wrong", wrong));
}

void
me_page(struct visit *visit)
{
	me_show(visit, 200, "");
}

static void
denied_explain(enum people_err err, struct people_words *words)
{
	if (err == PEOPLE_DENIED)
		(void)strcpy(words->text, "the password or the code is wrong");
}

/* With what the form has as password and code. */
static enum people_err
prove_again(struct visit *visit, struct people_words *words)
{
	enum people_err err = sign_prove(visit, visit->session.person.name,
	    web_form_text(visit->form, "_old"), words);

	denied_explain(err, words);
	return err;
}

/* ---- Password -------------------------------------------------------- */

void
me_password(struct visit *visit)
{
	const char *name = visit->session.person.name;
	const char *password = web_form_text(visit->form, "_password");
	struct people_words words = { "" };
	struct sign_proof shown;
	enum people_err err;

	if (!sign_has(visit, visit->site->has_passwords))
		return;
	if (strcmp(password, web_form_text(visit->form, "_again")) != 0) {
		me_show(visit, 422, "The two passwords are not the same.");
		return;
	}
	sign_show_proof(
	    visit, name, web_form_text(visit->form, "_old"), &shown);
	err = people_password_change(
	    visit->site->people, &shown.proof, password, &words);
	sign_denied(visit, err);
	denied_explain(err, &words);
	/* Their sessions have ended, this one, too. */
	if (err == PEOPLE_OK)
		err = sign_begin(visit, name, &words);
	if (err != PEOPLE_OK) {
		me_show(visit, sign_status(err), words.text);
		return;
	}
	log_info("people", "%s changed their password", name);
	visit_done(visit, "/me");
}

/* ---- Second factor --------------------------------------------------- */

static void
factor_show(const struct visit *visit, unsigned status, const char *key,
    const char *wrong)
{
	char uri[512];
	char *image;

	(void)snprintf(uri, sizeof uri,
	    "otpauth://totp/" ISSUER ":%s?secret=%s&issuer=" ISSUER,
	    visit->session.person.name, key);
	image = qr_image(uri);
	visit_answer(visit, status, "factor.html", "Second factor",
	    json_pack("{s:s, s:s?, s:s}", "secret", key, "image", image,
		"wrong", wrong));
	OPENSSL_cleanse(uri, sizeof uri);
	free(image);
}

void
me_factor_start(struct visit *visit)
{
	struct people_words words = { "" };
	char key[TOTP_KEY_LEN + 1];
	enum people_err err;

	if (!sign_has(visit, visit->site->has_factors))
		return;
	err = prove_again(visit, &words);
	if (err == PEOPLE_OK)
		err = people_totp_start(visit->site->people,
		    visit->session.person.name, key, &words);
	if (err == PEOPLE_OK)
		factor_show(visit, 200, key, "");
	else
		me_show(visit, sign_status(err), words.text);
	OPENSSL_cleanse(key, sizeof key);
}

static bool
is_key(const char *text)
{
	return strlen(text) == TOTP_KEY_LEN &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == TOTP_KEY_LEN;
}

/* Their other sessions end: those who have them showed no code. */
static enum people_err
factor_confirm(struct visit *visit,
    char codes[RECOVERY_CODES][RECOVERY_LEN + 1], struct people_words *words)
{
	char *secret = visit_cookie(visit->request, SESSION_COOKIE);
	struct sign_proof shown;
	enum people_err err;

	sign_show_proof(visit, visit->session.person.name, "", &shown);
	err = people_totp_confirm(visit->site->people, &shown.proof,
	    secret != NULL ? secret : "", codes, words);
	sign_denied(visit, err);
	if (secret != NULL)
		OPENSSL_cleanse(secret, strlen(secret));
	free(secret);
	return err;
}

void
me_factor_confirm(struct visit *visit)
{
	const char *name = visit->session.person.name;
	const char *key = web_form_text(visit->form, "_secret");
	char codes[RECOVERY_CODES][RECOVERY_LEN + 1];
	struct people_words words = { "" };
	json_t *list;
	enum people_err err = factor_confirm(visit, codes, &words);

	if (err != PEOPLE_OK && is_key(key)) {
		factor_show(visit, sign_status(err), key, words.text);
		return;
	}
	if (err != PEOPLE_OK) {
		me_show(visit, sign_status(err), words.text);
		return;
	}
	log_info("people", "%s has a second factor", name);
	list = json_array();
	for (int i = 0; i < RECOVERY_CODES; i++)
		(void)json_array_append_new(list, json_string(codes[i]));
	OPENSSL_cleanse(codes, sizeof codes);
	visit_answer(visit, 200, "recovery.html", "Recovery codes",
	    json_pack("{s:o}", "codes", list));
}

void
me_factor_end(struct visit *visit)
{
	const char *name = visit->session.person.name;
	struct people_words words = { "" };
	enum people_err err;

	if (!sign_has(visit, visit->site->has_factors))
		return;
	err = prove_again(visit, &words);
	if (err == PEOPLE_OK)
		err = people_totp_end(visit->site->people, name, &words);
	if (err != PEOPLE_OK) {
		me_show(visit, sign_status(err), words.text);
		return;
	}
	log_info("people", "%s ended their second factor", name);
	visit_done(visit, "/me");
}

/* ---- Sessions -------------------------------------------------------- */

void
me_sessions_end(struct visit *visit)
{
	char *secret = visit_cookie(visit->request, SESSION_COOKIE);
	struct people_words words = { "no memory" };
	enum people_err err = PEOPLE_UNAVAILABLE;

	if (secret != NULL) {
		err = people_sessions_end(visit->site->people,
		    visit->session.person.name, secret, &words);
		OPENSSL_cleanse(secret, strlen(secret));
	}
	free(secret);
	if (err == PEOPLE_OK)
		visit_done(visit, "/me");
	else
		me_show(visit, sign_status(err), words.text);
}
