/*
 * op_webhook.c - where events go.  Those who may are asked by the portal; it
 * takes a webhook, and says how far it got, by itself.
 */
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "array.h"
#include "base/error.h"
#include "base/text.h"
#include "op_args.h"
#include "op_call.h"
#include "record/authority.h"
#include "record/webhook.h"
#include "report/events.h"
#include "words.h"

struct creating {
	const char *url;
	const json_t *events;
};

#define OF(field) .at = offsetof(struct creating, field)
static const struct arg create_args[] = {
	{ "url", ARG_TEXT, OF(url), .required = true, .min = 9,
	    .max = LC_WEBHOOK_URL_MAX },
	{ "events", ARG_TEXTS, OF(events), .min = 1, .max = 6 },
};
#undef OF

/* No names or passwords of users: they would be shown. */
static bool
is_url(const char *url)
{
	size_t host = strcspn(url + 8, "/?#");

	return strncmp(url, "https://", 8) == 0 && host > 0 &&
	       memchr(url + 8, '@', host) == NULL && strpbrk(url, " #") == NULL;
}

static bool
is_type(const char *name)
{
	for (size_t i = 0; lc_log_event_types[i][0] != '\0'; i++) {
		if (strcmp(lc_log_event_types[i], name) == 0)
			return true;
	}
	return false;
}

static enum lc_err
hook_take(
    const struct creating *c, struct lc_webhook *hook, struct lc_detail *detail)
{
	size_t len = 0;

	if (!is_url(c->url))
		return lc_fail(detail, LC_EINVAL,
		    "\"url\" must begin with https://, and have no user and "
		    "no fragment");
	(void)snprintf(hook->url, sizeof hook->url, "%s", c->url);
	for (size_t i = 0; i < json_array_size(c->events); i++) {
		const char *name =
		    json_string_value(json_array_get(c->events, i));

		if (!is_type(name))
			return lc_fail(detail, LC_EINVAL,
			    "\"events\": there are no events \"%s\"", name);
		len += (size_t)snprintf(hook->events + len,
		    sizeof hook->events - len, "%s%s", i > 0 ? " " : "", name);
	}
	return LC_OK;
}

enum lc_err
op_webhook_create(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	struct creating c = { .url = NULL };
	struct lc_webhook hook = { .events = "" };
	char secret[LC_WEBHOOK_SECRET + 8];
	enum lc_err err = args_read(
	    create_args, NITEMS(create_args), asked->body, &c, detail);

	(void)snprintf(hook.account, sizeof hook.account, "%s", asked->account);
	if (err != LC_OK || (err = hook_take(&c, &hook, detail)) != LC_OK ||
	    (err = lc_webhook_put(authority->record, &hook)) != LC_OK)
		return err;
	(void)snprintf(secret, sizeof secret, "whsec_%s", hook.secret);
	answer->body = json_pack("{s:s, s:s, s:s, s:o, s:s}", "id", hook.id,
	    "url", hook.url, "account", hook.account, "events",
	    words_json(hook.events), "secret", secret);
	answer->secret = "secret";
	OPENSSL_cleanse(secret, sizeof secret);
	OPENSSL_cleanse(&hook, sizeof hook);
	return answer->body != NULL ? LC_OK : LC_ENOMEM;
}

enum lc_err
op_webhook_remove(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	enum lc_err err = args_read(NULL, 0, asked->body, NULL, detail);

	if (err != LC_OK ||
	    (err = lc_webhook_remove(authority->record, asked->part,
		 asked->account[0] != '\0' ? asked->account : NULL)) != LC_OK)
		return err;
	answer->body = json_pack("{s:s}", "id", asked->part);
	return answer->body != NULL ? LC_OK : LC_ENOMEM;
}

/* ---- The portal's own ------------------------------------------------ */

static int64_t
number_of(const json_t *body, const char *name)
{
	return json_integer_value(json_object_get(body, name));
}

static const char *
text_of(const json_t *body, const char *name)
{
	const char *text = json_string_value(json_object_get(body, name));

	return text != NULL ? text : "";
}

enum lc_err
op_webhook_lease(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	enum lc_err err = lc_webhook_lease(authority->record, asked->part,
	    text_of(asked->body, "lessee"),
	    asked->at + number_of(asked->body, "seconds"));

	(void)detail;
	if (err == LC_OK && (answer->body = json_object()) == NULL)
		err = LC_ENOMEM;
	return err;
}

enum lc_err
op_webhook_return(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	const json_t *body = asked->body;
	struct lc_webhook hook = {
		.seen = number_of(body, "seen"),
		.ends = number_of(body, "ends"),
		.ends_n = number_of(body, "ends_n"),
		.failing = number_of(body, "failing"),
		.tries = number_of(body, "tries"),
		.due = number_of(body, "due"),
	};
	enum lc_err err;

	(void)detail;
	(void)snprintf(hook.id, sizeof hook.id, "%s", asked->part);
	(void)snprintf(
	    hook.says, sizeof hook.says, "%s", text_of(body, "says"));
	(void)snprintf(
	    hook.stopped, sizeof hook.stopped, "%s", text_of(body, "stopped"));
	err = lc_webhook_return(
	    authority->record, &hook, text_of(body, "lessee"));
	if (err == LC_OK && (answer->body = json_object()) == NULL)
		err = LC_ENOMEM;
	return err;
}
