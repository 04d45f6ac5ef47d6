/*
 * crash_test.c - every change of a device's state, with every fault.
 *
 * For each kind of change, and for each n until there is no nth one any more:
 * the nth allocation fails, the nth call that reads from the disk fails, or the
 * nth that writes; the process dies before the nth that writes, and the power fails before it, with which everything is
 * lost that was not synced.  What is seen afterwards, at once and when the core
 * is opened again, is all of the old state or all of the new one; nothing that
 * was reported done is lost; and lc_check finds nothing.
 *
 * CRASH_CHANGE=clear ./crash_test: of one kind of change only.
 *
 * With the address sanitizer, which makes all of it many times as slow, it is
 * every seventh fault, and nothing dies: there is nothing to see in a fork.
 */
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "disk_calls.h"
#include "format/file.h"
#include "memory.h"
#include "old_state.h"
#include "ticket.h"

#define MANY 20000

#if defined __SANITIZE_ADDRESS__
#define SLOW 1
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define SLOW 1
#endif
#endif
#ifdef SLOW
#define LAST_FAULT FAILS
#define STRIDE 7
#else
#define LAST_FAULT FORGETS
#define STRIDE 1
#endif

/* ---- What is seen ---------------------------------------------------- */

struct view {
	char text[16384];
	size_t len;
};

static void __attribute__((format(printf, 2, 3)))
add(struct view *v, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	v->len += (size_t)vsnprintf(v->text + v->len, sizeof v->text - v->len,
	    format, args);
	va_end(args);
	REQUIRE(v->len < sizeof v->text);
}

static void
view_licenses(struct view *v, const struct lc *lc)
{
	const struct lc_license *const *licenses;
	const struct lc_store *const *stores;
	size_t n;

	stores = lc_stores(lc, &n);
	for (size_t i = 0; i < n; i++)
		add(v, "store %u: %u left\n", stores[i]->index,
		    stores[i]->size_left);
	licenses = lc_licenses(lc, &n);
	for (size_t i = 0; i < n; i++) {
		const struct lc_license *l = licenses[i];

		add(v, "%u.%u.%u %s type %d \"%s\" accepted %d priority %d"
		    " used %u left %u expired %u installed %lld\n", l->device,
		    l->store, l->index, l->terms.id, l->terms.type, l->comment,
		    l->eula_accepted, l->priority, lc_license_used_s(lc, l),
		    lc_license_left_s(lc, l), lc_license_expired_s(lc, l),
		    (long long)l->installed);
	}
}

static void
view_records(struct view *v, struct lc *lc)
{
	const struct lc_history *h;
	const struct lc_event *e;

	for (uint64_t at = 0; lc_history_next(lc, at, &h) == LC_OK; at = h->seq)
		add(v, "record %llu: %s %s\n", (unsigned long long)h->seq,
		    h->what, h->id);
	for (uint64_t at = 0; lc_event_next(lc, at, &e) == LC_OK; at = e->seq)
		add(v, "event %llu: %d about %u\n", (unsigned long long)e->seq,
		    e->kind, e->license);
}

static void
view_take(struct view *v, struct lc *lc)
{
	const struct lc_module *const *modules;
	size_t n;

	v->len = 0;
	*v->text = '\0';
	if (lc == NULL)
		return;
	view_licenses(v, lc);
	view_records(v, lc);
	modules = lc_modules(lc, &n);
	for (size_t i = 0; i < n; i++)
		add(v, "module %s: %zu\n", modules[i]->name,
		    modules[i]->wanted);
	add(v, "ahead %d, standing %d, switches", lc_clock_ahead_s(lc) > 0,
	    lc_eula_standing(lc));
	for (int i = 0; i < LC_NSWITCHES; i++)
		add(v, " %d", lc_switch_get(lc, (enum lc_switch)i));
	add(v, "\n");
}

/* The first row that differs, of each. */
static void
check_view(const char *found, const char *expected)
{
	char rows[2][512] = { "", "" };
	size_t at = 0;

	while (found[at] != '\0' && found[at] == expected[at])
		at++;
	while (at > 0 && found[at - 1] != '\n')
		at--;
	(void)snprintf(rows[0], sizeof rows[0], "%.*s",
	    (int)strcspn(found + at, "\n"), found + at);
	(void)snprintf(rows[1], sizeof rows[1], "%.*s",
	    (int)strcspn(expected + at, "\n"), expected + at);
	CHECK_STR(rows[0], rows[1]);
	CHECK_INT(strcmp(found, expected), 0);
}

/* ---- A state directory ----------------------------------------------- */

struct file {
	char name[256];
	char *data;
	size_t len;
};

struct state {
	struct file files[16];
	size_t n;
};

static void
each_file(const char *dir, void (*each)(const char *name, const char *path,
    struct state *), struct state *state)
{
	DIR *d = opendir(dir);
	const struct dirent *entry;

	REQUIRE(d != NULL);
	while ((entry = readdir(d)) != NULL) {
		char path[512];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
		each(entry->d_name, path, state);
	}
	closedir(d);
}

static void
keep(const char *name, const char *path, struct state *state)
{
	struct file *f = &state->files[state->n++];

	REQUIRE(state->n < CHECK_COUNT(state->files));
	snprintf(f->name, sizeof f->name, "%s", name);
	f->data = check_read(path, &f->len);
}

static void
take_away(const char *name, const char *path, struct state *state)
{
	(void)name;
	(void)state;
	REQUIRE(unlink(path) == 0);
}

static void
put_back(const char *dir, const struct state *state)
{
	each_file(dir, take_away, NULL);
	for (size_t i = 0; i < state->n; i++) {
		char path[512];

		snprintf(path, sizeof path, "%s/%s", dir,
		    state->files[i].name);
		check_write(path, state->files[i].data, state->files[i].len);
		REQUIRE(chmod(path, 0600) == 0);
	}
}

static void
state_free(struct state *state)
{
	for (size_t i = 0; i < state->n; i++)
		free(state->files[i].data);
}

/* ---- Changes --------------------------------------------------------- */

struct change {
	const char *name;
	/* What there is before; the core is open. */
	void (*prepare)(struct device *);
	/* And on its disk, once the core was closed. */
	void (*spoil)(struct device *);
	/* The file that it needs; caller frees. */
	char *(*file)(const struct device *);
	/* Each time before it, with the core open. */
	void (*begin)(struct device *);
	enum lc_err (*run)(struct device *, const char *file);
	bool opens;	/* it is the opening itself */
	bool timely;	/* it comes by itself: in steps, with time */
	bool in_parts;	/* licenses are judged, and fail, one by one */
	bool found_damaged;	/* for good, which lc_check says */
};

static const char agreement[] = "Use it well.\n";
static char agreement_digest[LC_EULA_DIGEST_LEN + 1];

static struct lc_terms
trial(const char *id)
{
	struct lc_terms t = issuer_terms(id);

	t.feature = "one";
	t.type = LC_DEMO;
	t.nudis = 0;
	t.period_s = 100000;
	return t;
}

/* Two licenses, one of which was used for a while. */
static void
two_licenses(struct device *d)
{
	struct lc_lease_request r = { .feature = "one", .count = 1 };
	struct lc_lease *lease;

	(void)device_add(d, issuer_terms("a"));
	(void)device_add(d, trial("b"));
	CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_OK, NULL);
	device_pass(d, 100);
	lc_release(lease);
}

/* Whose agreements wait, in store 2. */
static void
built_in(struct device *d)
{
	struct lc_terms t[2] = { trial("c"), trial("d") };
	char *lines;

	t[0].eula = t[1].eula = agreement_digest;
	lines = device_file(d, t, 2);
	check_write(d->stores[1].path, lines, strlen(lines));
	free(lines);
}

static enum lc_err
run_action(struct device *d, struct lc_request r)
{
	struct lc_action *a = NULL;
	enum lc_err err = lc_action_new(d->lc, &r, &a);

	if (err != LC_OK)
		return err;
	lc_action_run(a);
	err = lc_action_error(a);
	CHECK_INT(lc_action_state(a) == LC_SUCCESSFUL, err == LC_OK);
	lc_action_free(a);
	return err;
}

static char *
one_more(const struct device *d)
{
	struct lc_terms t = trial("x");
	char *file, *all;

	t.eula = agreement_digest;
	file = device_file(d, &t, 1);
	REQUIRE(asprintf(&all, "%s-----BEGIN EULA-----\n%s-----END EULA"
	    "-----\n", file, agreement) > 0);
	free(file);
	return all;
}

static char *
two_more(const struct device *d)
{
	struct lc_terms t[2] = { trial("x"), issuer_terms("y") };

	return device_file(d, t, 2);
}

static enum lc_err
installs(struct device *d, const char *file)
{
	return run_action(d, (struct lc_request){ .kind = LC_INSTALL,
	    .data = file, .len = strlen(file), .accept_eula = true,
	    .by = "test" });
}

static enum lc_err
clears(struct device *d, const char *file)
{
	(void)file;
	return run_action(d, (struct lc_request){ .kind = LC_CLEAR,
	    .license = device_license(d, "b")->index, .by = "test" });
}

static char *
move_b(const struct device *d)
{
	struct ticket t = { .id = "t1", .seq = 1, .remove = { "b" },
	    .nadd = 1 };

	t.add[0] = issuer_terms("g");
	t.add[0].type = LC_GRACE_PERIOD;
	t.add[0].period_s = 1000;
	return ticket_file(d->issuer, &t);
}

static enum lc_err
rehosts(struct device *d, const char *file)
{
	return run_action(d, (struct lc_request){ .kind = LC_PROCESS_TICKET,
	    .data = file, .len = strlen(file), .by = "test" });
}

/* A lease that has held the trial for a while, which is not recorded yet. */
static void
hold(struct device *d)
{
	struct lc_lease_request r = { .feature = "one", .count = 1 };
	struct lc_lease *lease;
	int64_t wait;

	CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_OK, NULL);
	CHECK_ERR(lc_tick(d->lc, &wait), LC_OK, NULL);
	d->wall += 600;
	d->boot_ms += 600000;
}

/* To the end of its period. */
static void
hold_long(struct device *d)
{
	hold(d);
	d->wall += 100000;
	d->boot_ms += 100000000;
}

static enum lc_err
ticks(struct device *d, const char *file)
{
	int64_t wait;

	(void)file;
	return lc_tick(d->lc, &wait);
}

static enum lc_err
accepts_one(struct device *d, const char *file)
{
	const struct lc_license *l = lc_eula_pending(d->lc, NULL);

	(void)file;
	return lc_eula_accept(d->lc, l->device, l->store, l->index, "test");
}

static enum lc_err
accepts_all(struct device *d, const char *file)
{
	(void)file;
	return lc_eula_standing_set(d->lc, true, "test");
}

static enum lc_err
comments(struct device *d, const char *file)
{
	(void)file;
	return lc_comment_set(d->lc, 1, 1, device_license(d, "a")->index,
	    "in the cellar");
}

static enum lc_err
prefers(struct device *d, const char *file)
{
	(void)file;
	return lc_priority_set(d->lc, 1, 1, device_license(d, "a")->index,
	    LC_PRIORITY_HIGH);
}

static enum lc_err
switches(struct device *d, const char *file)
{
	(void)file;
	return lc_switch_set(d->lc, LC_SWITCH_USAGE, false);
}

static enum lc_err
chooses(struct device *d, const char *file)
{
	(void)file;
	return lc_boot_level_set(d->lc, 1, "software", "full");
}

static enum lc_err
opens(struct device *d, const char *file)
{
	struct lc_detail detail;
	enum lc_err err = lc_open(&d->options, &d->lc, &detail);

	(void)file;
	if (err == LC_EDAMAGED)	/* which nothing is */
		printf("# %s\n", detail.text);
	/* Nothing is said but of this failure. */
	if (err == LC_OK)
		CHECK_STR(detail.text, "");
	else if (err == LC_ENOMEM && *detail.text != '\0')
		CHECK_HAS(detail.text, "memory");
	return err;
}

static void
lose_everything(struct device *d)
{
	each_file(d->dir, take_away, NULL);
}

static void
lose_first(struct device *d)
{
	CHECK_INT(unlink(check_path(d->dir, "state.db")), 0);
}

static void
lose_twin(struct device *d)
{
	CHECK_INT(unlink(check_path(d->dir, "state-twin.db")), 0);
}

static void
alter_one(struct device *d)
{
	state_edit(d, "state.db", "UPDATE copy SET comment = 'c'");
}

static void
alter_history(struct device *d)
{
	state_edit_both(d, "DELETE FROM history WHERE n = 2");
}

static void
alter_use(struct device *d)
{
	state_edit_both(d, "UPDATE identity SET used_ms = 1 WHERE id = 'b'");
}

/* As the layout before this one wrote it. */
static void
make_old(struct device *d)
{
	old_state(d);
}

/* A meter ran when the power failed. */
static void
was_running(struct device *d)
{
	struct state then = { .n = 0 };

	two_licenses(d);
	hold(d);
	each_file(d->dir, keep, &then);
	device_close(d);
	put_back(d->dir, &then);
	state_free(&then);
	d->boot_ms += 60000;
	d->wall += 60;
}

/* Years ahead, and right again. */
static void
clock_jumps(struct device *d)
{
	d->wall += 400000000;
	device_pass(d, 10);
	CHECK_ERR(lc_reconfigure(d->lc, &d->options, NULL), LC_OK, NULL);
	d->wall -= 400000000;
	device_pass(d, 10);
}

static enum lc_err
resets(struct device *d, const char *file)
{
	(void)file;
	return lc_clock_reset(d->lc, "test", NULL);
}

static const struct change changes[] = {
	{ "install", .prepare = two_licenses, .file = one_more,
	    .run = installs },
	{ "install of two", .prepare = two_licenses, .file = two_more,
	    .run = installs, .in_parts = true },
	{ "clear", .prepare = two_licenses, .run = clears },
	{ "ticket", .prepare = two_licenses, .file = move_b, .run = rehosts },
	{ "flush", .prepare = two_licenses, .begin = hold, .run = ticks,
	    .timely = true },
	{ "expiry", .prepare = two_licenses, .begin = hold_long, .run = ticks,
	    .timely = true },
	{ "acceptance", .prepare = two_licenses, .run = accepts_one },
	{ "standing acceptance", .prepare = two_licenses, .run = accepts_all },
	{ "comment", .prepare = two_licenses, .run = comments },
	{ "priority", .prepare = two_licenses, .run = prefers },
	{ "switch", .prepare = two_licenses, .run = switches },
	{ "boot level", .prepare = two_licenses, .run = chooses },
	{ "first opening", .spoil = lose_everything, .run = opens,
	    .opens = true },
	{ "restoring the state", .prepare = two_licenses,
	    .spoil = lose_first, .run = opens, .opens = true },
	{ "restoring its twin", .prepare = two_licenses, .spoil = lose_twin,
	    .run = opens, .opens = true },
	{ "an altered comment", .prepare = two_licenses, .spoil = alter_one,
	    .run = opens, .opens = true },
	{ "an altered history", .prepare = two_licenses,
	    .spoil = alter_history, .run = opens, .opens = true,
	    .found_damaged = true },
	{ "an altered use", .prepare = two_licenses, .spoil = alter_use,
	    .run = opens, .opens = true, .found_damaged = true },
	{ "taking over", .spoil = make_old, .run = opens, .opens = true },
	{ "a meter that ran", .prepare = was_running, .run = opens,
	    .opens = true },
	{ "clock reset", .prepare = two_licenses, .begin = clock_jumps,
	    .run = resets },
};

/* ---- Faults ---------------------------------------------------------- */

enum fault { MEMORY, READS, FAILS, DIES, FORGETS, NFAULTS };

static const char *const fault_names[NFAULTS] = {
	"allocations", "reads", "writes", "deaths", "power failures",
};

/* One change: before it, after it, and what each is once opened again. */
struct trial {
	const struct change *change;
	struct device *d;
	char *file;
	int64_t wall, boot_ms;			/* before it */
	int64_t wall_then, boot_ms_then;	/* when it happens */
	struct state state;
	struct view before, after, before_again, after_again, found;
};

static void
fault_arm(enum fault fault, unsigned n)
{
	switch (fault) {
	case MEMORY:
		memory_fail_at(n);
		break;
	case READS:
		disk_end_at(n, DISK_UNREADABLE);
		break;
	case FAILS:
		disk_end_at(n, DISK_FAILS);
		break;
	case DIES:
		disk_end_at(n, DISK_DIES);
		break;
	default:
		disk_end_at(n, DISK_FORGETS);
		break;
	}
}

static struct device *
device_make(void)
{
	static const char *const levels[] = { "base", "lite", "full" };
	static const struct lc_module_options module = {
		.name = "software", .version = "1.0", .levels = levels,
		.nlevels = CHECK_COUNT(levels),
	};
	struct device *d = device_new();

	d->stores[1] = (struct lc_store_options){
		.device = 1, .index = 2, .kind = LC_STORE_BUILT_IN,
		.name = "trials", .path = check_path(check_dir(), "trials.lic"),
	};
	d->options.nstores = 2;
	d->options.modules = &module;
	d->options.nmodules = 1;
	REQUIRE(lc_eula_digest(agreement, strlen(agreement),
	    agreement_digest) == LC_OK);
	built_in(d);
	return d;
}

/* As it was before, with the core open unless opening it is the change. */
static void
trial_begin(struct trial *t)
{
	struct device *d = t->d;

	device_close(d);
	put_back(d->dir, &t->state);
	d->wall = t->wall;
	d->boot_ms = t->boot_ms;
	d->nevents = d->nnotices = d->nleases = 0;
	if (t->change->opens)
		return;
	device_open(d);
	if (t->change->begin != NULL)
		t->change->begin(d);
}

static enum lc_err
trial_run(struct trial *t)
{
	return t->change->run(t->d, t->file);
}

/* What is seen once the core is opened again. */
static void
view_again(struct view *v, struct trial *t)
{
	int64_t wait;

	device_open(t->d);
	if (t->change->timely)
		CHECK_ERR(lc_tick(t->d->lc, &wait), LC_OK, NULL);
	view_take(v, t->d->lc);
}

static void
trial_learn(struct trial *t)
{
	struct state then = { .n = 0 };

	/* Found by opening: it is what there is, before and after. */
	trial_begin(t);
	if (!t->change->opens) {
		view_take(&t->before, t->d->lc);
		/* As after a death: what was not recorded is lost. */
		each_file(t->d->dir, keep, &then);
		device_close(t->d);
		put_back(t->d->dir, &then);
		state_free(&then);
		view_again(&t->before_again, t);
		trial_begin(t);
	}
	t->wall_then = t->d->wall;
	t->boot_ms_then = t->d->boot_ms;
	CHECK_ERR(trial_run(t), LC_OK, NULL);
	view_take(&t->after, t->d->lc);
	device_close(t->d);
	view_again(&t->after_again, t);
	if (t->change->opens)
		t->before_again = t->after_again;
	else if (!t->change->timely)
		CHECK(strcmp(t->before.text, t->after.text) != 0);
	CHECK(t->change->opens || strcmp(t->before_again.text,
	    t->after_again.text) != 0);
}

static struct trial *
trial_new(const struct change *change)
{
	struct trial *t = calloc(1, sizeof *t);
	struct device *d = device_make();

	REQUIRE(t != NULL);
	t->change = change;
	t->d = d;
	disk_end_at(0, DISK_FAILS);	/* which makes it quick */
	device_open(d);
	if (change->prepare != NULL)
		change->prepare(d);
	device_close(d);
	if (change->spoil != NULL)
		change->spoil(d);
	each_file(d->dir, keep, &t->state);
	t->wall = d->wall;
	t->boot_ms = d->boot_ms;
	if (change->file != NULL)
		t->file = change->file(d);
	trial_learn(t);
	return t;
}

static void
trial_free(struct trial *t)
{
	state_free(&t->state);
	free(t->file);
	device_free(t->d);
	free(t);
}

/* Opened again: is it one of the two, and whole? */
static void
check_again(struct trial *t, bool is_old, bool is_new)
{
	struct lc_detail detail = { "" };

	view_again(&t->found, t);
	if (!is_old)
		check_view(t->found.text, t->after_again.text);
	else if (!is_new)
		check_view(t->found.text, t->before_again.text);
	else if (strcmp(t->found.text, t->before_again.text) != 0)
		check_view(t->found.text, t->after_again.text);
	CHECK_ERR(lc_check(t->d->lc, &detail),
	    t->change->found_damaged ? LC_EDAMAGED : LC_OK, &detail);
}

/* Something fails, and the core goes on. */
static bool
fail_at(struct trial *t, enum fault fault, unsigned n)
{
	enum lc_err err;
	bool failed;

	trial_begin(t);
	fault_arm(fault, n);
	err = trial_run(t);
	fault_arm(fault, 0);
	failed = fault == MEMORY ? memory_failed() : disk_ended();
	if (err != LC_EIO && err != LC_ENOMEM)
		CHECK_ERR(err, LC_OK, NULL);
	if (err != LC_OK && t->change->timely)
		err = trial_run(t);	/* its time is still due */
	if (!t->change->opens) {
		view_take(&t->found, t->d->lc);
		check_view(t->found.text, err == LC_OK ? t->after.text :
		    t->before.text);
	}
	device_close(t->d);
	check_again(t, err != LC_OK, err == LC_OK);
	return failed;
}

/* In a process of its own; it says when it was told that it is done. */
static void
die(struct trial *t, enum fault fault, unsigned n, int done)
{
	trial_begin(t);
	fault_arm(fault, n);
	if (trial_run(t) == LC_OK)
		REQUIRE(dprintf(done, "done") == 4);
	disk_power_off(0);
}

static bool
die_at(struct trial *t, enum fault fault, unsigned n)
{
	int ends[2], status = 0;
	bool done;
	char byte;
	pid_t child;

	device_close(t->d);
	REQUIRE(pipe(ends) == 0);
	fflush(NULL);
	if ((child = fork()) == 0)
		die(t, fault, n, ends[1]);
	close(ends[1]);
	done = read(ends[0], &byte, 1) == 1;
	close(ends[0]);
	REQUIRE(child > 0 && waitpid(child, &status, 0) == child);
	REQUIRE(WIFEXITED(status));
	CHECK(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == DISK_DEAD);
	t->d->wall = t->wall_then;
	t->d->boot_ms = t->boot_ms_then;
	check_again(t, !done, true);
	return WEXITSTATUS(status) == DISK_DEAD;
}

static unsigned
faults(struct trial *t, enum fault fault)
{
	bool failed = true;
	unsigned n = 1 - STRIDE, done = 0;

	while (failed && n + STRIDE < MANY) {
		n += STRIDE;
		check_context("%s: %s, number %u", t->change->name,
		    fault_names[fault], n);
		failed = fault <= FAILS ? fail_at(t, fault, n) : die_at(t, fault, n);
		done += failed;
	}
	CHECK(!failed);
	CHECK(fault <= READS || n > (t->change->timely ? 3 : 10));
	return done;
}

static void
every_fault(void)
{
	const char *only = getenv("CRASH_CHANGE");
	unsigned sum = 0;

	for (size_t i = 0; i < CHECK_COUNT(changes); i++) {
		struct trial *t;

		if (only != NULL && strcmp(only, changes[i].name) != 0)
			continue;
		t = trial_new(&changes[i]);
		printf("    %s:", changes[i].name);
		for (enum fault f = changes[i].in_parts ? FAILS : MEMORY;
		    f <= LAST_FAULT; f++) {
			unsigned n = faults(t, f);

			printf(" %u %s%s", n, fault_names[f],
			    f < LAST_FAULT ? "," : "");
			sum += n;
		}
		printf("\n");
		trial_free(t);
	}
	CHECK(sum > 0);
	printf("    %u faults\n", sum);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "every fault", every_fault },
	};

	return check_main("crash", tests, CHECK_COUNT(tests), argc, argv);
}
