/* visit.c - the requests of a visit to the portal, and its end. */
#include "visit.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "jobs/protocol.h"
#include "log.h"

#define TRIES 4        /* of a request, before it is given up */
#define RETRY_MAX_S 60 /* the longest that we wait by ourselves */

static void ask_nonce(struct visit *);

const char *
visit_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

const char *
visit_url(const struct callhome *home)
{
	const char *url = kept_url(&home->kept);

	return url != NULL ? url : home->conf->url;
}

/* ---- The end ---- */

static const char *
kind_name(const struct visit *v)
{
	switch (v->kind) {
	case CALLHOME_PAK:
		return "look-up of a PAK";
	case CALLHOME_INSTALL:
		return "install";
	case CALLHOME_RESEND:
		return "resend";
	case CALLHOME_MOVABLE:
		return "list of movable licenses";
	case CALLHOME_REVOKE:
		return "revoke";
	case CALLHOME_REPORT:
		return "report";
	case CALLHOME_IMPORT:
		return "import";
	}
	return "";
}

static bool
is_contact(const struct visit *v)
{
	return !v->offline && v->kind != CALLHOME_IMPORT &&
	       strcmp(v->outcome.code != NULL ? v->outcome.code : "",
		   "not-configured") != 0;
}

/* A failure to record is told by the core. */
static void
record(struct visit *v)
{
	const char *code = v->outcome.code;

	if (is_contact(v))
		(void)kept_set_last(&v->home->kept,
		    json_pack("{s:I, s:s, s:s, s:s}", "at",
			(json_int_t)lc_clock_now_s(v->home->core), "kind",
			kind_name(v), "code", code != NULL ? code : "core",
			"text", v->outcome.why));
}

/* The portal found something suspicious. */
static void
log_notice(const struct visit *v)
{
	const char *notice = visit_text(v->answer, "notice");
	char words[MESSAGE_WHY_MAX];

	message_words(notice, words, sizeof words);
	if (words[0] != '\0')
		log_warn("call-home", "%s for %s: the portal says: %s",
		    kind_name(v), visit_text(v->asked, "udi"), words);
}

static void
log_end(const struct visit *v)
{
	const char *udi = visit_text(v->asked, "udi"), *code = v->outcome.code;
	const char *id = v->outcome.id;
	bool waits = id[0] != '\0' && kept_find_id(&v->home->kept, id) != NULL;

	if (code == NULL || code[0] != '\0')
		log_warn("call-home", "%s for %s by %s: %s%s", kind_name(v),
		    udi, v->by, v->outcome.why,
		    waits ? "; the same command goes on with it" : "");
	else
		log_info("call-home", "%s for %s by %s: %s%s%s%s%s",
		    kind_name(v), udi, v->by,
		    v->offline ? "request written" : "answered",
		    v->name != NULL ? ", written to " : "",
		    v->name != NULL ? v->name : "",
		    id[0] != '\0' ? "; request " : "", id);
}

static void
tell_end(void *arg)
{
	struct visit *v = arg;

	log_end(v);
	log_notice(v);
	if (v->over != NULL)
		v->over(v->arg, &v->outcome);
	v->home->visited(v);
}

static void
finish(struct visit *v, const char *code, enum lc_err err)
{
	v->outcome.code = code;
	v->outcome.err = err;
	v->outcome.why = v->why;
	v->outcome.id = v->row != NULL ? visit_text(v->row, "id") : "";
	v->outcome.answer = v->answer;
	v->outcome.name = v->name;
	record(v);
	loop_defer(v->home->loop, &v->end);
}

void
visit_succeed(struct visit *v)
{
	v->why[0] = '\0';
	finish(v, "", LC_OK);
}

void
visit_fail(struct visit *v, const char *code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(v->why, sizeof v->why, format, args);
	va_end(args);
	finish(v, code, LC_OK);
}

void
visit_fail_core(struct visit *v, enum lc_err err, const char *why)
{
	snprintf(v->why, sizeof v->why, "%s",
	    why[0] != '\0' ? why : lc_strerror(err));
	finish(v, NULL, err);
}

void
visit_forget(struct visit *v)
{
	if (v->row != NULL)
		(void)kept_remove(&v->home->kept, visit_text(v->row, "id"));
}

/* ---- Requests ---- */

static void
on_progress(void *arg, uint64_t done, uint64_t total)
{
	(void)arg;
	(void)done;
	(void)total;
}

static void
fail_transfer(struct visit *v, enum transfer_result result, const char *why)
{
	char words[MESSAGE_WHY_MAX];

	message_words(why, words, sizeof words);
	switch (result) {
	case TRANSFER_UNTRUSTED:
		visit_fail(
		    v, "certificate", "%s: %s", visit_url(v->home), words);
		break;
	case TRANSFER_TOO_LARGE:
		visit_fail(v, "bad-answer", "%s: the answer is %s",
		    visit_url(v->home), words);
		break;
	case TRANSFER_FAILED:
		visit_fail(
		    v, "unreachable", "cannot ask the portal: %s", words);
		break;
	case TRANSFER_DONE:
	case TRANSFER_NO_SERVER:
	case TRANSFER_REFUSED:
		visit_fail(v, "unreachable", "cannot reach %s: %s",
		    visit_url(v->home), words);
		break;
	}
}

static void
on_retry(void *arg)
{
	ask_nonce(arg);
}

/* Nothing was decided: it is asked again, with a new nonce. */
static void
retry(struct visit *v, uint32_t after_s)
{
	log_info("call-home", "%s for %s by %s: not now; asking again in %u s",
	    kind_name(v), visit_text(v->asked, "udi"), v->by, after_s);
	v->retry = (struct timer){ .expired = on_retry, .arg = v };
	loop_timer_set(v->home->loop, &v->retry, (int64_t)after_s * 1000);
}

static bool
is_undecided(uint32_t status)
{
	return status < 400 || status > 499 || status == 401 || status == 408 ||
	       status == 425 || status == 428 || status == 429;
}

static void
fail_status(struct visit *v, uint32_t status, uint32_t after_s,
    const void *body, size_t len)
{
	char words[MESSAGE_WHY_MAX];
	bool later = status == 429 || status == 503;

	if (++v->tries < TRIES && v->kind != CALLHOME_PAK &&
	    (status == 428 ||
		(later && after_s > 0 && after_s <= RETRY_MAX_S))) {
		retry(v, status == 428 ? 0 : after_s);
		return;
	}
	message_problem(body, len, status, words);
	if (!is_undecided(status))
		visit_forget(v);
	if (later && after_s > 0)
		visit_fail(v, "busy", "%s; try again in %u s", words, after_s);
	else if (later)
		visit_fail(v, "busy", "%s", words);
	else if (status < 400)
		visit_fail(v, "bad-answer", "server status %u", status);
	else if (!is_undecided(status) && v->ticket != NULL)
		visit_fail(v, "refused",
		    "%s; the licenses are revoked: \"license revoke last\" "
		    "writes the ticket that proves it",
		    words);
	else
		visit_fail(v, "refused", "%s", words);
}

static void
on_transferred(void *arg, enum transfer_result result, const char *why)
{
	struct visit *v = arg;
	uint8_t *body = NULL;
	uint32_t status, after_s;
	size_t len = 0;

	status = transfer_status(v->transfer, &after_s);
	if (result != TRANSFER_DONE)
		fail_transfer(v, result, why);
	else if (!transfer_take(v->transfer, &body, &len))
		fail_transfer(v, TRANSFER_FAILED, strerror(errno));
	else if (status != 200 && status != 201)
		fail_status(v, status, after_s, body, len);
	else
		v->transferred(v, body, len);
	free(body);
}

static void
fill_order(const struct visit *v, const struct portal_address *portal,
    const char *path, struct transfer_order *order)
{
	const struct callhome_conf *conf = v->home->conf;
	struct transfer_request *request = &order->request;
	struct portal_address proxy;
	const char *why;

	transfer_order_request(order, v->home->transfer);
	snprintf(request->url, sizeof request->url, "%.*s/api/v1/%s",
	    portal->len, visit_url(v->home), path);
	request->port = portal->port;
	if (conf->proxy != NULL && address_proxy(conf->proxy, &proxy, &why)) {
		snprintf(request->proxy, sizeof request->proxy, "%.*s",
		    proxy.len, conf->proxy);
		request->port = proxy.port;
	}
	snprintf(request->ca_file, sizeof request->ca_file, "%s",
	    conf->ca_file != NULL ? conf->ca_file : "");
	snprintf(request->token, sizeof request->token, "%s",
	    conf->token != NULL ? conf->token : "");
}

void
visit_ask(struct visit *v, const char *path, const char *id, const char *body,
    void (*transferred)(struct visit *, const void *, size_t))
{
	const struct transfer_events events = { on_progress, on_transferred,
		v };
	struct transfer_order order;
	struct portal_address portal;
	const char *wrong;
	char why[PATH_MAX + 64];

	/* It may have been taken away meanwhile. */
	if (visit_url(v->home) == NULL ||
	    !address_portal(visit_url(v->home), &portal, &wrong)) {
		visit_fail(
		    v, "not-configured", "no URL of a portal is configured");
		return;
	}
	fill_order(v, &portal, path, &order);
	order.request.post = id != NULL;
	snprintf(order.request.id, sizeof order.request.id, "%s",
	    id != NULL ? id : "");
	transfer_free(v->transfer);
	v->transferred = transferred;
	v->transfer = transfer_new(v->home->loop, &order, body, strlen(body),
	    &events, why, sizeof why);
	explicit_bzero(&order, sizeof order);
	if (v->transfer == NULL)
		fail_transfer(v, TRANSFER_FAILED, why);
}

/* ---- Jobs of the core ---- */

void
visit_run_job(struct visit *v, enum job_kind kind, char *data, size_t len,
    void (*report)(void *, const struct lc_action *, enum fail_cause,
	enum lc_err, const char *),
    void (*over)(void *, struct job *))
{
	v->job = (struct job){ .kind = kind,
		.device = v->device,
		.in = { .protocol = PROTOCOL_LOCAL },
		.out = { .protocol = PROTOCOL_LOCAL },
		.accept_eula = v->accept_eula,
		.by = v->by,
		.number = v->number,
		.report = report,
		.over = over,
		.arg = v,
		.data = (uint8_t *)data,
		.len = len };
	jobs_add(v->home->jobs, &v->job);
}

void
visit_take_output(struct visit *v, char **out, const struct lc_action *action,
    enum fail_cause cause, enum lc_err err, const char *why)
{
	const char *text;
	size_t len;

	free(*out);
	*out = NULL;
	v->outcome.err = err;
	snprintf(v->why, sizeof v->why, "%s", why);
	if (cause != CAUSE_NONE || action == NULL)
		return;
	text = lc_action_output(action, &len);
	*out = text != NULL ? strndup(text, len) : NULL;
	if (*out == NULL)
		v->outcome.err = LC_ENOMEM;
}

void
visit_fail_job(struct visit *v)
{
	char why[sizeof v->why];

	memcpy(why, v->why, sizeof why);
	visit_fail_core(v, v->outcome.err, why);
}

/* ---- A request that is signed and sent, or written ---- */

static void
read_answer(struct visit *v, const void *body, size_t len)
{
	const json_t *own =
	    v->ticket != NULL ? json_object_get(v->row, "rehost") : v->row;
	char why[MESSAGE_WHY_MAX];

	json_decref(v->answer);
	v->answer = message_answer(body, len, visit_text(own, "id"), v->message,
	    visit_text(v->row, "udi"), why);
	if (v->answer == NULL)
		visit_fail(v, "bad-answer", "%s: %s", visit_url(v->home), why);
}

static void
on_answer(struct visit *v, const void *body, size_t len)
{
	read_answer(v, body, len);
	if (v->answer != NULL)
		v->answered(v);
}

static void
post(struct visit *v)
{
	char *envelope = message_envelope(v->request, v->credentials, v->nonce);
	const json_t *own =
	    v->ticket != NULL ? json_object_get(v->row, "rehost") : v->row;

	if (envelope == NULL)
		visit_fail_core(v, LC_ENOMEM, "");
	else if (v->offline)
		v->written(v, envelope);
	else
		visit_ask(
		    v, "requests", visit_text(own, "id"), envelope, on_answer);
	free(envelope);
}

static void
on_credentials(void *arg, const struct lc_action *action, enum fail_cause cause,
    enum lc_err err, const char *why)
{
	struct visit *v = arg;

	visit_take_output(v, &v->credentials, action, cause, err, why);
}

static void
on_signed(void *arg, struct job *job)
{
	struct visit *v = arg;

	job_clear(job);
	if (v->credentials == NULL)
		visit_fail_job(v);
	else
		post(v);
}

/* The nonce of the credentials is made of the portal's and the request. */
static void
sign(struct visit *v)
{
	char *bound = NULL;
	int len;

	free(v->request);
	v->request = message_request(v->row, v->message, v->ticket);
	len = v->request != NULL
		  ? asprintf(&bound, "%s.%s", v->nonce, v->request)
		  : -1;
	if (len < 0)
		visit_fail_core(v, LC_ENOMEM, "");
	else
		visit_run_job(v, JOB_EXPORT_CREDENTIALS, bound, (size_t)len,
		    on_credentials, on_signed);
}

static void
on_nonce(struct visit *v, const void *body, size_t len)
{
	if (message_nonce(body, len, v->nonce))
		sign(v);
	else
		visit_fail(v, "bad-answer", "%s: the answer has no nonce",
		    visit_url(v->home));
}

static void
ask_nonce(struct visit *v)
{
	visit_ask(v, "nonce", NULL, "", on_nonce);
}

void
visit_submit(struct visit *v, const char *message)
{
	v->message = message;
	v->nonce[0] = '\0';
	if (v->offline)
		sign(v);
	else
		ask_nonce(v);
}

/* ---- Its life ---- */

struct visit *
visit_new(struct callhome *home)
{
	struct visit *v = calloc(1, sizeof *v);

	if (v == NULL)
		return NULL;
	v->home = home;
	v->end = (struct task){ .run = tell_end, .arg = v };
	return v;
}

void
visit_free(struct visit *v)
{
	if (v == NULL)
		return;
	transfer_free(v->transfer);
	loop_timer_clear(v->home->loop, &v->retry);
	loop_undefer(v->home->loop, &v->end);
	job_clear(&v->job);
	json_decref(v->asked);
	json_decref(v->row);
	json_decref(v->answer);
	free(v->output);
	free(v->input);
	free(v->pak);
	free(v->ticket);
	free(v->request);
	free(v->credentials);
	free(v->name);
	free(v);
}
