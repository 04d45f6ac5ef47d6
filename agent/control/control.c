/*
 * control.c - the control socket: who connects, lines in, what the core tells.
 */
#include "control.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "call.h"
#include "check.h"
#include "client.h"
#include "home.h"
#include "job.h"
#include "lease.h"
#include "log.h"
#include "names.h"
#include "request.h"
#include "turns.h"
#include "wait.h"

#define CLIENTS_MAX 768  /* below the usual limit of 1024 descriptors */
#define CLIENTS_ADMIN 64 /* of these, for those who may do everything */
#define CLIENTS_UID 192  /* of one user who may not */
#define OUT_MAX (4 * CONTROL_PAGE)
#define PARTIAL_MS 30000

/* ---- Clients ---- */

static void
client_free(struct client *client)
{
	struct control *control = client->control;
	struct client **at = &control->clients;

	while (*at != client)
		at = &(*at)->next;
	*at = client->next;
	client->gone = true; /* the core may tell of its last leases */
	control->nclients--;
	client_leases_drop(client);
	client_waiting_drop(client);
	client_jobs_drop(client);
	client_visits_drop(client);
	check_drop(client);
	turns_leave(client);
	loop_unwatch(control->loop, &client->watch);
	close(client->watch.fd);
	buffer_free(&client->in);
	buffer_free(&client->out);
	free(client->held);
	free(client);
}

static void
end_gone(void *arg)
{
	struct control *control = arg;
	struct client *next;

	for (struct client *client = control->clients; client != NULL;
	     client = next) {
		next = client->next;
		if (client->gone)
			client_free(client);
	}
}

/* ---- Requests ---- */

static bool
take_line(struct client *client)
{
	uint8_t *data = client->in.data;
	uint8_t *end;
	size_t len;

	if (client->in.len == 0 ||
	    (end = memchr(data, '\n', client->in.len)) == NULL)
		return false;
	len = (size_t)(end - data);
	if (!request_run(client, (char *)data, len))
		client->leaving = true;
	buffer_consume(&client->in, len + 1);
	return true;
}

static void
too_long(struct client *client)
{
	const struct call call = { .client = client, .id = -1 };

	call_refuse(&call, "syntax", "request longer than 16384 bytes");
	client->leaving = true;
}

/* Since when the rest of a request has been waited for. */
static void
note_partial(struct client *client, bool partial, bool progress)
{
	struct control *control = client->control;

	if (!partial)
		client->partial_ms = 0;
	else if (progress || client->partial_ms == 0)
		client->partial_ms = loop_now_ms();
	if (partial && !control->sweep.armed)
		loop_timer_set(control->loop, &control->sweep, PARTIAL_MS);
}

/* False: nothing has come. */
static bool
client_read(struct client *client)
{
	uint8_t *room;
	size_t size = CONTROL_LINE_MAX - client->in.len;
	ssize_t n;

	if ((room = buffer_reserve(&client->in, size)) == NULL) {
		client_drop(client, "out of memory");
		return false;
	}
	n = recv(client->watch.fd, room, size, MSG_DONTWAIT);
	if (n > 0)
		client->in.len += (size_t)n;
	else if (n == 0)
		client_drop(client, client->in.len == 0
					? "connection closed"
					: "connection closed within a request");
	else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
		client_drop(client, strerror(errno));
	return n > 0;
}

static bool
may_go_on(const struct client *client)
{
	return !client->gone && !client->leaving &&
	       client->out.len < CONTROL_OUT_HIGH;
}

/* Answers what has come, up to its share, or until there are answers to be
 * read first.  True: there may be more. */
static bool
client_serve(struct client *client)
{
	bool got = false, more;

	if (!may_go_on(client))
		return false;
	if (!(more = take_line(client)) && (got = client_read(client)))
		more = take_line(client);
	got |= more;
	while (more && client->in.len != 0 && may_go_on(client) &&
	       !turns_over(client->control))
		more = take_line(client);
	if (!more && !client->leaving && client->in.len >= CONTROL_LINE_MAX)
		too_long(client);
	note_partial(client, !more && client->in.len != 0, got);
	if (client->gone || !client_flush(client))
		return false;
	more = more && client->in.len != 0 && may_go_on(client);
	if (!more)
		client_await(client);
	return more;
}

/* Its last word was said, and it has nothing more to say. */
static bool
is_closed(const struct client *client)
{
	char byte;

	return client->in.len == 0 &&
	       recv(client->watch.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
}

static void
client_ready(void *arg, short revents)
{
	struct client *client = arg;

	if (client->gone)
		return;
	if ((revents & POLLOUT) && !client_flush(client))
		return;
	if ((revents & (POLLHUP | POLLERR)) && is_closed(client)) {
		client_drop(client, "connection closed");
		return;
	}
	if ((revents & POLLIN) || (client->in.len != 0 && may_go_on(client)))
		turns_wait(client);
	client_await(client);
}

/* Nobody waits for the other half of a request without end. */
static void
sweep(void *arg)
{
	struct control *control = arg;
	int64_t now = loop_now_ms();
	bool more = false;

	for (struct client *c = control->clients; c != NULL; c = c->next) {
		if (c->gone || c->partial_ms == 0)
			continue;
		if (now - c->partial_ms >= PARTIAL_MS)
			client_drop(c, "incomplete request");
		else
			more = true;
	}
	if (more)
		loop_timer_set(control->loop, &control->sweep, PARTIAL_MS / 4);
}

/* ---- Who connects ---- */

/* Is there a place?  Others than administrators leave some free. */
static bool
has_place(const struct control *control, uid_t uid, unsigned rights)
{
	if (rights & CONTROL_ADMIN)
		return control->nclients < CLIENTS_MAX;
	return turns_connections(control, uid) < CLIENTS_UID &&
	       control->nclients < CLIENTS_MAX - CLIENTS_ADMIN;
}

/* Says why in one line, if the socket takes it at once, and hangs up. */
static void
turn_away(int fd, const char *code, const char *text)
{
	char line[256];
	int len = snprintf(line, sizeof line,
	    "{\"error\":{\"code\":\"%s\",\"text\":\"%s\"}}\n", code, text);

	(void)send(fd, line, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
}

static json_t *
hello(unsigned rights)
{
	json_t *may = json_array();

	if (rights & CONTROL_READ)
		(void)json_array_append_new(may, json_string("read"));
	if (rights & CONTROL_LEASE)
		(void)json_array_append_new(may, json_string("lease"));
	if (rights & CONTROL_ADMIN)
		(void)json_array_append_new(may, json_string("admin"));
	return json_pack("{s:s, s:i, s:s, s:o}", "hello", "licagent", "version",
	    CONTROL_VERSION, "program", program_version(), "may", may);
}

static struct client *
client_new(
    struct control *control, int fd, const struct ucred *peer, unsigned rights)
{
	struct client *client = calloc(1, sizeof *client);

	if (client == NULL)
		return NULL;
	client->control = control;
	client->number = ++control->last_number;
	client->pid = peer->pid;
	client->uid = peer->uid;
	client->rights = rights;
	if (peer->uid == 0)
		snprintf(client->by, sizeof client->by, "root");
	else
		snprintf(client->by, sizeof client->by, "uid %u",
		    (unsigned)peer->uid);
	client->in.limit = CONTROL_LINE_MAX;
	client->in.secret = true; /* there may be a password in it */
	client->out.limit = OUT_MAX;
	client->watch = (struct watch){
		.fd = fd, .events = POLLIN, .ready = client_ready, .arg = client
	};
	if (!turns_join(client)) {
		free(client);
		return NULL;
	}
	if (!loop_watch(control->loop, &client->watch)) {
		turns_leave(client);
		free(client);
		return NULL;
	}
	client->next = control->clients;
	control->clients = client;
	control->nclients++;
	return client;
}

static void
admit(void *arg, int fd)
{
	struct control *control = arg;
	struct ucred peer;
	socklen_t len = sizeof peer;
	struct client *client;
	unsigned rights;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0) {
		close(fd);
		return;
	}
	rights = access_rights(&control->access, fd, &peer);
	if (rights == 0)
		turn_away(fd, "denied", "access denied");
	else if (!has_place(control, peer.uid, rights))
		turn_away(fd, "busy", "too many connections; try again later");
	else if ((client = client_new(control, fd, &peer, rights)) == NULL)
		turn_away(fd, "no-memory", "out of memory");
	else {
		client_send(client, hello(rights));
		if (client_flush(client))
			client_await(client);
		return;
	}
	log_debug("control", "connection of process %d, user %u refused",
	    (int)peer.pid, (unsigned)peer.uid);
}

/* ---- The socket ---- */

bool
control_listen(
    struct control *control, const char *path, char why[CONTROL_ERROR_MAX])
{
	struct listener *listener;

	if (control->listener != NULL &&
	    strcmp(listener_path(control->listener), path) == 0)
		return true;
	listener = listener_open(control->loop, path, admit, control, why);
	if (listener == NULL)
		return false;
	listener_close(control->listener);
	control->listener = listener;
	wait_begin(control);
	return true;
}

void
control_close(struct control *control)
{
	listener_close(control->listener);
	control->listener = NULL;
}

/* ---- What the core tells ---- */

void
control_event(struct control *control, const struct lc_event *event)
{
	for (struct client *c = control->clients; c != NULL; c = c->next)
		if (c->subscribed && !c->leaving) {
			control->counts.notices++;
			client_send(
			    c, json_pack("{s:o}", "event", event_json(event)));
		}
}

void
control_reloaded(struct control *control, const char *why)
{
	request_reloaded(control, why);
}

void
control_lease(struct lc_lease *lease)
{
	lease_changed(lease);
}

void
control_ticked(struct control *control)
{
	wait_serve_all(control);
}

void
control_notice(struct control *control, enum lc_err err, const char *text)
{
	if (control != NULL)
		check_notice(control, err, text);
}

/* ---- Its life ---- */

void
control_set_access(struct control *control, const struct control_access *access)
{
	control->access = *access;
}

struct control *
control_new(const struct control_options *options)
{
	struct control *control = calloc(1, sizeof *control);

	if (control == NULL)
		return NULL;
	control->loop = options->loop;
	control->core = options->core;
	control->jobs = options->jobs;
	control->callhome = options->callhome;
	control->access = options->access;
	control->changed = options->changed;
	control->reload = options->reload;
	control->arg = options->arg;
	control->task = (struct task){ .run = end_gone, .arg = control };
	control->sweep = (struct timer){ .expired = sweep, .arg = control };
	turns_init(control, client_serve);
	wait_init(control);
	check_init(control);
	return control;
}

void
control_free(struct control *control)
{
	if (control == NULL)
		return;
	control_close(control);
	while (control->clients != NULL)
		client_free(control->clients);
	turns_free(control);
	check_free(control);
	jobs_abandon(control);
	wait_free(control);
	tallies_free(control);
	loop_undefer(control->loop, &control->task);
	loop_timer_clear(control->loop, &control->sweep);
	free(control);
}
