/* protocol.c - the protocols that move files. */
#include "protocol.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "array.h"

static const struct protocol protocols[] = {
	[PROTOCOL_NONE] = { .name = "local", .is_supported = true },
	[PROTOCOL_LOCAL] = { .name = "local", .is_supported = true },
	[PROTOCOL_TFTP] = { .name = "tftp",
	    .is_supported = true,
	    .is_remote = true,
	    .port = PORT_TFTP,
	    .before_absolute = "/",
	    .before_relative = "/",
	    .is_mute = true },
	[PROTOCOL_FTP] = { .name = "ftp",
	    .is_supported = true,
	    .is_remote = true,
	    .port = PORT_FTP,
	    .takes_user = true,
	    .mib_needs_user = true,
	    .before_absolute = "/",
	    .before_relative = "/",
	    .has_data_port = true },
	[PROTOCOL_RCP] = { .name = "rcp",
	    .is_remote = true,
	    .takes_user = true,
	    .mib_needs_user = true,
	    .needs_user = true },
	[PROTOCOL_HTTP] = { .name = "http",
	    .is_supported = true,
	    .is_remote = true,
	    .port = PORT_HTTP,
	    .takes_user = true,
	    .before_absolute = "",
	    .before_relative = "/",
	    .has_status = true },
	/* A relative path begins in the user's home, which libcurl calls ~. */
	[PROTOCOL_SCP] = { .name = "scp",
	    .is_supported = true,
	    .is_remote = true,
	    .port = PORT_SSH,
	    .takes_user = true,
	    .mib_needs_user = true,
	    .needs_user = true,
	    .has_host_key = true,
	    .before_absolute = "",
	    .before_relative = "/~/" },
	[PROTOCOL_SFTP] = { .name = "sftp",
	    .is_supported = true,
	    .is_remote = true,
	    .port = PORT_SSH,
	    .takes_user = true,
	    .mib_needs_user = true,
	    .needs_user = true,
	    .has_host_key = true,
	    .before_absolute = "",
	    .before_relative = "/~/" },
};

const struct protocol *
protocol_of(int32_t number)
{
	return &protocols[number];
}

bool
protocol_of_url(const char *text, int32_t *number, const char **rest)
{
	for (size_t i = PROTOCOL_TFTP; i < NITEMS(protocols); i++) {
		size_t len = strlen(protocols[i].name);

		if (strncasecmp(text, protocols[i].name, len) != 0 ||
		    strncmp(text + len, "://", 3) != 0)
			continue;
		*number = (int32_t)i;
		*rest = text + len + 3;
		return true;
	}
	return false;
}

const char *
protocol_list(char text[PROTOCOL_LIST_MAX])
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = PROTOCOL_TFTP; i < NITEMS(protocols); i++)
		if (protocols[i].is_supported && used < PROTOCOL_LIST_MAX)
			used += (size_t)snprintf(text + used,
			    PROTOCOL_LIST_MAX - used, "%s%s",
			    used != 0 ? ", " : "", protocols[i].name);
	return text;
}
