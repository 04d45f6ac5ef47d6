/*
 * frame.h - messages between the portal and its issuing process.
 *
 * A message is a header of 12 bytes (length of the body, number, status, kind),
 * each number with its first byte first, and a body of text.  Both ends are
 * the same program: a message that breaks the rules ends the connection.
 */
#ifndef PORTAL_FRAME_H
#define PORTAL_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/buffer.h"

#define FRAME_HEADER 12
#define FRAME_MAX (32 << 20) /* bytes of a body: a license file and more */

struct frame {
	uint32_t number; /* of the request that it answers */
	uint16_t status; /* an HTTP status; 0 in a request */
	/* The operation.  In an answer how many requests were of one group, in
	   the first of them, and 0 in the others. */
	uint16_t kind;
	const char *body;
	size_t len;
};

/* Appends a message; false: no room. */
bool frame_put(struct buffer *, const struct frame *);

/*
 * The first message of the buffer: 1, and what it takes of the buffer; 0: not
 * all of it is there; -1: it breaks the rules.  body points into the buffer.
 */
int frame_get(const struct buffer *, struct frame *, size_t *taken);

#endif
