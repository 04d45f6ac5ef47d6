/* recover.c - see recover.h. */
#include "portal/site/recover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "portal/access.h"
#include "portal/mail/mailer.h"
#include "web/outbox.h"

#define EACH_S 900 /* a person gets one mail in this time */

static bool
is_offered(const struct visit *visit)
{
	return visit->site->portal->mailer != NULL &&
	       visit->site->has_passwords;
}

static void
recover_show(struct visit *visit, bool asked)
{
	visit_answer(visit, 200, "recover.html", "A new password",
	    json_pack(
		"{s:b, s:b}", "offered", is_offered(visit), "asked", asked));
}

void
recover_page(struct visit *visit)
{
	recover_show(visit, false);
}

static enum people_err
mail_put(
    const struct visit *visit, const char *name, struct people_words *words)
{
	json_t *about = json_pack("{s:s}", "name", name);
	struct outbox_new mail = {
		.kind = MAIL_PASSWORD,
		.address = "",
		.about = json_dumps(about, JSON_COMPACT),
	};
	char reason[PERSON_NAME_MAX + 32];
	enum people_err err = PEOPLE_UNAVAILABLE;

	(void)snprintf(reason, sizeof reason, "%s\n%lld", name,
	    (long long)(visit->site->portal->now() / EACH_S));
	mail.reason = reason;
	json_decref(about);
	if (mail.about != NULL)
		err = outbox_put(visit->site->people, &mail, words);
	free(mail.about);
	if (err == PEOPLE_OK)
		mailer_wake(visit->site->portal->mailer);
	return err;
}

void
recover(struct visit *visit)
{
	const char *name = web_form_text(visit->form, "name");
	struct portal *portal = visit->site->portal;
	struct people_words words = { "no memory" };
	enum people_err err = PEOPLE_OK;

	if (!is_offered(visit)) {
		recover_show(visit, false);
		return;
	}
	if (!visit_show(visit, &(struct view){ .template = "problem.html",
				   .title = "A new password" }) ||
	    !access_may_ask(portal, visit->request, &visit->token))
		return;
	web_set_show(visit->request, NULL, NULL);
	access_denied(portal, visit->request, &visit->token);
	if (name[0] != '\0' && strlen(name) <= PERSON_NAME_MAX)
		err = mail_put(visit, name, &words);
	if (err == PEOPLE_OK)
		recover_show(visit, true);
	else
		visit_problem(visit, 503, "Not now", words.text);
}
