/*
 * by_mail.c - see by_mail.h.
 *
 * A mail is put before its request is made: it waits for the licenses of the
 * request, and is dropped if none come.
 */
#include "portal/site/by_mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "portal/access.h"
#include "portal/api_read.h"
#include "portal/api_write.h"
#include "portal/list.h"
#include "portal/mail/mailer.h"
#include "web/answer.h"
#include "web/mail.h"
#include "web/outbox.h"

#define AGAIN_S 3600 /* until the same licenses of a device go again */

static const char *
address_of(const struct visit *visit)
{
	return visit->form != NULL ? web_form_text(visit->form, "_mail") : "";
}

/* Whoever writes to others, again and again, has to wait. */
static void
others_count(const struct visit *visit)
{
	if (strcmp(address_of(visit), visit->session.person.mail) != 0)
		access_denied(
		    visit->site->portal, visit->request, &visit->token);
}

/* False: answered.  Takes over about. */
static bool
mail_put(const struct visit *visit, const char *reason, json_t *about)
{
	const struct outbox_new mail = {
		.kind = MAIL_LICENSES,
		.address = address_of(visit),
		.reason = reason,
		.about = json_dumps(about, JSON_COMPACT),
	};
	struct people_words words = { "no memory" };
	enum people_err err = PEOPLE_UNAVAILABLE;

	json_decref(about);
	others_count(visit);
	if (mail.about != NULL)
		err = outbox_put(visit->site->people, &mail, &words);
	free(mail.about);
	if (err == PEOPLE_OK)
		mailer_wake(visit->site->portal->mailer);
	else
		web_problem(
		    visit->request, 503, "unavailable", "%s", words.text);
	return err == PEOPLE_OK;
}

/* False: answered. */
static bool
address_check(const struct visit *visit)
{
	if (visit->site->portal->mailer != NULL &&
	    web_mail_is_address(address_of(visit)))
		return true;
	web_problem(visit->request, 422, "form",
	    visit->site->portal->mailer == NULL
		? "this portal sends no mails"
		: "this is not a mail address that the portal can write to");
	return false;
}

bool
by_mail_request(const struct visit *visit, const char *part)
{
	char id[WRITE_ID_SIZE];

	if (address_of(visit)[0] == '\0')
		return true;
	if (!address_check(visit))
		return false;
	/* Without a key the request is refused anyway. */
	return !write_request_id(&visit->token, part,
		   web_form_text(visit->form, "_key"), id) ||
	       mail_put(visit, id, json_pack("{s:s}", "request", id));
}

void
by_mail_device(struct visit *visit)
{
	struct portal *portal = visit->site->portal;
	const char *udi = web_form_text(visit->form, "udi");
	char *reason = NULL;

	if (!visit_show(visit, &(struct view){ .template = "problem.html",
				   .title = "Send again" }) ||
	    !access_may_ask(portal, visit->request, &visit->token) ||
	    !address_check(visit) ||
	    !list_device_check(portal, visit->request, &visit->token, udi))
		return;
	if (read_license_count(portal, udi) == 0) {
		web_problem(visit->request, 404, "not-found",
		    "no license of %s is current", udi);
		return;
	}
	if (asprintf(&reason, "%s\n%lld", udi,
		(long long)(portal->now() / AGAIN_S)) < 0)
		reason = NULL;
	if (mail_put(visit, reason != NULL ? reason : udi,
		json_pack("{s:s}", "udi", udi))) {
		web_set_show(visit->request, NULL, NULL);
		visit_answer(visit, 200, "mailed.html", "Send again",
		    json_pack("{s:s, s:s}", "udi", udi, "address",
			address_of(visit)));
	}
	free(reason);
}
