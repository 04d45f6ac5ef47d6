/* visit.c - one thing that is asked of the portal, step by step. */
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

#define TRIES 4          /* of a request, before it is given up */
#define RETRY_MAX_S 60   /* the longest that we wait by ourselves */
#define RESEND_MAX_S 600 /* how long an id of a resend is used again */
#define DEFAULT_NAME_MAX 512

static void ask_nonce(struct visit *);
static void write_file(struct visit *, const char *data);

static const char *
text_of(const json_t *object, const char *key)
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
	const char *notice = text_of(v->answer, "notice");
	char words[MESSAGE_WHY_MAX];

	message_words(notice, words, sizeof words);
	if (words[0] != '\0')
		log_warn("call-home", "%s for %s: the portal says: %s",
		    kind_name(v), text_of(v->asked, "udi"), words);
}

static void
log_end(const struct visit *v)
{
	const char *udi = text_of(v->asked, "udi"), *code = v->outcome.code;
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
	v->outcome.id = v->row != NULL ? text_of(v->row, "id") : "";
	v->outcome.answer = v->answer;
	v->outcome.name = v->name;
	record(v);
	loop_defer(v->home->loop, &v->end);
}

static void
succeed(struct visit *v)
{
	v->why[0] = '\0';
	finish(v, "", LC_OK);
}

static void fail(struct visit *, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void
fail(struct visit *v, const char *code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(v->why, sizeof v->why, format, args);
	va_end(args);
	finish(v, code, LC_OK);
}

static void
fail_core(struct visit *v, enum lc_err err, const char *why)
{
	snprintf(v->why, sizeof v->why, "%s",
	    why[0] != '\0' ? why : lc_strerror(err));
	finish(v, NULL, err);
}

/* The id is not used again. */
static void
forget(struct visit *v)
{
	if (v->row != NULL)
		(void)kept_remove(&v->home->kept, text_of(v->row, "id"));
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
		fail(v, "certificate", "%s: %s", visit_url(v->home), words);
		break;
	case TRANSFER_TOO_LARGE:
		fail(v, "bad-answer", "%s: the answer is %s",
		    visit_url(v->home), words);
		break;
	case TRANSFER_FAILED:
		fail(v, "unreachable", "cannot ask the portal: %s", words);
		break;
	case TRANSFER_DONE:
	case TRANSFER_NO_SERVER:
	case TRANSFER_REFUSED:
		fail(v, "unreachable", "cannot reach %s: %s",
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
	    kind_name(v), text_of(v->asked, "udi"), v->by, after_s);
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
		forget(v);
	if (later && after_s > 0)
		fail(v, "busy", "%s; try again in %u s", words, after_s);
	else if (later)
		fail(v, "busy", "%s", words);
	else if (status < 400)
		fail(v, "bad-answer", "server status %u", status);
	else if (!is_undecided(status) && v->ticket != NULL)
		fail(v, "refused",
		    "%s; the licenses are revoked: \"license revoke last\" "
		    "writes the ticket that proves it",
		    words);
	else
		fail(v, "refused", "%s", words);
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

/* id: of a request that is sent; NULL: something is read. */
static void
send_request(struct visit *v, const char *path, const char *id,
    const char *body, void (*transferred)(struct visit *, const void *, size_t))
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
		fail(v, "not-configured", "no URL of a portal is configured");
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

static void
begin_job(struct visit *v, enum job_kind kind, char *data, size_t len,
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

/* What came out of a job, or why nothing did. */
static void
take_output(struct visit *v, char **out, const struct lc_action *action,
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

static void
fail_job(struct visit *v)
{
	char why[sizeof v->why];

	memcpy(why, v->why, sizeof why);
	fail_core(v, v->outcome.err, why);
}

/* ---- A request that is signed and sent, or written ---- */

static void
read_answer(struct visit *v, const void *body, size_t len)
{
	const json_t *own =
	    v->ticket != NULL ? json_object_get(v->row, "rehost") : v->row;
	char why[MESSAGE_WHY_MAX];

	json_decref(v->answer);
	v->answer = message_answer(body, len, text_of(own, "id"), v->message,
	    text_of(v->row, "udi"), why);
	if (v->answer == NULL)
		fail(v, "bad-answer", "%s: %s", visit_url(v->home), why);
}

static void answered(struct visit *);

static void
on_answer(struct visit *v, const void *body, size_t len)
{
	read_answer(v, body, len);
	if (v->answer != NULL)
		answered(v);
}

static void
post(struct visit *v)
{
	char *envelope = message_envelope(v->request, v->credentials, v->nonce);
	const json_t *own =
	    v->ticket != NULL ? json_object_get(v->row, "rehost") : v->row;

	if (envelope == NULL)
		fail_core(v, LC_ENOMEM, "");
	else if (v->offline)
		write_file(v, envelope);
	else
		send_request(
		    v, "requests", text_of(own, "id"), envelope, on_answer);
	free(envelope);
}

static void
on_credentials(void *arg, const struct lc_action *action, enum fail_cause cause,
    enum lc_err err, const char *why)
{
	struct visit *v = arg;

	take_output(v, &v->credentials, action, cause, err, why);
}

static void
on_signed(void *arg, struct job *job)
{
	struct visit *v = arg;

	job_clear(job);
	if (v->credentials == NULL)
		fail_job(v);
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
		fail_core(v, LC_ENOMEM, "");
	else
		begin_job(v, JOB_EXPORT_CREDENTIALS, bound, (size_t)len,
		    on_credentials, on_signed);
}

static void
on_nonce(struct visit *v, const void *body, size_t len)
{
	if (message_nonce(body, len, v->nonce))
		sign(v);
	else
		fail(v, "bad-answer", "%s: the answer has no nonce",
		    visit_url(v->home));
}

static void
ask_nonce(struct visit *v)
{
	send_request(v, "nonce", NULL, "", on_nonce);
}

static void
submit(struct visit *v, const char *message)
{
	v->message = message;
	v->nonce[0] = '\0';
	if (v->offline)
		sign(v);
	else
		ask_nonce(v);
}

/* ---- Files ---- */

/* "flash:LIC1921-K9-LAB00000002.lic" */
static bool
default_name(const struct visit *v, char name[DEFAULT_NAME_MAX])
{
	const struct files *files = jobs_files(v->home->jobs);
	const char *to = text_of(v->asked, "to");
	size_t at;

	if (files->n == 0 || to[0] == '\0')
		return false;
	snprintf(
	    name, DEFAULT_NAME_MAX, "%s%s.lic", files->prefixes[0].prefix, to);
	for (at = strlen(files->prefixes[0].prefix); name[at] != '\0'; at++)
		if (name[at] == '/' || name[at] == ':' || name[at] == '\\' ||
		    (name[at] == '.' && name[at + 1] == '.'))
			name[at] = '-';
	return true;
}

/* Where what is for another device goes.  False: the visit has failed. */
static bool
name_output(struct visit *v)
{
	char name[DEFAULT_NAME_MAX];

	if (v->output == NULL && default_name(v, name))
		v->output = strdup(name);
	if (v->output != NULL)
		return true;
	fail(v, "invalid", "name the file to write");
	return false;
}

/* Before anything is asked: what was asked for may be spent. */
static bool
may_write(struct visit *v)
{
	if (v->output == NULL || v->overwrite ||
	    !file_exists(jobs_files(v->home->jobs), v->output))
		return true;
	fail(v, "file-exists", "%s: file exists", v->output);
	return false;
}

static void
write_file(struct visit *v, const char *data)
{
	struct file_target target = { 0 };
	char why[256];

	if (!file_create(&target, jobs_files(v->home->jobs), v->output,
		strlen(data), why, sizeof why) ||
	    !file_finish(&target, data, strlen(data), why, sizeof why)) {
		fail(v, "no-file", "%s: %s", v->output, why);
		return;
	}
	if ((v->name = strdup(v->output)) == NULL)
		fail_core(v, LC_ENOMEM, "");
	else
		succeed(v);
}

/* A license file for somebody else: nothing of the request is left to do. */
static void
write_licenses(struct visit *v)
{
	if (!name_output(v) || (v->kind == CALLHOME_IMPORT && !may_write(v)))
		return;
	write_file(v, text_of(v->answer, "file"));
	if (v->name != NULL)
		forget(v);
}

/* ---- To another device ---- */

/* What the core refuses for good is not asked for again. */
static void
fail_ticket(struct visit *v)
{
	if (v->outcome.err != LC_EIO && v->outcome.err != LC_ENOMEM)
		forget(v);
	fail_job(v);
}

static void
on_processed(void *arg, struct job *job)
{
	struct visit *v = arg;
	const char *id = text_of(v->row, "id");
	enum lc_err err = LC_OK;

	job_clear(job);
	if (v->ticket == NULL) {
		fail_ticket(v);
		return;
	}
	if (json_object_get(v->row, "rehost") == NULL &&
	    (err = kept_add_rehost(&v->home->kept, id)) == LC_OK) {
		json_t *row = json_deep_copy(kept_find_id(&v->home->kept, id));

		json_decref(v->row);
		v->row = row;
	}
	if (err != LC_OK || v->row == NULL)
		fail_core(v, err != LC_OK ? err : LC_ENOMEM, "");
	else
		submit(v, "rehost");
}

static void
on_ticket(void *arg, const struct lc_action *action, enum fail_cause cause,
    enum lc_err err, const char *why)
{
	struct visit *v = arg;

	take_output(v, &v->ticket, action, cause, err, why);
}

/* The licenses are given up here; the core keeps the proof. */
static void
process_ticket(struct visit *v)
{
	char *ticket = strdup(text_of(v->answer, "file"));

	if (ticket == NULL)
		fail_core(v, LC_ENOMEM, "");
	else
		begin_job(v, JOB_PROCESS_TICKET, ticket, strlen(ticket),
		    on_ticket, on_processed);
}

static void
answered(struct visit *v)
{
	const char *message = text_of(v->answer, "kind");

	if (strcmp(message, "permit") == 0)
		process_ticket(v);
	else if (strcmp(message, "rehost") == 0)
		write_licenses(v);
	else if (v->kind == CALLHOME_RESEND && v->output != NULL) {
		write_file(v, text_of(v->answer, "file"));
		if (v->name != NULL)
			forget(v);
	} else
		succeed(v);
}

/* ---- The beginning ---- */

/* An old answer to a resend would lack what came since. */
static bool
is_stale(const struct visit *v, const json_t *row)
{
	int64_t age = lc_clock_now_s(v->home->core) -
		      json_integer_value(json_object_get(row, "at"));

	return v->kind == CALLHOME_RESEND && (age < 0 || age > RESEND_MAX_S);
}

/* Two transfers at a time would cross: the second ticket ends the first. */
static const json_t *
other_transfer(const struct visit *v)
{
	const json_t *row;
	size_t i;

	json_array_foreach(kept_pending(&v->home->kept), i, row)
	{
		if (v->kind == CALLHOME_REVOKE &&
		    strcmp(text_of(row, "kind"), "revoke") == 0 &&
		    strcmp(text_of(row, "udi"), text_of(v->asked, "udi")) ==
			0 &&
		    strcmp(text_of(row, "to"), text_of(v->asked, "to")) != 0)
			return row;
	}
	return NULL;
}

/* With the id that it has, or a new one that is on disk. */
static bool
take_row(struct visit *v)
{
	struct kept *kept = &v->home->kept;
	const json_t *row = kept_find(kept, v->asked);
	enum lc_err err = LC_OK;

	if (row != NULL && is_stale(v, row)) {
		err = kept_remove(kept, text_of(row, "id"));
		row = NULL;
	}
	if (row != NULL)
		v->row = json_deep_copy(row);
	else if (err == LC_OK)
		err = kept_add(kept, v->asked, &v->row);
	if (err == LC_OK && v->row == NULL)
		err = LC_ENOMEM;
	if (err == LC_OK)
		return true;
	fail_core(v, err,
	    err == LC_EFULL ? "too many requests wait for their answers" : "");
	return false;
}

/* The rows of requests that cost nothing are not kept. */
static bool
make_row(struct visit *v)
{
	char id[KEPT_ID_LEN + 1];

	kept_make_id(id);
	v->row = json_deep_copy(v->asked);
	if (v->row != NULL &&
	    json_object_set_new(v->row, "id", json_string(id)) == 0 &&
	    json_object_set_new(
		v->row, "at", json_integer(lc_clock_now_s(v->home->core))) == 0)
		return true;
	fail_core(v, LC_ENOMEM, "");
	return false;
}

static void
begin_revoke(struct visit *v)
{
	const json_t *other = other_transfer(v);
	const json_t *row = kept_find(&v->home->kept, v->asked);
	size_t n = json_array_size(json_object_get(v->asked, "licenses"));

	if (other != NULL)
		fail(v, "invalid",
		    "the transfer to %s is not over; repeat its command first",
		    text_of(other, "to"));
	else if (row == NULL && (n == 0 || n > 256))
		fail(v, "invalid", "choose 1 to 256 licenses");
	else if ((v->offline || name_output(v)) && may_write(v) && take_row(v))
		submit(v, "permit");
}

static void
on_pak(struct visit *v, const void *body, size_t len)
{
	json_error_t error;

	v->answer = json_loadb(body, len, JSON_REJECT_DUPLICATES, &error);
	if (json_is_object(v->answer))
		succeed(v);
	else
		fail(v, "bad-answer", "%s: the answer is not a JSON object",
		    visit_url(v->home));
}

static void
ask_pak(struct visit *v)
{
	char path[128];

	snprintf(path, sizeof path, "paks/%s", v->pak);
	send_request(v, path, NULL, "", on_pak);
}

/* ---- Answers that come as files ---- */

/* The request that it answers has to be one of ours, of a transfer. */
static bool
find_transfer(struct visit *v)
{
	const json_t *row =
	    kept_find_id(&v->home->kept, text_of(v->answer, "id"));

	if (row != NULL) {
		v->row = json_deep_copy(row);
		json_decref(v->asked);
		v->asked = json_deep_copy(row);
		return true;
	}
	fail(v, "not-found",
	    "%s: this device has no such request that waits for an answer",
	    v->input);
	return false;
}

static void
take_import(struct visit *v)
{
	const char *kind = text_of(v->answer, "kind");
	const json_t *row;

	if (strcmp(kind, "permit") == 0) {
		v->offline = true; /* and so is the request that follows */
		if (v->output == NULL)
			fail(v, "invalid",
			    "name the file for the request that follows");
		else if (find_transfer(v) && may_write(v))
			answered(v);
	} else if (strcmp(kind, "rehost") == 0) {
		if (find_transfer(v))
			answered(v);
	} else if (strcmp(kind, "install") == 0 ||
		   strcmp(kind, "resend") == 0) {
		row = kept_find_id(&v->home->kept, text_of(v->answer, "id"));
		v->row = json_deep_copy(row); /* there may be none */
		succeed(v);
	} else
		fail(v, "bad-answer", "%s: an answer of an unknown kind",
		    v->input);
}

static void
import(struct visit *v)
{
	char why[MESSAGE_WHY_MAX] = "";
	uint8_t *data;
	size_t len;

	if (files_read(jobs_files(v->home->jobs), v->input, &data, &len, why,
		sizeof why) != FILES_READ) {
		fail(v, "no-file", "%s: %s", v->input, why);
		return;
	}
	v->answer = message_answer(data, len, NULL, NULL, NULL, why);
	free(data);
	if (v->answer == NULL)
		fail(v, "bad-answer", "%s: %s", v->input, why);
	else
		take_import(v);
}

void
visit_begin(struct visit *v)
{
	bool sends = !v->offline && v->kind != CALLHOME_IMPORT;

	v->end = (struct task){ .run = tell_end, .arg = v };
	if (sends && visit_url(v->home) == NULL) {
		fail(v, "not-configured",
		    "no URL of a portal is configured: set call_home.url in "
		    "licagentd.conf, or \"license call-home url\"");
		return;
	}
	switch (v->kind) {
	case CALLHOME_PAK:
		ask_pak(v);
		break;
	case CALLHOME_INSTALL:
		if (may_write(v) && take_row(v))
			submit(v, "install");
		break;
	case CALLHOME_RESEND:
		if (may_write(v) && take_row(v))
			submit(v, "resend");
		break;
	case CALLHOME_MOVABLE:
		if (make_row(v))
			submit(v, "movable");
		break;
	case CALLHOME_REVOKE:
		begin_revoke(v);
		break;
	case CALLHOME_REPORT:
		if (make_row(v))
			submit(v, "report");
		break;
	case CALLHOME_IMPORT:
		import(v);
		break;
	}
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
