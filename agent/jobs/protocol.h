/*
 * protocol.h - how files come and go, and how servers are named: the MIB's
 * numbers.
 */
#ifndef AGENT_PROTOCOL_H
#define AGENT_PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

/* ClmgmtLicenseTransferProtocol */
enum protocol {
	PROTOCOL_NONE = 1, /* like local */
	PROTOCOL_LOCAL,
	PROTOCOL_TFTP,
	PROTOCOL_FTP,
	PROTOCOL_RCP, /* not offered */
	PROTOCOL_HTTP,
	PROTOCOL_SCP,
	PROTOCOL_SFTP,
};
bool protocol_offered(int32_t protocol);
/* Does it need a server, and the name of a user there? */
bool protocol_remote(int32_t protocol);
bool protocol_needs_user(int32_t protocol);
const char *protocol_name(int32_t protocol); /* "tftp" */

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
