/*
 * churn.c - a program that takes leases and gives them back at random.
 *
 *	churn SOCKET FEATURE SEED
 *
 * It says "ready" when it has its first lease.  On SIGTERM it stops, says how
 * much it holds, and holds that until its standard input ends.
 */
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "licclient.h"

#define LEASES_MAX 8

static volatile sig_atomic_t stopped;

static struct {
	struct lic *lic;
	const char *feature;
	struct lic_lease *leases[LEASES_MAX];
	size_t n;
	unsigned seed;
} churn;

static void
on_signal(int number)
{
	(void)number;
	stopped = 1;
}

static unsigned
dice(unsigned sides)
{
	return (unsigned)rand_r(&churn.seed) % sides;
}

/* False: it went wrong in a way that it should not. */
static bool
take(void)
{
	enum lic_err err = lic_checkout(churn.lic, churn.feature, NULL,
	    1 + dice(9), &churn.leases[churn.n]);

	churn.n += err == LIC_OK;
	return err == LIC_OK || err == LIC_EAWAY || err == LIC_ETIMEOUT ||
	       err == LIC_EEXHAUSTED;
}

static bool
give_back(void)
{
	size_t i = dice((unsigned)churn.n);
	enum lic_err err = lic_release(churn.leases[i]);

	churn.leases[i] = churn.leases[--churn.n];
	return err == LIC_OK;
}

static bool
turn(void)
{
	bool more = churn.n == 0 || (churn.n < LEASES_MAX && dice(2) == 0);

	return more ? take() : give_back();
}

/* Waits as an event loop does. */
static bool
await(int more_fd, int ms)
{
	struct pollfd waits[] = {
		{ .fd = lic_fd(churn.lic), .events = POLLIN },
		{ .fd = more_fd, .events = POLLIN },
	};

	if (poll(waits, 2, ms) > 0 && waits[0].revents != 0)
		(void)lic_process(churn.lic);
	return waits[1].revents == 0;
}

static bool
work(void)
{
	if (!take())
		return false;
	puts("ready");
	while (!stopped) {
		if (!turn())
			return false;
		(void)await(-1, (int)dice(40));
	}
	return true;
}

static unsigned
held(void)
{
	unsigned sum = 0;

	for (size_t i = 0; i < churn.n; i++)
		sum += lic_lease_count(churn.leases[i]);
	return sum;
}

int
main(int argc, char **argv)
{
	struct lic_options options = { 0 };
	struct sigaction action = { .sa_handler = on_signal };
	bool good;

	if (argc != 4)
		return 2;
	options.socket = argv[1];
	churn.feature = argv[2];
	churn.seed = (unsigned)strtoul(argv[3], NULL, 10);
	setvbuf(stdout, NULL, _IOLBF, 0);
	sigaction(SIGTERM, &action, NULL);
	if (lic_open(&options, &churn.lic) != LIC_OK)
		return 1;
	good = work();
	if (good) {
		printf("%u\n", held());
		while (await(STDIN_FILENO, -1))
			;
	} else
		fprintf(stderr, "churn: %s\n", lic_detail(churn.lic));
	lic_close(churn.lic);
	return good ? 0 : 1;
}
