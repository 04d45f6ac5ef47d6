/* protocol.c - how files come and go. */
#include "protocol.h"

static const struct {
	const char *name;
	bool offered, remote, user;
} protocols[] = {
	[PROTOCOL_NONE] = { "local", true, false, false },
	[PROTOCOL_LOCAL] = { "local", true, false, false },
	[PROTOCOL_TFTP] = { "tftp", true, true, false },
	[PROTOCOL_FTP] = { "ftp", true, true, true },
	[PROTOCOL_RCP] = { "rcp", false, true, true },
	[PROTOCOL_HTTP] = { "http", true, true, false },
	[PROTOCOL_SCP] = { "scp", true, true, true },
	[PROTOCOL_SFTP] = { "sftp", true, true, true },
};

bool
protocol_offered(int32_t protocol)
{
	return protocols[protocol].offered;
}

bool
protocol_remote(int32_t protocol)
{
	return protocols[protocol].remote;
}

bool
protocol_needs_user(int32_t protocol)
{
	return protocols[protocol].user;
}

const char *
protocol_name(int32_t protocol)
{
	return protocols[protocol].name;
}
