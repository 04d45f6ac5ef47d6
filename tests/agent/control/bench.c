/*
 * bench.c - check-out/release pairs a second through the control socket.
 *
 *	bench SOCKET FEATURE SECONDS
 *
 * One client that waits for every answer, as lic_checkout does; then the same
 * requests, many under way at once, as a busy daemon sees them.  Beside the
 * time that passed it tells the time that both processes had a processor: on a
 * machine that does other things as well, that is what can be compared.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "licclient.h"

static clockid_t daemon_clock;

/* Of both processes. */
static double
cpu_s(void)
{
	struct timespec own = { 0 }, other = { 0 };

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
	clock_gettime(daemon_clock, &other);
	return (double)(own.tv_sec + other.tv_sec) +
	       (double)(own.tv_nsec + other.tv_nsec) / 1e9;
}

static double
now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
report(const char *what, unsigned long pairs, double seconds, double cpu)
{
	printf("one client, %s: %.0f pairs a second, %.0f a second of CPU\n",
	    what, (double)pairs / seconds, (double)pairs / cpu);
}

static int
one_by_one(const char *path, const char *feature, double seconds)
{
	const struct lic_options options = { .socket = path };
	struct lic *lic;
	struct lic_lease *lease;
	double begin = now_s(), end = begin + seconds, cpu = cpu_s(), now;
	unsigned long pairs = 0;

	if (lic_open(&options, &lic) != LIC_OK)
		return 1;
	do {
		for (int i = 0; i < 100; i++, pairs++)
			if (lic_checkout(lic, feature, NULL, 1, &lease) !=
				LIC_OK ||
			    lic_release(lease) != LIC_OK)
				return 1;
	} while ((now = now_s()) < end);
	report("one by one", pairs, now - begin, cpu_s() - cpu);
	lic_close(lic);
	return 0;
}

static int
dial(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	if (fd >= 0 &&
	    connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	return -1;
}

static bool
find_daemon(const char *path)
{
	struct ucred peer;
	socklen_t len = sizeof peer;
	int fd = dial(path);
	bool good = fd >= 0 &&
		    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
		    clock_getcpuclockid(peer.pid, &daemon_clock) == 0;

	if (fd >= 0)
		close(fd);
	return good;
}

#define BATCH 50 /* pairs under way; report() says it */

/* Lease numbers rise by one, so a release can be sent before the answer. */
static size_t
batch(char *text, size_t size, const char *feature, unsigned long *number)
{
	size_t used = 0;

	for (int i = 0; i < BATCH; i++)
		used += (size_t)snprintf(text + used, size - used,
		    "{\"do\":\"checkout\",\"feature\":\"%s\"}\n"
		    "{\"do\":\"release\",\"lease\":%lu}\n",
		    feature, ++*number);
	return used;
}

static int
read_lines(int fd, int lines)
{
	char data[16384];

	while (lines > 0) {
		ssize_t n = recv(fd, data, sizeof data, 0);

		if (n <= 0 || memmem(data, (size_t)n, "\"error\"", 7) != NULL)
			return 1;
		for (ssize_t i = 0; i < n; i++)
			lines -= data[i] == '\n';
	}
	return 0;
}

static int
pipelined(const char *path, const char *feature, double seconds)
{
	char text[BATCH * 256];
	int fd = dial(path);
	double begin, end, now, cpu = cpu_s();
	unsigned long pairs = 0;

	if (fd < 0 || read_lines(fd, 1) != 0)
		return 1;
	begin = now_s();
	end = begin + seconds;
	do {
		size_t len = batch(text, sizeof text, feature, &pairs);

		if (send(fd, text, len, 0) != (ssize_t)len ||
		    read_lines(fd, 2 * BATCH) != 0)
			return 1;
	} while ((now = now_s()) < end);
	report("50 under way", pairs, now - begin, cpu_s() - cpu);
	close(fd);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: bench SOCKET FEATURE SECONDS\n");
		return 2;
	}
	if (!find_daemon(argv[1])) {
		fprintf(stderr, "bench: %s: no daemon answers\n", argv[1]);
		return 1;
	}
	return one_by_one(argv[1], argv[2], atof(argv[3])) ||
	       pipelined(argv[1], argv[2], atof(argv[3]));
}
