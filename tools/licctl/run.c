/*
 * run.c - `run`: hold a license for a program that knows nothing of licenses.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "compat.h"
#include "data.h"
#include "out.h"

struct runner {
	const struct ctl *ctl;
	int on_loss; /* a signal; 0: none */
	sigset_t before, forwarded;
	int signals; /* signalfd of those that are forwarded */
	pid_t child; /* 0: not yet */
};

static bool
parse_signal(const char *name, int *number)
{
	char *end;

	if (strcmp(name, "none") == 0) {
		*number = 0;
		return true;
	}
	*number = (int)strtol(name, &end, 10);
	if (end != name)
		return *end == '\0' && *number > 0 && *number < NSIG;
	if (strncmp(name, "SIG", 3) == 0)
		name += 3;
	for (*number = 1; *number < NSIG; ++*number)
		if (sigabbrev_np(*number) != NULL &&
		    strcmp(sigabbrev_np(*number), name) == 0)
			return true;
	return false;
}

static bool
is_lost(enum lic_state state)
{
	return state == LIC_EXPIRED || state == LIC_UNLICENSED ||
	       state == LIC_LOST;
}

static void
on_lease(void *arg, struct lic_lease *lease)
{
	const struct runner *runner = arg;
	enum lic_state state = lic_lease_state(lease);
	const char *why = lic_lease_why(lease);

	(void)fail("%s: %s%s%s", lic_lease_feature(lease),
	    lic_state_name(state), why[0] != '\0' ? ": " : "", why);
	if (is_lost(state) && runner->child > 0 && runner->on_loss != 0)
		(void)kill(runner->child, runner->on_loss);
}

static void
on_progress(void *arg, const char *what, uint64_t done, uint64_t total)
{
	const struct runner *runner = arg;

	(void)what;
	(void)total;
	if (done == 0)
		(void)fail(
		    "%s: waiting until enough is left", runner->ctl->feature);
	else
		(void)fail("%s: waiting; %llu requests come first",
		    runner->ctl->feature, (unsigned long long)done);
}

/* In the child.  It must not run without the process that holds the lease. */
static void
execute(const struct ctl *ctl, const struct runner *runner, pid_t parent)
{
	int error;

	(void)sigprocmask(SIG_SETMASK, &runner->before, NULL);
	if (runner->on_loss != 0 &&
	    (prctl(PR_SET_PDEATHSIG, runner->on_loss, 0, 0, 0) < 0 ||
		getppid() != parent))
		_exit(EXIT_RUN);
	execvp(ctl->command[0], ctl->command);
	error = errno;
	(void)fail("%s: %s", ctl->command[0], strerror(error));
	_exit(error == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUN);
}

/* True: the command has ended. */
static bool
take_signal(const struct runner *runner, int *status)
{
	struct signalfd_siginfo info;

	if (read(runner->signals, &info, sizeof info) != sizeof info)
		return false;
	if (info.ssi_signo == SIGCHLD)
		return waitpid(runner->child, status, WNOHANG) == runner->child;
	/* What the terminal sends, it sends to the command too. */
	if (info.ssi_code != SI_KERNEL)
		(void)kill(runner->child, (int)info.ssi_signo);
	return false;
}

static int
await(const struct ctl *ctl, const struct runner *runner)
{
	struct pollfd waits[] = {
		{ .fd = runner->signals, .events = POLLIN },
		{ .fd = lic_fd(ctl->lic), .events = POLLIN },
	};
	int status;

	for (;;) {
		if (poll(waits, 2, -1) < 0)
			continue; /* a signal that is not forwarded */
		if (waits[1].revents != 0)
			(void)lic_process(ctl->lic);
		if (waits[0].revents != 0 && take_signal(runner, &status))
			break;
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

/* From here on they wait for the command. */
static bool
hold_signals(struct runner *runner)
{
	static const int forwarded[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT,
		SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH, SIGCONT, SIGCHLD };

	sigemptyset(&runner->forwarded);
	for (size_t i = 0; i < NITEMS(forwarded); i++)
		sigaddset(&runner->forwarded, forwarded[i]);
	(void)sigprocmask(SIG_BLOCK, &runner->forwarded, &runner->before);
	runner->signals = signalfd(-1, &runner->forwarded, SFD_CLOEXEC);
	if (runner->signals < 0)
		(void)fail("signalfd: %s", strerror(errno));
	return runner->signals >= 0;
}

/*
 * Those that came before the command began: from a terminal, too, since that
 * did not send them to the command.  SIGCHLD is left to await(): the command
 * may have ended already.
 */
static void
forward_early(const struct runner *runner)
{
	const struct timespec now = { 0, 0 };
	sigset_t early = runner->forwarded;
	int number;

	sigdelset(&early, SIGCHLD);
	while ((number = sigtimedwait(&early, NULL, &now)) > 0)
		(void)kill(runner->child, number);
}

static bool
hold_lease(struct ctl *ctl, struct runner *runner)
{
	const struct lic_options options = {
		.lease = on_lease, .progress = on_progress, .arg = runner
	};
	struct lic_lease *lease;
	enum lic_err err;

	if (open_daemon(ctl, options) != EXIT_DONE)
		return false;
	err = lic_checkout_wait(
	    ctl->lic, ctl->feature, NULL, ctl->count, ctl->wait_s, &lease);
	if (err != LIC_OK) {
		(void)fail_lic(ctl, err);
		return false;
	}
	if (lic_lease_state(lease) != LIC_LICENSED)
		(void)fail("%s: %s", ctl->feature,
		    lic_state_name(lic_lease_state(lease)));
	return true;
}

/* A signal that comes while the lease does is the command's already; but where
 * it may take long, the signal ends the waiting, and licctl. */
static bool
prepare(struct ctl *ctl, struct runner *runner)
{
	bool waits = ctl->wait_s != 0;

	return (waits || hold_signals(runner)) && hold_lease(ctl, runner) &&
	       (!waits || hold_signals(runner));
}

static int
run_command(struct ctl *ctl, struct runner *runner)
{
	pid_t parent = getpid();

	if (!prepare(ctl, runner))
		return EXIT_RUN;
	if ((runner->child = fork()) < 0) {
		(void)fail("fork: %s", strerror(errno));
		return EXIT_RUN;
	}
	if (runner->child == 0)
		execute(ctl, runner, parent);
	forward_early(runner);
	return await(ctl, runner);
}

int
run(struct ctl *ctl)
{
	struct runner runner = { .ctl = ctl, .on_loss = SIGTERM };

	if (ctl->feature == NULL)
		return misuse("run: --feature NAME is missing");
	if (ctl->nargs > 0)
		return misuse("run: unexpected argument %s; the command goes "
			      "after --",
		    ctl->args[0]);
	if (ctl->command == NULL || ctl->command[0] == NULL)
		return misuse("run: -- and a command are missing");
	if (ctl->on_loss != NULL &&
	    !parse_signal(ctl->on_loss, &runner.on_loss))
		return misuse("--on-loss: %s is not the name of a signal, or "
			      "none",
		    ctl->on_loss);
	return run_command(ctl, &runner);
}
