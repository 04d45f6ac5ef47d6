/* buffer.c - bytes that grow at the end and are taken from the front. */
#include "buffer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

uint8_t *
buffer_reserve(struct buffer *b, size_t len)
{
	size_t size = b->size != 0 ? b->size : 1024;
	uint8_t *data;

	if (b->failed || len > b->limit - b->len)
		goto fail;
	if (b->len + len <= b->size)
		return b->data + b->len;
	while (size < b->len + len)
		size *= 2;
	if ((data = realloc(b->data, size)) == NULL)
		goto fail;
	b->data = data;
	b->size = size;
	return data + b->len;
fail:
	b->failed = true;
	return NULL;
}

void
buffer_append(struct buffer *b, const void *data, size_t len)
{
	uint8_t *room = buffer_reserve(b, len);

	if (room == NULL || len == 0)
		return;
	memcpy(room, data, len);
	b->len += len;
}

void
buffer_truncate(struct buffer *b, size_t len)
{
	assert(len <= b->len);
	b->len = len;
	b->failed = false;
}

void
buffer_consume(struct buffer *b, size_t len)
{
	assert(len <= b->len);
	b->len -= len;
	if (b->len != 0)
		memmove(b->data, b->data + len, b->len);
}

void
buffer_free(struct buffer *b)
{
	free(b->data);
	b->data = NULL;
	b->len = b->size = 0;
}
