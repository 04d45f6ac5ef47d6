/* become.c - see become.h. */
#include "become.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/prctl.h>
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
