/*
 * notices_test.c - each of the fourteen notifications through a whole life.
 *
 * A life is a row: a license or a feature, what happens to it, and when the
 * MIB wants the notification.  Each is lived four times: undisturbed, with
 * restarts at random instants, with a wall clock that is set back and forth,
 * and with the device off for days.  Every instant has to be the row's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "ticket.h"

#define HOUR INT64_C(3600)
#define DAY (24 * HOUR)
#define WEEK (7 * DAY)
#define START 1800000000
#define ACTS_MAX 12
#define COUNT 100		/* of the counted license */

enum trouble { NONE, RESTARTS, CLOCK_STEPS, OFF, NTROUBLES };

static const char *const trouble_names[NTROUBLES] = {
	"undisturbed", "restarts", "the clock is set", "off for days",
};

/* Instants are seconds since START, by a clock that is right. */
struct list {
	int64_t at[256];
	size_t n;
};

struct act {
	int64_t at;
	enum { NOTHING, INSTALL, CLEAR, REVOKE, ACCEPT, USE } what;
	size_t count;		/* USE: how many from now on */
};

struct row {
	enum lc_event_kind kind;
	const char *name;
	enum lc_type type;
	int days, extension;	/* period of use, or until the end date */
	bool counted, mandatory, eula;
	bool calendar;		/* its instants follow the wall clock */
	int64_t off, on;	/* when the device is away */
	int64_t end;		/* of the life */
	/* From 0 on; the license is installed at 0 unless an act does it. */
	struct act acts[ACTS_MAX];
	/* The instants; off == on: the device was never off. */
	void (*expected)(struct list *, int64_t off, int64_t on);
};

/* ---- What the MIB wants ---------------------------------------------- */

static void
put(struct list *list, int64_t at)
{
	REQUIRE(list->n < CHECK_COUNT(list->at));
	list->at[list->n++] = at;
}

/* An instant of the calendar: those that pass while it is off are one. */
static void
put_date(struct list *list, int64_t at, int64_t off, int64_t on)
{
	bool missed = at >= off && at < on;

	if (missed && list->n > 0 && list->at[list->n - 1] == on)
		return;
	put(list, missed ? on : at);
}

/* An instant of use, of which there is none while it is off. */
static void
put_use(struct list *list, int64_t used, int64_t off, int64_t on)
{
	put(list, used < off ? used : used + on - off);
}

static void
expiry_warning(struct list *list, int64_t off, int64_t on)
{
	static const int left[] = { 28, 21, 14, 7, 6, 5, 4, 3, 2, 1 };

	for (size_t i = 0; i < CHECK_COUNT(left); i++)
		put_use(list, (60 - left[i]) * DAY, off, on);
}

/* Of ten days: longer warnings than its period are none. */
static void
short_expiry_warning(struct list *list, int64_t off, int64_t on)
{
	for (int left = 7; left >= 1; left--)
		put_use(list, (10 - left) * DAY, off, on);
}

static void
expired(struct list *list, int64_t off, int64_t on)
{
	for (int64_t at = 10 * DAY; at <= 41 * DAY; at += WEEK)
		put_date(list, at, off, on);
}

static void
subscription_warning(struct list *list, int64_t off, int64_t on)
{
	static const int left[] = {
		56, 49, 42, 35, 28, 21, 14, 7, 6, 5, 4, 3, 2,
	};

	for (size_t i = 0; i < CHECK_COUNT(left); i++)
		put_date(list, (100 - left[i]) * DAY, off, on);
	for (int hours = 24; hours >= 1; hours--)
		put_date(list, 100 * DAY - hours * HOUR, off, on);
}

static void
extension_warning(struct list *list, int64_t off, int64_t on)
{
	for (int day = 30; day < 35; day++)
		put_date(list, day * DAY, off, on);
}

static void
subscription_expired(struct list *list, int64_t off, int64_t on)
{
	for (int day = 35; day <= 66; day++)
		put_date(list, day * DAY, off, on);
}

static void
rtu_warning(struct list *list, int64_t off, int64_t on)
{
	put_use(list, 50 * DAY, off, on);
	put_use(list, 55 * DAY, off, on);
}

static void
rtu_transition(struct list *list, int64_t off, int64_t on)
{
	put_use(list, 60 * DAY, off, on);
}

/* A day after the last one; none from day 20.2 to day 25.3. */
static void
not_enforced(struct list *list, int64_t off, int64_t on)
{
	for (int64_t at = 0; at < 20 * DAY + 5 * HOUR; at += DAY) {
		if (at >= off && at < on)
			at = on;
		put(list, at);
	}
	for (int64_t at = 25 * DAY + 7 * HOUR; at <= 32 * DAY; at += DAY)
		put(list, at);
}

#define INSTANTS(name, ...)						\
static void								\
name(struct list *list, int64_t off, int64_t on)			\
{									\
	static const int64_t at[] = { __VA_ARGS__ };			\
									\
	(void)off, (void)on;						\
	for (size_t i = 0; i < CHECK_COUNT(at); i++)			\
		put(list, at[i]);					\
}
INSTANTS(count_warning, 2 * DAY, 9 * DAY)
INSTANTS(count_exceeded, 4 * DAY, 20 * DAY)
INSTANTS(installed, 2 * DAY, 20 * DAY)
INSTANTS(cleared, 3 * DAY, 21 * DAY)
INSTANTS(revoked, 3 * DAY)
INSTANTS(accepted, 3 * DAY)
#undef INSTANTS

#define FROM(d) ((d) * DAY + HOUR)
#define USED_ALWAYS { { 0, USE, 1 } }
#define USES { { 0, USE, 79 }, { 2 * DAY, USE, 80 }, { 3 * DAY, USE, 99 }, \
	{ 4 * DAY, USE, 100 }, { 5 * DAY, USE, 81 }, { 6 * DAY, USE, 100 }, \
	{ 8 * DAY, USE, 79 }, { 9 * DAY, USE, 85 }, { 18 * DAY, USE, 10 }, \
	{ 20 * DAY, USE, 100 } }

static const struct row rows[] = {
	{ .kind = LC_EVENT_EXPIRY_WARNING, .name = "a demo license",
	    .type = LC_DEMO, .days = 60, .acts = USED_ALWAYS,
	    .off = FROM(31), .on = FROM(50), .end = 110 * DAY,
	    .expected = expiry_warning },
	{ .kind = LC_EVENT_EXPIRY_WARNING, .name = "an extension license",
	    .type = LC_EXTENSION, .days = 60, .acts = USED_ALWAYS,
	    .off = FROM(39), .on = FROM(55), .end = 107 * DAY,
	    .expected = expiry_warning },
	{ .kind = LC_EVENT_EXPIRY_WARNING, .name = "grace period of ten days",
	    .type = LC_GRACE_PERIOD, .days = 10, .acts = USED_ALWAYS,
	    .off = FROM(4), .on = FROM(9), .end = 46 * DAY,
	    .expected = short_expiry_warning },
	{ .kind = LC_EVENT_EXPIRED, .name = "ten days of a demo license",
	    .type = LC_DEMO, .days = 10, .acts = USED_ALWAYS, .calendar = true,
	    .off = FROM(12), .on = FROM(30), .end = 41 * DAY,
	    .expected = expired },
	{ .kind = LC_EVENT_COUNT_EXCEEDED, .name = "used up",
	    .type = LC_PERMANENT, .counted = true, .acts = USES,
	    .off = FROM(10), .on = FROM(16), .end = 32 * DAY,
	    .expected = count_exceeded },
	{ .kind = LC_EVENT_COUNT_WARNING, .name = "nearly used up",
	    .type = LC_PERMANENT, .counted = true, .acts = USES,
	    .off = FROM(10), .on = FROM(16), .end = 32 * DAY,
	    .expected = count_warning },
	{ .kind = LC_EVENT_INSTALLED, .name = "installed twice",
	    .type = LC_PERMANENT, .acts = { { 2 * DAY, INSTALL, 0 },
		{ 3 * DAY, CLEAR, 0 }, { 20 * DAY, INSTALL, 0 } },
	    .off = FROM(5), .on = FROM(15), .end = 32 * DAY,
	    .expected = installed },
	{ .kind = LC_EVENT_CLEARED, .name = "cleared twice",
	    .type = LC_PERMANENT, .acts = { { 2 * DAY, INSTALL, 0 },
		{ 3 * DAY, CLEAR, 0 }, { 20 * DAY, INSTALL, 0 },
		{ 21 * DAY, CLEAR, 0 } },
	    .off = FROM(5), .on = FROM(15), .end = 32 * DAY,
	    .expected = cleared },
	{ .kind = LC_EVENT_REVOKED, .name = "revoked",
	    .type = LC_PERMANENT, .acts = { { 3 * DAY, REVOKE, 0 } },
	    .off = FROM(5), .on = FROM(15), .end = 32 * DAY,
	    .expected = revoked },
	{ .kind = LC_EVENT_EULA_ACCEPTED, .name = "accepted",
	    .type = LC_DEMO, .days = 10, .eula = true, .acts = {
		{ 3 * DAY, INSTALL, 0 }, { 4 * DAY, ACCEPT, 0 } },
	    .off = FROM(5), .on = FROM(15), .end = 32 * DAY,
	    .expected = accepted },
	{ .kind = LC_EVENT_NOT_ENFORCED, .name = "a mandatory feature",
	    .type = LC_PERMANENT, .mandatory = true, .calendar = true,
	    .acts = { { 20 * DAY + 5 * HOUR, INSTALL, 0 },
		{ 25 * DAY + 7 * HOUR, CLEAR, 0 } },
	    .off = FROM(3), .on = FROM(10), .end = 32 * DAY,
	    .expected = not_enforced },
	{ .kind = LC_EVENT_SUBSCRIPTION_WARNING, .name = "a subscription",
	    .type = LC_PAID_SUBSCRIPTION, .days = 100, .calendar = true,
	    .off = FROM(45), .on = FROM(70), .end = 130 * DAY,
	    .expected = subscription_warning },
	{ .kind = LC_EVENT_SUBSCRIPTION_WARNING, .name = "its last hours",
	    .type = LC_EVALUATION_SUBSCRIPTION, .days = 100, .calendar = true,
	    .off = FROM(99) + 1, .on = FROM(99) + 5 * HOUR + 1,
	    .end = 130 * DAY, .expected = subscription_warning },
	{ .kind = LC_EVENT_EXTENSION_WARNING, .name = "extension days",
	    .type = LC_EXTENSION_SUBSCRIPTION, .days = 30, .extension = 5,
	    .calendar = true, .off = FROM(31), .on = FROM(33),
	    .end = 66 * DAY, .expected = extension_warning },
	{ .kind = LC_EVENT_SUBSCRIPTION_EXPIRED, .name = "after them",
	    .type = LC_PAID_SUBSCRIPTION, .days = 30, .extension = 5,
	    .calendar = true, .off = FROM(40), .on = FROM(50),
	    .end = 66 * DAY, .expected = subscription_expired },
	{ .kind = LC_EVENT_RTU_WARNING, .name = "a trial",
	    .type = LC_EVAL_RIGHT_TO_USE, .days = 60, .acts = USED_ALWAYS,
	    .off = FROM(49), .on = FROM(58), .end = 100 * DAY,
	    .expected = rtu_warning },
	{ .kind = LC_EVENT_RTU_TRANSITION, .name = "a trial",
	    .type = LC_EVAL_RIGHT_TO_USE, .days = 60, .acts = USED_ALWAYS,
	    .off = FROM(49), .on = FROM(58), .end = 100 * DAY,
	    .expected = rtu_transition },
};

/* ---- A life ---------------------------------------------------------- */

struct life {
	const struct row *row;
	enum trouble trouble;
	struct device *d;
	struct lc_lease *leases[COUNT];
	size_t nleases, want;
	size_t acted;		/* acts that are done */
	int64_t now;
	struct list told;
};

static void
told(void *arg, const struct lc_event *e)
{
	struct life *life = arg;

	CHECK_STR(e->feature_name, "one");
	if (e->kind == life->row->kind)
		put(&life->told, life->now);
}

static int64_t
wall(void *arg)
{
	return ((struct life *)arg)->d->wall;
}

static int64_t
boot_ms(void *arg)
{
	return ((struct life *)arg)->d->boot_ms;
}

static struct lc_terms
terms(const struct row *row)
{
	struct lc_terms t = issuer_terms("it");

	t.feature = "one";
	t.type = row->type;
	if (!lc_type_node_locked(row->type))
		t.nudis = 0;
	if (lc_type_metered(row->type))
		t.period_s = (uint32_t)(row->days * DAY);
	if (lc_type_subscription(row->type)) {
		t.start = START;
		t.end = START + row->days * DAY;
		t.extension_days = (uint32_t)row->extension;
	}
	if (row->counted) {
		t.counted = true;
		t.count = COUNT;
	}
	if (row->eula)
		t.eula = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
	return t;
}

/* Programs come back after a restart; what is refused they do without. */
static void
hold(struct life *life)
{
	struct lc_lease_request r = { .feature = "one", .count = 1 };

	while (life->nleases > life->want)
		lc_release(life->leases[--life->nleases]);
	while (life->nleases < life->want &&
	    lc_checkout(life->d->lc, &r, &life->leases[life->nleases],
	    NULL) == LC_OK)
		life->nleases++;
}

static void
act(struct life *life, const struct act *act)
{
	struct device *d = life->d;
	const struct lc_license *l = device_license(d, "it");

	REQUIRE(l != NULL || act->what == INSTALL || act->what == USE);
	switch (act->what) {
	case NOTHING:
		break;
	case INSTALL:
		(void)device_add(d, terms(life->row));
		break;
	case CLEAR:
		CHECK_ERR(device_clear(d, l->index), LC_OK, NULL);
		break;
	case REVOKE:
		lc_action_free(ticket_process(d, &(struct ticket){
		    .id = "t1", .seq = 1, .remove = { "it" } },
		    (struct lc_request){ 0 }));
		break;
	case ACCEPT:
		CHECK_ERR(lc_eula_accept(d->lc, l->device, l->store, l->index,
		    "somebody"), LC_OK, NULL);
		break;
	case USE:
		life->want = act->count;
		hold(life);
		break;
	}
}

static const struct act *
next_act(const struct life *life)
{
	const struct act *next = &life->row->acts[life->acted];

	return life->acted < ACTS_MAX && next->what != NOTHING ? next : NULL;
}

static void
pass(struct life *life, int64_t ms)
{
	life->d->boot_ms += ms;
	life->d->wall += life->d->boot_ms / 1000 -
	    (life->d->boot_ms - ms) / 1000;
	life->now = (life->d->boot_ms - 1000000) / 1000;
}

static void
restart(struct life *life, int64_t off_ms)
{
	device_close(life->d);
	pass(life, off_ms);
	device_open(life->d);
	life->nleases = 0;
	hold(life);
}

static void
disturb(struct life *life)
{
	int64_t truth = START + life->now, most = 40 * DAY;

	if (life->trouble == RESTARTS && check_random(3) == 0)
		restart(life, 0);
	if (life->trouble == OFF && life->now == life->row->off)
		restart(life, (life->row->on - life->row->off) * 1000);
	if (life->trouble != CLOCK_STEPS)
		return;
	/* Back and right again; ahead, too, where that makes no difference. */
	life->d->wall = truth;
	if (check_random(3) == 0)
		life->d->wall -= (int64_t)check_random((uint64_t)most);
	else if (!life->row->calendar && check_random(2) == 0)
		life->d->wall += (int64_t)check_random((uint64_t)most);
}

/* Milliseconds until something happens that the core does not know of. */
static int64_t
wait_most(const struct life *life)
{
	const struct act *next = next_act(life);
	int64_t until = life->row->end;

	if (next != NULL && next->at < until)
		until = next->at;
	if (life->trouble == OFF && life->now < life->row->off &&
	    life->row->off < until)
		until = life->row->off;
	return (until - life->now) * 1000 - life->d->boot_ms % 1000;
}

static void
live(struct life *life)
{
	while (true) {
		const struct act *next = next_act(life);
		int64_t wait, most;

		if (next != NULL && next->at == life->now) {
			life->acted++;
			act(life, next);
		}
		CHECK_ERR(lc_tick(life->d->lc, &wait), LC_OK, NULL);
		if (life->now >= life->row->end)
			break;
		most = wait_most(life);
		pass(life, wait < 0 || wait > most ? most : wait);
		disturb(life);
	}
}

static struct life *
life_new(const struct row *row, enum trouble trouble)
{
	struct life *life = calloc(1, sizeof *life);
	struct device *d = device_new();

	REQUIRE(life != NULL);
	*life = (struct life){ .row = row, .trouble = trouble, .d = d };
	d->wall = START;
	d->options.clock = (struct lc_clock){ wall, boot_ms, life };
	d->options.event = told;
	d->options.notice = NULL;
	d->options.lease = NULL;
	d->options.arg = life;
	d->options.flush_s = DAY;	/* not each minute of a life */
	d->features[0].mandatory = row->mandatory;
	device_open(d);
	return life;
}

static void
check_life(const struct row *row, enum trouble trouble)
{
	struct life *life = life_new(row, trouble);
	struct list want = { .n = 0 };

	if (row->acts[0].what != INSTALL)
		(void)device_add(life->d, terms(row));
	live(life);
	row->expected(&want, trouble == OFF ? row->off : row->end + 1,
	    trouble == OFF ? row->on : row->end + 1);
	for (size_t i = 0; i < want.n && i < life->told.n; i++) {
		check_context("notification %d, %s, %s: %zu of %zu, at day "
		    "%.3f", row->kind, row->name, trouble_names[trouble], i,
		    want.n, (double)want.at[i] / (double)DAY);
		CHECK_INT(life->told.at[i], want.at[i]);
	}
	check_context("notification %d, %s, %s: all", row->kind, row->name,
	    trouble_names[trouble]);
	CHECK_UINT(life->told.n, want.n);
	device_free(life->d);
	free(life);
}

static void
lives(enum trouble trouble)
{
	for (size_t i = 0; i < CHECK_COUNT(rows); i++)
		check_life(&rows[i], trouble);
}

static void
undisturbed(void)
{
	lives(NONE);
}

static void
restarts(void)
{
	lives(RESTARTS);
}

static void
clock_steps(void)
{
	lives(CLOCK_STEPS);
}

static void
off_for_days(void)
{
	lives(OFF);
}

static void
all_fourteen(void)
{
	for (int kind = LC_EVENT_EXPIRED; kind <= LC_EVENT_RTU_TRANSITION;
	    kind++) {
		bool found = false;

		for (size_t i = 0; i < CHECK_COUNT(rows); i++)
			found = found || (int)rows[i].kind == kind;
		check_context("notification %d", kind);
		CHECK(found);
	}
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "each has a row", all_fourteen },
		{ "undisturbed", undisturbed },
		{ "restarts at random instants", restarts },
		{ "the clock is set back and forth", clock_steps },
		{ "off for days", off_for_days },
	};

	return check_main("notices", tests, CHECK_COUNT(tests), argc, argv);
}
