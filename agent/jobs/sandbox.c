/*
 * sandbox.c - see sandbox.h.
 *
 * A Unix socket is not among what is allowed, although some resolvers (nscd,
 * systemd-resolved's and Avahi's modules) want one: with it the process could
 * talk to the control socket, as the daemon's own user, who may do everything
 * there.  Without their socket they stand aside for /etc/hosts and DNS.
 */
#include "sandbox.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "array.h"
#include "landlock.h"
#include "socketcall.h"

#define NOBODY 65534 /* whoever has no rights: the kernel's overflowuid */
#define DNS_PORT 53
#define FILES_OPEN 64

static const char *const readable[] = {
	/* Name resolution. */
	"/etc/resolv.conf",
	"/etc/hosts",
	"/etc/host.conf",
	"/etc/nsswitch.conf",
	"/etc/services",
	"/etc/protocols",
	"/etc/gai.conf",
	/* Its modules, which are loaded when they are needed. */
	"/etc/ld.so.cache",
	"/lib",
	"/lib64",
	"/usr/lib",
	"/usr/lib64",
	/* Certificates; the folders of Debian and Fedora. */
	"/etc/ssl/openssl.cnf",
	"/etc/ssl/certs",
	"/usr/share/ca-certificates",
	"/etc/pki/tls/certs",
	"/etc/pki/ca-trust/extracted",
	"/dev/null",
	"/dev/urandom",
};

/* ---- System calls ---- */

#ifdef HAVE_SECCOMP
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

/* Memory, files, connections, threads, time: the process's own. */
static const char *const allowed[] = {
	/* descriptors */
	"close",
	"dup",
	"eventfd2",
	"fstat",
	"fstat64",
	"ftruncate",
	"ftruncate64",
	"lseek",
	"_llseek",
	"pipe",
	"pipe2",
	"poll",
	"ppoll",
	"ppoll_time64",
	"pread64",
	"pselect6",
	"pselect6_time64",
	"pwrite64",
	"read",
	"readv",
	"select",
	"_newselect",
	"write",
	"writev",
	"epoll_create1",
	"epoll_ctl",
	"epoll_pwait",
	"epoll_wait",
	/* files by name, of which Landlock says which */
	"access",
	"faccessat",
	"faccessat2",
	"fstatat64",
	"lstat",
	"lstat64",
	"newfstatat",
	"open",
	"openat",
	"readlink",
	"readlinkat",
	"stat",
	"stat64",
	"statx",
	/* connections */
	"bind",
	"connect",
	"getpeername",
	"getsockname",
	"getsockopt",
	"recv",
	"recvfrom",
	"recvmmsg",
	"recvmmsg_time64",
	"recvmsg",
	"send",
	"sendmmsg",
	"sendmsg",
	"sendto",
	"setsockopt",
	"shutdown",
	/* memory; mmap and mprotect are below */
	"brk",
	"madvise",
	"mlock",
	"mremap",
	"munlock",
	"munmap",
	/* the process and its threads */
	"exit",
	"exit_group",
	"futex",
	"futex_time64",
	"getegid",
	"getegid32",
	"geteuid",
	"geteuid32",
	"getgid",
	"getgid32",
	"getpid",
	"getppid",
	"getrlimit",
	"gettid",
	"getuid",
	"getuid32",
	"restart_syscall",
	"rseq",
	"rt_sigaction",
	"rt_sigprocmask",
	"rt_sigreturn",
	"sched_getaffinity",
	"sched_yield",
	"set_robust_list",
	"set_tid_address",
	"sigaltstack",
	"sigreturn",
	"ugetrlimit",
	/* time, chance, the machine's name */
	"clock_getres",
	"clock_getres_time64",
	"clock_gettime",
	"clock_gettime64",
	"clock_nanosleep",
	"clock_nanosleep_time64",
	"getrandom",
	"gettimeofday",
	"nanosleep",
	"sysinfo",
	"time",
	"uname",
};

#define EQUAL(arg, value)                      \
	{                                      \
		(arg), SCMP_CMP_EQ, (value), 0 \
	}
#define BITS(arg, mask, value)                             \
	{                                                  \
		(arg), SCMP_CMP_MASKED_EQ, (mask), (value) \
	}
#define SOCKET(family, type)                                     \
	{                                                        \
		"socket", 2,                                     \
		{                                                \
			EQUAL(0, (family)), BITS(1, 0xf, (type)) \
		}                                                \
	}
#define FCNTL(command)                           \
	{ "fcntl", 1, { EQUAL(1, (command)) } }, \
	{                                        \
		"fcntl64", 1,                    \
		{                                \
			EQUAL(1, (command))      \
		}                                \
	}
#define CODE(call)                                \
	{ (call), 1, { BITS(2, PROT_EXEC, 0) } }, \
	{                                         \
		(call), 1,                        \
		{                                 \
			BITS(2, PROT_WRITE, 0)    \
		}                                 \
	}
#define NAMESPACES                                                     \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | \
	    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)
#ifdef __s390__
#define CLONE_FLAGS 1
#else
#define CLONE_FLAGS 0
#endif

/* Only with such arguments. */
static const struct {
	const char *call;
	unsigned nargs;
	struct scmp_arg_cmp args[2];
} conditional[] = {
	SOCKET(AF_INET, SOCK_STREAM),
	SOCKET(AF_INET, SOCK_DGRAM),
	SOCKET(AF_INET6, SOCK_STREAM),
	SOCKET(AF_INET6, SOCK_DGRAM),
	/* libcurl's threads wake each other with it. */
	{ "socketpair", 2, { EQUAL(0, AF_UNIX), BITS(1, 0xf, SOCK_STREAM) } },
	/* Not F_SETOWN, which lets the kernel signal another process. */
	FCNTL(F_GETFD),
	FCNTL(F_SETFD),
	FCNTL(F_GETFL),
	FCNTL(F_SETFL),
	FCNTL(F_DUPFD_CLOEXEC),
	{ "ioctl", 1, { EQUAL(1, FIONBIO) } },
	{ "ioctl", 1, { EQUAL(1, FIONREAD) } },
	/* Never to write and to run. */
	CODE("mmap"),
	CODE("mmap2"),
	CODE("mprotect"),
	/* Threads, no processes. */
	{ "clone", 1,
	    { BITS(CLONE_FLAGS, CLONE_THREAD | NAMESPACES, CLONE_THREAD) } },
	{ "prlimit64", 1, { EQUAL(0, 0) } },
};

/* 0, or a negative errno.  Not every architecture has every call. */
static int
allow(scmp_filter_ctx filter, const char *call, unsigned nargs,
    const struct scmp_arg_cmp *args)
{
	int number = seccomp_syscall_resolve_name(call);

	return number == __NR_SCMP_ERROR
		   ? 0
		   : seccomp_rule_add_array(
			 filter, SCMP_ACT_ALLOW, number, nargs, args);
}

static int
allow_own_signals(scmp_filter_ctx filter)
{
	/* abort() and threads; to itself alone. */
	const struct scmp_arg_cmp self = EQUAL(0, (scmp_datum_t)getpid());

	return allow(filter, "tgkill", 1, &self);
}

static int
add_rules(scmp_filter_ctx filter)
{
	/* Its flags are in memory, where no filter sees them; glibc takes
	 * clone instead. */
	int number = seccomp_syscall_resolve_name("clone3"), error = 0;

	if (number != __NR_SCMP_ERROR)
		error =
		    seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), number, 0);
	for (size_t i = 0; i < NITEMS(allowed) && error == 0; i++)
		error = allow(filter, allowed[i], 0, NULL);
	for (size_t i = 0; i < NITEMS(conditional) && error == 0; i++)
		error = allow(filter, conditional[i].call, conditional[i].nargs,
		    conditional[i].args);
	return error == 0 ? allow_own_signals(filter) : error;
}

/* A call that is not needed fails: what a new libcurl tries beside it does not
 * end a transfer.  False: errno. */
static bool
filter_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int error = -ENOMEM;

	if (filter != NULL && (error = add_rules(filter)) == 0)
		error = seccomp_load(filter);
	seccomp_release(filter);
	errno = -error;
	return error == 0;
}
#else
static bool
filter_calls(void)
{
	return true;
}
#endif

/* ---- The rest ---- */

static bool
leave_root(void)
{
	return geteuid() != 0 || (setgroups(0, NULL) == 0 &&
				     setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
				     setresuid(NOBODY, NOBODY, NOBODY) == 0);
}

/* Behind a change of the user, which takes both back.  A password passes
 * through this memory. */
static bool
hide(void)
{
	return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 &&
	       prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

static bool
limit(uint32_t file_max)
{
	const struct rlimit core = { 0, 0 };
	const struct rlimit files = { FILES_OPEN, FILES_OPEN };
	const struct rlimit size = { file_max, file_max };

	/* Else a file that grows too large would end it without a word. */
	return signal(SIGXFSZ, SIG_IGN) != SIG_ERR &&
	       setrlimit(RLIMIT_CORE, &core) == 0 &&
	       setrlimit(RLIMIT_NOFILE, &files) == 0 &&
	       setrlimit(RLIMIT_FSIZE, &size) == 0;
}

static bool
lock_files(uint16_t port)
{
	const uint16_t ports[] = { DNS_PORT, port };

	return landlock_enter(&(struct landlock_rules){
	    readable, NITEMS(readable), ports, port != 0 ? NITEMS(ports) : 0 });
}

bool
sandbox_enter(const struct sandbox *sandbox, char *why, size_t size)
{
	const char *what = !leave_root()                ? "user"
			   : !hide()                    ? "process"
			   : !limit(sandbox->file_max)  ? "limits"
			   : !lock_files(sandbox->port) ? "Landlock"
			   : !socketcall_trap()         ? "seccomp"
			   : !filter_calls()            ? "seccomp"
							: NULL;

	if (what == NULL)
		return true;
	snprintf(why, size, "cannot enter the sandbox (%s): %s", what,
	    strerror(errno));
	return false;
}
