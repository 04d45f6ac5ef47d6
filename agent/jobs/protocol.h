/*
 * protocol.h - the protocols that move files, and how servers are named: the
 * MIB's numbers.
 *
 * Each protocol is one row of protocol.c, which has all that differs between
 * them.
 */
#ifndef AGENT_PROTOCOL_H
#define AGENT_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ClmgmtLicenseTransferProtocol */
enum protocol_number {
	PROTOCOL_NONE = 1, /* like local */
	PROTOCOL_LOCAL,
	PROTOCOL_TFTP,
	PROTOCOL_FTP,
	PROTOCOL_RCP, /* not supported */
	PROTOCOL_HTTP,
	PROTOCOL_SCP,
	PROTOCOL_SFTP,
	PROTOCOL_LAST = PROTOCOL_SFTP,
};

/* Ports that can be configured ("ssh-port"), each with its default. */
#define PROTOCOL_PORTS(X)                                            \
	X(TFTP, "tftp", 69), X(FTP, "ftp", 21), X(HTTP, "http", 80), \
	    X(SSH, "ssh", 22)
#define PORT_ID(id, name, number) PORT_##id
enum protocol_port { PROTOCOL_PORTS(PORT_ID), NPORTS };

struct protocol {
	const char *name; /* also the scheme of its URLs */
	bool is_supported;
	bool is_remote; /* it has a server, and what follows */
	enum protocol_port port;
	bool takes_user, needs_user;
	bool mib_needs_user; /* which has no anonymous ftp */
	bool has_host_key;   /* which must be known */
	/* What comes between host and path in libcurl's URL. */
	const char *before_absolute, *before_relative;
	bool has_data_port; /* the server chooses a port for the file */
	bool has_status;    /* success is a status 2xx */
	bool is_mute;       /* libcurl's words for an error are about sockets */
};

/* number: of the enumeration. */
const struct protocol *protocol_of(int32_t number);

/*
 * The protocol whose name the text begins with, followed by "://"; false: none.
 * rest: what follows.
 */
bool protocol_of_url(const char *text, int32_t *number, const char **rest);

/* "tftp, ftp, http, scp, sftp": those that are supported and remote. */
#define PROTOCOL_LIST_MAX 64
const char *protocol_list(char text[PROTOCOL_LIST_MAX]);

/* InetAddressType */
enum address_type {
	ADDRESS_UNKNOWN = 0,
	ADDRESS_IPV4,
	ADDRESS_IPV6,
	ADDRESS_IPV4Z,
	ADDRESS_IPV6Z,
	ADDRESS_DNS = 16,
};

#endif
