/* access.c - who is at the other end of the control socket, and what it may. */
#include "access.h"

#include <stddef.h>
#include <unistd.h>

#include "array.h"

static bool
in_groups(const gid_t *groups, size_t n, gid_t group)
{
	for (size_t i = 0; i < n; i++)
		if (groups[i] == group)
			return true;
	return false;
}

/* The peer's own group first, then its others; at most size of them. */
static size_t
peer_groups(int fd, gid_t own, gid_t *groups, size_t size)
{
	socklen_t len = (socklen_t)((size - 1) * sizeof *groups);

	groups[0] = own;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups + 1, &len) < 0)
		return 1; /* a group is not known: it gives nothing */
	return 1 + len / sizeof *groups;
}

unsigned
access_rights(
    const struct control_access *access, int fd, const struct ucred *peer)
{
	gid_t groups[1025];
	size_t n;

	if (peer->uid == 0 || peer->uid == geteuid())
		return CONTROL_READ | CONTROL_LEASE | CONTROL_ADMIN;
	n = peer_groups(fd, peer->gid, groups, NITEMS(groups));
	if (access->admin_group != CONTROL_NOBODY &&
	    in_groups(groups, n, access->admin_group))
		return CONTROL_READ | CONTROL_LEASE | CONTROL_ADMIN;
	if (access->feature_group != CONTROL_NOBODY &&
	    in_groups(groups, n, access->feature_group))
		return CONTROL_READ | CONTROL_LEASE;
	return access->others_read ? CONTROL_READ : 0;
}
