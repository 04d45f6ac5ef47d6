/* frame.c - see frame.h. */
#include "frame.h"

static void
put_32(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 24);
	to[1] = (uint8_t)(value >> 16);
	to[2] = (uint8_t)(value >> 8);
	to[3] = (uint8_t)value;
}

static uint32_t
get_32(const uint8_t *from)
{
	return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 |
	       (uint32_t)from[2] << 8 | from[3];
}

bool
frame_put(struct buffer *buffer, const struct frame *frame)
{
	uint8_t header[FRAME_HEADER];

	put_32(header, (uint32_t)frame->len);
	put_32(header + 4, frame->number);
	put_32(header + 8, (uint32_t)frame->status << 16 | frame->kind);
	if (frame->len > FRAME_MAX)
		return false;
	buffer_append(buffer, header, sizeof header);
	buffer_append(buffer, frame->body, frame->len);
	return !buffer->failed;
}

int
frame_get(const struct buffer *buffer, struct frame *frame, size_t *taken)
{
	const uint8_t *at = buffer->data;
	uint32_t len, both;

	if (buffer->len < FRAME_HEADER)
		return 0;
	if ((len = get_32(at)) > FRAME_MAX)
		return -1;
	if (buffer->len - FRAME_HEADER < len)
		return 0;
	both = get_32(at + 8);
	*frame = (struct frame){
		.number = get_32(at + 4),
		.status = (uint16_t)(both >> 16),
		.kind = (uint16_t)both,
		.body = (const char *)at + FRAME_HEADER,
		.len = len,
	};
	*taken = FRAME_HEADER + len;
	return 1;
}
