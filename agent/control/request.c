/*
 * request.c - what a line of the control socket asks for.
 *
 * Requests and their arguments are tables.  A name, an argument or a type that
 * is not in them is refused in words, before anything is done.
 */
#include "request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "call.h"
#include "check.h"
#include "home.h"
#include "job.h"
#include "jobs/eventlog.h"
#include "jobs/url.h"
#include "lease.h"
#include "members.h"
#include "names.h"
#include "rows.h"
#include "wait.h"

/* ---- Small requests ---- */

static void
subscribe(const struct call *call)
{
	call->client->subscribed = true;
	call_answer_text(call, "{}");
}

static void
statistics(const struct call *call)
{
	const struct control *c = call->client->control;
	const struct jobs_counts *jobs = jobs_counts(c->jobs);
	json_t *result = json_pack(
	    "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, "
	    "s:I, s:b, s:s}",
	    "install_success", (json_int_t)jobs->installed, "install_duplicate",
	    (json_int_t)jobs->existing, "install_failure",
	    (json_int_t)jobs->failed, "clear", (json_int_t)jobs->cleared,
	    "comment_add", (json_int_t)c->counts.comments_added,
	    "comment_delete", (json_int_t)c->counts.comments_deleted,
	    "request_success", (json_int_t)c->counts.checkouts,
	    "request_failure", (json_int_t)c->counts.refusals,
	    "request_waiting", (json_int_t)c->nwaiting, "release",
	    (json_int_t)c->counts.releases, "notify",
	    (json_int_t)c->counts.notices, "clients", (json_int_t)c->nclients,
	    "notifications_waiting", (json_int_t)lc_event_waiting(c->core),
	    "notifications_dropped", (json_int_t)lc_event_dropped(c->core),
	    "accept_all", lc_eula_standing(c->core), "program",
	    program_version());

	call_answer(call, result);
}

static void
comment(const struct call *call)
{
	const struct args *args = &call->args;
	struct control *control = call->client->control;
	enum lc_err err = lc_comment_set(control->core, args->device,
	    args->store, args->license, args->comment);

	if (err == LC_OK && args->comment[0] != '\0')
		control->counts.comments_added++;
	else if (err == LC_OK)
		control->counts.comments_deleted++;
	if (err == LC_EINVAL)
		call_refuse(call, "invalid",
		    "invalid comment: expected one line without control "
		    "characters");
	else
		call_done(call, err);
}

/* Others may serve now. */
static void
licenses_changed(struct control *control)
{
	control->changed(control->arg);
}

static void
priority(const struct call *call)
{
	const struct args *args = &call->args;
	struct lc *core = call->client->control->core;
	enum lc_priority priority;
	enum lc_err err;

	if (!priority_from_name(args->priority, &priority)) {
		call_refuse(call, "invalid",
		    "invalid priority: expected low, medium or high");
		return;
	}
	err = lc_priority_set(
	    core, args->device, args->store, args->license, priority);
	if (err == LC_OK)
		eventlog_priority(lc_license_find(core, args->device,
				      args->store, args->license),
		    lc_store_position(
			core, args->device, args->store, args->license),
		    priority_name(priority), call->client->by);
	call_done(call, err);
	licenses_changed(call->client->control);
}

/* ---- Agreements ---- */

#define AGREEMENT_MAX 65536 /* bytes */

static void
agreement(const struct call *call)
{
	char *text;
	enum lc_err err =
	    lc_eula_text(call->client->control->core, call->args.eula, &text);

	if (err != LC_OK) {
		call_fail(call, err,
		    err == LC_ENOTFOUND
			? "unknown agreement: no license file contained it"
			: "");
		return;
	}
	if (strlen(text) <= AGREEMENT_MAX)
		call_answer(call, json_pack("{s:s}", "text", text));
	else
		call_refuse(call, "too-long",
		    "longer than 64 KiB; read it in its license file");
	free(text);
}

static void
accept_one(const struct call *call)
{
	const struct args *args = &call->args;
	struct control *control = call->client->control;

	call_done(call, lc_eula_accept(control->core, args->device, args->store,
			    args->license, call->client->by));
	licenses_changed(control);
}

static void
withdraw_one(const struct call *call)
{
	const struct args *args = &call->args;
	struct control *control = call->client->control;
	enum lc_err err = lc_eula_withdraw(control->core, args->device,
	    args->store, args->license, call->client->by);

	if (err == LC_EINVAL)
		call_refuse(call, "invalid",
		    lc_eula_standing(control->core)
			? "all agreements are accepted automatically; turn "
			  "that off first"
			: "the license needs no acceptance");
	else
		call_done(call, err);
	licenses_changed(control);
}

/* Now and for all that comes, or no more from now on. */
static void
accept_all(const struct call *call)
{
	struct control *control = call->client->control;
	bool was = lc_eula_standing(control->core);
	enum lc_err err = lc_eula_standing_set(
	    control->core, call->args.on, call->client->by);

	if (err == LC_OK && was != call->args.on)
		eventlog_accept_all(call->args.on, call->client->by);
	call_done(call, err);
	licenses_changed(control);
}

/* ---- Modules ---- */

static void
boot_level(const struct call *call)
{
	const struct args *args = &call->args;
	enum lc_err err = lc_boot_level_set(call->client->control->core,
	    args->device, args->module, args->level);

	if (err == LC_ENOTFOUND)
		call_refuse(call, "not-found", "no such module or level");
	else
		call_done(call, err);
}

/* ---- The clock ---- */

static void
clock_show(const struct call *call)
{
	const struct lc *core = call->client->control->core;

	call_answer(call, json_pack("{s:o, s:o, s:I}", "time",
			      time_json(lc_clock_now_s(core)), "clock",
			      time_json(lc_clock_wall_s(core)), "ahead_s",
			      (json_int_t)lc_clock_ahead_s(core)));
}

/* ---- The state directory ---- */

static json_t *
skipped_json(const struct lc *core)
{
	json_t *list = json_array();
	size_t n;
	const char *const *skipped = lc_keys_skipped(core, &n);

	for (size_t i = 0; i < n && list != NULL; i++)
		(void)json_array_append_new(list, words_json(skipped[i]));
	return list;
}

/* null: there is none, and there never was one. */
static json_t *
trust_list_json(const struct lc *core)
{
	struct lc_trust_status s;

	lc_trust_status(core, &s);
	if (s.newest == 0)
		return json_null();
	if (s.version == 0)
		return json_pack(
		    "{s:n, s:I}", "version", "newest", (json_int_t)s.newest);
	return json_pack("{s:I, s:I, s:o, s:o, s:b, s:o}", "version",
	    (json_int_t)s.version, "newest", (json_int_t)s.newest, "issued",
	    time_json(s.issued), "expires", time_json(s.expires), "out_of_date",
	    s.is_stale, "file", words_json(s.path));
}

/* What is wrong with it, "" for what is well. */
static void
state_show(const struct call *call)
{
	const struct lc *core = call->client->control->core;
	struct lc_detail recording = { "" }, doubled = { "" };

	(void)lc_recording(core, &recording);
	(void)lc_doubled(core, &doubled);
	call_answer(
	    call, json_pack("{s:o, s:o, s:o, s:o}", "recording",
		      words_json(recording.text), "doubled",
		      words_json(doubled.text), "keys_skipped",
		      skipped_json(core), "trust_list", trust_list_json(core)));
}

static void
clock_reset(const struct call *call)
{
	struct control *control = call->client->control;
	struct lc_detail detail = { "" };
	enum lc_err err =
	    lc_clock_reset(control->core, call->client->by, &detail);

	if (err != LC_OK) {
		call_fail(call, err, detail.text);
		return;
	}
	call_done(call, err);
	licenses_changed(control);
}

/* ---- The configuration ---- */

/* Answered when it has been read: a job that runs ends first. */
static void
reload(const struct call *call)
{
	struct client *client = call->client;
	struct control *control = client->control;

	if (client->awaits_reload) {
		call_refuse(call, "too-many", "a reload is under way");
		return;
	}
	client->awaits_reload = true;
	client->reload_id = call->id;
	control->reload(control->arg);
}

void
request_reloaded(struct control *control, const char *why)
{
	for (struct client *c = control->clients; c != NULL; c = c->next) {
		const struct call call = { .client = c, .id = c->reload_id };

		if (!c->awaits_reload)
			continue;
		c->awaits_reload = false;
		if (why == NULL)
			call_done(&call, LC_OK);
		else
			call_fail(&call, LC_EOPTIONS, why);
	}
}

/* ---- The tables ---- */

enum arg_kind { ARG_NUMBER, ARG_TEXT, ARG_TRUTH, ARG_TEXTS };

enum arg {
	DEVICE = 1 << 0,
	STORE = 1 << 1,
	LICENSE = 1 << 2,
	LEASE = 1 << 3,
	COUNT = 1 << 4,
	FEATURE = 1 << 5,
	VERSION = 1 << 6,
	FILE_NAME = 1 << 7,
	COMMENT = 1 << 8,
	PRIORITY = 1 << 9,
	AFTER = 1 << 10,
	ACCEPT_EULA = 1 << 11,
	STOP = 1 << 12,
	EULA = 1 << 13,
	ON = 1 << 14,
	OUTPUT = 1 << 15,
	MODULE = 1 << 16,
	LEVEL = 1 << 17,
	PROGRESS = 1 << 18,
	OVERWRITE = 1 << 19,
	REVIEW = 1 << 20,
	CLIENT = 1 << 21,
	WAIT_S = 1 << 22,
	REASON = 1 << 23,
	PAK = 1 << 24,
	SKU = 1 << 25,
	UDI = 1 << 26,
	OFFLINE = 1 << 27,
	LICENSES = 1 << 28,
	URL = 1 << 29,
	REQUEST = 1 << 30,
};

#define OF(field) offsetof(struct args, field)
static const struct arg_rule {
	const char *name;
	enum arg arg;
	enum arg_kind kind;
	size_t at;  /* in struct args */
	size_t max; /* bytes of a text */
} arg_rules[] = {
	{ "device", DEVICE, ARG_NUMBER, OF(device), 0 },
	{ "store", STORE, ARG_NUMBER, OF(store), 0 },
	{ "license", LICENSE, ARG_NUMBER, OF(license), 0 },
	{ "lease", LEASE, ARG_NUMBER, OF(lease), 0 },
	{ "count", COUNT, ARG_NUMBER, OF(count), 0 },
	{ "client", CLIENT, ARG_NUMBER, OF(client), 0 },
	{ "wait_s", WAIT_S, ARG_NUMBER, OF(wait_s), 0 },
	{ "feature", FEATURE, ARG_TEXT, OF(feature), LC_FEATURE_MAX },
	{ "version", VERSION, ARG_TEXT, OF(version), LC_VERSION_MAX },
	{ "file", FILE_NAME, ARG_TEXT, OF(file), URL_TEXT_MAX },
	{ "output", OUTPUT, ARG_TEXT, OF(output), URL_TEXT_MAX },
	{ "comment", COMMENT, ARG_TEXT, OF(comment), LC_COMMENT_MAX },
	{ "reason", REASON, ARG_TEXT, OF(reason), LC_COMMENT_MAX },
	{ "priority", PRIORITY, ARG_TEXT, OF(priority), 16 },
	{ "after", AFTER, ARG_TEXT, OF(after), 64 },
	{ "accept_eula", ACCEPT_EULA, ARG_TRUTH, OF(accept_eula), 0 },
	{ "eula", EULA, ARG_TEXT, OF(eula), 64 },
	{ "on", ON, ARG_TRUTH, OF(on), 0 },
	{ "module", MODULE, ARG_TEXT, OF(module), LC_FEATURE_MAX },
	{ "level", LEVEL, ARG_TEXT, OF(level), LC_FEATURE_MAX },
	{ "progress", PROGRESS, ARG_TRUTH, OF(progress), 0 },
	{ "review", REVIEW, ARG_TRUTH, OF(review), 0 },
	{ "overwrite", OVERWRITE, ARG_TRUTH, OF(overwrite), 0 },
	{ "pak", PAK, ARG_TEXT, OF(pak), 64 },
	{ "sku", SKU, ARG_TEXT, OF(sku), 128 },
	{ "udi", UDI, ARG_TEXT, OF(udi), LC_UDI_MAX },
	{ "offline", OFFLINE, ARG_TEXT, OF(offline), 255 },
	{ "licenses", LICENSES, ARG_TEXTS, OF(licenses), LC_ID_MAX },
	{ "url", URL, ARG_TEXT, OF(url), 512 },
	{ "request", REQUEST, ARG_TEXT, OF(request), 64 },
	{ "stop_on_failure", STOP, ARG_TRUTH, OF(stop_on_failure), 0 },
};
#undef OF

static const struct verb {
	const char *name;
	enum control_right right;
	unsigned needs, takes; /* arguments; what it needs it takes */
	void (*run)(const struct call *);
} verbs[] = {
	{ "checkout", CONTROL_LEASE, FEATURE,
	    VERSION | DEVICE | COUNT | WAIT_S | PROGRESS, wait_checkout },
	{ "release", CONTROL_LEASE, LEASE, 0, lease_release },
	{ "end_lease", CONTROL_ADMIN, CLIENT | LEASE, REASON, lease_end },
	{ "devices", CONTROL_READ, 0, AFTER, rows_devices },
	{ "stores", CONTROL_READ, 0, AFTER, rows_stores },
	{ "features", CONTROL_READ, 0, AFTER | FEATURE, rows_features },
	{ "licenses", CONTROL_READ, 0, AFTER | FEATURE, rows_licenses },
	{ "leases", CONTROL_READ, 0, AFTER, rows_leases },
	{ "history", CONTROL_READ, 0, AFTER, rows_history },
	{ "files", CONTROL_ADMIN, FILE_NAME, 0, rows_files },
	{ "statistics", CONTROL_READ, 0, 0, statistics },
	{ "subscribe", CONTROL_READ, 0, 0, subscribe },
	{ "install", CONTROL_ADMIN, FILE_NAME,
	    DEVICE | STORE | ACCEPT_EULA | STOP | REVIEW | PROGRESS,
	    job_install },
	{ "clear", CONTROL_ADMIN, LICENSE, DEVICE | STORE, job_clear_license },
	{ "comment", CONTROL_ADMIN, DEVICE | STORE | LICENSE | COMMENT, 0,
	    comment },
	{ "priority", CONTROL_ADMIN, DEVICE | STORE | LICENSE | PRIORITY, 0,
	    priority },
	{ "agreements", CONTROL_ADMIN, FILE_NAME,
	    DEVICE | OUTPUT | OVERWRITE | PROGRESS, job_agreements },
	{ "save", CONTROL_ADMIN, OUTPUT, DEVICE | OVERWRITE | PROGRESS,
	    job_save },
	{ "save_credentials", CONTROL_ADMIN, 0,
	    OUTPUT | OVERWRITE | DEVICE | PROGRESS, job_credentials },
	{ "revoke", CONTROL_ADMIN, FILE_NAME | OUTPUT,
	    DEVICE | ACCEPT_EULA | OVERWRITE | REVIEW | PROGRESS, job_revoke },
	{ "confirm", CONTROL_ADMIN, 0, ACCEPT_EULA | PROGRESS, job_confirm },
	{ "revoke_last", CONTROL_ADMIN, OUTPUT,
	    FILE_NAME | DEVICE | OVERWRITE | PROGRESS, job_regenerate },
	{ "agreement", CONTROL_READ, EULA, 0, agreement },
	{ "accept", CONTROL_ADMIN, DEVICE | STORE | LICENSE, 0, accept_one },
	{ "withdraw", CONTROL_ADMIN, DEVICE | STORE | LICENSE, 0,
	    withdraw_one },
	{ "modules", CONTROL_READ, 0, AFTER, rows_modules },
	{ "boot_level", CONTROL_ADMIN, MODULE, DEVICE | LEVEL, boot_level },
	{ "accept_all", CONTROL_ADMIN, ON, 0, accept_all },
	{ "check", CONTROL_ADMIN, 0, 0, check_begin },
	{ "clock", CONTROL_READ, 0, 0, clock_show },
	{ "state", CONTROL_READ, 0, 0, state_show },
	{ "clock_reset", CONTROL_ADMIN, 0, 0, clock_reset },
	{ "reload", CONTROL_ADMIN, 0, 0, reload },
	{ "call_home", CONTROL_READ, 0, 0, home_show },
	{ "call_home_url", CONTROL_ADMIN, URL, 0, home_url },
	{ "call_home_pak", CONTROL_ADMIN, PAK, DEVICE, home_pak },
	{ "call_home_install", CONTROL_ADMIN, PAK,
	    SKU | COUNT | DEVICE | STORE | ACCEPT_EULA | STOP | REVIEW |
		PROGRESS | OFFLINE | OVERWRITE,
	    home_install },
	{ "call_home_resend", CONTROL_ADMIN, 0,
	    DEVICE | STORE | ACCEPT_EULA | STOP | REVIEW | PROGRESS | OUTPUT |
		OFFLINE | OVERWRITE,
	    home_resend },
	{ "call_home_movable", CONTROL_ADMIN, UDI, DEVICE, home_movable },
	{ "call_home_revoke", CONTROL_ADMIN, UDI,
	    LICENSES | DEVICE | ACCEPT_EULA | OUTPUT | OFFLINE | OVERWRITE,
	    home_revoke },
	{ "call_home_import", CONTROL_ADMIN, FILE_NAME,
	    DEVICE | STORE | ACCEPT_EULA | STOP | REVIEW | PROGRESS | OUTPUT |
		OVERWRITE,
	    home_import },
	{ "call_home_cancel", CONTROL_ADMIN, REQUEST, 0, home_cancel },
};

/* ---- Reading a request ---- */

/* "count: it takes a number from 0 to 4294967295" */
static bool
wrong(const struct call *call, const char *name, const char *what)
{
	char text[128];

	snprintf(text, sizeof text, "%.40s: %s", name, what);
	call_refuse(call, "invalid", text);
	return false;
}

static bool
take_text(const struct call *call, const struct arg_rule *rule,
    const struct member *m, const char **text)
{
	char what[64];

	if (m->kind == MEMBER_TEXT && m->len <= rule->max) {
		*text = m->text;
		return true;
	}
	snprintf(what, sizeof what, "expected a string of at most %zu bytes",
	    rule->max);
	return wrong(call, rule->name, what);
}

static bool
take_number(const struct call *call, const struct arg_rule *rule,
    const struct member *m, uint32_t *number)
{
	if (m->kind != MEMBER_NUMBER || m->number < 0 || m->number > UINT32_MAX)
		return wrong(
		    call, rule->name, "expected a number from 0 to 4294967295");
	*number = (uint32_t)m->number;
	return true;
}

static bool
take_texts(const struct call *call, const struct arg_rule *rule,
    const struct member *m, const json_t **texts)
{
	const json_t *one;
	struct member text;
	const char *taken;
	size_t i;

	if (m->kind != MEMBER_OTHER || !json_is_array(m->json))
		return wrong(call, rule->name, "expected an array of strings");
	json_array_foreach(m->json, i, one)
	{
		member_of(&text, rule->name, one);
		if (!take_text(call, rule, &text, &taken))
			return false;
	}
	*texts = m->json;
	return true;
}

static bool
take_arg(struct call *call, const struct arg_rule *rule, const struct member *m)
{
	void *at = (char *)&call->args + rule->at;

	switch (rule->kind) {
	case ARG_NUMBER:
		return take_number(call, rule, m, at);
	case ARG_TEXT:
		return take_text(call, rule, m, at);
	case ARG_TEXTS:
		return take_texts(call, rule, m, at);
	case ARG_TRUTH:
		if (m->kind != MEMBER_TRUTH)
			return wrong(
			    call, rule->name, "expected true or false");
		*(bool *)at = m->truth;
		return true;
	}
	return false;
}

static const struct arg_rule *
rule_find(const char *name)
{
	for (size_t i = 0; i < NITEMS(arg_rules); i++)
		if (strcmp(arg_rules[i].name, name) == 0)
			return &arg_rules[i];
	return NULL;
}

static bool
has_all(const struct call *call, unsigned needs, unsigned given)
{
	for (size_t i = 0; i < NITEMS(arg_rules); i++)
		if (needs & ~given & arg_rules[i].arg)
			return wrong(call, arg_rules[i].name, "missing");
	return true;
}

static bool
take_args(
    struct call *call, const struct verb *verb, const struct members *request)
{
	unsigned given = 0;

	for (size_t i = 0; i < request->n; i++) {
		const struct member *m = &request->at[i];
		const struct arg_rule *rule;

		if (strcmp(m->name, "id") == 0 || strcmp(m->name, "do") == 0)
			continue;
		rule = rule_find(m->name);
		if (rule == NULL || !((verb->needs | verb->takes) & rule->arg))
			return wrong(call, m->name, "unknown argument");
		if (!take_arg(call, rule, m))
			return false;
		given |= rule->arg;
	}
	return has_all(call, verb->needs, given);
}

static const struct verb *
verb_find(const struct member *name)
{
	if (name == NULL || name->kind != MEMBER_TEXT)
		return NULL;
	for (size_t i = 0; i < NITEMS(verbs); i++)
		if (strcmp(verbs[i].name, name->text) == 0)
			return &verbs[i];
	return NULL;
}

static bool
take_id(struct call *call, const struct member *id)
{
	if (id == NULL)
		return true;
	if (id->kind != MEMBER_NUMBER || id->number < 0)
		return wrong(call, "id", "expected a number from 0 on");
	call->id = id->number;
	return true;
}

static void
obey(struct call *call, const struct members *request)
{
	const struct verb *verb = verb_find(members_find(request, "do"));

	if (!take_id(call, members_find(request, "id")))
		return;
	if (verb == NULL)
		call_refuse(call, "unknown-request", "unknown request");
	else if (!(call->client->rights & verb->right))
		call_refuse(call, "denied",
		    verb->right == CONTROL_LEASE
			? "only root, the admin group and the feature group "
			  "may hold leases"
			: "only root and the admin group may do this");
	else if (take_args(call, verb, request))
		verb->run(call);
}

bool
request_run(struct client *client, char *line, size_t len)
{
	struct call call = { .client = client, .id = -1 };
	struct members request;

	if (!members_read(&request, line, len)) {
		call_refuse(&call, "syntax", "not a JSON object");
		return false;
	}
	obey(&call, &request);
	members_free(&request);
	return true;
}
