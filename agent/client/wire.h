/*
 * wire.h - a connection to the control socket: messages in, messages out.
 *
 * The folder agent/client/ is liblicclient, for programs that hold licenses.
 * It uses jansson and libc, and nothing else of this tree.  This is its lower
 * floor; licclient.c stands on it.
 */
#ifndef CLIENT_WIRE_H
#define CLIENT_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#define WIRE_LINE_MAX (1024 * 1024) /* bytes of a message of the daemon */

/* Bytes in memory that is cleared before it is freed. */
struct text {
	char *data;
	size_t len, size;
};

/* False: out of memory. */
bool text_add(struct text *, const char *data, size_t len);
void text_take(struct text *, size_t len); /* removes the first len bytes */

struct wire {
	int fd; /* -1: not connected */
	struct text in, out;
};

/* 0 or an errno. */
int wire_connect(struct wire *, const char *path);
void wire_close(struct wire *);
/* Writes as much as the socket accepts; 0 or an errno. */
int wire_flush(struct wire *);
/* Reads what has come; 0 or an errno, ECONNRESET at the end. */
int wire_read(struct wire *);
/*
 * The next message that was read, which the caller releases.  NULL: there is
 * none yet, or, if *bad, something that is not a message.
 */
json_t *wire_next(struct wire *, bool *bad);
/*
 * Waits for something to read, or to write if anything is buffered, until
 * CLOCK_MONOTONIC is end_ms.  0, an errno, or ETIMEDOUT.
 */
int wire_wait(struct wire *, int64_t end_ms);

int64_t wire_now_ms(void);

#endif
