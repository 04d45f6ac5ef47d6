/*
 * link.c - the connection to the master agent.
 *
 *   DOWN --timer--> CONNECTING --writable--> OPENING --opened--> REGISTERING
 *    ^                                                               |
 *    +------- end of file, error, no answer ------- UP <--registered-+
 *
 * A master that is away costs one connect() each RETRY_MS.  One that accepts
 * and does not answer is given up after ANSWER_MS; once the link is up the
 * master's silence means nothing, and its death closes the socket.
 */
#include "link.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "agentx.h"
#include "log.h"
#include "pdu.h"

#define RETRY_MS 500
#define REFUSED_RETRY_MS 10000 /* the master lives and does not want us */
#define ANSWER_MS 5000
#define REASON_SHUTDOWN 5 /* of an agentx-Close-PDU */

enum link_state { DOWN, CONNECTING, OPENING, REGISTERING, UP };

struct link {
	struct loop *loop;
	struct link_options options;
	enum link_state state;
	struct watch watch; /* fd is -1 when DOWN */
	struct timer timer; /* DOWN: try again; else, unless UP: give up */
	struct task flush;
	struct agentx *agentx; /* NULL: DOWN or CONNECTING */
	long session;          /* as the master numbers it */
	size_t registered;     /* regions that the master has taken */
	bool complained;       /* that the master is away */
};

/* ---- Addresses ---- */

static bool
resolve_unix(const char *path, struct link_address *out, const char **wrong)
{
	struct sockaddr_un *sun = (struct sockaddr_un *)&out->address;

	if (path[0] != '/' || strlen(path) >= sizeof sun->sun_path) {
		*wrong = "the socket needs an absolute path of at most 107 "
			 "bytes";
		return false;
	}
	sun->sun_family = AF_UNIX;
	strcpy(sun->sun_path, path);
	out->len = sizeof *sun;
	return true;
}

/* "[::1]:705" and "host:705" to host and port, in place. */
static bool
split_host(char *text, char **host, char **port)
{
	*port = strrchr(text, ':');
	if (*port == NULL || *port == text || (*port)[1] == '\0')
		return false;
	*(*port)++ = '\0';
	*host = text;
	if (text[0] == '[' && text[strlen(text) - 1] == ']') {
		text[strlen(text) - 1] = '\0';
		*host = text + 1;
	}
	return true;
}

static bool
resolve_tcp(const char *name, struct link_address *out, const char **wrong)
{
	static const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	char *text = strdup(name), *host, *port;
	int error;

	if (text == NULL || !split_host(text, &host, &port)) {
		*wrong = "expected tcp:HOST:PORT";
		free(text);
		return false;
	}
	error = getaddrinfo(host, port, &hints, &found);
	free(text);
	if (error != 0) {
		*wrong = gai_strerror(error);
		return false;
	}
	memcpy(&out->address, found->ai_addr, found->ai_addrlen);
	out->len = found->ai_addrlen;
	freeaddrinfo(found);
	return true;
}

bool
link_resolve(const char *name, struct link_address *out, const char **wrong)
{
	memset(out, 0, sizeof *out);
	if (strncmp(name, "unix:", 5) == 0)
		return resolve_unix(name + 5, out, wrong);
	if (strncmp(name, "tcp:", 4) == 0)
		return resolve_tcp(name + 4, out, wrong);
	*wrong = "expected unix:PATH or tcp:HOST:PORT";
	return false;
}

/* ---- Losing the connection ---- */

static void
disconnect(struct link *link)
{
	agentx_close(link->agentx);
	link->agentx = NULL;
	if (link->watch.fd >= 0) {
		loop_unwatch(link->loop, &link->watch);
		close(link->watch.fd);
		link->watch.fd = -1;
	}
	loop_timer_clear(link->loop, &link->timer);
	loop_undefer(link->loop, &link->flush);
	link->state = DOWN;
}

/* Back to DOWN, and tried again after a while. */
static void
lose(struct link *link, const char *why, int64_t retry_ms)
{
	bool was_up = link->state == UP;

	if (was_up)
		log_warn("link",
		    "lost the master agent at %s: %s; "
		    "reconnecting",
		    link->options.name, why);
	else if (!link->complained)
		log_info("link",
		    "cannot connect to the master agent at %s: %s; retrying",
		    link->options.name, why);
	link->complained = true;
	disconnect(link);
	sets_reset(link->options.serve.sets);
	loop_timer_set(link->loop, &link->timer, retry_ms);
	if (was_up && link->options.down != NULL)
		link->options.down(link->options.arg);
}

/* ---- Sending ---- */

static void
flush(void *arg)
{
	struct link *link = arg;
	const char *wrong = agentx_flush(link->agentx);

	if (wrong != NULL) {
		lose(link, wrong, RETRY_MS);
		return;
	}
	link->watch.events =
	    agentx_waits(link->agentx) ? POLLIN | POLLOUT : POLLIN;
}

/*
 * A request of ours with one variable: the identifier, and text if there is
 * any.  NULL: out of memory.
 */
static netsnmp_pdu *
request_about(int command, const uint32_t *id, size_t len, const char *text)
{
	netsnmp_pdu *pdu = snmp_pdu_create(command);
	oid name[OID_MAX];

	for (size_t i = 0; i < len; i++)
		name[i] = id[i];
	if (pdu == NULL || snmp_pdu_add_variable(pdu, name, len,
			       text != NULL ? ASN_OCTET_STR : ASN_NULL, text,
			       text != NULL ? strlen(text) : 0) != NULL)
		return pdu;
	snmp_free_pdu(pdu);
	return NULL;
}

/* Returns its packet, or 0 if it cannot be sent. */
static uint32_t
ask(struct link *link, netsnmp_pdu *pdu, snmp_callback answered)
{
	if (pdu != NULL)
		pdu->sessid = link->session;
	loop_defer(link->loop, &link->flush);
	return agentx_ask(link->agentx, pdu, answered, link);
}

/* What comes up only with the answer to it. */
static void
ask_to_come_up(struct link *link, netsnmp_pdu *pdu, snmp_callback answered)
{
	if (ask(link, pdu, answered) == 0)
		lose(link, "out of memory", RETRY_MS);
}

/* ---- Responses ---- */

static const char *
error_text(long error, char room[24])
{
	switch (error) {
	case AGENTX_DUPLICATE_REGISTRATION:
		return "duplicateRegistration";
	case AGENTX_PARSE_ERROR:
		return "parseError";
	case AGENTX_REQUEST_DENIED:
		return "requestDenied";
	case AGENTX_PROCESSING_ERROR:
		return "processingError";
	default:
		snprintf(room, 24, "error %u", (unsigned)error);
		return room;
	}
}

static void
refused(struct link *link, long error)
{
	char room[24];
	const char *hint =
	    error == AGENTX_DUPLICATE_REGISTRATION
		? " (another subagent has registered the same objects)"
		: "";

	log_error("link",
	    "the master agent at %s refused our %s: %s%s; retrying every %d s",
	    link->options.name,
	    link->state == OPENING ? "session" : "registration",
	    error_text(error, room), hint, REFUSED_RETRY_MS / 1000);
	link->complained = true;
	lose(link, "refused", REFUSED_RETRY_MS);
}

/*
 * Is it an answer, and is there still use for it?  Others are what the library
 * calls back with for requests that are given up with their session.
 */
static bool
answers(struct link *link, int operation, const netsnmp_pdu *pdu)
{
	if (operation != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE ||
	    link->agentx == NULL)
		return false;
	if (pdu->errstat != AGENTX_NOT_OPEN)
		return true;
	lose(link, "our session is unknown to it", RETRY_MS);
	return false;
}

/* The same, of what the master must not refuse. */
static bool
agrees(struct link *link, int operation, const netsnmp_pdu *pdu)
{
	if (!answers(link, operation, pdu))
		return false;
	if (pdu->errstat == SNMP_OK)
		return true;
	refused(link, pdu->errstat);
	return false;
}

/* ---- Coming up ---- */

/* A row of sysORTable; whether the master keeps one changes nothing. */
static void
send_capabilities(struct link *link)
{
	for (size_t i = 0; i < link->options.nregions; i++) {
		const struct link_region *region = &link->options.regions[i];

		if (region->description != NULL)
			(void)ask(link,
			    request_about(AGENTX_MSG_ADD_AGENT_CAPS, region->id,
				region->len, region->description),
			    NULL);
	}
}

static void
come_up(struct link *link)
{
	loop_timer_clear(link->loop, &link->timer);
	link->state = UP;
	link->complained = false;
	send_capabilities(link);
	log_info(
	    "link", "connected to the master agent at %s", link->options.name);
	if (link->options.up != NULL)
		link->options.up(link->options.arg);
}

static int registered(int, netsnmp_session *, int, netsnmp_pdu *, void *);

static void
send_register(struct link *link)
{
	const struct link_region *region =
	    &link->options.regions[link->registered];
	netsnmp_pdu *pdu =
	    request_about(AGENTX_MSG_REGISTER, region->id, region->len, NULL);

	if (pdu != NULL)
		pdu->priority = region->priority;
	ask_to_come_up(link, pdu, registered);
}

static int
registered(int operation, netsnmp_session *session, int packet,
    netsnmp_pdu *response, void *arg)
{
	struct link *link = arg;

	(void)session;
	(void)packet;
	if (!agrees(link, operation, response))
		return 1;
	if (++link->registered < link->options.nregions)
		send_register(link);
	else
		come_up(link);
	return 1;
}

static int
opened(int operation, netsnmp_session *session, int packet,
    netsnmp_pdu *response, void *arg)
{
	struct link *link = arg;

	(void)session;
	(void)packet;
	if (!agrees(link, operation, response))
		return 1;
	link->session = response->sessid;
	link->state = REGISTERING;
	link->registered = 0;
	send_register(link);
	return 1;
}

/* ---- Notifications ---- */

static int
notified(int operation, netsnmp_session *session, int packet,
    netsnmp_pdu *response, void *arg)
{
	struct link *link = arg;

	(void)session;
	if (answers(link, operation, response) &&
	    link->options.answered != NULL)
		link->options.answered(link->options.arg, (uint32_t)packet,
		    response->errstat == SNMP_OK);
	return 1;
}

static netsnmp_pdu *
notification(const struct varbind *varbinds, size_t n)
{
	netsnmp_pdu *pdu = snmp_pdu_create(AGENTX_MSG_NOTIFY);
	netsnmp_variable_list **end;

	if (pdu == NULL)
		return NULL;
	end = &pdu->variables;
	for (size_t i = 0; i < n; i++) {
		*end = pdu_new_varbind(&varbinds[i].name, &varbinds[i].value);
		if (*end == NULL) {
			snmp_free_pdu(pdu);
			return NULL;
		}
		end = &(*end)->next_variable;
	}
	return pdu;
}

uint32_t
link_notify(struct link *link, const struct varbind *varbinds, size_t n)
{
	if (link->state != UP)
		return 0;
	return ask(link, notification(varbinds, n), notified);
}

/* ---- Requests ---- */

static void
answer(struct link *link, netsnmp_pdu *request)
{
	netsnmp_pdu *response = snmp_pdu_create(AGENTX_MSG_RESPONSE);

	if (response == NULL) {
		lose(link, "out of memory", RETRY_MS);
		return;
	}
	response->sessid = request->sessid;
	response->transid = request->transid;
	response->reqid = request->reqid;
	if (!serve_request(&link->options.serve, request, response)) {
		snmp_free_pdu(response);
		return;
	}
	loop_defer(link->loop, &link->flush);
	if (!agentx_answer(link->agentx, response))
		lose(link, "output buffer full", RETRY_MS);
}

static void
take_request(void *arg, netsnmp_pdu *request)
{
	struct link *link = arg;

	if (request->command == AGENTX_MSG_CLOSE)
		lose(link, "session closed", RETRY_MS);
	else
		answer(link, request);
}

static void
receive(struct link *link)
{
	const char *wrong = agentx_receive(link->agentx);

	if (wrong != NULL)
		lose(link, wrong, RETRY_MS);
}

/* ---- Connecting ---- */

static void
connected(struct link *link)
{
	static const char who[] = "licagentd";
	const struct link_region *self = &link->options.regions[0];
	int error = 0;
	socklen_t len = sizeof error;

	(void)getsockopt(link->watch.fd, SOL_SOCKET, SO_ERROR, &error, &len);
	if (error != 0) {
		lose(link, strerror(error), RETRY_MS);
		return;
	}
	link->agentx = agentx_open(link->watch.fd, take_request, link);
	if (link->agentx == NULL) {
		lose(link, "out of memory", RETRY_MS);
		return;
	}
	link->state = OPENING;
	link->session = 0;
	/* Its time is 0: the master's default. */
	ask_to_come_up(link,
	    request_about(AGENTX_MSG_OPEN, self->id, self->len, who), opened);
}

static void
ready(void *arg, short revents)
{
	struct link *link = arg;

	if (link->state == CONNECTING) {
		connected(link);
		return;
	}
	if (revents & (POLLIN | POLLHUP | POLLERR))
		receive(link);
	if (link->state != DOWN && (revents & POLLOUT))
		flush(link);
}

static void
attempt(struct link *link)
{
	const struct link_address *to = &link->options.address;
	int fd = socket(to->address.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	static const int yes = 1;

	/* A TCP master whose host vanished closes nothing.  A Unix socket
	 * does not mind the option. */
	if (fd >= 0)
		(void)setsockopt(
		    fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
	link->watch.fd = fd;
	link->watch.events = POLLOUT;
	if (fd < 0 ||
	    (connect(fd, (const struct sockaddr *)&to->address, to->len) < 0 &&
		errno != EINPROGRESS)) {
		lose(link, strerror(errno), RETRY_MS);
		return;
	}
	if (!loop_watch(link->loop, &link->watch)) {
		lose(link, "out of memory", RETRY_MS);
		return;
	}
	link->state = CONNECTING;
	loop_timer_set(link->loop, &link->timer, ANSWER_MS);
}

static void
expired(void *arg)
{
	struct link *link = arg;

	if (link->state == DOWN)
		attempt(link);
	else
		lose(link, "no answer", RETRY_MS);
}

struct link *
link_new(struct loop *loop, const struct link_options *options)
{
	struct link *link = calloc(1, sizeof *link);

	if (link == NULL)
		return NULL;
	link->loop = loop;
	link->options = *options;
	link->watch = (struct watch){ .fd = -1, .ready = ready, .arg = link };
	link->timer = (struct timer){ .expired = expired, .arg = link };
	link->flush = (struct task){ .run = flush, .arg = link };
	loop_timer_set(loop, &link->timer, 0);
	return link;
}

static void
say_goodbye(struct link *link)
{
	netsnmp_pdu *pdu;

	if (link->state != UP)
		return;
	if ((pdu = snmp_pdu_create(AGENTX_MSG_CLOSE)) != NULL)
		pdu->errstat = REASON_SHUTDOWN;
	(void)ask(link, pdu, NULL);
	(void)agentx_flush(link->agentx);
}

void
link_free(struct link *link)
{
	if (link == NULL)
		return;
	link->options.up = NULL;
	link->options.down = NULL;
	say_goodbye(link);
	disconnect(link);
	sets_reset(link->options.serve.sets);
	free(link);
}

void
link_move(
    struct link *link, const char *name, const struct link_address *address)
{
	bool same = link->options.address.len == address->len &&
		    memcmp(&link->options.address.address, &address->address,
			address->len) == 0;

	if (!same) {
		link->complained = true; /* of the old one nobody asks */
		lose(link, "another master is configured", 0);
		link->complained = false;
	}
	link->options.name = name;
	link->options.address = *address;
}

bool
link_is_up(const struct link *link)
{
	return link->state == UP;
}
