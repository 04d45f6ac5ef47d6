/* hook.c - see hook.h. */
#include "hook.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "base/b64.h"
#include "daemon/log.h"
#include "hook_post.h"
#include "record/device.h"
#include "record/webhook.h"
#include "report/events.h"
#include "report/rows.h"

#define THREADS 4
#define EACH_S 1    /* between looks for something to tell */
#define EVENTS 50   /* of a turn */
#define LEASE_S 900 /* longer than all events of a turn may take */
#define BACK_OFF_MAX 21600
#define LESSEE_BYTES 9

/* An event as it is sent. */
struct letter {
	int64_t n, at;
	bool wanted;
	bool is_public;
	char account[65], udi[LC_UDI_MAX + 1], type[24];
	char *body;
};

struct hooks;

struct thread {
	struct hooks *hooks;
	pthread_t thread;
	bool runs;
	struct lc_record *record; /* NULL: not connected */
	struct hook_post *post;
	char lessee[LC_B64_LEN(LESSEE_BYTES) + 1];
	char id[LC_WEBHOOK_ID + 1]; /* what it tells to; under the lock */
	struct letter letters[2 * EVENTS]; /* two of an entry */
	size_t nletters;
};

struct hooks {
	struct hook_options options;
	struct desk *desk;
	struct thread threads[THREADS];
	pthread_mutex_t lock;
	pthread_cond_t changed;
	atomic_bool ends;
	atomic_ulong delivered, failed, stopped;
};

/* ---- Asking the issuing process -------------------------------------- */

struct waiting {
	pthread_mutex_t lock;
	pthread_cond_t answered;
	unsigned status; /* 0: not yet */
};

static void
answered(void *arg, unsigned status, const char *body, size_t len)
{
	struct waiting *w = arg;

	(void)body;
	(void)len;
	(void)pthread_mutex_lock(&w->lock);
	w->status = status;
	(void)pthread_cond_signal(&w->answered);
	(void)pthread_mutex_unlock(&w->lock);
}

/* Takes over the body; waits for the commit. */
static bool
ask(struct thread *t, enum op op, const char *id, json_t *body)
{
	struct waiting w = { .status = 0 };
	json_t *asked = json_pack(
	    "{s:s, s:s, s:o}", "who", "portal", "part", id, "body", body);
	bool sent;

	if (asked == NULL)
		return false;
	(void)pthread_mutex_init(&w.lock, NULL);    /* cannot fail */
	(void)pthread_cond_init(&w.answered, NULL); /* nor this */
	sent = desk_ask(t->hooks->desk, op, asked, answered, &w);
	json_decref(asked);
	(void)pthread_mutex_lock(&w.lock);
	while (sent && w.status == 0)
		(void)pthread_cond_wait(&w.answered, &w.lock);
	(void)pthread_mutex_unlock(&w.lock);
	(void)pthread_cond_destroy(&w.answered);
	(void)pthread_mutex_destroy(&w.lock);
	return w.status == 200;
}

static bool
hook_lease(struct thread *t, const char *id)
{
	return ask(t, OP_WEBHOOK_LEASE, id,
	    json_pack("{s:s, s:i}", "lessee", t->lessee, "seconds", LEASE_S));
}

static void
hook_return(struct thread *t, const struct lc_webhook *hook)
{
	json_t *body =
	    json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:s%, s:s}",
		"lessee", t->lessee, "seen", (json_int_t)hook->seen, "ends",
		(json_int_t)hook->ends, "ends_n", (json_int_t)hook->ends_n,
		"failing", (json_int_t)hook->failing, "tries",
		(json_int_t)hook->tries, "due", (json_int_t)hook->due, "says",
		hook->says, strlen(hook->says), "stopped", hook->stopped);

	/* Else the lease ends by itself, and events are told once more. */
	if (!ask(t, OP_WEBHOOK_RETURN, hook->id, body))
		log_debug("webhook", "%s: its state was not kept", hook->id);
}

/* ---- Events ---------------------------------------------------------- */

static void
letters_free(struct thread *t)
{
	for (size_t i = 0; i < t->nletters; i++)
		free(t->letters[i].body);
	t->nletters = 0;
}

static enum lc_err
letter_add(void *arg, const struct lc_log_event *event)
{
	struct thread *t = arg;
	struct letter *letter = &t->letters[t->nletters];
	char date[LC_ROWS_DATE];
	json_t *json;

	*letter = (struct letter){ .n = event->n, .at = event->at };
	letter->is_public = event->account == NULL;
	(void)snprintf(letter->account, sizeof letter->account, "%s",
	    event->account != NULL ? event->account : "");
	(void)snprintf(letter->udi, sizeof letter->udi, "%s",
	    event->udi != NULL ? event->udi : "");
	(void)snprintf(letter->type, sizeof letter->type, "%s", event->type);
	json = json_pack("{s:s, s:s, s:O}", "type", event->type, "timestamp",
	    lc_rows_date(event->at, date), "data", (json_t *)event->data);
	letter->body = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	if (letter->body == NULL)
		return LC_ENOMEM;
	t->nletters++;
	return LC_OK;
}

static bool
is_chosen(const char *events, const char *type)
{
	size_t len = strlen(type);

	if (events[0] == '\0')
		return true;
	for (const char *at = events; (at = strstr(at, type)) != NULL; at++) {
		if ((at == events || at[-1] == ' ') &&
		    (at[len] == ' ' || at[len] == '\0'))
			return true;
	}
	return false;
}

/* May and does this webhook want it? */
static enum lc_err
letter_judge(
    struct thread *t, const struct lc_webhook *hook, struct letter *letter)
{
	bool others;

	letter->wanted = is_chosen(hook->events, letter->type);
	if (!letter->wanted || letter->is_public || hook->account[0] == '\0')
		return LC_OK;
	letter->wanted = strcmp(letter->account, hook->account) == 0;
	if (strcmp(letter->type, "device.replaced") != 0)
		return LC_OK;
	return lc_device_whose(
	    t->record, letter->udi, hook->account, &letter->wanted, &others);
}

/* ---- Telling --------------------------------------------------------- */

static void
hook_succeeded(struct hooks *hooks, struct lc_webhook *hook)
{
	hooks->delivered++;
	hook->failing = hook->tries = hook->due = 0;
	hook->says[0] = '\0';
}

static void
hook_failed(struct hooks *hooks, struct lc_webhook *hook, const char *why)
{
	int64_t now = (int64_t)time(NULL);
	int64_t wait = hooks->options.retry_s;

	hooks->failed++;
	for (int64_t i = 0; i < hook->tries && wait < BACK_OFF_MAX; i++)
		wait *= 2;
	hook->due = now + (wait < BACK_OFF_MAX ? wait : BACK_OFF_MAX);
	hook->tries++;
	if (hook->failing == 0)
		hook->failing = now;
	(void)snprintf(hook->says, sizeof hook->says, "%s", why);
	if (now - hook->failing < hooks->options.give_up_s)
		return;
	hooks->stopped++;
	(void)snprintf(hook->stopped, sizeof hook->stopped,
	    "no delivery in %u seconds", hooks->options.give_up_s);
	log_warn("webhook", "%s: %s; it is stopped", hook->id, why);
}

/* False: it failed, or the portal ends. */
static bool
letter_send(
    struct thread *t, struct lc_webhook *hook, const struct letter *letter)
{
	char id[LC_WEBHOOK_ID + 64], why[128] = "";
	bool sent;

	(void)snprintf(id, sizeof id, "%s.%s%lld", hook->id,
	    strcmp(letter->type, "license.expiring") == 0 ? "expiring." : "",
	    (long long)letter->n);
	sent = hook_post(t->post, hook->url, hook->secret, id, letter->body,
	    why, sizeof why);
	if (sent)
		hook_succeeded(t->hooks, hook);
	else if (!t->hooks->ends)
		hook_failed(t->hooks, hook, why);
	return sent;
}

/* What is in the letters, up to the first that fails: LC_EIO. */
static enum lc_err
letters_send(struct thread *t, struct lc_webhook *hook, bool from_log)
{
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < t->nletters && err == LC_OK; i++) {
		struct letter *letter = &t->letters[i];

		err = letter_judge(t, hook, letter);
		if (err == LC_OK && letter->wanted &&
		    !letter_send(t, hook, letter))
			err = LC_EIO;
		/* An entry is told when all of its letters are. */
		if (err == LC_OK && from_log &&
		    (i + 1 == t->nletters || letter[1].n != letter->n))
			hook->seen = letter->n;
	}
	return err;
}

static enum lc_err
tell_log(struct thread *t, struct lc_webhook *hook)
{
	int64_t upto = hook->seen;
	enum lc_err err = lc_log_events(
	    t->record, hook->seen, EVENTS, hook->ends, letter_add, t, &upto);

	if (err == LC_OK)
		err = letters_send(t, hook, true);
	if (err == LC_OK)
		hook->seen = upto;
	letters_free(t);
	return err;
}

/* A few at a time: if one fails, those before it are told again. */
static enum lc_err
tell_expiring(struct thread *t, struct lc_webhook *hook)
{
	int64_t ends = hook->ends, n = hook->ends_n;
	enum lc_err err = lc_log_events_expiring(t->record,
	    (int64_t)time(NULL) + LC_EXPIRING_S, 1, letter_add, t, &ends, &n);

	if (err == LC_OK)
		err = letters_send(t, hook, false);
	if (err == LC_OK) {
		hook->ends = ends;
		hook->ends_n = n;
	}
	letters_free(t);
	return err;
}

static void
hook_tell(struct thread *t, const char *id)
{
	struct lc_webhook hook;
	enum lc_err err = LC_OK;
	int64_t last;

	if (!hook_lease(t, id) ||
	    lc_webhook_find(t->record, id, &hook) != LC_OK)
		return;
	err = tell_log(t, &hook);
	for (int i = 0; i < EVENTS && err == LC_OK; i++) {
		last = hook.ends_n;
		err = tell_expiring(t, &hook);
		if (hook.ends_n == last)
			break;
	}
	hook_return(t, &hook);
	memset(hook.secret, 0, sizeof hook.secret);
}

/* ---- Threads --------------------------------------------------------- */

static bool
connected(struct thread *t)
{
	struct lc_detail detail = { "" };
	char *where = NULL;

	if (t->record != NULL)
		return true;
	if (lc_record_place(t->hooks->options.dir, &where, &detail) != LC_OK ||
	    lc_record_open(where, &t->record, &detail) != LC_OK)
		t->record = NULL;
	free(where);
	return t->record != NULL;
}

/* The next webhook that no other thread has; false: none. */
static bool
hook_take(struct thread *t)
{
	struct hooks *hooks = t->hooks;
	char taken[THREADS * (LC_WEBHOOK_ID + 1) + 1] = "";
	char id[LC_WEBHOOK_ID + 1];
	enum lc_err err;

	(void)pthread_mutex_lock(&hooks->lock);
	for (size_t i = 0; i < THREADS; i++) {
		strcat(taken, hooks->threads[i].id);
		strcat(taken, " ");
	}
	err = lc_webhook_due(t->record, (int64_t)time(NULL), taken, id);
	if (err == LC_OK)
		memcpy(t->id, id, sizeof id);
	(void)pthread_mutex_unlock(&hooks->lock);
	return err == LC_OK;
}

static void
hook_leave(struct thread *t)
{
	(void)pthread_mutex_lock(&t->hooks->lock);
	t->id[0] = '\0';
	(void)pthread_mutex_unlock(&t->hooks->lock);
}

static void
wait_a_little(struct hooks *hooks)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until); /* cannot fail */
	until.tv_sec += EACH_S;
	(void)pthread_mutex_lock(&hooks->lock);
	if (!hooks->ends)
		(void)pthread_cond_timedwait(
		    &hooks->changed, &hooks->lock, &until);
	(void)pthread_mutex_unlock(&hooks->lock);
}

static void *
run(void *arg)
{
	struct thread *t = arg;

	while (!t->hooks->ends) {
		if (!connected(t) || !hook_take(t)) {
			wait_a_little(t->hooks);
			continue;
		}
		hook_tell(t, t->id);
		hook_leave(t);
	}
	lc_record_close(t->record);
	return NULL;
}

/* ---- Opening --------------------------------------------------------- */

static bool
thread_start(struct hooks *hooks, struct thread *t)
{
	unsigned char bytes[LESSEE_BYTES];

	t->hooks = hooks;
	if (RAND_bytes(bytes, sizeof bytes) != 1 ||
	    (t->post = hook_post_new(hooks->options.ca_file,
		 hooks->options.may_private, &hooks->ends)) == NULL)
		return false;
	lc_b64_encode(bytes, sizeof bytes, t->lessee);
	t->runs = pthread_create(&t->thread, NULL, run, t) == 0;
	return t->runs;
}

struct hooks *
hooks_open(const struct hook_options *options, struct desk *desk)
{
	struct hooks *hooks = calloc(1, sizeof *hooks);
	bool good = hooks != NULL;

	if (hooks == NULL)
		return NULL;
	hooks->options = *options;
	hooks->desk = desk;
	(void)pthread_mutex_init(&hooks->lock, NULL);   /* cannot fail */
	(void)pthread_cond_init(&hooks->changed, NULL); /* nor this */
	for (size_t i = 0; i < THREADS && good; i++)
		good = thread_start(hooks, &hooks->threads[i]);
	if (good)
		return hooks;
	hooks_close(hooks);
	return NULL;
}

void
hooks_close(struct hooks *hooks)
{
	if (hooks == NULL)
		return;
	(void)pthread_mutex_lock(&hooks->lock);
	hooks->ends = true;
	(void)pthread_cond_broadcast(&hooks->changed);
	(void)pthread_mutex_unlock(&hooks->lock);
	for (size_t i = 0; i < THREADS; i++) {
		if (hooks->threads[i].runs)
			(void)pthread_join(hooks->threads[i].thread, NULL);
		hook_post_free(hooks->threads[i].post);
	}
	(void)pthread_cond_destroy(&hooks->changed);
	(void)pthread_mutex_destroy(&hooks->lock);
	free(hooks);
}

void
hooks_count(struct hooks *hooks, struct hook_counts *counts)
{
	*counts = (struct hook_counts){ hooks->delivered, hooks->failed,
		hooks->stopped };
}
