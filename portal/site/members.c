/* members.c - see members.h. */
#include "portal/site/members.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "daemon/log.h"
#include "portal/access.h"
#include "portal/api_read.h"
#include "portal/mail/mailer.h"
#include "portal/site/shape.h"
#include "portal/site/sign.h"
#include "web/outbox.h"

#define LINK_VALID_S (24 * 3600)

/* Room for "/people/" and a name, whose characters a path may have. */
#define PATH_SIZE (PERSON_NAME_MAX + 16)

static bool
asker_is_admin(const struct visit *visit)
{
	return visit->token.role == LC_ROLE_ADMIN;
}

static bool
is_admin(const struct person *person)
{
	return strcmp(person->role, lc_role_name(LC_ROLE_ADMIN)) == 0;
}

static bool
is_self(const struct visit *visit, const struct person *person)
{
	return strcmp(person->name, visit->session.person.name) == 0;
}

static json_t *
person_json(const struct person *person)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:I}", "who",
	    person->name, "account", person->account, "role", person->role,
	    "mail", person->mail, "stopped", person->is_stopped, "has_password",
	    person->has_password, "has_totp", person->has_totp, "seen",
	    (json_int_t)person->seen);
}

/* ---- All of them ----------------------------------------------------- */

static void
list_add(void *arg, const struct person *person)
{
	(void)json_array_append_new(arg, person_json(person));
}

/* To choose from. */
static void
accounts_add(const struct visit *visit, json_t *value)
{
	json_t *accounts;

	if (!asker_is_admin(visit))
		return;
	accounts = read_account_list(visit->site->portal);
	(void)json_object_update(value, accounts);
	json_decref(accounts);
	accounts_prepare(value, NULL);
}

static void
members_show(const struct visit *visit, unsigned status, const char *wrong)
{
	json_t *list = json_array();
	struct people_words words = { "" };
	enum people_err err = people_list(visit->site->people,
	    asker_is_admin(visit) ? NULL : visit->token.account, list_add, list,
	    &words);
	json_t *value = json_pack("{s:o, s:s}", "people", list, "wrong",
	    err == PEOPLE_OK ? wrong : words.text);

	accounts_add(visit, value);
	visit_answer(visit, err == PEOPLE_OK ? status : 503, "people.html",
	    "People", value);
}

void
members_page(struct visit *visit)
{
	members_show(visit, 200, "");
}

/* ---- Roles ----------------------------------------------------------- */

/* May the asker give this role in this account?  NULL, or why not. */
static const char *
role_wrong(
    const struct visit *visit, const char *role_name, const char *account)
{
	enum lc_role role;

	if (!lc_role_from_name(role_name, &role) || role == LC_ROLE_NONE)
		return "There is no such role.";
	if (role == LC_ROLE_ADMIN)
		return "\"licportald setup\" makes administrators, not the "
		       "portal.";
	if (lc_role_is_staff(role) && !asker_is_admin(visit))
		return "This role is for the staff of the portal.";
	if (lc_role_is_staff(role) && account[0] != '\0')
		return "A role of the staff has no account.";
	if (!lc_role_is_staff(role) && account[0] == '\0')
		return "This role needs an account.";
	if (account[0] != '\0' &&
	    !access_is_account(visit->site->portal, account))
		return "There is no such account.";
	return NULL;
}

static void
field_copy(const struct visit *visit, const char *field, char *to, size_t size)
{
	const char *text = web_form_text(visit->form, field);

	/* What is too long is refused as empty. */
	(void)snprintf(to, size, "%s", strlen(text) < size ? text : "");
}

void
members_add(struct visit *visit)
{
	struct person person = { .account = "" };
	struct people_words words = { "" };
	const char *wrong;
	char path[PATH_SIZE];
	enum people_err err;

	if (!visit_show(visit, &(struct view){ .template = "problem.html",
				   .title = "People" }) ||
	    !access_may_ask(visit->site->portal, visit->request, &visit->token))
		return;
	field_copy(visit, "name", person.name, sizeof person.name);
	field_copy(visit, "mail", person.mail, sizeof person.mail);
	field_copy(visit, "role", person.role, sizeof person.role);
	if (asker_is_admin(visit))
		field_copy(
		    visit, "account", person.account, sizeof person.account);
	else
		strcpy(person.account, visit->token.account);
	if ((wrong = role_wrong(visit, person.role, person.account)) != NULL) {
		members_show(visit, 422, wrong);
		return;
	}
	err = people_add(visit->site->people, &person, &words);
	/* Names are unique in the whole portal: nobody tries many of them. */
	if (err == PEOPLE_EXISTS)
		access_denied(
		    visit->site->portal, visit->request, &visit->token);
	if (err != PEOPLE_OK) {
		members_show(visit, sign_status(err), words.text);
		return;
	}
	log_info("people", "%s added %s with the role %s",
	    visit->session.person.name, person.name, person.role);
	(void)snprintf(path, sizeof path, "/people/%s", person.name);
	visit_done(visit, path);
}

/* ---- One of them ----------------------------------------------------- */

/* False: answered; another account's is not told from none. */
static bool
member_find(const struct visit *visit, struct person *person)
{
	struct people_words words = { "" };
	enum people_err err =
	    people_find(visit->site->people, visit->parts[0], person, &words);

	if (err == PEOPLE_OK &&
	    (asker_is_admin(visit) ||
		strcmp(person->account, visit->token.account) == 0))
		return true;
	if (err == PEOPLE_OK || err == PEOPLE_NOT_FOUND)
		visit_problem(visit, 404, "Nobody is here",
		    "There is no person of this name.");
	else
		visit_problem(visit, 503, "Not now", words.text);
	return false;
}

/* "is_account_admin_now": the one of the list that is chosen. */
static void
role_now_add(json_t *json, const char *role)
{
	char name[48];

	(void)snprintf(name, sizeof name, "is_%s_now", role);
	for (char *c = name; *c != '\0'; c++) {
		if (*c == '-')
			*c = '_';
	}
	(void)json_object_set_new(json, name, json_true());
}

static void
member_show(const struct visit *visit, unsigned status,
    const struct person *person, const char *wrong)
{
	json_t *json = person_json(person);

	(void)json_object_set_new(json, "wrong", json_string(wrong));
	(void)json_object_set_new(
	    json, "is_self", json_boolean(is_self(visit, person)));
	(void)json_object_set_new(
	    json, "is_an_admin", json_boolean(is_admin(person)));
	role_now_add(json, person->role);
	accounts_add(visit, json);
	visit_answer(visit, status, "person.html", person->name, json);
}

void
member_page(struct visit *visit)
{
	struct person person;

	if (member_find(visit, &person))
		member_show(visit, 200, &person, "");
}

/* For another person; of an administrator only stopping is changed. */
static const char *
change_take(const struct visit *visit, struct person *person)
{
	if (is_self(visit, person))
		return "Somebody else has to change what you may do.";
	person->is_stopped = web_form_text(visit->form, "stopped")[0] != '\0';
	if (is_admin(person))
		return NULL;
	field_copy(visit, "mail", person->mail, sizeof person->mail);
	field_copy(visit, "role", person->role, sizeof person->role);
	if (asker_is_admin(visit))
		field_copy(
		    visit, "account", person->account, sizeof person->account);
	return role_wrong(visit, person->role, person->account);
}

void
member_change(struct visit *visit)
{
	struct people_words words = { "" };
	struct person person, wanted;
	const char *wrong;
	char path[PATH_SIZE];
	enum people_err err;

	if (!member_find(visit, &person))
		return;
	wanted = person;
	if ((wrong = change_take(visit, &wanted)) != NULL) {
		member_show(visit, 422, &person, wrong);
		return;
	}
	err = people_change(visit->site->people, &wanted, &words);
	if (err != PEOPLE_OK) {
		member_show(visit, sign_status(err), &person, words.text);
		return;
	}
	log_info("people", "%s changed %s: role %s%s",
	    visit->session.person.name, wanted.name, wanted.role,
	    wanted.is_stopped ? ", may not sign in" : "");
	(void)snprintf(path, sizeof path, "/people/%s", person.name);
	visit_done(visit, path);
}

/* ---- When something was lost ----------------------------------------- */

/* May the asker help them in?  False: answered. */
static bool
member_may_help(const struct visit *visit, struct person *person)
{
	if (!member_find(visit, person))
		return false;
	if (!is_admin(person) || is_self(visit, person))
		return true;
	member_show(visit, 403, person,
	    "\"licportald setup\" does this for administrators, not the "
	    "portal.");
	return false;
}

/* Once a minute. */
static void
member_link_mail(struct visit *visit, const struct person *person)
{
	json_t *about = json_pack("{s:s}", "name", person->name);
	char *text = json_dumps(about, JSON_COMPACT);
	char reason[PERSON_NAME_MAX + 32], path[PATH_SIZE];
	struct people_words words = { "no memory" };
	enum people_err err = PEOPLE_UNAVAILABLE;

	(void)snprintf(reason, sizeof reason, "%s\n%lld", person->name,
	    (long long)(visit->site->portal->now() / 60));
	if (text != NULL)
		err = outbox_put(visit->site->people,
		    &(struct outbox_new){ MAIL_WELCOME, "", reason, text },
		    &words);
	json_decref(about);
	free(text);
	if (err != PEOPLE_OK) {
		member_show(visit, sign_status(err), person, words.text);
		return;
	}
	mailer_wake(visit->site->portal->mailer);
	log_info("people", "%s had a link sent to %s",
	    visit->session.person.name, person->name);
	(void)snprintf(path, sizeof path, "/people/%s", person->name);
	visit_done(visit, path);
}

void
member_link(struct visit *visit)
{
	char secret[PEOPLE_SECRET_LEN + 1] = "";
	struct people_words words = { "" };
	struct person person;
	enum people_err err;

	if (!sign_has(visit, visit->site->has_passwords) ||
	    !member_may_help(visit, &person))
		return;
	if (web_form_text(visit->form, "_mail")[0] != '\0' &&
	    visit->site->portal->mailer != NULL) {
		member_link_mail(visit, &person);
		return;
	}
	err = people_link(
	    visit->site->people, person.name, LINK_VALID_S, secret, &words);
	if (err != PEOPLE_OK) {
		member_show(visit, sign_status(err), &person, words.text);
		return;
	}
	log_info("people", "%s got a link for %s", visit->session.person.name,
	    person.name);
	visit_answer(visit, 200, "person-link.html", "A link to sign in",
	    json_pack("{s:s, s:s, s:s}", "who", person.name, "mail",
		person.mail, "secret", secret));
	OPENSSL_cleanse(secret, sizeof secret);
}

void
member_factor_end(struct visit *visit)
{
	struct people_words words = { "" };
	struct person person;
	char path[PATH_SIZE];
	enum people_err err = PEOPLE_INVALID;

	if (!member_may_help(visit, &person))
		return;
	/* For oneself it takes the password: see me.c. */
	if (is_self(visit, &person)) {
		visit_redirect(visit, "/me");
		return;
	}
	err = people_totp_end(visit->site->people, person.name, &words);
	if (err != PEOPLE_OK) {
		member_show(visit, sign_status(err), &person, words.text);
		return;
	}
	log_info("people", "%s ended the second factor of %s",
	    visit->session.person.name, person.name);
	(void)snprintf(path, sizeof path, "/people/%s", person.name);
	visit_done(visit, path);
}
