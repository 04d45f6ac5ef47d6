/* become.c - see become.h. */
#include "become.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "log.h"

/* Groups first: only root may change them. */
bool
become(const char *user, uid_t uid, gid_t gid)
{
	/* The kernel makes us dumpable as a stranger's program would be. */
	int dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);

	if (initgroups(user, gid) != 0 || setresgid(gid, gid, gid) != 0 ||
	    setresuid(uid, uid, uid) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_DUMPABLE, dumpable == 1, 0, 0, 0) != 0) {
		log_error("main", "cannot change to user %s: %s", user,
		    strerror(errno));
		return false;
	}
	if (setuid(0) == 0 || setgid(0) == 0) {
		log_error(
		    "main", "user %s can become root again; giving up", user);
		return false;
	}
	return true;
}

/* What this process may do; of programs that it starts nothing is said. */
static bool
set_capabilities(uint32_t mask)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
		{ .effective = mask, .permitted = mask }
	};

	return syscall(SYS_capset, &header, data) == 0;
}

bool
become_with_ports(const char *user, uid_t uid, gid_t gid)
{
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0 && become(user, uid, gid) &&
	    set_capabilities(UINT32_C(1) << CAP_NET_BIND_SERVICE))
		return true;
	log_error(
	    "main", "cannot keep the right to low ports: %s", strerror(errno));
	return false;
}

/* Under a filter of system calls it stays, and is all there is. */
void
become_without_ports(void)
{
	(void)set_capabilities(0);
}
