/* wire.c - a connection to the control socket. */
#include "wire.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* There may be a password in it. */
static void
text_free(struct text *text)
{
	if (text->data != NULL)
		explicit_bzero(text->data, text->size);
	free(text->data);
	*text = (struct text){ NULL, 0, 0 };
}

/* Not realloc, which would leave a copy behind. */
static bool
text_grow(struct text *text, size_t size)
{
	struct text grown = { malloc(size), text->len, size };

	if (grown.data == NULL)
		return false;
	if (text->len != 0)
		memcpy(grown.data, text->data, text->len);
	text_free(text);
	*text = grown;
	return true;
}

bool
text_add(struct text *text, const char *data, size_t len)
{
	size_t size = text->size != 0 ? text->size : 512;

	while (size < text->len + len)
		size *= 2;
	if (size != text->size && !text_grow(text, size))
		return false;
	memcpy(text->data + text->len, data, len);
	text->len += len;
	return true;
}

void
text_take(struct text *text, size_t len)
{
	text->len -= len;
	if (text->len != 0)
		memmove(text->data, text->data + len, text->len);
	explicit_bzero(text->data + text->len, len);
}

int64_t
wire_now_ms(void)
{
	struct timespec now = { 0 }; /* stands still where it is refused */

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int
wire_connect(struct wire *wire, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, err;

	if (strlen(path) >= sizeof address.sun_path)
		return ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
		err = errno;
		close(fd);
		return err;
	}
	wire->fd = fd;
	return 0;
}

void
wire_close(struct wire *wire)
{
	if (wire->fd >= 0)
		close(wire->fd);
	wire->fd = -1;
	text_free(&wire->in);
	text_free(&wire->out);
}

int
wire_flush(struct wire *wire)
{
	while (wire->out.len != 0) {
		ssize_t n =
		    send(wire->fd, wire->out.data, wire->out.len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK ? 0
								       : errno;
		text_take(&wire->out, (size_t)n);
	}
	return 0;
}

int
wire_read(struct wire *wire)
{
	char data[16384];
	ssize_t n;

	do
		n = recv(wire->fd, data, sizeof data, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : errno;
	if (n == 0)
		return ECONNRESET;
	return text_add(&wire->in, data, (size_t)n) ? 0 : ENOMEM;
}

json_t *
wire_next(struct wire *wire, bool *bad)
{
	const char *end = NULL;
	json_t *message;
	json_error_t error;

	*bad = false;
	if (wire->in.len != 0)
		end = memchr(wire->in.data, '\n', wire->in.len);
	if (end == NULL) {
		*bad = wire->in.len > WIRE_LINE_MAX;
		return NULL;
	}
	message =
	    json_loadb(wire->in.data, (size_t)(end - wire->in.data), 0, &error);
	text_take(&wire->in, (size_t)(end - wire->in.data) + 1);
	if (json_is_object(message))
		return message;
	json_decref(message);
	*bad = true;
	return NULL;
}

int
wire_wait(struct wire *wire, int64_t end_ms)
{
	struct pollfd poll_fd = { .fd = wire->fd,
		.events = (short)(POLLIN | (wire->out.len ? POLLOUT : 0)) };
	int64_t left = end_ms - wire_now_ms();
	int n;

	if (left <= 0)
		return ETIMEDOUT;
	n = poll(&poll_fd, 1, left < INT_MAX ? (int)left : INT_MAX);
	if (n < 0)
		return errno == EINTR ? 0 : errno;
	return n == 0 && left < INT_MAX ? ETIMEDOUT : 0;
}
