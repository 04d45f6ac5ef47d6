/*
 * transfer.c - files on servers, moved by a process of their own.
 *
 * The order and the words go over a socket that keeps them whole, the file
 * through anonymous memory.  Whatever the process does or fails to do, a timer
 * ends it.
 */
#include "transfer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compat.h"
#include "log.h"

#define PROGRAM "licagent-transfer"
#define GRACE_S 2 /* the process ends itself in time, if it can */

extern char **environ;

struct transfer {
	struct loop *loop;
	struct transfer_events events;
	struct watch words;
	struct timer limit;
	struct task end;
	pid_t pid;
	int file;
	uint32_t max_size;
	enum transfer_result result;
	uint32_t status, retry_after_s;
	char why[sizeof((struct transfer_word *)NULL)->text];
};

/* ---- Orders ---- */

/* What may stand for a host in a URL, and cannot be taken for more of it. */
static bool
take_name(struct transfer_order *order, const struct server *server)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-._";

	if (server->len >= sizeof order->host)
		return false;
	memcpy(order->host, server->address, server->len);
	order->host[server->len] = '\0';
	return strspn(order->host, allowed) == server->len;
}

static bool
take_address(struct transfer_order *order, int family, const uint8_t *address)
{
	bool v6 = family == AF_INET6;
	char text[INET6_ADDRSTRLEN];

	if (inet_ntop(family, address, text, sizeof text) == NULL)
		return false;
	snprintf(order->host, sizeof order->host, "%s%s%s", v6 ? "[" : "", text,
	    v6 ? "]" : "");
	return true;
}

static uint32_t
zone_of(const uint8_t *octets)
{
	return (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 |
	       (uint32_t)octets[2] << 8 | octets[3];
}

static bool
take_host(struct transfer_order *order, const struct server *server)
{
	if (server->len == 0)
		return false;
	switch ((enum address_type)server->type) {
	case ADDRESS_IPV4:
	case ADDRESS_IPV4Z: /* a zone says nothing to IPv4 here */
		return take_address(order, AF_INET, server->address);
	case ADDRESS_IPV6Z:
		order->scope = zone_of(server->address + 16);
		return take_address(order, AF_INET6, server->address);
	case ADDRESS_IPV6:
		return take_address(order, AF_INET6, server->address);
	case ADDRESS_DNS:
		return take_name(order, server);
	case ADDRESS_UNKNOWN:
		break;
	}
	return false;
}

bool
transfer_order_make(struct transfer_order *order,
    const struct transfer_conf *conf, int32_t protocol,
    const struct server *server, const char *path, char *why, size_t why_size)
{
	*order = (struct transfer_order){
		.daemon = getpid(),
		.protocol = protocol,
		.progress = log_debugs("transfer"),
		.port = server->port != 0
			    ? server->port
			    : conf->ports[protocol_of(protocol)->port],
		.timeout_s = conf->timeout_s,
		.stall_s = conf->stall_s,
		.max_size = conf->max_size,
	};
	if (!take_host(order, server)) {
		snprintf(why, why_size, "invalid server address");
		return false;
	}
	snprintf(order->path, sizeof order->path, "%s", path);
	snprintf(order->user, sizeof order->user, "%s", server->user);
	snprintf(
	    order->password, sizeof order->password, "%s", server->password);
	snprintf(order->known_hosts, sizeof order->known_hosts, "%s",
	    conf->known_hosts);
	return true;
}

void
transfer_order_request(
    struct transfer_order *order, const struct transfer_conf *conf)
{
	*order = (struct transfer_order){
		.daemon = getpid(),
		.protocol = PROTOCOL_HTTP,
		.timeout_s = conf->timeout_s,
		.stall_s = conf->stall_s,
		.max_size = conf->max_size,
	};
}

/* ---- The process ---- */

/* Beside our own program, as in a build tree, or where it is installed. */
static void
find_program(char path[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
	char *slash;

	path[n > 0 ? n : 0] = '\0';
	slash = strrchr(path, '/');
	if (slash != NULL &&
	    (size_t)(slash + 1 - path) + sizeof PROGRAM <= PATH_MAX) {
		strcpy(slash + 1, PROGRAM);
		if (access(path, X_OK) == 0)
			return;
	}
	snprintf(path, PATH_MAX, "%s", PROGRAM_DIR "/" PROGRAM);
}

/* Its input is the socket, its output the file; it gets nothing else of ours,
 * and no signal blocked. */
static int
spawn(pid_t *pid, const char *path, int words, int file)
{
	static char name[] = PROGRAM;
	char *argv[] = { name, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int error;

	sigemptyset(&none);
	if ((error = posix_spawn_file_actions_init(&actions)) != 0)
		return error;
	if ((error = posix_spawnattr_init(&attributes)) != 0) {
		posix_spawn_file_actions_destroy(&actions);
		return error;
	}
	if ((error = posix_spawnattr_setsigmask(&attributes, &none)) == 0 &&
	    (error = posix_spawnattr_setflags(
		 &attributes, POSIX_SPAWN_SETSIGMASK)) == 0 &&
	    (error = posix_spawn_file_actions_adddup2(
		 &actions, words, STDIN_FILENO)) == 0 &&
	    (error = posix_spawn_file_actions_adddup2(
		 &actions, file, STDOUT_FILENO)) == 0 &&
	    (error = posix_spawn_file_actions_addclosefrom_np(
		 &actions, STDERR_FILENO + 1)) == 0)
		error = posix_spawn(
		    pid, path, &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

static void
end_process(struct transfer *t)
{
	if (t->pid <= 0)
		return;
	(void)kill(t->pid, SIGKILL); /* it may have ended: it is not reaped */
	while (waitpid(t->pid, NULL, 0) < 0 && errno == EINTR)
		;
	t->pid = 0;
}

/* ---- Words ---- */

static void
over(struct transfer *t, enum transfer_result result, const char *why)
{
	t->result = result;
	snprintf(t->why, sizeof t->why, "%s", why);
	loop_unwatch(t->loop, &t->words);
	loop_timer_clear(t->loop, &t->limit);
	end_process(t);
	loop_defer(t->loop, &t->end);
}

static void
tell_end(void *arg)
{
	struct transfer *t = arg;

	t->events.over(t->events.arg, t->result, t->why);
}

static void
on_limit(void *arg)
{
	over(arg, TRANSFER_NO_SERVER, "timeout");
}

/* The process parses what strangers send: its words are checked, too. */
static bool
is_word(const struct transfer_word *word, ssize_t n)
{
	return n == sizeof *word && word->over <= 1 &&
	       word->result >= TRANSFER_DONE &&
	       word->result <= TRANSFER_UNTRUSTED &&
	       memchr(word->text, '\0', sizeof word->text) != NULL;
}

static void
on_word(void *arg, short revents)
{
	struct transfer *t = arg;
	struct transfer_word word;
	ssize_t n = recv(t->words.fd, &word, sizeof word, MSG_DONTWAIT);

	(void)revents;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (!is_word(&word, n))
		over(t, TRANSFER_FAILED, "the program " PROGRAM " failed");
	else if (word.over) {
		t->status = word.status;
		t->retry_after_s = word.retry_after_s;
		over(t, word.result, word.text);
	} else
		t->events.progress(t->events.arg, word.done, word.total);
}

/* ---- From the beginning to the end ---- */

static bool
write_all(int fd, const uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

/* Without it, as in a build without libcurl, its name is what helps. */
static bool
run_program(struct transfer *t, int words, char *why, size_t why_size)
{
	char path[PATH_MAX];
	int error;

	find_program(path);
	if ((error = spawn(&t->pid, path, words, t->file)) != 0)
		snprintf(
		    why, why_size, "cannot run %s: %s", path, strerror(error));
	return error == 0;
}

static bool
begin(struct transfer *t, const struct transfer_order *order, const void *data,
    size_t len, char *why, size_t why_size)
{
	int ends[2];
	bool runs;

	if ((t->file = memfd_create("transfer", MFD_CLOEXEC)) < 0 ||
	    !write_all(t->file, data, len) || lseek(t->file, 0, SEEK_SET) < 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
		snprintf(why, why_size, "%s", strerror(errno));
		return false;
	}
	t->words.fd = ends[0];
	runs = run_program(t, ends[1], why, why_size);
	close(ends[1]);
	if (!runs)
		return false;
	if (send(ends[0], order, sizeof *order, MSG_NOSIGNAL) ==
		sizeof *order &&
	    loop_watch(t->loop, &t->words))
		return true;
	snprintf(why, why_size, "%s", strerror(errno));
	return false;
}

struct transfer *
transfer_new(struct loop *loop, const struct transfer_order *order,
    const void *data, size_t len, const struct transfer_events *events,
    char *why, size_t why_size)
{
	struct transfer *t = calloc(1, sizeof *t);

	if (t == NULL) {
		snprintf(why, why_size, "%s", strerror(errno));
		return NULL;
	}
	t->loop = loop;
	t->events = *events;
	t->file = -1;
	t->max_size = order->max_size;
	t->words = (struct watch){
		.fd = -1, .events = POLLIN, .ready = on_word, .arg = t
	};
	t->limit = (struct timer){ .expired = on_limit, .arg = t };
	t->end = (struct task){ .run = tell_end, .arg = t };
	if (!begin(t, order, data, len, why, why_size)) {
		transfer_free(t);
		return NULL;
	}
	loop_timer_set(
	    loop, &t->limit, ((int64_t)order->timeout_s + GRACE_S) * 1000);
	return t;
}

bool
transfer_take(struct transfer *t, uint8_t **out, size_t *len)
{
	struct stat st;
	uint8_t *data;
	size_t got = 0;
	ssize_t n = 0;

	if (fstat(t->file, &st) < 0)
		return false;
	if (st.st_size > (off_t)t->max_size) {
		errno = EFBIG;
		return false;
	}
	if ((data = malloc((size_t)st.st_size + 1)) == NULL)
		return false;
	while (got < (size_t)st.st_size &&
	       (n = pread(t->file, data + got, (size_t)st.st_size - got,
		    (off_t)got)) > 0)
		got += (size_t)n;
	if (n < 0) {
		free(data);
		return false;
	}
	*out = data;
	*len = got;
	return true;
}

uint32_t
transfer_status(const struct transfer *t, uint32_t *retry_after_s)
{
	*retry_after_s = t->retry_after_s;
	return t->status;
}

void
transfer_free(struct transfer *t)
{
	if (t == NULL)
		return;
	loop_unwatch(t->loop, &t->words);
	loop_timer_clear(t->loop, &t->limit);
	loop_undefer(t->loop, &t->end);
	end_process(t);
	if (t->words.fd >= 0)
		close(t->words.fd);
	if (t->file >= 0)
		close(t->file);
	free(t);
}
