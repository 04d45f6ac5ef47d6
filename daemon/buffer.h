/*
 * buffer.h - bytes that grow at the end and are taken from the front.
 *
 * A buffer that cannot grow (no memory, or past its limit) remembers it in
 * `failed` and takes nothing more: write a whole message, then ask once.
 */
#ifndef DAEMON_BUFFER_H
#define DAEMON_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
	uint8_t *data;
	size_t len;
	size_t size;  /* allocated */
	size_t limit; /* len never exceeds it */
	bool failed;
	bool secret; /* what is dropped or moved leaves no copy behind */
};

#define BUFFER_INIT(bytes)       \
	{                        \
		.limit = (bytes) \
	}

void buffer_append(struct buffer *, const void *data, size_t len);
/* Room for len more bytes at data + len, NULL if there is none. */
uint8_t *buffer_reserve(struct buffer *, size_t len);
/* Drops what stands behind the first len bytes, and forgets a failure. */
void buffer_truncate(struct buffer *, size_t len);
/* Drops the first len bytes. */
void buffer_consume(struct buffer *, size_t len);
void buffer_free(struct buffer *);

#endif
