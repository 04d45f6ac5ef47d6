/*
 * landlock.c - see landlock.h.
 *
 * glibc has no wrappers for these system calls, and older headers lack the
 * newer rights, so both are declared here; landlock(7) and the kernel's
 * Documentation/userspace-api/landlock.rst describe them.
 */
#include "landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The numbers are the same on all architectures. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

#define CREATE_VERSION 1
#define RULE_PATH_BENEATH 1
#define RULE_NET_PORT 2
#define FS_READ_FILE (1U << 2)
#define NET_BIND_TCP (1U << 0)
#define NET_CONNECT_TCP (1U << 1)
#define SCOPE_ABSTRACT_UNIX (1U << 0)
#define SCOPE_SIGNAL (1U << 1)

struct ruleset_attr {
	uint64_t fs, net, scoped; /* what is denied unless a rule allows it */
};

struct path_attr {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

struct port_attr {
	uint64_t allowed, port;
};

static int
version(void)
{
	return (int)syscall(
	    SYS_landlock_create_ruleset, NULL, 0, CREATE_VERSION);
}

bool
landlock_is_available(void)
{
	return version() > 0;
}

/* All that this version can deny.  A field that it does not know is zero, so
 * it takes the larger structure. */
static struct ruleset_attr
all_of(int abi, const struct landlock_rules *rules)
{
	/* The number of rights to files, by version. */
	static const unsigned rights[] = { 13, 14, 15, 15, 16 };
	unsigned newest = sizeof rights / sizeof rights[0];
	unsigned known = (unsigned)abi < newest ? (unsigned)abi : newest;
	struct ruleset_attr attr = { .fs = (1U << rights[known - 1]) - 1 };

	if (abi >= 4)
		attr.net =
		    NET_BIND_TCP | (rules->nports > 0 ? NET_CONNECT_TCP : 0);
	if (abi >= 6)
		attr.scoped = SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL;
	return attr;
}

static bool
allow_path(int ruleset, const char *path)
{
	struct path_attr attr = { .allowed = FS_READ_FILE };
	bool allowed;

	attr.parent = open(path, O_PATH | O_CLOEXEC);
	if (attr.parent < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES;
	allowed = syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH,
		      &attr, 0) == 0;
	close(attr.parent);
	return allowed;
}

static bool
allow_port(int ruleset, uint16_t port)
{
	struct port_attr attr = { NET_CONNECT_TCP, port };

	return syscall(SYS_landlock_add_rule, ruleset, RULE_NET_PORT, &attr,
		   0) == 0;
}

static bool
allow_all(int ruleset, const struct ruleset_attr *attr,
    const struct landlock_rules *rules)
{
	for (size_t i = 0; i < rules->nreadable; i++)
		if (!allow_path(ruleset, rules->readable[i]))
			return false;
	for (size_t i = 0; i < rules->nports && (attr->net & NET_CONNECT_TCP);
	     i++)
		if (!allow_port(ruleset, rules->ports[i]))
			return false;
	return true;
}

bool
landlock_enter(const struct landlock_rules *rules)
{
	int abi = version(), ruleset, error;
	struct ruleset_attr attr;
	bool entered;

	/* Not built into the kernel, or not started with it. */
	if (abi < 0)
		return errno == ENOSYS || errno == EOPNOTSUPP;
	attr = all_of(abi, rules);
	ruleset =
	    (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
	if (ruleset < 0)
		return false;
	entered = allow_all(ruleset, &attr, rules) &&
		  syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
	error = errno;
	close(ruleset);
	errno = error;
	return entered;
}
