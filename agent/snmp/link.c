/*
 * link.c - the connection to the master agent.
 *
 *   DOWN --timer--> RESOLVING --address--> CONNECTING --writable--> OPENING
 *    ^                                                                 |
 *    |                                                              opened
 *    |                                                                 v
 *    +------- end of file, error, no answer ------- UP <-------- REGISTERING
 *
 * A round tries the addresses of the master one after the other; the next
 * round begins after a while, with a new lookup.  A master that accepts and
 * does not answer is given up after ANSWER_MS.  Once the link is up, the death
 * of a master at a Unix socket closes the socket, and its silence means
 * nothing.  One behind TCP can vanish without a word, so it is pinged.
 */
#include "link.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agentx.h"
#include "array.h"
#include "log.h"
#include "lookup.h"
#include "pdu.h"
#include "wire_read.h"

#define RETRY_MS 500
#define NAMED_RETRY_MS 2000    /* with a lookup, which name servers answer */
#define REFUSED_RETRY_MS 10000 /* the master lives and does not want us */
#define ANSWER_MS 5000
#define REASON_SHUTDOWN 5 /* of an agentx-Close-PDU */
#define FAILURES_MAX 512

enum link_state { DOWN, RESOLVING, CONNECTING, OPENING, REGISTERING, UP };

/* What keeps the link down.  Each is logged once until it is up again. */
enum trouble { UNRESOLVED = 1, UNCONNECTED = 2, REFUSED = 4 };

struct link {
	struct loop *loop;
	struct link_options options;
	enum link_state state;
	struct lookup *lookup; /* of RESOLVING */
	bool named;            /* the addresses are those of a name */
	struct addresses addresses;
	size_t next; /* of the addresses, to try after the current one */
	char failures[FAILURES_MAX]; /* of this round */
	int64_t retry_ms;            /* after this round */
	unsigned reported;           /* troubles */
	struct watch watch;          /* fd is -1 when DOWN */
	/* DOWN: try again; UP: ping; else: give up. */
	struct timer timer;
	struct task flush;
	struct agentx *agentx; /* NULL: not connected */
	long session;          /* as the master numbers it */
	size_t registered;     /* regions that the master has taken */
	int64_t heard_ms;      /* when something came from it */
	bool pinged;           /* since then */
};

/* ---- Losing the connection ---- */

static void
disconnect(struct link *link)
{
	lookup_cancel(link->lookup);
	link->lookup = NULL;
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
	sets_reset(link->options.serve.sets);
}

/* True: it was not reported since the link was up last. */
static bool
take_note(struct link *link, enum trouble trouble)
{
	bool reported = link->reported & trouble;

	link->reported |= trouble;
	return !reported;
}

/* After what failed the next round begins, if no address is left. */
static void
start_over(struct link *link, int64_t retry_ms)
{
	link->addresses.n = link->next = 0;
	link->failures[0] = '\0';
	link->retry_ms = 0;
	if (link->named && retry_ms < NAMED_RETRY_MS)
		retry_ms = NAMED_RETRY_MS;
	loop_timer_set(link->loop, &link->timer, retry_ms);
}

static const char *
current_address(const struct link *link, char room[ADDRESS_TEXT_MAX])
{
	return address_text(&link->addresses.at[link->next - 1], room);
}

/* " (ADDRESS)" behind a name that has been looked up. */
static const char *
address_of_name(const struct link *link, char room[ADDRESS_TEXT_MAX + 3])
{
	char text[ADDRESS_TEXT_MAX];

	room[0] = '\0';
	if (link->named && link->next > 0)
		snprintf(room, ADDRESS_TEXT_MAX + 3, " (%s)",
		    current_address(link, text));
	return room;
}

/* The current address does not lead to a master. */
static void
note_failure(struct link *link, const char *why)
{
	size_t len = strlen(link->failures);
	char text[ADDRESS_TEXT_MAX];

	if (!link->named)
		snprintf(link->failures, FAILURES_MAX, "%s", why);
	else
		snprintf(link->failures + len, FAILURES_MAX - len, "%s%s: %s",
		    len > 0 ? ", " : "", current_address(link, text), why);
}

/* The next address at once, or after a while the first again. */
static void
try_next(struct link *link, int64_t retry_ms)
{
	disconnect(link);
	if (retry_ms > link->retry_ms)
		link->retry_ms = retry_ms;
	if (link->next < link->addresses.n) {
		loop_timer_set(link->loop, &link->timer, 0);
		return;
	}
	if (link->failures[0] != '\0' && take_note(link, UNCONNECTED))
		log_info("link",
		    "cannot connect to the master agent at %s: %s; retrying",
		    link->options.master.name, link->failures);
	start_over(link, link->retry_ms);
}

static void
lose(struct link *link, const char *why)
{
	char room[ADDRESS_TEXT_MAX + 3];

	if (link->state != UP) {
		note_failure(link, why);
		try_next(link, RETRY_MS);
		return;
	}
	log_warn("link", "lost the master agent at %s%s: %s; reconnecting",
	    link->options.master.name, address_of_name(link, room), why);
	link->reported |= UNCONNECTED;
	disconnect(link);
	start_over(link, RETRY_MS);
	if (link->options.down != NULL)
		link->options.down(link->options.arg);
}

/* ---- Sending ---- */

static void
flush(void *arg)
{
	struct link *link = arg;
	const char *wrong = agentx_flush(link->agentx);

	if (wrong != NULL) {
		lose(link, wrong);
		return;
	}
	loop_set_events(link->loop, &link->watch,
	    agentx_waits(link->agentx) ? POLLIN | POLLOUT : POLLIN);
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
		lose(link, "out of memory");
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
	char room[24], place[ADDRESS_TEXT_MAX + 3];
	const char *hint =
	    error == AGENTX_DUPLICATE_REGISTRATION
		? " (another subagent has registered the same objects)"
		: "";

	if (take_note(link, REFUSED))
		log_error("link",
		    "the master agent at %s%s refused our %s: %s%s; retrying "
		    "every %d s",
		    link->options.master.name, address_of_name(link, place),
		    link->state == OPENING ? "session" : "registration",
		    error_text(error, room), hint, REFUSED_RETRY_MS / 1000);
	try_next(link, REFUSED_RETRY_MS);
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
	lose(link, "our session is unknown to it");
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

/* ---- Pings ---- */

static int
ping_answered(int operation, netsnmp_session *session, int packet,
    netsnmp_pdu *response, void *arg)
{
	(void)session;
	(void)packet;
	(void)answers(arg, operation, response);
	return 1;
}

/* RFC 2741, 6.2.11.  Without memory there is another try next time. */
static void
ping(struct link *link)
{
	link->pinged =
	    ask(link, snmp_pdu_create(AGENTX_MSG_PING), ping_answered) != 0;
}

/*
 * Of a master that is pinged anything counts as an answer: one that is busy
 * with us is there.
 */
static void
check_master(struct link *link)
{
	int64_t limit = (int64_t)link->options.master.ping_s * 1000;
	int64_t quiet = loop_now_ms() - link->heard_ms;

	if (quiet >= limit && link->pinged) {
		lose(link, "no answer to a ping");
		return;
	}
	if (quiet >= limit) {
		ping(link);
		quiet = 0;
	}
	loop_timer_set(link->loop, &link->timer, limit - quiet);
}

static void
watch_master(struct link *link)
{
	link->heard_ms = loop_now_ms();
	link->pinged = false;
	if (link->options.master.endpoint.is_tcp)
		check_master(link);
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
	char room[ADDRESS_TEXT_MAX + 3];

	loop_timer_clear(link->loop, &link->timer);
	link->state = UP;
	link->reported = 0;
	watch_master(link);
	send_capabilities(link);
	log_info("link", "connected to the master agent at %s%s",
	    link->options.master.name, address_of_name(link, room));
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
		lose(link, "out of memory");
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
		lose(link, "output buffer full");
}

static void
take_request(void *arg, netsnmp_pdu *request)
{
	struct link *link = arg;

	if (request->command == AGENTX_MSG_CLOSE)
		lose(link, "session closed");
	else
		answer(link, request);
}

/* The usual reads do without the library. */
static bool
answer_bytes(void *arg, const uint8_t *pdu, size_t len, struct buffer *out)
{
	struct link *link = arg;

	if (!wire_read(link->options.serve.mib, pdu, len, out))
		return false;
	loop_defer(link->loop, &link->flush);
	return true;
}

static void
receive(struct link *link)
{
	const char *wrong;

	link->heard_ms = loop_now_ms();
	link->pinged = false;
	wrong = agentx_receive(link->agentx);
	if (wrong != NULL)
		lose(link, wrong);
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
		lose(link, strerror(error));
		return;
	}
	link->agentx =
	    agentx_open(link->watch.fd, answer_bytes, take_request, link);
	if (link->agentx == NULL) {
		lose(link, "out of memory");
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

/* The kernel, too, watches over the host of a TCP master. */
static void
keep_alive(int fd, uint32_t ping_s)
{
	const struct {
		int level, name, value;
	} options[] = {
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, (int)ping_s },
		{ IPPROTO_TCP, TCP_KEEPINTVL, (int)(ping_s + 2) / 3 },
		{ IPPROTO_TCP, TCP_KEEPCNT, 3 },
		{ IPPROTO_TCP, TCP_USER_TIMEOUT, (int)ping_s * 2000 },
	};

	for (size_t i = 0; i < NITEMS(options); i++)
		(void)setsockopt(fd, options[i].level, options[i].name,
		    &options[i].value, sizeof options[i].value);
}

/* The next address. */
static void
attempt(struct link *link)
{
	const struct address *address = &link->addresses.at[link->next++];
	int fd = socket(address->to.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	link->watch.fd = fd;
	link->watch.events = POLLOUT;
	if (fd >= 0 && link->options.master.endpoint.is_tcp)
		keep_alive(fd, link->options.master.ping_s);
	if (fd < 0 || (connect(fd, (const struct sockaddr *)&address->to,
			   address->len) < 0 &&
			  errno != EINPROGRESS)) {
		lose(link, strerror(errno));
		return;
	}
	if (!loop_watch(link->loop, &link->watch)) {
		lose(link, strerror(errno));
		return;
	}
	link->state = CONNECTING;
	loop_timer_set(link->loop, &link->timer, ANSWER_MS);
}

static void
unresolved(struct link *link, const char *why)
{
	if (take_note(link, UNRESOLVED))
		log_warn("link",
		    "cannot resolve the host of the master agent at %s: %s; "
		    "retrying",
		    link->options.master.name, why);
	link->state = DOWN;
	start_over(link, NAMED_RETRY_MS);
}

static void
resolved(void *arg, const struct addresses *addresses, const char *why)
{
	struct link *link = arg;

	link->lookup = NULL;
	if (addresses->n == 0) {
		unresolved(link, why);
		return;
	}
	link->state = DOWN;
	link->addresses = *addresses;
	attempt(link);
}

static void
begin_round(struct link *link)
{
	const struct endpoint *endpoint = &link->options.master.endpoint;

	link->named = !endpoint_address(endpoint, &link->addresses.at[0]);
	if (!link->named) {
		link->addresses.n = 1;
		attempt(link);
		return;
	}
	link->state = RESOLVING;
	link->lookup = lookup_start(link->loop, endpoint, resolved, link);
	if (link->lookup == NULL)
		unresolved(link, strerror(errno));
}

static void
expired(void *arg)
{
	struct link *link = arg;

	if (link->state == UP)
		check_master(link);
	else if (link->state != DOWN)
		lose(link, "no answer");
	else if (link->next < link->addresses.n)
		attempt(link);
	else
		begin_round(link);
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
	free(link);
}

void
link_move(struct link *link, const struct link_master *master)
{
	bool same = strcmp(link->options.master.name, master->name) == 0;
	bool was_up = link->state == UP;

	if (!same) {
		log_info("link",
		    "another master agent is configured, at %s; connecting",
		    master->name);
		say_goodbye(link);
		disconnect(link);
		link->named = false;
		link->reported = 0;
		start_over(link, 0);
	}
	link->options.master = *master;
	if (!same && was_up && link->options.down != NULL)
		link->options.down(link->options.arg);
	else if (same && was_up)
		watch_master(link);
}

bool
link_is_up(const struct link *link)
{
	return link->state == UP;
}

static bool
is_up(const void *of)
{
	return link_is_up(of);
}

static uint32_t
send_notification(void *of, const struct varbind *varbinds, size_t n)
{
	return link_notify(of, varbinds, n);
}

struct sender
link_sender(struct link *link)
{
	return (struct sender){ is_up, send_notification, link };
}
