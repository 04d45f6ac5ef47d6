/*
 * socketcall.c - see socketcall.h.
 *
 * For glibc on i386 all calls for sockets are one, socketcall(2), with its
 * arguments in memory.  A filter can allow every kind of socket there, or
 * none.  So those that make sockets are trapped: the handler of the signal
 * makes the call that has its arguments in registers, which the sandbox's
 * filter judges like any other.
 */
#include "socketcall.h"

#if defined HAVE_SECCOMP && defined __i386__
#include <errno.h>
#include <linux/net.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

static void
on_trap(int number, siginfo_t *info, void *context)
{
	greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
	const long *arg = (const long *)registers[REG_ECX];
	int before = errno;
	long made = -1;

	(void)number;
	errno = EPERM;
	if (info->si_syscall == SYS_socketcall) {
		if (registers[REG_EBX] == SYS_SOCKET)
			made = syscall(SYS_socket, arg[0], arg[1], arg[2]);
		else if (registers[REG_EBX] == SYS_SOCKETPAIR)
			made = syscall(
			    SYS_socketpair, arg[0], arg[1], arg[2], arg[3]);
	}
	registers[REG_EAX] = (greg_t)(made < 0 ? -errno : made);
	errno = before;
}

bool
socketcall_trap(void)
{
	const struct sigaction action = { .sa_sigaction = on_trap,
		.sa_flags = SA_SIGINFO };
	const int calls[] = { SYS_SOCKET, SYS_SOCKETPAIR };
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int error = filter == NULL ? -ENOMEM : 0;

	for (size_t i = 0; i < 2 && error == 0; i++)
		error = seccomp_rule_add(filter, SCMP_ACT_TRAP, SYS_socketcall,
		    1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)calls[i]));
	if (error == 0)
		error = seccomp_load(filter);
	seccomp_release(filter);
	errno = -error;
	return error == 0 && sigaction(SIGSYS, &action, NULL) == 0;
}

#else

bool
socketcall_trap(void)
{
	return true;
}

#endif
