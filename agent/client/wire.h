/*
 * wire.h - a connection to the control socket: messages in, messages out.
 *
 * Inside liblicclient only.
 */
#ifndef CLIENT_WIRE_H
#define CLIENT_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#define WIRE_LINE_MAX (1024 * 1024) /* of the daemon's messages */

struct text {
	char *data;
	size_t len, size;
};

/* False: no memory. */
bool text_add(struct text *, const char *data, size_t len);
void text_take(struct text *, size_t len); /* drops the first len bytes */

struct wire {
	int fd; /* -1: not connected */
	struct text in, out;
};

/* 0 or an errno. */
int wire_connect(struct wire *, const char *path);
void wire_close(struct wire *);
/* Writes what the socket takes; 0 or an errno. */
int wire_flush(struct wire *);
/* Reads what is there.  0, or an errno; ECONNRESET at the end. */
int wire_read(struct wire *);
/*
 * The next message that was read, which the caller releases.  NULL: there is
 * none (*bad is false), or what came is none (true).
 */
json_t *wire_next(struct wire *, bool *bad);
/* Waits for something to read, or for room if something is to be written;
   until CLOCK_MONOTONIC says end_ms.  0, an errno, or ETIMEDOUT. */
int wire_wait(struct wire *, int64_t end_ms);

int64_t wire_now_ms(void);

#endif
