/*
 * licclient.c - leases, and the connection that holds them.
 *
 * Any call may read messages, but only notes what they say; lic_process alone
 * calls back.  The caller polls an epoll set of three descriptors: the
 * connection, a timer for retries, and an eventfd that is readable when another
 * call has noted something.
 */
#include "licclient.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "wire.h"

#define VERSION 1 /* of the protocol */
#define TIMEOUT_MS 5000
#define RECONNECT_MS 250
#define RETAKE_MS 10000
#define EVENTS_MAX 1024 /* noted and not yet reported; more are dropped */

struct lic_lease {
	struct lic *lic;
	struct lic_lease *next, **link;
	char *feature, *version; /* version NULL: the device's */
	uint32_t count;
	uint32_t number;  /* the daemon's; 0: not held */
	json_int_t asked; /* the request that takes it again; 0: none */
	int64_t until_ms; /* when it waits no more; 0: it does not wait,
			     INT64_MAX: it waits forever */
	bool ended;       /* by an administrator: it is not taken again */
	char *why;        /* it was lost; NULL: not known, or it is not */
	enum lic_state state, reported;
	void *arg;
};

struct lic {
	struct lic_options options;
	char *path;
	struct wire wire;
	bool ready; /* its greeting has come */
	int set, timer, noted;
	json_int_t last_id;
	json_int_t waiting; /* for the answer to this request; 0: none */
	int64_t wait_ms;    /* how long it may wait; INT64_MAX: forever */
	json_t *answer;     /* the answer */
	struct lic_lease *leases;
	json_t *events; /* noted, not yet reported */
	char code[32];
	char detail[512];
};

/* ---- Errors ---- */

const char *
lic_strerror(enum lic_err err)
{
	switch (err) {
	case LIC_OK:
		return "no error";
	case LIC_EINVAL:
		return "invalid argument";
	case LIC_ENOMEM:
		return "out of memory";
	case LIC_EAWAY:
		return "licagentd does not answer";
	case LIC_ETIMEOUT:
		return "licagentd did not answer in time";
	case LIC_EDENIED:
		return "permission denied by licagentd";
	case LIC_EBUSY:
		return "too many clients or leases";
	case LIC_EPROTOCOL:
		return "not a licagentd of this protocol version";
	case LIC_ENOLICENSE:
		return "no license";
	case LIC_EEULA:
		return "license agreement not accepted";
	case LIC_EEXPIRED:
		return "license expired";
	case LIC_ENOTYET:
		return "license not valid yet";
	case LIC_EEXHAUSTED:
		return "license count exhausted";
	case LIC_EREFUSED:
		return "refused by licagentd";
	}
	return "unknown error";
}

static enum lic_err
err_of(const char *code)
{
	static const struct {
		const char *code;
		enum lic_err err;
	} codes[] = {
		{ "denied", LIC_EDENIED },
		{ "busy", LIC_EBUSY },
		{ "too-many", LIC_EBUSY },
		{ "no-license", LIC_ENOLICENSE },
		{ "eula", LIC_EEULA },
		{ "expired", LIC_EEXPIRED },
		{ "not-yet", LIC_ENOTYET },
		{ "exhausted", LIC_EEXHAUSTED },
	};

	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (strcmp(codes[i].code, code) == 0)
			return codes[i].err;
	return LIC_EREFUSED;
}

static enum lic_err
fail(struct lic *lic, enum lic_err err, const char *why)
{
	lic->code[0] = '\0';
	snprintf(lic->detail, sizeof lic->detail, "%s: %s", lic->path, why);
	return err;
}

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

/* The daemon's error. */
static enum lic_err
refused(struct lic *lic, const json_t *error)
{
	snprintf(lic->code, sizeof lic->code, "%s", text_of(error, "code"));
	snprintf(lic->detail, sizeof lic->detail, "%s", text_of(error, "text"));
	return err_of(lic->code);
}

/* ---- Notes for lic_process ---- */

static void
note(struct lic *lic)
{
	uint64_t one = 1;

	/* Fails only if the counter is full: it is readable then. */
	(void)!write(lic->noted, &one, sizeof one);
}

static void
set_state(struct lic_lease *lease, enum lic_state state)
{
	lease->state = state;
	if (state != lease->reported)
		note(lease->lic);
}

static void
lose(struct lic_lease *lease, const char *why)
{
	free(lease->why);
	lease->why = strdup(why);
	set_state(lease, LIC_LOST);
}

static void
arm(struct lic *lic, int after_ms)
{
	const struct itimerspec when = {
		.it_value = { after_ms / 1000, after_ms % 1000 * 1000000L },
	};

	(void)timerfd_settime(lic->timer, 0, &when, NULL);
}

static enum lic_state
state_of(const char *name)
{
	if (strcmp(name, "licensed") == 0)
		return LIC_LICENSED;
	return strcmp(name, "expired") == 0 ? LIC_EXPIRED : LIC_UNLICENSED;
}

const char *
lic_state_name(enum lic_state state)
{
	static const char *const names[] = { "licensed", "expired",
		"unlicensed", "away", "lost" };

	return (size_t)state < sizeof names / sizeof names[0] ? names[state]
							      : "?";
}

/* ---- The connection ---- */

static void
disconnect(struct lic *lic)
{
	wire_close(&lic->wire); /* and takes it out of the epoll set */
	lic->ready = false;
	for (struct lic_lease *l = lic->leases; l != NULL; l = l->next) {
		l->number = 0;
		l->asked = 0;
		if (!l->ended)
			set_state(l, LIC_AWAY);
	}
	arm(lic, RECONNECT_MS);
}

static bool
watch(struct lic *lic, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(lic->set, EPOLL_CTL_ADD, fd, &event) == 0;
}

static enum lic_err
connect_now(struct lic *lic)
{
	int err = wire_connect(&lic->wire, lic->path);

	if (err == 0 && !watch(lic, lic->wire.fd))
		err = errno;
	if (err == 0)
		return LIC_OK;
	wire_close(&lic->wire);
	arm(lic, RECONNECT_MS);
	return fail(lic,
	    err == EACCES || err == EPERM ? LIC_EDENIED : LIC_EAWAY,
	    strerror(err));
}

/* ---- Requests ---- */

/* A JSON string. */
static bool
add_string(struct text *text, const char *s)
{
	char escape[8];
	bool good = text_add(text, "\"", 1);

	for (; good && *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == '"' || *s == '\\') {
			snprintf(escape, sizeof escape, "\\u%04x",
			    (unsigned char)*s);
			good = text_add(text, escape, 6);
		} else
			good = text_add(text, s, 1);
	return good && text_add(text, "\"", 1);
}

static bool __attribute__((format(printf, 2, 3)))
add(struct text *text, const char *format, ...)
{
	char part[96];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(part, sizeof part, format, args);
	va_end(args);
	return text_add(text, part, (size_t)len);
}

/* How long it may wait in the daemon; INT64_MAX: forever. */
static int64_t
wait_left_ms(const struct lic_lease *lease)
{
	int64_t left_ms;

	if (lease->until_ms == 0 || lease->until_ms == INT64_MAX)
		return lease->until_ms;
	left_ms = lease->until_ms - wire_now_ms();
	return left_ms > 0 ? left_ms : 0;
}

static bool
add_wait(struct lic *lic, const struct lic_lease *lease)
{
	int64_t left_ms = wait_left_ms(lease);

	if (left_ms == 0)
		return true;
	return add(&lic->wire.out, ",\"wait_s\":%lld%s",
	    left_ms == INT64_MAX ? (long long)LIC_FOREVER
				 : (long long)(left_ms - 1) / 1000 + 1,
	    lic->options.progress != NULL ? ",\"progress\":true" : "");
}

static bool
ask_checkout(struct lic *lic, const struct lic_lease *lease)
{
	struct text *out = &lic->wire.out;

	return add(out,
		   "{\"id\":%lld,\"do\":\"checkout\",\"count\":%u,"
		   "\"feature\":",
		   (long long)++lic->last_id, lease->count) &&
	       add_string(out, lease->feature) &&
	       (lease->version == NULL ||
		   (add(out, ",\"version\":") &&
		       add_string(out, lease->version))) &&
	       add_wait(lic, lease) && text_add(out, "}\n", 2);
}

/* Requests the leases that are not held. */
static bool
retake(struct lic *lic)
{
	for (struct lic_lease *l = lic->leases; l != NULL; l = l->next) {
		if (l->number != 0 || l->asked != 0 || l->ended)
			continue;
		if (!ask_checkout(lic, l))
			return false;
		l->asked = lic->last_id;
	}
	return true;
}

/* ---- Messages ---- */

static enum lic_err
take_hello(struct lic *lic, const json_t *message)
{
	const json_t *error = json_object_get(message, "error");
	json_int_t version =
	    json_integer_value(json_object_get(message, "version"));

	if (error != NULL)
		return refused(lic, error);
	if (strcmp(text_of(message, "hello"), "licagent") != 0 ||
	    version != VERSION)
		return fail(lic, LIC_EPROTOCOL,
		    "not a licagentd of this protocol version");
	lic->ready = true;
	arm(lic, 0);
	if (lic->options.event != NULL &&
	    !add(&lic->wire.out, "{\"do\":\"subscribe\"}\n"))
		return LIC_ENOMEM;
	return retake(lic) ? LIC_OK : LIC_ENOMEM;
}

static void
lease_changed(struct lic_lease *lease, const json_t *body)
{
	const char *state = text_of(body, "state");

	if (strcmp(state, "ended") != 0) {
		set_state(lease, state_of(state));
		return;
	}
	lease->number = 0;
	lease->ended = true;
	lose(lease, text_of(body, "text"));
}

static void
take_lease(struct lic *lic, const json_t *body)
{
	json_int_t number = json_integer_value(json_object_get(body, "lease"));

	for (struct lic_lease *l = lic->leases; l != NULL; l = l->next)
		if (l->number != 0 && l->number == number)
			lease_changed(l, body);
}

static void
got_lease(struct lic_lease *lease, const json_t *result)
{
	lease->asked = 0;
	lease->number =
	    (uint32_t)json_integer_value(json_object_get(result, "lease"));
	set_state(lease, state_of(text_of(result, "state")));
}

/* The answer to the request that takes it again. */
static void
take_again(struct lic_lease *lease, const json_t *message)
{
	const json_t *result = json_object_get(message, "result");

	if (result != NULL) {
		got_lease(lease, result);
		return;
	}
	lease->asked = 0;
	lose(lease, text_of(json_object_get(message, "error"), "text"));
	arm(lease->lic, RETAKE_MS);
}

static void
take_answer(struct lic *lic, json_int_t id, json_t *message)
{
	if (id == lic->waiting) {
		json_decref(lic->answer);
		lic->answer = json_incref(message);
		return;
	}
	for (struct lic_lease *l = lic->leases; l != NULL; l = l->next)
		if (l->asked == id) {
			take_again(l, message);
			return;
		}
}

static void
take_event(struct lic *lic, json_t *event)
{
	if (lic->options.event == NULL ||
	    json_array_size(lic->events) >= EVENTS_MAX)
		return;
	(void)json_array_append(lic->events, event);
	note(lic);
}

static void
take_progress(struct lic *lic, const json_t *body)
{
	if (lic->options.progress == NULL || lic->waiting == 0 ||
	    json_integer_value(json_object_get(body, "id")) != lic->waiting)
		return;
	lic->options.progress(lic->options.arg, text_of(body, "what"),
	    (uint64_t)json_integer_value(json_object_get(body, "done")),
	    (uint64_t)json_integer_value(json_object_get(body, "total")));
}

static enum lic_err
take(struct lic *lic, json_t *message)
{
	const json_t *id = json_object_get(message, "id");
	json_t *body;

	if (!lic->ready)
		return take_hello(lic, message);
	if (id != NULL)
		take_answer(lic, json_integer_value(id), message);
	else if ((body = json_object_get(message, "lease")) != NULL)
		take_lease(lic, body);
	else if ((body = json_object_get(message, "event")) != NULL)
		take_event(lic, body);
	else if ((body = json_object_get(message, "progress")) != NULL)
		take_progress(lic, body);
	else if ((body = json_object_get(message, "error")) != NULL)
		return refused(lic, body);
	return LIC_OK;
}

/* Takes every message that was read. */
static enum lic_err
take_all(struct lic *lic)
{
	enum lic_err err = LIC_OK;
	json_t *message;
	bool bad;

	while (
	    err == LIC_OK && (message = wire_next(&lic->wire, &bad)) != NULL) {
		err = take(lic, message);
		json_decref(message);
	}
	if (err == LIC_OK && bad)
		err = fail(lic, LIC_EPROTOCOL, "invalid message");
	return err;
}

/* Reads and writes without waiting.  Disconnects on failure. */
static enum lic_err
pump(struct lic *lic)
{
	enum lic_err err;
	int error = wire_read(&lic->wire);

	/* Messages may have come before the connection ended. */
	err = take_all(lic);
	if (err == LIC_OK && error == 0)
		error = wire_flush(&lic->wire);
	if (err == LIC_OK && error != 0)
		err = fail(lic, LIC_EAWAY,
		    error == ECONNRESET ? "connection closed by licagentd"
					: strerror(error));
	if (err != LIC_OK)
		disconnect(lic);
	return err;
}

/* ---- Waiting ---- */

static bool
is_ready(const struct lic *lic)
{
	return lic->ready;
}

static bool
is_answered(const struct lic *lic)
{
	return lic->answer != NULL;
}

/* Disconnects on failure: an answer that came too late would leave a lease that
 * nobody knows of. */
static enum lic_err
wait_until(struct lic *lic, bool (*done)(const struct lic *), int64_t end_ms)
{
	enum lic_err err = LIC_OK;
	int error;

	while (err == LIC_OK && !done(lic)) {
		error = wire_wait(&lic->wire, end_ms);
		if (error == 0)
			err = pump(lic);
		else {
			err = error == ETIMEDOUT ? LIC_ETIMEOUT : LIC_EAWAY;
			(void)fail(lic, err, strerror(error));
			disconnect(lic);
		}
	}
	return err;
}

/* When an answer has to be there that may take wait_ms longer than others. */
static int64_t
timeout(const struct lic *lic, int64_t wait_ms)
{
	return wait_ms == INT64_MAX
		   ? wait_ms
		   : wire_now_ms() + lic->options.timeout_ms + wait_ms;
}

static enum lic_err
be_connected(struct lic *lic)
{
	enum lic_err err = LIC_OK;

	lic->code[0] = lic->detail[0] = '\0';
	if (lic->wire.fd < 0)
		err = connect_now(lic);
	return err != LIC_OK ? err : wait_until(lic, is_ready, timeout(lic, 0));
}

/* Waits for the answer to a request that was, or is being, sent. */
static enum lic_err
await_answer(struct lic *lic, json_int_t id, json_t **result)
{
	json_t *error;
	enum lic_err err;

	lic->waiting = id;
	err = wait_until(lic, is_answered, timeout(lic, lic->wait_ms));
	lic->waiting = 0;
	if (err != LIC_OK)
		return err;
	if ((error = json_object_get(lic->answer, "error")) != NULL)
		err = refused(lic, error);
	else
		*result = json_incref(json_object_get(lic->answer, "result"));
	json_decref(lic->answer);
	lic->answer = NULL;
	return err;
}

/* Sends what is in the buffer, and waits for the answer to the last request. */
static enum lic_err
converse(struct lic *lic, json_t **result)
{
	int error = wire_flush(&lic->wire);

	if (error != 0) {
		disconnect(lic);
		return fail(lic, LIC_EAWAY, strerror(error));
	}
	return await_answer(lic, lic->last_id, result);
}

/* A connection that turns out to be dead is made once more. */
static enum lic_err
try_converse(struct lic *lic, bool (*ask)(struct lic *, const void *),
    const void *arg, json_t **result)
{
	enum lic_err err = LIC_EAWAY;

	for (int i = 0; i < 2 && err == LIC_EAWAY; i++) {
		bool was = lic->wire.fd >= 0;

		if ((err = be_connected(lic)) == LIC_OK) {
			if (!ask(lic, arg)) {
				disconnect(
				    lic); /* half a request is in the buffer */
				return LIC_ENOMEM;
			}
			err = converse(lic, result);
		}
		if (!was)
			break;
	}
	return err;
}

/* ---- Leases ---- */

static bool
ask_lease(struct lic *lic, const void *arg)
{
	return ask_checkout(lic, arg);
}

static void
free_lease(struct lic_lease *lease)
{
	if (lease == NULL)
		return;
	free(lease->feature);
	free(lease->version);
	free(lease->why);
	free(lease);
}

static struct lic_lease *
new_lease(
    struct lic *lic, const char *feature, const char *version, uint32_t count)
{
	struct lic_lease *lease = calloc(1, sizeof *lease);

	if (lease == NULL)
		return NULL;
	lease->lic = lic;
	lease->count = count != 0 ? count : 1;
	lease->feature = strdup(feature);
	lease->version = version != NULL ? strdup(version) : NULL;
	if (lease->feature != NULL &&
	    (version == NULL || lease->version != NULL))
		return lease;
	free_lease(lease);
	return NULL;
}

static void
rest(int64_t ms)
{
	(void)poll(NULL, 0, ms < RECONNECT_MS ? (int)ms : RECONNECT_MS);
}

/* A daemon that goes away while the request waits in it is waited for, too. */
static enum lic_err
obtain(struct lic_lease *lease, json_t **result)
{
	struct lic *lic = lease->lic;
	json_int_t before = lic->last_id;
	int64_t left_ms;
	enum lic_err err;

	for (;;) {
		left_ms = wait_left_ms(lease);
		lic->wait_ms = left_ms;
		err = try_converse(lic, ask_lease, lease, result);
		lic->wait_ms = 0;
		if (err != LIC_EAWAY || left_ms == 0 || lic->last_id == before)
			return err;
		rest(left_ms);
	}
}

static void
insert(struct lic_lease *lease)
{
	struct lic *lic = lease->lic;

	lease->reported = lease->state;
	lease->next = lic->leases;
	lease->link = &lic->leases;
	if (lease->next != NULL)
		lease->next->link = &lease->next;
	lic->leases = lease;
}

enum lic_err
lic_checkout_wait(struct lic *lic, const char *feature, const char *version,
    uint32_t count, uint32_t wait_s, struct lic_lease **out)
{
	struct lic_lease *lease;
	json_t *result = NULL;
	enum lic_err err;

	if (lic == NULL || feature == NULL || feature[0] == '\0' || out == NULL)
		return LIC_EINVAL;
	if ((lease = new_lease(lic, feature, version, count)) == NULL)
		return LIC_ENOMEM;
	if (wait_s != 0)
		lease->until_ms = wait_s == LIC_FOREVER
				      ? INT64_MAX
				      : wire_now_ms() + (int64_t)wait_s * 1000;
	if ((err = obtain(lease, &result)) != LIC_OK) {
		free_lease(lease);
		return err;
	}
	got_lease(lease, result);
	json_decref(result);
	lease->until_ms = 0; /* it is taken again without waiting */
	insert(lease);
	*out = lease;
	return LIC_OK;
}

enum lic_err
lic_checkout(struct lic *lic, const char *feature, const char *version,
    uint32_t count, struct lic_lease **out)
{
	return lic_checkout_wait(lic, feature, version, count, 0, out);
}

/* Waits until the daemon has answered the request for the lease. */
static enum lic_err
await_number(struct lic_lease *lease)
{
	json_t *result = NULL;
	enum lic_err err = LIC_OK;

	if (lease->asked != 0)
		err = await_answer(lease->lic, lease->asked, &result);
	if (result != NULL)
		got_lease(lease, result);
	json_decref(result);
	return err;
}

static enum lic_err
give_back(struct lic *lic, uint32_t number)
{
	json_t *result = NULL;
	enum lic_err err;

	if (!add(&lic->wire.out,
		"{\"id\":%lld,\"do\":\"release\",\"lease\":%u}\n",
		(long long)++lic->last_id, number)) {
		disconnect(lic); /* half a request is in the buffer */
		return LIC_ENOMEM;
	}
	err = converse(lic, &result);
	json_decref(result);
	return err;
}

/* While the lease is awaited it stays among the client's. */
enum lic_err
lic_release(struct lic_lease *lease)
{
	enum lic_err err = LIC_OK;

	if (lease == NULL)
		return LIC_OK;
	(void)await_number(lease); /* a refusal: there is nothing to give */
	if (lease->number != 0)
		err = give_back(lease->lic, lease->number);
	*lease->link = lease->next;
	if (lease->next != NULL)
		lease->next->link = lease->link;
	free_lease(lease);
	/* A daemon that is away has forgotten it. */
	return err == LIC_EAWAY || err == LIC_ETIMEOUT ? LIC_OK : err;
}

enum lic_state
lic_lease_state(const struct lic_lease *lease)
{
	return lease->state;
}

const char *
lic_lease_why(const struct lic_lease *lease)
{
	return lease->state == LIC_LOST && lease->why != NULL ? lease->why : "";
}

const char *
lic_lease_feature(const struct lic_lease *lease)
{
	return lease->feature;
}

uint32_t
lic_lease_count(const struct lic_lease *lease)
{
	return lease->count;
}

void
lic_lease_set_arg(struct lic_lease *lease, void *arg)
{
	lease->arg = arg;
}

void *
lic_lease_arg(const struct lic_lease *lease)
{
	return lease->arg;
}

/* ---- Other requests ---- */

static bool
ask_json(struct lic *lic, const void *arg)
{
	json_t *request = json_copy((json_t *)(uintptr_t)arg);
	char *text = NULL;
	bool good;

	if (request != NULL && json_object_set_new(request, "id",
				   json_integer(++lic->last_id)) == 0)
		text = json_dumps(request, JSON_COMPACT);
	good = text != NULL && text_add(&lic->wire.out, text, strlen(text)) &&
	       text_add(&lic->wire.out, "\n", 1);
	if (text != NULL) /* there may be a password in it */
		explicit_bzero(text, strlen(text));
	free(text);
	json_decref(request);
	return good;
}

enum lic_err
lic_request(struct lic *lic, const char *request, char **answer)
{
	json_t *asked, *result = NULL;
	json_error_t error;
	enum lic_err err;

	if (lic == NULL || request == NULL || answer == NULL)
		return LIC_EINVAL;
	lic->code[0] = lic->detail[0] = '\0';
	asked = json_loads(request, JSON_REJECT_DUPLICATES, &error);
	if (!json_is_object(asked)) {
		json_decref(asked);
		return LIC_EINVAL;
	}
	err = try_converse(lic, ask_json, asked, &result);
	json_decref(asked);
	if (err != LIC_OK)
		return err;
	*answer = json_dumps(result, JSON_COMPACT);
	json_decref(result);
	return *answer != NULL ? LIC_OK : LIC_ENOMEM;
}

const char *
lic_detail(const struct lic *lic)
{
	return lic->detail;
}

const char *
lic_code(const struct lic *lic)
{
	return lic->code;
}

/* ---- Calling back ---- */

static int64_t
count_of(const json_t *event, const char *key)
{
	const json_t *count = json_object_get(event, key);

	return json_is_integer(count) ? json_integer_value(count) : -1;
}

static uint32_t
index_of(const json_t *event, const char *key)
{
	return (uint32_t)json_integer_value(json_object_get(event, key));
}

static void
report_event(struct lic *lic, const json_t *event)
{
	const struct lic_event report = {
		.kind = text_of(event, "kind"),
		.at = text_of(event, "at"),
		.feature = text_of(event, "feature"),
		.version = text_of(event, "version"),
		.type = text_of(event, "type"),
		.device = index_of(event, "device"),
		.store = index_of(event, "store"),
		.license = index_of(event, "license"),
		.left_s = json_integer_value(json_object_get(event, "left_s")),
		.end = text_of(event, "end"),
		.count = count_of(event, "count"),
		.count_left = count_of(event, "count_left"),
	};

	lic->options.event(lic->options.arg, &report);
}

static void
report_events(struct lic *lic)
{
	while (json_array_size(lic->events) > 0) {
		json_t *event = json_incref(json_array_get(lic->events, 0));

		(void)json_array_remove(lic->events, 0);
		report_event(lic, event);
		json_decref(event);
	}
}

/* Starts over after each call, which may have released any lease. */
static void
report_leases(struct lic *lic)
{
	struct lic_lease *l = lic->leases;

	while (l != NULL) {
		if (l->state == l->reported) {
			l = l->next;
			continue;
		}
		l->reported = l->state;
		if (lic->options.lease != NULL)
			lic->options.lease(lic->options.arg, l);
		l = lic->leases;
	}
}

static bool
drain(int fd)
{
	uint64_t times;

	return read(fd, &times, sizeof times) == sizeof times;
}

enum lic_err
lic_process(struct lic *lic)
{
	enum lic_err err = LIC_OK;
	bool due = drain(lic->timer);

	if (lic->wire.fd < 0)
		err = due ? connect_now(lic) : LIC_EAWAY;
	else if (due && lic->ready && !retake(lic))
		err = LIC_ENOMEM;
	if (lic->wire.fd >= 0 && err == LIC_OK)
		err = pump(lic);
	(void)drain(lic->noted);
	report_events(lic);
	report_leases(lic);
	return err == LIC_OK || err == LIC_ENOMEM ? err : LIC_EAWAY;
}

int
lic_fd(const struct lic *lic)
{
	return lic->set;
}

/* ---- Opening and closing ---- */

static bool
open_set(struct lic *lic)
{
	lic->set = epoll_create1(EPOLL_CLOEXEC);
	lic->timer =
	    timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	lic->noted = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return lic->set >= 0 && lic->timer >= 0 && lic->noted >= 0 &&
	       watch(lic, lic->timer) && watch(lic, lic->noted);
}

enum lic_err
lic_open_detail(
    const struct lic_options *options, struct lic **out, char *text, int size)
{
	struct lic *lic = calloc(1, sizeof *lic);
	enum lic_err err = LIC_ENOMEM;

	if (size > 0)
		text[0] = '\0';
	if (lic == NULL)
		return err;
	if (options != NULL)
		lic->options = *options;
	if (lic->options.timeout_ms <= 0)
		lic->options.timeout_ms = TIMEOUT_MS;
	lic->wire.fd = lic->set = lic->timer = lic->noted = -1;
	lic->path = strdup(lic->options.socket != NULL ? lic->options.socket
						       : CONTROL_DEFAULT);
	lic->events = json_array();
	if (lic->path != NULL && lic->events != NULL && open_set(lic) &&
	    (err = be_connected(lic)) == LIC_OK) {
		*out = lic;
		return LIC_OK;
	}
	if (size > 0)
		snprintf(text, (size_t)size, "%s", lic->detail);
	lic_close(lic);
	return err;
}

enum lic_err
lic_open(const struct lic_options *options, struct lic **out)
{
	return lic_open_detail(options, out, NULL, 0);
}

void
lic_close(struct lic *lic)
{
	if (lic == NULL)
		return;
	while (lic->leases != NULL) {
		struct lic_lease *lease = lic->leases;

		lic->leases = lease->next;
		free_lease(lease);
	}
	wire_close(&lic->wire);
	if (lic->noted >= 0)
		close(lic->noted);
	if (lic->timer >= 0)
		close(lic->timer);
	if (lic->set >= 0)
		close(lic->set);
	json_decref(lic->events);
	json_decref(lic->answer);
	free(lic->path);
	free(lic);
}
