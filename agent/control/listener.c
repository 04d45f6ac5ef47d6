/*
 * listener.c - a Unix socket at a path, and those who connect to it.
 *
 * Who holds the lock owns the socket, and may replace what a daemon that died
 * has left.
 */
#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"

#define ACCEPTS_TURN 64 /* connections taken in one turn of the loop */
#define RETRY_MS 200

struct listener {
	struct loop *loop;
	void (*accepted)(void *arg, int fd);
	void *arg;
	struct watch watch; /* fd -1: not yet */
	struct timer retry;
	bool bound;      /* the socket's name is ours */
	bool complained; /* that it cannot accept, until all were accepted */
	int lock;        /* -1: not yet */
	char path[sizeof((struct sockaddr_un *)0)->sun_path];
};

/* ---- Connections ---- */

static void
listen_again(void *arg)
{
	struct listener *l = arg;

	loop_set_events(l->loop, &l->watch, POLLIN);
}

/* There are no descriptors left, as a rule: a matter of waiting. */
static void
pause_listening(struct listener *l, int error)
{
	if (!l->complained)
		log_warn("control",
		    "%s: cannot accept connections: %s; "
		    "retrying",
		    l->path, strerror(error));
	l->complained = true;
	loop_set_events(l->loop, &l->watch, 0);
	loop_timer_set(l->loop, &l->retry, RETRY_MS);
}

static void
all_accepted(struct listener *l)
{
	if (l->complained)
		log_info("control", "%s: accepting connections again", l->path);
	l->complained = false;
}

static void
accept_some(void *arg, short revents)
{
	struct listener *l = arg;

	(void)revents;
	for (int i = 0; i < ACCEPTS_TURN; i++) {
		int fd = accept4(
		    l->watch.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			l->accepted(l->arg, fd);
			continue;
		}
		if (errno == ECONNABORTED || errno == EINTR)
			continue;
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			all_accepted(l);
		else
			pause_listening(l, errno);
		return;
	}
}

/* ---- The path ---- */

static bool __attribute__((format(printf, 2, 3)))
explain(char why[LISTENER_ERROR_MAX], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, LISTENER_ERROR_MAX, format, args);
	va_end(args);
	return false;
}

/* The folder above, if only it is missing (/run is empty after a boot).  Why
 * not, else 0. */
static int
make_folder(const char *path)
{
	char folder[sizeof((struct sockaddr_un *)0)->sun_path];
	char *end;

	snprintf(folder, sizeof folder, "%s", path);
	if ((end = strrchr(folder, '/')) == NULL || end == folder)
		return 0;
	*end = '\0';
	if (mkdir(folder, 0755) == 0)
		(void)chmod(folder, 0755); /* whatever the umask is */
	else if (errno != EEXIST)
		return errno;
	return 0;
}

static bool
take_lock(struct listener *l, char why[LISTENER_ERROR_MAX])
{
	int no_folder = make_folder(l->path);
	char name[PATH_MAX];

	snprintf(name, sizeof name, "%s.lock", l->path);
	l->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (l->lock < 0 && errno == ENOENT && no_folder != 0)
		return explain(why,
		    "%s: cannot create the folder: %s; create it, and give it "
		    "to the daemon's user",
		    l->path, strerror(no_folder));
	if (l->lock < 0)
		return explain(why, "%s: %s", name, strerror(errno));
	return flock(l->lock, LOCK_EX | LOCK_NB) == 0 ||
	       explain(why, "%s: another daemon serves this socket", l->path);
}

static bool
clear_path(const char *path, char why[LISTENER_ERROR_MAX])
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ||
		       explain(why, "%s: %s", path, strerror(errno));
	if (!S_ISSOCK(st.st_mode))
		return explain(why,
		    "%s: not a socket; remove it, or configure another path",
		    path);
	return unlink(path) == 0 ||
	       explain(why, "%s: %s", path, strerror(errno));
}

static bool
open_socket(struct listener *l, char why[LISTENER_ERROR_MAX])
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, l->path, sizeof address.sun_path);
	l->watch.fd = fd;
	l->bound = fd >= 0 &&
		   bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
	return (l->bound && chmod(l->path, 0666) == 0 &&
		   listen(fd, SOMAXCONN) == 0) ||
	       explain(why, "%s: %s", l->path, strerror(errno));
}

/* ---- Its life ---- */

struct listener *
listener_open(struct loop *loop, const char *path,
    void (*accepted)(void *arg, int fd), void *arg,
    char why[LISTENER_ERROR_MAX])
{
	struct listener *l = calloc(1, sizeof *l);

	if (l == NULL) {
		explain(why, "%s: out of memory", path);
		return NULL;
	}
	*l = (struct listener){
		.loop = loop, .accepted = accepted, .arg = arg, .lock = -1
	};
	snprintf(l->path, sizeof l->path, "%s", path);
	l->retry = (struct timer){ .expired = listen_again, .arg = l };
	l->watch = (struct watch){
		.fd = -1, .events = POLLIN, .ready = accept_some, .arg = l
	};
	if (!take_lock(l, why) || !clear_path(l->path, why) ||
	    !open_socket(l, why) ||
	    (!loop_watch(loop, &l->watch) &&
		!explain(why, "%s: %s", path, strerror(errno)))) {
		listener_close(l);
		return NULL;
	}
	return l;
}

void
listener_close(struct listener *l)
{
	if (l == NULL)
		return;
	loop_unwatch(l->loop, &l->watch);
	loop_timer_clear(l->loop, &l->retry);
	if (l->bound)
		(void)unlink(l->path); /* nobody answers there */
	if (l->watch.fd >= 0)
		close(l->watch.fd);
	if (l->lock >= 0)
		close(l->lock);
	free(l);
}

const char *
listener_path(const struct listener *l)
{
	return l->path;
}
