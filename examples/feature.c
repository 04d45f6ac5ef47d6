/*
 * feature.c - a feature that needs a license to run.
 *
 *	feature [-s SOCKET] NAME [COUNT]
 *
 * It checks COUNT of NAME out of licagentd, waits in an ordinary poll loop, and
 * prints each change of its lease and each license event.  SIGTERM ends it.
 * However it ends, licagentd takes the lease back.
 *
 *	cc feature.c $(pkg-config --cflags --libs liblicclient)
 */
#include <licclient.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static volatile sig_atomic_t ended;

static void
on_signal(int signal)
{
	(void)signal;
	ended = 1;
}

static void
on_lease(void *arg, struct lic_lease *lease)
{
	(void)arg;
	/* A real feature would continue, slow down or stop here. */
	printf("%s: %s\n", lic_lease_feature(lease),
	    lic_state_name(lic_lease_state(lease)));
}

static void
on_event(void *arg, const struct lic_event *event)
{
	(void)arg;
	printf("event %s %s\n", event->kind, event->feature);
}

static int
run(struct lic *lic, const char *name, unsigned count)
{
	struct pollfd wait = { .fd = lic_fd(lic), .events = POLLIN };
	struct lic_lease *lease;
	enum lic_err err = lic_checkout(lic, name, NULL, count, &lease);

	if (err != LIC_OK) {
		fprintf(stderr, "%s: %s\n", name,
		    lic_detail(lic)[0] != '\0' ? lic_detail(lic)
					       : lic_strerror(err));
		return 1;
	}
	on_lease(NULL, lease);
	while (!ended)
		if (poll(&wait, 1, -1) > 0)
			(void)lic_process(lic); /* calls on_lease and on_event */
	return lic_release(lease) == LIC_OK ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct lic_options options = { .lease = on_lease, .event = on_event };
	struct sigaction action = { .sa_handler = on_signal };
	char why[256];
	struct lic *lic;
	int option, status;

	while ((option = getopt(argc, argv, "s:")) == 's')
		options.socket = optarg;
	if (option != -1 || optind == argc) {
		fprintf(stderr, "usage: feature [-s SOCKET] NAME [COUNT]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	if (lic_open_detail(&options, &lic, why, sizeof why) != LIC_OK) {
		fprintf(stderr, "feature: %s\n", why);
		return 1;
	}
	status = run(lic, argv[optind],
	    optind + 1 < argc ? (unsigned)strtoul(argv[optind + 1], NULL, 10)
			      : 1);
	lic_close(lic);
	return status;
}
