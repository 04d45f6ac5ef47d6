/*
 * home.c - requests that ask the licensing portal.
 *
 * They are answered when the portal has answered.  Licenses for this device
 * then become an installation like any other, with its review.  If the client
 * is gone by then, nothing is installed: the same command asks with the same id
 * and gets the same licenses.
 */
#include "home.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "callhome/callhome.h"
#include "job.h"
#include "names.h"

/* A visit to the portal, and who is to hear of it. */
struct home_visit {
	struct home_visit *next;
	struct client *client;
	struct visit *visit;
	json_int_t id;
	struct args args; /* without texts: of the installation */
};

/* ---- Small requests ---- */

/* The last four characters: enough to know it by, too little to use it. */
static json_t *
masked_pak(const json_t *pak)
{
	const char *text = json_string_value(pak);
	size_t len = text != NULL ? strlen(text) : 0;

	return len > 4 ? json_sprintf("*%s", text + len - 4) : json_null();
}

static json_t *
pending_json(const struct callhome *home)
{
	json_t *rows = json_deep_copy(callhome_pending(home)), *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		json_t *at = json_object_get(row, "at");

		(void)json_object_set_new(
		    row, "at", time_json(json_integer_value(at)));
		if (json_object_get(row, "pak") != NULL)
			(void)json_object_set_new(row, "pak",
			    masked_pak(json_object_get(row, "pak")));
		(void)json_object_set_new(row, "revoked",
		    json_boolean(json_object_get(row, "rehost") != NULL));
		(void)json_object_del(row, "rehost"); /* there may be none */
	}
	return rows;
}

static json_t *
last_json(const struct callhome *home)
{
	json_t *last = json_deep_copy(callhome_last(home));

	if (last == NULL)
		return json_null();
	(void)json_object_set_new(last, "at",
	    time_json(json_integer_value(json_object_get(last, "at"))));
	return last;
}

static json_t *
text_or_null(const char *text)
{
	return text != NULL ? json_string(text) : json_null();
}

void
home_show(const struct call *call)
{
	const struct callhome *home = call->client->control->callhome;
	const struct callhome_conf *conf = callhome_conf(home);

	call_answer(call,
	    json_pack("{s:o, s:s, s:o, s:o, s:b, s:b, s:o, s:o, s:o}", "url",
		text_or_null(callhome_url(home)), "url_from",
		callhome_url_source(home), "proxy", text_or_null(conf->proxy),
		"ca_file", text_or_null(conf->ca_file), "token",
		conf->token != NULL, "report", conf->report, "next_report",
		time_json(callhome_next_report(home)), "last", last_json(home),
		"pending", pending_json(home)));
}

void
home_url(const struct call *call)
{
	const char *url = call->args.url, *why = "";
	enum lc_err err = callhome_set_url(
	    call->client->control->callhome, url[0] != '\0' ? url : NULL, &why);
	char text[128];

	if (err != LC_EINVAL) {
		call_done(call, err);
		return;
	}
	snprintf(text, sizeof text, "invalid URL: %s", why);
	call_refuse(call, "invalid", text);
}

void
home_cancel(const struct call *call)
{
	enum lc_err err = callhome_cancel(call->client->control->callhome,
	    call->args.request, call->client->by);

	if (err == LC_ENOTFOUND)
		call_fail(call, err, "no such request waits for an answer");
	else if (err == LC_EREVOKED)
		call_refuse(call, "refused",
		    "the licenses of this transfer are given up: repeat its "
		    "command");
	else if (err == LC_EINUSE)
		call_refuse(call, "busy",
		    "the request is under way: cancel it once it has ended");
	else
		call_done(call, err);
}

/* ---- What came of a visit ---- */

static void
remove_visit(struct home_visit *hv)
{
	struct home_visit **at = &hv->client->control->home_visits;

	while (*at != hv)
		at = &(*at)->next;
	*at = hv->next;
	hv->client->njobs--;
	free(hv);
}

static void
answer_failure(const struct call *call, const struct callhome_outcome *o)
{
	json_t *why = words_json(o->why);

	if (o->code != NULL)
		call_refuse(call, o->code,
		    why != NULL ? json_string_value(why) : o->why);
	else
		call_fail(call, o->err,
		    why != NULL ? json_string_value(why) : o->why);
	json_decref(why);
}

static bool
is_for_us(const json_t *answer)
{
	const char *kind = json_string_value(json_object_get(answer, "kind"));

	return kind != NULL &&
	       (strcmp(kind, "install") == 0 || strcmp(kind, "resend") == 0);
}

static const char *
notice_of(const struct callhome_outcome *o)
{
	return json_string_value(json_object_get(o->answer, "notice"));
}

/* The file's name, and of the answer what people want to see. */
static json_t *
result_of(const struct callhome_outcome *o)
{
	json_t *result = json_object();
	json_t *licenses = json_object_get(o->answer, "licenses");

	(void)json_object_set_new(result, "file", text_or_null(o->name));
	if (json_is_array(licenses))
		(void)json_object_set(result, "licenses", licenses);
	if (notice_of(o) != NULL)
		(void)json_object_set_new(
		    result, "notice", words_json(notice_of(o)));
	return result;
}

static void
on_over(void *arg, const struct callhome_outcome *o)
{
	struct home_visit *hv = arg;
	const struct call call = {
		.client = hv->client, .id = hv->id, .args = hv->args
	};

	if (o->code == NULL || o->code[0] != '\0')
		answer_failure(&call, o);
	else if (o->name == NULL && is_for_us(o->answer))
		job_install_answer(&call,
		    json_string_value(json_object_get(o->answer, "file")),
		    o->id, notice_of(o));
	else
		call_answer(&call, result_of(o));
	remove_visit(hv);
}

static void
on_pak(void *arg, const struct callhome_outcome *o)
{
	struct home_visit *hv = arg;
	const struct call call = { .client = hv->client, .id = hv->id };

	if (o->code == NULL || o->code[0] != '\0')
		answer_failure(&call, o);
	else
		call_answer(&call, json_deep_copy(o->answer));
	remove_visit(hv);
}

/* ---- Asking ---- */

static struct home_visit *
visit_new(const struct call *call)
{
	struct client *client = call->client;
	struct home_visit *hv;

	if (client->njobs == CONTROL_JOBS_MAX) {
		call_refuse(call, "too-many",
		    "16 unfinished actions on this connection");
		return NULL;
	}
	if ((hv = calloc(1, sizeof *hv)) == NULL) {
		call_fail(call, LC_ENOMEM, "");
		return NULL;
	}
	hv->client = client;
	hv->id = call->id;
	hv->args = (struct args){ .device = call->args.device,
		.store = call->args.store,
		.accept_eula = call->args.accept_eula,
		.stop_on_failure = call->args.stop_on_failure,
		.review = call->args.review,
		.progress = call->args.progress };
	return hv;
}

static void
ask(const struct call *call, struct callhome_order order, callhome_over *over)
{
	struct client *client = call->client;
	struct home_visit *hv = visit_new(call);

	if (hv == NULL)
		return;
	order.device = call->args.device;
	order.overwrite = call->args.overwrite;
	order.accept_eula = call->args.accept_eula;
	order.by = client->by;
	order.number = client->number;
	hv->next = client->control->home_visits;
	client->control->home_visits = hv;
	client->njobs++;
	hv->visit = callhome_ask(client->control->callhome, &order, over, hv);
	if (hv->visit != NULL)
		return;
	call_fail(call, LC_ENOMEM, "");
	remove_visit(hv);
}

/* Is the device there? */
static bool
has_device(const struct call *call)
{
	const struct lc *core = call->client->control->core;

	if (lc_device_find(core, call->args.device) != NULL)
		return true;
	call_fail(call, LC_EDEVICE, "");
	return false;
}

/* It becomes a part of a URL. */
static bool
is_pak(const struct call *call)
{
	const char *pak = call->args.pak;
	size_t len = strlen(pak);

	if (len >= 1 && len <= 64 &&
	    strspn(pak, "abcdefghijklmnopqrstuvwxyz"
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == len)
		return true;
	call_refuse(call, "invalid", "not a PAK");
	return false;
}

/* "PID:SN" */
static bool
is_udi(const struct call *call)
{
	const char *udi = call->args.udi, *colon = strchr(udi, ':');
	size_t len = strlen(udi);
	bool graphic = true;

	for (size_t i = 0; i < len; i++)
		graphic = graphic && udi[i] > ' ' && udi[i] < 0x7f;
	if (graphic && colon != NULL && colon != udi && colon[1] != '\0' &&
	    strchr(colon + 1, ':') == NULL)
		return true;
	call_refuse(call, "invalid", "not a UDI: expected PID:SN");
	return false;
}

void
home_pak(const struct call *call)
{
	if (is_pak(call))
		ask(call,
		    (struct callhome_order){
			.kind = CALLHOME_PAK, .pak = call->args.pak },
		    on_pak);
}

void
home_install(const struct call *call)
{
	const struct args *args = &call->args;

	if (is_pak(call) && has_device(call))
		ask(call,
		    (struct callhome_order){ .kind = CALLHOME_INSTALL,
			.pak = args->pak,
			.sku = args->sku,
			.quantity = args->count,
			.output = args->offline,
			.offline = args->offline != NULL },
		    on_over);
}

void
home_resend(const struct call *call)
{
	const struct args *args = &call->args;
	bool offline = args->offline != NULL;

	if (offline && args->output != NULL)
		call_refuse(call, "invalid",
		    "output: a request that is not sent has no answer");
	else if (has_device(call))
		ask(call,
		    (struct callhome_order){ .kind = CALLHOME_RESEND,
			.output = offline ? args->offline : args->output,
			.offline = offline },
		    on_over);
}

/* Its licenses were chosen already. */
static json_t *
begun_json(const json_t *row)
{
	json_t *list = json_array();
	const json_t *id;
	size_t i;

	json_array_foreach(json_object_get(row, "licenses"), i, id)
	{
		(void)json_array_append_new(
		    list, json_pack("{s:O, s:b}", "id", id, "movable", 1));
	}
	return json_pack("{s:o, s:o}", "begun",
	    time_json(json_integer_value(json_object_get(row, "at"))),
	    "licenses", list);
}

void
home_movable(const struct call *call)
{
	const struct args *args = &call->args;
	const json_t *begun;

	if (!is_udi(call) || !has_device(call))
		return;
	begun = callhome_transfer(
	    call->client->control->callhome, args->device, args->udi);
	if (begun != NULL)
		call_answer(call, begun_json(begun));
	else
		ask(call,
		    (struct callhome_order){
			.kind = CALLHOME_MOVABLE, .to = call->args.udi },
		    on_over);
}

void
home_revoke(const struct call *call)
{
	const struct args *args = &call->args;
	bool offline = args->offline != NULL;

	if (is_udi(call) && has_device(call))
		ask(call,
		    (struct callhome_order){ .kind = CALLHOME_REVOKE,
			.to = args->udi,
			.licenses = args->licenses,
			.output = offline ? args->offline : args->output,
			.offline = offline },
		    on_over);
}

void
home_import(const struct call *call)
{
	const struct args *args = &call->args;

	ask(call,
	    (struct callhome_order){ .kind = CALLHOME_IMPORT,
		.input = args->file,
		.output = args->output },
	    on_over);
}

void
client_visits_drop(struct client *client)
{
	struct home_visit *next;

	for (struct home_visit *hv = client->control->home_visits; hv != NULL;
	     hv = next) {
		next = hv->next;
		if (hv->client != client)
			continue;
		callhome_let_go(hv->visit);
		remove_visit(hv);
	}
}
