/*
 * client.c - what is written to a program at the control socket, and when it
 * has to go.
 *
 * All of this may be called from within the core's callbacks: it writes into
 * buffers.  A client that has to go is marked, and goes at the end of the turn.
 */
#include "client.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "log.h"

void
client_drop(struct client *client, const char *why)
{
	if (client->gone)
		return;
	log_debug("control", "client %u (process %d, user %u) disconnected: %s",
	    client->number, (int)client->pid, (unsigned)client->uid, why);
	client->gone = true;
	loop_set_events(client->control->loop, &client->watch, 0);
	loop_defer(client->control->loop, &client->control->task);
}

bool
client_flush(struct client *client)
{
	while (client->out.len != 0) {
		ssize_t n = send(client->watch.fd, client->out.data,
		    client->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n < 0) {
			client_drop(client, strerror(errno));
			return false;
		}
		buffer_consume(&client->out, (size_t)n);
	}
	if (client->out.len == 0 && client->leaving)
		client_drop(client, "error sent");
	return !client->gone;
}

void
client_await(struct client *client)
{
	bool reads = !client->leaving && !client->in_line &&
		     client->out.len < CONTROL_OUT_HIGH;

	if (client->gone)
		return;
	loop_set_events(client->control->loop, &client->watch,
	    (short)((reads ? POLLIN : 0) |
		    (client->out.len != 0 ? POLLOUT : 0)));
}

void
client_send_text(struct client *client, const char *text, size_t len)
{
	if (client->gone)
		return;
	buffer_append(&client->out, text, len);
	if (client->out.failed)
		client_drop(client, "output buffer full");
	client_await(client);
}

static int
append(const char *data, size_t len, void *arg)
{
	buffer_append(arg, data, len);
	return 0;
}

void
client_send(struct client *client, json_t *message)
{
	if (client->gone) {
		json_decref(message);
		return;
	}
	if (message == NULL ||
	    json_dump_callback(message, append, &client->out, JSON_COMPACT) < 0)
		client_drop(client, "out of memory");
	else
		client_send_text(client, "\n", 1);
	json_decref(message);
}
