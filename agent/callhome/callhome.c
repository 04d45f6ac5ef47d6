/* callhome.c - visits to the portal, one after the other, and the report. */
#include "callhome.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "log.h"
#include "steps.h"

#define DAY_S 86400
#define LOOK_MS (3600 * 1000) /* the clock may be set meanwhile */

/* ---- Visits ---- */

/* A transfer that is resumed has its licenses already. */
static json_t *
asked_of(const struct callhome *home, const struct callhome_order *o)
{
	static const char *const kinds[] = { [CALLHOME_INSTALL] = "install",
		[CALLHOME_RESEND] = "resend",
		[CALLHOME_REVOKE] = "revoke",
		[CALLHOME_MOVABLE] = "movable",
		[CALLHOME_REPORT] = "report",
		[CALLHOME_PAK] = "pak",
		[CALLHOME_IMPORT] = "import" };
	const struct lc_device *device = lc_device_find(home->core, o->device);
	json_t *asked = json_pack("{s:s, s:s, s:s*, s:s*, s:s*, s:O*}", "kind",
	    kinds[o->kind], "udi", device != NULL ? device->udi : "", "pak",
	    o->pak, "sku", o->sku, "to", o->to, "licenses", o->licenses);

	if (o->quantity != 0)
		(void)json_object_set_new(
		    asked, "quantity", json_integer(o->quantity));
	return asked;
}

static bool
copy_text(char **to, const char *text)
{
	*to = text != NULL ? strdup(text) : NULL;
	return text == NULL || *to != NULL;
}

static struct visit *
visit_of(struct callhome *home, const struct callhome_order *o)
{
	struct visit *v = visit_new(home);

	if (v == NULL)
		return NULL;
	v->kind = o->kind;
	v->device = o->device;
	v->number = o->number;
	v->accept_eula = o->accept_eula;
	v->overwrite = o->overwrite;
	v->offline = o->offline;
	snprintf(v->by, sizeof v->by, "%s", o->by);
	v->asked = asked_of(home, o);
	if (v->asked != NULL && copy_text(&v->output, o->output) &&
	    copy_text(&v->input, o->input) && copy_text(&v->pak, o->pak))
		return v;
	visit_free(v);
	return NULL;
}

static void
visited(struct visit *v)
{
	struct callhome *home = v->home;

	home->first = v->next;
	visit_free(v);
	if (home->first != NULL)
		steps_begin(home->first);
}

struct visit *
callhome_ask(struct callhome *home, const struct callhome_order *order,
    callhome_over *over, void *arg)
{
	struct visit *v = visit_of(home, order), **end = &home->first;

	if (v == NULL)
		return NULL;
	v->over = over;
	v->arg = arg;
	while (*end != NULL)
		end = &(*end)->next;
	*end = v;
	if (home->first == v)
		steps_begin(v);
	return v;
}

void
callhome_let_go(struct visit *v)
{
	v->over = NULL;
}

static bool
is_kind(const json_t *row, const char *kind)
{
	const char *text = json_string_value(json_object_get(row, "kind"));

	return text != NULL && strcmp(text, kind) == 0;
}

void
callhome_settle(struct callhome *home, const char *id, bool good)
{
	const json_t *row = kept_find_id(&home->kept, id);

	if (row == NULL || (!good && is_kind(row, "install")))
		return;
	if (kept_remove(&home->kept, id) != LC_OK)
		log_warn("call-home",
		    "cannot record that request %s is answered; it is asked "
		    "again with the same id",
		    id);
}

static bool
is_under_way(const struct callhome *home, const char *id)
{
	return home->first != NULL &&
	       strcmp(visit_text(home->first->row, "id"), id) == 0;
}

enum lc_err
callhome_cancel(struct callhome *home, const char *id, const char *by)
{
	const json_t *row = kept_find_id(&home->kept, id);
	char kind[16];
	enum lc_err err;

	if (row == NULL)
		return LC_ENOTFOUND;
	if (json_object_get(row, "rehost") != NULL)
		return LC_EREVOKED;
	if (is_under_way(home, id))
		return LC_EINUSE;
	snprintf(kind, sizeof kind, "%s", visit_text(row, "kind"));
	if ((err = kept_remove(&home->kept, id)) == LC_OK)
		log_info(
		    "call-home", "%s canceled by %s; request %s", kind, by, id);
	return err;
}

/* ---- The daily report ---- */

/* FNV-1a: devices of a fleet come at different times of the day. */
static uint32_t
hash(const char *text)
{
	uint32_t h = 2166136261U;

	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * 16777619U;
	return h;
}

static int64_t
next_instant(const struct callhome *home)
{
	const struct lc_device *master = lc_device_find(home->core, 0);
	int64_t now = lc_clock_now_s(home->core);
	int64_t at = now - now % DAY_S + hash(master->udi) % DAY_S;

	return at > now ? at : at + DAY_S;
}

static void
send_reports(struct callhome *home)
{
	size_t n;
	const struct lc_device *const *devices = lc_devices(home->core, &n);

	for (size_t i = 0; i < n; i++)
		if (callhome_ask(home,
			&(struct callhome_order){ .kind = CALLHOME_REPORT,
			    .device = devices[i]->index,
			    .by = "licagentd" },
			NULL, NULL) == NULL)
			log_warn("call-home",
			    "out of memory; no report of %s today",
			    devices[i]->udi);
}

static void
await_report(struct callhome *home)
{
	int64_t wait_ms;

	if (home->report_at == LC_NO_TIME) {
		loop_timer_clear(home->loop, &home->report);
		return;
	}
	wait_ms = (home->report_at - lc_clock_now_s(home->core)) * 1000;
	loop_timer_set(home->loop, &home->report,
	    wait_ms < 0         ? 0
	    : wait_ms < LOOK_MS ? wait_ms
				: LOOK_MS);
}

/* An instant that passed while the device was off is none. */
static void
on_report(void *arg)
{
	struct callhome *home = arg;

	if (lc_clock_now_s(home->core) >= home->report_at) {
		home->report_at = next_instant(home);
		send_reports(home);
	}
	await_report(home);
}

void
callhome_clock_changed(struct callhome *home)
{
	await_report(home);
}

int64_t
callhome_next_report(const struct callhome *home)
{
	return home->report_at;
}

/* ---- Configuration ---- */

void
callhome_set_conf(struct callhome *home, const struct callhome_conf *conf,
    const struct transfer_conf *transfer)
{
	home->conf = conf;
	home->transfer = transfer;
	if (!conf->report)
		home->report_at = LC_NO_TIME;
	else if (home->report_at == LC_NO_TIME)
		home->report_at = next_instant(home);
	await_report(home);
}

const struct callhome_conf *
callhome_conf(const struct callhome *home)
{
	return home->conf;
}

const char *
callhome_url(const struct callhome *home)
{
	return visit_url(home);
}

const char *
callhome_url_source(const struct callhome *home)
{
	if (kept_url(&home->kept) != NULL)
		return "operator";
	return home->conf->url != NULL ? "configuration" : "none";
}

enum lc_err
callhome_set_url(struct callhome *home, const char *url, const char **why)
{
	struct portal_address address;

	if (url != NULL && !address_portal(url, &address, why))
		return LC_EINVAL;
	*why = "";
	return kept_set_url(&home->kept, url);
}

const json_t *
callhome_pending(const struct callhome *home)
{
	return kept_pending(&home->kept);
}

const json_t *
callhome_last(const struct callhome *home)
{
	return kept_last(&home->kept);
}

const json_t *
callhome_transfer(const struct callhome *home, uint32_t device, const char *to)
{
	const struct callhome_order order = {
		.kind = CALLHOME_REVOKE, .device = device, .to = to
	};
	json_t *asked = asked_of(home, &order);
	const json_t *row = kept_find(&home->kept, asked);

	json_decref(asked);
	return row;
}

/* ---- Its life ---- */

struct callhome *
callhome_new(const struct callhome_options *o)
{
	struct callhome *home = calloc(1, sizeof *home);

	if (home == NULL)
		return NULL;
	home->loop = o->loop;
	home->core = o->core;
	home->jobs = o->jobs;
	home->visited = visited;
	home->report = (struct timer){ .expired = on_report, .arg = home };
	home->report_at = LC_NO_TIME;
	if (kept_open(&home->kept, o->core) != LC_OK) {
		free(home);
		return NULL;
	}
	callhome_set_conf(home, o->conf, o->transfer);
	return home;
}

void
callhome_free(struct callhome *home)
{
	if (home == NULL)
		return;
	loop_timer_clear(home->loop, &home->report);
	while (home->first != NULL) {
		struct visit *v = home->first;

		home->first = v->next;
		visit_free(v);
	}
	kept_close(&home->kept);
	free(home);
}
