/*
 * transfer.h - files on servers.
 *
 * libcurl moves them in a process of its own, licagent-transfer, which gets
 * an order and says how it goes.  So no server holds up the loop: libcurl's
 * multi interface still waits for a server at the end of FTP, SCP and SFTP
 * (libcurl-multi(3), "blocking").  And what a server sends is parsed where
 * neither the device key nor the stores are.
 */
#ifndef AGENT_TRANSFER_H
#define AGENT_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "loop.h"
#include "protocol.h"

/* The server of a request; borrowed. */
struct server {
	int32_t type; /* InetAddressType */
	const uint8_t *address;
	size_t len;
	uint32_t port; /* 0: the one that is configured */
	const char *user;
	const char *password;
};

/* The configuration's group "transfer". */
struct transfer_conf {
	uint32_t ports[NPORTS];
	uint32_t timeout_s; /* of a whole transfer */
	uint32_t stall_s;   /* without a byte, or to connect */
	uint32_t max_size;  /* of a file, in bytes */
	const char *known_hosts;
};

enum transfer_result {
	TRANSFER_DONE,
	TRANSFER_NO_SERVER, /* not reached, not trusted, or gone silent */
	TRANSFER_REFUSED,   /* it does not let us have, or put, the file */
	TRANSFER_TOO_LARGE,
	TRANSFER_FAILED,    /* on our side */
	TRANSFER_UNTRUSTED, /* the server's certificate does not count */
};

/* A request over HTTPS, in place of a file. */
struct transfer_request {
	char url[1024]; /* "https://..."; "": the order is about a file */
	bool post;      /* what is uploaded; else GET */
	uint16_t port;  /* that is connected to: the proxy's, or the server's */
	char proxy[300];    /* "http://HOST:PORT"; "": none */
	char ca_file[4096]; /* of PEM; "": the system's */
	char id[64];        /* Idempotency-Key; "": none */
	char token[1024];   /* of the bearer; "": none */
};

/* What licagent-transfer reads, once. */
struct transfer_order {
	pid_t daemon; /* dies with it */
	int32_t protocol;
	bool upload;
	bool append;    /* of an upload: to what is there, if possible */
	bool progress;  /* is to be told */
	char host[264]; /* a name, an address; IPv6 in brackets */
	uint32_t scope; /* of a link-local IPv6 address, or 0 */
	uint32_t port;
	char path[256]; /* as on the server */
	char user[97];
	char password[97];
	uint32_t timeout_s, stall_s;
	uint32_t max_size;
	char known_hosts[4096];
	struct transfer_request request;
};

/* What it says: how far it is, several times, then how it ended, once. */
struct transfer_word {
	uint32_t over; /* 0 or 1; not bool, since anything may come */
	enum transfer_result result; /* when it is over */
	uint64_t done, total;        /* bytes; total 0: not known */
	uint32_t status;             /* of the answer to a request */
	uint32_t retry_after_s;      /* and when to come again; 0: not said */
	char text[256];              /* why it is no success */
};

/* False: `why` says why no such server can be asked. */
bool transfer_order_make(struct transfer_order *, const struct transfer_conf *,
    int32_t protocol, const struct server *, const char *path, char *why,
    size_t why_size);

/* For a request, which the caller fills in. */
void transfer_order_request(
    struct transfer_order *, const struct transfer_conf *);

struct transfer;

struct transfer_events {
	void (*progress)(void *arg, uint64_t done, uint64_t total);
	/* Once, and never from within transfer_new. */
	void (*over)(void *arg, enum transfer_result, const char *why);
	void *arg;
};

/*
 * Begins to carry the order out; data is what is to be uploaded, copied.
 * NULL: `why` is one sentence.
 */
struct transfer *transfer_new(struct loop *, const struct transfer_order *,
    const void *data, size_t len, const struct transfer_events *, char *why,
    size_t why_size);
/* What was downloaded, once it is done; the caller frees it.  False: errno. */
bool transfer_take(struct transfer *, uint8_t **data, size_t *len);
/* Of the answer to a request, whose body is what was downloaded; 0: none. */
uint32_t transfer_status(const struct transfer *, uint32_t *retry_after_s);
/* One that is not over is given up at once. */
void transfer_free(struct transfer *); /* NULL is fine */

#endif
