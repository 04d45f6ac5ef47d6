/* licctl_run.c - for programs that know nothing of licenses; and listening. */
#include "licctl.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- check ---- */

/* Can it be checked out?  Then NULL, else why not, the nearest reason. */
static const char *
why_not(const json_t *rows, uint32_t count, char *text, size_t size)
{
	const char *why = "it has no license";
	json_int_t left = 0;
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		if (is(row, "status", "expiredInUse") ||
		    is(row, "status", "expiredNotInUse"))
			why = "its license has expired";
	}
	json_array_foreach(rows, i, row)
	{
		if (is(row, "status", "inactive") ||
		    is(row, "status", "expiredInUse") ||
		    is(row, "status", "expiredNotInUse"))
			continue;
		if (!is_true(row, "eula_accepted")) {
			why = "its agreement is not accepted; \"licctl "
			      "license accept end user agreement\" does";
			continue;
		}
		if (!is_true(row, "counted"))
			return NULL;
		left += number_of(row, "count_left");
		snprintf(text, size, "%u asked for, %lld left", count,
		    (long long)left);
		why = text;
	}
	return left >= (json_int_t)count ? NULL : why;
}

/* Without --device, features are checked out of the master. */
static int
choose_device(struct ctl *ctl)
{
	json_t *devices, *device;
	size_t i;
	int status = EXIT_DONE;

	if (ctl->device != 0 ||
	    (status = ask_rows(ctl, "devices", NULL, &devices)) != EXIT_DONE)
		return status;
	json_array_foreach(devices, i, device)
	{
		if (is_true(device, "master"))
			ctl->device = (uint32_t)number_of(device, "device");
	}
	json_decref(devices);
	return EXIT_DONE;
}

/* Is the level among those up to the one that runs? */
static bool
is_included(const json_t *module, const char *level)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(module, "levels"), i, one)
	{
		if (strcmp(json_string_value(one), level) == 0)
			return true;
		if (is(module, "running", json_string_value(one)))
			return false;
	}
	return false;
}

/* A feature that is a level of a module which runs at it, or above it. */
static int
ask_levels(struct ctl *ctl, const json_t *feature, bool *included)
{
	json_t *modules, *module;
	size_t i;
	int status = ask_rows(ctl, "modules", NULL, &modules);

	*included = false;
	if (status != EXIT_DONE)
		return status;
	json_array_foreach(modules, i, module)
	{
		if (number_of(module, "device") == number_of(feature, "device"))
			*included =
			    *included || is_included(module, ctl->args[0]);
	}
	json_decref(modules);
	return EXIT_DONE;
}

static int
check_feature(struct ctl *ctl)
{
	uint32_t count = ctl->count != 0 ? ctl->count : 1;
	bool included = false;
	const char *why;
	char text[64];
	json_t *rows, *features, *feature;
	int status = choose_device(ctl);

	if (status != EXIT_DONE || (status = ask_rows(ctl, "licenses",
					ctl->args[0], &rows)) != EXIT_DONE)
		return status;
	if ((status = ask_rows(ctl, "features", ctl->args[0], &features)) !=
	    EXIT_DONE) {
		json_decref(rows);
		return status;
	}
	feature = json_array_get(features, 0);
	why = why_not(rows, count, text, sizeof text);
	if (why != NULL && feature != NULL)
		status = ask_levels(ctl, feature, &included);
	/* Or it may run without a license. */
	if (included || is_true(feature, "mandatory") ||
	    is_true(feature, "advise"))
		why = NULL;
	if (feature == NULL && json_array_size(rows) == 0)
		why = "there is no such feature";
	if (status == EXIT_DONE && ctl->json)
		status = print_json(json_pack("{s:s, s:b, s:s}", "feature",
		    ctl->args[0], "licensed", why == NULL, "why",
		    why != NULL ? why : ""));
	else if (status == EXIT_DONE && why != NULL)
		(void)fail("%s: %s", ctl->args[0], why);
	json_decref(rows);
	json_decref(features);
	return status != EXIT_DONE ? status : why != NULL;
}

static int
check_stores(struct ctl *ctl)
{
	json_t *result, *finding;
	size_t i;
	bool good;
	int status;

	ctl->slow = true;
	status = ask(ctl, json_pack("{s:s}", "do", "check"), &result);
	if (status != EXIT_DONE)
		return status;
	good = is_true(result, "good");
	if (ctl->json) {
		status = print_json(result);
		return status != EXIT_DONE ? status : !good;
	}
	json_array_foreach(json_object_get(result, "findings"), i, finding)
	{
		print_text(stdout, json_string_value(finding));
		putchar('\n');
	}
	puts(good ? "everything on disk is as it should be"
		  : "something on disk is not as it should be");
	json_decref(result);
	return !good;
}

int
check(struct ctl *ctl)
{
	return ctl->nargs > 0 ? check_feature(ctl) : check_stores(ctl);
}

/* ---- run ---- */

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
lost(enum lic_state state)
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
	if (lost(state) && runner->child > 0 && runner->on_loss != 0)
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
	for (size_t i = 0; i < sizeof forwarded / sizeof forwarded[0]; i++)
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
	const struct lic_options options = {
		.socket = ctl->socket, .lease = on_lease, .arg = runner
	};
	struct lic_lease *lease;
	char why[512];
	enum lic_err err =
	    lic_open_detail(&options, &ctl->lic, why, sizeof why);

	if (err != LIC_OK) {
		ctl->lic = NULL;
		(void)fail("%s", why[0] != '\0' ? why : lic_strerror(err));
		return EXIT_RUN;
	}
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
		return misuse("run needs --feature NAME");
	if (ctl->command == NULL || ctl->command[0] == NULL)
		return misuse("run needs -- and a command behind it");
	if (ctl->on_loss != NULL &&
	    !parse_signal(ctl->on_loss, &runner.on_loss))
		return misuse("--on-loss %s: it takes the name of a signal, or "
			      "none",
		    ctl->on_loss);
	return hold(ctl, &runner);
}

/* ---- show events ---- */

/* Uncounted is null. */
static json_t *
count_json(int64_t count)
{
	return count >= 0 ? json_integer(count) : json_null();
}

/* A line each, so that who reads it need not wait for an end. */
static void
print_event_json(const struct lic_event *e)
{
	json_t *event = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, "
				  "s:I, s:o, s:o, s:o}",
	    "kind", e->kind, "at", e->at, "feature", e->feature, "version",
	    e->version, "type", e->type, "device", (json_int_t)e->device,
	    "store", (json_int_t)e->store, "license", (json_int_t)e->license,
	    "left_s", (json_int_t)e->left_s, "end",
	    e->end[0] != '\0' ? json_string(e->end) : json_null(), "count",
	    count_json(e->count), "count_left", count_json(e->count_left));

	(void)json_dumpf(event, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
	json_decref(event);
}

static void
print_event(void *arg, const struct lic_event *e)
{
	const struct ctl *ctl = arg;

	if (ctl->device != 0 && e->device != ctl->device)
		return;
	if (ctl->json) {
		print_event_json(e);
		return;
	}
	print_words(stdout, "%s %s ", e->at, e->kind);
	print_text(stdout, e->feature);
	print_words(
	    stdout, " %s %s, device %u", e->version, e->type, e->device);
	if (e->license != 0)
		printf(", store %u, license %u", e->store, e->license);
	if (e->count >= 0)
		printf(", count %lld", (long long)e->count);
	putchar('\n');
	fflush(stdout);
}

/* Until it is interrupted, or nobody reads it any more. */
int
show_events(struct ctl *ctl)
{
	const struct lic_options options = {
		.socket = ctl->socket, .event = print_event, .arg = ctl
	};
	struct pollfd waits[] = {
		{ .events = POLLIN },
		{ .fd = STDOUT_FILENO }, /* a pipe without a reader */
	};
	char why[512];

	if (lic_open_detail(&options, &ctl->lic, why, sizeof why) != LIC_OK) {
		ctl->lic = NULL;
		(void)fail("%s", why);
		return EXIT_AWAY;
	}
	waits[0].fd = lic_fd(ctl->lic);
	while (!ferror(stdout) && (waits[1].revents & POLLERR) == 0)
		if (poll(waits, 2, -1) > 0 && waits[0].revents != 0 &&
		    lic_process(ctl->lic) == LIC_ENOMEM)
			return fail("out of memory");
	return EXIT_FAILED;
}
