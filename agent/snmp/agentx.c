/*
 * agentx.c - an AgentX session of net-snmp's library.
 *
 * The library gets a transport of ours that never waits, and its session is
 * never put on its global list: it has no descriptors, timers or files of its
 * own here.  Its timeouts are not used, either: a request is pending until it
 * is answered or the connection is given up, which is for the caller to say.
 */
#include "agentx.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "log.h"

#define VERSION_1 0xc1     /* AGENTX_VERSION_1 in net-snmp */
#define NETWORK_ORDER 0x10 /* of the flags */
#define HEADER_LEN 20
#define PARSE_MAX 65536      /* what agentx_parse takes, the header included */
#define PDU_MAX (512 * 1024) /* of the master; SNMP messages end at 64 KB */
#define READ_MAX 65536       /* at once */
#define IN_MAX (PDU_MAX + READ_MAX)
#define OUT_MAX (1024 * 1024)

/*
 * AgentX itself, as net-snmp's own subagent hands it to its session.
 * libnetsnmpagent exports these, but agent/mibgroup/agentx/protocol.h, which
 * declares them, is not installed; configure checks that they are there.
 */
int agentx_parse(netsnmp_session *, netsnmp_pdu *, u_char *, size_t);
int agentx_realloc_build(
    netsnmp_session *, netsnmp_pdu *, u_char **, size_t *, size_t *);
int agentx_check_packet(u_char *, size_t);

struct agentx {
	int fd;
	agentx_bytes *bytes;
	agentx_request *request;
	void *arg;
	void *session;                 /* the library's */
	netsnmp_large_fd_set readable; /* fd alone: what the library asks for */
	struct buffer in;
	size_t given; /* bytes of `in` that the library has */
	size_t whole; /* bytes of `in` that it is to have: one PDU */
	struct buffer out;
	const char *over; /* why nothing more can come; NULL: it may */
	bool reading;     /* what was received: it needs the session */
	bool closed;      /* while it was reading */
};

/* The library's, which frees it; so it comes first. */
struct transport {
	netsnmp_transport base;
	struct agentx *agentx;
};

static const char not_agentx[] = "invalid AgentX data";
static const char no_memory[] = "out of memory";

/* ---- The transport ---- */

static struct agentx *
agentx_of(netsnmp_transport *base)
{
	return ((struct transport *)base)->agentx;
}

static int
give_input(netsnmp_transport *base, void *room, int size, void **opaque,
    int *opaque_len)
{
	struct agentx *agentx = agentx_of(base);
	size_t n = agentx->whole - agentx->given;

	(void)opaque;
	(void)opaque_len;
	if (n > (size_t)size)
		n = (size_t)size;
	memcpy(room, agentx->in.data + agentx->given, n);
	agentx->given += n;
	return (int)n;
}

static int
keep_output(netsnmp_transport *base, const void *packet, int len, void **opaque,
    int *opaque_len)
{
	struct buffer *out = &agentx_of(base)->out;
	size_t whole = out->len;

	(void)opaque;
	(void)opaque_len;
	buffer_append(out, packet, (size_t)len);
	if (!out->failed)
		return len;
	buffer_truncate(out, whole);
	return -1;
}

/* The descriptor is not the library's to close. */
static int
let_go(netsnmp_transport *base)
{
	base->sock = -1;
	return 0;
}

static netsnmp_transport *
transport_new(struct agentx *agentx)
{
	struct transport *transport = calloc(1, sizeof *transport);

	if (transport == NULL)
		return NULL;
	transport->agentx = agentx;
	transport->base = (netsnmp_transport){
		.sock = agentx->fd,
		.flags = NETSNMP_TRANSPORT_FLAG_STREAM,
		.msgMaxSize = PDU_MAX,
		.f_recv = give_input,
		.f_send = keep_output,
		.f_close = let_go,
	};
	return &transport->base;
}

/* ---- The session ---- */

/* agentx_parse() copies values on its stack. */
static __attribute__((noinline)) void
wipe_stack(void)
{
	char below[2048];

	explicit_bzero(below, sizeof below);
}

/*
 * A few thousand variables in one message of SNMP are more than agentx_parse
 * takes from the master.  Of such a PDU the header is read, as if nothing (or
 * no repetitions) came behind it, and the request is marked as too big.
 */
static int
parse_header(netsnmp_session *session, netsnmp_pdu *pdu, u_char *packet)
{
	size_t payload = packet[1] == AGENTX_MSG_GETBULK ? 4 : 0;
	size_t low =
	    packet[2] & NETWORK_ORDER ? HEADER_LEN - 1 : HEADER_LEN - 4;
	int err;

	packet[2] &= (u_char)~AGENTX_MSG_FLAG_CONTEXT;
	memset(packet + HEADER_LEN - 4, 0, 4 + payload);
	packet[low] = (u_char)payload;
	err = agentx_parse(session, pdu, packet, HEADER_LEN + payload);
	pdu->flags |= AGENTX_MSG_FLAG_TOO_BIG;
	return err;
}

static int
parse(netsnmp_session *session, netsnmp_pdu *pdu, u_char *packet, size_t len)
{
	struct agentx *agentx = session->callback_magic;
	int err = len <= PARSE_MAX ? agentx_parse(session, pdu, packet, len)
				   : parse_header(session, pdu, packet);

	/* A SET may bring a password. */
	explicit_bzero(packet, len);
	wipe_stack();
	if (err == SNMP_ERR_NOERROR && pdu->version != VERSION_1)
		err = SNMPERR_BAD_VERSION;
	if (err != SNMP_ERR_NOERROR) {
		agentx->over = not_agentx;
		return err;
	}
	log_debug("link", "PDU %d, transaction %u, packet %u, %zu bytes",
	    pdu->command, (uint32_t)pdu->transid, (uint32_t)pdu->reqid,
	    len - HEADER_LEN);
	return err;
}

/* How long the packet is, 0 if that cannot be told yet, -1 if the length is
 * out of bounds: the library gives up then, and does not wait for all of it. */
static int
packet_len(u_char *packet, size_t len)
{
	int whole = agentx_check_packet(packet, len);

	if (len >= HEADER_LEN && (whole < HEADER_LEN || whole > PDU_MAX))
		return -1;
	return whole;
}

/* The library frees these as they are. */
static void
wipe_values(netsnmp_pdu *pdu)
{
	for (netsnmp_variable_list *var = pdu->variables; var != NULL;
	     var = var->next_variable)
		if (var->val_len != 0)
			explicit_bzero(var->val.string, var->val_len);
}

/* What the library calls back with: requests, and the responses that nobody
 * wants to hear of. */
static int
received(int operation, netsnmp_session *session, int packet, netsnmp_pdu *pdu,
    void *arg)
{
	struct agentx *agentx = arg;

	(void)session;
	(void)packet;
	if (operation == NETSNMP_CALLBACK_OP_DISCONNECT) {
		if (agentx->over == NULL)
			agentx->over = not_agentx;
	} else if (operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE) {
		if (!agentx->closed && pdu->command != AGENTX_MSG_RESPONSE)
			agentx->request(agentx->arg, pdu);
		if (pdu->command == AGENTX_MSG_TESTSET)
			wipe_values(pdu);
	}
	return 1;
}

/* ---- The library ---- */

/* What matters to the operator the link says itself. */
static int
library_says(int major, int minor, void *message, void *arg)
{
	const struct snmp_log_message *said = message;

	(void)major;
	(void)minor;
	(void)arg;
	log_debug(
	    "link", "net-snmp: %.*s", (int)strcspn(said->msg, "\n"), said->msg);
	return SNMPERR_SUCCESS;
}

/* init_snmp() would read configuration files; nothing here needs it. */
static void
library_begin(void)
{
	static bool begun;

	if (begun)
		return;
	begun = true;
	(void)netsnmp_register_loghandler(
	    NETSNMP_LOGHANDLER_CALLBACK, LOG_DEBUG);
	(void)snmp_register_callback(
	    SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, library_says, NULL);
}

static void *
session_new(struct agentx *agentx)
{
	netsnmp_transport *transport = transport_new(agentx);
	netsnmp_session session;

	if (transport == NULL)
		return NULL;
	snmp_sess_init(&session);
	session.version = VERSION_1;
	session.retries = 0;
	session.callback = received;
	session.callback_magic = agentx;
	/* Frees the transport if it fails. */
	return snmp_sess_add_ex(&session, transport, NULL, parse, NULL, NULL,
	    agentx_realloc_build, packet_len, NULL);
}

struct agentx *
agentx_open(int fd, agentx_bytes *bytes, agentx_request *request, void *arg)
{
	struct agentx *agentx = calloc(1, sizeof *agentx);

	if (agentx == NULL)
		return NULL;
	library_begin();
	agentx->fd = fd;
	agentx->bytes = bytes;
	agentx->request = request;
	agentx->arg = arg;
	agentx->in.limit = IN_MAX;
	agentx->in.secret = true; /* a SET may bring a password */
	agentx->out.limit = OUT_MAX;
	netsnmp_large_fd_set_init(&agentx->readable, fd + 1);
	NETSNMP_LARGE_FD_SET(fd, &agentx->readable);
	if ((agentx->session = session_new(agentx)) == NULL) {
		agentx_close(agentx);
		return NULL;
	}
	return agentx;
}

void
agentx_close(struct agentx *agentx)
{
	if (agentx == NULL)
		return;
	agentx->closed = true;
	if (agentx->reading)
		return; /* agentx_receive does the rest */
	snmp_sess_close(agentx->session);
	buffer_free(&agentx->in);
	netsnmp_large_fd_set_cleanup(&agentx->readable);
	buffer_free(&agentx->out);
	free(agentx);
}

static void
take_input(struct agentx *agentx)
{
	uint8_t *room = buffer_reserve(&agentx->in, READ_MAX);
	ssize_t n;

	if (room == NULL) {
		agentx->over = no_memory;
		return;
	}
	n = recv(agentx->fd, room, READ_MAX, MSG_DONTWAIT);
	if (n > 0)
		agentx->in.len += (size_t)n;
	else if (n == 0)
		agentx->over = "connection closed";
	else if (errno != EAGAIN && errno != EINTR)
		agentx->over = strerror(errno);
}

/* Is there a PDU to be read, or something that cannot become one? */
static bool
has_pdu(struct agentx *agentx)
{
	int len = packet_len(agentx->in.data, agentx->in.len);

	agentx->whole = len < 0 ? agentx->in.len : (size_t)len;
	return agentx->whole != 0 && agentx->whole <= agentx->in.len;
}

/* The library takes a long one in parts. */
static void
read_pdu(struct agentx *agentx)
{
	int rc = 0;

	agentx->given = 0;
	while (rc == 0 && agentx->given < agentx->whole && !agentx->closed &&
	       agentx->over == NULL) {
		size_t before = agentx->given;

		rc = snmp_sess_read2(agentx->session, &agentx->readable);
		if (agentx->given == before)
			rc = -1; /* it had no room to read to */
	}
	/* Or it had none for the PDU. */
	if (rc != 0 && agentx->over == NULL)
		agentx->over = no_memory;
}

const char *
agentx_receive(struct agentx *agentx)
{
	take_input(agentx);
	agentx->reading = true;
	while (agentx->over == NULL && !agentx->closed && has_pdu(agentx)) {
		if (!agentx->bytes(agentx->arg, agentx->in.data, agentx->whole,
			&agentx->out))
			read_pdu(agentx);
		buffer_consume(&agentx->in, agentx->whole);
	}
	agentx->reading = false;
	if (agentx->closed) {
		agentx_close(agentx);
		return NULL;
	}
	return agentx->over;
}

const char *
agentx_flush(struct agentx *agentx)
{
	struct buffer *out = &agentx->out;
	ssize_t n;

	while (out->len > 0) {
		n = send(agentx->fd, out->data, out->len,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n < 0)
			return strerror(errno);
		buffer_consume(out, (size_t)n);
	}
	return NULL;
}

bool
agentx_waits(const struct agentx *agentx)
{
	return agentx->out.len > 0;
}

uint32_t
agentx_ask(
    struct agentx *agentx, netsnmp_pdu *pdu, snmp_callback answered, void *arg)
{
	uint32_t packet;

	if (pdu == NULL)
		return 0;
	packet = (uint32_t)pdu->reqid;
	pdu->flags |= NETWORK_ORDER;
	if (snmp_sess_async_send(agentx->session, pdu, answered, arg) != 0)
		return packet;
	snmp_free_pdu(pdu);
	return 0;
}

bool
agentx_answer(struct agentx *agentx, netsnmp_pdu *pdu)
{
	if (pdu == NULL)
		return false;
	pdu->flags |= NETWORK_ORDER;
	if (snmp_sess_send(agentx->session, pdu) != 0)
		return true;
	snmp_free_pdu(pdu);
	return false;
}
