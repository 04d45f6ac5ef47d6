/*
 * notify.c - the core's events become notifications.
 *
 * At most WINDOW of them are on their way: hundreds at once leave snmpd and
 * its subagent each waiting for the other to read.  An event leaves the
 * durable queue when the master has answered for it and for all before it, so
 * a master that dies on the way gets it again, and no other one twice.
 */
#include "notify.h"

#include <stdlib.h>
#include <string.h>

#include "image_table.h"
#include "log.h"
#include "tables.h"

#define WINDOW 64
#define RETRY_MS 10000  /* when the core cannot read its queue */
#define REPORT_MS 60000 /* between lines of the log on what was dropped */

struct sent {
	uint32_t packet;
	uint64_t seq;
	bool answered;
};

struct notify {
	struct loop *loop;
	struct lc *core;
	struct sender sender; /* without a function, nothing is sent */
	struct task task;
	struct timer retry;
	struct timer report;
	uint64_t dropped; /* that the log has told of */
	bool stopped;
	struct sent window[WINDOW]; /* in the order of seq */
	size_t nsent;
	uint64_t last; /* seq of the last one that was sent */
};

/* ---- What a notification carries ---- */

/* Whose row is the instance? */
enum whose {
	OF_LICENSE,
	OF_FEATURE,
	OF_MODULE,
};

struct object {
	uint32_t column[3]; /* table, entry and column under the group */
	enum whose whose;
	void (*get)(const struct lc_event *, struct value *);
};

struct notification {
	enum lc_event_kind kind;
	const struct object *const *objects;
	size_t nobjects;
};

static void
get_feature(const struct lc_event *event, struct value *value)
{
	value_text(value, event->feature_name);
}

static void
get_version(const struct lc_event *event, struct value *value)
{
	value_text(value, event->feature_version);
}

static void
get_type(const struct lc_event *event, struct value *value)
{
	value_integer(value, (int32_t)event->type);
}

static void
get_comments(const struct lc_event *event, struct value *value)
{
	value_text(value, event->comment);
}

static void
get_count(const struct lc_event *event, struct value *value)
{
	value_unsigned(value, event->count);
}

static void
get_count_left(const struct lc_event *event, struct value *value)
{
	value_unsigned(value, event->count_left);
}

static void
get_left(const struct lc_event *event, struct value *value)
{
	value_unsigned(value, event->left_s);
}

static void
get_counted(const struct lc_event *event, struct value *value)
{
	value_text(value, event->what_is_counted);
}

static void
get_end(const struct lc_event *event, struct value *value)
{
	value_date(value, event->end);
}

static void
get_level(const struct lc_event *event, struct value *value)
{
	value_text(value, event->level);
}

static void
get_wanted(const struct lc_event *event, struct value *value)
{
	value_text(value, event->wanted);
}

static const struct object license_feature = { { 3, 1, 3 }, OF_LICENSE,
	get_feature };
static const struct object license_version = { { 3, 1, 4 }, OF_LICENSE,
	get_version };
static const struct object license_type = { { 3, 1, 5 }, OF_LICENSE, get_type };
static const struct object license_comments = { { 3, 1, 13 }, OF_LICENSE,
	get_comments };
static const struct object feature_name = { { 4, 1, 2 }, OF_FEATURE,
	get_feature };
static const struct object feature_version = { { 4, 1, 3 }, OF_FEATURE,
	get_version };

static const struct object license_count = { { 3, 1, 10 }, OF_LICENSE,
	get_count };
static const struct object license_count_left = { { 3, 1, 11 }, OF_LICENSE,
	get_count_left };
static const struct object feature_left = { { 4, 1, 4 }, OF_FEATURE, get_left };
static const struct object feature_counted = { { 4, 1, 5 }, OF_FEATURE,
	get_counted };
static const struct object feature_end = { { 4, 1, 7 }, OF_FEATURE, get_end };

static const struct object module_level = { { 1, 1, 2 }, OF_MODULE, get_level };
static const struct object module_wanted = { { 1, 1, 3 }, OF_MODULE,
	get_wanted };

static const struct object *const of_license[] = { &license_feature,
	&license_version, &license_type, &license_comments };
static const struct object *const of_feature[] = { &feature_name,
	&feature_version };
static const struct object *const of_remaining[] = { &feature_name,
	&feature_version, &feature_left };
static const struct object *const of_end[] = { &feature_name, &feature_version,
	&feature_end };
static const struct object *const of_count[] = { &license_feature,
	&license_version, &license_count, &feature_counted, &license_comments };
static const struct object *const of_count_left[] = { &license_feature,
	&license_version, &license_count, &license_count_left, &feature_counted,
	&license_comments };
static const struct object *const of_module[] = { &module_level,
	&module_wanted };

/* Objects in the order in which the MIB lists them. */
static const struct notification notifications[] = {
	{ LC_EVENT_EXPIRED, of_feature, NITEMS(of_feature) },
	{ LC_EVENT_EXPIRY_WARNING, of_remaining, NITEMS(of_remaining) },
	{ LC_EVENT_COUNT_EXCEEDED, of_count, NITEMS(of_count) },
	{ LC_EVENT_COUNT_WARNING, of_count_left, NITEMS(of_count_left) },
	{ LC_EVENT_INSTALLED, of_license, NITEMS(of_license) },
	{ LC_EVENT_CLEARED, of_license, NITEMS(of_license) },
	{ LC_EVENT_REVOKED, of_license, NITEMS(of_license) },
	{ LC_EVENT_EULA_ACCEPTED, of_feature, NITEMS(of_feature) },
	{ LC_EVENT_NOT_ENFORCED, of_feature, NITEMS(of_feature) },
	{ LC_EVENT_SUBSCRIPTION_WARNING, of_end, NITEMS(of_end) },
	{ LC_EVENT_EXTENSION_WARNING, of_end, NITEMS(of_end) },
	{ LC_EVENT_SUBSCRIPTION_EXPIRED, of_end, NITEMS(of_end) },
	{ LC_EVENT_RTU_WARNING, of_remaining, NITEMS(of_remaining) },
	{ LC_EVENT_RTU_TRANSITION, of_feature, NITEMS(of_feature) },
	{ LC_EVENT_BOOT_LEVEL, of_module, NITEMS(of_module) },
};

#define VARBINDS_MAX 8 /* snmpTrapOID.0 and the longest list of objects */

static const struct notification *
notification_of(enum lc_event_kind kind)
{
	for (size_t i = 0; i < NITEMS(notifications); i++)
		if (notifications[i].kind == kind)
			return &notifications[i];
	return NULL;
}

/* Where the objects of a row are, and its index. */
static void
fill_name(
    struct oid *name, const struct object *object, const struct lc_event *event)
{
	static const uint32_t licenses[] = { LICENSE_MIB, 1, 2 };
	static const uint32_t images[] = { IMAGE_MIB, 1 };
	const struct lc_module module = { .device = event->device,
		.name = event->module };
	uint32_t index[INDEX_MAX] = { event->device };
	size_t len = 0;

	switch (object->whose) {
	case OF_LICENSE:
		index[1] = event->store;
		index[2] = event->license;
		len = 3;
		break;
	case OF_FEATURE:
		index[1] = event->feature;
		len = 2;
		break;
	case OF_MODULE:
		len = image_index(&module, index);
		break;
	}
	/* All of these are short. */
	if (object->whose == OF_MODULE)
		(void)oid_set(name, images, NITEMS(images));
	else
		(void)oid_set(name, licenses, NITEMS(licenses));
	(void)oid_append(name, object->column, NITEMS(object->column));
	(void)oid_append(name, index, len);
}

static void
fill_object(const struct object *object, const struct lc_event *event,
    struct varbind *varbind)
{
	fill_name(&varbind->name, object, event);
	object->get(event, &varbind->value);
}

/* Its number is that of the event, but for the one of another module. */
static void
fill_kind(struct oid *kind, enum lc_event_kind event)
{
	const uint32_t licenses[] = { LICENSE_MIB, 0, event };
	static const uint32_t images[] = { IMAGE_MIB, 0, 1 };

	if (event == LC_EVENT_BOOT_LEVEL)
		(void)oid_set(kind, images, NITEMS(images));
	else
		(void)oid_set(kind, licenses, NITEMS(licenses));
}

/* ---- Sending ---- */

static uint32_t
send_event(struct notify *notify, const struct lc_event *event,
    const struct notification *what)
{
	static const uint32_t trap_oid[] = { 1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0 };
	struct varbind varbinds[VARBINDS_MAX];
	struct oid kind;
	size_t n = 0;

	fill_kind(&kind, event->kind);
	(void)oid_set(&varbinds[n].name, trap_oid, NITEMS(trap_oid));
	value_oid(&varbinds[n++].value, kind.id, kind.len);
	for (size_t i = 0; i < what->nobjects; i++)
		fill_object(what->objects[i], event, &varbinds[n++]);
	return notify->sender.send(notify->sender.of, varbinds, n);
}

static void
window_add(struct notify *notify, uint32_t packet, uint64_t seq, bool answered)
{
	notify->window[notify->nsent++] =
	    (struct sent){ .packet = packet, .seq = seq, .answered = answered };
	notify->last = seq;
}

static bool
may_send(const struct notify *notify)
{
	return notify->sender.is_up != NULL &&
	       notify->sender.is_up(notify->sender.of);
}

/* False: there is none, or not now. */
static bool
next_event(struct notify *notify, const struct lc_event **event)
{
	enum lc_err err;

	if (notify->stopped || notify->nsent == WINDOW || !may_send(notify))
		return false;
	err = lc_event_next(notify->core, notify->last, event);
	if (err != LC_OK && err != LC_ENOTFOUND) {
		log_warn("notify",
		    "cannot read the queue: %s; retrying in %d s",
		    lc_strerror(err), RETRY_MS / 1000);
		loop_timer_set(notify->loop, &notify->retry, RETRY_MS);
	}
	return err == LC_OK;
}

static bool
send_next(struct notify *notify)
{
	const struct lc_event *event;
	const struct notification *what;
	uint32_t packet = 0;

	if (!next_event(notify, &event))
		return false;
	what = notification_of(event->kind);
	if (what != NULL && (packet = send_event(notify, event, what)) == 0)
		return false; /* no room now; an answer makes some */
	log_debug("notify", "event %llu: notification %d %s",
	    (unsigned long long)event->seq, (int)event->kind,
	    what != NULL ? "sent" : "unknown, dropped");
	window_add(notify, packet, event->seq, what == NULL);
	return true;
}

/* Takes out of the durable queue what is answered for, up to the first that
 * is not. */
static void
settle(struct notify *notify)
{
	size_t n = 0;
	enum lc_err err;

	while (n < notify->nsent && notify->window[n].answered)
		n++;
	if (n == 0)
		return;
	err = lc_event_done(notify->core, notify->window[n - 1].seq);
	if (err != LC_OK)
		log_warn("notify",
		    "cannot mark notifications as delivered: %s; they are sent "
		    "again after a restart",
		    lc_strerror(err));
	notify->nsent -= n;
	memmove(notify->window, notify->window + n,
	    notify->nsent * sizeof *notify->window);
}

/* At once when the first one is dropped, then once in a while. */
static void
report_dropped(struct notify *notify)
{
	uint64_t dropped = lc_event_dropped(notify->core);

	if (dropped == notify->dropped || notify->report.armed)
		return;
	log_warn("notify",
	    "queue full (%d notifications): dropped the %llu oldest, %llu in "
	    "all",
	    LC_QUEUE_MAX, (unsigned long long)(dropped - notify->dropped),
	    (unsigned long long)dropped);
	notify->dropped = dropped;
	loop_timer_set(notify->loop, &notify->report, REPORT_MS);
}

static void
report_again(void *arg)
{
	report_dropped(arg);
}

static void
work(void *arg)
{
	struct notify *notify = arg;

	settle(notify);
	while (send_next(notify))
		;
	settle(notify);
	/* Nothing piles up otherwise. */
	if (!may_send(notify) || notify->nsent == WINDOW)
		report_dropped(notify);
}

void
notify_poke(struct notify *notify)
{
	loop_defer(notify->loop, &notify->task);
}

static void
retry(void *arg)
{
	notify_poke(arg);
}

void
notify_answered(struct notify *notify, uint32_t packet, bool taken)
{
	for (size_t i = 0; i < notify->nsent; i++) {
		struct sent *sent = &notify->window[i];

		if (sent->packet != packet || sent->answered)
			continue;
		if (!taken)
			log_warn("notify",
			    "the master agent refused event "
			    "%llu; it is dropped",
			    (unsigned long long)sent->seq);
		sent->answered = true;
		notify_poke(notify);
	}
}

void
notify_link_down(struct notify *notify)
{
	settle(notify);
	if (notify->nsent != 0)
		notify->last = notify->window[0].seq - 1;
	notify->nsent = 0;
}

void
notify_stop(struct notify *notify)
{
	notify->stopped = true;
}

bool
notify_waits(const struct notify *notify)
{
	for (size_t i = 0; i < notify->nsent; i++)
		if (!notify->window[i].answered)
			return true;
	return false;
}

struct notify *
notify_new(struct loop *loop, struct lc *core)
{
	struct notify *notify = calloc(1, sizeof *notify);

	if (notify == NULL)
		return NULL;
	notify->loop = loop;
	notify->core = core;
	notify->task = (struct task){ .run = work, .arg = notify };
	notify->retry = (struct timer){ .expired = retry, .arg = notify };
	notify->report =
	    (struct timer){ .expired = report_again, .arg = notify };
	notify->dropped = lc_event_dropped(core);
	return notify;
}

void
notify_set_sender(struct notify *notify, const struct sender *sender)
{
	notify->sender = *sender;
}

void
notify_free(struct notify *notify)
{
	if (notify == NULL)
		return;
	settle(notify);
	loop_undefer(notify->loop, &notify->task);
	loop_timer_clear(notify->loop, &notify->retry);
	loop_timer_clear(notify->loop, &notify->report);
	free(notify);
}
