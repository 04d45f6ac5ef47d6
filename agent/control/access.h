/*
 * access.h - what a program at the control socket may do.
 *
 * It follows from who the program is, as the kernel says, never from what it
 * says itself.
 */
#ifndef AGENT_CONTROL_ACCESS_H
#define AGENT_CONTROL_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

enum control_right {
	CONTROL_READ = 1,
	CONTROL_LEASE = 2,
	CONTROL_ADMIN = 4,
};

#define CONTROL_NOBODY ((gid_t)-1)

/* How much of a feature each user may hold; administrators may hold all. */
struct control_quota {
	const char *feature, *version;
	uint32_t count;
};

struct control_access {
	gid_t admin_group;   /* may do everything; CONTROL_NOBODY: none */
	gid_t feature_group; /* may hold leases and read; likewise */
	bool others_read;    /* else they may do nothing */
	const struct control_quota *quotas; /* borrowed */
	size_t nquotas;
};

/* Rights of the peer of a connected socket; 0: none. */
unsigned access_rights(
    const struct control_access *, int fd, const struct ucred *peer);

#endif
