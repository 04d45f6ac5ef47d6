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
#include <unistd.h>

#include "commands.h"
#include "data.h"
#include "out.h"

struct runner {
	pid_t child;
	int on_loss; /* a signal, 0: none */
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

	(void)fail("%s: %s", lic_lease_feature(lease), lic_state_name(state));
	if (is_lost(state) && runner->child > 0 && runner->on_loss != 0)
		(void)kill(runner->child, runner->on_loss);
}

/* In the child.  Without the one who holds the lease there is none. */
static void
execute(const struct ctl *ctl, const struct runner *runner,
    const sigset_t *mask, pid_t parent)
{
	(void)sigprocmask(SIG_SETMASK, mask, NULL);
	if (runner->on_loss != 0 &&
	    (prctl(PR_SET_PDEATHSIG, runner->on_loss, 0, 0, 0) < 0 ||
		getppid() != parent))
		_exit(EXIT_RUN);
	execvp(ctl->command[0], ctl->command);
	(void)fail("%s: %s", ctl->command[0], strerror(errno));
	_exit(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUN);
}

/* True: the command is over. */
static bool
take_signal(const struct runner *runner, int fd, int *status)
{
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof info) != sizeof info)
		return false;
	if (info.ssi_signo == SIGCHLD)
		return waitpid(runner->child, status, WNOHANG) == runner->child;
	/* What the terminal sends, it sends to the command too. */
	if (info.ssi_code != SI_KERNEL)
		(void)kill(runner->child, (int)info.ssi_signo);
	return false;
}

static int
await(const struct ctl *ctl, const struct runner *runner, int fd)
{
	struct pollfd waits[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = lic_fd(ctl->lic), .events = POLLIN },
	};
	int status;

	for (;;) {
		if (poll(waits, 2, -1) < 0 && errno != EINTR)
			return fail("poll: %s", strerror(errno));
		if (waits[1].revents != 0)
			(void)lic_process(ctl->lic);
		if (waits[0].revents != 0 && take_signal(runner, fd, &status))
			break;
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

static int
run_command(const struct ctl *ctl, struct runner *runner)
{
	static const int forwarded[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT,
		SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH, SIGCONT, SIGCHLD };
	sigset_t set, before;
	pid_t parent = getpid();
	int fd;

	sigemptyset(&set);
	for (size_t i = 0; i < NITEMS(forwarded); i++)
		sigaddset(&set, forwarded[i]);
	(void)sigprocmask(SIG_BLOCK, &set, &before);
	if ((fd = signalfd(-1, &set, SFD_CLOEXEC)) < 0 ||
	    (runner->child = fork()) < 0) {
		(void)fail("%s", strerror(errno));
		return EXIT_RUN;
	}
	if (runner->child == 0)
		execute(ctl, runner, &before, parent);
	return await(ctl, runner, fd);
}

static int
hold(struct ctl *ctl, struct runner *runner)
{
	const struct lic_options options = { .lease = on_lease, .arg = runner };
	struct lic_lease *lease;
	enum lic_err err;

	if (open_daemon(ctl, options) != EXIT_DONE)
		return EXIT_RUN;
	err = lic_checkout(ctl->lic, ctl->feature, NULL, ctl->count, &lease);
	if (err != LIC_OK) {
		(void)fail_lic(ctl, err);
		return EXIT_RUN;
	}
	if (lic_lease_state(lease) != LIC_LICENSED)
		(void)fail("%s: %s", ctl->feature,
		    lic_state_name(lic_lease_state(lease)));
	return run_command(ctl, runner);
}

int
run(struct ctl *ctl)
{
	struct runner runner = { 0, SIGTERM };

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
	return hold(ctl, &runner);
}
