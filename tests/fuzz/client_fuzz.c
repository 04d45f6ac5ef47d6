/*
 * client_fuzz.c - a program that uses liblicclient, and a daemon that answers
 * anything.
 *
 * The input is what the daemon sends, one part for each connection, divided by
 * bytes 0xff.  All of a part is there from the beginning, with the end of the
 * connection behind it, so that the client never has to wait.
 */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "licclient.h"

static const uint8_t *rest; /* NULL: nobody listens any more */
static size_t rest_len;

/* The daemon's ends of the connections, which take what the client sends. */
static int daemon_ends[16];
static unsigned nends;

int __wrap_connect(int, const struct sockaddr *, socklen_t);

/* The next part of the input becomes the connection. */
int
__wrap_connect(int fd, const struct sockaddr *address, socklen_t address_len)
{
	const uint8_t *end;
	size_t len;
	int ends[2];

	(void)address;
	(void)address_len;
	if (rest == NULL || nends == 16) {
		errno = ECONNREFUSED;
		return -1;
	}
	end = memchr(rest, 0xff, rest_len);
	len = end != NULL ? (size_t)(end - rest) : rest_len;
	require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		    0, ends) == 0);
	require(dup3(ends[0], fd, O_CLOEXEC) == fd);
	close(ends[0]);
	/* What does not fit is cut off. */
	(void)send(ends[1], rest, len, MSG_NOSIGNAL);
	require(shutdown(ends[1], SHUT_WR) == 0);
	daemon_ends[nends++] = ends[1];
	rest_len -= end != NULL ? len + 1 : len;
	rest = end != NULL ? end + 1 : NULL;
	return 0;
}

static void
on_lease(void *arg, struct lic_lease *lease)
{
	unsigned *calls = arg;

	require(strcmp(lic_state_name(lic_lease_state(lease)), "?") != 0);
	require(strcmp(lic_lease_feature(lease), "routing") == 0);
	/* As the header allows. */
	if (++*calls == 3)
		(void)lic_release(lease);
}

static void
on_event(void *arg, const struct lic_event *event)
{
	(void)arg;
	require(event->kind != NULL && event->at != NULL);
	require(event->feature != NULL && event->version != NULL);
	require(event->type != NULL && event->end != NULL);
}

static void
on_progress(void *arg, const char *what, uint64_t done, uint64_t total)
{
	(void)arg;
	(void)done;
	(void)total;
	require(what != NULL);
}

static void
request(struct lic *lic)
{
	char *answer = NULL;
	enum lic_err err =
	    lic_request(lic, "{\"do\":\"install\",\"progress\":true}", &answer);

	require((err == LIC_OK) == (answer != NULL));
	require(lic_detail(lic) != NULL && lic_code(lic) != NULL);
	free(answer);
}

static void
use(struct lic *lic)
{
	struct lic_lease *lease = NULL;

	if (lic_checkout(lic, "routing", "1.0", 2, &lease) == LIC_OK)
		require(lease != NULL && lic_lease_arg(lease) == NULL);
	(void)lic_process(lic);
	request(lic);
	(void)lic_process(lic);
	(void)lic_checkout(lic, "routing", NULL, 0, &lease);
	(void)lic_process(lic);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	unsigned calls = 0;
	struct lic_options options = { .socket = "/daemon",
		.timeout_ms = 1000,
		.lease = on_lease,
		.event = on_event,
		.progress = on_progress,
		.arg = &calls };
	struct lic *lic = NULL;
	char why[256];

	rest = data;
	rest_len = len;
	if (lic_open_detail(&options, &lic, why, sizeof why) == LIC_OK)
		use(lic);
	else
		require(lic == NULL);
	lic_close(lic);
	while (nends > 0)
		close(daemon_ends[--nends]);
	return 0;
}
